"""Waits for the server: once for threads, and once for tasks, as in `wakeups`."""

import asyncio
import contextlib
import contextvars
import os
import select
import types
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from time import monotonic
from typing import Any, Self, TypeAlias, TypeVar

from psycopg import waiting
from psycopg.abc import PQGen

R = TypeVar("R")

_READ, _READY_TO_READ, _NOT_READY = int(waiting.WAIT_R), waiting.READY_R, waiting.READY_NONE
_EVENTS = {waiting.WAIT_W: select.POLLOUT, waiting.WAIT_RW: select.POLLIN | select.POLLOUT}
_READY = {select.POLLIN: waiting.READY_R, select.POLLOUT: waiting.READY_W}
"""Other events end the connection, which is said by reading from it."""
_TURN = 0.005
"""The seconds after which other tasks have a turn, if rows come faster than they are taken."""

Poll: TypeAlias = Callable[[float], Sequence[tuple[int, int]]]
"""Waits for events of a socket, for so many milliseconds at most."""


class Line:
    """The socket of a connection, for those who wait for it."""

    def __init__(self, fileno: int) -> None:
        self.poll = _poll_for(fileno)
        """Waits for something to read."""
        self.reader: Reader | None = None
        """What the event loop has of it, once a task has waited."""

    def close(self) -> None:
        """Take it from the loop. In any thread, before the connection is closed."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None


def _poll_for(fileno: int, events: int = select.POLLIN) -> Poll:
    poll = select.poll()
    poll.register(fileno, events)
    return poll.poll


def wait(steps: PQGen[R], line: Line, fileno: int, seconds: float) -> R:
    """Returns what the steps return. They are resumed when what they wait for has come, or after so many seconds.

    psycopg's own, in C, would not look at a clock, or call handlers, while signals come more often than that: as from
    the timer of a profiler.
    """
    poll, milliseconds = line.poll, seconds * 1000
    try:
        awaited = next(steps)
        while True:
            if awaited == _READ:
                awaited = steps.send(_READY_TO_READ if poll(milliseconds) else _NOT_READY)
            else:
                awaited = steps.send(_ready(fileno, awaited, milliseconds))
    except StopIteration as stop:
        result: R = stop.value
        return result


def _ready(fileno: int, awaited: int, milliseconds: float) -> int:
    """Which of the events that are awaited have come."""
    events = _poll_for(fileno, _EVENTS[waiting.Wait(awaited)])(milliseconds)
    return _READY.get(events[0][1], waiting.READY_RW) if events else _NOT_READY


@types.coroutine
def async_wait(steps: PQGen[R], line: Line, fileno: int, seconds: float) -> Generator[Any, Any, R]:
    """`wait`, for a task. The steps may be resumed sooner: they see for themselves what there is.

    A generator, as it yields to the task what that takes.
    """
    loop, reader = asyncio.get_running_loop(), line.reader
    if reader is None or reader._loop is not loop:
        line.close()
        reader = line.reader = Reader(loop, fileno)
    try:
        awaited = next(steps)
    except StopIteration as stop:
        if monotonic() - reader.resumed > _TURN:
            yield from asyncio.sleep(0).__await__()
            reader.resumed = monotonic()
        result: R = stop.value
        return result
    try:
        while True:
            if awaited == _READ:
                yield reader.begin(seconds)
                awaited = steps.send(_READY_TO_READ)
            else:
                with reader.writing():
                    yield reader.begin(seconds)
                awaited = steps.send(_ready(fileno, awaited, 0))
    except StopIteration as stop:
        result = stop.value
        return result


class Reader:
    """Wakes the task that waits for a socket.

    It stays on the event loop from one wait to the next: to be added and removed takes as long as a small query. Its
    descriptor is its own, which those who wait for the socket by other means do not remove, and nobody else closes.

    It is itself what the task awaits, in one wait after another: `asyncio.isfuture` says what makes it one. A future of
    asyncio's would be a new one for each wait, and would run the task in the loop's next turn, which has its price too.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, fileno: int) -> None:
        self.resumed = 0.0
        """When a task was last woken, by `time.monotonic`."""
        self._loop = loop
        self._fileno = os.dup(fileno)
        self._release = weakref.finalize(self, os.close, self._fileno)
        self._is_on_loop = False
        self._timer: asyncio.TimerHandle | None = None
        self._seconds = 0.0
        self._asyncio_future_blocking = False
        self._waiter: tuple[Callable[[Any], object], contextvars.Context] | None = None
        """What runs the task until it waits again, and in which context; None while none waits."""
        self._cancelled: tuple[Any, ...] | None = None
        """The arguments of the CancelledError that the wait has come to."""

    def begin(self, seconds: float) -> Self:
        """For the task: the wait ends when there is something to read, or so many seconds are over, or sooner."""
        if not self._is_on_loop:
            # With no context, which would live as long as the connection.
            contextvars.Context().run(self._loop.add_reader, self._fileno, self._wake)
            self._is_on_loop = True
        if self._timer is None or seconds < self._seconds:  # one of an earlier wait will do
            if self._timer is not None:
                self._timer.cancel()
            self._seconds = seconds
            self._timer = self._loop.call_later(seconds, self._tick, context=contextvars.Context())
        self._asyncio_future_blocking = True
        return self

    def add_done_callback(self, fn: Callable[[Any], object], /, *, context: contextvars.Context) -> None:
        """Take in what resumes the task, which calls this and the next two."""
        self._waiter = fn, context

    def cancel(self, msg: Any = None) -> bool:
        """End the wait by a CancelledError, in the loop's next turn: this one is the other task's."""
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return False
        resume, context = waiter
        self._cancelled = () if msg is None else (msg,)
        self._loop.call_soon(resume, self, context=context)
        return True

    def result(self) -> None:
        """What the wait came to: nothing, or a CancelledError."""
        if self._cancelled is not None:
            arguments, self._cancelled = self._cancelled, None
            raise asyncio.CancelledError(*arguments)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The wait inside ends too when there is room to write."""
        self._loop.add_writer(self._fileno, self._wake)
        try:
            yield
        finally:
            self._loop.remove_writer(self._fileno)

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None:  # what has come is nobody's, and would call this again and again
            self._leave()
            return
        self.resumed = monotonic()
        resume, context = waiter
        context.run(resume, self)

    def _tick(self) -> None:
        self._timer = None
        if self._waiter is not None:
            self._wake()

    def _leave(self) -> None:
        if self._is_on_loop:
            self._is_on_loop = False
            self._loop.remove_reader(self._fileno)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Leave the loop, and close the descriptor: in the loop's own thread, if it runs elsewhere."""
        if asyncio._get_running_loop() is self._loop:
            self._close()
        else:
            try:
                self._loop.call_soon_threadsafe(self._close)
            except RuntimeError:  # it is closed, and has forgotten it
                self._release()

    def _close(self) -> None:
        self._leave()
        self._release()
