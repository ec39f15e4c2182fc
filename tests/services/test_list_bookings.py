import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import ParameterError, Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import BOOKINGS, Filters, few
from tests.support.reading import paged
from tests.support.rows import insert


@few
@given(filters=BOOKINGS, limit=st.sampled_from([3, 500]))
def test_bookings_that_fit_all_filters(sample: Connection, filters: Filters, limit: int) -> None:
    marketplace = Marketplace(sample, with_unpublished=True)
    found = paged(Querier(sample), services.ListBookings(**filters), limit)  # type: ignore[arg-type]
    rows = marketplace.bookings(**filters)  # type: ignore[arg-type]
    assert found == [marketplace.booking_details(row, services.ListedBooking, cursor="") for row in rows]


def test_each_filter_finds_some_and_leaves_some_out(sample: Connection) -> None:
    querier = Querier(sample)
    everything = len(querier.fetch(services.ListBookings(limit=500)))
    for query in (
        services.ListBookings(service_id="listing-1", limit=500),
        services.ListBookings(customer_id="user-1", limit=500),
        services.ListBookings(provider_id="gone", limit=500),
        services.ListBookings(status="no_show", limit=500),
        services.ListBookings(from_date="2026-01-20", limit=500),
        services.ListBookings(to_date="2026-01-10", limit=500),
    ):
        assert 0 < len(querier.fetch(query)) < everything, query


def test_both_ends_of_a_range_are_in_it(connection: Connection) -> None:
    listing = insert(connection, "services_listings")["id"]
    for day in ("2026-03-14", "2026-03-15", "2026-03-16", "2026-03-17"):
        insert(connection, "services_bookings", {"id": day, "service_id": listing, "booking_date": day})
    query = services.ListBookings(from_date="2026-03-15", to_date="2026-03-16")
    assert [booking.id for booking in Querier(connection).fetch(query)] == ["2026-03-15", "2026-03-16"]


FORMS = [
    "2026-03-09",
    "2026-3-9",
    " 2026-03-9 ",
    "2026-03-09T00:00:00.000Z",
    "2026-03-09 00:00:00+00",
    "2026-3-09",
]
"""Ways in which writers store one day."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("limit", [1, 500])
def test_a_date_of_another_form_is_the_day_that_it_means(connection: Connection, form: str, limit: int) -> None:
    listing = insert(connection, "services_listings")["id"]
    insert(connection, "services_bookings", {"id": "b", "service_id": listing, "booking_date": form})
    for key, other in {"earlier": "2026-3-8", "later": "2026-03-10T00:00:00Z", "unclear": "2026-02-30"}.items():
        insert(connection, "services_bookings", {"id": key, "service_id": listing, "booking_date": other})
    querier = Querier(connection)
    for first, last, expected in [
        ("2026-03-09", "2026-03-09", {"b"}),
        (None, "2026-03-09", {"b", "earlier"}),
        ("2026-03-09", None, {"b", "later"}),
        ("2025-10-01", "2027-10-01", {"b", "earlier", "later"}),
        ("0001-01-01", "9999-12-31", {"b", "earlier", "later"}),
        ("2026-03-10", "2026-12-31", {"later"}),
        (None, None, {"b", "earlier", "later", "unclear"}),
    ]:
        query = services.ListBookings(from_date=first, to_date=last)
        found = paged(querier, query, limit)
        assert {booking.id for booking in found} == expected
        assert [booking.booking_date for booking in found] == sorted(booking.booking_date for booking in found)
        assert querier.fetch(services.CountBookings(from_date=first, to_date=last)).count == len(expected)


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_by_date_then_time_then_id(connection: Connection, limit: int) -> None:
    listing = insert(connection, "services_listings")["id"]
    for key, day, time in [
        ("e", "2026-03-15", "10:00"),
        ("c", "2026-03-15", "10:00"),
        ("a", "2026-03-16", "08:00"),
        ("d", "2026-03-15", "09:00"),
        ("b", "2026-02-28", "18:00"),
    ]:
        values = {"id": key, "service_id": listing, "booking_date": day, "booking_time": time}
        insert(connection, "services_bookings", values)
    found = paged(Querier(connection), services.ListBookings(), limit)
    assert [booking.id for booking in found] == ["b", "d", "c", "e", "a"]


@pytest.mark.parametrize(
    "day",
    [
        "",
        "2026-3-15",
        "15.03.2026",
        "2026-03-15T10:00",
        "2026-03-15\n",
        "2026-13-01",
        "2026-00-01",
        "2026-03-32",
        "\u0662\u0660\u0662\u0666-03-15",
    ],
)
@pytest.mark.parametrize("name", ["from_date", "to_date"])
def test_a_date_of_another_form_is_refused(name: str, day: str) -> None:
    with pytest.raises(ParameterError, match=name):
        services.ListBookings(**{name: day})  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["x", "[]", '["2026-03-15", "10:00"]', '["2026-03-15", "10:00", 1]'])
def test_what_is_no_cursor_is_refused(wrong: str) -> None:
    with pytest.raises(ParameterError, match="cursor"):
        services.ListBookings(after=wrong)
