from hypothesis import given

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import BOOKINGS, Filters, few
from tests.support.rows import insert


@few
@given(filters=BOOKINGS)
def test_bookings_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    query = services.CountBookings(**filters)  # type: ignore[arg-type]
    assert Querier(sample).fetch(query).count == len(Marketplace(sample).bookings(**filters))  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.CountBookings()).count == 0


def test_both_ends_of_a_range_are_in_it(connection: Connection) -> None:
    listing = insert(connection, "services_listings")["id"]
    for day in ("2026-03-14", "2026-03-15", "2026-03-16", "2026-03-17"):
        insert(connection, "services_bookings", {"service_id": listing, "booking_date": day})
    query = services.CountBookings(from_date="2026-03-15", to_date="2026-03-16")
    assert Querier(connection).fetch(query).count == 2
