"""The pytest plugin, in a suite of somebody's own."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import Querier, blog
from concordia_sql.testing import assert_plan

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


@pytest.mark.parametrize("given", [True, False], ids=["given", "embedded"])
def test_a_suite_passes(tmp_path: Path, server_url: str, *, given: bool) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["concordia_sql.testing"]\n', "utf-8")
    (tmp_path / "test_mine.py").write_text(SUITE, "utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
    done = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env=environment | ({"TEST_DATABASE_URL": server_url} if given else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 passed" in done.stdout


def test_a_plan_that_is_another(sample: psycopg.Connection[TupleRow]) -> None:
    querier = Querier(sample)
    with pytest.raises(AssertionError, match=r"blog\.GetPost does not use no_such_idx, but .*blog_posts"):
        assert_plan(querier, blog.GetPost(slug="x"), uses=["no_such_idx"])
    with pytest.raises(AssertionError, match=r"blog\.CountPosts reads blog_posts as a whole"):
        assert_plan(querier, blog.CountPosts(slug_contains="x"), no_scan_of="blog_posts")
