"""Queriers, sync and async, on a database with a table of things."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import AsyncQuerier
from tests.support.both import awaited_querier

Connection = psycopg.Connection[TupleRow]
AsyncConnection = psycopg.AsyncConnection[TupleRow]


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """Another connection to the same database, to which it adds a table of things."""
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
        other.execute("INSERT INTO things VALUES ('a', 1), ('b', 2)")
        yield other


@pytest.fixture(params=["sync", "async"])
def querier(
    request: pytest.FixtureRequest, connection: Connection, async_connection: AsyncConnection, other: Connection
) -> AsyncQuerier:
    return awaited_querier(request.param, connection if request.param == "sync" else async_connection)


@pytest.fixture
def async_querier(async_connection: AsyncConnection, other: Connection) -> AsyncQuerier:
    return AsyncQuerier(async_connection)


@pytest.fixture(autouse=True)
def _patient(patient: None) -> None:
    """No server is silent here: `tests/faults` has those."""
