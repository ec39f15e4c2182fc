"""A server process that is killed: the server then ends all others too, recovers, and takes new connections."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase, OutcomeUnknown
from concordia_sql.tools import embedded
from tests.support.both import ask, stats, until
from tests.support.queries import AddThing, AddThingSlowly, GetNumber, ListThings, Number, Sleep, Thing

Connection = psycopg.Connection[Any]
Make = Callable[..., AsyncDatabase]


def connected(url: str) -> Connection:
    """A connection whose commits last: those of a server for trying are lost in a crash."""
    return psycopg.connect(url, autocommit=True, options="-c synchronous_commit=on")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own, with a table of things."""
    with embedded.start() as url:
        with connected(url) as connection:
            connection.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
        yield url


async def test_calls_fail_clearly_and_the_pool_recovers(make: Make, server: str) -> None:
    async def add() -> None:
        async with database.transaction() as inner:
            await inner.execute(AddThing(title="in a transaction"))
            await inner.fetch(Sleep(seconds=60))

    with connected(server) as other:
        other.execute("DELETE FROM things")
        async with make(server, min_size=4, max_size=4) as database:
            async with database.querier() as querier:
                # A process that is killed gives no lock back.
                [(victim, _)] = await ask(querier, "SELECT pg_backend_pid(), pg_advisory_lock(1)")
                started = database.fetch(Sleep(seconds=60)), add(), database.execute(AddThingSlowly(title="slow"))
                calls = [asyncio.create_task(call) for call in started]
                await until(lambda: waits(other) == ["PgSleep", "PgSleep", "advisory"])
                os.kill(victim, signal.SIGKILL)
                with pytest.raises(psycopg.OperationalError):
                    await querier.fetch(Sleep(seconds=60))
            fetched, added, slow = await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(fetched, psycopg.OperationalError)
            assert isinstance(added, psycopg.OperationalError)
            assert isinstance(slow, psycopg.OperationalError | OutcomeUnknown)
            # One that the pool has made between the end of the victim and that of the others ends with these.
            await until(lambda: not answers(other))
            await until(lambda: accepts(server))
            asked = [GetNumber(number=number) for number in range(12)]
            assert await asyncio.gather(*map(database.fetch, asked)) == [Number(number) for number in range(12)]
            found = stats(database)
            assert (found.open <= 4, found.in_use, found.waiting, found.replaced >= 4) == (True, 0, 0, True)
            assert await database.fetch(ListThings()) == []
            await database.execute(AddThing(title="after"))
            assert await database.fetch(ListThings()) == [Thing("after", 1)]


def answers(connection: Connection) -> bool:
    """Whether the server still serves a connection."""
    try:
        connection.execute("SELECT")
    except psycopg.OperationalError:
        return False
    return True


def accepts(url: str) -> bool:
    """Whether the server takes a connection."""
    try:
        connected(url).close()
    except psycopg.OperationalError:
        return False
    return True


def waits(other: Connection) -> list[str]:
    """What the calls of pools wait for."""
    waiting = "SELECT wait_event FROM pg_stat_activity WHERE wait_event IN ('PgSleep', 'advisory')"
    return sorted(event for (event,) in other.execute(waiting))
