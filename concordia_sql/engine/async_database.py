"""Databases: pools of queriers."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from time import monotonic
from types import ModuleType
from typing import Any, Self, TypeVar

import psycopg
import psycopg_pool

from concordia_sql.engine.async_querier import AsyncExecutor, AsyncQuerier
from concordia_sql.engine.checks.check import async_check_at
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.connecting import (
    BUSY,
    SETUP,
    Poll,
    connecting,
    is_alive,
    is_direct,
    make_poll,
    settings_of,
    setup_parameters,
)
from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.idle import IdleConnections
from concordia_sql.engine.library import Library
from concordia_sql.engine.queries import Many, Statement
from concordia_sql.engine.session import Isolation

T = TypeVar("T")


class _AsyncConnection(psycopg.AsyncConnection[Any]):
    """A connection of a pool, with its querier."""

    querier: AsyncQuerier
    poll: Poll
    borrowed_at: float


class AsyncDatabase(AsyncExecutor):
    """A pool of connections that runs queries, for any number of tasks.

    `url` is a PostgreSQL URL or connection string; what it says overrides the library's defaults: a `connect_timeout`
    of 10 s, TCP keepalives that find a dead peer within a minute, `TimeZone` UTC, generic plans. The pool keeps
    `min_size` connections and makes up to `max_size`; a call waits `timeout` seconds for one, and then raises
    psycopg_pool.PoolTimeout. The connection used last is used next; one that died meanwhile is replaced first.
    `prepare=False` turns prepared statements off, as happens by itself behind PgBouncer. For each library that it
    `requires`, it looks at the migrations and refusals as it opens, in one round trip.

    Use it as a context manager, or call `open` and `close`. What it returns and raises is as `AsyncQuerier` says.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        timeout: float = 30,
        converter: Converter | None = None,
        prepare: bool = True,
        show_values: bool = False,
        requires: Iterable[Library] = (),
    ) -> None:
        self._requires = tuple(requires)
        self._settings = settings_of(url)
        self._converter = converter or make_converter()
        self._prepare = prepare
        self._show_values = show_values
        self._idle: IdleConnections[_AsyncConnection] = IdleConnections()
        self._pool = psycopg_pool.AsyncConnectionPool(
            kwargs=self._settings,
            connection_class=_AsyncConnection,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            configure=self._configure,
            open=False,
            name="concordia_sql",
        )

    async def open(self) -> None:
        """Connect.

        Raises psycopg.OperationalError at once when the server cannot be reached, and NotMigrated when a library that
        is required finds its migrations not applied, its tables in no schema of the search path, or no refusals.
        """
        with connecting():
            async with await psycopg.AsyncConnection.connect(**self._settings) as connection:
                for library in self._requires:
                    (await connection.wait(look(connection.pgconn, library))).require()
            await self._pool.open(wait=True)

    async def close(self) -> None:
        """Close the connections: the idle ones now, the others when their call ends."""
        await self._pool.close()
        await self._return_idle()

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
        return await async_check_at(self._settings, modules, self._converter)

    @contextlib.asynccontextmanager
    async def querier(self) -> AsyncIterator[AsyncQuerier]:
        """A querier of the pool's, for several calls on one connection."""
        connection = await self._take()
        try:
            yield connection.querier
        finally:
            await self._put(connection)

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> AsyncIterator[AsyncQuerier]:
        """As `AsyncExecutor.transaction` says."""
        async with (
            self.querier() as querier,
            querier.transaction(isolation=isolation, read_only=read_only, deferrable=deferrable),
        ):
            yield querier

    @contextlib.asynccontextmanager
    async def stream(self, query: Many[T]) -> AsyncIterator[AsyncIterator[T]]:
        """`AsyncQuerier.stream` on a connection of its own: the database runs other queries meanwhile."""
        async with self.querier() as querier, querier.stream(query) as rows:
            yield rows

    async def _run(self, *statements: Statement[Any]) -> tuple[Any, ...]:
        connection = await self._take()
        try:
            return await connection.querier._run(*statements)
        finally:
            await self._put(connection)

    async def _take(self) -> _AsyncConnection:
        while True:
            connection = self._idle.take() or await self._borrow()
            if is_alive(connection.pgconn, connection.poll):
                return connection
            await self._pool.putconn(connection)

    async def _borrow(self) -> _AsyncConnection:
        with self._idle.waiting():
            if (connection := self._idle.take()) is not None:
                return connection
            try:
                connection = await self._pool.getconn()
            except psycopg_pool.PoolTimeout as error:
                error.add_note(BUSY)
                raise
        connection.borrowed_at = monotonic()
        return connection

    async def _put(self, connection: _AsyncConnection) -> None:
        if (returned := self._idle.put(connection)) is not None:
            await self._pool.putconn(returned)
        if self._pool.closed:
            await self._return_idle()

    async def _return_idle(self) -> None:
        while (connection := self._idle.take()) is not None:
            await self._pool.putconn(connection)

    async def _configure(self, connection: _AsyncConnection) -> None:
        cursor = await connection.execute(SETUP, setup_parameters(connection.info))
        prepare = self._prepare and is_direct(await cursor.fetchone())
        connection.querier = AsyncQuerier(
            connection, converter=self._converter, prepare=prepare, show_values=self._show_values
        )
        connection.poll = make_poll(connection.pgconn)
