"""What is known of a standby, and what proves that a read of it is fresh. No I/O.

The check runs before the read and in its round trip. Under READ COMMITTED, each statement has a snapshot of its own, so
that the read's is taken when the check has found the log replayed; under REPEATABLE READ, both would have the one from
before. What was replayed stays replayed while the server runs, and a connection does not outlast the server: so a
connection's later reads need no check for what an earlier one has found. Where a pooler may be in between, they do.

Source: PostgreSQL manual, "Hot Standby", "Transaction Isolation", "Recovery Control Functions".
"""

from collections.abc import Sequence
from time import monotonic
from typing import Literal, TypeAlias

import attrs
import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ConnStatus
from psycopg.pq.abc import PGconn, PGresult

from concordia_sql.engine.isolation import READ_COMMITTED
from concordia_sql.engine.positions import Position, lsn_of
from concordia_sql.engine.rows import check
from concordia_sql.engine.settings import Setting

Reason: TypeAlias = Literal[
    "",
    "starting",
    "away",
    "silent",
    "behind",
    "promoted",
    "another system",
    "busy",
    "conflict",
    "read-only",
    "failed",
    "in doubt",
]
"""Why a read was not answered by a standby, or not by that one."""

CHECK = b"SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(), current_setting('transaction_isolation')"
PREPARED_CHECK = b"concordia_check"
"""Its name where it is prepared: on each connection that no pooler lends."""
PREPARE = b"PREPARE %b AS %b" % (PREPARED_CHECK, CHECK)
EXECUTE = b"EXECUTE " + PREPARED_CHECK
# The files of the server name the timeline that it was on at some time before; the receiver names the one that it
# follows, to roles that may know. A standby goes on along its own line only: it refuses one that left it earlier.
IDENTIFY = b"""
SELECT
    pg_is_in_recovery(),
    pg_last_wal_replay_lsn(),
    current_setting('transaction_isolation'),
    greatest(
        (SELECT timeline_id FROM pg_control_checkpoint()),
        (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
        (SELECT received_tli FROM pg_stat_get_wal_receiver())
    ),
    (SELECT system_identifier FROM pg_control_system()),
    current_setting('default_transaction_isolation'),
    pg_backend_pid()
"""
SYSTEM = b"""
SELECT
    (SELECT system_identifier FROM pg_control_system()),
    current_setting('wal_block_size'),
    pg_size_bytes(current_setting('wal_segment_size'))
"""

_CHECK_AGAIN = 1.0
"""The seconds after which a connection is asked again: a standby may have become a primary."""
_NO_TIMELINE = 0.2
"""The seconds after which it is asked again for the timeline, which it may name late."""
# Source: PostgreSQL manual, "PostgreSQL Error Codes".
_CONFLICT = ("40001", "40P01")
_AWAY = ("57P", "08")
_FAILED = ("53", "58", "XX")
_ONLY_ON_PRIMARY = ("25006", "55000", "0A000")


class Unproven(Exception):
    """A standby is not proven to be fresh, so that what it has answered is discarded."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@attrs.define(eq=False)
class Seen:
    """What is known of the server of a connection: it is on this timeline and place of the log, or later."""

    system: bytes
    process: int
    """The server process, as the connection was told."""
    is_lent: bool = True
    """Whether a pooler may lend the connection another server process the next time."""
    timeline: int = 0
    lsn: int = 0
    checked: float = -1
    identified: float = -1
    is_prepared: bool = False
    isolates: bool = True
    """Whether READ COMMITTED must be set, since the server's default is or may be another."""

    def has(self, needed: Position) -> bool:
        """Whether it has replayed the log up to there."""
        return self.lsn >= needed.lsn and self.timeline >= needed.timeline

    def guard(self, needed: Position) -> "Guard | None":
        """What must go before a read; None if the read is proven to be fresh without."""
        now = monotonic()
        if self.has(needed) and now < self.checked + _CHECK_AGAIN and not (self.is_lent or self.isolates):
            return None
        is_late = self.timeline < needed.timeline and now > self.identified + _NO_TIMELINE
        return Guard(self, needed, identify=self.is_lent or is_late)


@attrs.frozen(eq=False)
class Guard:
    """A check that goes before a read."""

    seen: Seen
    needed: Position
    identify: bool

    @property
    def is_prepared(self) -> bool:
        """Whether it is the prepared statement, and that alone."""
        return self.seen.is_prepared and not self.identify and not self.seen.isolates

    @property
    def question(self) -> bytes:
        """The statement whose result is checked."""
        return IDENTIFY if self.identify else CHECK

    @property
    def alone(self) -> bytes:
        """The same for a check that goes before no read."""
        return b"; ".join([READ_COMMITTED, self.question]) if self.seen.isolates else self.question

    @property
    def settings(self) -> list[Setting]:
        """The statements of it; the last one is the question."""
        texts = [READ_COMMITTED] if self.seen.isolates else []
        if self.identify:
            texts.append(IDENTIFY)
        else:
            texts += [EXECUTE] if self.seen.is_prepared else [PREPARE, EXECUTE]
        return [(text, None) for text in texts]

    def check(self, answers: Sequence[Sequence[PGresult]]) -> None:
        """Raise Unproven if the read may be stale, and psycopg's error if the check failed."""
        sent = self.settings
        for (text, _), results in zip(sent, answers, strict=False):
            check(results[-1])
            self.seen.is_prepared |= text is PREPARE
        if len(answers) < len(sent):
            raise psycopg.OperationalError("the connection was lost")
        self.read(answers[len(sent) - 1][-1])

    def read(self, result: PGresult, *, for_a_read: bool = True) -> None:
        """The same by the result of the check alone, which may have gone before no read."""
        seen, now = self.seen, monotonic()
        recovering, replayed, isolation = (result.get_value(0, column) for column in range(3))
        if seen.is_lent:  # what was seen before may have been of another server
            seen.timeline = seen.lsn = 0
        if self.identify:
            timeline, system, default, process = (result.get_value(0, column) for column in range(3, 7))
            seen.is_lent = process != str(seen.process).encode()
            seen.identified, seen.isolates = now, default != b"read committed"
            seen.timeline = max(seen.timeline, int(timeline or 0))
            if system != seen.system:
                raise Unproven("another system")
        if recovering != b"t" or replayed is None:
            raise Unproven("promoted")
        seen.lsn, seen.checked = max(seen.lsn, lsn_of(replayed)), now
        if not seen.has(self.needed):
            raise Unproven("behind")
        if for_a_read and isolation != b"read committed":
            seen.isolates = True
            raise Unproven("starting")


def ask(pgconn: PGconn, question: bytes) -> PQGen[PGresult]:
    """The result of the last of some statements without parameters."""
    pgconn.send_query(question)
    results: list[PGresult] = yield from generators.execute(pgconn)
    for result in results:
        check(result)
    return results[-1]


def reason_of(error: psycopg.Error, pgconn: PGconn) -> Reason | None:
    """Why a read that failed on a standby is run elsewhere; None if it would fail there too."""
    state = error.sqlstate or ""
    if state in _CONFLICT:
        return "conflict"
    if state in _ONLY_ON_PRIMARY:
        return "read-only"
    if state.startswith(_AWAY) or pgconn.status == ConnStatus.BAD:
        return "away"
    return "failed" if state.startswith(_FAILED) else None


@attrs.frozen
class ReplicaStats:
    """The figures of a standby, in this process."""

    name: str
    """As errors and observers call it: `replica 1` is the first."""
    reason: Reason
    """Why no reads go there now; empty while they do."""
    reads: int
    """Reads that it has answered."""
    behind: int
    """Reads that found it behind, and went elsewhere or waited."""
    conflicts: int
    """Reads that its recovery cancelled, and that were run elsewhere."""
    open: int
    in_use: int
