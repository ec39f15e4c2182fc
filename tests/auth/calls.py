"""Commands at once on connections of their own, and in one transaction, where the clock stands still."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg

from concordia_sql import ConcordiaError, Querier, Query

HOSTILE = '\'; DROP TABLE "user"; -- نص 👩‍🍳 \\ %s {} :id'
LATER = datetime(2100, 1, 1)
ROUNDS = range(20)

Commands = Sequence[Query[Any]]


@contextlib.contextmanager
def stopped_clock(connection: psycopg.Connection[Any]) -> Iterator[datetime]:
    """A transaction, and the time of all that it writes, in UTC."""
    with connection.transaction():
        ((now,),) = connection.execute("SELECT timezone('UTC', now())").fetchall()
        yield now


@contextlib.contextmanager
def callers(database_url: str, number: int) -> Iterator[Callable[[Commands], list[Any]]]:
    """A function that runs as many commands at once; for each, what came back, or the error that it raised."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(psycopg.connect(database_url, autocommit=True)) for _ in range(number)]
        pool = stack.enter_context(ThreadPoolExecutor(number))
        barrier = threading.Barrier(number)
        queriers = [Querier(connection) for connection in connections]

        def run(querier: Querier, command: Query[Any]) -> Any:
            barrier.wait()
            return outcome(querier, command)

        yield lambda commands: list(pool.map(run, queriers, commands))


@contextlib.contextmanager
def waiting(database_url: str, command: Query[Any]) -> Iterator[Future[Any]]:
    """A command that has begun, and waits for a lock of somebody's; what comes of it."""
    with contextlib.ExitStack() as stack:
        own, observer = (stack.enter_context(psycopg.connect(database_url, autocommit=True)) for _ in range(2))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        future = pool.submit(outcome, Querier(own), command)
        waits = "SELECT 1 FROM pg_locks WHERE pg_locks.pid = %s AND NOT pg_locks.granted"
        while not observer.execute(waits, [own.info.backend_pid]).fetchone():
            assert not future.done(), f"{future.result()}, without waiting"
        yield future


def outcome(querier: Querier, command: Query[Any]) -> Any:
    """What comes back, or the error."""
    try:
        return querier.execute(command)
    except ConcordiaError as error:
        return error


def kinds(outcomes: Sequence[object]) -> dict[str, int]:
    """How often each came out: the reason of a refusal, or the name of what else it is."""
    names = [getattr(each, "reason", type(each).__name__) for each in outcomes]
    return {name: names.count(name) for name in names}
