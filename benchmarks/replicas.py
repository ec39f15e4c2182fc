"""What standbys give, and what the check of their freshness takes: `python -m benchmarks.replicas`, in two minutes.

Client and servers share the processors of one machine. So the reads per second say little; what the primary's processor
is spared says more.
"""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from operator import truediv
from pathlib import Path
from time import monotonic, perf_counter, process_time

import psycopg
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table

from benchmarks import database
from benchmarks.queries import PostPage
from concordia_sql import AsyncDatabase, Database, Executor, Reader, blog
from concordia_sql.tools import embedded

ROUNDS, CALLS = 80, 150
SECONDS, CALLERS = 5.0, 16
QUERY = blog.GetPost(slug="my-post").into(PostPage)


def main() -> None:
    """Measure and print."""
    console = Console()
    with ExitStack() as stack:
        primary = stack.enter_context(embedded.start())
        database.prepare(primary, scale=10, many_comments=300, other_comments=500)
        copies = [stack.enter_context(embedded.start_standby(primary)) for _ in range(2)]
        console.print(_prices(primary, copies))
        console.print(asyncio.run(_loads(primary, copies)))


def _prices(primary: str, copies: list[str]) -> Table:
    """The processor time of calls in the tenth of the rounds that others disturbed least, and the ratio of it.

    The quartiles are those of the ratios, round by round.
    """
    table = Table("call", "client, µs", "servers, µs", "ratio", "quartiles")
    with (
        Database(copies[0], max_size=1) as plain,
        Database(primary, replicas=copies[:1], max_size=1) as replicated,
        Database(primary, max_size=1) as writer,
        Database(primary, replicas=[], max_size=1) as positioned,
    ):
        _wait(replicated)
        post = plain.fetch(blog.GetPost(slug="my-post"))
        assert post is not None
        post_id = post.id

        def read(reader: Reader) -> Callable[[], object]:
            return lambda: reader.fetch(QUERY)

        def write(executor: Executor) -> Callable[[], object]:
            return lambda: executor.execute(
                blog.AddComment(
                    post_id=post_id,
                    author_name="Ann",
                    author_email="ann@example.com",
                    content="Bonjour",
                    status="approved",
                    in_language="fr",
                )
            )

        def read_after_a_write() -> object:
            assert replicated._standbys is not None
            for connection in replicated._standbys._standbys[0].pool._open:
                connection.seen.lsn = 0  # as if there were a write that it was not seen to have replayed
            return replicated.reader.fetch(QUERY)

        reads: dict[str, Callable[[], object]] = {
            "W1 on a standby, as from any server": read(plain),
            "W1 by a reader, after no new write": read(replicated.reader),
            "W1 by a reader, after a write each time": read_after_a_write,
        }
        writes = {"a comment added": write(writer), "a comment added, with its position": write(positioned)}
        for group in (reads, writes):
            times = _alternating(group, [primary, *copies])
            first = [sum(each) for each in next(iter(times.values()))]
            for name, found in times.items():
                client, servers = (_least(each) * 1e6 for each in zip(*found, strict=True))
                ratio = _least(list(map(sum, found))) / _least(first)
                low, _, high = statistics.quantiles(map(truediv, map(sum, found), first), n=4)
                table.add_row(name, f"{client:.0f}", f"{servers:.0f}", f"{ratio:.2f}", f"{low:.2f} to {high:.2f}")
    return table


def _least(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=10)[0]


def _alternating(calls: dict[str, Callable[[], object]], servers: list[str]) -> dict[str, list[tuple[float, float]]]:
    """The seconds of each call, of client and servers, round by round."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            before, began = sum(map(_spent, servers)), process_time()
            for _ in range(CALLS):
                call()
            client = process_time() - began
            if number:  # the first prepares
                times[name].append((client / CALLS, (sum(map(_spent, servers)) - before) / CALLS))
    return times


async def _loads(primary: str, copies: list[str]) -> Table:
    """Reads by many callers, while one writes, with more and more standbys."""
    table = Table("standbys", "reads/s", "p99, ms", "primary's processor, µs a read", "answered by the primary")
    for count in range(3):
        async with AsyncDatabase(primary, replicas=copies[:count], max_size=CALLERS) as pool:
            await asyncio.sleep(1)
            before = _spent(primary)
            times = await _load(pool, monotonic() + SECONDS)
            spent = (_spent(primary) - before) / len(times)
            stats = pool.stats()
            share = 1 - sum(each.reads for each in stats.replicas) / len(times)
            p99 = statistics.quantiles(times, n=100)[-1] * 1000
            table.add_row(f"{count}", f"{len(times) / SECONDS:.0f}", f"{p99:.1f}", f"{spent * 1e6:.0f}", f"{share:.1%}")
    return table


async def _load(pool: AsyncDatabase, ends: float) -> list[float]:
    times: list[float] = []

    async def call() -> None:
        with pool.after(None):
            while monotonic() < ends:
                began = perf_counter()
                await pool.reader.fetch(QUERY)
                times.append(perf_counter() - began)

    async def write() -> None:
        number = 0
        while monotonic() < ends:
            number += 1
            await pool.execute(blog.ChangePost(id="post-1", reading_time=str(number)))
            await asyncio.sleep(0.01)

    calls: list[Awaitable[None]] = [call() for _ in range(CALLERS)]
    await asyncio.gather(write(), *calls)
    return times


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
