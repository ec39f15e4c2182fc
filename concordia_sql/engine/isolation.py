"""The isolation of commands that lock before they check: READ COMMITTED, in which they see what others committed."""

from typing import Any

import psycopg

from concordia_sql.engine.errors import QuerierError
from concordia_sql.engine.queries import Statement

READ_COMMITTED = b"SET transaction_isolation TO 'read committed'"
"""Sets the isolation of the transaction that runs, or fails, if it has another and has read already.

Outside of a transaction block, that is the one of all statements sent together: this must be the first of them.
"""
IS_READ_COMMITTED = b"""
SELECT
    CASE
        WHEN current_setting('transaction_isolation') <> 'read committed'
            THEN ('READ COMMITTED is needed, not ' || current_setting('transaction_isolation'))::int
    END
"""
"""Fails if the transaction has another isolation: what its owner chose is not changed."""
NOT_SET = (psycopg.errors.ActiveSqlTransaction, psycopg.errors.InvalidTextRepresentation)
"""How the two fail."""


def not_read_committed(query: Statement[Any]) -> QuerierError:
    """The error of such a command where it cannot have it."""
    return QuerierError(
        f"{query.query_name} takes a lock and then looks, and would see the rows from before the lock in a transaction "
        'that is not READ COMMITTED: begin it with isolation="read committed"'
    )
