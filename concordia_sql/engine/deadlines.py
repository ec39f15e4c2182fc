"""Deadlines of calls: of a database, of a block, of one call. The earliest holds."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from time import monotonic

import attrs

_of_block: ContextVar[float | None] = ContextVar("concordia_deadline", default=None)
"""When the block around ends, in seconds of `time.monotonic`."""


@attrs.define(eq=False)
class Deadline:
    """When a call must have ended, and what became of its time."""

    ends: float
    """In seconds of `time.monotonic`."""
    began: float
    waited: float = 0
    """How long it waited for a connection, in seconds."""

    def left(self) -> float:
        """The seconds that are left, 0 if none."""
        return max(0, self.ends - monotonic())


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End every call in a block within so many seconds of the beginning of the block.

    ```python
    with deadline(2):
        post = db.fetch(query)
        db.execute(command)
    ```

    It holds for sync and async calls of all databases and queriers, in its thread or task, and in the tasks that this
    one makes. Nothing else in the block is interrupted. Calls raise DeadlineExceeded, commands also OutcomeUnknown.
    """
    ends = monotonic() + seconds
    around = _of_block.get()
    token = _of_block.set(ends if around is None else min(ends, around))
    try:
        yield
    finally:
        _of_block.reset(token)


def nearest(of_call: float | None, of_database: float | None) -> Deadline | None:
    """The deadline of a call that begins now, by the seconds given for it and the block around it. None if none has."""
    of_block = _of_block.get()
    if of_call is None and of_database is None and of_block is None:
        return None
    now = monotonic()
    ends = [now + seconds for seconds in (of_call, of_database) if seconds is not None]
    return Deadline(min(ends if of_block is None else [*ends, of_block]), now)


def within(seconds: float | None) -> contextlib.AbstractContextManager[None]:
    """The deadline of a block, or none."""
    return contextlib.nullcontext() if seconds is None else deadline(seconds)


def allow(seconds: float) -> bool:
    """Whether the block around it lasts that many seconds longer."""
    ends = _of_block.get()
    return ends is None or monotonic() + seconds < ends
