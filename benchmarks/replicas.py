"""What standbys give, and what the check of their freshness takes: `python -m benchmarks.replicas`, in two minutes.

Client and servers share the processors of one machine. So the reads per second say little; what the primary's processor
is spared says more.
"""

import asyncio
import statistics
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, perf_counter, process_time

import psycopg
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table

from benchmarks import database
from benchmarks.queries import PostPage
from concordia_sql import AsyncDatabase, Database, Executor, Reader, blog
from concordia_sql.engine import standbys
from concordia_sql.tools import embedded

ROUNDS, CALLS = 20, 500
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
    """The processor time of calls, of client and servers, as ratios of the call that knows no standbys."""
    table = Table("call", "processor, µs", "ratio")
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

        reads = {
            "W1 on a standby, as from any server": (read(plain), 1.0),
            "W1 by a reader, checked once a second": (read(replicated.reader), 1.0),
            "W1 by a reader, checked each time": (read(replicated.reader), 0.0),
        }
        writes = {
            "a comment added": (write(writer), 1.0),
            "a comment added, with its position": (write(positioned), 1.0),
        }
        for group in (reads, writes):
            times = _alternating(group, [primary, *copies])
            first = next(iter(times.values()))
            for name, found in times.items():
                ratio = statistics.median(one / other for one, other in zip(found, first, strict=True))
                table.add_row(name, f"{statistics.median(found) * 1e6:.0f}", f"{ratio:.3f}")
    return table


def _alternating(calls: dict[str, tuple[Callable[[], object], float]], servers: list[str]) -> dict[str, list[float]]:
    """The seconds of each call, round by round."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    usual = standbys._CHECK_AGAIN
    for number in range(ROUNDS + 1):
        for name, (call, again) in calls.items():
            standbys._CHECK_AGAIN = min(usual, again)
            before = sum(map(_spent, servers)) + process_time()
            for _ in range(CALLS):
                call()
            if number:  # the first prepares
                after = process_time() + sum(map(_spent, servers))
                times[name].append((after - before) / CALLS)
    standbys._CHECK_AGAIN = usual
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
            await pool.execute(blog.ChangePost(id="post-2", reading_time=str(number)))
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
