"""A page costs what it shows: each query reads few blocks a row, at two sizes, under a generic plan."""

import itertools
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import Literal

from concordia_sql import Querier, Query
from concordia_sql.tools import sample
from tests.support.catalog import example, filters, query_classes

SIZES = (10, 40)
PER_ROW = 60
"""The blocks that a row may cost: a post with all that belongs to it takes about 45."""
CHEAP = {
    "blog.GetCommentPage",
    "blog.GetCommentTree",
    "blog.ListCommentPages",
}
"""Those that share their statement with others, which show its price: their threads in the sample are small."""


@pytest.fixture(scope="module", params=SIZES)
def sized(
    request: pytest.FixtureRequest, server_url: str, concordia_template: str
) -> Iterator[tuple[int, psycopg.Connection[Any]]]:
    """A size of the sample, where one listing has many reviews more, and one organization many members."""
    name = f"sized_{uuid4().hex[:12]}"
    url = urlsplit(server_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {concordia_template}".encode())
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                sample.load(connection, request.param)
                fill(connection, 500 * request.param)
                connection.execute("SET plan_cache_mode = force_generic_plan")
                yield request.param, connection
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def fill(connection: psycopg.Connection[Any], many: int) -> None:
    for table, columns, values in (
        (
            '"user"',
            "id, name, email, created_at",
            "'many-' || i, 'n', 'many-' || i, '2020-01-01'::timestamp + i * interval '1 min'",
        ),
        (
            "member",
            "id, organization_id, user_id, created_at",
            "'many-' || i, 'organization-1', 'many-' || i, '2020-01-01'::timestamp + i * interval '1 min'",
        ),
        (
            "services_reviews",
            "id, service_id, author_name, author_email, author_id, content, rating, status, in_language, created_at",
            """'many-' || i, 'listing-1', 'a', 'a', 'user-1', '"x"', 1 + i % 5, 'pending', 'fr',
            '2020-01-01'::timestamp + i * interval '1 min'""",
        ),
        (
            "session",
            "id, expires_at, token, user_id, updated_at",
            "'many-' || i, '2020-01-01'::timestamp + i * interval '1 min', 'many-' || i, 'many-' || i, now()",
        ),
    ):
        connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {many}) i".encode()
        )
    connection.execute("VACUUM (ANALYZE)")


def cost(connection: psycopg.Connection[Any], query: Query[Any]) -> tuple[float, float]:
    """The blocks that a query reads, and the rows that it gives."""
    composed = query.compose()
    texts = Querier(connection)._session.texts(composed, query)
    literals = ", ".join("NULL" if text is None else Literal(text).as_string() for text in texts)
    connection.execute(b"PREPARE costed AS " + composed.encoded)
    try:
        arguments = f"({literals})" if literals else ""
        explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE costed{arguments}"
        ((plans,),) = connection.execute(explain.encode())
    finally:
        connection.execute("DEALLOCATE costed")
    plan = plans[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], plan["Actual Rows"]


def price(query_class: type[Query[Any]]) -> str | None:
    """Why the statement may cost more, as its header says."""
    text = query_class.source.path.read_text("utf-8")
    found = re.search(r"^-- cost: (.+)$", text, re.MULTILINE)
    return found[1] if found else None


def calls(query_class: type[Query[Any]]) -> Iterator[Query[Any]]:
    names = filters(query_class)
    for count in range(3):
        for chosen in itertools.combinations(names, count):
            yield example(query_class, chosen)


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_a_query_costs_what_it_shows(query_class: type[Query[Any]], sized: tuple[int, psycopg.Connection[Any]]) -> None:
    size, connection = sized
    beyond = []
    for query in calls(query_class):
        blocks, rows = cost(connection, query)
        shown = rows + max(getattr(query, "limit", 0), getattr(query, "at_most", 0)) + 10
        if blocks > PER_ROW * shown:
            beyond.append(f"{query}: {blocks} blocks for {rows} rows")
    if not price(query_class):
        assert beyond == []
    elif size == SIZES[-1] and query_class.query_name not in CHEAP:
        assert beyond, f"the header of {query_class.query_name} names a price that it does not have"
