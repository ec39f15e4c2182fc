"""One PostgreSQL for the whole run, one migrated database for each test."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
import pytest
import yoyo
from hypothesis import settings
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from pytest_postgresql import factories

from concordia_sql.tools import embedded
from tests.support.sampled import sample, sample_url

__all__ = ["sample", "sample_url"]  # the fixtures of that module, for every test

# The same examples on every run; other ones each time by `make fuzz`.
settings.register_profile("suite", derandomize="FUZZ" not in os.environ, deadline=None)
settings.load_profile("suite")

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def pytest_configure(config: pytest.Config) -> None:
    """Start a server unless TEST_DATABASE_URL names one, as it does to pytest-xdist's workers.

    A job in the background ignores Ctrl-C, and so would every process that a test starts and interrupts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "TEST_DATABASE_URL" not in os.environ:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        os.environ["TEST_DATABASE_URL"] = stack.enter_context(embedded.start())
        stack.callback(os.environ.pop, "TEST_DATABASE_URL")
    server = conninfo_to_dict(os.environ["TEST_DATABASE_URL"])
    for name in ("host", "port", "user", "password"):
        setattr(config.option, f"postgresql_{name}", server.get(name))


def migrate(*, host: str, port: int, user: str, password: str | None, dbname: str, autocommit: bool) -> None:
    where = urlencode({"host": host, "port": port, "user": user, "password": password or ""})
    with yoyo.get_backend(f"postgresql+psycopg:///{dbname}?{where}") as backend:
        backend.apply_migrations(yoyo.read_migrations(str(MIGRATIONS)))


template = factories.postgresql_noproc(dbname=f"test_{uuid4().hex[:12]}", load=[migrate])
clone = factories.postgresql("template")


@pytest.fixture(scope="session")
def server_url() -> str:
    """The URL of the server's database `postgres`, as a superuser."""
    return os.environ["TEST_DATABASE_URL"]


@pytest.fixture
def database_url(server_url: str, clone: psycopg.Connection[TupleRow]) -> str:
    """The URL of a migrated database, empty and for this test alone."""
    return urlsplit(server_url)._replace(path=f"/{clone.info.dbname}").geturl()


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
