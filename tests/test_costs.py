"""A page costs what it shows: each query and command reads few blocks a row, at two sizes, under a generic plan."""

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from concordia_sql import Command, Query, Statement
from concordia_sql.engine.bounds import field_names
from tests.support.catalog import command_classes, query_classes
from tests.support.costs import (
    Connection,
    calls,
    command_example,
    cost,
    forget,
    in_the_middle,
    load,
    price,
    single_calls,
    sized,
)
from tests.support.databases import new_database

SIZES = (10, int(os.environ.get("COSTS", "100")))
PER_ROW = 60
"""The blocks that a row may cost: a post with all that belongs to it takes about 45."""
RELATION = 20
"""What a relation of at most 100 rows may cost, where the class also counts them, in rows: its rows hold less."""
BOUNDED = {
    f"{name}_count" for name in ("account", "author", "child", "invitation", "listing", "member", "post", "session")
}
CHEAP = {
    "auth.ListUsers",
    "blog.CountMissingTranslations",
    "blog.GetComment",
    "blog.GetCommentPage",
    "blog.GetCommentSubtree",
    "blog.GetCommentTree",
    "blog.ListCommentPages",
    "blog.ListMissingTranslations",
    "services.GetReviewThread",
}
"""Those whose price the sample does not show: of few users and translations; comments share what reviews have."""


@pytest.fixture(scope="module")
def filled(server_url: str, concordia_template: str) -> Iterator[str]:
    """The name of a database with the large sample, to be cloned."""
    with new_database(server_url, concordia_template) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            load(connection, SIZES[-1])
        yield urlsplit(url).path[1:]


@pytest.fixture(scope="module", params=SIZES)
def database(
    request: pytest.FixtureRequest, server_url: str, concordia_template: str, filled: str
) -> Iterator[tuple[int, Connection]]:
    small = request.param != SIZES[-1]
    with sized(server_url, concordia_template if small else filled, request.param if small else None) as connection:
        yield request.param, connection


@pytest.fixture(scope="module")
def never_analyzed(server_url: str, filled: str) -> Iterator[Connection]:
    with sized(server_url, filled) as connection:
        forget(connection)
        yield connection


def beyond(connection: Connection, statements: Iterable[Statement[Any]]) -> Iterator[str]:
    """The statements that cost more than they give or write."""
    for statement in statements:
        what = cost(connection, statement)
        bound = getattr(statement, "limit", None) or getattr(statement, "at_most", None) or 0
        shown = what.rows + (bound if bound <= 1000 else 0) + 2  # a larger one is that of a whole thread
        shown += RELATION * len(BOUNDED.intersection(field_names(statement.result_class)))
        if what.blocks > PER_ROW * shown:
            yield f"{statement}: {what.blocks} blocks for {what.rows} rows"


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_a_query_costs_what_it_shows(query_class: type[Query[Any]], database: tuple[int, Connection]) -> None:
    size, connection = database
    dear = beyond(connection, itertools.chain(calls(query_class), in_the_middle(connection, query_class)))
    if not price(query_class):
        assert [*dear] == []
    elif size == SIZES[-1] and query_class.query_name not in CHEAP:
        assert any(dear), f"the header of {query_class.query_name} names a price that it does not have"


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_it_does_so_without_statistics(query_class: type[Query[Any]], never_analyzed: Connection) -> None:
    if not price(query_class):
        assert [*beyond(never_analyzed, single_calls(query_class))] == []


@pytest.mark.parametrize("command_class", command_classes(), ids=lambda cls: cls.query_name)
def test_a_command_costs_what_it_writes(command_class: type[Command[Any]], database: tuple[int, Connection]) -> None:
    _, connection = database
    assert [*beyond(connection, [command_example(connection, command_class)])] == []


@pytest.mark.parametrize("command_class", command_classes(), ids=lambda cls: cls.query_name)
def test_a_command_does_so_without_statistics(command_class: type[Command[Any]], never_analyzed: Connection) -> None:
    assert [*beyond(never_analyzed, [command_example(never_analyzed, command_class)])] == []
