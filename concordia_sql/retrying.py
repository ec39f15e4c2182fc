"""When a transaction is run again, and how long it waits before."""

import random
from collections.abc import Iterator

from psycopg import errors

ATTEMPTS = 10
IN_THE_WAY = (errors.SerializationFailure, errors.DeadlockDetected)
"""What PostgreSQL raises when transactions are in each other's way: of this one, nothing is left."""

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0


def pauses(attempts: int) -> Iterator[float]:
    """The seconds to wait between so many attempts: random, so that rivals part."""
    for number in range(attempts - 1):
        yield random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number))  # noqa: S311 - no secret
