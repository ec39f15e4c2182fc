"""Behind PgBouncer, in each of its modes: right answers, nothing left behind, and a clear error for what it refuses."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase, DatabaseURLError, NoConnection
from tests.support.both import ask
from tests.support.pooler import can_track, pooled
from tests.support.queries import AddGuest, AddThing, CountUp, Echo, GetNumber, ListThings, Number, Thing

Connection = psycopg.Connection[Any]
Make = Callable[..., AsyncDatabase]

TRACKED = [0, 100] if can_track() else [0]


async def prepared(database: AsyncDatabase) -> int:
    """How many statements the server holds for whom it serves now."""
    async with database.querier() as querier:
        [(count,)] = await ask(querier, "SELECT count(*) FROM pg_prepared_statements")
    return int(count)


@pytest.mark.parametrize("tracked", TRACKED)
@pytest.mark.parametrize("mode", ["transaction", "session", "statement"])
async def test_many_clients_get_their_own_answers(
    make: Make, database_url: str, other: Connection, mode: str, tracked: int
) -> None:
    """More of them than there are connections, with statements of their own in other orders."""
    size = 8 if mode == "session" else 2
    with pooled(database_url, mode, size=size, tracked=tracked) as url:
        async with make(url, max_size=4) as one, make(url, max_size=4) as two:

            async def call(database: AsyncDatabase, number: int) -> None:
                kind = random.randrange(4)
                if kind == 0:
                    assert await database.fetch(GetNumber(number=number)) == Number(number)
                elif kind == 1:
                    assert (await database.fetch(Echo(number=number))).number == number
                elif kind == 2:
                    found = await database.fetch_batch(GetNumber(number=number), CountUp(last=2))
                    assert found == (Number(number), [Number(1), Number(2)])
                else:
                    assert await database.execute(AddThing(title=str(number))) == 1

            numbers = random.sample(range(2**31), 80)
            await asyncio.gather(*(call(random.choice((one, two)), number) for number in numbers))
            if mode == "transaction":
                async with one.transaction() as querier:
                    await querier.execute(AddThing(title="a"))
                async with one.stream(CountUp(last=300)) as rows:
                    assert len([row async for row in rows]) == 300
            if tracked == 0:
                assert await prepared(one) == 0
            elif mode != "session":
                assert await prepared(one) > 0


async def test_nothing_is_left_for_other_clients(make: Make, database_url: str, other: Connection) -> None:
    for name, value in {"TimeZone": "Asia/Tokyo", "jit": "on"}.items():
        other.execute(f"ALTER DATABASE \"{other.info.dbname}\" SET {name} = '{value}'".encode())
    with pooled(database_url) as url:
        async with make(url) as database:
            await database.fetch(ListThings())
            async with database.querier() as querier:
                assert await ask(querier, "SHOW TimeZone") == [("UTC",)]
            with psycopg.connect(url, autocommit=True, prepare_threshold=None) as client:
                assert client.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)
                assert client.execute("SHOW plan_cache_mode").fetchone() == ("auto",)
                assert client.execute("SHOW jit").fetchone() == ("on",)
                assert client.execute("SHOW transaction_isolation").fetchone() == ("read committed",)


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_commands_that_lock_hold_their_rules(make: Make, database_url: str, other: Connection, mode: str) -> None:
    other.execute("CREATE TABLE guests (title text NOT NULL, name text NOT NULL)")
    other.execute("INSERT INTO things VALUES ('a', 1)")
    isolation = "default_transaction_isolation = 'repeatable read'"
    other.execute(f'ALTER DATABASE "{other.info.dbname}" SET {isolation}'.encode())
    with pooled(database_url, mode, size=4) as url:
        async with make(url, max_size=4) as database:
            guests = (database.execute(AddGuest(title="a", name=str(number))) for number in range(8))
            outcomes = await asyncio.gather(*guests, return_exceptions=True)
            assert sorted(type(each).__name__ for each in outcomes) == ["Refused"] * 7 + ["int"]
            assert other.execute("SELECT count(*) FROM guests").fetchone() == (1,)


async def test_statements_are_prepared_in_session_mode_when_asked(make: Make, database_url: str) -> None:
    with pooled(database_url, "session") as url:
        async with make(url, prepare=True, max_size=1) as database:
            await database.fetch_batch(GetNumber(number=1), CountUp(last=1))
            assert await database.fetch(GetNumber(number=2)) == Number(2)
            assert await prepared(database) == 2


@pytest.mark.parametrize("tracked", TRACKED)
async def test_an_altered_table_is_read_anew(make: Make, database_url: str, other: Connection, tracked: int) -> None:
    other.execute("INSERT INTO things VALUES ('a', 1)")
    with pooled(database_url, tracked=tracked) as url:
        async with make(url, max_size=1) as database:
            for kind in ("bigint", "int"):
                assert await database.fetch(ListThings()) == [Thing("a", 1)]
                other.execute(f"ALTER TABLE things ALTER size TYPE {kind}".encode())
                for _ in range(2):
                    assert await database.fetch(ListThings()) == [Thing("a", 1)]


async def test_options_are_refused_clearly(make: Make, database_url: str) -> None:
    refused = pytest.raises(DatabaseURLError, match=r"has `options`, which the pooler .* ALTER ROLE … SET …")
    with pooled(database_url) as url, refused:
        await make(f"{url}&options=-c%20statement_timeout%3D1000").open()


async def test_a_pooler_that_ends_is_got_over(make: Make, database_url: str, other: Connection) -> None:
    with pooled(database_url) as url:
        database = make(url, max_size=2, timeout=0.1)
        await database.open()
        assert await database.fetch(GetNumber(number=1)) == Number(1)
    with pytest.raises(NoConnection):
        await database.fetch(GetNumber(number=1))
    await database.close()
