"""What the tests of commands on accounts share: the hostile, the future, and the clock."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg

HOSTILE = '\'; DROP TABLE "user"; -- نص 👩‍🍳 \\ %s {} :id'
LATER = datetime(2100, 1, 1)


class _FromNowOn(datetime):
    """Equal to any time from this one on, up to a minute later."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and timedelta() <= other - self < timedelta(minutes=1)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = datetime.__hash__


@contextlib.contextmanager
def clock_read(connection: psycopg.Connection[Any]) -> Iterator[datetime]:
    """A transaction; all times that it writes, in UTC, are equal to the one given."""
    with connection.transaction():
        ((now,),) = connection.execute("SELECT timezone('UTC', now())").fetchall()
        yield _FromNowOn.fromisoformat(now.isoformat())
