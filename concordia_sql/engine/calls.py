"""Calls: their names, what they may run, and the error of one whose deadline passes."""

from collections.abc import Sequence
from time import monotonic
from typing import Any, TypeAlias

from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import DeadlineExceeded, QuerierError
from concordia_sql.engine.queries import Statement

Results: TypeAlias = tuple[Any, ...]
"""The results of the queries of a call."""


def names_of(queries: Sequence[Statement[Any]]) -> str:
    """What errors call the queries."""
    return ", ".join(query.query_name for query in queries) or "a transaction"


def only(queries: tuple[Statement[Any], ...], *, writes: bool, by: str = "fetch") -> tuple[Statement[Any], ...]:
    """The queries, which must be commands for `execute`, and must not be for the methods that read."""
    for query in queries:
        if query.writes != writes:
            raise not_by("execute" if writes else by, query)
    return queries


def not_by(method: str, query: Statement[Any]) -> QuerierError:
    """The error of a query that a method does not run."""
    if query.writes:
        return QuerierError(f"{query.query_name} is a command: run it by execute, not by {method}")
    return QuerierError(f"{query.query_name} is a query: run it by fetch, not by {method}")


def overdue(names: str, deadline: Deadline | None) -> DeadlineExceeded:
    """The error of a call whose deadline has passed."""
    assert deadline is not None
    now = monotonic()
    waited = deadline.waited
    ran = max(0, now - deadline.began - waited)
    text = (
        f"{names}: not done within {deadline.ends - deadline.began:.3g} s, of which {waited:.3g} s were spent waiting "
    )
    return DeadlineExceeded(f"{text}for a connection and {ran:.3g} s for the server", waited=waited, ran=ran)
