"""Databases: pools of queriers."""

import contextlib
import warnings
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from time import monotonic
from types import ModuleType
from typing import Any, Self

import attrs

from concordia_sql.engine import deadlines, forks
from concordia_sql.engine.async_connector import AsyncConnection, AsyncConnector
from concordia_sql.engine.async_exchange import exchange
from concordia_sql.engine.async_pool import AsyncPool, Bounds
from concordia_sql.engine.async_querier import AsyncExecutor, AsyncQuerier
from concordia_sql.engine.async_reader import AsyncReader
from concordia_sql.engine.async_replicas import AsyncStandby, AsyncStandbyReader, AsyncStandbys
from concordia_sql.engine.calls import names_of, overdue
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.connecting import connecting, of_primary, settings_of
from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.leases import Lease, Stats
from concordia_sql.engine.library import Library
from concordia_sql.engine.observing import Observer, Watch
from concordia_sql.engine.positions import Positions
from concordia_sql.engine.queries import Statement
from concordia_sql.engine.settings import Acting
from concordia_sql.engine.steps import TimeIsUp


class AsyncDatabase(AsyncExecutor):
    """A pool of connections that runs queries, for any number of tasks.

    `url` is a PostgreSQL URL or connection string; what it says overrides the library's defaults: a `connect_timeout`
    of 10 s, TCP keepalives that find a dead peer within a minute, `TimeZone` UTC, generic plans.

    It keeps `min_size` connections and makes up to `max_size`. A call that finds none free waits up to `timeout`
    seconds, and then raises NoConnection; with `max_waiting` callers waiting already, it does so at once. Connections
    live `max_lifetime` seconds; those above `min_size` are closed when they were idle for `max_idle`. The one used
    last is used next. One that was lost, or is not known to be in order after a call, is replaced.

    Each call ends within `deadline` seconds, as the function of that name says for a block; without one it waits for
    the server as long as it takes. The server ends each statement after 60 s, by psycopg's QueryCanceled, unless the
    URL, the role, the database or the server's configuration has a `statement_timeout`, or the argument of that name
    says another one, in seconds; 0 is none. Through a pooler that lends its connections, the role must have it: there
    the default is not set, and an argument raises QuerierError. `name` is what the server, `stats` and errors call the
    database.

    Statements are prepared where each connection has a server process of its own, or the pooler in between tracks
    them; `prepare` says otherwise: True suits PgBouncer in session mode. For each library that it `requires`, it looks
    at the migrations and refusals as it opens. Each of the `observers` is told of each call.
    `named` says whether the server's views and logs show the names of queries, as `AsyncQuerier` says.

    With `replicas`, the URLs of its standbys, `reader` reads from those that have replayed what this context has
    written. None of them lags more than `max_lag` seconds; for one that is behind, a read waits `max_wait` seconds,
    before the primary answers it. An empty list keeps positions for other processes' readers. Each has a pool of these
    bounds. Where the URL names several hosts, the primary among them is found.

    Use it as a context manager, or call `open` and `close`. After a fork, the child has connections of its own; the
    queriers and transactions that were open belong to the parent. What it returns and raises is as `AsyncQuerier` says.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        timeout: float = 30,
        deadline: float | None = None,
        statement_timeout: float | None = None,
        max_waiting: int | None = None,
        max_lifetime: float = 3600,
        max_idle: float = 600,
        name: str = "concordia_sql",
        converter: Converter | None = None,
        prepare: bool | None = None,
        show_values: bool = False,
        observers: Iterable[Observer] = (),
        named: bool = True,
        requires: Iterable[Library] = (),
        replicas: Iterable[str] | None = None,
        max_lag: float = 10,
        max_wait: float = 0.1,
    ) -> None:
        self._deadline = deadline
        self._observers = tuple(observers)
        self._requires = tuple(requires)
        urls = None if replicas is None else tuple(replicas)
        self._positions = None if urls is None else Positions(max_lag)
        self._connector = AsyncConnector(
            settings_of(url, name) if urls is None else of_primary(settings_of(url, name)),
            converter or make_converter(),
            prepare,
            deadline,
            show_values,
            statement_timeout,
            self._observers,
            named,
            name,
            self._positions,
        )
        self._bounds = Bounds(
            name=name,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            max_waiting=max_waiting,
            max_lifetime=max_lifetime,
            max_idle=max_idle,
        )
        self._replicas = tuple(
            attrs.evolve(self._connector, settings=settings_of(each, name), positions=None) for each in urls or ()
        )
        self._max_lag, self._max_wait = max_lag, max_wait
        self._renew()
        forks.watching.add(self)

    def _renew(self) -> None:
        """Begin with no connections."""
        self._pool = AsyncPool(self._bounds, self._connector.connect)
        self._standbys: AsyncStandbys[AsyncConnection] | None = None
        if self._positions is not None:
            standbys: list[AsyncStandby[AsyncConnection]] = [
                AsyncStandby(name, self._bounds.of_replica(name), connector.connect, self._positions)
                for name, connector in ((f"replica {place}", each) for place, each in enumerate(self._replicas, 1))
            ]
            self._standbys = AsyncStandbys(
                standbys, self._positions, self._pool, max_lag=self._max_lag, max_wait=self._max_wait
            )

    @property
    def reader(self) -> AsyncReader:
        """What reads from standbys: `await db.reader.fetch(query)`. Without `replicas`, it is the database.

        A read sees all that was written before it in this context: in this process, or in the block of `after` around
        it. It is run in one round trip, with what proves that, and again elsewhere where that proof is missing, where
        the standby is away, and where its recovery cancels the read. In the end the primary answers. Reads with no
        write between them may come from standbys that are at different places.
        """
        if self._standbys is None:
            return self
        return AsyncStandbyReader(self._standbys, self._run, self._deadline, self._observers)

    def position(self) -> str | None:
        """How far a standby must be to show what this context has written: a short text, for a cookie or a job.

        None before its first write, and without `replicas`. Give it to `after`, in any process that has a database of
        the same server.
        """
        return None if self._positions is None else self._positions.text()

    def after(self, position: str | None) -> AbstractContextManager[None]:
        """A context of its own for what reads, as a request is: its `reader` sees what was written before a position.

        ```python
        with db.after(request.cookies.get("position")):
            ...
            response.set_cookie("position", db.position())
        ```

        It also sees what is written inside, by the tasks that are made there too. Without such a block, a read waits
        for all writes of the process. Without `replicas`, it does nothing.

        Raises PositionError as it is entered, if the text is none that `position` gave.
        """
        return contextlib.nullcontext() if self._positions is None else self._positions.after(position)

    async def open(self) -> None:
        """Connect.

        Raises psycopg.OperationalError at once when the server cannot be reached, DeadlineExceeded, and NotMigrated
        when a library that is required finds its migrations not applied, its tables in no schema of the search path, or
        no refusals.
        """
        if self._pool.is_open:
            return
        deadline = deadlines.nearest(None, self._deadline)
        try:
            with connecting(self._connector.settings):
                await self._pool.open(deadline)
            async with self.querier() as querier:
                for library in self._requires:
                    found = await exchange(querier._session, look(querier.connection.pgconn, library), deadline)
                    found.require()
            if self._standbys is not None:
                await self._standbys.open(deadline)
        except BaseException as error:
            await self._pool.close()
            if isinstance(error, TimeIsUp):
                raise overdue(f"{self._bounds.name}: open", deadline) from None
            raise
        finally:
            if self._pool.is_closed:  # so that it can be tried again
                self._renew()

    async def close(self) -> None:
        """Close the connections: the idle ones now, the others when their call ends."""
        await self._pool.close()
        if self._standbys is not None:
            await self._standbys.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def check(self, *modules: ModuleType | str) -> list[Finding]:
        """What is the matter with the database, for the queries and commands that the modules name; errors come first.

        A module's queries are those in its `__all__`, or else among its public names. What is looked at, and how, is as
        `concordia_sql.check` says. It takes a connection of its own, and some seconds for a few hundred queries.

        Raises psycopg.OperationalError when the server cannot be reached, QuerierError for a module without queries.
        """
        from concordia_sql.engine.checks.check import async_check_at  # noqa: PLC0415 - few programs load what it needs

        return await async_check_at(self._connector.settings, modules, self._connector.converter)

    def __del__(self, warn: Any = warnings.warn) -> None:
        pool = getattr(self, "_pool", None)  # none if the URL was wrong
        if pool is not None and pool.is_open and not pool.is_closed:
            warn(f"the database {self._bounds.name} was not closed", ResourceWarning, source=self)
            pool.abandon()
            if self._standbys is not None:
                self._standbys.abandon()

    def forked(self) -> None:
        """Begin anew in a process that was forked, where the connections are the parent's."""
        forks.inherited.append((self._pool, self._standbys))
        for pool in (self._pool, *(self._standbys.pools() if self._standbys is not None else ())):
            pool.is_foreign = True
        is_open = self._pool.is_open and not self._pool.is_closed
        self._renew()
        self._pool.is_open = is_open

    def stats(self) -> Stats:
        """How many connections there are, who uses them and who waits, and what was done since it was opened."""
        stats = self._pool.stats()
        if self._standbys is None:
            return stats
        return attrs.evolve(stats, replicas=self._standbys.stats(), fallbacks=dict(self._standbys.fallbacks))

    async def ping(self, *, deadline: float = 5) -> None:
        """Ask the server for nothing, to see whether it answers: for a health check.

        Raises what a call would: NoConnection, DeadlineExceeded, psycopg.OperationalError.
        """
        with deadlines.deadline(deadline):
            async with self.querier() as querier:
                await querier.ping()

    @contextlib.asynccontextmanager
    async def querier(self) -> AsyncIterator[AsyncQuerier]:
        """A querier of the pool's, for several calls on one connection."""
        pool = self._pool
        lease: Lease[AsyncConnection] = Lease()
        deadline = deadlines.nearest(None, self._deadline)
        began = monotonic()
        try:
            try:
                try:
                    connection = await pool.take(lease, deadline)
                except TimeIsUp:
                    raise overdue(names_of(()), deadline) from None
                connection.querier._waited = monotonic() - began
                yield connection.querier
            finally:
                pool.put(lease)
        finally:
            if lease.held:  # a signal's handler has raised an exception in between
                pool.put(lease)

    def _one(self) -> AbstractAsyncContextManager[AsyncQuerier]:
        return self.querier()

    async def _run(
        self,
        queries: tuple[Statement[Any], ...],
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,
    ) -> tuple[Any, ...]:
        pool = self._pool
        lease: Lease[AsyncConnection] = Lease()
        try:
            try:
                connection = await pool.take(lease, deadline)
                if watch is not None:
                    watch.begin(connection.session)
                return await connection.querier._run(queries, deadline, None, acting)
            except TimeIsUp:  # of `take`: `_run` raises DeadlineExceeded
                raise overdue(names_of(queries), deadline) from None
            finally:
                pool.put(lease)
        finally:
            if lease.held:  # a signal's handler has raised an exception in between
                pool.put(lease)
