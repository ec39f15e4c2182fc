# Made from async_replicas.py by `make sync`: change that module, not this one.
"""The standbys of a database: which of them answers a read, and what is done if none can."""

import contextlib
import itertools
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import inf
from time import monotonic
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast
from weakref import WeakValueDictionary

import psycopg
from psycopg.pq import ConnStatus

from concordia_sql.engine import deadlines
from concordia_sql.engine.calls import names_of, only, overdue
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import ConcordiaError, NoConnection, QuerierError
from concordia_sql.engine.exchange import exchange
from concordia_sql.engine.leases import Lease, Pooled, move
from concordia_sql.engine.observing import Watch
from concordia_sql.engine.pool import Bounds, Pool
from concordia_sql.engine.positions import ASK_WRITTEN, Position, Positions
from concordia_sql.engine.querier import Executor, Querier
from concordia_sql.engine.queries import Many, Statement
from concordia_sql.engine.reader import Reader
from concordia_sql.engine.settings import Acting
from concordia_sql.engine.standbys import SYSTEM, Reason, ReplicaStats, Runs, Seen, Unproven, ask, reason_of
from concordia_sql.engine.steps import TimeIsUp
from concordia_sql.engine.wakeups import Job, Wakeup

_LOOK_SECONDS = 1.0
"""The seconds after which a server is asked for its state, beside the callers."""
_ANSWER_SECONDS = 0.75
"""How long it may take to report it: it is known that the primary is silent before its next answer is due."""
_LOOK_AGAIN = 0.25
"""The seconds after which a standby that is left out is asked again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.016
"""The seconds after which a standby that is behind is asked again, which grow."""


class Connected(Pooled, Protocol):
    """A connection to a standby."""

    querier: Querier
    seen: Seen


C = TypeVar("C", bound=Connected)
T = TypeVar("T")
Queries: TypeAlias = tuple[Statement[Any], ...]
Answers: TypeAlias = tuple[Any, ...]


Read: TypeAlias = tuple[Queries, Deadline | None, Watch | None, Acting | None, Position, float]
"""What is asked of the standbys, by whom, what they must have replayed, and when it began.

A tuple, since each read makes one.
"""


class Standby(Generic[C]):
    """A standby: its connections, and why it is left out, if it is."""

    def __init__(self, name: str, bounds: Bounds, connect: Callable[[], C], positions: Positions) -> None:
        self.name = name
        self._connect, self._positions = connect, positions
        self._runs: Runs = WeakValueDictionary()
        self.pool: Pool[C] = Pool(bounds, self.connect)
        self.reason: Reason = "starting"
        self.reads = self.behind = self.conflicts = 0
        self.lag = 0
        """How far it was behind what was known of the primary, when it was asked last."""
        self._looked = 0.0
        self._reads_before = 0

    def connect(self) -> C:
        """Make a connection. Nothing is known of its server yet."""
        connection = self._connect()
        connection.seen = Seen(self._positions.system, connection.session.pgconn, self._runs)
        return connection

    @property
    def rank(self) -> tuple[int, int]:
        """By this, standbys are sorted: how many calls it runs or lets wait, and how far it was behind."""
        return self.pool.load, self.lag

    def miss(self, reason: Reason, lease: Lease[C], needed: Position, *, again: bool) -> None:
        """Note why it has not answered a read. A read that is tried again was counted before."""
        if reason == "behind" and lease.held:
            seen = lease.held[0].seen
            self.behind += not again
            self.hear(seen.lsn, needed.lsn)
            if not seen.has(self._positions.floor or needed):
                self.reason = "behind"
        elif reason == "conflict":
            self.conflicts += 1
        elif reason in ("away", "promoted", "another system"):
            self.reason = reason

    def hear(self, lsn: int, needed: int = 0) -> None:
        """Note how far it has replayed, as it has just said, and what it should have."""
        self.lag = max(0, self._positions.head - lsn, needed - lsn)

    def _is_overlooked(self) -> bool:
        """Whether reads may go to it, but none has for a while, so that nobody would see if it failed."""
        now, before = monotonic(), self._reads_before
        if now < self._looked + _LOOK_SECONDS:
            return False
        self._looked, self._reads_before = now, self.reads
        return self.reads == before and self.pool.has_idle

    def look(self) -> None:
        """Ask a standby that is left out, or that nobody reads from, whether it can serve."""
        floor = self._positions.floor
        if floor is None or not (self.reason or self._is_overlooked()):
            return
        lease: Lease[C] = Lease()
        deadline = _soon()
        try:
            connection = self.pool.take(lease, deadline)
            self.require(connection, floor, deadline)
        except Unproven as unproven:
            self.reason = unproven.reason
        except psycopg.Error as error:
            left = lease.held[0].session.pgconn if lease.held else None
            self.reason = "away" if left is None else reason_of(error, left) or "failed"
        except ConcordiaError:
            self.reason = "away"
        except TimeIsUp:
            if self.reason or lease.held:  # else its connections were taken meanwhile
                self.reason = "silent" if self.pool.is_connected else "away"
        else:
            self.reason = ""
        finally:
            self.pool.put(lease)

    def require(self, connection: C, needed: Position, deadline: Deadline | None) -> None:
        """Ask it how far it is. Raises Unproven if that is not far enough."""
        session, unproven = connection.session, None
        guard = connection.seen.ask(needed, monotonic())
        with session.lock, session:
            try:
                guard.read(exchange(session, ask(session.pgconn, guard.alone), deadline))
            except Unproven as error:
                unproven = error
        self.hear(connection.seen.lsn, needed.lsn)
        if unproven is not None:
            raise unproven

    def stats(self) -> ReplicaStats:
        """The figures, at one time."""
        stats = self.pool.stats()
        return ReplicaStats(
            name=self.name,
            reason=self.reason,
            reads=self.reads,
            behind=self.behind,
            conflicts=self.conflicts,
            open=stats.open,
            in_use=stats.in_use,
        )


Held: TypeAlias = list[tuple[Standby[C], Lease[C]]]


class Standbys(Generic[C]):
    """The standbys of a database, and the positions of its primary. Jobs beside the callers look after both."""

    def __init__(
        self,
        standbys: Sequence[Standby[C]],
        positions: Positions,
        primary: Pool[C],
        *,
        max_lag: float,
        max_wait: float,
    ) -> None:
        self.positions = positions
        self.fallbacks: Counter[Reason] = Counter()
        """How many reads the primary has answered, by why."""
        self._standbys = standbys
        self._primary = primary
        self._interval = min(_LOOK_SECONDS, max_lag / 4)
        self._max_wait = max_wait
        self._turns = itertools.count()
        self.unstarted = deque([True])
        self._jobs: list[Job] = []
        self._wakeups: list[Wakeup] = []
        self.is_closed = False

    def open(self, deadline: Deadline | None) -> None:
        """Learn from the primary what positions are signed by, and where it is."""
        lease: Lease[C] = Lease()
        try:
            session = (self._primary.take(lease, deadline)).session
            with session.lock, session:
                result = exchange(session, ask(session.pgconn, SYSTEM), deadline)
            session.calls -= 1  # which was no caller's
            system, block, segment = (result.get_value(0, column) or b"0" for column in range(3))
            self.positions.identify(system, int(block), int(segment))
        finally:
            self._primary.put(lease)
        self.sample(deadline)
        self.start()

    def start(self) -> None:
        """Begin to look after the standbys, once: at first, or after a fork when they are used first."""
        started: deque[bool] = deque()
        if move(self.unstarted, started):
            for standby in self._standbys:
                standby.pool.start()
            for number in range(len(self._standbys) + 1):
                wakeup = Wakeup()
                wakeup.send()
                self._wakeups.append(wakeup)
                self._jobs.append(Job("concordia_sql replicas", _look, weakref.ref(self), wakeup, number))

    def close(self) -> None:
        """Close the connections to the standbys, and end the jobs."""
        self.is_closed = True
        for wakeup in self._wakeups:
            wakeup.send()
        for job in self._jobs:
            job.stop()
        for standby in self._standbys:
            standby.pool.close()

    def abandon(self) -> None:
        """Close all connections at once, from any thread."""
        self.is_closed = True
        for standby in self._standbys:
            standby.pool.abandon()

    def pools(self) -> Iterable[Pool[C]]:
        """The pools of the standbys."""
        return [standby.pool for standby in self._standbys]

    def stats(self) -> tuple[ReplicaStats, ...]:
        """The figures of each."""
        return tuple(standby.stats() for standby in self._standbys)

    def look(self, number: int) -> float:
        """Ask one server for its state. Returns the seconds until it is asked again."""
        if number < len(self._standbys):
            self._standbys[number].look()
            return _LOOK_AGAIN
        self.sample(_soon())
        return self._interval

    def sample(self, deadline: Deadline | None) -> None:
        """Ask the primary where it is."""
        lease: Lease[C] = Lease()
        began = monotonic()
        try:
            session = (self._primary.take(lease, deadline)).session
            asked = monotonic()
            with session.lock, session:
                result = exchange(session, ask(session.pgconn, ASK_WRITTEN), deadline)
            session.calls -= 1  # which was no caller's
        except (psycopg.Error, ConcordiaError, TimeIsUp):
            if monotonic() < began + 2 * _ANSWER_SECONDS:  # else this process may have been stopped, not the primary
                self.positions.known_until = inf
            raise
        finally:
            self._primary.put(lease)
        if (position := self.positions.read(result)) is not None:
            self.positions.sample(asked, position, 2 * self._interval)

    def hold(self, held: Held[C], queries: Queries, deadline: Deadline | None) -> Reason:
        """Hold a connection to a standby that has replayed enough. Returns the reason if there is none."""
        _, reason = self.read(queries, deadline, None, None, partial(self._hold, held))
        return reason

    def read(
        self,
        queries: Queries,
        deadline: Deadline | None,
        watch: Watch | None,
        acting: Acting | None,
        attempt: Callable[..., Answers] | None = None,
    ) -> tuple[Answers | None, Reason]:
        """The results of the queries from the first standby that proves to be fresh; or None, and why there is none."""
        if self.unstarted:
            self.start()
        positions, began = self.positions, monotonic()
        if began > positions.known_until:
            return None, "starting"
        needed = positions.needed()
        if needed is None:
            return None, "in doubt"
        read = queries, deadline, watch, acting, needed, began
        attempt = attempt or self._read_from
        reason: Reason = ""
        behind: list[Standby[C]] = []
        for standby in self._standbys if len(self._standbys) == 1 else self._in_turn():
            if standby.reason or not standby.pool._open:
                continue
            try:
                return attempt(standby, read), ""
            except Unproven as unproven:
                reason = unproven.reason
                if reason == "read-only":
                    return None, reason
                behind += [standby] if reason == "behind" and not standby.reason else []
        behind.sort(key=lambda each: each.lag)
        pause, ends = _FIRST_PAUSE, self._ends(read)
        while behind and monotonic() + pause < ends:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            standby = behind.pop(0)
            try:
                return attempt(standby, read, again=True), ""
            except Unproven as unproven:
                reason = unproven.reason
                behind += [standby] if reason == "behind" else []
        return None, reason or self._left_out()

    def _ends(self, read: Read) -> float:
        """Until when a read waits for standbys: the primary needs time for it too."""
        _, deadline, _, _, _, began = read
        if deadline is None:
            return began + self._max_wait
        return began + min(self._max_wait, max(0, deadline.ends - began) / 2)

    def _left_out(self) -> Reason:
        """Why no standby is ready."""
        reasons: list[Reason] = [each.reason for each in self._standbys if each.reason]
        return reasons[-1] if reasons else "away"

    def _in_turn(self) -> list[Standby[C]]:
        """The standbys that are not left out: first those with the fewest calls, among these the furthest."""
        ready = [standby for standby in self._standbys if not standby.reason]
        turn = next(self._turns) % max(1, len(ready))
        return sorted(ready[turn:] + ready[:turn], key=lambda each: each.rank)

    def _read_from(self, standby: Standby[C], read: Read, *, again: bool = False) -> Answers:
        """What the queries come back as from this standby. Raises Unproven if it cannot answer them.

        Where it is tried again, it is first asked how far it is: what it would answer before is read for nothing.
        """
        queries, deadline, watch, acting, needed, began = read
        answers: Answers = ()
        lease: Lease[C] = Lease()
        try:
            try:
                connection = standby.pool.lend(lease) or self._take(standby, lease, read)
                session, seen = connection.session, connection.seen
                if watch is not None:
                    watch.begin(session, standby.name)
                if again:
                    self._ask(standby, connection, read, again=True)
                session.require_usable(queries, deadline, acting)
                with session.lock, session:
                    unproven = None
                    session.guard = guard = None if needed is seen.proven else seen.guard(needed, began)
                    try:
                        answers = exchange(session, session.run(queries, acting), deadline)
                        if guard is None and not seen.is_standby():
                            unproven = Unproven("promoted")
                    except (Unproven, ConcordiaError, psycopg.Error, TimeIsUp) as error:
                        unproven = _unproven(standby, connection, read, error)
                    finally:
                        session.guard = None
                if unproven is not None:
                    raise unproven
            except Unproven as error:
                standby.miss(error.reason, lease, needed, again=again)
                raise
            else:
                standby.reads += 1
                if guard is not None:
                    standby.lag = max(0, self.positions.head - seen.lsn)
                return answers
            finally:
                standby.pool.put(lease)
        finally:
            if lease.held:  # a signal's handler has raised an exception in between
                standby.pool.put(lease)

    def _take(self, standby: Standby[C], lease: Lease[C], read: Read) -> C:
        """A connection to it, within the time for standbys."""
        queries, deadline, _, _, _, began = read
        within = Deadline(self._ends(read), began)
        if deadline is not None and not deadline.left():
            raise overdue(names_of(queries), deadline)
        try:
            return standby.pool.take(lease, within)
        except (TimeIsUp, NoConnection):
            raise Unproven("busy" if standby.pool.is_connected else "away") from None
        finally:
            if deadline is not None:
                deadline.waited += within.waited

    def _hold(self, held: Held[C], standby: Standby[C], read: Read, *, again: bool = False) -> Answers:
        """Hold a connection to this standby. Raises Unproven if it is not far enough."""
        *_, needed, _ = read
        lease: Lease[C] = Lease()
        held.append((standby, lease))
        try:
            connection = self._take(standby, lease, read)
            self._ask(standby, connection, read, again=again)
            connection.seen.prove_own()
        except Unproven as unproven:
            standby.miss(unproven.reason, lease, needed, again=again)
            standby.pool.put(lease)
            raise
        standby.reads += 1
        return ()

    def _ask(self, standby: Standby[C], connection: C, read: Read, *, again: bool) -> None:
        """Raise Unproven if the standby has not replayed the log up to there."""
        queries, deadline, _, _, needed, _ = read
        if again:
            deadline = Deadline(self._ends(read), monotonic())
        try:
            standby.require(connection, needed, deadline)
        except psycopg.Error as error:
            raise Unproven(reason_of(error, connection.session.pgconn) or "failed") from error
        except TimeIsUp:
            if again:
                raise Unproven("silent") from None
            standby.reason = "silent"
            raise overdue(names_of(queries), deadline) from None


class StandbyReader(Reader, Generic[C]):
    """The reader of a database. Standbys that are proven to be fresh answer it, or else the primary."""

    def __init__(
        self,
        database: Executor,
        standbys: Standbys[C],
    ) -> None:
        self._database, self._standbys = database, standbys
        self._deadline, self._observers = database._deadline, database._observers

    def _run(
        self,
        queries: Queries,
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,
    ) -> Answers:
        standbys = self._standbys
        answers, reason = standbys.read(queries, deadline, watch, acting)
        if answers is not None:
            return answers
        standbys.fallbacks[reason] += 1
        if watch is not None:
            watch.server, watch.reason = "primary", reason
        return self._database._run(queries, deadline, watch, acting)

    @contextlib.contextmanager
    def _rows(self, query: Many[T], acting: Acting | None) -> Iterator[Iterator[T]]:
        standbys, held = self._standbys, cast("Held[C]", [])
        queries, deadline = only((query,), writes=False, by="stream"), deadlines.nearest(None, self._deadline)
        with self._watch("stream", queries) as watch:
            try:
                try:
                    reason = standbys.hold(held, queries, deadline)
                    if not reason:
                        standby, lease = held[-1]
                        (connection,) = lease.held
                        watch.begin(connection.session, standby.name)
                        with contextlib.closing(connection.querier._stream(query, acting)) as rows:
                            yield rows
                        return
                finally:
                    for standby, lease in held:
                        standby.pool.put(lease)
            finally:
                for standby, lease in held:  # a signal's handler has raised an exception in between
                    standby.pool.put(lease)
            standbys.fallbacks[reason] += 1
            watch.server, watch.reason = "primary", reason
            with self._database._one() as querier:
                watch.begin(querier._session)
                with contextlib.closing(querier._stream(query, acting)) as rows:
                    yield rows


def _unproven(standby: Standby[Any], connection: Connected, read: Read, error: Exception) -> Unproven:
    """Why a read that has failed on a standby is run elsewhere. Raises the error of one that would fail there too."""
    session, seen, (queries, deadline, *_) = connection.session, connection.seen, read
    if isinstance(error, Unproven):
        return error
    if isinstance(error, TimeIsUp):
        if session.pgconn.status == ConnStatus.BAD:  # it did not even say that it has cancelled the read
            standby.reason = "silent"
        session.overdue(error, queries, deadline)
    reason: Reason | None = None
    if isinstance(error, psycopg.Error):
        reason = reason_of(error, session.pgconn)
    elif isinstance(error, QuerierError):  # of a role or setting, which may not have arrived here
        reason = "failed"
    if reason is None and not (seen.is_lent or seen.is_standby()):
        reason = "promoted"
    if reason is not None:
        return Unproven(reason)
    if isinstance(error, psycopg.Error):
        session.explain(error, queries)
    raise error


def _soon() -> Deadline:
    now = monotonic()
    return Deadline(now + _ANSWER_SECONDS, now)


def _look(reference: "weakref.ref[Standbys[Any]]", wakeup: Wakeup, number: int) -> None:
    """Ask a server for its state again and again, until its database is closed or garbage-collected."""
    seconds = 0.0
    while True:
        wakeup.wait(seconds)
        standbys = reference()
        if standbys is None or standbys.is_closed:
            return
        try:
            seconds = standbys.look(number)
        except Exception:  # noqa: BLE001 - the server is away, or the database is closed: it is asked again
            seconds = _LOOK_AGAIN
        del standbys
