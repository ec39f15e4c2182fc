"""The sample: one database for the tests that only read, and copies for those that write."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from concordia_sql.tools.sample import load


@pytest.fixture(scope="session")
def sample_url(server_url: str, concordia_template: str) -> Iterator[str]:
    """The URL of a database that holds the sample, for all tests: none may write."""
    name = f"sample_{uuid4().hex[:12]}"
    url = urlsplit(server_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(concordia_template)))
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                load(connection)
            yield url
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="module")
def sample(sample_url: str) -> Iterator[psycopg.Connection[TupleRow]]:
    """A read-only connection to the sample in autocommit mode."""
    options = "-c TimeZone=UTC -c default_transaction_read_only=on"
    with psycopg.connect(sample_url, autocommit=True, options=options) as connection:
        yield connection


@pytest.fixture(scope="module")
def sample_copy(server_url: str, sample_url: str) -> Iterator[str]:
    """The URL of a database that holds the sample, for the tests of a module."""
    name = f"copy_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        template = Identifier(urlsplit(sample_url).path[1:])
        server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), template))
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
