"""What tasks wait with: one reader of a connection stays on the event loop, and is nobody's burden there."""

import asyncio
import contextlib
import gc
import weakref
from asyncio import tasks
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase, AsyncQuerier, Library, Many, One, query
from concordia_sql.engine import waits
from tests.support.queries import GetNumber, Number, Sleep

Connection = psycopg.Connection[tuple[object, ...]]
_carried: ContextVar[object] = ContextVar("carried")


@pytest.fixture
def echo(tmp_path: Path) -> Callable[[str], One[str]]:
    """Makes queries that give back their text."""
    (tmp_path / "echo.sql").write_text("-- Its text.\nSELECT CAST(:text AS text) AS text")

    @query("echo.sql", library=Library(tmp_path))
    class Echo(One[str]):
        text: str

    return lambda text: Echo(text=text)


def _reader(querier: AsyncQuerier) -> waits.Reader:
    reader = querier._session.line.reader
    assert reader
    return reader


async def _left(reader: waits.Reader) -> None:
    """Wait until it is not on the loop."""
    while reader._is_on_loop:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0)


def _descriptors() -> int:
    return len([*Path("/dev/fd").iterdir()])


async def test_psycopg_waits_for_the_same_socket(database_url: str, echo: Callable[[str], One[str]]) -> None:
    """A connection that psycopg's own calls are made on in between serves the querier's, and the other way round."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        querier = AsyncQuerier(connection)
        for number in range(3):
            assert await querier.fetch(echo(f"{number}")) == f"{number}"
            cursor = await connection.execute("SELECT %s", [number])
            assert await cursor.fetchone() == (number,)
            async with cursor.copy("COPY (SELECT generate_series(1, 3)) TO STDOUT") as copy:
                assert [row async for row in copy.rows()] == [("1",), ("2",), ("3",)]


async def test_news_for_nobody(database_url: str, connection: Connection, echo: Callable[[str], One[str]]) -> None:
    """What the server says to an idle connection wakes the loop once, and the next call waits as before."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as listening:
        await listening.execute("LISTEN news")
        querier = AsyncQuerier(listening)
        await querier.fetch(echo("before"))
        reader = _reader(querier)
        assert reader._is_on_loop
        connection.execute("NOTIFY news")
        async with asyncio.timeout(60):
            await _left(reader)
        assert await querier.fetch(echo("after")) == "after"
        assert reader._is_on_loop
        notes = [note async for note in listening.notifies(timeout=0)]
    assert [note.channel for note in notes] in ([], ["news"])  # psycopg drops what comes while no one listens


async def test_connections_that_end_are_taken_from_the_loop(
    database_url: str, connection: Connection, echo: Callable[[str], One[str]]
) -> None:
    """The descriptors of connections that were closed, or that the server has ended, serve the next ones."""
    before = _descriptors()
    for number in range(5):
        async with AsyncDatabase(database_url, min_size=2, max_size=2) as database:
            assert await database.fetch(echo(f"{number}")) == f"{number}"
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE application_name = 'concordia_sql' AND datname = current_database()"
            )
            assert await database.fetch(echo("again")) == "again"
    async with asyncio.timeout(60):
        while _descriptors() > before:  # the pool may have been about to connect
            gc.collect()
            await asyncio.sleep(0)


async def test_a_connection_closed_meanwhile(database_url: str, echo: Callable[[str], One[str]]) -> None:
    """Its querier leaves the loop, and holds no descriptor when nobody holds it."""
    gc.collect()  # what earlier tests have left
    before = _descriptors()
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    querier = AsyncQuerier(connection)
    await querier.fetch(echo("x"))
    reader = _reader(querier)
    await connection.close()
    async with asyncio.timeout(60):
        await _left(reader)
    with pytest.raises(psycopg.OperationalError):
        await querier.fetch(echo("x"))
    del querier, reader
    gc.collect()
    assert _descriptors() == before


def test_a_connection_in_one_loop_after_another(database_url: str, echo: Callable[[str], One[str]]) -> None:
    """A querier of the caller's own connection waits in the loop that runs."""
    with asyncio.Runner() as runner:
        connection = runner.run(psycopg.AsyncConnection.connect(database_url, autocommit=True))
        querier = AsyncQuerier(connection)
        assert runner.run(querier.fetch(echo("first"))) == "first"
    with asyncio.Runner() as runner:
        assert runner.run(querier.fetch(echo("second"))) == "second"
        runner.run(connection.close())


async def test_the_context_of_a_call_is_not_kept(database_url: str, echo: Callable[[str], One[str]]) -> None:
    """What the first caller's context holds is freed after it."""

    class Carried:
        pass

    async with AsyncDatabase(database_url) as database:

        async def call() -> weakref.ref[Carried]:
            carried = Carried()
            _carried.set(carried)
            await database.fetch(echo("x"), deadline=60)
            return weakref.ref(carried)

        seen = await asyncio.create_task(call())
        await asyncio.sleep(0)  # the loop holds the task that has ended, in this turn
        gc.collect()
        assert seen() is None


async def test_tasks_keep_their_context(database_url: str, echo: Callable[[str], One[str]]) -> None:
    """Calls at once on many connections each go on in the task, and the context, that they were made in."""

    async def call(number: int) -> None:
        _carried.set(number)
        task = asyncio.current_task()
        for step in range(10):
            text = f"{number} {step}"
            assert await database.fetch(echo(text)) == text
            assert (_carried.get(), asyncio.current_task()) == (number, task)

    async with AsyncDatabase(database_url, max_size=4) as database, asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(call(number))


async def test_a_cancelled_wait_says_why_and_ends_once(database_url: str) -> None:
    """What cancels a call may give a reason; a second time, before the task has had its turn, changes nothing."""
    async with AsyncDatabase(database_url, max_size=1) as database:
        for reasons in (["enough"], [None], ["enough", "once more"]):
            call = asyncio.create_task(database.fetch(Sleep(seconds=60)))
            while not _is_waiting(database):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0)
            for reason in reasons:
                assert call.cancel(reason)
            with pytest.raises(asyncio.CancelledError) as raised:
                await call
            assert raised.value.args == tuple(reason for reason in reasons[:1] if reason)
            assert await database.fetch(GetNumber(number=1)) == Number(1)


def _is_waiting(database: AsyncDatabase) -> bool:
    readers = [connection.session.line.reader for connection in database._pool._open]
    return database.stats().in_use == 1 and any(reader and reader._waiter for reader in readers)


@pytest.mark.parametrize("debug", [False, True])
def test_a_task_written_in_python_waits_as_well(database_url: str, debug: bool) -> None:
    """asyncio's own task in Python, which debuggers put in the place of the one in C, and its debug mode."""

    def make(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        return tasks._PyTask(coroutine, loop=loop, **options)  # type: ignore[attr-defined]

    async def call() -> None:
        async with AsyncDatabase(database_url) as database:
            assert await database.fetch(GetNumber(number=1)) == Number(1)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await database.fetch(Sleep(seconds=60))
            assert await database.fetch(GetNumber(number=2)) == Number(2)

    async def run() -> None:
        asyncio.get_running_loop().set_task_factory(make)
        await asyncio.create_task(call())

    asyncio.run(run(), debug=debug)


async def test_other_tasks_have_turns_while_rows_come(database_url: str, tmp_path: Path) -> None:
    """A stream whose rows are there already lets other tasks run."""
    (tmp_path / "numbers.sql").write_text("-- Numbers.\nSELECT number FROM generate_series(1, 200000) AS number")

    @query("numbers.sql", library=Library(tmp_path))
    class Numbers(Many[int]):
        pass

    turns, count = 0, 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with AsyncDatabase(database_url) as database, database.stream(Numbers()) as numbers:
        other = asyncio.create_task(turn())
        async for _ in numbers:
            count += 1
        other.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await other
    assert count == 200_000
    assert turns > 1
