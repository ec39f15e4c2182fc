"""Many writers at once: each has its own connection. They start together, or wait for the same lock."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias

import psycopg

from concordia_sql import Command, Querier

Connection = psycopg.Connection[Any]
Call: TypeAlias = "Command[Any] | Callable[[Querier], Any]"


class Racers:
    """Queriers on connections that stay open from one race to the next."""

    def __init__(self, gate: Connection, connections: Sequence[Connection]) -> None:
        self._gate = gate
        self._connections = connections
        self._queriers = [Querier(connection) for connection in connections]
        self._pool = ThreadPoolExecutor(len(connections))

    def race(self, *calls: Call, waiting_for: str | None = None) -> list[Any]:
        """The results or errors of the calls, in their order.

        All begin together. With `waiting_for`, a SELECT whose rows are locked first, all wait for these rows, or for
        another call that does, and then go on together.
        """
        barrier = threading.Barrier(len(calls))
        with self._gate.transaction():
            if waiting_for:
                self._gate.execute(f"{waiting_for} FOR UPDATE".encode())
            racing = list(zip(self._queriers, calls, strict=True))
            futures = [self._pool.submit(_begin, barrier, *each) for each in racing]
            if waiting_for:
                for connection, future in zip(self._connections, futures, strict=True):
                    _await_lock(self._gate, connection, future)
        return [future.result() for future in futures]

    def close(self) -> None:
        self._pool.shutdown()


@contextlib.contextmanager
def racers(url: str, number: int) -> Iterator[Racers]:
    """As many as there are calls in a race."""
    with contextlib.ExitStack() as stack:
        gate, *connections = (stack.enter_context(_connect(url)) for _ in range(number + 1))
        yield stack.enter_context(contextlib.closing(Racers(gate, connections)))


@contextlib.contextmanager
def waiting(url: str, call: Call) -> Iterator[Future[Any]]:
    """A call that has begun, and waits for a lock of somebody's; what comes of it."""
    with _connect(url) as own, _connect(url) as observer, ThreadPoolExecutor(1) as pool:
        future = pool.submit(outcome, Querier(own), call)
        _await_lock(observer, own, future)
        yield future


def blocked(
    url: str, holder: Connection, errors: list[BaseException], command: Command[Any]
) -> tuple[threading.Thread, int]:
    """A command that waits in its midst for a row, which the holder has locked; its backend."""
    own = _connect(url)

    def run() -> None:
        try:
            Querier(own).execute(command)
        except Exception as raised:  # noqa: BLE001 - it is what is looked at
            errors.append(raised)
        finally:
            own.close()

    thread = threading.Thread(target=run)
    thread.start()
    pid = own.info.backend_pid
    while holder.execute("SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", [pid]).fetchone() is None:
        assert not errors
    return thread, pid


def overlap(url: str, first: Call, second: Call) -> tuple[Any, Any]:
    """The results or errors of both. The first commits when the second waits for it, or has ended without waiting."""
    with _connect(url) as observer, _connect(url) as one, _connect(url) as other, ThreadPoolExecutor(1) as pool:
        with Querier(one).transaction() as querier:
            given = querier.execute(first) if isinstance(first, Command) else first(querier)
            future = pool.submit(outcome, Querier(other), second)
            while not future.done() and not _waits(observer, other):
                pass
        return given, future.result()


def outcome(querier: Querier, call: Call) -> Any:
    """The result of a call, or the error that it raises."""
    try:
        if isinstance(call, Command):
            return querier.execute(call)
        return call(querier)
    except Exception as error:  # noqa: BLE001 - it is an outcome
        return error


def kinds(outcomes: Sequence[object]) -> dict[str, int]:
    """The number of each outcome: the reason of a refusal, or the name of another class."""
    names = [getattr(each, "reason", type(each).__name__) for each in outcomes]
    return {name: names.count(name) for name in names}


def _connect(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def _begin(barrier: threading.Barrier, querier: Querier, call: Call) -> Any:
    barrier.wait()
    return outcome(querier, call)


def _await_lock(observer: Connection, waiter: Connection, future: Future[Any]) -> None:
    """Return when the waiter waits for a lock."""
    while not _waits(observer, waiter):
        assert not future.done(), f"{future.result()}, without waiting"


def _waits(observer: Connection, waiter: Connection) -> bool:
    query = "SELECT 1 FROM pg_locks WHERE pg_locks.pid = %s AND NOT pg_locks.granted"
    return observer.execute(query, [waiter.info.backend_pid]).fetchone() is not None
