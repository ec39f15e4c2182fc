"""The pages about adopting and deploying: their commands and examples run as they stand."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.rows import TupleRow

from concordia_sql.engine.checks.catalogue import Table
from concordia_sql.tools import cli
from concordia_sql.tools.adopt import added, catalogues
from tests.support.application import make_application
from tests.support.databases import new_database
from tests.test_migrations import expected_tables
from tests.test_readme import examples

DOCS = Path(__file__).parents[1] / "docs" / "operate"
Connection = psycopg.Connection[TupleRow]


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    """The URL of a database of the application."""
    with new_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            make_application(connection, expected_tables())
            (mended,) = re.findall(r"`(ALTER TABLE .*)`", (DOCS / "adopt.md").read_text("utf-8"))
            connection.execute(mended.encode())
        yield url


def run(line: str, url: str) -> str:
    name, *arguments = shlex.split(line, comments=True)
    assert name == "concordia-sql"
    done = CliRunner().invoke(cli.main, arguments, env={"DATABASE_URL": url}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def lines(page: str) -> list[str]:
    return [line for block in examples(DOCS / page, "sh") for line in block.splitlines()]


def test_adopt(url: str) -> None:
    found = [run(line, url) for line in lines("adopt.md")]
    assert ["applied: 0001.auth, 0002.blog, 0003.services." in text for text in found] == [True, True, *[False] * 3]
    assert found[3] == "The database fits.\n"


def test_adopt_says_how_much_is_added() -> None:
    tables: list[Table] = [*added(*catalogues()).values()]
    page = (DOCS / "adopt.md").read_text("utf-8")
    assert f"{sum(len(table.foreign_keys) for table in tables)} foreign keys" in page
    assert f"{sum(index.unique is None for table in tables for index in table.indexes)} indexes" in page


def test_deploy(database_url: str, connection: Connection) -> None:
    commands = [line.replace("myapp.queries", "concordia_sql.blog") for line in lines("deploy.md")]
    assert [run(line, database_url) for line in commands] == [""] * 3
    rights = [run(line, database_url) for line in lines("roles.md")]
    assert len(rights) == 4
    assert all(text.startswith("-- The rights of") for text in rights)
    for example in examples(DOCS / "deploy.md", "python"):
        exec(compile(example, "deploy.md", "exec"), {"url": database_url})
