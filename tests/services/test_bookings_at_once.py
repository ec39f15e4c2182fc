"""Bookings made and changed by many callers at the same moment."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncQuerier, Command, ConcordiaError, Querier, Refused, services
from tests.support.reading import rows
from tests.support.rows import insert

Connection = psycopg.Connection[Any]

NOW = datetime(2026, 3, 1)
ROUNDS = 20


def booking(listing: str, time: str = "10:00") -> services.CreateBooking:
    return services.CreateBooking(
        service_id=listing, customer_id="c", booking_date="2026-03-15", booking_time=time, now=NOW
    )


def listing(connection: Connection, places: int | None) -> str:
    values = {"status": "active", "duration_minutes": 60, "max_participants": places}
    identity: str = insert(connection, "services_listings", values)["id"]
    return identity


class Callers:
    """Threads with a connection each, which run a command each at the same moment, round after round."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._queriers = [Querier(connection) for connection in connections]

    def run(self, rounds: Sequence[Sequence[Command[Any]]]) -> list[list[str]]:
        """How each call ended: "done", or as the refusal says."""
        barrier = threading.Barrier(len(self._queriers), timeout=600)
        ends = [[""] * len(self._queriers) for _ in rounds]

        def call(number: int) -> None:
            for commands, round_ends in zip(rounds, ends, strict=True):
                barrier.wait()
                round_ends[number] = self._end(number, commands[number])

        threads = [threading.Thread(target=call, args=[number]) for number in range(len(self._queriers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ends

    def _end(self, number: int, command: Command[Any]) -> str:
        try:
            self._queriers[number].execute(command)
        except Refused as refused:
            return refused.reason if refused.found is None else f"{refused.reason} {refused.found}"
        except (psycopg.Error, ConcordiaError) as error:
            return repr(error)
        return "done"


@pytest.fixture
def callers(database_url: str) -> Iterator[Callable[[int], Callers]]:
    with ExitStack() as stack:

        def connect(count: int) -> Callers:
            opened = (psycopg.connect(database_url, autocommit=True) for _ in range(count))
            return Callers([stack.enter_context(each) for each in opened])

        yield connect


@pytest.mark.parametrize(("places", "capacity"), [(1, 1), (None, 1), (3, 3)])
def test_no_more_than_there_are_places(
    connection: Connection, callers: Callable[[int], Callers], places: int | None, capacity: int
) -> None:
    """Fifty want the same slot."""
    listings = [listing(connection, places) for _ in range(ROUNDS)]
    ends = callers(50).run([[booking(each) for _ in range(50)] for each in listings])
    assert [Counter(each) for each in ends] == [Counter(done=capacity, full=50 - capacity)] * ROUNDS
    made = Counter(row["service_id"] for row in rows(connection, "services_bookings"))
    assert made == dict.fromkeys(listings, capacity)


def test_slots_that_overlap_exclude_each_other(connection: Connection, callers: Callable[[int], Callers]) -> None:
    """Of four that overlap each other one is booked; those beside them are in nobody's way."""
    times = ["10:00", "10:15", "10:30", "10:45", "09:00", "11:45", "12:45", "13:45"]
    listings = [listing(connection, 1) for _ in range(ROUNDS)]
    ends = callers(8).run([[booking(each, time) for time in times] for each in listings])
    for each in ends:
        assert Counter(each[:4]) == Counter(done=1, full=3)
        assert each[4:] == ["done"] * 4


def test_a_place_that_somebody_else_is_about_to_take(connection: Connection, database_url: str) -> None:
    """Who inserts a booking without the command is waited for, and counted."""
    own = listing(connection, 1)
    values = {"service_id": own, "booking_date": "2026-03-15", "booking_time": "10:00", "duration_minutes": 60}
    ends: list[str] = []
    with psycopg.connect(database_url, autocommit=True) as another, psycopg.connect(database_url) as inserting:
        insert(inserting, "services_bookings", values)
        booker = threading.Thread(target=lambda: ends.extend(*Callers([another]).run([[booking(own)]])))
        booker.start()
        query = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        while connection.execute(query, [another.info.backend_pid]).fetchone() == (0,):
            assert booker.is_alive()
        inserting.commit()
        booker.join()
    assert ends == ["full"]


async def test_asynchronously(connection: Connection, database_url: str) -> None:
    connections = [await psycopg.AsyncConnection.connect(database_url, autocommit=True) for _ in range(10)]
    queriers = [AsyncQuerier(each) for each in connections]
    try:
        for _ in range(5):
            own = listing(connection, 3)
            ends = await asyncio.gather(
                *(querier.execute(booking(own)) for querier in queriers), return_exceptions=True
            )
            refusals = [end.reason for end in ends if isinstance(end, Refused)]
            assert refusals == ["full"] * 7
            made = sorted(end.id for end in ends if isinstance(end, services.Booking))
            assert made == sorted(row["id"] for row in rows(connection, "services_bookings", service_id=own))
            assert len(made) == 3
    finally:
        for each in connections:
            await each.close()


def test_two_changes_of_a_status(connection: Connection, callers: Callable[[int], Callers]) -> None:
    """One wins; the other is told what it found."""
    statuses: tuple[services.BookingStatus, ...] = ("completed", "cancelled_by_provider")
    own = listing(connection, 1)
    values = {"service_id": own, "status": "confirmed"}
    bookings = [insert(connection, "services_bookings", values)["id"] for _ in range(ROUNDS)]
    ends = callers(2).run(
        [[services.ChangeBookingStatus(id=each, status=status, now=NOW) for status in statuses] for each in bookings]
    )
    for each, (first, second) in zip(bookings, ends, strict=True):
        (row,) = rows(connection, "services_bookings", id=each)
        if row["status"] == "completed":
            assert (first, second) == ("done", "state completed")
        else:
            assert (first, second, row["status"]) == ("state cancelled_by_provider", "done", "cancelled_by_provider")
        assert (row["completed_at"] is None) is (row["status"] != "completed")
        assert (row["cancelled_at"] is None) is (row["status"] == "completed")
