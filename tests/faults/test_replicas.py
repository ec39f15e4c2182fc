"""Reads of standbys: none is older than a write before it."""

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress

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
from tests.support.proxy import proxied
from tests.support.queries import (
    AddThing,
    CountUp,
    GetNumber,
    GetThing,
    ListThings,
    LockThing,
    Number,
    ResizeThing,
    Sleep,
    Thing,
)
from tests.support.standbys import (
    Servers,
    after,
    do,
    paused,
    position,
    reads,
    ready,
    replayed,
    replaying_nothing,
)

Make = Callable[..., AsyncDatabase]


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
    async with make(servers.primary, replicas=servers.standbys, max_wait=0, min_size=2) as database:
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
    async with make(servers.primary, replicas=servers.standbys, max_wait=0, min_size=2) as database:
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
        make(servers.primary, replicas=servers.standbys, max_wait=0, min_size=2) as database,
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

    async with make(servers.primary, replicas=servers.standbys, max_wait=0, min_size=2, max_size=2) as database:
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
        for number in range(4):  # each checked, on connections that have given rows in chunks
            with after(database, None):
                for _ in servers.standbys:  # which take turns
                    async with database.reader.stream(CountUp(last=300)) as rows:
                        assert len([row async for row in rows]) == 300
                await database.execute(ResizeThing(title=title, size=number))
                await until(lambda: all(replayed(servers, url) for url in servers.standbys))
                assert await database.reader.fetch(GetNumber(number=1)) == Number(1)
        assert stats(database).fallbacks == {"behind": 1}
        with pytest.raises(QuerierError, match="execute"):
            async with database.reader.stream(AddThing(title="a")):  # type: ignore[arg-type]
                raise AssertionError
        with paused(servers.standbys[0]), paused(servers.standbys[1]), deadline(0.3), pytest.raises(DeadlineExceeded):
            await streamed()
        await ready(database)


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


async def test_an_error_of_the_query_is_raised_at_once(make: Make, servers: Servers) -> None:
    async with make(servers.primary, replicas=servers.standbys, statement_timeout=1) as database:
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


async def test_observers_hear_which_server_answered_and_why(make: Make, servers: Servers, title: str) -> None:
    calls: list[Call] = []

    class Listener:
        def observe(self, call: Call) -> None:
            calls.append(call)

    async with make(
        servers.primary, replicas=servers.standbys[:1], max_wait=0, min_size=2, observers=[Listener()]
    ) as database:
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


async def test_readers_and_writers_at_once_see_their_own(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys) as database:
        await ready(database)

        async def request(name: int) -> None:
            with after(database, None):
                for number in range(10):
                    own = f"{title} {name} {number}"
                    await database.execute(AddThing(title=own))
                    assert await database.reader.fetch(GetThing(title=own)) == Thing(own, 1)

        await asyncio.gather(*map(request, range(8)))
        assert sum(reads(database)) > 0


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_reads_from_standbys_of_its_own(servers: Servers, title: str) -> None:
    with Database(servers.primary, replicas=servers.standbys, max_wait=20) as database:
        database.execute(AddThing(title=title))
        assert database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
        child = os.fork()
        if child == 0:
            code = 1
            with suppress(BaseException):
                assert database._positions is not None
                assert database._positions.known_until < 0  # what the parent knew may be old when the child reads
                database.execute(ResizeThing(title=title, size=2))
                while not sum(each.reads for each in database.stats().replicas):
                    assert database.reader.fetch(GetThing(title=title)) == Thing(title, 2)
                code = 0
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with database.after(database.position()):
            assert database.reader.fetch(GetThing(title=title)) is not None
