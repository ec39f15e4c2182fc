"""Readers and writers at random instants, while standbys pause, are cut off, crash, and are promoted: none is stale."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import attrs
import psycopg

from concordia_sql import AsyncDatabase, ConcordiaError, DeadlineExceeded, deadline
from tests.faults import TIMES
from tests.support.both import stats
from tests.support.queries import AddThing, GetThing, ResizeThing, Thing
from tests.support.standbys import Servers, after, crash, do, kill, paused, ready, replicated

Make = Callable[..., AsyncDatabase]

READS = 250 * TIMES
"""In each of sync and async; twice as many in all: `make soak` has 10,000."""
CALLERS = 4
SECONDS = 1.0
"""The deadline of each call."""
LATE = 0.25
"""How long after its deadline a caller is back."""
FAILOVER = 2.0
"""How long after the promotion writes may fail."""


@attrs.define
class Log:
    """What the callers have seen."""

    reads: int = 0
    stale: int = 0
    overdue: int = 0
    late: float = 0
    errors: list[tuple[float, BaseException]] = attrs.Factory(list)
    is_over: bool = False


async def caller(database: AsyncDatabase, title: str, log: Log) -> None:
    """Write a number and read it, again and again. Nobody else writes it."""
    size = 1
    while not log.is_over:
        with after(database, None):
            began = monotonic()
            try:
                with deadline(SECONDS):
                    await database.execute(ResizeThing(title=title, size=size + 1))
                size += 1
                if monotonic() > began + SECONDS:  # no longer waited for the standbys, and may be lost with the primary
                    continue
            except (ConcordiaError, psycopg.Error) as error:
                log.errors.append((monotonic(), error))
                log.late = max(log.late, monotonic() - began - SECONDS)
                await asyncio.sleep(0.02)
                with suppress(ConcordiaError, psycopg.Error), deadline(SECONDS):
                    found = await database.fetch(GetThing(title=title))  # it was done, or not
                    size = found.size if found is not None else size
                continue
            began = monotonic()
            try:
                with deadline(SECONDS):
                    read = await database.reader.fetch(GetThing(title=title))
                log.reads += 1
                log.stale += read != Thing(title, size)
            except DeadlineExceeded:
                log.overdue += 1
            except (ConcordiaError, psycopg.Error) as error:
                log.errors.append((monotonic(), error))
            log.late = max(log.late, monotonic() - began - SECONDS)


def done(url: str, statement: str) -> None:
    """Run a statement on a standby, which may cancel it, or the connecting, as any other."""
    for _ in range(100):
        with suppress(psycopg.OperationalError):
            do(url, statement)
            return
    raise AssertionError(statement)


async def trouble(servers: Servers, log: Log) -> None:
    """Do things to the first standby at random instants, until enough was read."""
    url = servers.standbys[0]
    while log.reads < READS:
        await asyncio.sleep(random.uniform(0, 0.05))
        what = random.choice(("replay", "connections", "conflict", "silence", "crash"))
        if what == "replay":
            await asyncio.to_thread(done, url, "SELECT pg_wal_replay_pause()")
            await asyncio.sleep(random.uniform(0, 0.1))
            await asyncio.to_thread(done, url, "SELECT pg_wal_replay_resume()")
        elif what == "connections":
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'concordia_sql'"
            await asyncio.to_thread(done, url, ends)
        elif what == "crash":
            await asyncio.to_thread(crash, url)
        elif what == "conflict":
            await asyncio.to_thread(do, servers.primary, "VACUUM (FREEZE, TRUNCATE) things")
        else:
            with paused(url):
                await asyncio.sleep(random.uniform(0, 0.1))


async def test_no_read_is_stale_or_late_and_a_failover_costs_little(make: Make) -> None:
    settings = {"max_standby_streaming_delay": "0"}
    with replicated(settings, {"recovery_min_apply_delay": "10s"}) as servers:
        # Else a failover loses what was committed and not sent yet: that would be no stale read.
        do(servers.primary, "ALTER SYSTEM SET synchronous_standby_names = 'ANY 2 (*)'", "SELECT pg_reload_conf()")
        options: dict[str, Any] = {"replicas": servers.standbys, "max_wait": 0.05, "max_lag": 2}
        async with make(servers.any_primary, **options) as database:
            await ready(database)
            log = Log()
            titles = [f"thing {number}" for number in range(CALLERS)]
            for title in titles:
                await database.execute(AddThing(title=title))
            calling = [asyncio.create_task(caller(database, title, log)) for title in titles]
            await trouble(servers, log)
            assert [error for _, error in log.errors] == []
            by_standbys = sum(each.reads for each in stats(database).replicas)
            kill(servers.primary)
            await asyncio.to_thread(do, servers.standbys[0], "SELECT pg_promote()")
            promoted = monotonic()
            await asyncio.sleep(FAILOVER)
            before = log.reads
            await asyncio.sleep(0.5)
            log.is_over = True
            await asyncio.gather(*calling)
            assert log.reads > before
            assert (log.stale, max(log.late, LATE)) == (0, LATE)
            assert [error for moment, error in log.errors if moment > promoted + FAILOVER] == []
            assert log.overdue < READS / 10
            assert by_standbys > 0
            reasons = [each.reason for each in stats(database).replicas]
            assert reasons[0] in ("promoted", "")
            assert await database.reader.fetch(GetThing(title=titles[0])) == await database.fetch(
                GetThing(title=titles[0])
            )
