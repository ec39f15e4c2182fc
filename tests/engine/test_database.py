"""Databases, sync and async: how they connect, what they set, and how they get over lost connections and servers."""

import asyncio
import gc
import tempfile
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote, urlsplit
from uuid import uuid4

import attrs
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from concordia_sql import AsyncDatabase, Conflict, Database, NoConnection, QuerierError, make_converter
from concordia_sql.engine.leases import Lease
from concordia_sql.tools import embedded
from tests.support.both import ask, awaited_database, until
from tests.support.pooler import PGBOUNCER, pooled
from tests.support.queries import (
    NOTHING,
    AddThing,
    CountUp,
    Echo,
    GetNumber,
    GetThing,
    ListThings,
    Number,
    Sleep,
    Thing,
)
from tests.support.statements import rows_of

Connection = psycopg.Connection[TupleRow]
Make = Callable[..., AsyncDatabase]

CONNECTING = "while connecting: is the server running, and is the database's URL right?"
OURS: LiteralString = "application_name = 'concordia_sql' AND datname = current_database()"
BUSY = "concordia_sql: no connection was free within 0.1 s: are all of them in use for long, or is the server gone?"


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes a database of each kind, sync and async, not open."""
    return lambda url, **options: awaited_database(request.param, url, **options)


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """A connection of its own to the same database, to which it adds a table of things."""
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
        yield other


def with_(url: str, **parameters: str) -> str:
    """The URL with more parameters."""
    more = "".join(f"&{name}={quote(value)}" for name, value in parameters.items())
    return f"{url}{more}" if "?" in url else f"{url}?{more[1:]}"


def pids(other: Connection) -> set[int]:
    """The connections of pools, as the server sees them."""
    rows = other.execute(f"SELECT pid FROM pg_stat_activity WHERE {OURS}")
    return {pid for (pid,) in rows}


def asleep(other: Connection) -> bool:
    """Whether a connection of a pool runs a query that sleeps."""
    return (
        other.execute(f"SELECT 1 FROM pg_stat_activity WHERE {OURS} AND wait_event = 'PgSleep'").fetchone() is not None
    )


def kill(other: Connection) -> None:
    """End all connections of pools."""
    other.execute("SELECT pg_terminate_backend(pid, 10000) FROM unnest(%s::int[]) AS pid", [list(pids(other))])


async def setting(database: AsyncDatabase, name: str) -> str:
    async with database.querier() as querier:
        [(value,)] = await ask(querier, f"SELECT current_setting('{name}')")
    return str(value)


# What it runs


async def test_it_runs_what_a_querier_runs(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url) as database:
        assert await database.execute(AddThing(title="a")) == 1
        assert await database.fetch(GetThing(title="a")) == Thing("a", 1)
        assert await database.fetch_batch(GetNumber(number=1), ListThings()) == (Number(1), [Thing("a", 1)])
        async with database.stream(CountUp(last=3)) as rows:
            assert await anext(rows) == Number(1)
            assert await database.fetch(GetNumber(number=2)) == Number(2)
            assert [row async for row in rows] == [Number(2), Number(3)]
        with pytest.raises(QuerierError, match="run it by execute"):
            await database.fetch(AddThing(title="b"))  # type: ignore[arg-type]


async def add(database: AsyncDatabase, *titles: str) -> None:
    """Add things in one transaction."""
    async with database.transaction() as querier:
        for title in titles:
            await querier.execute(AddThing(title=title))


async def test_a_transaction_is_committed_or_rolled_back(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, max_size=1) as database:
        await add(database, "committed")
        with pytest.raises(Conflict):
            await add(database, "rolled back", "committed")
        assert await database.fetch(ListThings()) == [Thing("committed", 1)]


async def test_many_tasks_share_its_connections(make: Make, database_url: str, other: Connection) -> None:
    async with make(database_url, max_size=3) as database:
        asked = [GetNumber(number=number) for number in range(60)]
        assert await asyncio.gather(*map(database.fetch, asked)) == [Number(number) for number in range(60)]
        await until(lambda: 1 <= len(pids(other)) <= 3)  # the one that only tried the address may be about to end


async def pid_of(database: AsyncDatabase) -> int:
    """The connection that serves the next call."""
    async with database.querier() as querier:
        [(pid,)] = await ask(querier, "SELECT pg_backend_pid()")
    return int(pid)


async def test_the_connection_used_last_is_used_next(make: Make, database_url: str) -> None:
    async with make(database_url, min_size=4) as database:
        assert len({await pid_of(database) for _ in range(9)}) == 1
        async with database.querier() as first, database.querier() as second:
            used = [first.connection.info.backend_pid, second.connection.info.backend_pid]
        assert len(set(used)) == 2
        assert await pid_of(database) == used[0]  # given back after the second
        assert await pid_of(database) == used[0]


def test_a_connection_that_comes_as_a_caller_begins_to_wait_is_its_own(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database(database_url, max_size=1, timeout=1) as database:
        pool: Any = database._pool
        used: Any = Lease()
        pool.take(used, None)
        check_usable = pool._check_usable

        def put_first() -> None:
            monkeypatch.setattr(pool, "_check_usable", check_usable)
            pool.put(used)

        monkeypatch.setattr(pool, "_check_usable", put_first)
        assert database.fetch(GetNumber(number=1)) == Number(1)


async def test_nobody_waits_while_a_connection_is_free(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=2, timeout=10) as database:

        async def call() -> None:
            for number in range(200):
                assert await database.fetch(GetNumber(number=number)) == Number(number)

        await asyncio.gather(*(call() for _ in range(16)))


async def test_a_converter_of_the_users_serves_all_connections(make: Make, database_url: str, tmp_path: Path) -> None:
    class Price(str):
        __slots__ = ()

    converter = make_converter()
    converter.register_structure_hook(Price, lambda value, _: Price(f"{value} €"))
    asked = rows_of(tmp_path, "SELECT '[\"5\"]'::json AS prices", prices=tuple[Price, ...])
    async with make(database_url, converter=converter) as database:
        assert [row.prices for row in await database.fetch(asked)] == [(Price("5 €"),)]


@pytest.mark.parametrize("prepare", [False, True])
async def test_statements_are_prepared_unless_told_otherwise(make: Make, database_url: str, *, prepare: bool) -> None:
    async with make(database_url, prepare=prepare) as database, database.querier() as querier:
        await querier.fetch_batch(GetNumber(number=1), CountUp(last=1))
        assert len(await ask(querier, "SELECT name FROM pg_prepared_statements")) == (2 if prepare else 0)


# Opening and closing


async def test_it_serves_as_a_lifespan_and_closes_its_connections(
    make: Make, database_url: str, other: Connection
) -> None:
    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[dict[str, AsyncDatabase]]:
        async with make(database_url, min_size=2) as database:
            yield {"database": database}

    async with lifespan(object()) as state:
        assert await state["database"].fetch(GetNumber(number=1)) == Number(1)
        await until(lambda: len(pids(other)) == 2)
    await until(lambda: not pids(other))
    with pytest.raises(QuerierError):
        await state["database"].fetch(GetNumber(number=1))


async def test_it_opens_and_closes_by_hand(make: Make, database_url: str, other: Connection) -> None:
    database = make(database_url)
    with pytest.raises(QuerierError, match="is not open yet"):
        await database.fetch(GetNumber(number=1))
    await database.open()
    await database.open()
    assert await database.fetch(GetNumber(number=1)) == Number(1)
    await database.close()
    await database.close()
    await until(lambda: not pids(other))


async def test_closing_lets_a_call_end(make: Make, database_url: str, other: Connection) -> None:
    database = make(database_url)
    await database.open()
    async with database.querier() as querier:
        await database.close()
        assert await querier.fetch(GetNumber(number=1)) == Number(1)
    await until(lambda: not pids(other))


async def test_a_transaction_that_was_left_open_is_rolled_back(
    make: Make, database_url: str, other: Connection
) -> None:
    async with make(database_url, max_size=1) as database:
        async with database.querier() as querier:
            await ask(querier, "BEGIN")
            await querier.execute(AddThing(title="a"))
        assert await database.fetch(ListThings()) == []
        assert await database.execute(AddThing(title="b")) == 1
    assert other.execute("SELECT title FROM things").fetchall() == [("b",)]


@pytest.mark.parametrize("wrong", ["host", "port", "database", "user's password"])
async def test_a_server_that_cannot_be_reached_is_an_error_at_once(make: Make, database_url: str, wrong: str) -> None:
    url = {
        "host": with_("postgresql:///postgres", host="/nowhere"),
        "port": "postgresql://localhost:1/postgres",
        "database": urlsplit(database_url)._replace(path="/nowhere").geturl(),
        "user's password": with_(database_url, user="nobody"),
    }[wrong]
    with pytest.raises(psycopg.OperationalError) as caught:
        await make(url).open()
    assert caught.value.__notes__ == [CONNECTING]


async def test_a_server_without_room_is_an_error(make: Make, database_url: str, other: Connection) -> None:
    other.execute(f'ALTER DATABASE "{other.info.dbname}" CONNECTION LIMIT 1'.encode())
    role = f"visitor_{uuid4().hex}"
    other.execute(f"CREATE ROLE {role} LOGIN".encode())
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections") as caught:
            await make(with_(database_url, user=role)).open()
        assert caught.value.__notes__ == [CONNECTING]
    finally:
        other.execute(f"DROP ROLE {role}".encode())


async def test_a_pool_in_use_is_an_error_that_says_so(make: Make, database_url: str) -> None:
    async with make(database_url, max_size=1, timeout=0.1) as database, database.querier() as querier:
        with pytest.raises(NoConnection) as caught:
            await database.fetch(GetNumber(number=1))
        assert str(caught.value) == BUSY
        with pytest.raises(NoConnection) as caught:
            async with database.transaction():
                pass
        assert str(caught.value) == BUSY
        assert await querier.fetch(GetNumber(number=1)) == Number(1)


# What it sets


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
async def test_the_url_may_be_spelt_as_yoyo_spells_it(make: Make, database_url: str, scheme: str) -> None:
    async with make(urlsplit(database_url)._replace(scheme=scheme).geturl()) as database:
        assert await database.fetch(GetNumber(number=1)) == Number(1)


async def test_connections_are_set_as_the_statements_were_tested(
    make: Make, database_url: str, other: Connection
) -> None:
    others = {"TimeZone": "Asia/Tokyo", "plan_cache_mode": "auto", "jit": "on", "client_encoding": "LATIN1"}
    for name, value in others.items():
        other.execute(f"ALTER DATABASE \"{other.info.dbname}\" SET {name} = '{value}'".encode())
    async with make(database_url) as database:
        assert await setting(database, "TimeZone") == "UTC"
        assert await setting(database, "plan_cache_mode") == "force_generic_plan"
        assert await setting(database, "jit") == "off"
        assert await setting(database, "client_encoding") == "UTF8"
        assert await setting(database, "application_name") == "concordia_sql"
        async with database.querier() as querier:
            parameters = querier.connection.info.get_parameters()
        assert (await database.fetch(Echo(text="é ع"))).text == "é ع"
    own = "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"
    assert [parameters[name] for name in own] == ["10", "30", "10", "3", "60000"]


async def test_the_url_overrides_the_settings(make: Make, database_url: str) -> None:
    url = with_(
        database_url,
        connect_timeout="7",
        application_name="mine",
        options="-c timezone=Asia/Tokyo -c plan_cache_mode=auto -c jit=on -c statement_timeout=1234",
    )
    async with make(url) as database:
        names = ("TimeZone", "plan_cache_mode", "jit", "statement_timeout", "application_name")
        assert [await setting(database, name) for name in names] == ["Asia/Tokyo", "auto", "on", "1234ms", "mine"]
        async with database.querier() as querier:
            assert querier.connection.info.get_parameters()["connect_timeout"] == "7"
    async with make(with_(database_url, options="-c statement_timeout=1234")) as database:
        names = ("TimeZone", "plan_cache_mode", "jit", "statement_timeout", "application_name")
        values = ["UTC", "force_generic_plan", "off", "1234ms", "concordia_sql"]
        assert [await setting(database, name) for name in names] == values


async def test_a_statement_ends_after_a_while_unless_something_else_says_when(
    make: Make, database_url: str, other: Connection
) -> None:
    async def timeout(url: str = database_url, **given: float) -> object:
        async with make(url, **given) as database:
            return await setting(database, "statement_timeout")

    assert await timeout() == "1min"
    assert await timeout(statement_timeout=1.5) == "1500ms"
    database_name = f'DATABASE "{other.info.dbname}"'
    for altered in (database_name, f'ROLE "{other.info.user}" IN {database_name}'):
        for value in "0", "7s":
            other.execute(f"ALTER {altered} SET statement_timeout = '{value}'".encode())
            assert await timeout() == value
            assert await timeout(statement_timeout=0) == "0"
            assert await timeout(with_(database_url, options="-c statement_timeout=1234")) == "1234ms"
        other.execute(f"ALTER {altered} RESET statement_timeout".encode())
    async with make(database_url, statement_timeout=0.05) as database:
        with pytest.raises(psycopg.errors.QueryCanceled):
            async with database.querier() as querier:
                await ask(querier, "SELECT pg_sleep(60)")


async def test_datetimes_are_in_utc_both_ways(make: Make, database_url: str, tmp_path: Path) -> None:
    noon = datetime(2026, 3, 1, 12)
    async with make(database_url) as database:
        for moment in noon, noon.replace(tzinfo=UTC):
            assert (await database.fetch(Echo(moment=moment, instant=moment))).moment == noon
        asked = rows_of(
            tmp_path,
            "SELECT timestamptz '2026-03-01 14:00+02' ::timestamp AS at, "
            "to_json(timestamptz '2026-03-01 14:00+02' ::timestamp) AS json",
            at=datetime,
            json=datetime,
        )
        [row] = await database.fetch(asked)
        assert (row.at, row.json) == (noon, noon)


# Trouble


@pytest.mark.parametrize("size", [1, 4])
async def test_connections_that_died_while_idle_are_replaced_before_use(
    make: Make, database_url: str, other: Connection, size: int
) -> None:
    async with make(database_url, min_size=size, max_size=size, timeout=10) as database:
        for _ in range(2):
            await until(lambda: len(pids(other)) == size)
            kill(other)
            assert await database.fetch(GetNumber(number=1)) == Number(1)
            assert await asyncio.gather(*(database.fetch(Sleep(seconds=0.01)) for _ in range(size)))


async def test_what_the_server_says_to_an_idle_connection_does_it_no_harm(
    make: Make, database_url: str, other: Connection
) -> None:
    async with make(database_url, max_size=1) as database:
        async with database.querier() as querier:
            await ask(querier, "LISTEN news")
        before = pids(other)
        for _ in range(3):
            other.execute("NOTIFY news")
            assert await database.fetch(GetNumber(number=1)) == Number(1)
        assert pids(other) == before


async def test_a_call_whose_connection_is_killed_fails_and_the_next_does_not(
    make: Make, database_url: str, other: Connection
) -> None:
    async with make(database_url, max_size=1) as database:
        for _ in "unprepared", "prepared":
            sleeping = asyncio.create_task(database.fetch(Sleep(seconds=60)))
            await until(lambda: asleep(other))
            kill(other)
            with pytest.raises(psycopg.errors.AdminShutdown) as caught:
                await sleeping
            assert caught.value.__notes__ == ["while running trial.Sleep"]
            assert await database.fetch(Sleep(seconds=0)) != []


async def test_a_lost_connection_is_forgotten(make: Make, database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR", "psycopg.pool")  # else it logs the connection, which pytest then keeps
    async with make(database_url, max_size=1) as database:
        async with database.querier() as querier:
            await querier.fetch(GetNumber(number=1))
            lost = weakref.ref(querier.connection)
            querier.connection.pgconn.finish()
        del querier
        assert await database.fetch(GetNumber(number=1)) == Number(1)
        gc.collect()
        assert lost() is None


async def test_a_cancelled_call_gives_its_connection_back_in_order(database_url: str) -> None:
    async with AsyncDatabase(database_url, max_size=1) as database:
        async with database.querier() as querier:
            before = querier.connection
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await database.fetch_batch(GetNumber(number=1), Sleep(seconds=60))
            assert await database.fetch_batch(GetNumber(number=2), CountUp(last=1)) == (Number(2), [Number(1)])
        async with database.querier() as querier:
            assert querier.connection is before


@pytest.fixture(scope="module")
def server_folder() -> Iterator[Path]:
    """A folder for a server that is stopped and started."""
    with tempfile.TemporaryDirectory(dir=embedded._temporary_parent()) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """Start the server in this folder; its URL, always the same."""
    with embedded.start(folder / "server") as url:
        address = folder / "socket"
        address.unlink(missing_ok=True)
        address.symlink_to(str(conninfo_to_dict(url)["host"]))
        yield f"postgresql://postgres@/postgres?host={quote(str(address), safe='')}"


async def test_it_works_again_when_the_server_does(make: Make, server_folder: Path) -> None:
    with started(server_folder) as url:
        database = make(url, min_size=2, timeout=0.1)
        await database.open()
        assert await database.fetch(GetNumber(number=1)) == Number(1)
    with pytest.raises(NoConnection) as caught:
        await database.fetch(GetNumber(number=2))
    assert str(caught.value) == BUSY
    with started(server_folder):
        fetched = None
        while fetched is None:
            with suppress(NoConnection):
                fetched = await database.fetch(GetNumber(number=3))
        assert fetched == Number(3)
        await database.close()


# Poolers


@pytest.mark.parametrize("pooler", [nullcontext, *([pooled] if PGBOUNCER else [])])
async def test_statements_are_prepared_where_no_pooler_stands_between(
    make: Make, database_url: str, other: Connection, pooler: Callable[[str], Any]
) -> None:
    """Two clients with one connection to the server would get each other's statements."""
    other.execute(f"ALTER DATABASE \"{other.info.dbname}\" SET TimeZone = 'Asia/Tokyo'".encode())
    with pooler(database_url) as url:
        async with make(url, max_size=1) as one, make(url, max_size=1) as two:
            for number in range(3):
                for database in one, two:
                    assert await database.fetch(GetNumber(number=number)) == Number(number)
                    assert await database.fetch_batch(CountUp(last=1), Echo(text="a"), GetNumber(number=number)) == (
                        [Number(1)],
                        attrs.evolve(NOTHING, text="a"),
                        Number(number),
                    )
                    assert await setting(database, "TimeZone") == "UTC"
            async with one.stream(CountUp(last=500)) as rows:
                assert [row.number async for row in rows] == list(range(1, 501))
            async with one.transaction() as querier:
                await querier.execute(AddThing(title="a"))
                assert await querier.fetch(GetThing(title="a")) == Thing("a", 1)
                count = len(await ask(querier, "SELECT name FROM pg_prepared_statements"))
            direct = pooler is nullcontext
            assert (count > 0) is direct
            assert await setting(one, "plan_cache_mode") == ("force_generic_plan" if direct else "auto")
            assert await setting(one, "statement_timeout") == ("1min" if direct else "0")
        if not direct:
            with pytest.raises(QuerierError, match="^statement_timeout cannot be set through a pooler"):
                async with make(url, statement_timeout=5):
                    pass
