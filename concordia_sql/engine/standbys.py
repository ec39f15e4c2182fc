"""What is known of a standby, and what proves that a read of it is fresh. No I/O.

The check runs before the read and in its round trip. Under READ COMMITTED, each statement has a snapshot of its own, so
that the read's is taken when the check has found the log replayed; under REPEATABLE READ, both would have the one from
before. What was replayed stays replayed while the server runs, and a connection does not outlast the server: so a
connection's later reads need no check for what an earlier one has found, nor do those of other connections to the same
server. A server that has become a primary tells each connection so, before the end of its next answer. Where a pooler
may be in between, each read is checked.

What one connection has found counts for another if both were there when it was found, and if they name the same start
of the same server. The start alone is not enough: when a process of a server crashes, the server ends all connections
and replays the log anew, from before where it was. It counts as started when it was started first.

Source: PostgreSQL manual, "Hot Standby", "Transaction Isolation", "Recovery Control Functions", "restart_after_crash",
and "Asynchronous Operations" of the protocol.
"""

import itertools
import struct
from collections.abc import Sequence
from time import monotonic
from typing import Literal, TypeAlias
from weakref import WeakValueDictionary

import attrs
import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ConnStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from concordia_sql.engine.isolation import READ_COMMITTED
from concordia_sql.engine.positions import Position, lsn_of
from concordia_sql.engine.rows import raise_if_failed

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
    "pooled",
]
"""Why a read was not answered by a standby, or not by that one."""

_REPLAYED = b"CASE current_setting('transaction_isolation') WHEN 'read committed' THEN pg_last_wal_replay_lsn() END"
CHECK = b"SELECT " + _REPLAYED
"""How far the standby has replayed the log; NULL under another isolation."""
# The files of the server name the timeline that it was on at some time before; the receiver names the one that it
# follows, to roles that may know. A standby goes on along its own line only: it refuses one that left it earlier.
IDENTIFY = b"""
SELECT
    %b,
    pg_is_in_recovery(),
    greatest(
        (SELECT timeline_id FROM pg_control_checkpoint()),
        (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
        (SELECT received_tli FROM pg_stat_get_wal_receiver())
    ),
    (SELECT system_identifier FROM pg_control_system()),
    current_setting('default_transaction_isolation'),
    pg_backend_pid(),
    extract(epoch FROM pg_postmaster_start_time()),
    inet_server_addr(),
    inet_server_port()
""".replace(b"%b", _REPLAYED)
SYSTEM = b"""
SELECT
    (SELECT system_identifier FROM pg_control_system()),
    current_setting('wal_block_size'),
    pg_size_bytes(current_setting('wal_segment_size'))
"""

_NO_TIMELINE = 0.2
"""The seconds after which it is asked again for the timeline, which it may name late."""
_NOWHERE = Position(0, 0)
_BINARY = int(Format.BINARY)
_lsn = struct.Struct(">Q").unpack
_numbers = itertools.count()
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
class Run:
    """A server since it was started."""

    found: tuple[float, int] = (-1, 0)
    """When a check was sent that found it furthest, and the position that it had replayed then."""


Runs: TypeAlias = WeakValueDictionary[tuple[bytes | None, ...], Run]
"""The runs that connections lead to, by what names them: when and where the server was started."""


@attrs.define(eq=False)
class Seen:
    """What is known of the server of a connection: it is on this timeline at this position of the log, or later.

    It is the check too that goes before a read on the connection, which makes one at a time.
    """

    system: bytes
    pgconn: PGconn
    runs: Runs
    run: Run | None = None
    """What others have found of the same server; None if a pooler may lend the connection another."""
    is_lent: bool = True
    """Whether a pooler may lend the connection another server process the next time."""
    timeline: int = 0
    lsn: int = 0
    identified: float = -1
    prepared: bytes = b""
    """The name of the check where it is prepared: on each connection that no pooler lends."""
    isolates: bool = True
    """Whether READ COMMITTED must be set, since the server's default is or may be another."""
    needed: Position = _NOWHERE
    """What the check must find."""
    asked: float = -1
    """No later than when the check is sent."""
    identify: bool = True
    """Whether the check asks which server it is."""
    sent: int = 0
    """How many statements the check is, where it was sent in a pipeline; the last one is the question."""
    name: bytes = b""
    """That of the prepared question, if it is one."""
    ready: bytes = b""
    """The prepared statement that is all of the check, if it is one."""
    proven: Position | None = None
    """What it has replayed last of what was needed. Its reads need no check for that."""

    def has(self, needed: Position) -> bool:
        """Whether it has replayed the log up to there."""
        return self.lsn >= needed.lsn and self.timeline >= needed.timeline

    def is_standby(self) -> bool:
        """Whether it was one when its last answer ended, as it has told.

        Raises Unproven if that came when the time was up: the connection was closed, and tells no more.
        """
        try:
            return self.pgconn.parameter_status(b"in_hot_standby") == b"on"
        except psycopg.OperationalError:
            raise Unproven("silent") from None

    def prove_own(self) -> None:
        """Raise Unproven if what comes after a check may come to another server."""
        if self.is_lent:
            raise Unproven("pooled")

    def guard(self, needed: Position, now: float) -> "Seen | None":
        """What must go before a read; None if the read is proven to be fresh without."""
        timeline, lsn = needed
        if self.lsn < lsn and self.run is not None:
            asked, found = self.run.found
            if asked > self.identified and found > self.lsn:  # this connection was there
                self.lsn = found
        if self.lsn < lsn or self.timeline < timeline or self.is_lent or self.isolates:
            return self.ask(needed, now)
        self.proven = needed
        return None

    def ask(self, needed: Position, now: float) -> "Seen":
        """What asks whether it is there."""
        self.needed, self.asked = needed, now
        self.identify = self.is_lent or (self.timeline < needed[0] and now > self.identified + _NO_TIMELINE)
        self.ready = b"" if self.identify or self.isolates else self.prepared
        return self

    @property
    def alone(self) -> bytes:
        """The statements for a check that goes before no read."""
        question = IDENTIFY if self.identify else CHECK
        return b"; ".join([READ_COMMITTED, question]) if self.isolates else question

    def send(self, pgconn: PGconn) -> int:
        """Send it in a pipeline, prepared on the way. Returns how many results it has."""
        self.sent, self.name = 1, b""
        if self.isolates:
            pgconn.send_query_params(READ_COMMITTED, None)
            self.sent += 1
        if self.identify:
            pgconn.send_query_params(IDENTIFY, None)
            return self.sent
        self.name = self.prepared
        if not self.name:
            self.name = b"concordia_check_%d" % next(_numbers)
            pgconn.send_prepare(self.name, CHECK)
            self.sent += 1
        pgconn.send_query_prepared(self.name, None, result_format=_BINARY)
        return self.sent

    def check(self, answers: Sequence[Sequence[PGresult]]) -> None:
        """Raise Unproven if the read may be stale, and psycopg's error if the check failed."""
        for results in answers[: self.sent]:
            raise_if_failed(results[-1])
        if len(answers) < self.sent:
            raise psycopg.OperationalError("the connection was lost")
        self.prepared = self.name or self.prepared
        self.read(answers[self.sent - 1][0])

    def read(self, result: PGresult) -> None:
        """The same by the result of the check alone, which may have gone before no read."""
        replayed = result.get_value(0, 0)
        if self.identify:
            self._identify(result)
        if not (self.is_lent or self.is_standby()):
            raise Unproven("promoted")
        if replayed is None:
            self.isolates, self.proven = True, None
            raise Unproven("starting")
        lsn: int = _lsn(replayed)[0] if result.fformat(0) == _BINARY else lsn_of(replayed)
        if lsn > self.lsn:
            self.lsn = lsn
            if self.run is not None and lsn > self.run.found[1]:
                self.run.found = self.asked, lsn
        timeline, lsn = self.needed
        if self.lsn < lsn or self.timeline < timeline:
            raise Unproven("behind")

    def _identify(self, result: PGresult) -> None:
        """Take in which server it is. Raises Unproven if it is none that can be read."""
        if self.is_lent:  # what was seen before may have been of another server
            self.timeline = self.lsn = 0
        self.proven = None
        recovering, timeline, system, default, process, *run = (result.get_value(0, column) for column in range(1, 9))
        # One that does not tell whether it is a standby is asked each time, too.
        self.is_lent = process != str(self.pgconn.backend_pid).encode() or not self.is_standby()
        self.identified, self.isolates = monotonic(), default != b"read committed"
        self.timeline = max(self.timeline, int(timeline or 0))
        if system != self.system:
            raise Unproven("another system")
        if recovering != b"t":
            raise Unproven("promoted")
        self.run = None if self.is_lent else self.runs.setdefault(tuple(run), Run())


def ask(pgconn: PGconn, question: bytes) -> PQGen[PGresult]:
    """The result of the last of some statements without parameters."""
    pgconn.send_query(question)
    results: list[PGresult] = yield from generators.execute(pgconn)
    for result in results:
        raise_if_failed(result)
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
