"""Run by test_signals in a process of its own: a signal's handler raises at random instants of sync calls."""

import random
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import psycopg

from concordia_sql import Database, Querier
from tests.faults import TIMES
from tests.support.queries import AddThing, CountUp, GetNumber, Number, Sleep


class TimeLimit(Exception):
    pass


def end_soon(call: Callable[[int], object]) -> None:
    """Repeat a call until the handler raises."""
    with suppress(TimeLimit):
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.008))
        for number in range(500):  # ends by itself where the exception came into a finalizer, and was lost
            call(number)
    signal.setitimer(signal.ITIMER_REAL, 0)


def try_calls(url: str, call: Callable[[Database], object]) -> None:
    with Database(url, max_size=1, timeout=10) as database:
        for number in range(60 * TIMES):
            end_soon(lambda _: call(database))
            assert database.fetch(GetNumber(number=number)) == Number(number)
        assert (database.stats().open, database.stats().in_use) == (1, 0)


def fetch(url: str) -> None:
    def call(database: Database) -> None:
        number = random.randrange(2**31)
        assert database.fetch(GetNumber(number=number)) == Number(number)

    try_calls(url, call)


def fetch_slowly(url: str) -> None:
    try_calls(url, lambda database: database.fetch(Sleep(seconds=0.002)))


def transaction(url: str) -> None:
    def call(database: Database) -> None:
        with database.transaction() as querier:
            querier.execute(AddThing(title=str(random.random())))
            assert querier.fetch_batch(CountUp(last=1), GetNumber(number=1)) == ([Number(1)], Number(1))

    try_calls(url, call)


def stream(url: str) -> None:
    def call(database: Database) -> None:
        with database.stream(CountUp(last=300)) as rows:
            assert [row.number for row in rows] == list(range(1, 301))

    try_calls(url, call)


def querier(url: str) -> None:
    """A querier on a connection of the caller's gives no other call's answer, and is not busy for ever."""
    for _ in range(20 * TIMES):
        with psycopg.connect(url, autocommit=True) as connection:
            querier = Querier(connection)

            def call(number: int, querier: Querier = querier) -> None:
                assert querier.fetch(GetNumber(number=number)) == Number(number)

            end_soon(call)
            if not connection.closed:
                assert querier.fetch_batch(CountUp(last=2), GetNumber(number=5)) == ([Number(1), Number(2)], Number(5))


def raise_it(*_: object) -> None:
    raise TimeLimit


if __name__ == "__main__":
    name, url = sys.argv[1:]
    signal.signal(signal.SIGALRM, raise_it)
    globals()[name](url)
    sys.stdout.write("done\n")
