"""The standbys of a database: which of them answers a read, and what is done if none can."""

import asyncio
import contextlib
import itertools
import weakref
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from time import monotonic
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast
from weakref import WeakValueDictionary

import attrs
import psycopg

from concordia_sql.engine import deadlines
from concordia_sql.engine.async_exchange import exchange
from concordia_sql.engine.async_pool import AsyncPool, Bounds
from concordia_sql.engine.async_querier import AsyncQuerier
from concordia_sql.engine.async_reader import AsyncReader
from concordia_sql.engine.calls import names_of, only, overdue
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import ConcordiaError, DeadlineExceeded, NoConnection, QuerierError
from concordia_sql.engine.leases import Lease, Pooled, move
from concordia_sql.engine.observing import Observer, Watch
from concordia_sql.engine.positions import ASK_WRITTEN, Position, Positions
from concordia_sql.engine.queries import Many, Statement
from concordia_sql.engine.settings import Acting
from concordia_sql.engine.standbys import SYSTEM, Reason, ReplicaStats, Runs, Seen, Unproven, ask, reason_of
from concordia_sql.engine.steps import TimeIsUp
from concordia_sql.engine.wakeups import AsyncJob, AsyncWakeup

_LOOK_SECONDS = 1.0
"""How long a server may take to report its state. It is asked beside the callers."""
_LOOK_AGAIN = 0.25
"""The seconds after which a standby that is left out is asked again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.016
"""The seconds after which a standby that is behind is asked again, which grow."""


class AsyncConnected(Pooled, Protocol):
    """A connection to a standby."""

    querier: AsyncQuerier
    seen: Seen


C = TypeVar("C", bound=AsyncConnected)
T = TypeVar("T")
Queries: TypeAlias = tuple[Statement[Any], ...]
Answers: TypeAlias = tuple[Any, ...]
Run: TypeAlias = Callable[[Queries, Deadline | None, Watch | None, Acting | None], Awaitable[Answers]]


@attrs.define(eq=False)
class Read:
    """What is asked of the standbys."""

    queries: Queries
    deadline: Deadline | None
    watch: Watch | None
    acting: Acting | None
    needed: Position
    began: float
    max_wait: float

    @property
    def ends(self) -> float:
        """Until when it waits for them: the primary needs time for it too."""
        if self.deadline is None:
            return self.began + self.max_wait
        return self.began + min(self.max_wait, max(0, self.deadline.ends - self.began) / 2)


class AsyncStandby(Generic[C]):
    """A standby: its connections, and why it is left out, if it is."""

    def __init__(self, name: str, bounds: Bounds, connect: Callable[[], Awaitable[C]], positions: Positions) -> None:
        self.name = name
        self._connect, self._positions = connect, positions
        self._runs: Runs = WeakValueDictionary()
        self.pool: AsyncPool[C] = AsyncPool(bounds, self.connect)
        self.reason: Reason = "starting"
        self.reads = self.behind = self.conflicts = 0
        self.lag = 0
        """How far it was behind what was known of the primary, when it was asked last."""
        self._looked = 0.0
        self._reads_before = 0

    async def connect(self) -> C:
        """Make a connection. Nothing is known of its server yet."""
        connection = await self._connect()
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
            self.hear(seen, needed)
            if not seen.has(self._positions.floor or needed):
                self.reason = "behind"
        elif reason == "conflict":
            self.conflicts += 1
        elif reason in ("away", "promoted", "another system"):
            self.reason = reason

    def hear(self, seen: Seen, needed: Position) -> None:
        """Note how far it has replayed, as it has just said."""
        self.lag = self._positions.lag(seen.lsn, needed)

    def _is_overlooked(self) -> bool:
        """Whether reads may go to it, but none has for a while, so that nobody would see if it failed."""
        now, before = monotonic(), self._reads_before
        if now < self._looked + _LOOK_SECONDS:
            return False
        self._looked, self._reads_before = now, self.reads
        return self.reads == before and self.pool.has_idle

    async def look(self) -> None:
        """Ask a standby that is left out, or that nobody reads from, whether it can serve."""
        floor = self._positions.floor
        if floor is None or not (self.reason or self._is_overlooked()):
            return
        lease: Lease[C] = Lease()
        deadline = _soon()
        try:
            connection = await self.pool.take(lease, deadline)
            await self.require(connection, floor, deadline)
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

    async def require(self, connection: C, needed: Position, deadline: Deadline | None) -> None:
        """Ask it how far it is. Raises Unproven if that is not far enough."""
        session, unproven = connection.session, None
        guard = connection.seen.ask(needed)
        with session.lock, session:
            try:
                guard.read(await exchange(session, ask(session.pgconn, guard.alone), deadline), for_a_read=False)
            except Unproven as error:
                unproven = error
        self.hear(connection.seen, needed)
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


Held: TypeAlias = list[tuple[AsyncStandby[C], Lease[C]]]


class AsyncStandbys(Generic[C]):
    """The standbys of a database, and the positions of its primary. Jobs beside the callers look after both."""

    def __init__(
        self,
        standbys: Sequence[AsyncStandby[C]],
        positions: Positions,
        primary: AsyncPool[C],
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
        self._jobs: list[AsyncJob] = []
        self._wakeups: list[AsyncWakeup] = []
        self.is_closed = False

    async def open(self, deadline: Deadline | None) -> None:
        """Learn from the primary what positions are signed by, and where it is."""
        lease: Lease[C] = Lease()
        try:
            session = (await self._primary.take(lease, deadline)).session
            with session.lock, session:
                result = await exchange(session, ask(session.pgconn, SYSTEM), deadline)
            session.calls -= 1  # which was no caller's
            system, block, segment = (result.get_value(0, column) or b"0" for column in range(3))
            self.positions.identify(system, int(block), int(segment))
        finally:
            self._primary.put(lease)
        await self.sample(deadline)
        self.start()

    def start(self) -> None:
        """Begin to look after the standbys, once: at first, or after a fork when they are used first."""
        started: deque[bool] = deque()
        if move(self.unstarted, started):
            for standby in self._standbys:
                standby.pool.start()
            for number in range(len(self._standbys) + 1):
                wakeup = AsyncWakeup()
                wakeup.send()
                self._wakeups.append(wakeup)
                self._jobs.append(AsyncJob("concordia_sql replicas", _look, weakref.ref(self), wakeup, number))

    async def close(self) -> None:
        """Close the connections to the standbys, and end the jobs."""
        self.is_closed = True
        for wakeup in self._wakeups:
            wakeup.send()
        for job in self._jobs:
            job.stop()
        for standby in self._standbys:
            await standby.pool.close()

    def abandon(self) -> None:
        """Close all connections at once, from any thread."""
        self.is_closed = True
        for standby in self._standbys:
            standby.pool.abandon()

    def pools(self) -> Iterable[AsyncPool[C]]:
        """The pools of the standbys."""
        return [standby.pool for standby in self._standbys]

    def stats(self) -> tuple[ReplicaStats, ...]:
        """The figures of each."""
        return tuple(standby.stats() for standby in self._standbys)

    async def look(self, number: int) -> float:
        """Ask one server for its state. Returns the seconds until it is asked again."""
        if number < len(self._standbys):
            await self._standbys[number].look()
            return _LOOK_AGAIN
        await self.sample(_soon())
        return self._interval

    async def sample(self, deadline: Deadline | None) -> None:
        """Ask the primary where it is."""
        lease: Lease[C] = Lease()
        try:
            session = (await self._primary.take(lease, deadline)).session
            asked = monotonic()
            with session.lock, session:
                result = await exchange(session, ask(session.pgconn, ASK_WRITTEN), deadline)
            session.calls -= 1  # which was no caller's
        finally:
            self._primary.put(lease)
        if (position := self.positions.read(result)) is not None:
            self.positions.sample(asked, position, self._interval)

    async def hold(self, held: Held[C], queries: Queries, deadline: Deadline | None) -> Reason:
        """Hold a connection to a standby that has replayed enough. Returns the reason if there is none."""
        _, reason = await self.read(queries, deadline, None, None, partial(self._hold, held))
        return reason

    async def read(
        self,
        queries: Queries,
        deadline: Deadline | None,
        watch: Watch | None,
        acting: Acting | None,
        attempt: Callable[..., Awaitable[Answers]] | None = None,
    ) -> tuple[Answers | None, Reason]:
        """The results of the queries from the first standby that proves to be fresh; or None, and why there is none."""
        needed = self.positions.needed
        if needed is None:
            return None, "in doubt"
        read = Read(queries, deadline, watch, acting, needed, monotonic(), self._max_wait)
        attempt = attempt or self._read_from
        reason: Reason = ""
        behind: list[AsyncStandby[C]] = []
        for standby in self._ready():
            try:
                return await attempt(standby, read), ""
            except Unproven as unproven:
                reason = unproven.reason
                if reason == "read-only":
                    return None, reason
                behind += [standby] if reason == "behind" and not standby.reason else []
        behind.sort(key=lambda each: each.lag)
        pause = _FIRST_PAUSE
        while behind and monotonic() + pause < read.ends:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            standby = behind.pop(0)
            try:
                return await attempt(standby, read, again=True), ""
            except Unproven as unproven:
                reason = unproven.reason
                behind += [standby] if reason == "behind" else []
        return None, reason or self._left_out()

    def _left_out(self) -> Reason:
        """Why no standby is ready."""
        reasons: list[Reason] = [each.reason for each in self._standbys if each.reason]
        return reasons[-1] if reasons else "away"

    def _ready(self) -> list[AsyncStandby[C]]:
        """The standbys that reads may go to: first those with the fewest calls, among these the furthest."""
        ready = [standby for standby in self._standbys if not standby.reason and standby.pool.is_connected]
        if len(ready) > 1:
            turn = next(self._turns) % len(ready)
            ready = sorted(ready[turn:] + ready[:turn], key=lambda each: each.rank)
        return ready

    async def _read_from(self, standby: AsyncStandby[C], read: Read, *, again: bool = False) -> Answers:
        """What the queries come back as from this standby. Raises Unproven if it cannot answer them.

        Where it is tried again, it is first asked how far it is: what it would answer before is read for nothing.
        """
        lease: Lease[C] = Lease()
        try:
            try:
                connection = standby.pool.lend(lease) or await self._take(standby, lease, read)
                if read.watch is not None:
                    read.watch.begin(connection.session)
                    read.watch.server = standby.name
                if again:
                    await self._ask(standby, connection, read, again=True)
                answers = await self._run(standby, connection, read)
            except Unproven as unproven:
                standby.miss(unproven.reason, lease, read.needed, again=again)
                raise
            except DeadlineExceeded:
                if lease.held and not lease.held[0].session.is_whole():
                    standby.reason = "silent"
                raise
            else:
                standby.reads += 1
                return answers
            finally:
                standby.pool.put(lease)
        finally:
            if lease.held:  # a signal's handler has raised an exception in between
                standby.pool.put(lease)

    async def _take(self, standby: AsyncStandby[C], lease: Lease[C], read: Read) -> C:
        """A connection to it, within the time for standbys."""
        deadline, within = read.deadline, Deadline(read.ends, read.began)
        if deadline is not None and not deadline.left():
            raise overdue(names_of(read.queries), deadline)
        try:
            return await standby.pool.take(lease, within)
        except (TimeIsUp, NoConnection):
            raise Unproven("busy" if standby.pool.is_connected else "away") from None
        finally:
            if deadline is not None:
                deadline.waited += within.waited

    async def _hold(self, held: Held[C], standby: AsyncStandby[C], read: Read, *, again: bool = False) -> Answers:
        """Hold a connection to this standby. Raises Unproven if it is not far enough."""
        lease: Lease[C] = Lease()
        held.append((standby, lease))
        try:
            connection = await self._take(standby, lease, read)
            await self._ask(standby, connection, read, again=again)
            connection.seen.prove_own()
        except Unproven as unproven:
            standby.miss(unproven.reason, lease, read.needed, again=again)
            standby.pool.put(lease)
            raise
        standby.reads += 1
        return ()

    async def _ask(self, standby: AsyncStandby[C], connection: C, read: Read, *, again: bool) -> None:
        """Raise Unproven if the standby has not replayed the log up to there."""
        deadline = Deadline(read.ends, monotonic()) if again else read.deadline
        try:
            await standby.require(connection, read.needed, deadline)
        except psycopg.Error as error:
            raise Unproven(reason_of(error, connection.session.pgconn) or "failed") from error
        except TimeIsUp:
            if again:
                raise Unproven("silent") from None
            standby.reason = "silent"
            raise overdue(names_of(read.queries), deadline) from None

    async def _run(self, standby: AsyncStandby[C], connection: C, read: Read) -> Answers:
        """The results of the queries on this connection. Raises Unproven if it is not proven to be fresh."""
        session, seen, queries = connection.session, connection.seen, read.queries
        session.require_usable(queries, read.deadline, read.acting)
        with session.lock, session:
            session.guard = guard = seen.guard(read.needed)
            try:
                answers = await exchange(session, session.run(queries, read.acting), read.deadline)
            except Unproven as error:
                unproven = error
            except QuerierError:  # of a role or setting, which may not have arrived here
                unproven = Unproven("failed")
            except psycopg.Error as error:
                reason = reason_of(error, session.pgconn)
                if reason is None:
                    session.explain(error, queries)
                unproven = Unproven(reason)
            except TimeIsUp as error:
                session.overdue(error, queries, read.deadline)
            else:
                if guard is not None:
                    standby.hear(seen, read.needed)
                if guard is not None or seen.is_standby():
                    return answers
                unproven = Unproven("promoted")
            finally:
                session.guard = None
        raise unproven


class AsyncStandbyReader(AsyncReader, Generic[C]):
    """The reader of a database. Standbys that are proven to be fresh answer it, or else the primary."""

    def __init__(
        self,
        standbys: AsyncStandbys[C],
        primary: Run,
        one: Callable[[], AbstractAsyncContextManager[AsyncQuerier]],
        deadline: float | None,
        observers: Sequence[Observer],
    ) -> None:
        self._standbys, self._primary, self._one = standbys, primary, one
        self._deadline, self._observers = deadline, observers

    async def _run(
        self,
        queries: Queries,
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,
    ) -> Answers:
        standbys = self._standbys
        if standbys.unstarted:
            standbys.start()
        answers, reason = await standbys.read(queries, deadline, watch, acting)
        if answers is not None:
            return answers
        standbys.fallbacks[reason] += 1
        if watch is not None:
            watch.server, watch.reason = "primary", reason
        return await self._primary(queries, deadline, watch, acting)

    @contextlib.asynccontextmanager
    async def _rows(self, query: Many[T], acting: Acting | None) -> AsyncIterator[AsyncIterator[T]]:
        standbys, held = self._standbys, cast("Held[C]", [])
        if standbys.unstarted:
            standbys.start()
        queries, deadline = only((query,), writes=False, by="stream"), deadlines.nearest(None, self._deadline)
        with self._watch("stream", queries) as watch:
            try:
                try:
                    reason = await standbys.hold(held, queries, deadline)
                    if not reason:
                        standby, lease = held[-1]
                        (connection,) = lease.held
                        watch.begin(connection.session)
                        watch.server = standby.name
                        async with contextlib.aclosing(connection.querier._stream(query, acting)) as rows:
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
            async with self._one() as querier:
                watch.begin(querier._session)
                async with contextlib.aclosing(querier._stream(query, acting)) as rows:
                    yield rows


def _soon() -> Deadline:
    now = monotonic()
    return Deadline(now + _LOOK_SECONDS, now)


async def _look(reference: "weakref.ref[AsyncStandbys[Any]]", wakeup: AsyncWakeup, number: int) -> None:
    """Ask a server for its state again and again, until its database is closed or garbage-collected."""
    seconds = 0.0
    while True:
        await wakeup.wait(seconds)
        standbys = reference()
        if standbys is None or standbys.is_closed:
            return
        try:
            seconds = await standbys.look(number)
        except Exception:  # noqa: BLE001 - the server is away, or the database is closed: it is asked again
            seconds = _LOOK_AGAIN
        del standbys
