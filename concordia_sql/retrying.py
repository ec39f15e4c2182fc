"""When a transaction is run again, and how long it waits before."""

import random
from collections.abc import Iterator

from psycopg import errors

ATTEMPTS = 10
IN_THE_WAY = (errors.SerializationFailure, errors.DeadlockDetected)
"""What PostgreSQL raises when transactions are in each other's way: of this one, nothing is left."""

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0


def pauses(attempts: int) -> Iterator[float | None]:
    """For each attempt, the seconds to wait when it failed: random, so that rivals part; None for the last."""
    for number in range(attempts - 1):
        yield random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number))  # noqa: S311 - no secret
    yield None
