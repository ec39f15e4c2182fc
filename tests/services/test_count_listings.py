from hypothesis import given

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import LISTINGS, Filters, few
from tests.support.rows import NOON, insert


@few
@given(filters=LISTINGS)
def test_listings_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    query = services.CountListings(**filters)  # type: ignore[arg-type]
    expected = Marketplace(sample, with_unpublished=bool(filters.pop("with_unpublished")))
    assert Querier(sample).fetch(query).count == len(expected.listings(**filters))  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.CountListings()).count == 0


def test_deleted_listings_are_left_out(connection: Connection) -> None:
    for values in ({}, {"deleted_at": NOON}, {"status": "deleted"}):
        insert(connection, "services_listings", values)
    assert Querier(connection).fetch(services.CountListings()).count == 1
