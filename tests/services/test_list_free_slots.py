"""Free slots: those of the grid that can be booked, and no others."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import psycopg
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from psycopg import Rollback

from concordia_sql import Cursor, ParameterError, Querier, Refused, services
from tests.support.databases import new_database
from tests.support.plans import used_indexes
from tests.support.rows import NOON, insert

Connection = psycopg.Connection[Any]

SUNDAY = datetime(2026, 3, 15)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OPEN = {"id": "l", "provider_id": "provider", "status": "active", "duration_minutes": 60}


def FREE(date: str, time: str, places: int) -> services.FreeSlot:  # noqa: N802 - reads like the class
    return services.FreeSlot(date, time, places, Cursor.of(f'["{date}T{time}:00"]'))


def ask(days: int = 1, **given: Any) -> services.ListFreeSlots:
    values: dict[str, Any] = {"service_id": "l", "from_date": "2026-03-15", "now": datetime(2026, 3, 1)}
    return services.ListFreeSlots(**{**values, **given, "days": days})


def listing(connection: Connection, **given: object) -> None:
    insert(connection, "services_listings", {**OPEN, **given})


def available(connection: Connection, start: str, end: str, day: int = 0, **given: object) -> None:
    values = {"service_id": "l", "day_of_week": day, "start_time": start, "end_time": end}
    insert(connection, "services_availability", {**values, **given})


def booked(connection: Connection, time: str, length: int = 60, **given: object) -> None:
    values = {"service_id": "l", "booking_date": "2026-03-15", "booking_time": time, "duration_minutes": length}
    insert(connection, "services_bookings", {**values, **given})


def free(connection: Connection, query: services.ListFreeSlots) -> list[str]:
    """The slots as "15 10:00 x1": the day of the month, the time, the places."""
    slots = Querier(connection).fetch(query)
    return [f"{slot.booking_date[-2:]} {slot.booking_time} x{slot.free_places}" for slot in slots]


def test_slots_follow_each_other_from_the_start_of_each_available_time(connection: Connection) -> None:
    listing(connection, duration_minutes=45)
    insert(connection, "services_listings", {**OPEN, "id": "other"})
    available(connection, "14:00", "16:00")
    available(connection, "09:10", "10:40")
    available(connection, "09:00", "09:44")
    available(connection, "14:45", "15:30")  # of which the first has a slot too
    available(connection, "23:15", "24:00")
    available(connection, "22:00:00", "1:00")
    available(connection, "11:00", "12:00", is_available=False)
    available(connection, "11h", "12h", is_available=False)
    available(connection, "08:00", "08:45", day=6)
    available(connection, "00:00", "24:00", service_id="other")
    assert Querier(connection).fetch(ask())[0] == FREE("2026-03-15", "09:00", 1)
    sunday = ["09:00", "09:10", "09:55", "14:00", "14:45", "22:00", "22:45", "23:15", "23:30"]
    assert free(connection, ask(8)) == [
        *(f"15 {time} x1" for time in sunday),
        "16 00:15 x1",
        "21 08:00 x1",
        *(f"22 {time} x1" for time in sunday),
    ]


@pytest.mark.parametrize(("start", "end"), [("10h", "20:00"), ("10:00", "25:00"), ("", ""), ("10:00", "٢٠:00")])
def test_an_available_time_that_means_nothing_is_an_error(connection: Connection, start: str, end: str) -> None:
    listing(connection)
    available(connection, start, end, day=3)
    with pytest.raises(Refused, match=r"^services\.ListFreeSlots: unclear_availability$"):
        Querier(connection).fetch(ask(1))
    connection.execute("UPDATE services_availability SET is_available = FALSE")
    assert Querier(connection).fetch(ask(1)) == []


def test_without_available_times_slots_follow_each_other_all_day(connection: Connection) -> None:
    listing(connection, duration_minutes=7 * 60, max_participants=5)
    times = ["00:00", "07:00", "14:00"]
    assert free(connection, ask(2)) == [f"{day} {time} x5" for day in (15, 16) for time in times]
    connection.execute("UPDATE services_listings SET duration_minutes = 24 * 60")
    assert free(connection, ask(2)) == ["15 00:00 x5", "16 00:00 x5"]
    connection.execute("UPDATE services_listings SET duration_minutes = 24 * 60 + 1")
    assert free(connection, ask(2)) == []
    connection.execute("UPDATE services_listings SET duration_minutes = 60")
    available(connection, "00:00", "24:00", is_available=False)
    assert free(connection, ask(366)) == []


def test_as_many_places_are_free_as_are_at_the_fullest_moment(connection: Connection) -> None:
    listing(connection, duration_minutes=240, max_participants=3)
    available(connection, "08:00", "20:00")
    booked(connection, "06:00", 120)
    assert free(connection, ask()) == ["15 08:00 x3", "15 12:00 x3", "15 16:00 x3"]
    booked(connection, "08:00", 60)
    booked(connection, "09:00", 60, status="confirmed")
    assert free(connection, ask()) == ["15 08:00 x2", "15 12:00 x3", "15 16:00 x3"]
    booked(connection, "11:59", 2)
    booked(connection, "11:59", 1)
    assert free(connection, ask()) == ["15 08:00 x1", "15 12:00 x2", "15 16:00 x3"]
    booked(connection, "19:59", 2 * 24 * 60)
    booked(connection, "11:00", 120)
    assert free(connection, ask()) == ["15 12:00 x1", "15 16:00 x2"]
    booked(connection, "16:00", 240, status="completed")
    booked(connection, "16:00", 240, status="cancelled_by_client")
    booked(connection, "16:00", 0)
    booked(connection, "17:00", -15)  # nor does it make room for the next
    booked(connection, "16:46", 10)
    booked(connection, "16:46", 10)
    assert free(connection, ask()) == ["15 12:00 x1", "15 16:00 x1"]
    connection.execute("UPDATE services_listings SET max_participants = NULL")
    assert free(connection, ask()) == []


def test_bookings_of_other_days_reach_into_these(connection: Connection) -> None:
    listing(connection, duration_minutes=8 * 60)
    booked(connection, "10:00", 73 * 24 * 60, booking_date="2026-01-02")  # up to March 16, 10:00
    booked(connection, "23:59", 60, booking_date="2026-03-17")
    assert free(connection, ask(4)) == ["16 16:00 x1", "17 00:00 x1", "17 08:00 x1", "18 08:00 x1", "18 16:00 x1"]


def test_slots_that_are_too_soon_are_left_out(connection: Connection) -> None:
    listing(connection, duration_minutes=8 * 60, booking_advance_hours=8)
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    assert free(connection, ask(now=SUNDAY)) == ["15 08:00 x1", "15 16:00 x1"]
    assert free(connection, ask(now=SUNDAY.replace(tzinfo=UTC))) == ["15 08:00 x1", "15 16:00 x1"]
    assert free(connection, ask(now=SUNDAY.replace(tzinfo=timezone(9 * 60 * MINUTE)))) == ["15 08:00 x1", "15 16:00 x1"]
    assert free(connection, ask(now=SUNDAY + timedelta(microseconds=1))) == ["15 16:00 x1"]
    assert free(connection, ask(2, now=SUNDAY + DAY)) == ["16 08:00 x1", "16 16:00 x1"]


@pytest.mark.parametrize(
    "given",
    [
        *({"status": status} for status in ("pending_review", "suspended", "archived", "draft", "deleted")),
        *({"duration_minutes": minutes} for minutes in (None, 0, -60)),
        {"is_active": False},
        {"deleted_at": NOON},
        {"max_participants": 0},
    ],
)
def test_some_listings_cannot_be_booked(connection: Connection, given: dict[str, object]) -> None:
    listing(connection, **given)
    insert(connection, "services_listings", {**OPEN, "id": "other"})
    assert Querier(connection).fetch(ask(7)) == []


def test_there_is_no_listing(connection: Connection) -> None:
    assert Querier(connection).fetch(ask(service_id="nothing")) == []


def test_the_first_and_the_last_days_there_are(connection: Connection) -> None:
    listing(connection, duration_minutes=12 * 60)
    booked(connection, "12:00", 12 * 60, booking_date="0001-01-01")
    booked(connection, "00:00", 12 * 60, booking_date="9999-12-31")
    first, last = (
        ask(days, from_date=day, now=datetime(1, 1, 1)) for day, days in (("0001-01-01", 1), ("9999-12-31", 2))
    )
    assert Querier(connection).fetch(first) == [FREE("0001-01-01", "00:00", 1)]
    assert Querier(connection).fetch(last) == [FREE("9999-12-31", "12:00", 1)]


def test_a_year_of_minutes(connection: Connection) -> None:
    listing(connection, duration_minutes=1)
    booked(connection, "10:00", 3, booking_date="2026-12-31")
    (last,) = Querier(connection).fetch(ask(366, after='["2027-03-15T23:58:00"]'))
    assert last == FREE("2027-03-15", "23:59", 1)


def test_pages_follow_each_other(connection: Connection) -> None:
    listing(connection, duration_minutes=1)
    booked(connection, "10:00", 3)
    pages = [Querier(connection).fetch(ask())]
    while len(pages[-1]) == 500:
        pages.append(Querier(connection).fetch(ask(after=pages[-1][-1].cursor)))
    times = [slot.booking_time for page in pages for slot in page]
    assert times == [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440) if not 600 <= minute < 603]


@pytest.mark.parametrize(
    "given",
    [
        {"limit": 501},
        {"after": "[1]"},
        *({"days": days} for days in (0, 367, -1, "7", None)),
        *({"from_date": day} for day in ("2026-02-30", "0000-01-01", "2026-3-15", "", 5)),
        {"now": None},
        {"now": "2026-03-15"},
    ],
)
def test_values_that_do_not_fit_are_refused(given: dict[str, Any]) -> None:
    (name,) = given
    with pytest.raises(ParameterError, match=rf"^services.ListFreeSlots: {name}: "):
        ask(**given)


def test_an_index_finds_the_bookings(connection: Connection) -> None:
    """Those of the days asked for, of a listing with many."""
    for number in range(20):
        insert(connection, "services_listings", {**OPEN, "id": f"l{number}", "provider_id": f"p{number}"})
    connection.execute(
        """
        INSERT INTO services_bookings (
            id, service_id, customer_id, provider_id, booking_date, booking_time, duration_minutes, status
        )
        SELECT
            day || '-' || place,
            'l' || place,
            'c',
            'p' || place,
            (date '2025-01-01' + day)::text,
            '10:00',
            60,
            'confirmed'
        FROM generate_series(0, 799) AS day
        CROSS JOIN generate_series(0, 19) AS place
        """
    )
    connection.execute("ANALYZE")
    used = used_indexes(connection, ask())
    assert "services_bookings_service_calendar_idx" in used
    assert not any(name in used for name in ("services_bookings", "services_availability", "services_listings"))


@pytest.fixture(scope="module")
def database(server_url: str, concordia_template: str) -> Iterator[Connection]:
    with (
        new_database(server_url, concordia_template) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        yield connection


@attrs.frozen
class Calendar:
    """A listing, when it is available and what is booked. Times are minutes, those of bookings since Sunday began."""

    length: int
    places: int | None
    advance: int | None
    now: int
    available: Sequence[tuple[int, int, int, bool]]
    booked: Sequence[tuple[int, int, str]]


QUARTERS = range(0, 1441, 15)
WINDOWS = st.tuples(
    st.sampled_from([0, 1, 2, 0, 1, 2, 6]),
    st.sampled_from([*QUARTERS[:50], 1320, 1380]),
    st.sampled_from([*QUARTERS[40:], 0, 90, 120, 600]),
    st.sampled_from([True, True, False]),
)
CALENDARS = st.builds(
    Calendar,
    length=st.sampled_from([15, 25, 60, 90, 240, 1440]),
    places=st.sampled_from([None, 1, 2, 3]),
    advance=st.sampled_from([None, 0, 1, 30]),
    now=st.integers(-2 * 1440, 1440),
    available=st.just([]) | st.lists(WINDOWS, min_size=3, max_size=8, unique_by=lambda each: each[:2]),
    booked=st.lists(
        st.tuples(
            st.sampled_from([*range(-1440, 3 * 1440, 15), -1, 1439]),
            st.sampled_from([0, -30, 10, 15, 60, 90, 90, 1000, 3000]),
            st.sampled_from(["pending", "confirmed", "confirmed", "completed", "cancelled_by_client"]),
        ),
        min_size=2,
        max_size=30,
    ),
)
DAYS = 3


@settings(max_examples=40, deadline=None)
@given(calendar=CALENDARS)
def test_what_is_listed_can_be_booked_and_nothing_else_can(database: Connection, calendar: Calendar) -> None:
    with database.transaction() as transaction:
        fill(database, calendar)
        querier = Querier(database)
        listed = querier.fetch(ask(DAYS, now=SUNDAY + calendar.now * MINUTE))
        expected = places(calendar)
        event(f"some free: {bool(listed)}, some not: {any(count < 1 for count in expected.values())}")
        assert listed == [
            FREE(f"{start:%Y-%m-%d}", f"{start:%H:%M}", count) for start, count in sorted(expected.items()) if count > 0
        ]
        for start, count in expected.items():
            command = services.CreateBooking(
                service_id="l",
                customer_id="c",
                booking_date=f"{start:%Y-%m-%d}",
                booking_time=f"{start:%H:%M}",
                now=SUNDAY + calendar.now * MINUTE,
            )
            with contextlib.ExitStack() as stack:
                if count < 1:
                    stack.enter_context(pytest.raises(Refused, match="full|too_soon"))
                querier.dry_run(command)
        raise Rollback(transaction)


def fill(connection: Connection, calendar: Calendar) -> None:
    listing(
        connection,
        duration_minutes=calendar.length,
        max_participants=calendar.places,
        booking_advance_hours=calendar.advance,
    )
    for day, start, end, is_available in calendar.available:
        available(connection, clock(start), clock(end), day, is_available=is_available)
    for minute, length, status in calendar.booked:
        start_at = SUNDAY + minute * MINUTE
        booked(connection, f"{start_at:%H:%M}", length, booking_date=f"{start_at:%Y-%m-%d}", status=status)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def places(calendar: Calendar) -> dict[datetime, int]:
    """The free places of each slot of the grid: 0 of one that is too soon. Counted minute by minute."""
    taken = [0] * (DAYS + 2) * 1440
    for minute, length, status in calendar.booked:
        if status in ("pending", "confirmed"):
            for each in range(max(minute, 0), min(minute + length, len(taken))):
                taken[each] += 1
    found = {}
    for start in itertools.chain.from_iterable(grid(calendar, day) for day in range(DAYS)):
        count = (calendar.places or 1) - max(taken[start : start + calendar.length])
        is_soon = start < calendar.now + (calendar.advance or 0) * 60
        found[SUNDAY + start * MINUTE] = 0 if is_soon else max(count, 0)
    return found


def grid(calendar: Calendar, day: int) -> Iterator[int]:
    """The starts of the slots of a day, 0 to 2: Sunday to Tuesday."""
    if not calendar.available:
        yield from range(day * 1440, (day + 1) * 1440 - calendar.length + 1, calendar.length)
        return
    times = [
        (each * 1440 + start, each * 1440 + end + (1440 if end <= start else 0))
        for each in range(-1, DAYS + 2)
        for weekday, start, end, is_available in calendar.available
        if weekday == each % 7 and is_available
    ]
    minutes = {minute for start, end in times for minute in range(start, end)}
    for start, end in times:
        for at in range(start, end, calendar.length):
            if at // 1440 == day and minutes.issuperset(range(at, at + calendar.length)):
                yield at
