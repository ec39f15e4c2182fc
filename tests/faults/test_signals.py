"""Exceptions that a signal's handler raises at any instant of a sync call: Ctrl-C, time limits of job queues."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest

from concordia_sql import Database, Querier
from tests.faults import TIMES
from tests.support.queries import AddThing, CountUp, GetNumber, Number, Sleep


class TimeLimit(Exception):
    pass


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    def raise_it(*_: object) -> None:
        raise TimeLimit

    before = signal.signal(signal.SIGALRM, raise_it)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def fetch(database: Database) -> None:
    number = random.randrange(2**31)
    assert database.fetch(GetNumber(number=number)) == Number(number)


def fetch_slowly(database: Database) -> None:
    database.fetch(Sleep(seconds=0.002))


def transaction(database: Database) -> None:
    with database.transaction() as querier:
        querier.execute(AddThing(title=str(random.random())))
        assert querier.fetch_batch(CountUp(last=1), GetNumber(number=1)) == ([Number(1)], Number(1))


def stream(database: Database) -> None:
    with database.stream(CountUp(last=300)) as rows:
        assert [row.number for row in rows] == list(range(1, 301))


@pytest.mark.parametrize("call", [fetch, fetch_slowly, transaction, stream])
@pytest.mark.usefixtures("other")
def test_no_connection_is_lost_or_poisoned(database_url: str, call: Callable[[Database], None]) -> None:
    with Database(database_url, max_size=1, timeout=10) as database:
        for _ in range(60 * TIMES):
            with suppress(TimeLimit):
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.008))
                for _ in range(500):  # ends by itself where the exception came into a finalizer, and was lost
                    call(database)
            signal.setitimer(signal.ITIMER_REAL, 0)
            number = random.randrange(2**31)
            assert database.fetch(GetNumber(number=number)) == Number(number)
        assert (database.stats().open, database.stats().in_use) == (1, 0)


@pytest.mark.usefixtures("other")
def test_a_querier_of_the_callers_answers_or_is_closed(database_url: str) -> None:
    """It never gives another call's answer, and is not busy for ever."""
    for _ in range(20 * TIMES):
        with psycopg.connect(database_url, autocommit=True) as connection:
            querier = Querier(connection)
            with suppress(TimeLimit):
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.008))
                for number in range(500):
                    assert querier.fetch(GetNumber(number=number)) == Number(number)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if not connection.closed:
                assert querier.fetch_batch(CountUp(last=2), GetNumber(number=5)) == ([Number(1), Number(2)], Number(5))
