"""Deadlines: of a database, of a block and of a call, against a server that is busy, and one that says nothing more."""

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase, DeadlineExceeded, NoConnection, OutcomeUnknown, Query, deadline
from concordia_sql.tools import embedded
from tests.support.activity import asleep, busy, pids
from tests.support.both import at_last, awaited_querier, limit_waits, patience, stats, until
from tests.support.proxy import Proxy
from tests.support.queries import (
    AddThing,
    AddThingSlowly,
    CountUp,
    Echo,
    GetNumber,
    Number,
    ResizeThing,
    Sleep,
    SoleThing,
)

Connection = psycopg.Connection[Any]
Make = Callable[..., AsyncDatabase]


@pytest.mark.usefixtures("patient")
async def test_the_query_is_cancelled_on_the_server(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, max_size=1) as database:
        for _ in "unprepared", "prepared":
            with pytest.raises(DeadlineExceeded) as caught:
                await database.fetch(Sleep(seconds=60), deadline=0.1)
            assert str(caught.value).startswith(
                "trial.Sleep: not done within 0.1 s, of which 0 s were spent waiting for"
            )
            assert (caught.value.waited, caught.value.ran >= 0.1) == (0, True)
            await until(lambda: not busy(other))
            assert await database.fetch(GetNumber(number=1)) == Number(1)


async def test_the_nearest_deadline_holds(make: Make, database_url: str) -> None:
    database = make(database_url, deadline=0.1)
    await at_last(database.open)
    async with database:
        with pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
            await database.fetch(Sleep(seconds=60))
        with pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
            await database.fetch(Sleep(seconds=60), deadline=50)
        with deadline(50), pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
            await database.fetch(Sleep(seconds=60))
        with pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
            async with database.querier() as querier:
                await querier.fetch(Sleep(seconds=60))
    async with make(database_url, deadline=50) as database:
        with deadline(0.1), deadline(60), pytest.raises(DeadlineExceeded, match=r"within 0\.\d+ s"):
            await database.fetch_batch(GetNumber(number=1), Sleep(seconds=60))
        with pytest.raises(DeadlineExceeded, match=r"within 0.1 s"):
            await database.fetch_batch(GetNumber(number=1), Sleep(seconds=60), deadline=0.1)
        with deadline(0), pytest.raises(DeadlineExceeded):
            await database.fetch(GetNumber(number=1))
        assert await database.fetch(GetNumber(number=1), deadline=10) == Number(1)


async def test_it_covers_the_wait_for_a_connection(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=1) as database, database.querier():
        with pytest.raises(DeadlineExceeded) as caught:
            await database.fetch(GetNumber(number=1), deadline=0.1)
        assert caught.value.waited > 0
        assert caught.value.waited + caught.value.ran >= 0.1
        with deadline(0.1), pytest.raises(DeadlineExceeded):
            async with database.transaction():
                pass
        limit_waits(database, 0.05)
        with pytest.raises(NoConnection):
            await database.fetch(GetNumber(number=1), deadline=10)
        assert stats(database).waiting == 0


@pytest.mark.usefixtures("patient")
async def test_a_command_is_undone(make: Make, database_url: str, other: Connection) -> None:
    other.execute("SELECT pg_advisory_lock(1)")
    async with make(database_url) as database:
        with pytest.raises(DeadlineExceeded):
            await database.execute(AddThingSlowly(title="a"), deadline=0.1)
        other.execute("SELECT pg_advisory_unlock(1)")
        assert other.execute("SELECT * FROM things").fetchall() == []


async def test_the_outcome_of_a_command_is_unknown_where_the_server_is_silent(
    make: Make, proxy: Proxy, other: Connection
) -> None:
    async with make(proxy.url) as database:
        await database.execute(AddThing(title="b"))
        proxy.fall_silent()
        with pytest.raises(OutcomeUnknown) as caught:
            await database.execute(AddThing(title="c"), deadline=0.1)
        assert isinstance(caught.value.__cause__, DeadlineExceeded)


async def test_a_transaction_is_rolled_back(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, max_size=1) as database:

        async def add(deadline: float | None) -> None:
            async with database.transaction() as querier:
                await querier.execute(AddThing(title="a"))
                await querier.fetch(Sleep(seconds=60 if deadline else 0), deadline=deadline)

        with pytest.raises(DeadlineExceeded):
            await add(0.1)
        assert other.execute("SELECT * FROM things").fetchall() == []
        await add(None)
        assert len(other.execute("SELECT * FROM things").fetchall()) == 1


async def _stream(database: AsyncDatabase, last: int = 3) -> None:
    async with database.stream(CountUp(last=last)) as rows:
        async for _ in rows:
            pass


MUCH = Echo(texts=["a" * 900_000] * 10)
"""More than sockets hold: the call waits to send it."""
SILENT: list[Callable[[AsyncDatabase], Awaitable[object]]] = [
    lambda database: database.fetch(GetNumber(number=1)),
    lambda database: database.fetch_batch(GetNumber(number=1), CountUp(last=2)),
    lambda database: database.execute_batch(ResizeThing(title="a", size=1), AddThing(title="b")),
    lambda database: database.dry_run(AddThing(title="a")),
    lambda database: database.retry(lambda querier: querier.fetch(SoleThing())),
    _stream,
    lambda database: database.ping(deadline=0.1),
    lambda database: database.fetch(MUCH),
]


@pytest.mark.parametrize(
    "call", SILENT, ids=["fetch", "fetch_batch", "execute_batch", "dry_run", "retry", "stream", "ping", "much"]
)
async def test_a_silent_server_is_left(
    make: Make, proxy: Proxy, other: Connection, call: Callable[[AsyncDatabase], Awaitable[object]]
) -> None:
    """Its socket is closed: nothing of it is used again."""
    database = make(proxy.url, max_size=1, deadline=0.2)
    await at_last(database.open)
    async with database:
        await at_last(lambda: database.fetch(GetNumber(number=1)))
        before = stats(database).replaced
        proxy.fall_silent()
        with pytest.raises(DeadlineExceeded):
            await call(database)
        assert (stats(database).open, stats(database).replaced) == (0, before + 1)
        with pytest.raises(DeadlineExceeded):
            await call(database)


async def test_a_stream_may_last_while_its_rows_come(make: Make, database_url: str) -> None:
    database = make(database_url, deadline=0.3)

    async def read_slowly() -> None:
        async with database.stream(CountUp(last=1000)) as rows:
            async for row in rows:
                if row.number in (1, 500):
                    await asyncio.sleep(0.2)

    await at_last(database.open)
    async with database:
        await at_last(read_slowly)
        with deadline(0.1), pytest.raises(DeadlineExceeded):
            await _stream(database, 10_000_000)
        assert await at_last(lambda: database.fetch(GetNumber(number=1))) == Number(1)


async def test_opening_and_closing_end_too(make: Make, proxy: Proxy) -> None:
    proxy.fall_silent()
    database = make(proxy.url, deadline=0.1)
    for _ in range(2):
        with pytest.raises(DeadlineExceeded, match=r"^concordia_sql: open: not done within 0.1 s"):
            await database.open()
    await database.close()


async def test_closing_does_not_wait_for_a_silent_server(make: Make, proxy: Proxy) -> None:
    async with make(proxy.url, min_size=2) as database:
        await database.fetch(GetNumber(number=1))
        proxy.fall_silent()


@pytest.mark.parametrize("query", [Sleep(seconds=1), MUCH], ids=["fetch", "much"])
async def test_asyncios_own_timeouts_leave_a_silent_server(proxy: Proxy, query: Query[object]) -> None:
    async with AsyncDatabase(proxy.url, max_size=1) as database:
        proxy.fall_silent()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await database.fetch(query)
        assert stats(database).replaced == 1
    gc.collect()


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_a_connection_of_the_callers_is_closed_when_it_is_silent(
    proxy: Proxy, other: Connection, mode: str
) -> None:
    connection: Any = (
        await psycopg.AsyncConnection.connect(proxy.url, autocommit=True)
        if mode == "async"
        else psycopg.connect(proxy.url, autocommit=True)
    )
    querier = awaited_querier(mode, connection, deadline=0.1)
    with patience():
        with pytest.raises(DeadlineExceeded):
            await querier.fetch(Sleep(seconds=60))
        assert not connection.closed
        assert await at_last(lambda: querier.fetch(GetNumber(number=1))) == Number(1)
    proxy.fall_silent()
    with pytest.raises(DeadlineExceeded):
        await querier.fetch(GetNumber(number=1))
    assert connection.closed


async def test_an_answer_that_comes_late_counts(make: Make, database_url: str, other: Connection) -> None:
    """A command that was done is not reported as one that was not."""
    async with make(database_url) as database:
        for _ in range(10):
            with suppress(DeadlineExceeded):
                await database.execute(AddThing(title=f"{_}"), deadline=0.002)
        await until(lambda: not asleep(other))
        done = other.execute("SELECT count(*) FROM things").fetchone()
        assert done is not None
        assert done[0] <= 10


async def test_a_query_that_begins_after_it_was_cancelled_ends(make: Make) -> None:
    """As on a busy server, which takes no notice of what comes before the query."""
    with embedded.start() as url, psycopg.connect(url, autocommit=True) as other:
        async with make(url, max_size=1) as database:
            await database.fetch(Sleep(seconds=0))
            (process,) = pids(other)
            os.kill(process, signal.SIGSTOP)
            try:
                with pytest.raises(DeadlineExceeded):
                    await database.fetch(Sleep(seconds=60), deadline=0.1)
            finally:
                os.kill(process, signal.SIGCONT)
            await until(lambda: process not in pids(other))
