"""Moves connections between the lists of a pool, so that an interruption loses none, and counts what it lends.

A connection is always in one queue: of the pool's idle ones, or of the lease of a call. It moves from one to the other
in one step of the interpreter, so that threads need no lock, and an exception that a signal's handler raises finds it
in either. (`with lock` is no help: the handler may raise after the lock is taken and before the block is entered.)
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import attrs

from concordia_sql.engine.session import Session
from concordia_sql.engine.standbys import Reason, ReplicaStats


class Pooled(Protocol):
    """A connection of a pool."""

    session: Session
    expires: float
    idle_since: float


class Waker(Protocol):
    """Wakes the caller that waits for a lease."""

    def send(self) -> None:
        """Wake it."""


C = TypeVar("C", bound=Pooled)

_pop: Callable[[deque[Any]], Any] = deque.pop


class Lease(Generic[C]):
    """What a call holds of a pool: one connection, or none yet."""

    __slots__ = ("held", "is_over", "wakeup")

    def __init__(self) -> None:
        self.held: deque[C] = deque()
        self.is_over = False
        """Whether the call has ended, so that it is given no more."""
        self.wakeup: Waker | None = None


def move(source: deque[Any], target: deque[Any]) -> bool:
    """Move the last item, in one step. Returns whether there was one."""
    try:
        target += map(_pop, (source,))
    except IndexError:
        return False
    return True


@attrs.frozen
class Stats:
    """The figures of a database, in this process."""

    name: str
    open: int
    """Connections, idle or in use."""
    idle: int
    in_use: int
    waiting: int
    """Callers that wait for a connection."""
    calls: int
    """Calls that have begun. A batch is one call, and so are a stream, a BEGIN and a COMMIT."""
    errors: int
    """Calls that have raised an error, also those that found no connection."""
    replaced: int
    """Connections that were closed because they were lost, or because their state was not known."""
    waited: float
    """The sum of the seconds that callers have waited for a connection."""
    min_size: int
    """Connections that it keeps."""
    max_size: int
    """Connections that it makes at most."""
    replicas: tuple[ReplicaStats, ...] = ()
    """The figures of its standbys."""
    fallbacks: Mapping[Reason, int] = attrs.field(factory=dict)
    """How many reads of its `reader` the primary has answered, by the reason why no standby did.

    The standby was `behind`, `away`, `silent`, `busy`, `promoted`, of `another system`, or not asked yet (`starting`,
    also if this process was stopped and has not asked the primary since); its recovery had a `conflict` with the read,
    or the read `failed`. `read-only`: the query does what a standby refuses, such as locking rows. `in doubt`: it is
    not known whether a write before the read was done. `pooled`: it is a stream, which cannot be checked behind a
    pooler.
    """
