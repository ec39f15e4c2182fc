"""Turns psycopg's errors about broken keys and refusals into errors that a caller can handle.

They are recognised by the SQLSTATE and the catalogue. The server's messages depend on its language, and leave out
values if row security is on or a privilege is missing.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import attrs
import psycopg

from concordia_sql.engine.constraints import Key, may_remove, statements_of, written_tables
from concordia_sql.engine.errors import ConcordiaError, Conflict, MissingReference, Refused
from concordia_sql.engine.queries import Statement

TAKEN_BY_DELETED = "taken_by_deleted"
"""The reason of a refusal that becomes a `Conflict` with a deleted row. `found` is the column."""


def translate(error: psycopg.Error, queries: Sequence[Statement[Any]], key: Key | None = None) -> ConcordiaError | None:
    """The error that replaces psycopg's, or None. It contains no values. `key` is the key that is broken."""
    names, diag = ", ".join(query.query_name for query in queries), error.diag
    if error.sqlstate in {query.source.library.refused for query in queries}:
        reason, found = diag.message_primary or "", diag.message_detail or None
        if reason == TAKEN_BY_DELETED:
            return Conflict(f"{names}: a deleted row holds the {found}", columns=(found or "",), deleted=True)
        return Refused(f"{names}: {reason}{f', found {found}' if found else ''}", reason=reason, found=found)
    columns = () if key is None else key.columns
    if isinstance(error, psycopg.errors.UniqueViolation):
        row = _find_row(queries, columns, diag.message_detail)
        text = (
            f"{names}: {_in_row(row)}{diag.table_name or 'a table'} has a row with this {', '.join(columns) or 'key'}"
        )
        return Conflict(text, columns=columns, row=row)
    if isinstance(error, psycopg.errors.ForeignKeyViolation) and key and _is_missing(key, queries, diag.message_detail):
        row = _find_row(queries, columns, diag.message_detail)
        text = f"{names}: {_in_row(row)}there is no row for this {', '.join(columns)}"
        return MissingReference(text, columns=columns, row=row)
    return None


def _is_missing(key: Key, queries: Sequence[Statement[Any]], detail: str | None) -> bool:
    """Whether a foreign key is broken by the row that refers, and not by a delete of the row referred to.

    Both are one SQLSTATE with the same names. DETAIL begins with the columns on the side of the error, in parentheses,
    in every language; without one, the statements must prove it.
    """
    positions = [(detail or "").find(f"({', '.join(columns)})=(") for columns in (key.columns, key.referenced or ())]
    if positions[0] != positions[1]:
        return positions[1] < 0 or 0 <= positions[0] < positions[1]
    composed = list(statements_of(queries))
    is_written = any(key.table in written_tables(each.text) for each in composed)
    return is_written and not any(may_remove(each.text, key) for each in composed)


def _in_row(row: int | None) -> str:
    return "" if row is None else f"row {row}: "


def _find_row(queries: Sequence[Statement[Any]], columns: Sequence[str], detail: str | None) -> int | None:
    """The number of the last row given, counted from 0, that has the values of DETAIL in the key; None if in doubt.

    It is in doubt if DETAIL has no values, and if rows of two kinds or the command's own fields have them. So it is
    with several commands, if it is not known which one failed.
    """
    _, equals, rest = (detail or "").partition(")=(")
    if len(queries) > 1 or not equals:
        return None
    expected = rest.rpartition(")")[0]

    def has_key(row: object) -> bool:
        given = [getattr(row, column, None) for column in columns]
        return None not in given and ", ".join(map(str, given)) == expected

    found = [[number for number, row in enumerate(rows) if has_key(row)] for rows in _rows(queries[0])]
    matching = [numbers[-1] for numbers in found if numbers]
    return matching[0] if len(matching) == 1 and not has_key(queries[0]) else None


def _rows(query: Statement[Any]) -> Iterator[Sequence[object]]:
    """The sequences of rows among the parameters."""
    for field in attrs.fields(cast("Any", type(query))):
        value = getattr(query, field.name)
        if isinstance(value, tuple) and value and attrs.has(type(value[0])):
            yield value
