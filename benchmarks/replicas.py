"""What standbys give, and what the check of their freshness takes: `python -m benchmarks.replicas`, in four minutes.

Prints the tables of docs/scale.md. Client and servers share the processors of one machine. So the reads per second say
little; what the primary's processor is spared says more.
"""

import asyncio
import itertools
import random
import statistics
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from operator import truediv
from pathlib import Path
from time import monotonic, perf_counter, process_time, sleep
from typing import Any
from weakref import WeakValueDictionary

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format, PGconn
from psycopg.waiting import WAIT_R

from benchmarks import database
from benchmarks.queries import PostPage
from concordia_sql import AsyncDatabase, AsyncReader, Database, Executor, blog
from concordia_sql.engine.standbys import CHECK, Run, Seen
from concordia_sql.engine.steps import INTERVAL
from concordia_sql.engine.waits import wait
from concordia_sql.tools import embedded

ROUNDS, CALLS = 80, 160
SECONDS, CALLERS = 10.0, 16
WRITES, WRITERS = 200, 4
"""How many a second, and how many callers make them, while many callers read."""
READS = 10
"""For each write, as a service may do."""
QUERY = blog.GetPost(slug="my-post").into(PostPage)

Calls = Callable[[int], float]
"""Makes so many calls. Returns the seconds of this process that they took."""


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        primary = stack.enter_context(embedded.start())
        database.prepare(primary, scale=10, many_comments=300, other_comments=500)
        copies = [stack.enter_context(embedded.start_standby(primary)) for _ in range(2)]
        heads = (
            "standbys",
            "reads/s",
            "p99",
            "the primary's processor for a read",
            "answered by the primary",
            "writes/s",
        )
        _print(heads, asyncio.run(_loads(primary, copies)))
        _print(("call", "client", "server", "ratio", "quartiles"), _prices(primary, copies))


def _print(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for row in (heads, ["---"] * len(heads), *rows):
        print("|", " | ".join(row).rstrip(), "|")  # noqa: T201
    print()  # noqa: T201


def _prices(primary: str, copies: list[str]) -> list[list[str]]:
    """The processor time of calls in the tenth of the rounds that others disturbed least, and the ratio of it.

    The quartiles are those of the ratios, round by round.
    """
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        plain = stack.enter_context(Database(copies[0], max_size=1))
        replicated = stack.enter_context(Database(primary, replicas=copies[:1], max_size=1))
        _wait(replicated)
        post_id = _post_id(plain)
        connections, nobody = _connections(replicated), [_seen_by_nobody()]
        standby = stack.enter_context(psycopg.connect(copies[0], autocommit=True))
        groups: list[dict[str, Calls]] = [
            {
                "W1 on a standby, as from any server": _each(_reading(lambda: plain.fetch(QUERY), nobody)),
                "W1 by a reader, after no new write": _each(_reading(lambda: replicated.reader.fetch(QUERY), nobody)),
                f"W1 by a reader, {READS} reads for each write": _each(
                    _reading(lambda: replicated.reader.fetch(QUERY), connections, READS)
                ),
                "W1 by a reader, a check each time": _each(
                    _reading(lambda: replicated.reader.fetch(QUERY), connections)
                ),
                **_sent_alone(plain),
            },
            {
                name: _after_writes(replicated, standby, post_id, read)
                for name, read in (
                    ("W1 on a standby, after a write each time", lambda: plain.fetch(QUERY)),
                    ("W1 by a reader, after a write each time", lambda: replicated.reader.fetch(QUERY)),
                )
            },
            _shared(primary, copies[0], stack, runner),
            writes := {
                name: _each(_writing(stack.enter_context(Database(primary, max_size=1, replicas=replicas)), post_id))
                for name, replicas in (("a comment added", None), ("a comment added, with its position", []))
            },
        ]
        rows = []
        for group in groups:
            times = _alternating(group, primary if group is writes else copies[0])
            first = [sum(each) for each in next(iter(times.values()))]
            for name, found in times.items():
                client, server = (_least(each) * 1e6 for each in zip(*found, strict=True))
                ratio = _least(list(map(sum, found))) / _least(first)
                low, _, high = statistics.quantiles(map(truediv, map(sum, found), first), n=4)
                quartiles = "" if found is times[next(iter(times))] else f"{low:.2f} to {high:.2f}"
                rows.append([name, f"{client:.0f} µs", f"{server:.0f} µs", f"{ratio:.2f}", quartiles])
        return rows


def _each(call: Callable[[], object]) -> Calls:
    def calls(number: int) -> float:
        began = process_time()
        for _ in range(number):
            call()
        return process_time() - began

    return calls


def _after_writes(
    replicated: Database, standby: psycopg.Connection[Any], post_id: str, read: Callable[[], object]
) -> Calls:
    """Reads, each after a write that the standby has replayed. Only the reads are timed.

    What is compared to them must come after a write too: caches of client and server then hold something else, so that
    a read takes half as long again as in a loop of reads.
    """
    assert replicated._positions is not None
    positions = replicated._positions

    def is_replayed() -> bool:
        needed = positions.needed()
        row = standby.execute("SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')").fetchone()
        return needed is not None and row is not None and row[0] >= needed.lsn

    def calls(number: int) -> float:
        spent = 0.0
        for _ in range(number):
            replicated.execute(_comment(post_id))
            while not is_replayed():
                sleep(0)
            began = process_time()
            read()
            spent += process_time() - began
        return spent

    return calls


def _reading(read: Callable[[], object], connections: list[Seen], reads: int = 1) -> Callable[[], object]:
    """Reads, so many for each write. Nothing is written, so that caches hold what a loop of reads needs.

    What stands for a write is done beside each read that is compared, if to connections that nobody reads by.
    """
    numbers = itertools.count()

    def call() -> object:
        if next(numbers) % reads == 0:
            _forget(connections)
        return read()

    return call


def _seen_by_nobody() -> Seen:
    return Seen(b"", PGconn(), WeakValueDictionary(), Run())


def _connections(replicated: Database | AsyncDatabase) -> list[Seen]:
    assert replicated._standbys is not None
    return [connection.seen for pool in replicated._standbys.pools() for connection in pool._open]


def _forget(connections: Iterable[Seen]) -> None:
    """Have the next read check, as if there were a write that no connection was seen to have replayed."""
    for seen in connections:
        seen.lsn, seen.proven = 0, None
        if seen.run is not None:
            seen.run.found = (-1, 0)


def _sent_alone(plain: Database) -> dict[str, Calls]:
    """What libpq takes, with nothing of the library around it: no check can cost less."""
    (connection,) = plain._pool._open
    session, pgconn = connection.session, connection.pgconn
    plain.fetch(QUERY)
    statement = session._statements[QUERY.compose()]
    values = session.values(statement.composed, QUERY)
    pgconn.prepare(b"check", CHECK)

    def read() -> PQGen[None]:
        pgconn.send_query_prepared(statement.name, values)
        yield from generators.execute(pgconn)

    def check_and_read() -> PQGen[None]:
        pgconn.enter_pipeline_mode()
        pgconn.send_query_prepared(b"check", None, result_format=Format.BINARY)
        pgconn.send_query_prepared(statement.name, values)
        pgconn.pipeline_sync()
        yield WAIT_R
        pgconn.consume_input()
        for _ in range(5):  # two results, each with its end, and that of the pipeline
            while pgconn.is_busy():
                yield WAIT_R
                pgconn.consume_input()
            pgconn.get_result()
        pgconn.exit_pipeline_mode()

    return {
        "W1 sent by libpq alone": _each(lambda: wait(read(), session.line, pgconn.socket, INTERVAL)),
        "a check and W1 sent by libpq alone": _each(
            lambda: wait(check_and_read(), session.line, pgconn.socket, INTERVAL)
        ),
    }


def _shared(primary: str, copy: str, stack: ExitStack, runner: asyncio.Runner) -> dict[str, Calls]:
    """Reads of callers that share the connections of a pool."""

    async def opened(url: str, replicas: list[str] | None) -> AsyncDatabase:
        made = AsyncDatabase(url, replicas=replicas, min_size=CALLERS, max_size=CALLERS)
        await made.open()
        stack.callback(lambda: runner.run(made.close()))
        while any(each.reason or each.open < CALLERS for each in made.stats().replicas):
            await made.ping()
        return made

    async def read(reader: AsyncReader, number: int, connections: list[Seen]) -> float:
        left, began = iter(range(number)), process_time()

        async def call() -> None:
            for each in left:
                if each % READS == 0:
                    _forget(connections)
                await reader.fetch(QUERY)

        await asyncio.gather(*(call() for _ in range(CALLERS)))
        return process_time() - began

    plain, replicated = runner.run(opened(copy, None)), runner.run(opened(primary, [copy]))
    connections, nobody = _connections(replicated), [_seen_by_nobody() for _ in range(CALLERS)]
    return {
        f"W1 for {CALLERS} callers on a standby": lambda number: runner.run(read(plain, number, nobody)),
        f"W1 for {CALLERS} callers by a reader, {READS} reads for each write": lambda number: runner.run(
            read(replicated.reader, number, connections)
        ),
    }


def _writing(executor: Executor, post_id: str) -> Callable[[], object]:
    return lambda: executor.execute(_comment(post_id))


def _comment(post_id: str) -> blog.AddComment:
    return blog.AddComment(
        post_id=post_id,
        author_name="Ann",
        author_email="ann@example.com",
        content="Bonjour",
        status="approved",
        in_language="fr",
    )


def _post_id(plain: Database) -> str:
    post = plain.fetch(blog.GetPost(slug="my-post"))
    assert post is not None
    return post.id


def _least(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=10)[0]


def _alternating(calls: dict[str, Calls], server: str) -> dict[str, list[tuple[float, float]]]:
    """The seconds of each call, of client and server, round by round, each round in an order of its own."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name in random.sample(list(calls), len(calls)):
            before = _spent(server)
            client = calls[name](CALLS)
            if number:  # the first prepares
                times[name].append((client / CALLS, (_spent(server) - before) / CALLS))
    return times


async def _loads(primary: str, copies: list[str]) -> list[list[str]]:
    """Reads by many callers, each of which sees what was written before it, with more and more standbys."""
    rows = []
    with Database(primary) as plain:
        post_id = _post_id(plain)
    for count in range(3):
        async with AsyncDatabase(primary, replicas=copies[:count], max_size=CALLERS) as pool:
            await asyncio.sleep(1)
            before = _spent(primary)
            times, writes = await _load(pool, post_id, monotonic() + SECONDS)
            spent = (_spent(primary) - before) / len(times)
            share = 1 - sum(each.reads for each in pool.stats().replicas) / len(times)
            p99 = statistics.quantiles(times, n=100)[-1] * 1000
            reads = f"{len(times) / SECONDS:,.0f}"
            by_primary = f"{share:.1%}".replace("%", " %") if count else "all"
            rows.append(
                [f"{count}", reads, f"{p99:.2g} ms", f"{spent * 1e6:.0f} µs", by_primary, f"{writes / SECONDS:.0f}"]
            )
    return rows


async def _load(pool: AsyncDatabase, post_id: str, ends: float) -> tuple[list[float], int]:
    """The seconds of each read, and how many comments were added meanwhile."""
    times: list[float] = []
    began = monotonic()

    async def call() -> None:
        while monotonic() < ends:
            before = perf_counter()
            await pool.reader.fetch(QUERY)
            times.append(perf_counter() - before)

    async def write() -> int:
        number = 0
        while (now := monotonic()) < ends:
            await asyncio.sleep(max(0, began + number * WRITERS / WRITES - now))
            await pool.execute(_comment(post_id))
            number += 1
        return number

    writing = asyncio.gather(*(write() for _ in range(WRITERS)))
    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return times, sum(await writing)


def _wait(replicated: Database) -> None:
    while any(each.reason for each in replicated.stats().replicas):
        replicated.ping()


def _spent(url: str) -> float:
    """The seconds of processor that the connections of a server have taken: those that there are now."""
    with psycopg.connect(url, autocommit=True) as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE application_name = 'concordia_sql'"
        pids = [pid for (pid,) in connection.execute(asked)]
    assert str(conninfo_to_dict(url)["host"]).startswith("/")
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text("utf-8").split()[0]) for pid in pids) / 1e9


if __name__ == "__main__":
    main()
