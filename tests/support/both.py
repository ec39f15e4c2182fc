"""Sync and async behind one interface: a sync querier or database, awaited as the async one is."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any, Self, TypeVar, cast

import psycopg
import pytest

from concordia_sql import AsyncDatabase, AsyncQuerier, Database, DeadlineExceeded, Many, Querier, Stats
from concordia_sql.engine import async_exchange, exchange

_CONTEXTS = ("stream", "transaction", "querier")
_END = object()
T = TypeVar("T")


class Awaited:
    """A synchronous querier or database, its calls awaited: they run in a thread."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._target, name)
        if name in _CONTEXTS:
            return partial(_entered, member)
        if name == "after":  # which sets what the caller's context sees
            return member
        if name == "reader":
            return Awaited(member)
        if name == "acting_as":
            return lambda *given, **named: Awaited(member(*given, **named))
        return partial(asyncio.to_thread, member) if callable(member) else member

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._target.__enter__)
        return self

    async def __aexit__(self, *raised: object) -> None:
        await asyncio.to_thread(self._target.__exit__, *raised)


@contextlib.asynccontextmanager
async def _entered(make: Callable[..., Any], *arguments: Any, **options: Any) -> AsyncIterator[Any]:
    context = make(*arguments, **options)
    value = await asyncio.to_thread(context.__enter__)
    try:
        yield _iterated(value) if isinstance(value, Iterator) else Awaited(value)
    except BaseException as error:
        if not await asyncio.to_thread(context.__exit__, type(error), error, error.__traceback__):
            raise
    else:
        await asyncio.to_thread(context.__exit__, None, None, None)


async def _iterated(rows: Iterator[Any]) -> AsyncIterator[Any]:
    while (row := await asyncio.to_thread(next, rows, _END)) is not _END:
        yield row


def awaited_querier(mode: str, connection: Any, **options: Any) -> AsyncQuerier:
    """A querier on a connection; both are sync, or async."""
    if mode == "async":
        return AsyncQuerier(connection, **options)
    return cast("AsyncQuerier", Awaited(Querier(connection, **options)))


def awaited_database(mode: str, url: str, **options: Any) -> AsyncDatabase:
    """A database, sync or async, not open."""
    if mode == "async":
        return AsyncDatabase(url, **options)
    return cast("AsyncDatabase", Awaited(Database(url, **options)))


def stats(database: AsyncDatabase) -> Stats:
    """Its figures, which nobody waits for."""
    return cast("AsyncDatabase", getattr(database, "_target", database)).stats()


async def ask(querier: AsyncQuerier, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement by psycopg on the querier's own connection; its rows."""
    connection: Any = querier.connection
    cursor = connection.execute(statement.encode())
    if isinstance(connection, psycopg.AsyncConnection):
        cursor = await cursor
        return await cursor.fetchall() if cursor.description else []
    return cursor.fetchall() if cursor.description else []


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def at_last(call: Callable[[], Awaitable[T]]) -> T:
    """What a call gives that has a short deadline: a busy machine may need it more than once."""
    ends = time.monotonic() + 60
    while True:
        try:
            return await call()
        except DeadlineExceeded:
            if time.monotonic() > ends:
                raise


@contextlib.contextmanager
def patience() -> Iterator[None]:
    """What is cancelled has all the time that it needs to end, so that its connection is kept on a busy machine too."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (exchange, async_exchange):
            patch.setattr(module, "GRACE", 60)
        yield


def limit_waits(database: AsyncDatabase, seconds: float) -> None:
    """From now on, its callers wait so long for a connection: until then, it has made its own in peace."""
    target: Any = getattr(database, "_target", database)
    object.__setattr__(target._pool.bounds, "timeout", seconds)


async def fetched(querier: AsyncQuerier, asked: Many[Any]) -> list[Any]:
    """What a query gives by `fetch`."""
    return await querier.fetch(asked)


async def streamed(querier: AsyncQuerier, asked: Many[Any]) -> list[Any]:
    """What it gives by `stream`."""
    async with querier.stream(asked) as rows:
        return [row async for row in rows]
