"""A page costs what it shows: each query and command reads few blocks a row, at two sizes, under a generic plan."""

import itertools
import math
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from concordia_sql import Command, Query, Statement, auth
from concordia_sql.engine.bounds import field_names
from tests.support.catalog import command_classes, query_classes
from tests.support.costs import (
    Connection,
    Cost,
    add_many,
    add_of_four,
    calls,
    command_examples,
    cost,
    far_behind,
    forget,
    load,
    price,
    sized,
)
from tests.support.databases import new_database
from tests.support.deletes import REFERENCES, RowOf
from tests.support.prices import PRICES
from tests.support.rows import insert

SIZES = (10, int(os.environ.get("COSTS", "100")))
TRIED = 20 if SIZES[-1] <= 100 else 400
"""How many sets of three filters are tried, and of two without statistics."""
MANY = 20_000
"""How many posts and listings more there are for commands without statistics."""
OF_FOUR = 30_000
"""How many rows belong to four others, each of which has a quarter."""
PER_ROW = 60
"""The blocks that a row may cost: a post with all that belongs to it takes about 45."""
RELATION = 20
"""What a relation of at most 100 rows may cost, where the class also counts them, in rows: its rows hold less."""
BOUNDED = {
    f"{name}_count" for name in ("account", "author", "child", "invitation", "listing", "member", "post", "session")
}
HANDLED = 5
"""The rows that the nodes of a plan may handle for each block, so that none compares each row with each other."""
ELSEWHERE = 15
"""The same where tables are small or were never analyzed: a plan may read all of a small table, or expect few rows."""
CHEAP = {
    "count_categories.sql",
    "get_organization.sql",
    "get_organization_with_listings.sql",
    "get_verification.sql",
    "list_bookings.sql",
    "list_by_slug.sql",
    "list_categories.sql",
    "list_free_slots.sql",
    "list_parts.sql",
}
"""Files of queries whose price the sample does not show."""


@pytest.fixture(scope="module")
def filled(server_url: str, concordia_template: str) -> Iterator[str]:
    """The name of a database with the large sample, to be cloned."""
    with new_database(server_url, concordia_template) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            load(connection, SIZES[-1])
        yield urlsplit(url).path[1:]


def opened(size: int, server_url: str, template: str, filled: str) -> AbstractContextManager[Connection]:
    return sized(server_url, filled) if size == SIZES[-1] else sized(server_url, template, size)


@pytest.fixture(scope="module", params=SIZES)
def database(
    request: pytest.FixtureRequest, server_url: str, concordia_template: str, filled: str
) -> Iterator[tuple[int, Connection]]:
    with opened(request.param, server_url, concordia_template, filled) as connection:
        yield request.param, connection


@pytest.fixture(scope="module", params=SIZES)
def never_analyzed(
    request: pytest.FixtureRequest, server_url: str, concordia_template: str, filled: str
) -> Iterator[tuple[int, Connection]]:
    """To the planner, a scan of a small table is cheap, and one of a large table dear."""
    with opened(request.param, server_url, concordia_template, filled) as connection:
        forget(connection)
        yield request.param, connection


@pytest.fixture(scope="module")
def never_analyzed_and_large(server_url: str, filled: str) -> Iterator[Connection]:
    """So large that a batch which reads a whole table, or all that belongs to one row, costs more than it may."""
    with sized(server_url, filled) as connection:
        add_many(connection, MANY)
        forget(connection)
        yield connection


def beyond(
    connection: Connection, statements: Iterable[Statement[Any]], *, priced: bool = True, handled: float = HANDLED
) -> Iterator[str]:
    """The statements that cost more than they give or write and, if `priced`, than their price says."""
    for statement in statements:
        what = cost(connection, statement)
        bound = getattr(statement, "limit", None) or getattr(statement, "at_most", None) or 0
        shown = what.rows + (bound if bound <= 1000 else 0) + 2  # a larger one is that of a whole thread
        shown += RELATION * len(BOUNDED.intersection(field_names(statement.result_class)))
        blocks = PER_ROW * shown
        if priced and statement.query_name in PRICES and dear(what, blocks, handled):
            blocks += PRICES[statement.query_name].of(connection, statement)
        if dear(what, blocks, handled):
            yield f"{statement}: {what.blocks} blocks and {what.handled} rows handled for {what.rows} rows"


def dear(what: Cost, blocks: int, handled: float) -> bool:
    """Whether it costs more than so many blocks, or handles more than so many rows for each."""
    return what.blocks > blocks or what.handled > handled * blocks


def test_each_price_stands_in_a_header() -> None:
    classes = [*query_classes(), *command_classes()]
    priced = {cls.source.path for cls in classes if cls.query_name in PRICES}
    assert {cls.source.path for cls in classes if price(cls)} == priced
    assert PRICES.keys() <= {cls.query_name for cls in classes}


def test_a_header_names_a_price_that_it_has(database: tuple[int, Connection]) -> None:
    """At the larger size, some query of its file costs more than it shows."""
    size, connection = database
    if size == SIZES[-1]:
        classes = [cls for cls in query_classes() if cls.query_name in PRICES and cls.source.path.name not in CHEAP]
        for path in {cls.source.path for cls in classes}:
            tried = itertools.chain.from_iterable(calls(cls) for cls in classes if cls.source.path == path)
            assert any(beyond(connection, tried, priced=False)), path


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_a_query_costs_what_it_shows(query_class: type[Query[Any]], database: tuple[int, Connection]) -> None:
    """And what its price says."""
    size, connection = database
    large = size == SIZES[-1]
    tried = calls(query_class, triples=TRIED) if large else calls(query_class, pairs=3 * TRIED)
    tried = itertools.chain(tried, far_behind(connection, query_class))
    assert [*beyond(connection, tried, handled=HANDLED if large else ELSEWHERE)] == []


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_it_does_so_without_statistics(query_class: type[Query[Any]], never_analyzed: tuple[int, Connection]) -> None:
    size, connection = never_analyzed
    tried = calls(query_class, pairs=2 * TRIED, triples=TRIED // 4 if size == SIZES[-1] else 0)
    assert [*beyond(connection, tried, handled=ELSEWHERE)] == []


@pytest.mark.parametrize("command_class", command_classes(), ids=lambda cls: cls.query_name)
def test_a_command_costs_what_it_writes(command_class: type[Command[Any]], database: tuple[int, Connection]) -> None:
    _, connection = database
    assert [*beyond(connection, command_examples(connection, command_class))] == []


@pytest.mark.parametrize("command_class", command_classes(), ids=lambda cls: cls.query_name)
def test_a_command_does_so_without_statistics(
    command_class: type[Command[Any]], never_analyzed: tuple[int, Connection]
) -> None:
    _, connection = never_analyzed
    assert [*beyond(connection, command_examples(connection, command_class), handled=math.inf)] == []


@pytest.mark.parametrize("command_class", command_classes(), ids=lambda cls: cls.query_name)
def test_a_command_does_so_in_large_tables(
    command_class: type[Command[Any]], never_analyzed_and_large: Connection
) -> None:
    tried = command_examples(never_analyzed_and_large, command_class)
    assert [*beyond(never_analyzed_and_large, tried)] == []


@pytest.mark.parametrize("case", REFERENCES, ids=lambda case: f"{case[0].query_name}-{case[2]}")
def test_a_batch_does_so_where_few_rows_have_all_others(connection: Connection, case: RowOf) -> None:
    """There a tenth of what one has, which the planner takes the limit for, is much. With statistics and without."""
    add_of_four(connection, case, OF_FOUR)
    connection.execute("SET plan_cache_mode = force_generic_plan")
    batch = case[0](id="0", limit=20, in_batches=True)
    for prepare in (lambda: connection.execute("VACUUM (ANALYZE)"), lambda: forget(connection)):
        prepare()
        assert cost(connection, batch).rows >= 20
        assert [*beyond(connection, [batch])] == []


def test_a_batch_of_an_organization_sorts_no_members(connection: Connection) -> None:
    """Where most organizations have few. Without an owner it reads each, to look for one."""
    connection.execute("SET session_replication_role = replica")
    insert(connection, "organization", {"id": "large"})
    connection.execute(
        """INSERT INTO member (id, organization_id, user_id, role, created_at)
        SELECT i, CASE WHEN i % 2 = 0 THEN 'large' ELSE 'small-' || i END, i, 'member', now()
        FROM generate_series(1, 20000) AS i"""
    )
    connection.execute("VACUUM (ANALYZE) member")
    connection.execute("SET plan_cache_mode = force_generic_plan")
    assert cost(connection, auth.DeleteOrganization(id="large", limit=20, in_batches=True)).handled < 25_000
