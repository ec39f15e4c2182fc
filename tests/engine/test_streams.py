"""Many rows, made while the server sends the next, and streams: what comes, and what is left after trouble."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import (
    AsyncQuerier,
    QuerierError,
    ResultError,
    auth,
)
from tests.support.activity import doing, kill, notes
from tests.support.both import fetched, streamed, until
from tests.support.queries import (
    CountUp,
    GetNumber,
    ListThings,
    Matched,
    MatchTexts,
    Number,
)
from tests.support.statements import rows_of

Connection = psycopg.Connection[TupleRow]
AsyncConnection = psycopg.AsyncConnection[TupleRow]
Call = Callable[[AsyncQuerier], Awaitable[Any]]


# Many rows, which are made while the server sends the next


@pytest.mark.parametrize("last", [0, 1, 99, 100, 101, 1_234])
async def test_many_rows_come_in_order_and_none_is_left(querier: AsyncQuerier, last: int) -> None:
    for _ in "unprepared", "prepared":
        assert await querier.fetch(CountUp(last=last)) == [Number(number) for number in range(1, last + 1)]
        assert await querier.fetch(GetNumber(number=1)) == Number(1)


@pytest.fixture
def many_things(other: Connection) -> Connection:
    """More than the server sends at once, the last of them to be made a bad one."""
    other.execute("INSERT INTO things SELECT n, 2 FROM generate_series(1, 5000) n")
    other.execute("ALTER TABLE things SET (autovacuum_enabled = off)")  # so that a row changed is the last
    return other


async def test_an_error_after_the_first_of_many_rows_is_the_servers(
    querier: AsyncQuerier, many_things: Connection, tmp_path: Path
) -> None:
    asked = rows_of(tmp_path, "SELECT 10 / size AS number FROM things", number=int)
    assert len(await querier.fetch(asked)) == 5_002
    many_things.execute("UPDATE things SET size = 0 WHERE title = '5000'")
    with pytest.raises(psycopg.errors.DivisionByZero) as caught:
        await querier.fetch(asked)
    assert notes(caught.value) == ["while running mine.Ask"]
    assert await querier.fetch(GetNumber(number=1)) == Number(1)
    many_things.execute("UPDATE things SET size = 1 WHERE title = '5000'")
    assert len(await querier.fetch(asked)) == 5_002


async def test_one_of_many_rows_that_does_not_fit_is_named(
    querier: AsyncQuerier, many_things: Connection, tmp_path: Path
) -> None:
    asked = rows_of(tmp_path, "SELECT NULLIF(size, 0) AS number FROM things ORDER BY title", number=int)
    assert len(await querier.fetch(asked)) == 5_002
    for title in "b", "200":  # the last one, and one with many after it
        many_things.execute("UPDATE things SET size = 0 WHERE title = %s", [title])
        place = many_things.execute("SELECT count(*) FROM things WHERE title < %s", [title]).fetchall()[0][0]
        for run in fetched, streamed:
            with pytest.raises(ResultError) as caught:
                await run(querier, asked)
            assert str(caught.value) == f"mine.Ask: row {place}: column number is NULL, and its field may not be None"
        assert doing(many_things, querier) == "idle"
        assert await querier.fetch(GetNumber(number=1)) == Number(1)


async def asking_many(querier: AsyncQuerier, many_things: Connection, tmp_path: Path) -> "asyncio.Task[list[Any]]":
    """A call that has got its first rows, and waits for the last."""
    text = "SELECT size AS number FROM things WHERE size > 0 OR pg_sleep(60) IS NULL"
    asked = rows_of(tmp_path, text, number=int)
    assert len(await querier.fetch(asked)) == 5_002
    many_things.execute("UPDATE things SET size = 0 WHERE title = '5000'")
    asking = asyncio.create_task(querier.fetch(asked))
    await until(lambda: doing(many_things, querier) == "PgSleep")
    return asking


async def test_a_connection_that_ends_after_the_first_of_many_rows(
    querier: AsyncQuerier, many_things: Connection, tmp_path: Path
) -> None:
    asking = await asking_many(querier, many_things, tmp_path)
    kill(many_things, querier)
    with pytest.raises(psycopg.errors.AdminShutdown) as caught:
        await asking
    assert notes(caught.value) == ["while running mine.Ask"]


async def test_a_call_cancelled_after_the_first_of_many_rows(
    async_querier: AsyncQuerier, many_things: Connection, tmp_path: Path
) -> None:
    asking = await asking_many(async_querier, many_things, tmp_path)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert doing(many_things, async_querier) == "idle"
    assert gc.isenabled()
    assert await async_querier.fetch(GetNumber(number=1)) == Number(1)


# Streams


async def test_a_stream_gives_the_rows_that_fetch_does(querier: AsyncQuerier) -> None:
    asked = CountUp(last=1_234)
    async with querier.stream(asked) as rows:
        assert [row async for row in rows] == await querier.fetch(asked)
    async with querier.stream(CountUp(last=0)) as rows:
        assert [row async for row in rows] == []


async def test_a_batch_after_a_stream_has_all_its_rows(querier: AsyncQuerier) -> None:
    """libpq would give the first ones in chunks."""
    asked, numbers = CountUp(last=1_234), [Number(number) for number in range(1, 1_235)]
    for _ in "unprepared", "prepared":
        async with querier.stream(asked) as rows:
            assert len([row async for row in rows]) == 1_234
        assert await querier.fetch_batch(asked, GetNumber(number=1)) == (numbers, Number(1))


async def test_a_stream_takes_rows_as_they_are_read(querier: AsyncQuerier, other: Connection) -> None:
    """The server waits for a client that reads no further."""
    async with querier.stream(CountUp(last=5_000_000)) as rows:  # more than the buffers of TCP hold
        assert await anext(rows) == Number(1)
        await until(lambda: doing(other, querier) == "ClientWrite")


async def test_a_stream_sends_values_as_fetch_does(querier: AsyncQuerier) -> None:
    """psycopg would send a number as one, which is no text."""
    assert await querier.fetch(MatchTexts(number=1)) == [Matched("matched")]
    async with querier.stream(MatchTexts(number=1)) as rows:
        assert [row async for row in rows] == [Matched("matched")]


async def test_leaving_a_stream_early_cancels_it(querier: AsyncQuerier, other: Connection) -> None:
    for _ in range(3):
        async with querier.stream(CountUp(last=5_000_000)) as rows:  # more than the buffers of TCP hold
            assert await anext(rows) == Number(1)
        assert doing(other, querier) == "idle"
        with pytest.raises(ZeroDivisionError):
            async with querier.stream(CountUp(last=5_000_000)) as rows:  # more than the buffers of TCP hold
                raise ZeroDivisionError(await anext(rows))
        assert doing(other, querier) == "idle"
        assert await querier.fetch(GetNumber(number=1)) == Number(1)


async def test_a_querier_is_busy_until_the_last_row_of_a_stream(querier: AsyncQuerier) -> None:
    async with querier.stream(CountUp(last=2)) as rows:
        assert await anext(rows) == Number(1)
        with pytest.raises(QuerierError, match=r"^trial.GetNumber: this querier runs a query already"):
            await querier.fetch(GetNumber(number=1))
        with pytest.raises(QuerierError, match=r"^trial.CountUp: this querier runs a query already"):
            async with querier.stream(CountUp(last=2)) as others:
                await anext(others)
        with pytest.raises(QuerierError, match=r"^a transaction: this querier runs a query already"):
            async with querier.transaction():
                pass
        assert [row async for row in rows] == [Number(2)]
        assert await querier.fetch(GetNumber(number=1)) == Number(1)


async def test_errors_of_a_stream_are_its_own(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("DROP TABLE things")
    with pytest.raises(psycopg.errors.UndefinedTable) as caught:
        async with querier.stream(ListThings()) as rows:
            await anext(rows)
    assert notes(caught.value) == [f"at {ListThings.source.path}:5", "while running trial.ListThings"]
    with pytest.raises(psycopg.errors.UndefinedTable) as caught:
        async with querier.stream(auth.ListUsers()):
            other.execute("SELECT 1 FROM things")
    assert notes(caught.value) == []


@pytest.mark.parametrize("call", [fetched, streamed])
async def test_a_stream_with_settings_after_rows_that_came_in_chunks(
    querier: AsyncQuerier, call: Callable[[AsyncQuerier, CountUp], Awaitable[list[Number]]]
) -> None:
    """libpq goes on with chunks: the first answer of the pipeline has two results."""
    for _ in range(3):
        assert len(await call(querier, CountUp(last=300))) == 300
        async with querier.acting_as("postgres").stream(CountUp(last=300)) as rows:
            assert len([row async for row in rows]) == 300


async def test_a_stream_says_why_the_server_ends_it(querier: AsyncQuerier, other: Connection) -> None:
    """As its role is looked up, which waits for a lock, and as its rows come."""
    async with querier.acting_as("postgres").stream(CountUp(last=1)) as rows:
        assert [row async for row in rows] == [Number(1)]
    pid = querier.connection.info.backend_pid

    async def read() -> None:
        async with querier.acting_as("pg_monitor").stream(CountUp(last=1)) as rows:
            await anext(rows)

    with other.transaction():
        other.execute("LOCK TABLE pg_catalog.pg_authid")
        reading = asyncio.create_task(read())
        await until(lambda: other.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [pid]).fetchone())
        kill(other, querier)
        with pytest.raises(psycopg.errors.AdminShutdown):
            await reading


@pytest.mark.parametrize("role", [None, "postgres"])
async def test_a_stream_says_why_the_server_ends_it_between_rows(
    querier: AsyncQuerier, other: Connection, tmp_path: Path, role: str | None
) -> None:
    text = "SELECT repeat('x', 200) AS word FROM generate_series(1, 300) n WHERE n < 200 OR pg_sleep(60) IS NOT NULL"
    asked = rows_of(tmp_path, text, word=str)  # more than the server keeps back
    async with (querier.acting_as(role) if role else querier).stream(asked) as rows:
        assert await anext(rows)
        kill(other, querier)
        with pytest.raises(psycopg.errors.AdminShutdown):
            async for _ in rows:
                pass
