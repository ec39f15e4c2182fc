"""Bookings: made within the listing's rules, changed along their states, deleted."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest

from concordia_sql import (
    UNSET,
    AsyncQuerier,
    Conflict,
    NotFound,
    ParameterError,
    Querier,
    Refused,
    services,
)
from tests.support.reading import made, row_or_none
from tests.support.rows import NOON, Row, insert
from tests.support.writes import watched

Connection = psycopg.Connection[Any]

NOW = datetime(2026, 3, 15, 8)
"""A Sunday."""
OPEN = {"id": "l", "provider_id": "provider", "status": "active", "duration_minutes": 60}
STATUSES: tuple[services.BookingStatus, ...] = (
    "pending",
    "confirmed",
    "completed",
    "cancelled_by_client",
    "cancelled_by_provider",
    "no_show",
)
ALLOWED = {
    ("pending", "confirmed"),
    ("pending", "cancelled_by_client"),
    ("pending", "cancelled_by_provider"),
    ("confirmed", "completed"),
    ("confirmed", "no_show"),
    ("confirmed", "cancelled_by_client"),
    ("confirmed", "cancelled_by_provider"),
}
STAMPS = {
    "completed": ["completed_at"],
    "cancelled_by_client": ["cancelled_at"],
    "cancelled_by_provider": ["cancelled_at"],
}
MALFORMED = [
    ("2026-02-30", "10:00"),
    ("2026-00-15", "10:00"),
    ("0000-03-15", "10:00"),
    ("15/03/2026", "10:00"),
    ("", ""),
    ("now", "now"),
    ("infinity", "10:00"),
    ("2026-03-15", "10h"),
    ("2026-03-15", "24:01"),
    ("2026-03-15T10:00:00Z", "10:00"),
    ("2026-02-29", "10:00"),
    ("2026-03-15", "10:60"),
    ("2026-03-15", "' OR TRUE --"),
    ("2026-03-15", "🎉\\"),
]


def booking(time: str = "10:00", **given: Any) -> services.CreateBooking:
    values: dict[str, Any] = {"service_id": "l", "customer_id": "c", "booking_date": "2026-03-15", "now": NOW}
    return services.CreateBooking(**{**values, "booking_time": time, **given})


def listing(connection: Connection, **given: object) -> Row:
    return insert(connection, "services_listings", {**OPEN, **given})


def booked(connection: Connection, time: str = "10:00", **given: object) -> Row:
    values = {"service_id": "l", "booking_date": "2026-03-15", "booking_time": time, "duration_minutes": 60}
    return insert(connection, "services_bookings", {**values, **given})


def available(connection: Connection, start: str, end: str, day: int = 0, **given: object) -> Row:
    values = {"service_id": "l", "day_of_week": day, "start_time": start, "end_time": end}
    return insert(connection, "services_availability", {**values, **given})


def refusal(connection: Connection, command: services.CreateBooking) -> str | None:
    """Why the booking is refused, if it is; it is not kept."""
    reason = None
    with watched(connection) as written:
        try:
            Querier(connection).dry_run(command)
        except Refused as error:
            reason = error.reason
    assert written.tables == {}
    return reason


def test_a_booking_takes_price_and_duration_from_the_listing(connection: Connection) -> None:
    listing(connection, base_price="50.00", currency="CHF", price_type="hourly", duration_minutes=90)
    insert(connection, "services_listings", {**OPEN, "id": "other"})
    command = booking(customer_message="نص 🎉 '; DROP TABLE services_bookings; --")
    with watched(connection) as written:
        created = Querier(connection).execute(command)
    row = row_or_none(connection, "services_bookings", id=command.id)
    assert row is not None and created == made(services.Booking, row)
    assert written.tables["services_bookings"].added == [row]
    assert written.counts() == {"services_bookings": 1}
    assert row.pop("created_at") == row.pop("updated_at") > NOON
    assert row == {
        "id": command.id,
        "service_id": "l",
        "customer_id": "c",
        "provider_id": "provider",
        "booking_date": "2026-03-15",
        "booking_time": "10:00",
        "duration_minutes": 90,
        "total_price": "50.00",
        "currency": "CHF",
        "status": "pending",
        "customer_message": "نص 🎉 '; DROP TABLE services_bookings; --",
        "provider_response": None,
        "cancelled_at": None,
        "completed_at": None,
    }


def test_what_the_listing_does_not_say_the_booking_does_not(connection: Connection) -> None:
    listing(connection, base_price=None, currency=None)
    created = Querier(connection).execute(booking(id="b"))
    assert (created.id, created.total_price, created.currency, created.customer_message) == ("b", None, None, None)


def test_there_is_nothing_to_book(connection: Connection) -> None:
    listing(connection)
    with watched(connection) as written, pytest.raises(NotFound, match=r"^services.CreateBooking found no row$"):
        Querier(connection).execute(booking(service_id="nothing"))
    assert written.tables == {}


def test_an_id_is_taken(connection: Connection) -> None:
    listing(connection)
    booked(connection, "20:00", id="b")
    with watched(connection) as written, pytest.raises(Conflict) as caught:
        Querier(connection).execute(booking(id="b"))
    assert (caught.value.columns, written.tables) == (("id",), {})


def test_the_listing_says_whether_it_can_be_booked(connection: Connection) -> None:
    cases: Sequence[tuple[Mapping[str, object], str | None]] = [
        ({"status": "pending_review"}, "not_active"),
        ({"status": "suspended"}, "not_active"),
        ({"status": "archived"}, "not_active"),
        ({"status": "draft"}, "not_active"),
        ({"status": "deleted"}, "not_active"),
        ({"is_active": False}, "not_active"),
        ({"deleted_at": NOON}, "not_active"),
        ({"provider_id": "c"}, "own_listing"),
        ({"duration_minutes": None}, "no_duration"),
        ({"duration_minutes": 0}, "no_duration"),
        ({"duration_minutes": -(2**31)}, "no_duration"),
        ({"duration_minutes": 2**31 - 1}, None),
        ({"booking_advance_hours": 3}, "too_soon"),
        ({"booking_advance_hours": 2}, None),
        ({"booking_advance_hours": 2**31 - 1}, "too_soon"),
        ({"booking_advance_hours": -(2**31)}, None),
        ({"max_participants": 0}, "full"),
        ({"max_participants": -1}, "full"),
    ]
    for number, (given, reason) in enumerate(cases):
        listing(connection, **{**given, "id": f"l{number}"})
        assert refusal(connection, booking(service_id=f"l{number}")) == reason, given


def test_the_first_reason_is_the_one_given(connection: Connection) -> None:
    """Each is mended in turn, and the next one shows."""
    listing(connection, is_active=False, provider_id="c", duration_minutes=None, booking_advance_hours=10)
    available(connection, "20:00", "21:00")
    booked(connection)
    mends = [
        ("not_active", "UPDATE services_listings SET is_active = TRUE"),
        ("own_listing", "UPDATE services_listings SET provider_id = 'provider'"),
        ("no_duration", "UPDATE services_listings SET duration_minutes = 60"),
        ("too_soon", "UPDATE services_listings SET booking_advance_hours = NULL"),
        ("outside_availability", "DELETE FROM services_availability"),
        ("full", "DELETE FROM services_bookings"),
    ]
    for reason, mend in mends:
        assert refusal(connection, booking()) == reason
        connection.execute(mend.encode())
    assert refusal(connection, booking()) is None


def test_now_is_what_the_clock_shows(connection: Connection) -> None:
    listing(connection)
    connection.execute("SET TimeZone = 'America/Los_Angeles'")
    for now, reason in [
        (datetime(2026, 3, 15, 10), None),
        (datetime(2026, 3, 15, 10, 0, 0, 1), "too_soon"),
        (datetime(2026, 3, 16), "too_soon"),
        (datetime(2026, 3, 15, 10, tzinfo=UTC), None),
        (datetime(2026, 3, 15, 10, tzinfo=timezone(timedelta(hours=-8))), None),
        (datetime(2026, 3, 15, 11, tzinfo=timezone(timedelta(hours=8))), "too_soon"),
    ]:
        assert refusal(connection, booking(now=now)) == reason, now


def test_a_booking_lies_in_the_available_times(connection: Connection) -> None:
    """As other writers write them. Those that meet are one; an end that is not after the start is on the next day."""
    listing(connection)
    insert(connection, "services_listings", {**OPEN, "id": "other"})
    available(connection, "9:00", "12:00 ")
    available(connection, "12:30:00", "13:00:00")
    available(connection, "12:00", "12:30:00.000")
    available(connection, "23:00", "24:00")
    available(connection, "00:00", "00:45", day=1)
    available(connection, "09:00", "10:00", day=6)
    available(connection, "09:00", "20:00", day=2, is_available=False)
    available(connection, "9h", "20:00", day=3)
    available(connection, "22:00", "2:00", day=3)
    available(connection, "00:00", "24:00", day=1, service_id="other")
    outside, unclear = "outside_availability", "unclear_availability"
    for date, time, reason in [
        ("2026-03-15", "09:00", None),
        ("2026-03-15", "11:00", None),
        ("2026-03-15", "11:01", None),
        ("2026-03-15", "08:59", outside),
        ("2026-03-15", "12:00", None),
        ("2026-03-15", "12:01", outside),
        ("2026-03-15", "23:00", None),
        ("2026-03-15", "23:45", None),  # up to Monday, 00:45
        ("2026-03-15", "23:46", outside),
        ("2026-03-16", "00:00", outside),
        ("2026-03-21", "09:00", None),  # a Saturday
        ("2026-03-22", "09:00", None),
        ("2026-03-17", "10:00", outside),  # not available
        ("2026-03-18", "10:00", unclear),
        ("2026-03-18", "22:00", None),
        ("2026-03-18", "23:30", None),
        ("2026-03-19", "01:00", None),
        ("2026-03-19", "01:01", unclear),  # Wednesday's times may reach to here
        ("2026-03-20", "01:00", outside),
    ]:
        command = booking(time, booking_date=date, now=datetime(2026, 3, 1))
        assert refusal(connection, command) == reason, (date, time)


def test_who_is_open_round_the_clock_takes_a_booking_of_weeks(connection: Connection) -> None:
    listing(connection, duration_minutes=20 * 24 * 60)
    for day in range(6):
        available(connection, "00:00", "00:00", day=day)
    assert refusal(connection, booking("10:30")) == "outside_availability"
    available(connection, "00:00", "24:00", day=6)
    assert refusal(connection, booking("10:30")) is None


@pytest.mark.parametrize(
    ("date", "time"),
    [
        *(("2026-03-15", time) for time in ("9:00", "09:00:00", " 09:00", "09:00 ", "09:00:00.000")),
        *((date, "09:00") for date in ("2026-3-15", " 2026-03-15 ", "2026-03-15T00:00:00.000Z", "2026-03-15 00:00:00")),
        ("2026-3-14T00:00:00+00:00", "24:00"),
    ],
)
def test_a_booking_of_another_writer_takes_the_place_that_it_means(
    connection: Connection, date: str, time: str
) -> None:
    listing(connection, cancellation_hours=2, duration_minutes=30)
    start = "00:00" if time == "24:00" else "09:00"
    booked(connection, time, id="b", booking_date=date, duration_minutes=30, status="confirmed")
    now = datetime(2026, 3, 14)
    assert refusal(connection, booking(start, now=now)) == "full"
    assert refusal(connection, booking(f"{start[:2]}:30", now=now)) is None
    free = Querier(connection).fetch(services.ListFreeSlots(service_id="l", from_date="2026-03-15", days=1, now=now))
    assert len(free) == 47 and start not in {slot.booking_time for slot in free}
    late = datetime.fromisoformat(f"2026-03-15T{start}") - timedelta(hours=2, microseconds=-1)
    with pytest.raises(Refused, match="too_late"):
        Querier(connection).execute(status_change("cancelled_by_client", id="b", now=late))
    late -= timedelta(microseconds=1)
    assert Querier(connection).execute(status_change("cancelled_by_client", id="b", now=late)).id == "b"


@pytest.mark.parametrize("price", ["abc", "NaN", "-5", "50,00", "1e3", "", " 5"])
def test_what_is_no_price_is_not_booked(connection: Connection, price: str) -> None:
    listing(connection, base_price=price)
    assert refusal(connection, booking()) == "unclear_price"


def test_no_time_is_available(connection: Connection) -> None:
    """Not the same as to say nothing of it."""
    listing(connection)
    assert refusal(connection, booking("23:30")) is None
    available(connection, "00:00", "24:00", is_available=False)
    assert refusal(connection, booking("10:00")) == "outside_availability"


def test_times_that_touch_do_not_overlap(connection: Connection) -> None:
    for time, length, reason in [
        ("09:00", 60, None),
        ("09:01", 60, "full"),
        ("10:00", 60, "full"),
        ("10:59", 60, "full"),
        ("11:00", 60, None),
        ("09:00", 240, "full"),
        ("09:30", 31, "full"),
        ("09:30", 30, None),
        ("10:20", 10, "full"),
    ]:
        own = listing(connection, id=f"{time} {length}", duration_minutes=length)["id"]
        booked(connection, "10:00", service_id=own)
        assert refusal(connection, booking(time, service_id=own)) == reason, (time, length)


def test_places_are_counted_at_the_same_moment(connection: Connection) -> None:
    """Four bookings within a long one's time, never more than two of them at once."""
    listing(connection, duration_minutes=240, max_participants=3)
    for time in ("10:00", "11:00", "10:30", "12:00"):
        booked(connection, time)
    assert refusal(connection, booking("09:00")) is None
    booked(connection, "11:30", duration_minutes=1)
    assert refusal(connection, booking("09:00")) is None
    booked(connection, "10:59", duration_minutes=1)
    assert refusal(connection, booking("09:00")) == "full"


def test_who_takes_a_place(connection: Connection) -> None:
    listing(connection)
    reasons = {}
    for status in (*STATUSES, "another"):
        own = listing(connection, id=status)["id"]
        booked(connection, service_id=own, status=status)
        reasons[status] = refusal(connection, booking(service_id=own))
    assert {status for status, reason in reasons.items() if reason == "full"} == {"pending", "confirmed"}
    assert refusal(connection, booking()) is None


def test_a_booking_may_cross_midnight(connection: Connection) -> None:
    listing(connection, duration_minutes=120)
    booked(connection, "23:00", booking_date="2026-12-31", duration_minutes=180)
    for date, time, reason in [
        ("2026-12-31", "21:00", None),
        ("2026-12-31", "22:00", "full"),
        ("2027-01-01", "00:30", "full"),
        ("2027-01-01", "01:59", "full"),
        ("2027-01-01", "02:00", None),
    ]:
        assert refusal(connection, booking(time, booking_date=date)) == reason, (date, time)


def test_a_booking_of_many_days_still_takes_its_place(connection: Connection) -> None:
    listing(connection)
    booked(connection, "10:00", booking_date="2026-01-01", duration_minutes=73 * 24 * 60 + 30)  # up to March 15, 10:30
    assert refusal(connection, booking("10:00")) == "full"
    assert refusal(connection, booking("10:30")) is None


def test_a_booking_of_no_length_takes_no_place(connection: Connection) -> None:
    listing(connection)
    booked(connection, "10:30", duration_minutes=0)
    booked(connection, "10:30", duration_minutes=-15)
    assert refusal(connection, booking()) is None
    booked(connection, "10:16", duration_minutes=10)
    assert refusal(connection, booking()) == "full"


def test_the_first_and_the_last_day_there_are(connection: Connection) -> None:
    listing(connection, duration_minutes=120)
    for date, time in (("0001-01-01", "00:00"), ("9999-12-31", "23:00")):
        command = booking(time, booking_date=date, now=datetime(1, 1, 1))
        Querier(connection).execute(command)
        assert refusal(connection, command) == "full"


@pytest.mark.parametrize(("date", "time"), MALFORMED)
def test_a_booking_that_means_no_time_is_an_error_and_no_free_place(
    connection: Connection, date: str, time: str
) -> None:
    listing(connection, cancellation_hours=24)
    booked(connection, time, id="b", booking_date=date, status="confirmed")
    looks_like_a_date = date[:4] == "2026" and date[5:7] != "00"  # so that it matters to those near it
    near = date[:10] if date[:7] == "2026-03" else "2026-03-01" if looks_like_a_date else "2026-03-15"
    for day, reason in ((near, "unclear_booking"), ("2026-04-15", None if looks_like_a_date else "unclear_booking")):
        assert refusal(connection, booking(booking_date=day, now=datetime(2026, 2, 1))) == reason
        slots = services.ListFreeSlots(service_id="l", from_date=day, days=2, now=datetime(2026, 2, 1))
        if reason:
            with pytest.raises(Refused, match=rf"^services\.ListFreeSlots: {reason}$"):
                Querier(connection).fetch(slots)
        else:
            assert len(Querier(connection).fetch(slots)) == 48
    with watched(connection) as written, pytest.raises(Refused, match="unclear_booking"):
        Querier(connection).execute(status_change("cancelled_by_client", id="b"))
    assert written.tables == {}
    assert Querier(connection).execute(status_change("cancelled_by_provider", id="b")).id == "b"
    assert refusal(connection, booking()) is None


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ParameterError) as caught:
        booking(booking_date="2026-02-30")
    assert str(caught.value) == ('services.CreateBooking: booking_date: there is no such day; give one as "2026-03-15"')


@pytest.mark.parametrize(
    "given",
    [{"booking_time": time} for time in ("24:00", "9:00", "10:60", "10:00:00", "10:00\n", "", 10)]
    + [{"booking_date": day} for day in ("2025-02-29", "0000-01-01", "2026-3-15", "20260315", "2026-W01-1", "", 5)]
    + [{"now": "2026-03-15"}, {"now": None}, {"customer_id": "a\0b"}],
)
def test_values_that_do_not_fit_are_refused(given: dict[str, Any]) -> None:
    (name,) = given
    with pytest.raises(ParameterError, match=rf"^services.CreateBooking: {name}: "):
        booking(**given)


async def test_booking_asynchronously(async_connection: psycopg.AsyncConnection[Any], connection: Connection) -> None:
    listing(connection)
    querier = AsyncQuerier(async_connection)
    assert (await querier.execute(booking(id="b"))).id == "b"
    with pytest.raises(Refused, match=r"^services.CreateBooking: full$"):
        await querier.execute(booking())


def status_change(status: services.BookingStatus, **given: Any) -> services.ChangeBookingStatus:
    return services.ChangeBookingStatus(**{"id": "b", "now": NOW, "status": status, **given})


def test_which_status_follows_which(connection: Connection) -> None:
    listing(connection)
    querier = Querier(connection)
    for before, after in itertools.product((*STATUSES, "another"), STATUSES):
        own = booked(connection, status=before, updated_at=NOON)["id"]
        with watched(connection) as written:
            if (before, after) in ALLOWED:
                changed = querier.execute(status_change(after, id=own))
                row = row_or_none(connection, "services_bookings", id=own)
                assert row is not None and changed == made(services.Booking, row)
            else:
                with pytest.raises(Refused) as caught:
                    querier.execute(status_change(after, id=own))
                assert (caught.value.reason, caught.value.found) == ("state", before)
        if (before, after) not in ALLOWED:
            assert written.tables == {}
            continue
        (only,) = written.tables.pop("services_bookings").changed
        now = only["updated_at"]
        assert now > NOON and written.tables == {}
        assert only == {"id": own, "status": after, "updated_at": now, **dict.fromkeys(STAMPS.get(after, ()), now)}


def test_stamps_are_utc(connection: Connection) -> None:
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    listing(connection)
    before = datetime.now(UTC).replace(tzinfo=None)
    created = Querier(connection).execute(booking(id="b"))
    cancelled = Querier(connection).execute(status_change("cancelled_by_provider"))
    assert cancelled.cancelled_at is not None
    after = datetime.now(UTC).replace(tzinfo=None)
    assert before <= created.created_at < cancelled.cancelled_at <= after


def test_there_is_no_booking(connection: Connection) -> None:
    with watched(connection) as written, pytest.raises(NotFound):
        Querier(connection).execute(status_change("confirmed"))
    assert written.tables == {}


def test_the_provider_may_say_something(connection: Connection) -> None:
    listing(connection)
    booked(connection, id="b", provider_response="before")
    querier = Querier(connection)
    assert querier.dry_run(status_change("confirmed")).provider_response == "before"
    assert querier.dry_run(status_change("confirmed", provider_response=UNSET)).provider_response == "before"
    for text in (None, "", "مرحبا 👩‍🍳", "'; --"):
        assert querier.dry_run(status_change("confirmed", provider_response=text)).provider_response == text


def test_until_when_a_client_may_cancel(connection: Connection) -> None:
    querier = Querier(connection)
    for number, (hours, now, is_late) in enumerate(
        [
            (24, datetime(2026, 3, 14, 10), False),
            (24, datetime(2026, 3, 14, 10, 0, 0, 1), True),
            (24, datetime(2026, 3, 14, 10, tzinfo=timezone(timedelta(hours=-8))), False),
            (0, datetime(2026, 3, 15, 10), False),
            (0, datetime(2026, 3, 15, 10, 1), True),
            (None, datetime(2026, 3, 16), False),
            (2**31 - 1, datetime(2026, 1, 1), True),
            (-(2**31), datetime(2026, 3, 15, 10), False),
        ]
    ):
        own = f"l{number}"
        listing(connection, id=own, cancellation_hours=hours, booking_advance_hours=1, status="archived")
        booked(connection, service_id=own, id=own, status="confirmed", duration_minutes=0)
        pending = booked(connection, service_id=own)["id"]
        others = [
            status_change("cancelled_by_client", now=now, id=pending),
            status_change("cancelled_by_provider", now=now, id=own),
            status_change("no_show", now=now, id=own),
        ]
        assert [querier.dry_run(command).status for command in others] == [command.status for command in others]
        command = status_change("cancelled_by_client", now=now, id=own)
        if not is_late:
            assert querier.execute(command).cancelled_at is not None
            continue
        with watched(connection) as written, pytest.raises(Refused) as caught:
            querier.execute(command)
        assert (caught.value.reason, caught.value.found, written.tables) == ("too_late", None, {})


def test_what_is_cancelled_can_be_booked_again(connection: Connection) -> None:
    listing(connection)
    querier = Querier(connection)
    querier.execute(booking(id="b"))
    assert refusal(connection, booking()) == "full"
    querier.execute(status_change("confirmed"))
    assert refusal(connection, booking()) == "full"
    querier.execute(status_change("cancelled_by_client"))
    assert refusal(connection, booking()) is None


def test_texts_are_changed(connection: Connection) -> None:
    listing(connection)
    querier = Querier(connection)
    changes: list[dict[str, Any]] = [{"customer_message": "مرحبا"}, {"provider_response": "'; --"}, {}]
    for given in [*changes, {"customer_message": None}]:
        own = booked(connection, customer_message="before", provider_response="before", updated_at=NOON)["id"]
        with watched(connection) as written:
            changed = querier.execute(services.ChangeBooking(id=own, **given))
        row = row_or_none(connection, "services_bookings", id=own)
        assert row is not None and changed == made(services.Booking, row)
        (only,) = written.tables["services_bookings"].changed
        assert only.pop("updated_at") > NOON
        assert only == {"id": own, **given}
        assert querier.execute(services.ChangeBooking(id="nothing", **given)) is None


def test_a_booking_is_deleted(connection: Connection) -> None:
    listing(connection)
    row, _ = booked(connection, id="b", status="completed"), booked(connection)
    querier = Querier(connection)
    with watched(connection) as written:
        assert querier.dry_run(services.DeleteBooking(id="b")) == services.DeletedBooking(services_bookings=1)
        assert querier.execute(services.DeleteBooking(id="nothing")) == services.DeletedBooking(services_bookings=0)
    assert written.tables == {}
    with watched(connection) as written:
        assert querier.execute(services.DeleteBooking(id="b")) == services.DeletedBooking(services_bookings=1)
    assert written.tables["services_bookings"].removed == [row]
    assert written.counts() == {"services_bookings": -1}
