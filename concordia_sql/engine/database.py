"""Databases: pools of queriers, in both colours."""

import contextlib
import select
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, Self, TypeAlias, TypeVar

import psycopg
import psycopg_pool
from psycopg import conninfo

from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.idle import IdleConnections
from concordia_sql.engine.querier import AsyncExecutor, AsyncQuerier, Executor, Querier
from concordia_sql.engine.queries import Many, Query
from concordia_sql.engine.session import Isolation

T = TypeVar("T")

_DEFAULTS: Mapping[str, str | int] = {
    "application_name": "concordia_sql",
    "connect_timeout": 10,
    # A peer that is gone is noticed within a minute, idle or in a call: either setting alone leaves a hang.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Not options of the connection, which PgBouncer refuses. Generic plans: a statement is made for the filters given, so
# that one plan serves all values; `LIMIT $1` would have it planned anew on every call, which takes longer than most
# calls. Behind a pooler that setting would become other clients' as well.
_SETUP = """
SELECT
    pg_backend_pid() = %(backend_pid)s AS direct,
    CASE WHEN %(set_time_zone)s THEN set_config('TimeZone', 'UTC', FALSE) END,
    CASE WHEN %(set_plans)s AND pg_backend_pid() = %(backend_pid)s
        THEN set_config('plan_cache_mode', 'force_generic_plan', FALSE)
    END
"""
_BUSY = "no connection was free: are all of them in use for long, or is the server gone?"


Poll: TypeAlias = Callable[[int], Sequence[object]]
"""Tells, without a round trip, whether a connection's socket has something to read."""


class _Connection(psycopg.Connection[Any]):
    """A connection of a pool, with its querier."""

    querier: Querier
    poll: Poll
    borrowed_at: float


class _AsyncConnection(psycopg.AsyncConnection[Any]):
    """A connection of a pool, with its querier."""

    querier: AsyncQuerier
    poll: Poll
    borrowed_at: float


class Database(Executor):
    """A pool of connections that runs queries, for any number of threads.

    `url` is a PostgreSQL URL or connection string; what it says overrides the library's defaults: a `connect_timeout`
    of 10 s, TCP keepalives that find a dead peer within a minute, `TimeZone` UTC, generic plans. The pool keeps
    `min_size` connections and makes up to `max_size`; a call waits `timeout` seconds for one, and then raises
    psycopg_pool.PoolTimeout. The connection used last is used next; one that died meanwhile is replaced first.
    `prepare=False` turns prepared statements off, as happens by itself behind PgBouncer.

    Use it as a context manager, or call `open` and `close`. What it returns and raises is as `Querier` says.
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
    ) -> None:
        self._settings = _settings(url)
        self._converter = converter or make_converter()
        self._prepare = prepare
        self._idle: IdleConnections[_Connection] = IdleConnections()
        self._pool = psycopg_pool.ConnectionPool(
            kwargs=self._settings,
            connection_class=_Connection,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            configure=self._configure,
            open=False,
            name="concordia_sql",
        )

    def open(self) -> None:
        """Connect. Raises psycopg.OperationalError at once when the server cannot be reached."""
        with _connecting(psycopg.OperationalError):
            psycopg.connect(**self._settings).close()
            self._pool.open(wait=True)

    def close(self) -> None:
        """Close the connections: the idle ones now, the others when their call ends."""
        self._pool.close()
        self._return_free()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def querier(self) -> Iterator[Querier]:
        """A querier of the pool's, for several calls on one connection."""
        connection = self._take()
        try:
            yield connection.querier
        finally:
            self._put(connection)

    @contextlib.contextmanager
    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Iterator[Querier]:
        """As `Executor.transaction` says."""
        with (
            self.querier() as querier,
            querier.transaction(isolation=isolation, read_only=read_only, deferrable=deferrable),
        ):
            yield querier

    @contextlib.contextmanager
    def stream(self, query: Many[T]) -> Iterator[Iterator[T]]:
        """`Querier.stream` on a connection of its own: the database runs other queries meanwhile."""
        with self.querier() as querier, querier.stream(query) as rows:
            yield rows

    def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        connection = self._take()
        try:
            return connection.querier._run(*queries)
        finally:
            self._put(connection)

    def _take(self) -> _Connection:
        while not _alive(connection := self._idle.take() or self._borrow()):
            self._pool.putconn(connection)
        return connection

    def _borrow(self) -> _Connection:
        with self._idle.waiting():
            if (connection := self._idle.take()) is not None:
                return connection
            try:
                connection = self._pool.getconn()
            except psycopg_pool.PoolTimeout as error:
                error.add_note(_BUSY)
                raise
        connection.borrowed_at = monotonic()
        return connection

    def _put(self, connection: _Connection) -> None:
        if (returned := self._idle.put(connection)) is not None:
            self._pool.putconn(returned)
        if self._pool.closed:
            self._return_free()

    def _return_free(self) -> None:
        while (connection := self._idle.take()) is not None:
            self._pool.putconn(connection)

    def _configure(self, connection: _Connection) -> None:
        setup = connection.execute(_SETUP, _setup_parameters(connection)).fetchone()
        prepare = self._prepare and _is_direct(setup)
        connection.querier = Querier(connection, converter=self._converter, prepare=prepare)
        connection.poll = _make_poll(connection)


class AsyncDatabase(AsyncExecutor):
    """`Database` for asyncio: the same, awaited, for any number of tasks.

    As `async with` it opens and closes in a web framework's lifespan.
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
    ) -> None:
        self._settings = _settings(url)
        self._converter = converter or make_converter()
        self._prepare = prepare
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
        """Connect. Raises psycopg.OperationalError at once when the server cannot be reached."""
        with _connecting(psycopg.OperationalError):
            await (await psycopg.AsyncConnection.connect(**self._settings)).close()
            await self._pool.open(wait=True)

    async def close(self) -> None:
        """Close the connections: the idle ones now, the others when their call ends."""
        await self._pool.close()
        await self._return_free()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

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

    async def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        connection = await self._take()
        try:
            return await connection.querier._run(*queries)
        finally:
            await self._put(connection)

    async def _take(self) -> _AsyncConnection:
        while not _alive(connection := self._idle.take() or await self._borrow()):
            await self._pool.putconn(connection)
        return connection

    async def _borrow(self) -> _AsyncConnection:
        with self._idle.waiting():
            try:
                connection = await self._pool.getconn()
            except psycopg_pool.PoolTimeout as error:
                error.add_note(_BUSY)
                raise
        connection.borrowed_at = monotonic()
        return connection

    async def _put(self, connection: _AsyncConnection) -> None:
        if (returned := self._idle.put(connection)) is not None:
            await self._pool.putconn(returned)
        if self._pool.closed:
            await self._return_free()

    async def _return_free(self) -> None:
        while (connection := self._idle.take()) is not None:
            await self._pool.putconn(connection)

    async def _configure(self, connection: _AsyncConnection) -> None:
        setup = await (await connection.execute(_SETUP, _setup_parameters(connection))).fetchone()
        prepare = self._prepare and _is_direct(setup)
        connection.querier = AsyncQuerier(connection, converter=self._converter, prepare=prepare)
        connection.poll = _make_poll(connection)


def _settings(url: str) -> dict[str, Any]:
    """The parameters of each connection: the defaults below those of the URL."""
    with _connecting(psycopg.ProgrammingError):
        given = conninfo.conninfo_to_dict(url.replace("postgresql+psycopg:", "postgresql:", 1))  # as yoyo spells it
    return {**_DEFAULTS, **given, "client_encoding": "UTF8", "autocommit": True}


@contextlib.contextmanager
def _connecting(failure: type[psycopg.Error]) -> Iterator[None]:
    try:
        yield
    except failure as error:
        error.add_note("while connecting: is the server running, and is the database's URL right?")
        raise


def _setup_parameters(connection: _Connection | _AsyncConnection) -> Mapping[str, object]:
    options = connection.info.options.lower()
    return {
        "backend_pid": connection.info.backend_pid,
        "set_time_zone": "timezone" not in options,
        "set_plans": "plan_cache_mode" not in options,
    }


def _is_direct(setup: tuple[Any, ...] | None) -> bool:
    """Whether no pooler stands between: behind one that does not track them, prepared statements give wrong answers."""
    return setup is not None and bool(setup[0])


def _make_poll(connection: _Connection | _AsyncConnection) -> Poll:
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return poll.poll


def _alive(connection: _Connection | _AsyncConnection) -> bool:
    """Whether a connection did not die while it was idle. Costs no round trip: it reads what the server has said."""
    try:
        while connection.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        connection.pgconn.finish()
        return False
    return True
