"""What waits for another thread or task, and what runs beside the caller. Sync and async do it apart.

Each is written for threads and for tasks; the async modules use those whose name begins with async.
"""

import asyncio
import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import Any

here: Callable[[], object] = type(None)
"""Gives the event loop that runs: None, as there is none. Without a function of Python's, since each call asks."""
async_here = asyncio.get_running_loop


def apart(function: Callable[[], None]) -> None:
    """Run a function that waits: this thread may."""
    function()


async_apart = asyncio.to_thread


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
