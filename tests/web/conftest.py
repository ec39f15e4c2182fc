"""A copy of the sample, to write to."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier


@pytest.fixture(scope="module")
def sample_copy(server_url: str, sample_url: str) -> Iterator[str]:
    """The URL of a database that holds the sample, for the tests of a module."""
    name = f"copy_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        template = Identifier(urlsplit(sample_url).path[1:])
        server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), template))
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
