"""What waits for another thread or task, and what runs beside the caller: the few things that sync and async do apart.

Each is written for threads and for tasks; the async modules use those whose name begins with async.
"""

import asyncio
import contextlib
import contextvars
import queue
import select
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeAlias, TypeVar

from psycopg import waiting
from psycopg.abc import PQGen

R = TypeVar("R")


here: Callable[[], object] = type(None)
"""Gives the event loop that runs: None, as there is none. Without a function of Python's, since each call asks."""
async_here = asyncio.get_running_loop


def apart(function: Callable[[], None]) -> None:
    """Run a function that waits: this thread may."""
    function()


async_apart = asyncio.to_thread

_READ, _READY_TO_READ, _NOT_READY = int(waiting.WAIT_R), waiting.READY_R, waiting.READY_NONE
_EVENTS = {waiting.WAIT_W: select.POLLOUT, waiting.WAIT_RW: select.POLLIN | select.POLLOUT}
_READY = {select.POLLIN: waiting.READY_R, select.POLLOUT: waiting.READY_W}
"""Other events end the connection, which is said by reading from it."""

Poll: TypeAlias = Callable[[float], Sequence[tuple[int, int]]]
"""Waits for events of a socket, for so many milliseconds at most."""


def poll_for(fileno: int, events: int = select.POLLIN) -> Poll:
    """What waits for the events of a socket; where none are named, for something to read."""
    poll = select.poll()
    poll.register(fileno, events)
    return poll.poll


def wait(steps: PQGen[R], poll: Poll, fileno: int, seconds: float) -> R:
    """What the steps give. They are resumed when what they wait for is there, or so many seconds are over.

    `poll` waits for something to read. psycopg's own, in C, would not look at a clock, or call handlers, while signals
    come more often than that: as from the timer of a profiler.
    """
    milliseconds = seconds * 1000
    try:
        awaited = next(steps)
        while True:
            if awaited == _READ:
                awaited = steps.send(_READY_TO_READ if poll(milliseconds) else _NOT_READY)
            else:
                events = poll_for(fileno, _EVENTS[awaited])(milliseconds)
                awaited = steps.send(_READY.get(events[0][1], waiting.READY_RW) if events else _NOT_READY)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


def async_wait(steps: PQGen[R], poll: Poll, fileno: int, seconds: float) -> Awaitable[R]:  # noqa: ARG001 - the loop polls
    """`wait`, for a task."""
    return waiting.wait_async(steps, fileno, seconds)


class Wakeup:
    """Wakes a thread. Its methods are safe in signal handlers, and against exceptions that these raise."""

    def __init__(self) -> None:
        self._sent: queue.SimpleQueue[None] = queue.SimpleQueue()

    def send(self) -> None:
        """Wake it, or keep it from falling asleep."""
        self._sent.put(None)

    def send_from_outside(self) -> None:
        """`send` from any thread."""
        self.send()

    def wait(self, seconds: float | None) -> None:
        """Wait until it is sent, or until so many seconds are over."""
        with contextlib.suppress(queue.Empty):
            self._sent.get(timeout=seconds)


class AsyncWakeup:
    """Wakes a task."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sent = False
        self._waiter: asyncio.Future[None] | None = None

    def send(self) -> None:
        """Wake it, or keep it from falling asleep."""
        self._sent = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def send_from_outside(self) -> None:
        """`send` from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and so the task has ended
            self._loop.call_soon_threadsafe(self.send)

    async def wait(self, seconds: float | None) -> None:
        """Wait until it is sent, or until so many seconds are over."""
        if not self._sent:
            self._waiter = waiter = self._loop.create_future()
            timer = None if seconds is None else self._loop.call_later(seconds, _end, waiter)
            try:
                await waiter
            finally:
                if timer is not None:
                    timer.cancel()
        self._sent = False


def _end(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Job:
    """A thread that runs a function beside the caller, and does not keep the process."""

    def __init__(self, name: str, function: Callable[..., object], *arguments: Any) -> None:
        self._thread = threading.Thread(target=function, args=arguments, name=name, daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> bool:
        """Wait for its end for so long; whether it has come."""
        self._thread.join(max(0, seconds))
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Nothing: a thread ends by itself."""


class AsyncJob:
    """A task that runs a coroutine function beside the caller, with none of its context."""

    def __init__(self, name: str, function: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> None:
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(function(*arguments), name=name, context=contextvars.Context())
        _tasks.add(self._task)
        self._task.add_done_callback(_tasks.discard)

    async def join(self, seconds: float) -> bool:
        """Wait for its end for so long; whether it has come."""
        await asyncio.wait([self._task], timeout=max(0, seconds))
        return self._task.done()

    def stop(self) -> None:
        """Cancel it."""
        self._task.cancel()


_tasks: set[asyncio.Task[None]] = set()
"""Those that run: a loop itself does not keep them."""
