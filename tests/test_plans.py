"""Plans on a large sample: no query reads a large table to find a few rows, whatever its filters and plan mode."""

import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import psycopg
import pytest
from psycopg.sql import Literal

from concordia_sql import Querier, Query
from concordia_sql.tools import sample
from tests.support.catalog import example, filters, query_classes
from tests.support.databases import new_database

SCALE = 100
LARGE = 2500
"""Rows from which on a table is large."""
MANY = 0.03
"""The part of a table from which on reading all of it may be cheapest: its rows touch most of the pages."""
SEARCHES = {"slug_contains", "text"}
"""Parameters that search in texts, which no index serves: the headers of their statements say so."""


@pytest.fixture(scope="module")
def large(server_url: str, concordia_template: str) -> Iterator[psycopg.Connection[Any]]:
    with (
        new_database(server_url, concordia_template) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        sample.load(connection, SCALE)
        yield connection


@pytest.fixture(scope="module")
def sizes(large: psycopg.Connection[Any]) -> dict[str, float]:
    return dict(
        large.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples > 0").fetchall()
    )


def queries_of(query_class: type[Query[Any]], connection: psycopg.Connection[Any]) -> Iterator[Query[Any]]:
    """The query with no filter, with each, with each pair; each in every order, and after a cursor where it has one."""
    names = [name for name in filters(query_class) if name not in SEARCHES]
    orders = [
        dict(zip(query_class._choices, values, strict=True))
        for values in itertools.product(*query_class._choices.values())
    ]
    chosen = itertools.chain([()], itertools.combinations(names, 1), itertools.combinations(names, 2))
    query: Any
    for filtered, order in itertools.product(chosen, orders):
        query = example(query_class, filtered)
        query = attrs.evolve(query, **order)
        yield query
        if hasattr(query, "after"):
            found = Querier(connection).fetch(attrs.evolve(query, limit=3))
            cursor = (found[-1].cursor if found else None) if isinstance(found, list) else found.next
            if cursor:
                yield attrs.evolve(query, limit=3, after=cursor)


def plan_of(connection: psycopg.Connection[Any], query: Query[Any], mode: str) -> dict[str, Any]:
    composed = query.compose()
    texts = Querier(connection)._session.texts(composed, query)
    literals = ", ".join("NULL" if text is None else Literal(text).as_string() for text in texts)
    connection.execute(b"PREPARE planned AS " + composed.encoded)
    try:
        connection.execute(f"SET plan_cache_mode = force_{mode}_plan".encode())
        arguments = f"({literals})" if literals else ""
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE planned{arguments}"
        ((plans,),) = connection.execute(explain.encode())
    finally:
        connection.execute("DEALLOCATE planned")
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_no_large_table_is_read_for_a_few_rows(
    query_class: type[Query[Any]], large: psycopg.Connection[Any], sizes: dict[str, float]
) -> None:
    for query in queries_of(query_class, large):
        for mode in ("generic", "custom"):
            for node in nodes(plan_of(large, query, mode)):
                size = sizes.get(node.get("Relation Name", ""), 0)
                if node["Node Type"] == "Seq Scan" and size >= LARGE and node["Actual Loops"]:
                    parts = node["Actual Loops"] if node["Parallel Aware"] else 1
                    assert node["Actual Rows"] * parts >= MANY * size, f"{mode} plan of {query}: {node}"
