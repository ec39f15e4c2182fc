"""Commands at once on connections of their own, and in one transaction, where the clock stands still."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg

from concordia_sql import ConcordiaError, Querier, Query

HOSTILE = '\'; DROP TABLE "user"; -- نص 👩‍🍳 \\ %s {} :id'
LATER = datetime(2100, 1, 1)


@contextlib.contextmanager
def stopped_clock(connection: psycopg.Connection[Any]) -> Iterator[datetime]:
    """A transaction, and the time of all that it writes, in UTC."""
    with connection.transaction():
        ((now,),) = connection.execute("SELECT timezone('UTC', now())").fetchall()
        yield now


class Callers:
    """Callers with a connection each."""

    def __init__(self, gate: psycopg.Connection[Any], connections: Sequence[psycopg.Connection[Any]]) -> None:
        self._gate = gate
        self._connections = connections
        self._queriers = [Querier(connection) for connection in connections]
        self._barrier = threading.Barrier(len(connections))
        self._pool = ThreadPoolExecutor(len(connections))

    def at_once(self, commands: Sequence[Query[Any]], behind: str | None = None) -> list[Any]:
        """Run a command for each caller; for each, what came back, or the error that it raised.

        All begin together, or, `behind` rows that a SELECT locks, go on together: each then waits for a row to write,
        or for another who does.
        """
        with self._gate.transaction():
            if behind:
                self._gate.execute(f"{behind} FOR UPDATE".encode())
            futures = [self._pool.submit(self._run, *each) for each in zip(self._queriers, commands, strict=True)]
            if behind:
                for connection, future in zip(self._connections, futures, strict=True):
                    await_lock(self._gate, connection, future)
        return [future.result() for future in futures]

    def close(self) -> None:
        self._pool.shutdown()

    def _run(self, querier: Querier, command: Query[Any]) -> Any:
        self._barrier.wait()
        return outcome(querier, command)


@contextlib.contextmanager
def callers(database_url: str, number: int) -> Iterator[Callers]:
    """As many callers."""
    with contextlib.ExitStack() as stack:
        gate, *connections = (
            stack.enter_context(psycopg.connect(database_url, autocommit=True)) for _ in range(number + 1)
        )
        yield stack.enter_context(contextlib.closing(Callers(gate, connections)))


@contextlib.contextmanager
def waiting(database_url: str, command: Query[Any]) -> Iterator[Future[Any]]:
    """A command that has begun, and waits for a lock of somebody's; what comes of it."""
    with contextlib.ExitStack() as stack:
        own, observer = (stack.enter_context(psycopg.connect(database_url, autocommit=True)) for _ in range(2))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        future = pool.submit(outcome, Querier(own), command)
        await_lock(observer, own, future)
        yield future


def await_lock(observer: psycopg.Connection[Any], waiter: psycopg.Connection[Any], future: Future[Any]) -> None:
    """Go on when the waiter waits for a lock."""
    waits = "SELECT 1 FROM pg_locks WHERE pg_locks.pid = %s AND NOT pg_locks.granted"
    while not observer.execute(waits, [waiter.info.backend_pid]).fetchone():
        assert not future.done(), f"{future.result()}, without waiting"


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
