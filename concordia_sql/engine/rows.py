"""Rows of a result: the names of their columns, how many are taken at a time, and which one cannot be read."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import capabilities
from psycopg.abc import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from concordia_sql.engine.adapters import Adaptation
from concordia_sql.engine.columns import is_result_class, nested_classes
from concordia_sql.engine.compose import Composed
from concordia_sql.engine.converter import Converter
from concordia_sql.engine.errors import ResultError
from concordia_sql.engine.lenient import replacements
from concordia_sql.engine.mapping import RowMaker, RowProblem, make_row_maker, read_one_by_one
from concordia_sql.engine.queries import Affected, Maybe, One, ReturningMaybe, ReturningOne, Statement

_FATAL_ERROR = ExecStatus.FATAL_ERROR  # looked up once: that costs more than what is compared to it

_CHUNK, _NESTED_CHUNK = 100, 5
"""Rows that are made while the server sends the next: flat ones, and those with others nested in them."""
_MANY = 20
"""As many rows, and more, are made together."""


def names_in(result: PGresult) -> list[str]:
    """The names of its columns."""
    return [(result.fname(index) or b"").decode() for index in range(result.nfields)]


def row_maker(query: Statement[Any], result: PGresult, adaptation: Adaptation, converter: Converter) -> RowMaker[Any]:
    """What makes the query's objects of rows with these columns."""
    names = names_in(result)
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ResultError(shared(twice))
    types = {name: adaptation.type_name(result.ftype(index)) for index, name in enumerate(names)}
    return make_row_maker(query.result_class, types, converter)


def load(rows: Transformer, number: int, maker: RowMaker[Any]) -> list[Any]:
    """The objects of so many rows. Many are made together, up to a hundred, so that their values take little memory."""
    if number < _MANY or maker.many is None:
        return rows.load_rows(0, number, maker.one)
    made: list[Any] = []
    for first in range(0, number, _CHUNK):
        made += maker.many(rows.load_rows(first, min(first + _CHUNK, number), tuple))
    return made


def load_singly(
    query: Statement[Any],
    rows: Transformer,
    make_row: Callable[[Sequence[Any]], Any],
    result: PGresult,
    before: int,
    *,
    strict: bool,
) -> list[Any] | None:
    """The rows of a result that cannot be read at once, which come after so many others. None if the rows are in order.

    ResultError says which one cannot be read. Unless this is `strict`, a value that Python does not have is read as its
    type says by `Otherwise`.
    """
    found = read_one_by_one(result, rows, make_row, {} if strict else replacements(query.result_class))
    if isinstance(found, RowProblem):
        raise ResultError(_at_row(query, found, before))
    return found


def _at_row(query: Statement[Any], problem: RowProblem, before: int) -> str:
    """The problem, with the number of its row where there may be many, counted from 0."""
    if isinstance(query, One | Maybe | ReturningOne | ReturningMaybe):
        return problem.text
    return f"row {before + problem.row}{f' (id {problem.id})' if problem.id else ''}: {problem.text}"


def raise_if_failed(result: PGresult, query: Statement[Any] | None = None, composed: Composed | None = None) -> None:
    """Raise psycopg's error for a command that failed, with a note of the file and line that it is about.

    Raises ResultError where the result class asks for a column that is there twice.
    """
    if result.status != _FATAL_ERROR:
        return
    error = error_from_result(result, encoding="utf-8")
    if query and composed and error.diag.statement_position:
        position = int(error.diag.statement_position)
        if isinstance(error, psycopg.errors.AmbiguousColumn) and (name := composed.column(position)):
            raise ResultError(f"{query.query_name}: {shared(name)}")
        if location := composed.location(position):
            error.add_note(f"at {location}")
    raise error


def shared(name: str) -> str:
    """What is wrong where two columns of a result have one name."""
    return f"two columns share the name {name}"


def chunk_of(query: Statement[Any]) -> int:
    """How many rows to take at a time, where there may be many, and libpq can (version 17)."""
    if (
        isinstance(query, One | Maybe | ReturningOne | ReturningMaybe | Affected)
        or not capabilities.has_stream_chunked()
    ):
        return 0
    is_flat = not is_result_class(query.result_class) or len(nested_classes(query.result_class)) == 1
    return _CHUNK if is_flat else _NESTED_CHUNK
