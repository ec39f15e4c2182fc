"""Expected results: plain SELECTs of single tables, joined in Python. The statements that are tested are not used."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar, cast

import attrs
import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from concordia_sql import Many, Node, Querier

T = TypeVar("T")
N = TypeVar("N", bound=Node)
Row = dict[str, Any]


def rows(connection: psycopg.Connection[Any], table: str, **equals: object) -> list[Row]:
    """The rows of a table whose columns have these values."""
    query = SQL("SELECT * FROM {}").format(Identifier(table))
    found = connection.cursor(row_factory=dict_row).execute(query).fetchall()
    return [row for row in found if all(row[name] == value for name, value in equals.items())]


def row_or_none(connection: psycopg.Connection[Any], table: str, **equals: object) -> Row | None:
    """The one row whose columns have these values, or None."""
    found = rows(connection, table, **equals)
    assert len(found) <= 1
    return found[0] if found else None


def made(cls: type[T], row: Row, **relations: object) -> T:
    """An object of a row: each field is the relation given, or the column of its name."""
    values = {**row, **relations}
    return cls(**{field.name: values[field.name] for field in attrs.fields(cast("Any", cls))})


def newest_first(found: list[Row]) -> list[Row]:
    """By created_at, then id, the last first."""
    return sorted(found, key=lambda row: (row["created_at"], row["id"]), reverse=True)


def oldest_first(found: list[Row]) -> list[Row]:
    """By created_at, then id."""
    return sorted(found, key=lambda row: (row["created_at"], row["id"]))


def paged(querier: Querier, query: Many[T], limit: int) -> list[T]:
    """All rows of a list, read in pages of `limit` rows, each after the previous page. Cursors are emptied."""
    found: list[Any] = []
    page: list[Any] = querier.fetch(attrs.evolve(cast("Any", query), limit=limit))
    while page:
        assert len(page) <= limit
        assert page[-1] not in found, "a page that comes again"
        found += page
        page = querier.fetch(attrs.evolve(cast("Any", query), limit=limit, after=page[-1].cursor))
    return [attrs.evolve(row, cursor="") for row in found]


def with_tuples(row: Row) -> Row:
    """The row, with tuples for the lists in key words and links, as the classes have them."""
    changed = {name: _tuples(value) if name in ("seo_keywords", "same_as") else value for name, value in row.items()}
    if isinstance(changed.get("same_as"), str):
        text: str = changed["same_as"]
        changed["same_as"] = tuple(json.loads(text)) if text.startswith("[") else (text,)
    return changed


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value


def number_of(position: str | None) -> float:
    """A position as a number. If it is not a number, it comes last."""
    return float(position) if position and set(position) <= set("0123456789") else float("inf")


def grown(cls: type[N], row: Row, among: Sequence[Row], children: str) -> N:
    """The node of a row, with all nodes below it."""
    below = tuple(grown(cls, each, among, children) for each in among if each["parent_id"] == row["id"] != each["id"])
    return made(cls, row, **{children: below})
