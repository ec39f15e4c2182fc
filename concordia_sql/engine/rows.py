"""Rows of a result: the names of their columns, and which one cannot be read."""

from typing import Any

from psycopg.pq.abc import PGresult

from concordia_sql.engine.mapping import RowProblem
from concordia_sql.engine.queries import Maybe, One, ReturningMaybe, ReturningOne, Statement


def names_in(result: PGresult) -> list[str]:
    """The names of its columns."""
    return [(result.fname(index) or b"").decode() for index in range(result.nfields)]


def at_row(query: Statement[Any], problem: RowProblem, before: int) -> str:
    """The problem, with the place of its row where there may be many, counted from 0."""
    if isinstance(query, One | Maybe | ReturningOne | ReturningMaybe):
        return problem.text
    return f"row {before + problem.row}{f' (id {problem.id})' if problem.id else ''}: {problem.text}"
