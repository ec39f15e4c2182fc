"""The pytest plugin, in a suite of somebody's own."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import Many, Querier, blog
from concordia_sql.testing import assert_plan
from tests.support.statements import query, write

SUITE = """
import pytest
from concordia_sql import AsyncExecutor, Database, Executor, assert_checked, blog, common
from concordia_sql.testing import assert_plan

def add(on: Executor) -> str:
    return on.execute(blog.CreateCategory(slug="news", name="News")).slug

@pytest.mark.parametrize("time", [1, 2])
def test_nothing_is_left(concordia_querier, time):
    assert concordia_querier.fetch(blog.ListCategories()) == []
    assert add(concordia_querier) == "news"
    with concordia_querier.transaction():
        assert len(concordia_querier.fetch(blog.ListCategories())) == 1

@pytest.mark.parametrize("time", [1, 2])
async def test_nothing_is_left_either(concordia_async_querier, time):
    assert await concordia_async_querier.fetch(blog.ListCategories()) == []
    await concordia_async_querier.execute(blog.CreateCategory(slug="news", name="News"))

@pytest.mark.parametrize("time", [1, 2])
def test_a_database_of_its_own(concordia_url, time):
    with Database(concordia_url) as db:
        assert db.fetch(blog.ListCategories()) == []
        assert add(db) == "news"

def test_checked(concordia_url):
    assert_checked(concordia_url, "concordia_sql.profile")

def test_plan(concordia_querier):
    assert_plan(concordia_querier, blog.GetPost(slug="x"), uses="blog_posts_slug_unique", no_scan_of=["blog_posts"])
"""


def run(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the tests in a folder, as its owner would."""
    given = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
    return subprocess.run(
        [*command, str(folder)], cwd=folder, env=given | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("given", [True, False], ids=["given", "embedded"])
def test_a_suite_passes(tmp_path: Path, server_url: str, *, given: bool) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["concordia_sql.testing"]\n', "utf-8")
    (tmp_path / "test_mine.py").write_text(SUITE, "utf-8")
    done = run(tmp_path, {"TEST_DATABASE_URL": server_url} if given else {})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 passed" in done.stdout


PROJECT = {
    "myapp/__init__.py": "",
    "myapp/migrations/0001_sales.sql": (
        "CREATE TABLE sales (id int PRIMARY KEY, day date NOT NULL, post_id text REFERENCES blog_posts (id));\n"
        "CREATE INDEX sales_day_idx ON sales (day);\n"
    ),
    "myapp/sql/reports/list_sales.sql": (
        "-- The sales of a day, by id. Served by sales_day_idx.\n"
        "SELECT sales.id, sales.day\nFROM sales\nWHERE sales.day = :day\nORDER BY sales.id\n"
    ),
    "myapp/sql/reports/list_lost_sales.sql": (
        "-- Sales that have a reason.\nSELECT sales.id, sales.reason\nFROM sales\nORDER BY sales.id\n"
    ),
    "myapp/sql/reports/add_sale.sql": ("-- A sale.\nINSERT INTO sales (id, day)\nVALUES (:id, :day)\n"),
    "myapp/library.py": (
        "from pathlib import Path\nfrom concordia_sql import CONCORDIA, Library\n"
        "HERE = Path(__file__).parent\n"
        "LIBRARY = Library(HERE / 'sql', migrations=str(HERE / 'migrations'), uses=[CONCORDIA])\n"
    ),
    "myapp/reports.py": """
import datetime
import attrs
from concordia_sql import Affected, AsyncExecutor, Executor, Many, command, query
from myapp.library import LIBRARY

@attrs.frozen
class Sale:
    id: int
    day: datetime.date

@query("reports/list_sales.sql", library=LIBRARY)
class ListSales(Many[Sale]):
    day: datetime.date

@command("reports/add_sale.sql", library=LIBRARY)
class AddSale(Affected):
    id: int
    day: datetime.date

def sell(on: Executor, id: int, day: datetime.date) -> list[Sale]:
    on.execute(AddSale(id=id, day=day))
    return on.fetch(ListSales(day=day))

async def sell_async(on: AsyncExecutor, id: int, day: datetime.date) -> list[Sale]:
    await on.execute(AddSale(id=id, day=day))
    return await on.fetch(ListSales(day=day))
""",
    "myapp/wrong.py": """
import attrs
from concordia_sql import Many, query
from myapp.library import LIBRARY

@attrs.frozen
class Lost:
    id: int
    reason: str

@query("reports/list_lost_sales.sql", library=LIBRARY)
class ListLostSales(Many[Lost]):
    pass
""",
    "tests/conftest.py": """
import pytest
from concordia_sql import CONCORDIA
from myapp.library import LIBRARY

pytest_plugins = ["concordia_sql.testing"]

@pytest.fixture(scope="session")
def concordia_libraries():
    return [CONCORDIA, LIBRARY]
""",
    "tests/test_sales.py": """
import datetime
import psycopg
import pytest
from concordia_sql import AsyncDatabase, Database, assert_checked
from concordia_sql.testing import assert_plan
from myapp import reports, wrong

DAY = datetime.date(2026, 3, 15)
SOLD = [reports.Sale(1, DAY)]

@pytest.mark.parametrize("time", [1, 2])
def test_a_sale(concordia_querier, time):
    assert reports.sell(concordia_querier, 1, DAY) == SOLD

@pytest.mark.parametrize("time", [1, 2])
async def test_a_sale_async(concordia_async_querier, time):
    assert await reports.sell_async(concordia_async_querier, 1, DAY) == SOLD

def test_an_error_in_a_savepoint(concordia_querier):
    reports.sell(concordia_querier, 1, DAY)
    with pytest.raises(Exception, match="id"):
        with concordia_querier.transaction():
            reports.sell(concordia_querier, 1, DAY)
    assert concordia_querier.fetch(reports.ListSales(day=DAY)) == SOLD

async def test_what_commits(concordia_url):
    with Database(concordia_url) as db:
        assert reports.sell(db, 1, DAY) == SOLD
        with db.transaction() as transaction:
            assert len(reports.sell(transaction, 2, DAY)) == 2
    async with AsyncDatabase(concordia_url) as db:
        assert len(await reports.sell_async(db, 3, DAY)) == 3

def test_the_database_fits(concordia_url):
    assert_checked(concordia_url, reports)

def test_a_query_that_does_not_fit(concordia_url):
    with pytest.raises(AssertionError, match="reason"):
        assert_checked(concordia_url, wrong)

def test_plans(concordia_querier):
    assert_plan(concordia_querier, reports.ListSales(day=DAY), uses="sales_day_idx", no_scan_of="sales")
    with pytest.raises(AssertionError, match="does not use sales_pkey"):
        assert_plan(concordia_querier, reports.ListSales(day=DAY), uses="sales_pkey")
""",
}
"""A service's project: a package with a library of its own beside Concordia's, and its tests."""


@pytest.mark.parametrize("given", [True, False], ids=["given", "embedded"])
def test_a_project_of_somebodys_own(tmp_path: Path, server_url: str, *, given: bool) -> None:
    for name, text in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    environment = {"PYTHONPATH": str(tmp_path)} | ({"TEST_DATABASE_URL": server_url} if given else {})
    done = run(tmp_path, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout


def test_a_plan_that_is_another(sample: psycopg.Connection[TupleRow]) -> None:
    querier = Querier(sample)
    with pytest.raises(AssertionError, match=r"blog\.GetPost does not use no_such_idx, but .*blog_posts"):
        assert_plan(querier, blog.GetPost(slug="x"), uses=["no_such_idx"])
    with pytest.raises(AssertionError, match=r"blog\.CountPosts reads blog_posts as a whole"):
        assert_plan(querier, blog.CountPosts(slug_contains="x"), no_scan_of="blog_posts")


def test_a_custom_plan_is_that_for_its_values(connection: psycopg.Connection[TupleRow], tmp_path: Path) -> None:
    connection.execute("CREATE TABLE things (id int PRIMARY KEY, kind text NOT NULL)")
    connection.execute("CREATE INDEX rare_idx ON things (id) WHERE kind = 'rare'")
    path = write(tmp_path, "mine/list.sql", "-- Some.\nSELECT things.id FROM things WHERE things.kind = :kind::text")

    @query(path)
    class ForAll(Many[int]):
        kind: str

    @query(path, plan="custom")
    class ForEach(Many[int]):
        kind: str

    assert_plan(Querier(connection), ForEach(kind="rare"), uses="rare_idx", no_scan_of="things")
    for each in (ForAll(kind="rare"), ForEach(kind="other")):
        with pytest.raises(AssertionError, match="does not use rare_idx"):
            assert_plan(Querier(connection), each, uses="rare_idx")
