"""Commands that lock and then look, under every isolation that a server, a database or a caller may have set."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from concordia_sql import AsyncQuerier, QuerierError, Refused
from tests.support.both import ask, awaited_querier, until
from tests.support.queries import AddGuest, AddThing, ListThings, ResizeThing, Thing

Connection = psycopg.Connection[TupleRow]
NEEDED = r'^trial.AddGuest takes a lock .* not READ COMMITTED: begin it with isolation="read committed"$'

every_default = pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
every_other = pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """A connection of its own, which makes a thing with room for one guest."""
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
        other.execute("CREATE TABLE guests (title text NOT NULL, name text NOT NULL)")
        other.execute("INSERT INTO things VALUES ('a', 1)")
        yield other


@pytest.fixture(params=["sync", "async"])
def querier(
    request: pytest.FixtureRequest,
    other: Connection,
    connection: Connection,
    async_connection: psycopg.AsyncConnection[TupleRow],
) -> AsyncQuerier:
    return awaited_querier(request.param, connection if request.param == "sync" else async_connection)


async def default(querier: AsyncQuerier, isolation: str) -> None:
    """Set it as ALTER ROLE, ALTER DATABASE or the server's settings would for each connection."""
    await ask(querier, f"SET default_transaction_isolation = '{isolation}'")


async def last_place(querier: AsyncQuerier, other: Connection, call: Callable[[], Awaitable[object]]) -> BaseException:
    """What the call raises that waits for a lock of somebody who takes the last place meanwhile."""
    with other.transaction():
        other.execute("SELECT FROM things WHERE title = 'a' FOR UPDATE")
        called = asyncio.ensure_future(call())
        pid = querier.connection.info.backend_pid
        asked = "SELECT wait_event_type FROM pg_stat_get_activity(%s)"
        await until(lambda: called.done() or other.execute(asked, [pid]).fetchone() == ("Lock",))
        other.execute("INSERT INTO guests VALUES ('a', 'other')")
    (raised,) = await asyncio.gather(called, return_exceptions=True)
    assert isinstance(raised, BaseException), raised
    assert other.execute("SELECT name FROM guests").fetchall() == [("other",)]
    return raised


GUEST = AddGuest(title="a", name="own")


@every_default
async def test_alone_it_sees_what_the_holder_of_the_lock_did(
    querier: AsyncQuerier, other: Connection, isolation: str
) -> None:
    await default(querier, isolation)
    assert isinstance(await last_place(querier, other, lambda: querier.execute(GUEST)), Refused)


@every_default
async def test_so_it_does_in_a_batch(querier: AsyncQuerier, other: Connection, isolation: str) -> None:
    await default(querier, isolation)
    affected = await last_place(querier, other, lambda: querier.execute_batch(AddThing(title="b"), GUEST))
    assert isinstance(affected, Refused)
    other.execute("TRUNCATE guests")
    resize = ResizeThing(title="a", size=1)
    affected = await last_place(querier, other, lambda: querier.execute_batch(resize, GUEST))
    assert isinstance(affected, Refused)
    assert await querier.fetch(ListThings()) == [Thing("a", 1)]


@every_default
async def test_so_it_does_in_a_transaction_that_begins_with_it(
    querier: AsyncQuerier, other: Connection, isolation: str
) -> None:
    await default(querier, isolation)

    async def call() -> None:
        async with querier.transaction():
            await querier.execute(AddGuest(title="b", name="own"))
            await querier.execute(GUEST)

    other.execute("INSERT INTO things VALUES ('b', 0)")
    refused = await last_place(querier, other, call)
    assert isinstance(refused, Refused)
    other.execute("UPDATE things SET size = 1 WHERE title = 'b'")
    other.execute("TRUNCATE guests")
    assert isinstance(await last_place(querier, other, call), Refused)


@every_default
async def test_and_in_one_that_is_read_committed(querier: AsyncQuerier, other: Connection, isolation: str) -> None:
    await default(querier, isolation)

    async def call() -> None:
        async with querier.transaction(isolation="read committed"):
            await querier.fetch(ListThings())
            await querier.execute(GUEST)

    assert isinstance(await last_place(querier, other, call), Refused)


@every_other
async def test_a_transaction_that_has_read_already_refuses_it(
    querier: AsyncQuerier, other: Connection, isolation: str
) -> None:
    await default(querier, isolation)

    async def call() -> None:
        async with querier.transaction():
            await querier.fetch(ListThings())
            await querier.execute(GUEST)

    with pytest.raises(QuerierError, match=NEEDED) as caught:
        await call()
    assert isinstance(caught.value.__cause__, errors.ActiveSqlTransaction)
    with pytest.raises(QuerierError, match=NEEDED):
        async with querier.transaction(), querier.transaction():
            await querier.execute(GUEST)
    assert other.execute("SELECT count(*) FROM guests").fetchone() == (0,)
    assert await querier.execute(GUEST) == 1


@every_other
async def test_a_transaction_that_was_told_otherwise_refuses_it_and_goes_on(
    querier: AsyncQuerier, other: Connection, isolation: str
) -> None:
    """In SERIALIZABLE too: what wrote in READ COMMITTED is not looked for there."""
    async with querier.transaction(isolation=isolation):  # type: ignore[arg-type]
        with pytest.raises(QuerierError, match=NEEDED):
            await querier.execute(GUEST)
        await querier.execute(AddThing(title="c"))
    assert len(await querier.fetch(ListThings())) == 2


@every_other
async def test_a_transaction_of_the_callers_keeps_its_isolation(
    querier: AsyncQuerier, other: Connection, isolation: str
) -> None:
    await ask(querier, f"BEGIN ISOLATION LEVEL {isolation}")
    with pytest.raises(QuerierError, match=NEEDED):
        await querier.execute(GUEST)
    await ask(querier, "ROLLBACK")
    await ask(querier, "BEGIN ISOLATION LEVEL READ COMMITTED")
    assert await querier.execute(GUEST) == 1
    await ask(querier, "COMMIT")
    assert other.execute("SELECT name FROM guests").fetchall() == [("own",)]


async def test_nothing_stays_set(querier: AsyncQuerier, other: Connection) -> None:
    await default(querier, "repeatable read")
    await querier.execute(GUEST)
    with pytest.raises(Refused):
        await querier.execute(GUEST)
    assert await ask(querier, "SHOW transaction_isolation") == [("repeatable read",)]
