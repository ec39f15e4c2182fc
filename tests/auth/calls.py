"""What the tests of commands on accounts share: the hostile, the future, and a clock that stands still."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg

HOSTILE = '\'; DROP TABLE "user"; -- نص 👩‍🍳 \\ %s {} :id'
LATER = datetime(2100, 1, 1)


@contextlib.contextmanager
def stopped_clock(connection: psycopg.Connection[Any]) -> Iterator[datetime]:
    """A transaction, and the time of all that it writes, in UTC."""
    with connection.transaction():
        ((now,),) = connection.execute("SELECT timezone('UTC', now())").fetchall()
        yield now
