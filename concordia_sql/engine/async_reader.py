"""Readers: what queriers, databases and the readers of standbys have in common. They run queries."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, overload

from concordia_sql.engine import deadlines
from concordia_sql.engine.calls import Results, not_by, only
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import QuerierError
from concordia_sql.engine.observing import Kind, Observer, Watch
from concordia_sql.engine.queries import Many, Query, Statement
from concordia_sql.engine.settings import Acting

R = TypeVar("R")
T = TypeVar("T")
# Made by `make sync`: types of 8 results
R1 = TypeVar("R1")
R2 = TypeVar("R2")
R3 = TypeVar("R3")
R4 = TypeVar("R4")
R5 = TypeVar("R5")
R6 = TypeVar("R6")
R7 = TypeVar("R7")
R8 = TypeVar("R8")
# End


class AsyncReader:
    """What runs queries: a querier, a database, or the `reader` of a database, which standbys serve.

    `deadline` is how many seconds a call may take, including the wait for a connection. Blocks and databases may have
    deadlines too: the earliest holds. Calls raise DeadlineExceeded, commands also OutcomeUnknown.
    """

    _deadline: float | None
    _observers: Sequence[Observer]
    _acting: Acting | None = None

    async def fetch(self, query: Query[R], *, deadline: float | None = None) -> R:
        """Run a query in one round trip. Its base says what comes back: `T`, `T | None`, `list[T]`."""
        if query.writes:
            raise not_by("fetch", query)
        result: R
        (result,) = await self._call("fetch", (query,), deadlines.nearest(deadline, self._deadline))
        return result

    # Made by `make sync`: fetch_batch of 8 Query
    @overload
    async def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], /, *, deadline: float | None = None
    ) -> tuple[R1, R2]: ...
    @overload
    async def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], /, *, deadline: float | None = None
    ) -> tuple[R1, R2, R3]: ...
    @overload
    async def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4]: ...
    @overload
    async def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5]: ...
    @overload
    async def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        query6: Query[R6],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5, R6]: ...
    @overload
    async def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        query6: Query[R6],
        query7: Query[R7],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7]: ...
    @overload
    async def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        query6: Query[R6],
        query7: Query[R7],
        query8: Query[R8],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7, R8]: ...
    @overload
    async def fetch_batch(self, *statements: Query[R], deadline: float | None = None) -> tuple[R, ...]: ...
    # End
    async def fetch_batch(self, *queries: Query[Any], deadline: float | None = None) -> tuple[Any, ...]:
        """Run several queries in one round trip, and return a tuple of their results. An error names the query."""
        return await self._call("fetch_batch", only(queries, writes=False), deadlines.nearest(deadline, self._deadline))

    def stream(self, query: Many[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        """Run a query whose rows come one by one, in constant memory: for results that are too large for a list.

        ```python
        async with db.stream(query) as rows:
            async for row in rows: ...
        ```

        Its connection runs nothing else until the last row. A database uses a connection for it alone. Leaving the
        block early cancels the query, which ends a transaction around it. The deadline of a block holds for the whole
        stream, that of the database for each wait for rows.
        """
        return self._rows(query, self._acting)

    def acting_as(self, role: str | None = None, settings: Mapping[str, str] = {}) -> "AsyncReader":
        """As `AsyncExecutor.acting_as` says."""
        return AsyncActingReader(self, Acting.checked(role, settings))

    def _call(self, kind: Kind, queries: tuple[Statement[Any], ...], deadline: Deadline | None) -> Awaitable[Results]:
        """Run the queries, and tell the observers. Without observers, nothing is between the caller and `_run`."""
        return self._watched(kind, queries, deadline) if self._observers else self._run(queries, deadline)

    async def _watched(self, kind: Kind, queries: tuple[Statement[Any], ...], deadline: Deadline | None) -> Results:
        with self._watch(kind, queries) as watch:
            return await self._run(queries, deadline, watch)

    def _watch(self, kind: Kind, queries: Sequence[Statement[Any]]) -> Watch:
        return Watch(self._observers, kind, queries, None)

    async def _run(
        self,
        queries: tuple[Statement[Any], ...],
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,
    ) -> tuple[Any, ...]:
        raise NotImplementedError

    def _rows(self, query: Many[T], acting: Acting | None) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        raise NotImplementedError


class AsyncActingReader(AsyncReader):
    """What `acting_as` returns: its calls are run by another reader, with settings."""

    def __init__(self, target: AsyncReader, acting: Acting) -> None:
        if target._acting is not None:
            raise QuerierError("acting_as: this acts as another already; call it on the database or querier")
        self._target, self._acting = target, acting
        self._deadline, self._observers = target._deadline, target._observers

    def _watch(self, kind: Kind, queries: Sequence[Statement[Any]]) -> Watch:
        return self._target._watch(kind, queries)

    async def _run(
        self,
        queries: tuple[Statement[Any], ...],
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,  # noqa: ARG002 - it has its own
    ) -> tuple[Any, ...]:
        return await self._target._run(queries, deadline, watch, self._acting)

    @contextlib.asynccontextmanager
    async def _rows(
        self,
        query: Many[T],
        acting: Acting | None,  # noqa: ARG002 - it has its own
    ) -> AsyncIterator[AsyncIterator[T]]:
        async with self._target._rows(query, self._acting) as rows:
            yield rows
