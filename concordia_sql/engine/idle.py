"""The idle connections of a pool, the one used last first. No I/O: sync and async share it.

A pool gives the connection that has rested longest. With few callers and many connections, each call then meets a
server process that no cache of the processor holds any more, and takes 1.4 times as long.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from time import monotonic
from typing import Generic, Protocol, TypeVar

from psycopg import pq
from psycopg.pq.abc import PGconn

SECONDS = 60
"""How long a connection may be kept from its pool, which renews old ones and closes those too many."""

_IDLE = pq.TransactionStatus.IDLE


class Borrowed(Protocol):
    """A connection of a pool's."""

    borrowed_at: float
    """When the pool gave it, in seconds of `time.monotonic`."""

    pgconn: PGconn
    """That of libpq."""


C = TypeVar("C", bound=Borrowed)


class IdleConnections(Generic[C]):
    """Connections that are borrowed from a pool and that nobody uses, for any number of threads, without a lock."""

    def __init__(self) -> None:
        self._connections: deque[C] = deque()
        self._waiting: deque[None] = deque()

    def take(self) -> C | None:
        """The one used last, or None."""
        try:
            return self._connections.pop()
        except IndexError:
            return None

    def put(self, connection: C) -> C | None:
        """Keep a connection. Returns one that the pool is to have back, or None."""
        if connection.pgconn.transaction_status != _IDLE:
            return connection
        self._connections.append(connection)
        if self._waiting:
            return self.take()
        try:
            overdue = self._connections[0].borrowed_at < monotonic() - SECONDS
            return self._connections.popleft() if overdue else None
        except IndexError:  # others have taken all
            return None

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Have connections returned to the pool while a caller waits for it. One may have come before: take again."""
        self._waiting.append(None)
        try:
            yield
        finally:
            self._waiting.pop()
