from hypothesis import given

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import BOOKINGS, Filters, few


@few
@given(filters=BOOKINGS)
def test_bookings_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    query = services.CountBookings(**filters)  # type: ignore[arg-type]
    assert Querier(sample).fetch(query).count == len(Marketplace(sample).bookings(**filters))  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.CountBookings()).count == 0
