"""What proves that a read of a standby is fresh: a check, in the round trip of the read, or one before it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from urllib.parse import quote

import psycopg
import pytest

from concordia_sql import AsyncDatabase, DeadlineExceeded, deadline
from tests.support.both import ask, stats, until
from tests.support.pooler import pooled
from tests.support.proxy import Proxy, proxied
from tests.support.queries import (
    AddThing,
    CountUp,
    Forget,
    GetIsolation,
    GetThing,
    ListThings,
    Matched,
    Number,
    ResizeThing,
    Sleep,
    Thing,
)
from tests.support.standbys import (
    Servers,
    after,
    crash,
    do,
    reads,
    ready,
    replayed,
    replaying_nothing,
    replicated,
    restarted,
)

Make = Callable[..., AsyncDatabase]


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


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
async def test_the_isolation_of_a_standby_is_one_in_which_the_check_holds(
    make: Make, servers: Servers, title: str, isolation: str
) -> None:
    options = quote("-c default_transaction_isolation=" + isolation.replace(" ", r"\ "))
    url = f"{servers.standbys[0]}&options={options}"
    async with make(servers.primary, replicas=[url], max_wait=20) as database:
        await ready(database)
        for number in range(3):
            await database.execute(AddThing(title=f"{title} {number}"))  # so that there is a check
            await until(lambda: replayed(servers))
            assert await database.reader.fetch(GetIsolation()) == Matched("read committed")
        assert (reads(database), stats(database).fallbacks) == ([3], {})


async def test_an_isolation_that_a_standby_gets_later_is_noticed(make: Make, title: str) -> None:
    """A check and a read in one snapshot would prove nothing."""
    with replicated({}) as servers:
        (standby,) = servers.standbys
        setting = "default_transaction_isolation"
        async with make(servers.primary, replicas=[standby], max_wait=20) as database:
            await ready(database)
            assert await database.reader.fetch(GetIsolation()) == Matched("read committed")
            do(standby, f"ALTER SYSTEM SET {setting} = 'repeatable read'", "SELECT pg_reload_conf()")
            await until(lambda: do(standby, f"SHOW {setting}") == [("repeatable read",)])
            before = reads(database)
            for number in range(2):  # the first is answered by the primary, unless who looks after it sees it sooner
                await ready(database)
                await database.execute(AddThing(title=f"{title} {number}"))
                await until(lambda: replayed(servers))
                assert await database.reader.fetch(GetIsolation()) == Matched("read committed")
            assert reads(database) > before


@pytest.mark.parametrize("tracked", [0, 100])
async def test_behind_a_pooler_each_read_is_checked(make: Make, servers: Servers, title: str, tracked: int) -> None:
    with pooled(servers.primary, tracked=tracked) as primary, pooled(servers.standbys[0], tracked=tracked) as standby:
        async with make(primary, replicas=[standby], max_wait=0, min_size=2) as database:
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


def asked(url: str, what: str) -> int:
    """How often a standby was asked a question that begins with this."""
    found = do(url, f"SELECT sum(calls)::int FROM pg_stat_statements WHERE ltrim(query, E'\\n ') LIKE '{what}%'")
    return int(found[0][0] or 0)


async def at_once(database: AsyncDatabase, number: int) -> None:
    """As many reads as take so many connections."""
    await asyncio.gather(*(database.reader.fetch(Sleep(seconds=0.3)) for _ in range(number)))


async def test_what_one_connection_finds_the_others_do_not_ask(make: Make, servers: Servers, title: str) -> None:
    standby, check = servers.standbys[0], "SELECT CASE current_setting($1)"
    do(servers.primary, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    await until(lambda: replayed(servers))
    async with make(servers.primary, replicas=[standby], min_size=4, max_wait=20, max_lag=1000) as database:
        await ready(database)
        await until(lambda: stats(database).replicas[0].open == 4)
        await at_once(database, 4)
        await database.execute(AddThing(title=title))
        await until(lambda: replayed(servers))
        before = asked(standby, check)
        assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
        await at_once(database, 4)
        assert 0 < asked(standby, check) - before < 4  # one by a read, and one at most by who looks after standbys
        assert (reads(database), stats(database).fallbacks) == ([9], {})


@contextmanager
def crashed(url: str) -> Iterator[None]:
    crash(url)
    yield


@pytest.mark.parametrize("end", [crashed, restarted])
async def test_a_standby_that_begins_anew_is_asked_anew(
    make: Make, title: str, end: Callable[[str], AbstractContextManager[None]]
) -> None:
    """It has lost what it had replayed, and replays it an hour later, as after a restart in the middle of much work."""
    with replicated({}) as servers:
        (standby,) = servers.standbys
        async with make(servers.primary, replicas=[standby], max_wait=0.3, max_lag=1000) as database:
            await ready(database)
            await database.execute(AddThing(title=title))
            do(servers.primary, "CHECKPOINT")
            await until(lambda: replayed(servers))
            do(standby, "CHECKPOINT")
            await database.execute(ResizeThing(title=title, size=2))
            await until(lambda: replayed(servers))
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 2)
            do(standby, "ALTER SYSTEM SET recovery_min_apply_delay = '1h'", "SELECT pg_reload_conf()")
            await until(lambda: do(standby, "SHOW recovery_min_apply_delay") == [("1h",)])
            with suppress(psycopg.OperationalError):
                async with database.reader.stream(ListThings()):  # a connection that nobody closes
                    with end(standby):
                        assert do(standby, f"SELECT size FROM things WHERE title = '{title}'") == [(1,)]
                        await ready(database)
                        before = reads(database)
                        for _ in range(3):
                            await at_once(database, 2)
                            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 2)
                        assert reads(database) == before
                        assert stats(database).fallbacks["behind"] >= 6
                        with after(database, None):
                            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)


async def test_a_standby_that_takes_anothers_place_is_asked_anew(make: Make, servers: Servers, title: str) -> None:
    first, second = servers.standbys
    with proxied(first) as proxy:
        async with make(servers.primary, replicas=[proxy.url], max_wait=0.3, max_lag=1000) as database:
            await ready(database)
            proxy.lead_to(second)
            await at_once(database, 2)
            assert stats(database).replicas[0].open == 2
            async with replaying_nothing(servers.primary, second):
                await database.execute(AddThing(title=title))
                await until(lambda: replayed(servers))
                for _ in range(2):
                    assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                    reading = asyncio.create_task(at_once(database, 1))
                    await until(lambda: stats(database).replicas[0].in_use == 1)
                    assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
                    await reading
                assert stats(database).replicas[0].behind >= 2


@pytest.mark.parametrize("change", ["DELETE FROM things", "DROP TABLE things"])
async def test_each_connection_to_a_promoted_standby_finds_that_out(make: Make, title: str, change: str) -> None:
    with replicated({}) as servers:
        async with make(servers.primary, replicas=servers.standbys, min_size=2, max_lag=1000, max_wait=20) as database:
            await ready(database)
            await until(lambda: stats(database).replicas[0].open == 2)
            await at_once(database, 2)
            await database.execute(AddThing(title=title))
            await until(lambda: replayed(servers))
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            before = reads(database)
            do(servers.standbys[0], "SELECT pg_promote()", change)
            found = await asyncio.gather(*(database.reader.fetch(GetThing(title=title)) for _ in range(2)))
            assert (found, reads(database)) == ([Thing(title, 1)] * 2, before)


async def test_an_answer_that_comes_too_late_leaves_no_standby_out(make: Make, servers: Servers, title: str) -> None:
    async def fetched() -> Thing | None:
        return await database.reader.fetch(GetThing(title=title))

    async def streamed() -> Thing | None:
        async with database.reader.stream(ListThings()) as rows:
            return {row.title: row async for row in rows}.get(title)

    def is_behind(times: int) -> bool:
        return stats(database).replicas[0].behind == times

    with proxied(servers.standbys[0], round_trip=0.2) as proxy:
        async with make(servers.primary, replicas=[proxy.url], min_size=3, max_wait=0.33, max_lag=1000) as database:
            await ready(database)
            await until(lambda: stats(database).replicas[0].open == 3)
            await database.execute(AddThing(title=title, size=0))
            for size, read in enumerate((fetched, streamed), 1):
                async with replaying_nothing(servers.primary, servers.standbys[0]):
                    await database.execute(ResizeThing(title=title, size=size))
                    before = stats(database).replicas[0].behind
                    reading = asyncio.create_task(read())
                    await until(partial(is_behind, before + 1))
                assert await reading == Thing(title, size)
                assert stats(database).replicas[0].reason == ""
                await until(lambda: replayed(servers))
                assert await read() == Thing(title, size)
            with deadline(0.15), pytest.raises(DeadlineExceeded):
                await fetched()


@pytest.mark.parametrize("tracked", [0, 100])
async def test_behind_a_pooler_nothing_is_taken_from_others(
    make: Make, servers: Servers, title: str, tracked: int
) -> None:
    do(servers.primary, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    await until(lambda: replayed(servers))
    with pooled(servers.standbys[0], size=4, tracked=tracked) as standby:
        async with make(servers.primary, replicas=[standby], max_wait=20, max_lag=1000) as database:
            await ready(database)
            await at_once(database, 4)
            await database.execute(AddThing(title=title))
            await until(lambda: replayed(servers))
            before = asked(servers.standbys[0], "SELECT%pg_is_in_recovery()")
            for _ in range(4):
                assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            await at_once(database, 4)
            assert asked(servers.standbys[0], "SELECT%pg_is_in_recovery()") - before >= 8
