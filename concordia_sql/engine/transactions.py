"""Blocks: the statements that begin, end and undo a transaction or savepoint."""

import itertools
from time import monotonic
from typing import Literal, TypeAlias

import attrs

from concordia_sql.engine import deadlines
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import DeadlineExceeded, OutcomeUnknown, QuerierError

Isolation: TypeAlias = Literal["read committed", "repeatable read", "serializable"]
"""What a transaction sees of others: https://www.postgresql.org/docs/current/transaction-iso.html."""

_ROLLBACK_SECONDS = 0.05
"""How long a rollback may take when somebody waits for its end; then the connection is closed, which rolls back too."""

_names = itertools.count()


@attrs.frozen(eq=False)
class Block:
    """A transaction, or a savepoint in one."""

    begin: bytes
    commit: bytes
    rollback: bytes
    is_outermost: bool
    isolation: Isolation | None = None
    """The one that was asked for; None is that of the server."""
    writes: bool = False
    """Whether its end makes writes last: not that of a savepoint."""

    def check_end(self, tag: bytes | None) -> None:
        """Raise QuerierError if the server says that it rolled back what was to be committed."""
        if tag == b"ROLLBACK":
            raise QuerierError(
                "the transaction was rolled back: an error in it has ended it, and the block has caught that error; "
                "catch errors around the block, or around a savepoint: another `transaction` in it"
            )

    def rollback_deadline(self, error: BaseException, of_database: float | None) -> Deadline | None:
        """How long the rollback after an error may take."""
        now = monotonic()
        if not isinstance(error, Exception) or isinstance(error, DeadlineExceeded | OutcomeUnknown):
            return Deadline(now + _ROLLBACK_SECONDS, now)
        nearest = deadlines.nearest(None, of_database)
        return nearest and Deadline(max(nearest.ends, now + _ROLLBACK_SECONDS), now)


def transaction(isolation: Isolation | None, *, read_only: bool, deferrable: bool) -> Block:
    """A transaction with these modes."""
    modes = [f"ISOLATION LEVEL {isolation.upper()}"] if isolation else []
    modes += ["READ ONLY"] * read_only + ["DEFERRABLE"] * deferrable
    begin = f"BEGIN {', '.join(modes)}".rstrip().encode()
    return Block(begin, b"COMMIT", b"ROLLBACK", is_outermost=True, isolation=isolation, writes=not read_only)


def savepoint() -> Block:
    """A savepoint, of a name of its own."""
    name = f"concordia_{next(_names)}".encode()
    undo = b"ROLLBACK TO %b; RELEASE %b" % (name, name)
    return Block(b"SAVEPOINT " + name, b"RELEASE " + name, undo, is_outermost=False)
