"""Positions in the primary's log: how far a standby must have replayed it to show a caller its own writes. No I/O.

The position after a commit is where the primary inserts next, read in a transaction after it: no earlier than the
commit's end, with synchronous_commit off too. Where it was flushed to may be before that. A standby that has replayed
the log to there shows the commit to every snapshot that it takes then.

A failover begins a new timeline. Of what the old one had after the fork, nothing is on the new one, where the same
numbers mean other records. So a position has its timeline, and the later timeline is the later position.

Source: PostgreSQL manual, "Recovery Information Functions", "Timelines".
"""

import base64
import contextlib
import hashlib
import hmac
import itertools
import re
import struct
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from time import monotonic
from typing import NamedTuple

from psycopg import OperationalError, generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from concordia_sql.engine import forks
from concordia_sql.engine.errors import PositionError, QuerierError

_ASK_POSITION = b"SELECT pg_current_wal_insert_lsn(), pg_walfile_name(pg_current_wal_insert_lsn())"
"""On the primary; a standby refuses it."""
ASK_WRITTEN = b"SELECT pg_current_wal_flush_lsn(), pg_walfile_name(pg_current_wal_flush_lsn())"
"""What standbys can have. Of what is inserted, the end may wait to be written for long while nobody commits."""

_SHORT_HEADER, _LONG_HEADER = 24, 40
"""The bytes before the records of a page of the log, and of the first page of its files."""
_numbers = itertools.count()
_OVER = (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)
_FORM = struct.Struct(">BIQ")
_IN_DOUBT = 1
_SIGNED = 8
"""The bytes of a signature."""
_TEXT = re.compile(r"[A-Za-z0-9_-]{28}")


class Position(NamedTuple):
    """A position in the write-ahead log of the primary. Positions are compared as they follow each other."""

    timeline: int
    lsn: int


def lsn_of(text: bytes) -> int:
    """The number of a pg_lsn."""
    high, low = text.split(b"/")
    return int(high, 16) << 32 | int(low, 16)


def _header(lsn: int, block: int, segment: int) -> int:
    """How much of the log before a position is the header of a page, which no record ends in.

    The primary counts it before it inserts the first record of the page, a standby when it replays that.
    """
    if segment and lsn % segment == _LONG_HEADER:
        return _LONG_HEADER
    return _SHORT_HEADER if block and lsn % block == _SHORT_HEADER else 0


def _position_in(result: PGresult) -> Position | None:
    lsn, file = (
        (result.get_value(0, 0), result.get_value(0, 1)) if result.status == ExecStatus.TUPLES_OK else (None,) * 2
    )
    return Position(int(file[:8], 16), lsn_of(lsn)) if lsn is not None and file is not None else None


class Scope:
    """The writes that the calls of a context must see: those of the scope, and of what it was given."""

    __slots__ = ("_doubted", "_open", "_settled", "_threads", "around")

    def __init__(self, around: "Scope | None" = None) -> None:
        self.around = around
        # Each thread changes its own, so that none overwrites what another has noted.
        self._threads: dict[int, Position] = {}
        self._open: dict[Trail, None] = {}
        self._doubted, self._settled = -1.0, 0.0

    @property
    def position(self) -> Position | None:
        """The latest."""
        return max(list(self._threads.values()), default=None)

    @property
    def in_doubt(self) -> bool:
        """Whether a write may have been done whose position is not known."""
        if self._open:
            for trail in list(self._open):
                if trail.is_over():
                    self.doubt()
                    self._open.pop(trail, None)
        return bool(self._open) or self._doubted >= self._settled

    def note(self, position: Position, asked: float = -1) -> None:
        """Take in a position, which covers all that was done before it was asked for."""
        thread = threading.get_ident()
        # Without a call: a signal's handler, which may note another, would run after it.
        if thread not in self._threads or self._threads[thread] < position:
            self._threads[thread] = position
        if asked > self._doubted:
            self._settled = asked

    def doubt(self) -> None:
        """A write may have been done, and its position is not known."""
        self._doubted = monotonic()

    def leave_open(self, trail: "Trail") -> None:
        """A write was done in a transaction that is not ended by the library: it may be committed at any time."""
        self._open[trail] = None


class Positions:
    """What a database knows of its primary's log, and what each context must see of it.

    A context that no `after` is around must see what this process has written, in any of its threads and tasks: which
    of these wait for each other, nobody knows.
    """

    def __init__(self, max_lag: float) -> None:
        self._max_lag = max_lag
        self._process = Scope()
        self._key = self.system = b""
        self._block = self._segment = 0
        self._samples: deque[tuple[float, Position]] = deque()
        self.floor: Position | None = None
        """What a standby must have replayed to lag no more than it may; None if nothing is known of the primary.

        While the primary does not answer, that is the last that is known of it.
        """
        self.head = 0
        """How far the primary was, as it said last."""
        self.known_until = -1.0
        """Until when a standby that has replayed the floor lags no more than it may, by `monotonic`."""

    def identify(self, system: bytes, block: int, segment: int) -> None:
        """Take in the identifier of the system, by which texts of positions are signed, and the sizes in its log."""
        self._block, self._segment = block, segment
        self._key = hashlib.sha256(b"concordia_sql position " + system).digest()
        self.system = system

    def read(self, result: PGresult) -> Position | None:
        """The position that the primary gave, if it did."""
        position = _position_in(result)
        if position is None:
            return None
        return Position(position.timeline, position.lsn - _header(position.lsn, self._block, self._segment))

    def sample(self, asked: float, position: Position, interval: float) -> None:
        """Note where the primary was, no earlier than when it was asked; the next answer comes within an interval.

        If it does not, since the process was stopped or its event loop was blocked, nothing is known until it comes.
        The first of those that are kept is no older than the greatest lag, and the newest is always kept.
        """
        self._samples.append((asked, position))
        while len(self._samples) > 1 and self._samples[0][0] < asked + interval - self._max_lag:
            self._samples.popleft()
        first, floor = self._samples[0]
        self.floor, self.head, self.known_until = floor, position.lsn, first + self._max_lag

    def needed(self) -> Position | None:
        """What a standby must have replayed to serve this context; None if only the primary can."""
        scope, floor = _scopes.get().get(self, self._process), self.floor
        if floor is None or ((scope._open or scope._doubted >= scope._settled) and scope.in_doubt):
            return None
        return max(floor, *written.values()) if (written := scope._threads) else floor

    @property
    def in_doubt(self) -> bool:
        """Whether only the primary can serve this context, until it has given its position."""
        return self._scope().in_doubt

    def note(self, position: Position, asked: float) -> None:
        """Take in the position after a call of this context's."""
        scope: Scope | None = self._scope()
        while scope is not None:
            scope.note(position, asked)
            scope = scope.around

    def doubt(self) -> None:
        """A write of this context's may have been done, and its position is not known."""
        scope: Scope | None = self._scope()
        while scope is not None:
            scope.doubt()
            scope = scope.around

    def leave_open(self, trail: "Trail") -> None:
        """A write of this context's was done in a transaction that is not ended by the library."""
        scope: Scope | None = self._scope()
        while scope is not None:
            scope.leave_open(trail)
            scope = scope.around

    def text(self) -> str | None:
        """The position of this context, signed; None before its first write."""
        scope = self._scope()
        position = scope.position
        if position is None and not scope.in_doubt:
            return None
        form = _FORM.pack(_IN_DOUBT if scope.in_doubt else 0, *(position or (0, 0)))
        return base64.urlsafe_b64encode(form + self._signature(form)).decode()

    @contextlib.contextmanager
    def after(self, text: str | None) -> Iterator[None]:
        """A scope that must see the writes before a position, and its own."""
        scope = Scope(self._scope())
        if text is not None:
            self._read(text, scope)
        token = _scopes.set({**_scopes.get(), self: scope})
        try:
            yield
        finally:
            _scopes.reset(token)

    def _scope(self) -> Scope:
        return _scopes.get().get(self, self._process)

    def _read(self, text: str, scope: Scope) -> None:
        if not isinstance(text, str) or not _TEXT.fullmatch(text):
            raise PositionError("not a position: that has 28 letters, digits, - and _, as `position` gives them")
        signed = base64.urlsafe_b64decode(text)
        form = signed[: _FORM.size]
        if not hmac.compare_digest(signed[_FORM.size :], self._signature(form)):
            raise PositionError("not a position that `position` gave for a database of this server")
        flag, *numbers = _FORM.unpack(form)
        position = Position(*numbers)
        if position.timeline:
            scope.note(position)
        if flag & _IN_DOUBT:
            scope.doubt()

    def _signature(self, form: bytes) -> bytes:
        if not self._key:
            raise QuerierError("positions are known while the database is open: use it in a `with`, or call open()")
        return hmac.digest(self._key, form, "sha256")[:_SIGNED]


class Trail:
    """Asks for the position after a call of one connection, in the call's own round trip."""

    def __init__(self, positions: Positions, pgconn: PGconn) -> None:
        self._positions, self._pgconn = positions, pgconn
        self._process = forks.process
        self.wanted = False
        """Whether this call asks."""
        self._asked = 0.0
        self._position: Position | None = None
        self._prepared = b""

    def begin(self, *, writes: bool) -> None:
        """A call begins that may leave something behind, or must find out where it was left."""
        self.wanted, self._asked, self._position = self._positions.in_doubt or writes, monotonic(), None

    def leave_open(self) -> None:
        """A write was done in a transaction that psycopg ends, past the querier."""
        self._positions.leave_open(self)

    def is_over(self) -> bool:
        """Whether the connection is in no transaction, or another process's."""
        return self._pgconn.transaction_status in _OVER or self._process != forks.process

    def send(self, pgconn: PGconn, *, prepare: bool) -> None:
        """Ask in a transaction of its own, after that of the call."""
        if prepare and not self._prepared:
            self._prepared = b"concordia_position_%d" % next(_numbers)
            pgconn.send_prepare(self._prepared, _ASK_POSITION)
        if prepare:
            pgconn.send_query_prepared(self._prepared, None)
        else:
            pgconn.send_query_params(_ASK_POSITION, None)
        pgconn.pipeline_sync()

    def receive(self, pgconn: PGconn) -> PQGen[None]:
        """Read the answer. An error here is none of the call's, which is done."""
        results: list[PGresult] = []
        try:
            while not results or results[-1].status != ExecStatus.PIPELINE_SYNC:
                results = yield from generators.fetch_many(pgconn)
                self._position = self._position or self._positions.read(results[-1])
        except OperationalError:
            pgconn.finish()
        if self._position is None:  # it may have been deallocated
            self._prepared = b""

    def end(self) -> None:
        """Note what the call has left behind: a write whose position is not known, if it was not told."""
        if self.wanted and self._position is not None:
            self._positions.note(self._position, self._asked)
        elif self.wanted:
            self._positions.doubt()
        self.wanted = False


_NONE: Mapping[Positions, Scope] = {}
_scopes: ContextVar[Mapping[Positions, Scope]] = ContextVar("concordia_scopes", default=_NONE)
"""The scopes of this context, by the positions of their database."""
