"""Tasks that are cancelled at any moment of any call."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase
from tests.faults import TIMES
from tests.support.activity import busy
from tests.support.both import until
from tests.support.queries import AddThing, CountUp, GetNumber, Number, Sleep

Connection = psycopg.Connection[Any]
SIZE, WIDTH = 4, 10


async def fetch(database: AsyncDatabase, number: int) -> int:
    return (await database.fetch(GetNumber(number=number))).number


async def fetch_slowly(database: AsyncDatabase, number: int) -> int:
    await database.fetch(Sleep(seconds=random.random() * 0.02))
    return number


async def fetch_batch(database: AsyncDatabase, number: int) -> int:
    return (await database.fetch_batch(CountUp(last=3), GetNumber(number=number)))[1].number


async def execute(database: AsyncDatabase, number: int) -> int:
    assert await database.execute(AddThing(title=str(random.random()))) == 1
    return number


async def querier(database: AsyncDatabase, number: int) -> int:
    async with database.querier() as querier:
        await querier.fetch(CountUp(last=3))
        return (await querier.fetch(GetNumber(number=number))).number


async def transaction(database: AsyncDatabase, number: int) -> int:
    async with database.transaction() as querier:
        await querier.execute(AddThing(title=str(random.random())))
        async with querier.transaction():
            return (await querier.fetch(GetNumber(number=number))).number


async def stream(database: AsyncDatabase, number: int) -> int:
    async with database.stream(CountUp(last=300)) as rows:
        assert [row.number async for row in rows] == list(range(1, 301))
    return number


async def as_another(database: AsyncDatabase, number: int) -> int:
    acting = database.acting_as("pg_monitor", {"app.tenant": str(number)})
    return (await acting.fetch(GetNumber(number=number))).number


async def transaction_as_another(database: AsyncDatabase, number: int) -> int:
    async with database.acting_as("pg_monitor", {"app.tenant": str(number)}).transaction(
        isolation="serializable"
    ) as querier:
        return (await querier.fetch(GetNumber(number=number))).number


async def stream_as_another(database: AsyncDatabase, number: int) -> int:
    async with database.acting_as("pg_monitor", {"app.tenant": str(number)}).stream(CountUp(last=300)) as rows:
        assert [row.number async for row in rows] == list(range(1, 301))
    return number


CALLS = [
    fetch,
    fetch_slowly,
    fetch_batch,
    execute,
    querier,
    transaction,
    stream,
    as_another,
    transaction_as_another,
    stream_as_another,
]


async def anything(database: AsyncDatabase, number: int) -> int:
    return await random.choice(CALLS)(database, number)


async def by_wait_for(call: Awaitable[int], seconds: float) -> int:
    return await asyncio.wait_for(call, seconds)


async def by_timeout(call: Awaitable[int], seconds: float) -> int:
    async with asyncio.timeout(seconds):
        return await call


async def by_cancel(call: Awaitable[int], seconds: float) -> int:
    task = asyncio.ensure_future(call)
    asyncio.get_running_loop().call_later(seconds, task.cancel)
    return await task


async def by_group(call: Awaitable[int], seconds: float) -> int:
    async def fail() -> None:
        await asyncio.sleep(seconds)
        raise TimeoutError

    async def run() -> int:
        return await call

    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(run())
            group.create_task(fail())
    except ExceptionGroup:  # what is raised in an `except*` comes in a group again, on some Pythons
        raise TimeoutError from None
    return task.result()


async def settings(database: AsyncDatabase, together: asyncio.Barrier) -> tuple[object, ...]:
    """What a call could leave behind on a connection, each of another."""
    async with database.querier() as querier:
        await together.wait()
        (row,) = await (await querier.connection.execute(SETTINGS)).fetchall()
    return tuple(row)


SETTINGS = """
SELECT
    current_user = session_user, coalesce(current_setting('app.tenant', TRUE), ''),
    current_setting('transaction_isolation'), current_setting('plan_cache_mode'), current_setting('statement_timeout'),
    (SELECT count(*) FROM pg_cursors)
"""


@pytest.mark.parametrize("call", [*CALLS, anything])
async def test_the_pool_is_whole_after_tasks_were_cancelled(
    database_url: str, other: Connection, call: Callable[[AsyncDatabase, int], Awaitable[int]]
) -> None:
    async with AsyncDatabase(database_url, min_size=SIZE, max_size=SIZE) as database:

        async def one(number: int, end: Callable[[Awaitable[int], float], Awaitable[int]]) -> None:
            with suppress(TimeoutError, asyncio.CancelledError):
                assert await end(call(database, number), random.random() * 0.03) == number

        ends = [by_wait_for, by_timeout, by_cancel, by_group]
        for _ in range(8 * TIMES):
            await asyncio.gather(*(one(random.randrange(2**31), random.choice(ends)) for _ in range(WIDTH)))
        await until(lambda: not busy(other))
        asked = [GetNumber(number=number) for number in range(3 * WIDTH)]
        assert await asyncio.gather(*map(database.fetch, asked)) == [Number(number) for number in range(3 * WIDTH)]
        together = asyncio.Barrier(SIZE)
        left = await asyncio.gather(*(settings(database, together) for _ in range(SIZE)))
        assert {*left} == {(True, "", "read committed", "force_generic_plan", "1min", 0)}
        await until(lambda: database.stats().idle == SIZE)
        assert (database.stats().open, database.stats().in_use, database.stats().waiting) == (SIZE, 0, 0)


@pytest.mark.parametrize("pause", [0, 0.005, 0.03])
async def test_a_task_that_is_cancelled_twice_leaves_nothing_busy(
    database_url: str, other: Connection, pause: float
) -> None:
    """The second time while the server is told, or is about to be."""
    async with AsyncDatabase(database_url, max_size=1) as database:
        for _ in range(3):
            task = asyncio.create_task(database.fetch(Sleep(seconds=60)))
            await until(lambda: busy(other))
            task.cancel()
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: not busy(other))
        assert await database.fetch(GetNumber(number=1)) == Number(1)


async def test_a_cancelled_command_is_done_or_not(database_url: str, other: Connection) -> None:
    """Whole in any case: a row of the table for a call that ended, and none that is half of a transaction."""
    async with AsyncDatabase(database_url, max_size=SIZE) as database:

        async def add(number: int) -> None:
            async with database.transaction() as querier:
                await querier.execute(AddThing(title=f"{number} a"))
                await querier.execute(AddThing(title=f"{number} b"))

        for number in range(20 * TIMES):
            with suppress(TimeoutError):
                await asyncio.wait_for(add(number), random.random() * 0.02)
        await until(lambda: not busy(other))
        halves = "SELECT 1 FROM things GROUP BY split_part(title, ' ', 1) HAVING count(*) <> 2"
        assert other.execute(halves).fetchall() == []
