"""Raises the error of a call that fails: the server's, with the names of its queries, or one that says more.

What asks the server for the reason is a generator of steps, as in `session`.
"""

import contextlib
from collections.abc import Sequence
from typing import Any, NoReturn

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn

from concordia_sql.engine.calls import names_of
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.constraints import Key, KnownKeys, ask_for_keys
from concordia_sql.engine.errors import NotMigrated, OutcomeUnknown, ResultError
from concordia_sql.engine.library import advice_of, check_command, migrations_of
from concordia_sql.engine.queries import Statement
from concordia_sql.engine.refusals import translate
from concordia_sql.engine.rows import raise_if_failed
from concordia_sql.engine.silence import silence

_IDLE = pq.TransactionStatus.IDLE
_BROKEN_KEYS = (psycopg.errors.UniqueViolation, psycopg.errors.ForeignKeyViolation)
_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


def find_cause(pgconn: PGconn, error: psycopg.Error, queries: Sequence[Statement[Any]]) -> PQGen[str]:
    """Why something is missing, as the database says it, with the remedy. Empty if that is not known.

    It is not known in a transaction, which the error has ended.
    """
    if not isinstance(error, _MISSING) or pgconn.transaction_status != _IDLE:
        return ""
    libraries = [each for query in queries for each in (*query.source.library.uses, query.source.library)]
    for library in dict.fromkeys(libraries):
        if cause := (yield from look(pgconn, library)).cause():
            return cause
    return "all migrations are applied, so something was changed since." if any(map(migrations_of, libraries)) else ""


def find_broken_key(pgconn: PGconn, error: psycopg.Error, keys: KnownKeys) -> PQGen[Key | None]:
    """The unique or foreign key that the error is about, as the catalogue has it now, or had it before."""
    table = error.diag.table_name
    if table is None or not isinstance(error, _BROKEN_KEYS):
        return None
    if pgconn.transaction_status == _IDLE:
        with contextlib.suppress(psycopg.Error):  # a timeout or a cancellation: what was known has to do
            pgconn.send_query_params(*ask_for_keys([table]))
            results = yield from generators.execute(pgconn)
            raise_if_failed(results[-1])
            keys.learn([table], results[-1])
    return keys.broken(error)


def is_lost(error: Exception, pgconn: PGconn) -> bool:
    """Whether the connection is lost, and not by the server's will: then it would have said that it did nothing."""
    return isinstance(error, psycopg.Error) and error.sqlstate is None and pgconn.status == pq.ConnStatus.BAD


def raise_for_command(error: psycopg.Error, *, show_values: bool, lost: bool) -> NoReturn:
    """Raise the error of a statement of a transaction's own; `lost` says that the connection was lost at COMMIT."""
    if not show_values:
        silence(error)
    error.args = (f"{names_of(())}: {error}", *error.args[1:])
    if lost:
        raise OutcomeUnknown("the connection was lost at COMMIT; the transaction may be done or not") from error
    raise error


def raise_for_queries(
    error: psycopg.Error | ResultError,
    queries: Sequence[Statement[Any]],
    key: Key | None,
    cause: str,
    *,
    show_values: bool,
    lost: bool,
) -> NoReturn:
    """Raise the error with the names of its queries, or one that says more. Neither holds a value.

    `lost` says that the connection was lost outside of a transaction: then a write may be done.
    """
    names = names_of(queries)
    if isinstance(error, ResultError):
        raise ResultError(f"{names}: {error}") from None
    note = f"while running {names}"
    if note in getattr(error, "__notes__", ()):
        raise error
    error.add_note(note)
    refusal = translate(error, queries, key)
    if not show_values:
        silence(error)
    error.args = (f"{names}: {error}", *error.args[1:])
    if isinstance(error, _MISSING):
        advice = dict.fromkeys(advice_of(query.source.library) for query in queries)
        if advice and all(advice):
            said = cause or "; or ".join(advice)
            see = " and ".join(dict.fromkeys(check_command(query.source.library) for query in queries))
            raise NotMigrated(f"{names}: {error.diag.message_primary}; {said} See: {see}") from error
    if lost and any(query.writes for query in queries):
        raise OutcomeUnknown(f"{names}: the connection was lost; the write may be done or not") from error
    if refusal is not None:
        raise refusal from error
    raise error
