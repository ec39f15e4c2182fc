"""What every fault is tried on."""

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import AsyncDatabase
from tests.support.both import awaited_database
from tests.support.proxy import Proxy, proxied
from tests.support.standbys import Servers, replicated

_numbers = itertools.count()


@pytest.fixture
def other(database_url: str) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection of its own to the same database, to which it adds a table of things."""
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
        yield other


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Callable[..., AsyncDatabase]:
    """Makes a database, sync and async, not open."""
    return lambda url, **options: awaited_database(request.param, url, **options)


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    """A proxy before the database."""
    with proxied(database_url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A primary with two standbys, which no test ends."""
    with replicated({}, {}) as servers:
        yield servers


@pytest.fixture
def title() -> str:
    """A title that no other test has."""
    return f"thing {next(_numbers)}"
