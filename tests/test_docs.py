"""The pages that come from the code are those that `make docs` would write now; SECURITY.md names its tests."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql.engine.checks.catalogue import catalogue_text, read_catalogue

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_queries_is_current(generate: ModuleType) -> None:
    assert (DOCS / "queries.md").read_text("utf-8") == generate.queries_page()


def test_the_page_of_tables_is_current(generate: ModuleType, connection: psycopg.Connection[TupleRow]) -> None:
    assert (DOCS / "schema.md").read_text("utf-8") == generate.schema_page(connection)


def test_what_a_check_compares_with_is_current(generate: ModuleType, connection: psycopg.Connection[TupleRow]) -> None:
    """And the same whatever the version of the server."""
    assert generate.SNAPSHOT.read_text("utf-8") == catalogue_text(read_catalogue(connection))


def test_each_promise_of_security_names_tests_that_exist() -> None:
    lines = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`(tests/[^`]+)`", line) for line in lines if "---" not in line]
    assert len(named) > 5
    assert all(named)
    assert [path for paths in named for path in paths if not (ROOT / path).is_file()] == []
