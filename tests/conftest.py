"""One PostgreSQL for the whole run, one migrated database for each test."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from hypothesis import settings
from psycopg.rows import TupleRow

from concordia_sql.tools import embedded
from tests.support.both import patience
from tests.support.sampled import sample, sample_copy, sample_url

__all__ = ["sample", "sample_copy", "sample_url"]  # the fixtures of that module, for every test

# The same examples on every run; other ones each time by `make fuzz`.
settings.register_profile("suite", derandomize="FUZZ" not in os.environ, deadline=None)
settings.load_profile("suite")

pytest_plugins = ["concordia_sql.testing"]


def pytest_configure(config: pytest.Config) -> None:
    """Start a server unless TEST_DATABASE_URL names one, as it does to pytest-xdist's workers.

    Autovacuum is off: it would analyze tables anew in the midst of a test that takes a minute, and change its plans.
    A job in the background ignores Ctrl-C, and so would every process that a test starts and interrupts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "TEST_DATABASE_URL" not in os.environ:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        os.environ["TEST_DATABASE_URL"] = stack.enter_context(embedded.start())
        stack.callback(os.environ.pop, "TEST_DATABASE_URL")
        with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as server:
            server.execute("ALTER SYSTEM SET autovacuum = off")
            server.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def server_url(concordia_server: str) -> str:
    """The URL of the server's database `postgres`, as a superuser."""
    return concordia_server


@pytest.fixture
def database_url(concordia_url: str) -> str:
    """The URL of a migrated database, empty and for this test alone."""
    return concordia_url


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection to `database_url` in autocommit mode, its time zone UTC."""
    with psycopg.connect(database_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield connection


@pytest.fixture
async def async_connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[TupleRow]]:
    """An asynchronous connection to `database_url` in autocommit mode, its time zone UTC."""
    connect = psycopg.AsyncConnection[TupleRow].connect
    async with await connect(database_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield connection


@pytest.fixture
def patient() -> Iterator[None]:
    """What is cancelled has all the time that it needs."""
    with patience():
        yield
