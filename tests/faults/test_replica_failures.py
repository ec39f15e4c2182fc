"""Standbys that are killed, silent, behind, promoted, or cancel reads: no read is stale, and none is lost."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import psycopg
import pytest

from concordia_sql import (
    AsyncDatabase,
    Call,
    DeadlineExceeded,
    deadline,
)
from tests.support.both import stats, until
from tests.support.pooler import pooled, switch
from tests.support.queries import (
    AddThing,
    GetNumber,
    GetThing,
    ListThings,
    Number,
    ReadSlowly,
    ResizeThing,
    Thing,
)
from tests.support.standbys import (
    Servers,
    after,
    do,
    kill,
    paused,
    position,
    reads,
    ready,
    replayed,
    replaying_nothing,
    replicated,
    sleeps,
)

Make = Callable[..., AsyncDatabase]


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
        times: list[float] = []
        while min(times, default=1) >= 0.3 + 0.25:
            assert len(times) < 10  # a busy machine makes some of them late, but not all
            with paused(servers.standbys[0]):
                began = monotonic()
                with deadline(0.3), pytest.raises(DeadlineExceeded):
                    await database.reader.fetch(GetThing(title=title))
                times.append(monotonic() - began)
                for _ in range(20):
                    with deadline(20):  # which none of them would keep that waits for the standby
                        assert await database.reader.fetch(GetThing(title=title)) is None
            await ready(database)
        assert stats(database).fallbacks == {"silent": 20 * len(times)}
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


async def test_a_process_that_was_stopped_asks_the_primary_first(make: Make, servers: Servers, title: str) -> None:
    async with make(servers.primary, replicas=servers.standbys[:1], max_lag=0.4) as database:
        await ready(database)
        async with replaying_nothing(servers.primary, servers.standbys[0]):
            do(
                servers.primary, f"INSERT INTO things VALUES ('{title}', 1)", "SELECT pg_sleep(1)"
            )  # in the loop's thread
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)


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
            await database.execute(AddThing(title=title))
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
        before, numbers = reads(database), itertools.count()
        assert before == [0, 2]
        ends = monotonic() + 30
        while min(each - first for each, first in zip(reads(database), before, strict=True)) < 2:
            assert monotonic() < ends, reads(database)
            await database.execute(AddThing(title=f"{title} {next(numbers)}"))
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


async def test_another_system_is_no_standby(make: Make, servers: Servers, server_url: str, title: str) -> None:
    with replicated({}) as others:
        async with make(servers.primary, replicas=others.standbys) as database:
            await until(lambda: stats(database).replicas[0].reason == "another system")
            await database.execute(AddThing(title=title))
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)


async def test_a_standby_that_lacks_the_commit_alone_is_behind(make: Make, title: str) -> None:
    """One that waits before each commit has replayed all that is before it."""
    with replicated({"recovery_min_apply_delay": "1min"}) as servers:
        async with make(servers.primary, replicas=servers.standbys, max_wait=0, min_size=2) as database:
            await ready(database)
            replay = "SELECT pg_last_wal_replay_lsn() - '0/0'"
            before = do(servers.standbys[0], replay)
            await database.execute(AddThing(title=title))
            await until(lambda: do(servers.standbys[0], replay) > before)
            assert await database.reader.fetch(GetThing(title=title)) == Thing(title, 1)
            assert (reads(database), stats(database).fallbacks) == ([0], {"behind": 1})


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
