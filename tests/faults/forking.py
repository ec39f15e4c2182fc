"""Run by test_forks in a process of its own: opens a database, forks workers, and asks in all of them at once."""

import os
import random
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress

from concordia_sql import AsyncDatabase, Database, QuerierError
from tests.support.queries import GetNumber

WORKERS, CALLS = 4, 60

warnings.filterwarnings(
    "ignore", "This process .* is multi-threaded", DeprecationWarning
)  # it is: the pool has a thread


def in_child(function: Callable[[], None]) -> int:
    """Run a function in a forked process."""
    if (pid := os.fork()) == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            os._exit(status)
    return pid


def ask(database: Database) -> None:
    for _ in range(CALLS):
        number = random.randrange(2**31)
        assert database.fetch(GetNumber(number=number)).number == number


def end(pids: list[int]) -> None:
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == 0


def used_before(url: str) -> None:
    with Database(url, min_size=2, max_size=4) as database:
        ask(database)
        pids = [in_child(lambda: ask(database)) for _ in range(WORKERS)]
        ask(database)
        end(pids)
        end([in_child(lambda: end([in_child(lambda: ask(database))]))])
        ask(database)


def closed_in_the_child(url: str) -> None:
    with Database(url, min_size=2, max_size=2) as database:
        ask(database)
        end([in_child(database.close) for _ in range(WORKERS)])
        with database.querier() as querier:

            def use_the_parents() -> None:
                with suppress(QuerierError):
                    querier.fetch(GetNumber(number=1))
                    os._exit(2)
                with suppress(QuerierError), querier.transaction():
                    os._exit(3)

            end([in_child(use_the_parents)])
            assert querier.fetch(GetNumber(number=1)).number == 1

        def leave(inner: Database = database) -> None:
            context.__exit__(None, None, None)
            ask(inner)

        context = database.querier()
        context.__enter__()
        end([in_child(leave)])
        context.__exit__(None, None, None)
        ask(database)
        assert database.stats().replaced == 0


def asynchronous(url: str) -> None:
    import asyncio

    async def run(database: AsyncDatabase) -> None:
        numbers = [random.randrange(2**31) for _ in range(CALLS)]
        answers = await asyncio.gather(*(database.fetch(GetNumber(number=number)) for number in numbers))
        assert [each.number for each in answers] == numbers

    async def parent() -> None:
        async with AsyncDatabase(url, max_size=2) as database:
            await run(database)

            def child() -> None:
                asyncio.events._set_running_loop(None)
                asyncio.run(run(database))

            pids = [in_child(child) for _ in range(WORKERS)]
            await run(database)
            end(pids)
            await run(database)

    asyncio.run(parent())


if __name__ == "__main__":
    name, url = sys.argv[1:]
    globals()[name](url)
    sys.stdout.write("done\n")
