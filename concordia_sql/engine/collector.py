"""The pause of the cyclic garbage collector while many objects are made or checked.

Without it, the collector would scan the new objects again and again. They hold no cycles.
"""

import gc
import threading

_MOST = 100_000
"""A pause does not stop a collection once so many objects were made since the last one. Otherwise results that overlap
all the time would put it off for ever."""


class CollectorPause:
    """A context manager that pauses the collector of the process until the last thread has left it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a finalizer that runs inside may enter again
        self._inside = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._was_on = gc.isenabled()
            self._inside += 1
            if self._was_on and gc.get_count()[0] > _MOST:
                gc.enable()
            else:
                gc.disable()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._was_on:
                gc.enable()


collector_paused = CollectorPause()
