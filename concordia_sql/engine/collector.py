"""The pause of the cyclic garbage collector while many objects are made.

It would look through all of them again and again, and they hold no cycles.
"""

import gc
import threading

_MOST = 100_000
"""Objects since the last collection, with which a pause gives way to one: results that overlap without end would put it
off for ever."""


class CollectorPause:
    """A `with` that pauses the collector. It is one for the process: the last of several threads to leave ends it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a finalizer may come here from inside
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
