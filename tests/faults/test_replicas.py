"""Reads of standbys: none is older than a write before it, whatever becomes of the servers."""

import asyncio
import base64
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from time import monotonic
from urllib.parse import quote

import psycopg
import pytest

from concordia_sql import (
    AsyncDatabase,
    Call,
    Database,
    DeadlineExceeded,
    NotFound,
    OutcomeUnknown,
    PositionError,
    QuerierError,
    deadline,
)
from tests.support.both import ask, stats, until
from tests.support.pooler import pooled, switch
from tests.support.proxy import Proxy, proxied
from tests.support.queries import (
    AddThing,
    CountUp,
    Forget,
    GetIsolation,
    GetNumber,
    GetThing,
    ListThings,
    LockThing,
    Matched,
    Number,
    ReadSlowly,
    ResizeThing,
    Sleep,
    Thing,
)
from tests.support.standbys import Servers, do, kill, paused, replicated

Make = Callable[..., AsyncDatabase]
PAUSE, RESUME = "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A primary with two standbys, which no test ends."""
    with replicated({}, {}) as servers:
        yield servers


@pytest.fixture
def title() -> str:
    """A title that no other test has."""
    return f"thing {next(_numbers)}"


@asynccontextmanager
async def replaying_nothing(primary: str, *urls: str) -> AsyncIterator[None]:
    """Standbys that replay nothing more, from the next record of the primary's log on."""
    for url in urls:
        do(url, PAUSE)
    do(primary, "SELECT pg_logical_emit_message(true, 'trial', '')")
    await until(lambda: all(do(url, "SELECT pg_get_wal_replay_pause_state()") == [("paused",)] for url in urls))
    try:
        yield
    finally:
        for url in urls:
            do(url, RESUME)


async def ready(database: AsyncDatabase) -> None:
    """Wait until all standbys serve."""
    await until(lambda: not any(each.reason for each in stats(database).replicas))


def reads(database: AsyncDatabase) -> list[int]:
    return [each.reads for each in stats(database).replicas]


def position(database: AsyncDatabase) -> str:
    text = getattr(database, "_target", database).position()
    assert isinstance(text, str)
    return text


def after(database: AsyncDatabase, text: str | None) -> AbstractContextManager[None]:
    context: AbstractContextManager[None] = database.after(text)
    return context


async def execute(database: AsyncDatabase, title: str) -> None:
    await database.execute(AddThing(title=title))


async def execute_batch(database: AsyncDatabase, title: str) -> None:
    await database.execute_batch(AddThing(title=f"{title} too"), AddThing(title=title))


async def execute_on_a_querier(database: AsyncDatabase, title: str) -> None:
    async with database.querier() as querier:
        await querier.execute(AddThing(title=title))


async def transaction(database: AsyncDatabase, title: str) -> None:
    async with database.transaction() as querier:
        await querier.execute(AddThing(title=title))


async def savepoint(database: AsyncDatabase, title: str) -> None:
    async with database.transaction() as querier, querier.transaction():
        await querier.execute(AddThing(title=title))


async def as_another(database: AsyncDatabase, title: str) -> None:
    await database.acting_as("postgres").execute(AddThing(title=title))


async def in_a_child(database: AsyncDatabase, title: str) -> None:
    await asyncio.create_task(execute(database, title))


async def before_an_error(database: AsyncDatabase, title: str) -> None:
    async with database.querier() as querier:
        await querier.execute(AddThing(title=title))
        with pytest.raises(NotFound):
            await querier.execute(ResizeThing(title="none", size=2))


WRITES = [execute, execute_batch, execute_on_a_querier, transaction, savepoint, as_another, in_a_child, before_an_error]


@pytest.mark.parametrize("write", WRITES)
async def test_a_read_sees_every_kind_of_write(
    make: Make, servers: Servers, title: str, write: Callable[[AsyncDatabase, str], Awaitable[None]]
) -> None:
    async with make(servers.primary, replicas=servers.standbys, max_wait=0) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, *servers.standbys):
            with after(database, None):
                await write(database, title)
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                found = stats(database)
                assert (found.fallbacks, reads(database)) == ({"behind": 1}, [0, 0])
                assert [each.behind for each in found.replicas] == [1, 1]
            with after(database, None):  # another caller's
                assert await database.reader.fetch(GetThing(title=title)) is None
                assert sum(reads(database)) == 1
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)  # no block: all of the process
            assert stats(database).fallbacks == {"behind": 2}


async def test_a_write_that_psycopg_commits_is_read(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys, max_wait=0) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, *servers.standbys):
            with after(database, None):
                async with database.querier() as querier:
                    await ask(querier, "BEGIN")
                    async with querier.transaction():
                        await querier.execute(AddThing(title=title))
                    await ask(querier, "COMMIT")
                    await ask(querier, "BEGIN")  # nobody was told that the one before has ended
                    assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                    await ask(querier, "ROLLBACK")
                text = position(database)
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                assert stats(database).fallbacks == {"in doubt": 2}
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                assert stats(database).fallbacks == {"in doubt": 2, "behind": 1}
            with after(database, text):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            with after(database, None):  # another caller's
                assert await database.reader.fetch(GetThing(title=title)) is None


async def test_a_read_waits_for_a_standby(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys[:1], max_wait=20) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            await database.execute(AddThing(title=title))
            reading = asyncio.create_task(database.reader.fetch_batch(GetThing(title=title), GetNumber(number=1)))
            await until(lambda: stats(database).replicas[0].behind == 1)
        assert await reading == (Thing(title, 1), Number(1))
        assert (reads(database), stats(database).fallbacks) == ([1], {})


async def test_the_standby_that_comes_first_is_waited_for(make: Make, servers: Servers, title: str) -> None:
    for first in range(2):
        async with make(servers.primary, replicas=servers.standbys, max_wait=20) as database:
            await ready(database)
            async with replaying_nothing(servers.primary, servers.standbys[1 - first]):
                async with replaying_nothing(servers.primary, servers.standbys[first]):
                    await database.execute(AddThing(title=f"{title} {first}"))
                    reading = asyncio.create_task(database.reader.fetch(GetThing(title=f"{title} {first}")))
                    await until(lambda: [each.behind for each in stats(database).replicas] == [1, 1])
                assert await reading == Thing(f"{title} {first}", 1)
                assert (reads(database)[first], stats(database).fallbacks) == (1, {})


async def test_another_standby_answers_for_one_that_is_behind(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys, max_wait=20) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            for number in range(4):
                await database.execute(AddThing(title=f"{title} {number}"))
                assert await database.reader.fetch(GetThing(title=f"{title} {number}")) == Thing(f"{title} {number}", 1)
            assert (reads(database), stats(database).fallbacks) == ([0, 4], {})


async def test_a_position_is_taken_elsewhere(make: Make, servers: Servers, title: str) -> None:
    async with (
        make(servers.primary, replicas=[]) as writer,
        make(servers.primary, replicas=servers.standbys, max_wait=0) as database,
    ):
        assert getattr(writer, "_target", writer).position() is None
        await ready(database)
        async with replaying_nothing(servers.primary, *servers.standbys):
            first = title + " first"
            await writer.execute(AddThing(title=first))
            early = position(writer)
            await writer.execute(AddThing(title=title))
            late = position(writer)
            assert await database.reader.fetch(GetThing(title=title)) is None
            with after(database, late):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                with after(database, early):  # one that a browser has kept
                    assert await database.reader.fetch(GetThing(title=first)) == Thing(first, 1)
                    assert position(database) == early
                assert position(database) == late
                await database.execute(AddThing(title=f"{title} last"))
                last = position(database)
            assert last not in (early, late)
            with after(database, early), after(database, None):
                await database.execute(AddThing(title=f"{title} very last"))
            assert position(database) not in (early, late, last)  # what is written in a block is before what follows it


async def test_a_forged_position_is_refused_before_the_server(make: Make, servers: Servers, title: str) -> None:
    with proxied(servers.primary) as proxy:
        async with make(proxy.url, replicas=[], max_lag=1000) as database:
            await database.execute(AddThing(title=title))
            text = position(database)
            form = base64.urlsafe_b64decode(text)
            later = base64.urlsafe_b64encode(form[:6] + bytes([form[6] ^ 1]) + form[7:]).decode()
            proxy.fall_silent()
            for forged in ("", "x", later, text[:-1], text + "A", "é" * 28, "A" * 28):
                with pytest.raises(PositionError), after(database, forged):
                    raise AssertionError
            proxy.speak()
            with after(database, text):
                assert position(database) == text


async def test_without_replicas_the_reader_is_the_database(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary) as database:
        await database.execute(AddThing(title=title))
        assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
        with after(database, "x"):
            assert getattr(database, "_target", database).position() is None
        assert (stats(database).replicas, stats(database).fallbacks) == ((), {})


async def test_the_check_costs_no_trip(make: Make, servers: Servers, title: str) -> None:
    async def write(number: int) -> None:
        await database.execute(AddThing(title=f"{title} {number}"))

    async def write_in_a_transaction(number: int) -> None:
        async with database.transaction() as querier:
            await querier.execute(AddThing(title=f"{title} in {number}"))

    async def read(number: int) -> None:
        assert await database.reader.fetch(GetThing(title=f"{title} {number}")) == Thing(f"{title} {number}", 1)

    async def fewest(proxy: Proxy, call: Callable[[int], Awaitable[None]]) -> int:
        """The trips of a call: now and then, the database asks for something beside it."""
        found = []
        for number in range(5):
            trips = proxy.trips
            await call(number)
            found.append(proxy.trips - trips)
            await until(lambda: replayed(servers))
        return min(found)

    with proxied(servers.primary) as primary, proxied(servers.standbys[0]) as standby:
        async with make(primary.url, replicas=[standby.url], max_wait=20) as database:
            await ready(database)
            assert await fewest(primary, write) == 1
            assert await fewest(primary, write_in_a_transaction) == 3
            assert await fewest(standby, read) == 1
            await write(5)
            await until(lambda: replayed(servers))
            trips, behind = standby.trips, stats(database).replicas[0].behind
            await read(5)  # with the check
            assert (standby.trips, stats(database).replicas[0].behind) == (trips + 1, behind)


@pytest.mark.parametrize("names", ["%", "query%", "concordia%"])
async def test_a_check_that_was_deallocated_is_prepared_again(
    make: Make, servers: Servers, title: str, names: str
) -> None:
    found = f"SELECT name FROM pg_prepared_statements WHERE name LIKE '{names}'"
    loop = f"FOR found IN {found} LOOP EXECUTE 'DEALLOCATE ' || found.name; END LOOP"
    forget = f"DECLARE found record; BEGIN {loop}; RETURN 7; END"
    do(servers.primary, f"CREATE OR REPLACE FUNCTION forget() RETURNS int LANGUAGE plpgsql AS $$ {forget} $$")
    async with make(servers.primary, replicas=servers.standbys[:1], max_wait=20) as database:
        await ready(database)
        for number in range(4):
            await database.execute(AddThing(title=f"{title} {number}"))
            assert await database.reader.fetch(GetThing(title=f"{title} {number}")) == Thing(f"{title} {number}", 1)
            if number == 2:
                assert await database.reader.fetch(Forget()) == Number(7)
        assert (reads(database), stats(database).fallbacks) == ([5], {})


@pytest.mark.parametrize(("names", "fallbacks"), [("%", {}), ("concordia%", {"in doubt": 1})])
async def test_positions_are_known_again_after_a_deallocation(
    make: Make, servers: Servers, title: str, names: str, fallbacks: dict[str, int]
) -> None:
    async with make(servers.primary, replicas=servers.standbys[:1], max_size=1, max_wait=20) as database:
        await ready(database)
        for number in range(4):
            await database.execute(AddThing(title=f"{title} {number}"))
            for _ in range(2):
                assert await database.reader.fetch(GetThing(title=f"{title} {number}")) == Thing(f"{title} {number}", 1)
            if number == 1:
                async with database.querier() as querier:
                    found = await ask(querier, f"SELECT name FROM pg_prepared_statements WHERE name LIKE '{names}'")
                    assert len([await ask(querier, f"DEALLOCATE {name}") for (name,) in found]) > 0
        assert (sum(reads(database)), stats(database).fallbacks) == (8 - len(fallbacks), fallbacks)


def replayed(servers: Servers, standby: str | None = None) -> bool:
    """Whether a standby, or the first one, has what the primary has."""
    [(there,)] = do(servers.primary, "SELECT pg_current_wal_insert_lsn() - '0/0'")
    return do(standby or servers.standbys[0], f"SELECT pg_last_wal_replay_lsn() - '0/0' >= {there}") == [(True,)]


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
async def test_the_isolation_of_a_standby_is_one_in_which_the_check_holds(
    make: Make, servers: Servers, isolation: str
) -> None:
    options = quote("-c default_transaction_isolation=" + isolation.replace(" ", r"\ "))
    url = f"{servers.standbys[0]}&options={options}"
    async with make(servers.primary, replicas=[url], max_wait=20) as database:
        await ready(database)
        for _ in range(3):
            await database.execute(AddThing(title=f"thing {next(_numbers)}"))  # so that there is a check
            await until(lambda: replayed(servers))
            assert await database.reader.fetch(GetIsolation()) == Matched("read committed")
        assert (reads(database), stats(database).fallbacks) == ([3], {})


async def test_what_only_a_primary_can_do_is_done_there(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys, max_wait=20) as database:
        await ready(database)
        await database.execute(AddThing(title=title))
        assert await database.reader.fetch(LockThing(title=title)) == Thing(title, 1)
        assert stats(database).fallbacks == {"read-only": 1}


async def test_a_stream_is_as_fresh_as_any_read(make: Make, servers: Servers, title: str) -> None:
    async def streamed() -> Thing | None:
        async with database.reader.stream(ListThings()) as rows:
            return {row.title: row async for row in rows}.get(title)

    async with make(servers.primary, replicas=servers.standbys, max_wait=0, max_size=2) as database:
        await ready(database)
        await database.execute(AddThing(title=title))
        await until(lambda: replayed(servers, servers.standbys[0]) and replayed(servers, servers.standbys[1]))
        for _ in range(5):  # each gives its connection back
            assert await streamed() == Thing(title, 1)
        async with replaying_nothing(servers.primary, *servers.standbys):
            await database.execute(ResizeThing(title=title, size=2))
            assert await streamed() == Thing(title, 2)
            with after(database, None):
                assert await streamed() == Thing(title, 1)
        assert (sum(reads(database)), stats(database).fallbacks) == (6, {"behind": 1})
        assert [each.in_use for each in stats(database).replicas] == [0, 0]
        visitor = database.reader.acting_as("postgres", {"app.tenant": "a"})
        async with visitor.stream(CountUp(last=300)) as rows:
            assert len([row async for row in rows]) == 300
        async with database.reader.stream(CountUp(last=5_000_000)) as rows:
            assert await anext(rows) == Number(1)  # it is left early
        assert await database.reader.fetch(GetNumber(number=1)) == Number(1)
        with pytest.raises(QuerierError, match="execute"):
            async with database.reader.stream(AddThing(title="a")):  # type: ignore[arg-type]
                raise AssertionError
        with paused(servers.standbys[0]), paused(servers.standbys[1]), deadline(0.3), pytest.raises(DeadlineExceeded):
            await streamed()
        await ready(database)


async def test_a_stream_that_recovery_cancels_raises_its_error(make: Make) -> None:
    calls: list[Call] = []

    class Listener:
        def observe(self, call: Call) -> None:
            calls.append(call)

    with replicated({"max_standby_streaming_delay": "0"}) as servers:
        async with make(servers.primary, replicas=servers.standbys, max_wait=20, observers=[Listener()]) as database:
            await ready(database)
            do(servers.primary, "INSERT INTO things SELECT g::text, 1 FROM generate_series(1, 200000) g")
            await until(lambda: replayed(servers))
            given = 0

            async def read() -> None:
                nonlocal given
                async with database.reader.stream(ListThings()) as rows:
                    async for _ in rows:
                        given += 1
                        if given == 1:  # the others do not fit into the socket
                            do(servers.primary, "TRUNCATE things")
                            await asyncio.sleep(0.3)

            with pytest.raises(psycopg.OperationalError, match=r"^trial.ListThings: "):
                await read()
            assert 0 < given < 200000
            assert [call[:1] + call[-2:] for call in calls] == [("stream", "replica 1", "")]
            assert calls[0].sqlstate == "40001"
            await read()
            assert [(call.server, call.sqlstate) for call in calls[1:]] == [("replica 1", None)]


async def test_a_reader_acts_as_another(make: Make, servers: Servers, title: str) -> None:
    role, late = (f"{name}_{title.replace(' ', '_')}" for name in ("visitor", "late"))
    do(servers.primary, f"CREATE ROLE {role}")
    async with make(servers.primary, replicas=servers.standbys[:1], max_wait=20) as database:
        await ready(database)
        visitor = database.reader.acting_as(role, {"app.tenant": "a"})
        with pytest.raises(QuerierError, match="acts as another already"):
            visitor.acting_as("postgres")
        await database.execute(AddThing(title=title))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await visitor.fetch(GetThing(title=title))
        do(servers.primary, f"GRANT SELECT ON things TO {role}")
        await database.execute(AddThing(title=f"{title} too"))
        assert await visitor.fetch(GetThing(title=f"{title} too")) == Thing(f"{title} too", 1)
        assert await visitor.fetch_batch(GetThing(title=title), GetNumber(number=1)) == (Thing(title, 1), Number(1))
        with pytest.raises(QuerierError, match="cannot act as the role none_such"):
            await database.reader.acting_as("none_such").fetch(GetThing(title=title))
        assert (reads(database), stats(database).fallbacks) == ([2], {"failed": 1})
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            do(servers.primary, f"CREATE ROLE {late}", f"GRANT SELECT ON things TO {late}")
            with after(database, None):  # the role has not arrived on the standby
                assert await database.reader.acting_as(late).fetch(GetThing(title=title)) == Thing(title, 1)
        assert (reads(database), stats(database).fallbacks) == ([2], {"failed": 2})
        assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)


async def test_a_read_that_recovery_cancels_is_run_elsewhere(make: Make, title: str) -> None:
    with replicated({"max_standby_streaming_delay": "0"}) as servers:
        async with make(servers.primary, replicas=servers.standbys) as database:
            await ready(database)
            reading = asyncio.create_task(database.reader.fetch(ReadSlowly(seconds=1)))
            await until(lambda: sleeps(servers.standbys[0]))
            do(servers.primary, "INSERT INTO things SELECT g::text, 1 FROM generate_series(1, 3) g", "TRUNCATE things")
            assert await reading == Number(0)
            found = stats(database)
            assert ([each.conflicts for each in found.replicas], found.fallbacks) == ([1], {"conflict": 1})
            assert found.replicas[0].reason == ""


def sleeps(url: str) -> bool:
    return do(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'") != []


async def test_an_error_of_the_query_is_raised_at_once(make: Make, servers: Servers) -> None:
    async with make(servers.primary, replicas=servers.standbys, statement_timeout=0.1) as database:
        await ready(database)
        with pytest.raises(psycopg.errors.QueryCanceled, match=r"^trial.Sleep: "):
            await database.reader.fetch(Sleep(seconds=60))
        assert stats(database).fallbacks == {}


async def test_a_write_in_doubt_is_asked_of_the_primary(make: Make, servers: Servers, title: str) -> None:
    with proxied(servers.primary) as proxy:
        # Two connections: the keeper may hold one when the server falls silent.
        async with make(proxy.url, replicas=servers.standbys, max_wait=20, min_size=2) as database:
            await ready(database)
            proxy.fall_silent()
            with pytest.raises(OutcomeUnknown):
                await database.execute(AddThing(title=title), deadline=0.2)
            proxy.speak()
            text = position(database)
            assert await database.reader.fetch(GetNumber(number=1)) == Number(1)
            assert stats(database).fallbacks == {"in doubt": 1}
            assert await database.reader.fetch(GetNumber(number=2)) == Number(2)
            assert (sum(reads(database)), stats(database).fallbacks) == (1, {"in doubt": 1})
            with after(database, text):  # the doubt is taken elsewhere, too
                assert await database.reader.fetch(GetNumber(number=3)) == Number(3)
            assert stats(database).fallbacks == {"in doubt": 2}


async def test_a_standby_that_is_killed_costs_no_error(make: Make, title: str) -> None:
    with replicated({}, {}) as servers:
        async with make(servers.primary, replicas=servers.standbys) as database:
            await ready(database)
            await database.execute(AddThing(title=title))
            kill(servers.standbys[0])
            for _ in range(20):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            await until(lambda: [each.reason for each in stats(database).replicas] == ["away", ""])
            kill(servers.standbys[1])
            for _ in range(20):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            assert stats(database).fallbacks["away"] > 0


async def test_a_standby_that_says_nothing_costs_one_deadline(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys[:1]) as database:
        await ready(database)
        with paused(servers.standbys[0]):
            began = monotonic()
            with deadline(0.3), pytest.raises(DeadlineExceeded):
                await database.reader.fetch(GetThing(title=title))
            assert monotonic() - began < 0.3 + 0.25
            for _ in range(20):
                with deadline(0.3):
                    assert await database.reader.fetch(GetThing(title=title)) is None
            assert stats(database).fallbacks == {"silent": 20}
        await ready(database)
        assert await database.reader.fetch(GetThing(title=title)) is None
        assert reads(database) == [1]


async def test_a_standby_that_lags_too_far_is_left_out(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys, max_lag=0.4) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            do(servers.primary, f"INSERT INTO things VALUES ('{title}', 1)")  # by another process
            await asyncio.sleep(0.6)
            for _ in range(10):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            assert reads(database)[0] == 0
            await until(lambda: stats(database).replicas[0].reason == "behind")
        await ready(database)


async def test_nothing_of_an_old_timeline_is_taken_for_new(make: Make, title: str) -> None:
    """The standby that follows the lost primary has replayed more, by number, than the new primary has written."""
    with replicated({}, {}) as servers:
        new, orphan = servers.standbys
        do(new, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        await until(lambda: do(new, "SELECT pid FROM pg_stat_wal_receiver") == [])
        do(servers.primary, "INSERT INTO things SELECT g::text, 1 FROM generate_series(1, 20000) g")
        [(end,)] = do(servers.primary, "SELECT pg_current_wal_insert_lsn() - '0/0'")
        await until(lambda: do(orphan, f"SELECT pg_last_wal_replay_lsn() - '0/0' >= {end}") == [(True,)])
        async with make(servers.any_primary, replicas=servers.standbys, max_wait=0.05, max_lag=0.4) as database:
            await until(lambda: stats(database).replicas[1].reason == "")
            kill(servers.primary)
            do(new, "SELECT pg_promote()")
            began = monotonic()
            await database.execute(AddThing(title=title))
            assert monotonic() - began < 2
            [(there,)] = do(new, "SELECT pg_current_wal_insert_lsn() - '0/0'")
            assert there < end
            for _ in range(20):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            assert (reads(database), sum(stats(database).fallbacks.values())) == ([0, 0], 20)
            await until(lambda: stats(database).replicas[0].reason == "promoted")
            with after(database, None):
                await asyncio.sleep(0.6)  # nobody takes the orphan for one that follows, without a write too
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)


async def test_a_standby_that_follows_the_new_primary_serves_again(make: Make, title: str) -> None:
    with replicated({}, {}) as servers:
        async with make(servers.any_primary, replicas=servers.standbys, max_wait=1) as database:
            await ready(database)
            kill(servers.primary)
            # The one that has more of the log: it could not follow the other.
            await until(lambda: not any(do(url, "SELECT FROM pg_stat_wal_receiver") for url in servers.standbys))
            log = "SELECT pg_last_wal_receive_lsn() - '0/0'"
            other, new = sorted(servers.standbys, key=lambda url: do(url, log)[0][0])
            do(new, "SELECT pg_promote()")
            do(other, f"ALTER SYSTEM SET primary_conninfo = '{new}'", "SELECT pg_reload_conf()")
            expected = ["promoted" if url == new else "" for url in servers.standbys]
            await database.execute(AddThing(title=title))
            ends = monotonic() + 30
            while (reasons := [each.reason for each in stats(database).replicas]) != expected:
                assert monotonic() < ends, reasons
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            for number in range(5):
                await database.execute(AddThing(title=f"{title} {number}"))
                assert await database.reader.fetch(GetThing(title=f"{title} {number}")) == Thing(f"{title} {number}", 1)
            assert reads(database)[servers.standbys.index(other)] > 0


async def test_standbys_that_nobody_reads_are_asked_how_they_are(make: Make) -> None:
    with replicated({}, {}) as servers:
        async with make(servers.any_primary, replicas=servers.standbys, max_wait=20) as database:
            await ready(database)
            with paused(servers.standbys[1]):
                await until(lambda: [each.reason for each in stats(database).replicas] == ["", "silent"])
            await ready(database)
            do(servers.standbys[1], "SELECT pg_promote()")
            await until(lambda: [each.reason for each in stats(database).replicas] == ["", "promoted"])
            assert reads(database) == [0, 0]


async def test_a_standby_that_was_behind_once_is_read_again(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys, max_wait=20) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            await database.execute(AddThing(title=title))
            for _ in range(2):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
        before = reads(database)
        assert before == [0, 2]
        ends = monotonic() + 30
        while min(each - first for each, first in zip(reads(database), before, strict=True)) < 2:
            assert monotonic() < ends, reads(database)
            await database.execute(AddThing(title=f"thing {next(_numbers)}"))
            await until(lambda: replayed(servers))
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            await asyncio.sleep(0.05)


async def test_a_promoted_standby_is_left_out_at_once(make: Make) -> None:
    with replicated({}) as servers:
        async with make(servers.primary, replicas=servers.standbys) as database:
            await ready(database)
            with after(database, None):
                assert await database.reader.fetch(GetNumber(number=1)) == Number(1)
                do(servers.standbys[0], "SELECT pg_promote()")
                assert await database.reader.fetch(GetNumber(number=1)) == Number(1)
            assert (reads(database), stats(database).fallbacks) == ([1], {"promoted": 1})


async def test_observers_hear_which_server_answered_and_why(make: Make, servers: Servers, title: str) -> None:
    calls: list[Call] = []

    class Listener:
        def observe(self, call: Call) -> None:
            calls.append(call)

    async with make(servers.primary, replicas=servers.standbys[:1], max_wait=0, observers=[Listener()]) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            await database.reader.fetch(GetThing(title=title))
            await database.execute(AddThing(title=title))
            await database.reader.fetch(GetThing(title=title))
            await database.fetch(GetThing(title=title))
    async with make(servers.primary, observers=[Listener()]) as database:
        await database.reader.fetch(GetThing(title=title))
    expected = [("replica 1", ""), ("primary", ""), ("primary", "behind"), ("primary", ""), ("", "")]
    assert [(call.server, call.reason) for call in calls] == expected


async def test_another_system_is_no_standby(make: Make, servers: Servers, server_url: str, title: str) -> None:
    with replicated({}) as others:
        async with make(servers.primary, replicas=others.standbys) as database:
            await until(lambda: stats(database).replicas[0].reason == "another system")
            await database.execute(AddThing(title=title))
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)


async def test_readers_and_writers_at_once_see_their_own(make: Make, servers: Servers) -> None:
    async with make(servers.primary, replicas=servers.standbys) as database:
        await ready(database)

        async def request(name: int) -> None:
            with after(database, None):
                for number in range(10):
                    title = f"at once {name} {number} {next(_numbers)}"
                    await database.execute(AddThing(title=title))
                    assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)

        await asyncio.gather(*map(request, range(8)))
        assert sum(reads(database)) > 0


async def test_a_standby_that_lacks_the_commit_alone_is_behind(make: Make, title: str) -> None:
    """One that waits before each commit has replayed all that is before it."""
    with replicated({"recovery_min_apply_delay": "1min"}) as servers:
        async with make(servers.primary, replicas=servers.standbys, max_wait=0) as database:
            await ready(database)
            replay = "SELECT pg_last_wal_replay_lsn() - '0/0'"
            before = do(servers.standbys[0], replay)
            await database.execute(AddThing(title=title))
            await until(lambda: do(servers.standbys[0], replay) > before)
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            assert (reads(database), stats(database).fallbacks) == ([0], {"behind": 1})


@pytest.mark.parametrize("tracked", [0, 100])
async def test_behind_a_pooler_each_read_is_checked(make: Make, servers: Servers, title: str, tracked: int) -> None:
    with pooled(servers.primary, tracked=tracked) as primary, pooled(servers.standbys[0], tracked=tracked) as standby:
        async with make(primary, replicas=[standby], max_wait=0) as database:
            await ready(database)
            for number in range(3):
                await database.execute(AddThing(title=f"{title} {number}"))
                await until(lambda: replayed(servers))
                assert await database.reader.fetch(GetThing(title=f"{title} {number}")) == Thing(f"{title} {number}", 1)
            assert (reads(database), stats(database).fallbacks) == ([3], {})
            async with replaying_nothing(servers.primary, servers.standbys[0]):
                async with database.transaction() as querier:
                    await querier.execute(AddThing(title=title))
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                assert stats(database).fallbacks == {"behind": 1}
            await ready(database)
            await until(lambda: replayed(servers))
            async with database.reader.stream(CountUp(last=1)) as rows:
                assert [row async for row in rows] == [Number(1)]
            assert stats(database).fallbacks == {"behind": 1, "pooled": 1}


@pytest.mark.parametrize("tracked", [0, 100])
async def test_a_failover_behind_poolers(make: Make, title: str, tracked: int) -> None:
    with replicated({}, {}) as servers:
        new, other = servers.standbys
        with (
            pooled(servers.primary, tracked=tracked) as primary,
            pooled(new, tracked=tracked) as first,
            pooled(other, tracked=tracked) as second,
        ):
            async with make(primary, replicas=[first, second], max_wait=0.05) as database:
                await ready(database)
                await database.execute(AddThing(title=title))
                size = 1
                switch(primary, new)  # too early: it is a standby yet
                with suppress(psycopg.errors.ReadOnlySqlTransaction):
                    while size < 1000:  # at first, an open connection may lead to the old one
                        await database.execute(ResizeThing(title=title, size=size + 1))
                        size += 1
                assert size < 1000
                await until(lambda: replayed(servers))
                do(new, "SELECT pg_promote()")
                # By one that was not told, so that the old timeline goes on, and by number further than the new one.
                do(servers.primary, "INSERT INTO things SELECT g::text, 1 FROM generate_series(1, 20000) g")
                do(servers.primary, f"UPDATE things SET size = -1 WHERE title = '{title}'")
                for _ in range(20):
                    size += 1
                    await database.execute(ResizeThing(title=title, size=size))
                    assert await database.reader.fetch(GetThing(title=title)) == Thing(title, size)
                    with after(database, position(database)):
                        assert await database.reader.fetch(GetThing(title=title)) == Thing(title, size)
                await until(lambda: stats(database).replicas[0].reason == "promoted")
                assert do(new, f"SELECT size FROM things WHERE title = '{title}'") == [(size,)]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_reads_from_standbys_of_its_own(servers: Servers, title: str) -> None:
    with Database(servers.primary, replicas=servers.standbys, max_wait=20) as database:
        database.execute(AddThing(title=title))
        assert database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
        child = os.fork()
        if child == 0:
            code = 1
            with suppress(BaseException):
                database.execute(ResizeThing(title=title, size=2))
                while not sum(each.reads for each in database.stats().replicas):
                    assert database.reader.fetch(GetThing(title=title)) == Thing(title, 2)
                code = 0
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with database.after(database.position()):
            assert database.reader.fetch(GetThing(title=title)) is not None


async def test_a_role_that_may_not_ask_is_refused_as_the_database_opens(make: Make) -> None:
    with replicated({}) as servers:
        may = "EXECUTE ON FUNCTION pg_control_checkpoint()"
        do(
            servers.primary,
            "CREATE ROLE web LOGIN",
            "GRANT ALL ON things TO web",
            "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public",
            f"REVOKE {may} FROM public",
        )
        primary, standby = (url.replace("postgres@", "web@") for url in (servers.primary, servers.standbys[0]))
        database = make(primary, replicas=[standby])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="pg_control_system"):
            await database.open()
        assert stats(database).open == 0
        do(servers.primary, "GRANT EXECUTE ON FUNCTION pg_control_system() TO web")
        async with database:
            await until(lambda: stats(database).replicas[0].reason == "failed")
            await database.execute(AddThing(title="a"))
            assert await database.reader.fetch(GetThing(title="a")) == Thing("a", 1)
            do(servers.primary, f"GRANT {may} TO web")
            await ready(database)
