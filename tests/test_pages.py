"""The examples of the pages run as they stand, from top to bottom, on the sample; what is not run, is no example."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import Database
from concordia_sql.tools import sample
from tests.support.pages import BIN, ROOT, blocks, run_page

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted(
    page
    for page in DOCS.glob("**/*.md")
    if page.parent not in (REFERENCE, DOCS / "benchmarks")
    and page.name != "architecture.md"
    and any(block.language == "python" for block in blocks(page))
)
"""Those with Python. The reference is made from the code, `test_architecture` runs its page."""
WITH_COMMANDS = {"start/first-query.md", "services/testing.md"}
"""Pages whose commands are run as well: in the others they are shown, and tests of the command line run them."""


@pytest.fixture
def imports(tmp_path: Path) -> Iterator[Path]:
    """A folder from which the examples import what they have written."""
    before = set(sys.modules)
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None) or sys.modules[name].__spec__):
            del sys.modules[name]


@pytest.fixture
def sample_of_its_own(database_url: str, connection: psycopg.Connection[TupleRow]) -> str:
    sample.load(connection)
    return database_url


# Litestar asks for parameters that say whether they are in the path, which a query class does not know.
@pytest.mark.filterwarnings("default::litestar.exceptions.LitestarDeprecationWarning")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page(page: Path, sample_of_its_own: str, imports: Path) -> None:
    name = str(page.relative_to(DOCS))
    environment = None
    if name in WITH_COMMANDS:
        environment = os.environ | {"DATABASE_URL": sample_of_its_own, "PATH": f"{BIN}:{os.environ['PATH']}"}
    if name == "start/first-query.md":
        with psycopg.connect(sample_of_its_own, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    with Database(sample_of_its_own) as db:
        names: dict[str, Any] = {"__name__": page.stem, "url": sample_of_its_own, "db": db, "folder": str(imports)}
        run_page(page, imports, names, environment)


def test_no_example_is_left_out() -> None:
    """Python that would not run has no place on a page."""
    pages = [page for page in DOCS.glob("**/*.md") if page.parent != REFERENCE]
    assert [page.name for page in pages for block in blocks(page) if block.language in ("py", "pycon")] == []
