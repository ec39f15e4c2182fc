"""The pages that come from the code are current, the site builds without a warning, and the pages are complete."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

import concordia_sql
from concordia_sql import ConcordiaError, Database, Querier
from concordia_sql.engine.checks.catalogue import catalogue_text, read_catalogue
from docs.generate import REFERENCE, pages
from docs.generate.schema import schema_page
from docs.generate.statements import SNAPSHOT

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.glob("**/*.md") if page.parent != DOCS / "benchmarks")
"""The pages of the site. Those beside the charts are sections of another."""


@pytest.mark.parametrize("name", pages())
def test_the_reference_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == pages()[name]


def test_the_page_of_tables_is_current(connection: psycopg.Connection[TupleRow]) -> None:
    assert (REFERENCE / "schema.md").read_text("utf-8") == schema_page(connection)


def test_what_a_check_compares_with_is_current(connection: psycopg.Connection[TupleRow]) -> None:
    """And the same whatever the version of the server."""
    assert SNAPSHOT.read_text("utf-8") == catalogue_text(read_catalogue(connection))


def test_each_promise_of_security_names_tests_that_exist() -> None:
    lines = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`(tests/[^`]+)`", line) for line in lines if "---" not in line]
    assert len(named) > 5
    assert all(named)
    assert [test for tests in named for test in tests if not is_test(test)] == []


def is_test(name: str) -> bool:
    """Whether there is a function of that name in the file of tests, as in `tests/test_docs.py::test_links`."""
    path, _, function = name.partition("::")
    return bool(re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew. Each warning is an error: a link that leads nowhere, a page that no list names."""
    folder = tmp_path_factory.mktemp("site")
    program = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--builder", "dirhtml"]
    done = subprocess.run(
        [*program, "-c", "docs", ".", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_has_each_page(site: Path) -> None:
    for page in PAGES:
        name = page.relative_to(ROOT).with_suffix("")
        assert (site / (name.parent if name.name == "index" else name) / "index.html").is_file(), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_each_page_says_for_whom_it_is(page: Path) -> None:
    title, blank, whom, *_ = page.read_text("utf-8").splitlines()
    assert title.startswith("# ")
    assert not blank
    assert re.match(r"\*?For \w+", whom)


def _all_errors(cls: type[ConcordiaError] = ConcordiaError) -> set[str]:
    return {cls.__name__} | {name for each in cls.__subclasses__() for name in _all_errors(each)}


def test_each_error_has_its_section() -> None:
    sections = re.findall(r"^## (\w+)$", (DOCS / "guide" / "errors.md").read_text("utf-8"), re.MULTILINE)
    assert {*sections} == {name for name in _all_errors() if name in concordia_sql.__all__} - {"ConcordiaError"}


@pytest.mark.parametrize("cls", [Database, Querier])
def test_the_page_of_settings_names_each_argument(cls: type) -> None:
    text = (REFERENCE / "settings.md").read_text("utf-8")
    named = {name for name in inspect.signature(cls).parameters if name != "connection"}
    assert {name for name in named if f"`{name}`" not in text} == set()
