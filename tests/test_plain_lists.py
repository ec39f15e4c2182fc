"""Each list beside a plain SELECT of all its rows: any filters, limits and cursors, while rows are moved and deleted.

`FUZZ=20` makes twenty times as many calls.
"""

import os
import typing
from collections.abc import Iterator
from random import Random
from typing import Any, cast

import attrs
import psycopg
import pytest

from concordia_sql import Querier
from tests.support.catalog import filters, required
from tests.support.databases import new_database
from tests.support.plain_lists import HOT, PLAIN, Plain, fill_many, plain_rows
from tests.support.rows import PUBLIC
from tests.test_lists import PAGED, values_of

FUZZ = int(os.environ.get("FUZZ", "1"))
CALLS = 12 * FUZZ
WAYS = ("with_unpublished", "of_deleted")


@pytest.fixture(scope="module")
def many(server_url: str, concordia_template: str) -> Iterator[psycopg.Connection[Any]]:
    with (
        new_database(server_url, concordia_template) as url,
        psycopg.connect(url, autocommit=True, options="-c TimeZone=UTC") as connection,
    ):
        fill_many(connection)
        yield connection


def test_each_list_has_its_plain_select() -> None:
    assert {*PLAIN} == {listing.query_name for listing in PAGED}
    for listing in PAGED:
        assert {*filters(listing)} - {"languages", *WAYS} == {*PLAIN[listing.query_name].conditions}, listing


@pytest.mark.parametrize("listing", PAGED, ids=lambda cls: cls.query_name)
def test_a_list_is_what_a_plain_select_gives(many: psycopg.Connection[Any], listing: Any) -> None:
    random, plain = Random(listing.query_name), PLAIN[listing.query_name]
    found = 0
    for _ in range(CALLS):
        with many.transaction(force_rollback=True):
            found += compared(many, listing, plain, random)
    assert found > CALLS


def compared(connection: psycopg.Connection[Any], listing: Any, plain: Plain, random: Random) -> int:
    """Compare a page, after the cursor of a row that may be gone; the number of its rows."""
    fields = {field.name: field for field in attrs.fields(listing)}
    querier, fixed = Querier(connection), chosen(connection, listing, required(listing), random)
    fixed |= {name: random.choice([True, False]) for name, field in fields.items() if field.default is False}
    ways = [name for name in WAYS if name in fields]
    widest = {**fixed, **dict.fromkeys(ways, True)}
    names = random.sample([*plain.conditions], min(random.choice([0, 0, 1, 1, 2, 3]), len(plain.conditions)))
    given = {**fixed, **chosen(connection, listing, names, random)}
    given |= {name: random.choice([True, None]) for name in ways}
    if given.get("status", PUBLIC.get(plain.table)) != PUBLIC.get(plain.table) and "with_unpublished" in ways:
        given["with_unpublished"] = True
    limit = random.choice([1, 2, 10, 500])
    row, after = None, None
    read = random.choice([widest, given])
    for _ in range(random.choice([0, 1, 1, 2])):  # the cursor of any row that the list gives, or may give
        page = querier.fetch(listing(**read, limit=random.choice([1, 40, 500]), after=after))
        if page:
            row = random.choice(page)
            after = row.cursor
    own = None if row is None else key_of(row, plain)
    if own is not None:
        move(connection, plain, own, random)
    before = plain_rows(connection, plain, widest, given)
    gone = {own} if own is not None and random.random() < 0.5 else set()
    gone |= {key for key, _ in before if random.random() < 0.02}
    delete(connection, plain, fixed, gone)
    start = 0 if own is None else [key for key, _ in before].index(own) + 1
    left = {key for key, fits in plain_rows(connection, plain, widest, given) if fits}
    expected = [key for key, _ in before[start:] if key in left][:limit]
    asked = listing(**given, limit=limit, after=after)
    assert [key_of(each, plain) for each in querier.fetch(asked)] == expected, asked
    return len(expected)


def chosen(connection: psycopg.Connection[Any], listing: Any, names: list[str], random: Random) -> dict[str, Any]:
    """A value for each field."""
    hints = typing.get_type_hints(listing)
    return {name: random.choice(HOT.get(name) or values_of(connection, name, hints[name])) for name in names}


def key_of(row: Any, plain: Plain) -> tuple[str, ...]:
    """What tells the row from others, as the table has it."""
    fields = {field.name for field in attrs.fields(cast("Any", type(row)))}
    names = ["link_type" if name == "type" else name if name in fields else "id" for name in plain.key]
    return tuple(getattr(row, name) for name in names)


def move(connection: psycopg.Connection[Any], plain: Plain, own: tuple[str, ...], random: Random) -> None:
    """Give some rows the place of this one but for their ids."""
    if plain.moves:
        values = ", ".join(f"{name} = own.{name}" for name in plain.moves)
        connection.execute(
            f'UPDATE "{plain.table}" AS r SET {values} FROM "{plain.table}" AS own '
            "WHERE own.id = %s AND r.id <> own.id AND hashtext(r.id || %s) %% 50 = 0".encode(),
            [own[0], str(random.random())],
        )


def delete(
    connection: psycopg.Connection[Any], plain: Plain, fixed: dict[str, Any], gone: set[tuple[str, ...]]
) -> None:
    """Delete rows; what refers to them is left."""
    connection.execute("SET LOCAL session_replication_role = replica")
    own = {name: value for name, value in fixed.items() if name in ("post_id", "service_id", "media_id")}
    own = own if plain.key != ("id",) else {}
    condition = " AND ".join([*(f"{name} = %s" for name in plain.key), *(f"{name} = %s" for name in own)])
    with connection.cursor() as cursor:
        cursor.executemany(
            f'DELETE FROM "{plain.table}" WHERE {condition}'.encode(), [(*key, *own.values()) for key in gone]
        )
