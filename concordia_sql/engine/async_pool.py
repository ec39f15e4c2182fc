"""Pools of connections. Callers take and return connections; a keeper makes them, and closes those beyond need."""

import random
import weakref
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

import attrs

from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import NoConnection, QuerierError
from concordia_sql.engine.leases import Lease, Pooled, Stats, move
from concordia_sql.engine.steps import TimeIsUp
from concordia_sql.engine.wakeups import AsyncJob, AsyncWakeup, async_here

C = TypeVar("C", bound=Pooled)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""The seconds between attempts to connect, which grow."""
_CLOSING_SECONDS = 0.1
"""How long closing waits for the keeper, which may be about to connect."""


@attrs.frozen(kw_only=True)
class Bounds:
    """The bounds of a pool; times are in seconds."""

    name: str
    min_size: int
    max_size: int
    timeout: float
    max_waiting: int | None
    max_lifetime: float
    max_idle: float

    def of_replica(self, name: str) -> "Bounds":
        """The bounds of the pool of a standby, which always keeps a connection."""
        return attrs.evolve(self, name=f"{self.name} {name}", min_size=max(1, self.min_size))


class AsyncPool(Generic[C]):
    """Connections that are lent to calls, the one used last first: its server process is in the processor's caches.

    Callers that find none wait in turn. What a call gives back and is not known to be in order is closed.
    """

    def __init__(self, bounds: Bounds, connect: Callable[[], Awaitable[C]]) -> None:
        self.bounds = bounds
        self._connect = connect
        self._idle: deque[C] = deque()
        self._open: dict[C, None] = {}
        self._waiting: dict[Lease[C], None] = {}
        self.is_open = self.is_closed = False
        self.is_foreign = False
        """Whether the pool belongs to a process that this one was forked from."""
        self._unstarted = deque([True])
        self._here: object = None
        self._keeper: AsyncJob | None = None
        self._wakeup: AsyncWakeup | None = None
        self._opener: AsyncWakeup | None = None
        self._failure: Exception | None = None
        self._pause = 0.0
        self._next_attempt = 0.0
        self._replaced = 0
        self._gone_calls = self._gone_errors = 0
        self._waited = 0.0

    async def open(self, deadline: Deadline | None) -> None:
        """Make the first connections. Raises what connecting raises, or TimeIsUp."""
        self.is_open = True
        opener = self._opener = AsyncWakeup()
        self._start()
        try:
            while len(self._open) < self._first():
                self._check_opening(deadline)
                await opener.wait(None if deadline is None else deadline.left())
        except BaseException:
            await self.close()
            raise
        self._opener = None

    def start(self) -> None:
        """Mark the pool as open. The first connections are made beside the caller."""
        self.is_open = True
        self._start()

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, idle or in use."""
        return bool(self._open)

    @property
    def has_idle(self) -> bool:
        """Whether a call would not wait for a connection."""
        return bool(self._idle)

    @property
    def load(self) -> int:
        """How many calls use a connection or wait for one."""
        return len(self._open) - len(self._idle) + len(self._waiting)

    def _check_opening(self, deadline: Deadline | None) -> None:
        if self._failure is not None:
            raise self._failure
        if deadline is not None and not deadline.left():
            raise TimeIsUp(is_done=False)

    def lend(self, lease: Lease[C]) -> C | None:
        """Lend a connection that is alive, and let the lease hold it. None if the caller must wait for one."""
        if async_here() is not self._here:
            self._check_usable()
        held = lease.held
        while held or move(self._idle, held):
            connection = held[0]
            if not connection.session.poll(0) or connection.session.is_alive():
                return connection
            self._discard(lease)
        return None

    async def take(self, lease: Lease[C], deadline: Deadline | None) -> C:
        """Wait for what `lend` gives. Raises NoConnection, or TimeIsUp when the deadline passes."""
        while (connection := self.lend(lease)) is None:
            await self._wait(lease, deadline)
            while len(lease.held) > 1:  # two have served it
                move(lease.held, self._idle)
        return connection

    def put(self, lease: Lease[C]) -> None:
        """End a lease. After an exception in here, it can be ended once more."""
        lease.is_over = True
        held = lease.held
        if self.is_foreign:
            held.clear()
        while held:
            connection = held[-1]
            if not connection.session.is_whole():
                self._discard(lease)
                continue
            now = connection.idle_since = monotonic()
            if self.is_closed or now > connection.expires:
                self._close(lease)
            else:
                move(held, self._idle)
        if self._waiting:
            self._serve()
        if self.is_closed:
            self._close_idle()

    def add(self, connection: C) -> None:
        """Add a connection that was made."""
        now = monotonic()
        # Spread, so that those made together are not renewed together.
        connection.expires = now + self.bounds.max_lifetime * random.uniform(0.95, 1)  # noqa: S311 - no secret
        connection.idle_since = now
        self._open[connection] = None
        self._idle.appendleft(connection)
        self._serve()
        self._tell_opener()
        if self.is_closed:
            self._close_idle()

    async def close(self) -> None:
        """Close the idle connections now, the others when they are put. Callers that wait are told."""
        if self._keeper is not None and async_here() is not self._here:
            raise QuerierError("a database is closed in the event loop that opened it, not in another")
        self._leave()
        if self._keeper is not None:
            if not await self._keeper.join(_CLOSING_SECONDS):
                self._keeper.stop()
            self._close_idle()

    def abandon(self) -> None:
        """Close all connections at once, from any thread."""
        self._leave()
        for connection in list(self._open):
            connection.session.close()

    def stats(self) -> Stats:
        """The figures, at one time."""
        connections = list(self._open)
        idle = len(self._idle)
        return Stats(
            name=self.bounds.name,
            open=len(connections),
            idle=min(idle, len(connections)),
            in_use=max(0, len(connections) - idle),
            waiting=len(self._waiting),
            calls=self._gone_calls + sum(each.session.calls for each in connections),
            errors=self._gone_errors + sum(each.session.errors for each in connections),
            replaced=self._replaced,
            waited=self._waited,
            min_size=self.bounds.min_size,
            max_size=self.bounds.max_size,
        )

    async def _wait(self, lease: Lease[C], deadline: Deadline | None) -> None:
        """Wait for a connection, behind the callers that wait already."""
        self._check_usable()
        began = monotonic()
        wakeup = lease.wakeup = AsyncWakeup()
        try:
            self._waiting[lease] = None
            self._check_room()
            self._serve()
            self._tell_keeper()
            while not lease.held:
                self._check_usable()
                await wakeup.wait(self._left(began, deadline))
        except (NoConnection, TimeIsUp):
            self._gone_calls += 1
            self._gone_errors += 1
            raise
        finally:
            self._waiting.pop(lease, None)
            waited = monotonic() - began
            self._waited += waited
            if deadline is not None:
                deadline.waited += waited

    def _check_room(self) -> None:
        """Refuse a caller when others wait already, in addition to those for whom connections can be made."""
        bounds = self.bounds
        room = bounds.max_size - len(self._open) + len(self._idle)
        if bounds.max_waiting is not None and self._unserved() > bounds.max_waiting + room:
            raise NoConnection(f"{bounds.name}: {bounds.max_waiting} callers wait for a connection already")

    def _left(self, began: float, deadline: Deadline | None) -> float:
        """How many seconds a caller may still wait."""
        if deadline is not None and not deadline.left():
            raise TimeIsUp(is_done=False)
        left = began + self.bounds.timeout - monotonic()
        if left <= 0:
            raise NoConnection(
                f"{self.bounds.name}: no connection was free within {self.bounds.timeout:g} s: are all of them in use "
                "for long, or is the server gone?"
            ) from self._failure
        return left if deadline is None else min(left, deadline.left())

    def _start(self) -> None:
        """Begin to keep connections, in the event loop that runs: at once, or after a fork when it is used first."""
        started: deque[bool] = deque()
        try:
            if move(self._unstarted, started):
                self._here = async_here()
                self._wakeup = AsyncWakeup()
                self._wakeup.send()
                self._keeper = AsyncJob(f"{self.bounds.name} keeper", _keep, weakref.ref(self), self._wakeup)
        except BaseException:
            move(started, self._unstarted)
            raise

    def _check_usable(self) -> None:
        if self.is_closed:
            raise QuerierError(f"{self.bounds.name}: the database is closed")
        if not self.is_open:
            raise QuerierError(f"{self.bounds.name}: the database is not open yet: use it in a `with`, or call open()")
        self._start()
        if async_here() is not self._here:
            raise QuerierError(f"{self.bounds.name}: the database was opened in another event loop")

    def _serve(self) -> None:
        """Give idle connections to those who wait, in turn."""
        while self._idle:
            lease = next((each for each in list(self._waiting) if not each.held), None)
            if lease is None:
                return
            if not move(self._idle, lease.held):
                return
            if lease.is_over:  # it left as it was served
                self._waiting.pop(lease, None)
                move(lease.held, self._idle)
            elif lease.wakeup is not None:
                lease.wakeup.send()

    def _discard(self, lease: Lease[C]) -> None:
        """Close the lease's connection, which is lost, or not known to be in order."""
        self._close(lease)
        self._replaced += 1

    def _close(self, lease: Lease[C]) -> None:
        connection = lease.held[-1]
        connection.session.close()
        self._forget(connection)
        lease.held.pop()
        self._tell_keeper()

    def _forget(self, connection: C) -> None:
        if connection in self._open:
            self._gone_calls += connection.session.calls
            self._gone_errors += connection.session.errors
            self._open.pop(connection, None)

    def _close_idle(self) -> None:
        lease: Lease[C] = Lease()
        while move(self._idle, lease.held):
            self._close(lease)

    def _tell_keeper(self) -> None:
        if self._wakeup is not None:
            self._wakeup.send()

    def _tell_opener(self) -> None:
        if self._opener is not None:
            self._opener.send()

    def _leave(self) -> None:
        self.is_closed = True
        self._close_idle()
        for lease in list(self._waiting):
            if lease.wakeup is not None:
                lease.wakeup.send()
        if self._wakeup is not None:
            self._wakeup.send_from_outside()

    async def tend(self) -> float | None:
        """Make the connections that are wanted, and close the surplus. Returns when to look again, in seconds."""
        self._close_overdue()
        while not self.is_closed and self._wants_more():
            if (pause := self._next_attempt - monotonic()) > 0:
                return pause
            try:
                connection = await self._connect()
            except Exception as error:  # noqa: BLE001 - it goes on, and tells those who wait
                self._failure = error
                self._tell_opener()
                self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))
                self._next_attempt = monotonic() + self._pause * random.uniform(0.5, 1)  # noqa: S311 - no secret
            else:
                self._failure = None
                self._pause = 0
                self.add(connection)
        return self._next_due()

    def _wants_more(self) -> bool:
        count = len(self._open)
        return count < self._first() or (count < self.bounds.max_size and self._unserved() > len(self._idle))

    def _unserved(self) -> int:
        """How many callers wait for a connection that they do not hold yet."""
        return sum(not lease.held for lease in list(self._waiting))

    def _first(self) -> int:
        """How many connections are made without a caller: at least one while the pool opens, as a trial."""
        return max(self.bounds.min_size, self._opener is not None)

    def _close_overdue(self) -> None:
        """Close idle connections that are old, and those above `min_size` that were not used for long."""
        now = monotonic()
        lease: Lease[C] = Lease()
        for connection in list(self._idle):
            is_unused = connection.idle_since + self.bounds.max_idle <= now and len(self._open) > self.bounds.min_size
            if connection.expires <= now or is_unused:
                try:
                    self._idle.remove(connection)
                except ValueError:  # somebody has taken it
                    continue
                lease.held.append(connection)
                self._close(lease)

    def _next_due(self) -> float | None:
        now = monotonic()
        dues = [connection.expires for connection in list(self._open) if connection.expires > now]
        if len(self._open) > self.bounds.min_size:  # those in use may be idle soon
            unused = [connection.idle_since + self.bounds.max_idle for connection in list(self._idle)]
            dues += [due for due in unused if due > now] or [now + self.bounds.max_idle]
        return min(dues) - now if dues else None


async def _keep(reference: "weakref.ref[AsyncPool[C]]", wakeup: AsyncWakeup) -> None:
    """Tend a pool until it is closed or garbage-collected."""
    seconds: float | None = None
    while True:
        await wakeup.wait(seconds)
        pool = reference()
        if pool is None or pool.is_closed:
            return
        seconds = await pool.tend()
        del pool
