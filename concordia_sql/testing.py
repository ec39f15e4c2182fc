"""A pytest plugin: a server, migrated databases and queriers for tests.

A conftest.py at the top names it: `pytest_plugins = ["concordia_sql.testing"]`. The server is the one that the variable
TEST_DATABASE_URL names, as a role that may create databases, or else the embedded one.
"""

import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import AsyncQuerier, Library, Querier, Statement
from concordia_sql.engine.compose import Composed
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import embedded


@pytest.fixture(scope="session")
def concordia_libraries() -> Sequence[Library]:
    """The libraries whose migrations are applied: Concordia's. Override it to name those of your own."""
    return [CONCORDIA]


@pytest.fixture(scope="session")
def concordia_server() -> Iterator[str]:
    """The URL of the server."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given is not None:
        yield given
    else:
        with embedded.start() as url:
            yield url


@pytest.fixture(scope="session")
def concordia_template(concordia_server: str, concordia_libraries: Sequence[Library]) -> Iterator[str]:
    """The name of a migrated database without rows, of which the others are copies. Nobody may be connected to it."""
    with new_database(concordia_server) as url:
        migrate(url, *concordia_libraries)
        yield urlsplit(url).path[1:]


@pytest.fixture
def concordia_url(concordia_server: str, concordia_template: str) -> Iterator[str]:
    """The URL of a migrated database for one test alone."""
    with new_database(concordia_server, concordia_template) as url:
        yield url


@pytest.fixture(scope="session")
def concordia_shared_url(concordia_server: str, concordia_template: str) -> Iterator[str]:
    """The URL of a migrated database for all tests. Override it to add rows that all of them find."""
    with new_database(concordia_server, concordia_template) as url:
        yield url


@pytest.fixture
def concordia_querier(concordia_shared_url: str) -> Iterator[Querier]:
    """A querier in a transaction that is rolled back after the test. Transactions of the test's are savepoints."""
    with psycopg.connect(concordia_shared_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        querier = Querier(connection)
        with querier.transaction():
            yield querier
            raise psycopg.Rollback


@pytest.fixture
async def concordia_async_querier(concordia_shared_url: str) -> AsyncIterator[AsyncQuerier]:
    """The same for tests that are coroutines, as pytest-asyncio runs them with `asyncio_mode = "auto"`, or anyio."""
    connect = psycopg.AsyncConnection[Any].connect
    async with await connect(concordia_shared_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        querier = AsyncQuerier(connection)
        async with querier.transaction():
            yield querier
            raise psycopg.Rollback


@contextmanager
def new_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, empty or a copy of another one, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def assert_plan(
    querier: Querier, query: Statement[Any], *, uses: str | Iterable[str] = (), no_scan_of: str | Iterable[str] = ()
) -> None:
    """For a test: raises AssertionError if a plan of the query does not use the indexes, or reads tables as a whole.

    The plan is the one for any values, or for those of a query with `plan="custom"`, with indexes preferred, so that it
    does not depend on the few rows of a test.
    All statements of a command are planned; none is run.
    """
    used = scans_of(querier.connection, query)
    missing = sorted({uses} - used if isinstance(uses, str) else set(uses) - used)
    scanned = sorted({no_scan_of} & used if isinstance(no_scan_of, str) else set(no_scan_of) & used)
    assert not missing, f"{query.query_name} does not use {', '.join(missing)}, but {', '.join(sorted(used))}"
    assert not scanned, f"{query.query_name} reads {', '.join(scanned)} as a whole"


def scans_of(connection: psycopg.Connection[Any], query: Statement[Any]) -> set[str]:
    """The indexes in the plans of the query, with indexes preferred. A table read as a whole is there by name.

    All statements of a command are read.
    """
    composed = query.compose()
    return set().union(*(_scans_of(connection, query, each) for each in (*composed.before, composed)))


def _scans_of(connection: psycopg.Connection[Any], query: Statement[Any], composed: Composed) -> set[str]:
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL plan_cache_mode = force_{query._plan or 'generic'}_plan".encode())
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(b"PREPARE planned AS " + composed.encoded)
        texts = Querier(connection)._session.texts(composed, query)
        given = SQL("({})").format(SQL(", ").join(map(Literal, texts))) if texts else SQL("")
        cursor = connection.execute(SQL("EXPLAIN (FORMAT JSON) EXECUTE planned {}").format(given))
        ((plan,),) = cursor.fetchall()
        connection.execute("DEALLOCATE planned")
    return set(_scans_in(plan[0]["Plan"]))


def _scans_in(node: dict[str, Any]) -> Iterator[str]:
    scan = node.get("Index Name", node.get("Relation Name"))
    if scan and node["Node Type"] != "Bitmap Heap Scan":
        yield scan
    for below in node.get("Plans", ()):
        yield from _scans_in(below)
