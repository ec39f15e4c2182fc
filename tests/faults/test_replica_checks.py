"""What proves that a read of a standby is fresh: a check, in the round trip of the read, or one before it."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import psycopg
import pytest

from concordia_sql import (
    AsyncDatabase,
)
from tests.support.both import ask, stats, until
from tests.support.pooler import pooled
from tests.support.proxy import Proxy, proxied
from tests.support.queries import (
    AddThing,
    CountUp,
    Forget,
    GetIsolation,
    GetThing,
    Matched,
    Number,
    Thing,
)
from tests.support.standbys import Servers, do, reads, ready, replayed, replaying_nothing, replicated

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
