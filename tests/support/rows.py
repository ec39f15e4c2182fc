"""Rows for a test: the test gives the columns that matter, other required columns are filled."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

Row = dict[str, Any]

PUBLIC = {
    "blog_posts": "published",
    "blog_comments": "approved",
    "services_listings": "active",
    "services_reviews": "approved",
}
"""The status of rows that visitors see, by table: what rows for a test have, unless it says another."""

NOON = datetime(2026, 3, 15, 12)
"""The time in columns that are filled. It is the same for all rows, so that orders have ties."""

_numbers = itertools.count(1)


def insert(connection: psycopg.Connection[Any], table: str, values: Mapping[str, object] | None = None) -> Row:
    """Insert a row and return all of it. Required columns without a default get a text of their own, noon, 0 or a map,
    and what visitors may see is shown to them.

    Python values go into jsonb columns as JSON; None is NULL, and `Jsonb(None)` JSON's null.
    """
    given: Row = ({"status": PUBLIC[table]} if table in PUBLIC else {}) | dict(values or {})
    for name, type_name, is_required in _columns(connection, table):
        if is_required and name not in given:
            given[name] = _filled(table, name, type_name)
        if type_name == "jsonb" and given.get(name) is not None and not isinstance(given[name], Jsonb):
            given[name] = Jsonb(given[name])
    query = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
        Identifier(table), SQL(", ").join(map(Identifier, given)), SQL(", ").join(map(Placeholder, given))
    )
    row = connection.cursor(row_factory=dict_row).execute(query, given).fetchone()
    assert row is not None
    return row


def _columns(connection: psycopg.Connection[Any], table: str) -> list[tuple[str, str, bool]]:
    """Each column's name and type, and whether it must be given."""
    query = (
        "SELECT column_name, data_type, is_nullable = 'NO' AND column_default IS NULL "
        "FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    )
    return [(name, type_name, is_required) for name, type_name, is_required in connection.execute(query, [table])]


def _filled(table: str, column: str, type_name: str) -> object:
    number = next(_numbers)
    if type_name == "text":
        return f"{table}-{number}" if column == "id" else f"{table}-{column}-{number}"
    if type_name.startswith("timestamp"):
        return NOON
    return {"fr": f"{column} {number}"} if type_name == "jsonb" else 0
