"""Databases: pools of queriers, in both colours."""

import contextlib
import select
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

import psycopg
import psycopg_pool
from psycopg import conninfo

from concordia_sql.converter import Converter, make_converter
from concordia_sql.querier import AsyncFetcher, AsyncQuerier, Fetcher, Querier
from concordia_sql.query import Many, Query

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
# A statement is made for the filters given, so that one plan serves all values: `LIMIT $1` would have it planned anew
# on every call, which takes longer than most calls.
_OPTIONS = "-c TimeZone=UTC -c plan_cache_mode=force_generic_plan"


class Database(Fetcher):
    """A pool of connections that runs queries, for any number of threads.

    `url` is a PostgreSQL URL or connection string; what it says overrides the library's defaults: a `connect_timeout` of
    10 s, TCP keepalives that find a dead peer within a minute, `TimeZone` UTC, generic plans. The pool keeps `min_size` connections and
    makes up to `max_size`; a call waits `timeout` seconds for one, and then raises psycopg_pool.PoolTimeout. A connection
    that died while it was idle is replaced before use. `prepare=False` turns prepared statements off, as happens by
    itself behind PgBouncer.

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
        self._queriers: WeakKeyDictionary[psycopg.Connection[Any], Querier] = WeakKeyDictionary()
        self._pool = psycopg_pool.ConnectionPool(
            kwargs=self._settings,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            configure=self._configure,
            check=_check,
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

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def querier(self) -> Iterator[Querier]:
        """A querier of the pool's, for several calls on one connection."""
        with _connecting(), self._pool.connection() as connection:
            yield self._queriers[connection]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Querier]:
        """A querier in a transaction: committed at the end of the block, rolled back by an error."""
        with self.querier() as querier, querier.transaction():
            yield querier

    @contextlib.contextmanager
    def stream(self, query: Many[T]) -> Iterator[Iterator[T]]:
        """`Querier.stream` on a connection of its own: the database runs other queries meanwhile."""
        with self.querier() as querier, querier.stream(query) as rows:
            yield rows

    def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        with self.querier() as querier:
            return querier._run(*queries)

    def _configure(self, connection: "psycopg.Connection[Any]") -> None:
        backend_pid = connection.execute("SELECT pg_backend_pid()").fetchone()
        self._queriers[connection] = Querier(
            connection, converter=self._converter, prepare=self._prepare and _direct(connection, backend_pid)
        )


class AsyncDatabase(AsyncFetcher):
    """`Database` for asyncio: the same, awaited, for any number of tasks; as `async with`, a web framework's lifespan."""

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
        self._queriers: WeakKeyDictionary[psycopg.AsyncConnection[Any], AsyncQuerier] = WeakKeyDictionary()
        self._pool = psycopg_pool.AsyncConnectionPool(
            kwargs=self._settings,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            configure=self._configure,
            check=_check_async,
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

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @contextlib.asynccontextmanager
    async def querier(self) -> AsyncIterator[AsyncQuerier]:
        """A querier of the pool's, for several calls on one connection."""
        with _connecting():
            async with self._pool.connection() as connection:
                yield self._queriers[connection]

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncQuerier]:
        """A querier in a transaction: committed at the end of the block, rolled back by an error."""
        async with self.querier() as querier, querier.transaction():
            yield querier

    @contextlib.asynccontextmanager
    async def stream(self, query: Many[T]) -> AsyncIterator[AsyncIterator[T]]:
        """`AsyncQuerier.stream` on a connection of its own: the database runs other queries meanwhile."""
        async with self.querier() as querier, querier.stream(query) as rows:
            yield rows

    async def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        async with self.querier() as querier:
            return await querier._run(*queries)

    async def _configure(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        backend_pid = await (await connection.execute("SELECT pg_backend_pid()")).fetchone()
        self._queriers[connection] = AsyncQuerier(
            connection, converter=self._converter, prepare=self._prepare and _direct(connection, backend_pid)
        )


def _settings(url: str) -> dict[str, Any]:
    """The parameters of each connection: the defaults below those of the URL."""
    given = conninfo.conninfo_to_dict(url.replace("+psycopg:", ":", 1))  # as yoyo spells the same URL
    # The last one of two `-c` counts, so that the URL's options stand behind ours.
    options = f"{_OPTIONS} {given.pop('options', None) or ''}".strip()
    return {**_DEFAULTS, **given, "options": options, "autocommit": True}


@contextlib.contextmanager
def _connecting(failure: type[psycopg.OperationalError] = psycopg_pool.PoolTimeout) -> Iterator[None]:
    try:
        yield
    except failure as error:
        error.add_note("while connecting: is the server running, and is the database's URL right?")
        raise


def _direct(connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]", backend_pid: Any) -> bool:
    """Whether no pooler stands between: behind one that does not track them, prepared statements give wrong answers."""
    return bool(backend_pid == (connection.info.backend_pid,))


def _readable(connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]") -> bool:
    """Whether the server has said something to an idle connection: mostly that it closes it. Costs no round trip."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


def _check(connection: "psycopg.Connection[Any]") -> None:
    if _readable(connection):
        psycopg_pool.ConnectionPool.check_connection(connection)


async def _check_async(connection: "psycopg.AsyncConnection[Any]") -> None:
    if _readable(connection):
        await psycopg_pool.AsyncConnectionPool.check_connection(connection)
