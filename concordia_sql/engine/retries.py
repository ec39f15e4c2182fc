"""Which errors are tried again, how often, and after which pauses."""

import random
from collections.abc import Iterator

import psycopg

ATTEMPTS = 40
"""With as many, none of 24 threads failed that took 3 of 5 rows in any order; with 10, a third did."""

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0


def pauses(attempts: int) -> Iterator[float]:
    """The seconds to wait between so many attempts: random, so that rivals part."""
    for number in range(attempts - 1):
        yield random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number))  # noqa: S311 - no secret


def is_outdated(error: psycopg.Error) -> bool:
    """Whether a statement was prepared for a table as it was before an ALTER TABLE."""
    return error.sqlstate == "0A000" and error.diag.source_function == "RevalidateCachedQuery"


def is_in_the_way(error: psycopg.Error, *, lock_timeouts: bool) -> bool:
    """Whether PostgreSQL ended a transaction for the sake of others, so that nothing of it is left."""
    in_the_way = psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected
    return (
        isinstance(error, in_the_way)
        or is_outdated(error)
        or (lock_timeouts and isinstance(error, psycopg.errors.LockNotAvailable))
    )
