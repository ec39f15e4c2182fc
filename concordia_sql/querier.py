"""Queriers: a connection that runs queries, in both colours."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Any, TypeVar, overload

import psycopg
from psycopg import capabilities

from concordia_sql import adapters
from concordia_sql.converter import Converter, make_converter
from concordia_sql.errors import QuerierError
from concordia_sql.query import Many, Query
from concordia_sql.session import Session

R = TypeVar("R")
R1 = TypeVar("R1")
R2 = TypeVar("R2")
R3 = TypeVar("R3")
R4 = TypeVar("R4")
R5 = TypeVar("R5")
T = TypeVar("T")

_CONVERTER = make_converter()
_CHUNK = 100
"""Rows that a stream takes from the socket at a time, where libpq can (version 17)."""


class Fetcher:
    """What runs queries: a querier, or a database with its pool of them."""

    def fetch(self, query: Query[R]) -> R:
        """Run a query in one round trip. What comes back is as its base says: `T`, `T | None`, `list[T]`."""
        (result,) = self._run(*_only((query,), writes=False))
        return result  # type: ignore[no-any-return]

    def execute(self, command: Query[R]) -> R:
        """Run a command in one round trip, as a transaction of its own outside of one.

        What comes back is as its base says. Raises OutcomeUnknown when the connection is lost meanwhile.
        """
        (result,) = self._run(*_only((command,), writes=True))
        return result  # type: ignore[no-any-return]

    @overload
    def fetch_batch(self, query1: Query[R1], query2: Query[R2], /) -> tuple[R1, R2]: ...
    @overload
    def fetch_batch(self, query1: Query[R1], query2: Query[R2], query3: Query[R3], /) -> tuple[R1, R2, R3]: ...
    @overload
    def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], query4: Query[R4], /
    ) -> tuple[R1, R2, R3, R4]: ...
    @overload
    def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], query4: Query[R4], query5: Query[R5], /
    ) -> tuple[R1, R2, R3, R4, R5]: ...
    @overload
    def fetch_batch(self, *queries: Query[R]) -> tuple[R, ...]: ...
    def fetch_batch(self, *queries: Query[Any]) -> tuple[Any, ...]:
        """Run several queries in one round trip; a tuple of their results. An error of one is the error of all."""
        return self._run(*_only(queries, writes=False))

    def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        raise NotImplementedError


class Querier(Fetcher):
    """Runs queries on a connection of the caller's, which must be in autocommit mode and is never closed here.

    Its encoding must be UTF-8. Statements are prepared on their first run; `prepare=False` turns that off, as PgBouncer
    in transaction mode needs. psycopg's own preparation is switched off on the connection.

    A querier serves one thread at a time, and raises QuerierError for a second one. Its results hold naive datetimes
    in UTC. psycopg's errors pass through, with a note that names the query; NotMigrated is raised when a table or
    column of Concordia is missing, ResultError when rows do not fit the result class.
    """

    def __init__(
        self,
        connection: "psycopg.Connection[Any]",
        *,
        converter: Converter = _CONVERTER,
        prepare: bool = True,
    ) -> None:
        self.connection = connection
        self._session = Session(connection, converter, prepare=prepare)

    def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        with self._session.reserved(*queries) as session:
            while True:
                try:
                    return session.read(queries, self.connection.wait(session.send(queries)))
                except psycopg.Error as error:
                    session.recover(error, queries)

    @contextlib.contextmanager
    def stream(self, query: Many[T]) -> Iterator[Iterator[T]]:
        """Run a query whose rows come one by one, in constant memory, for results too large for a list.

        ```python
        with querier.stream(query) as rows:
            for row in rows: ...
        ```

        The querier runs nothing else until the last row. Leaving early cancels the query, which ends a transaction
        around it.
        """
        with contextlib.closing(self._stream(query)) as rows:
            yield rows

    def _stream(self, query: Many[T]) -> Generator[T]:
        session = self._session
        _only((query,), writes=False, by="stream")
        with session.running(query), psycopg.RawCursor(self.connection) as cursor:
            adapters.register(cursor.adapters)
            cursor.row_factory = session.row_factory(query)
            yield from cursor.stream(query.compose().encoded, session.texts(query), size=_chunk())

    @contextlib.contextmanager
    def transaction(self) -> Iterator["Querier"]:
        """A transaction, or inside one a savepoint: committed at the end of the block, rolled back by an error.

        Raises OutcomeUnknown when the connection is lost at the end, while it is committed.
        """
        with self._session.committing() as ended, self.connection.transaction():
            yield self
            ended.set()


class AsyncFetcher:
    """`Fetcher`, awaited."""

    async def fetch(self, query: Query[R]) -> R:
        """Run a query in one round trip. What comes back is as its base says: `T`, `T | None`, `list[T]`."""
        (result,) = await self._run(*_only((query,), writes=False))
        return result  # type: ignore[no-any-return]

    async def execute(self, command: Query[R]) -> R:
        """Run a command in one round trip, as a transaction of its own outside of one.

        What comes back is as its base says. Raises OutcomeUnknown when the connection is lost meanwhile.
        """
        (result,) = await self._run(*_only((command,), writes=True))
        return result  # type: ignore[no-any-return]

    @overload
    async def fetch_batch(self, query1: Query[R1], query2: Query[R2], /) -> tuple[R1, R2]: ...
    @overload
    async def fetch_batch(self, query1: Query[R1], query2: Query[R2], query3: Query[R3], /) -> tuple[R1, R2, R3]: ...
    @overload
    async def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], query4: Query[R4], /
    ) -> tuple[R1, R2, R3, R4]: ...
    @overload
    async def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], query4: Query[R4], query5: Query[R5], /
    ) -> tuple[R1, R2, R3, R4, R5]: ...
    @overload
    async def fetch_batch(self, *queries: Query[R]) -> tuple[R, ...]: ...
    async def fetch_batch(self, *queries: Query[Any]) -> tuple[Any, ...]:
        """Run several queries in one round trip; a tuple of their results. An error of one is the error of all."""
        return await self._run(*_only(queries, writes=False))

    async def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        raise NotImplementedError


class AsyncQuerier(AsyncFetcher):
    """`Querier` for asyncio: the same, awaited, for one task at a time.

    A cancelled call cancels its query on the server.
    """

    def __init__(
        self,
        connection: "psycopg.AsyncConnection[Any]",
        *,
        converter: Converter = _CONVERTER,
        prepare: bool = True,
    ) -> None:
        self.connection = connection
        self._session = Session(connection, converter, prepare=prepare)

    async def _run(self, *queries: Query[Any]) -> tuple[Any, ...]:
        with self._session.reserved(*queries) as session:
            while True:
                try:
                    return session.read(queries, await self.connection.wait(session.send(queries)))
                except psycopg.Error as error:
                    session.recover(error, queries)

    @contextlib.asynccontextmanager
    async def stream(self, query: Many[T]) -> AsyncIterator[AsyncIterator[T]]:
        """Run a query whose rows come one by one, in constant memory, for results too large for a list.

        ```python
        async with querier.stream(query) as rows:
            async for row in rows: ...
        ```

        The querier runs nothing else until the last row. Leaving early cancels the query, which ends a transaction
        around it.
        """
        async with contextlib.aclosing(self._stream(query)) as rows:
            yield rows

    async def _stream(self, query: Many[T]) -> AsyncGenerator[T]:
        session = self._session
        _only((query,), writes=False, by="stream")
        with session.running(query):
            async with psycopg.AsyncRawCursor(self.connection) as cursor:
                adapters.register(cursor.adapters)
                cursor.row_factory = session.row_factory(query)
                rows = cursor.stream(query.compose().encoded, session.texts(query), size=_chunk())
                async with contextlib.aclosing(rows):  # type: ignore[type-var]
                    async for row in rows:
                        yield row

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator["AsyncQuerier"]:
        """A transaction, or inside one a savepoint: committed at the end of the block, rolled back by an error.

        Raises OutcomeUnknown when the connection is lost at the end, while it is committed.
        """
        with self._session.committing() as ended:
            async with self.connection.transaction():
                yield self
                ended.set()


def _only(queries: tuple[Query[Any], ...], *, writes: bool, by: str = "fetch") -> tuple[Query[Any], ...]:
    """The queries, which must be commands for `execute`, and must not be for the methods that read."""
    for query in queries:
        if query.writes and not writes:
            raise QuerierError(f"{query.name} is a command: run it by execute, not by {by}")
        if writes and not query.writes:
            raise QuerierError(f"{query.name} is a query: run it by fetch, not by execute")
    return queries


def _chunk() -> int:
    return _CHUNK if capabilities.has_stream_chunked() else 1
