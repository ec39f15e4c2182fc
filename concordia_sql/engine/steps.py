"""Steps of an exchange with the server: generators that yield what they wait for, as psycopg's own do."""

import inspect
from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

from psycopg.abc import PQGen
from psycopg.waiting import READY_NONE

R = TypeVar("R")

INTERVAL = 0.1
"""The seconds after which Python looks for signals while it waits, as psycopg does."""
NARROW_INTERVAL = 0.025
"""Those with a deadline."""


class TimeIsUp(Exception):
    """The steps were left before their end."""

    def __init__(self, *, is_done: bool | None = None) -> None:
        super().__init__()
        self.is_done = is_done
        """Whether the server did what it was asked for; None if that is unknown."""


def until(ends: float, steps: PQGen[R]) -> PQGen[R]:
    """The steps, until a time of `time.monotonic`; TimeIsUp after it. They can be resumed."""
    is_new = inspect.getgeneratorstate(steps) == inspect.GEN_CREATED
    try:
        awaited = next(steps) if is_new else steps.send(READY_NONE)  # psycopg's that send take no None while they wait
        while True:
            awaited = steps.send((yield awaited))
            if monotonic() >= ends:
                raise TimeIsUp
    except StopIteration as stop:
        result: R = stop.value
        return result


def is_over(steps: Generator[Any, Any, Any]) -> bool:
    """Whether the steps came to their end, if by an error."""
    return inspect.getgeneratorstate(steps) == inspect.GEN_CLOSED
