"""Run by test_signals in a process of its own: a signal's handler raises at random instants of sync calls."""

import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from concordia_sql import Database, DeadlineExceeded, Querier
from tests.faults import TIMES
from tests.support.activity import asleep
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


def reader(primary: str, standby: str) -> None:
    """A read with a check before it, a batch, or a stream, of a standby."""
    with Database(primary, replicas=[standby], max_size=1, timeout=10, max_wait=10) as database:
        standbys = database._standbys
        assert standbys is not None

        def call(number: int) -> None:
            for pool in standbys.pools():
                for connection in list(pool._open):
                    connection.seen.lsn, connection.seen.proven = 0, None  # so that there is a check
            kind, reader = random.randrange(3), database.reader
            if kind == 0:
                assert reader.fetch(GetNumber(number=number)) == Number(number)
            elif kind == 1:
                found = reader.fetch_batch(GetNumber(number=number), CountUp(last=1))
                assert found == (Number(number), [Number(1)])
            else:
                with reader.stream(CountUp(last=number % 50)) as rows:
                    assert [row.number for row in rows] == list(range(1, number % 50 + 1))

        for number in range(60 * TIMES):
            while any(each.reason or not each.open for each in database.stats().replicas):
                time.sleep(0.001)
            end_soon(call)
            call(number)
        ends = time.monotonic() + 10
        while (stats := database.stats()).in_use or any(each.in_use for each in stats.replicas):  # not by who looks
            assert time.monotonic() < ends, stats
        assert stats.replicas[0].reads > 60 * TIMES


def twice(url: str) -> None:
    """The second time while the server is told of the first: no query goes on there."""
    left: list[int] = []

    def raise_while_left(*_: object) -> None:
        if left:
            left.pop()
            raise TimeLimit

    signal.signal(signal.SIGALRM, raise_while_left)
    with Database(url, max_size=1) as database, psycopg.connect(url, autocommit=True) as other:
        for number in range(10 * TIMES):
            left[:] = [1, 2]
            with suppress(TimeLimit):
                with suppress(TimeLimit):
                    signal.setitimer(signal.ITIMER_REAL, 0.02, random.uniform(0.001, 0.02))
                    database.fetch(Sleep(seconds=60))
                time.sleep(1)  # the second comes here, if it did not before
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert database.fetch(GetNumber(number=number)) == Number(number)
            ends = time.monotonic() + 10
            while asleep(other):
                assert time.monotonic() < ends, "a query goes on"


def ticking(url: str) -> None:
    """A deadline holds, and a handler is called, while signals come more often than anything is looked at."""
    ticks: list[int] = []
    signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
    with Database(url) as database:
        signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
        while len(ticks) <= 10:
            began = time.monotonic()
            with suppress(DeadlineExceeded):
                database.fetch(Sleep(seconds=30), deadline=0.2)
            assert time.monotonic() - began < 30, "the query has ended by itself"
        signal.setitimer(signal.ITIMER_REAL, 0)


def raise_it(*_: object) -> None:
    raise TimeLimit


if __name__ == "__main__":
    name, *urls = sys.argv[1:]
    signal.signal(signal.SIGALRM, raise_it)
    globals()[name](*urls)
    sys.stdout.write("done\n")
