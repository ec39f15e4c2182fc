"""psycopg's errors for broken rules of the database, as errors that a caller acts on."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

import attrs
import psycopg

from concordia_sql.engine.errors import ConcordiaError, Conflict, MissingReference, Refused
from concordia_sql.engine.queries import Query

TAKEN_BY_DELETED = "taken_by_deleted"
"""The reason of a refusal that is a conflict with a deleted row, in the column that was found."""

_KEY = re.compile(r"\((?P<columns>[^()]*)\)=\((?P<values>.*)\) ", re.DOTALL)


def translate(error: psycopg.Error, queries: Sequence[Query[Any]]) -> ConcordiaError | None:
    """The error that the caller gets instead, if there is one. It holds no values."""
    names, diag = ", ".join(query.query_name for query in queries), error.diag
    if error.sqlstate in {query.source.library.refused for query in queries}:
        reason, found = diag.message_primary or "", diag.message_detail or None
        if reason == TAKEN_BY_DELETED:
            return Conflict(f"{names}: a deleted row holds the {found}", columns=(found or "",), deleted=True)
        return Refused(f"{names}: {reason}{f', found {found}' if found else ''}", reason=reason, found=found)
    key = _KEY.search(diag.message_detail or "")
    if key is None:
        return None
    columns = tuple(key["columns"].replace('"', "").split(", "))
    if isinstance(error, psycopg.errors.UniqueViolation):
        row = _find_row(queries, columns, key["values"])
        text = f"{names}: {_place(row)}{diag.table_name} has a row with this {', '.join(columns)}"
        return Conflict(text, columns=columns, row=row)
    # A delete of what is still referenced breaks the same constraint; the key is then that of the other table.
    if (
        isinstance(error, psycopg.errors.ForeignKeyViolation)
        and diag.constraint_name == f"{diag.table_name}_{'_'.join(columns)}_fkey"
    ):
        row = _find_row(queries, columns, key["values"])
        return MissingReference(
            f"{names}: {_place(row)}there is no row for this {', '.join(columns)}", columns=columns, row=row
        )
    return None


def _place(row: int | None) -> str:
    return "" if row is None else f"row {row}: "


def _find_row(queries: Sequence[Query[Any]], columns: Sequence[str], values: str) -> int | None:
    """The number of the last row given, counted from 0, that has this key. In a batch it might be another command's."""
    if len(queries) > 1:
        return None
    found = None
    for rows in _rows(queries):
        for number, row in enumerate(rows):
            if ", ".join(str(getattr(row, column, None)) for column in columns) == values:
                found = number
    return found


def _rows(queries: Sequence[Query[Any]]) -> Iterator[Sequence[object]]:
    """The sequences of rows among the parameters."""
    for query in queries:
        for field in attrs.fields(cast("Any", type(query))):
            value = getattr(query, field.name)
            if isinstance(value, tuple) and value and attrs.has(type(value[0])):
                yield value
