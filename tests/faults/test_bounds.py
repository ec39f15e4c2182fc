"""Bounds of a pool, and its figures, while it is used."""

import asyncio
import gc
import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase, Conflict, Database, NoConnection, QuerierError, Stats
from tests.support.activity import asleep, kill_pools, pids
from tests.support.both import limit_waits, stats, until
from tests.support.queries import AddThing, GetNumber, Number, Sleep

Connection = psycopg.Connection[Any]
Make = Callable[..., AsyncDatabase]


@pytest.mark.parametrize("room", [0, 2])
async def test_a_full_queue_refuses_at_once(make: Make, database_url: str, room: int) -> None:
    async with make(database_url, max_size=1, max_waiting=room) as database:
        async with database.querier():
            waiting = [asyncio.create_task(database.fetch(GetNumber(number=number))) for number in range(room)]
            await until(lambda: stats(database).waiting == room)
            with pytest.raises(NoConnection, match=f"^concordia_sql: {room} callers wait for a connection already$"):
                await database.fetch(GetNumber(number=9))
            assert stats(database).waiting == room
        assert await asyncio.gather(*waiting) == [Number(number) for number in range(room)]


async def test_callers_for_whom_connections_can_be_made_are_not_refused(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=4, max_waiting=0) as database:
        asked = (database.fetch(GetNumber(number=number)) for number in range(4))
        assert await asyncio.gather(*asked) == [Number(number) for number in range(4)]


async def test_callers_are_served_in_turn(database_url: str) -> None:
    async with AsyncDatabase(database_url, max_size=1) as database:
        served: list[int] = []

        async def call(number: int) -> None:
            await database.fetch(GetNumber(number=number))
            served.append(number)

        async with database.querier():
            tasks = []
            for number in range(20):
                tasks.append(asyncio.create_task(call(number)))
                await until(lambda: database.stats().waiting == len(tasks))
        await asyncio.gather(*tasks)
        assert served == list(range(20))


async def test_old_connections_are_renewed(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, min_size=2, max_lifetime=0.2) as database:
        first = pids(other)
        await until(lambda: len(pids(other)) == 2 and not pids(other) & first)
        assert await database.fetch(GetNumber(number=1)) == Number(1)


async def test_a_connection_that_grew_old_in_use_is_closed_as_it_is_put(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=1, max_lifetime=0.1, max_idle=600) as database:
        async with database.querier() as querier:
            old = querier.connection
            await asyncio.sleep(0.12)
            assert not old.closed
        assert old.closed
        assert await database.fetch(GetNumber(number=1)) == Number(1)
        assert stats(database).replaced == 0


async def test_connections_too_many_are_closed_when_idle_and_no_others(
    make: Make, database_url: str, other: Connection
) -> None:
    async with make(database_url, min_size=1, max_size=4, max_idle=0.2) as database:
        async with database.querier(), database.querier(), database.querier(), database.querier():
            await until(lambda: len(pids(other)) == 4)
        await until(lambda: len(pids(other)) == 1)
        await until(lambda: stats(database).open == 1)
        assert stats(database).replaced == 0


async def test_its_name_is_seen_by_the_server_and_in_errors(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, name="orders", max_size=1, timeout=0.05) as database, database.querier():
        named = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'orders' AND datname = current_database()"
        )
        assert other.execute(named).fetchone() == (1,)
        assert stats(database).name == "orders"
        with pytest.raises(NoConnection, match=r"^orders: no connection was free within 0\.05 s"):
            await database.fetch(GetNumber(number=1))


async def test_it_counts_what_is_done(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, min_size=1, max_size=2) as database:
        assert stats(database) == Stats("concordia_sql", 1, 1, 0, 0, 0, 0, 0, 0, 1, 2)
        await database.fetch_batch(GetNumber(number=1), GetNumber(number=2))
        await database.execute(AddThing(title="a"))
        with suppress(Conflict):
            await database.execute(AddThing(title="a"))
        assert stats(database) == Stats("concordia_sql", 1, 1, 0, 0, 3, 1, 0, 0, 1, 2)
        async with database.querier(), database.querier():
            found = stats(database)
            assert (found.open, found.idle, found.in_use) == (2, 0, 2)
            limit_waits(database, 0.5)
            with pytest.raises(NoConnection):
                await database.fetch(GetNumber(number=1))
            limit_waits(database, 60)
        found = stats(database)
        assert (found.calls, found.errors, found.waited > 0.5) == (4, 2, True)
        kill_pools(other)
        await database.fetch(GetNumber(number=1))
        found = stats(database)
        assert (found.calls, found.errors, found.replaced) == (5, 2, 2)


async def test_its_figures_are_right_while_calls_run(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=3) as database:
        done = itertools.count()

        async def call(number: int) -> None:
            await database.fetch(GetNumber(number=number))
            next(done)

        tasks = [asyncio.create_task(call(number)) for number in range(60)]
        while not all(task.done() for task in tasks):
            found = stats(database)
            assert found.open == found.idle + found.in_use <= 3
            assert found.waiting <= 60
            await asyncio.sleep(0)
        found = stats(database)
        assert (next(done), found.calls, found.errors, found.in_use) == (60, 60, 0, 0)


async def test_it_answers_a_ping_or_says_why_not(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, max_size=1) as database:
        await database.ping()
        kill_pools(other)
        await database.ping()
        limit_waits(database, 0.05)
        async with database.querier():
            with pytest.raises(NoConnection):
                await database.ping()


@pytest.mark.parametrize("is_used", [False, True])
def test_a_database_that_is_not_closed_says_so_and_leaves_nothing_open(
    database_url: str, other: Connection, *, is_used: bool
) -> None:
    database = Database(database_url, min_size=2)
    database.open()
    if is_used:
        database.fetch(GetNumber(number=1))
    with pytest.warns(ResourceWarning, match="the database concordia_sql was not closed"):  # noqa: PT031
        del database
        gc.collect()
    while pids(other):
        pass


async def test_so_does_an_async_one(database_url: str, other: Connection) -> None:
    database = AsyncDatabase(database_url, min_size=2)
    await database.open()
    await database.fetch(GetNumber(number=1))
    with pytest.warns(ResourceWarning, match="the database concordia_sql was not closed"):  # noqa: PT031
        del database
        gc.collect()
    await until(lambda: not pids(other))


def test_another_event_loop_is_a_clear_error(database_url: str) -> None:
    database = AsyncDatabase(database_url)
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(database.open())
        with pytest.raises(QuerierError, match="opened in another event loop"):
            second.run(database.fetch(GetNumber(number=1)))
        with pytest.raises(QuerierError, match="closed in the event loop that opened it"):
            second.run(database.close())
        assert first.run(database.fetch(GetNumber(number=1))) == Number(1)
        first.run(database.close())


async def test_a_caller_that_waits_when_it_is_closed_is_told(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=1) as database, database.querier():
        waiting = asyncio.create_task(database.fetch(GetNumber(number=1)))
        await until(lambda: stats(database).waiting == 1)
        await database.close()
        with pytest.raises(QuerierError, match="^concordia_sql: the database is closed$"):
            await waiting


async def test_a_killed_call_is_its_own_fault_alone(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, min_size=3, max_size=3) as database:
        for _ in range(3):
            sleeping = asyncio.create_task(database.fetch(Sleep(seconds=60)))
            await until(lambda: asleep(other))
            kill_pools(other)
            with pytest.raises(psycopg.OperationalError):
                await sleeping
            asked = (database.fetch(GetNumber(number=number)) for number in range(9))
            assert await asyncio.gather(*asked) == [Number(number) for number in range(9)]


async def test_a_transaction_that_was_rolled_back_says_so(make: Make, database_url: str, other: Connection) -> None:
    async def swallow(database: AsyncDatabase) -> None:
        async with database.transaction() as querier:
            await querier.execute(AddThing(title="b"))
            with suppress(Conflict):
                await querier.execute(AddThing(title="a"))

    other.execute("INSERT INTO things VALUES ('a', 1)")
    async with make(database_url, max_size=1) as database:
        with pytest.raises(QuerierError, match="the transaction was rolled back: an error in it"):
            await swallow(database)
        assert await database.execute(AddThing(title="b")) == 1
