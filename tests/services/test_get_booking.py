import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import made
from tests.support.rows import NOON, insert


def test_every_booking_with_listing_and_people(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=True)
    expected = [marketplace.booking_details(row) for row in marketplace.bookings()]
    assert len(expected) > 50
    for name in ("service", "customer", "provider"):
        assert len({getattr(booking, name) is None for booking in expected}) == 2, name
    for booking in expected:
        assert querier.fetch(services.GetBooking(id=booking.id)) == booking


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetBooking(id="nothing")) is None


@pytest.mark.parametrize("deleted", [{"deleted_at": NOON}, {"status": "deleted"}])
def test_it_outlives_listing_and_accounts(connection: Connection, deleted: dict[str, object]) -> None:
    listing = insert(connection, "services_listings", deleted)["id"]
    row = insert(connection, "services_bookings", {"service_id": listing, "currency": None})
    found = Querier(connection).fetch(services.GetBooking(id=row["id"]))
    assert found == made(services.BookingDetails, row, service=None, customer=None, provider=None)


def test_customer_and_provider_are_not_mixed_up(connection: Connection) -> None:
    listing = insert(connection, "services_listings")["id"]
    people = {name: insert(connection, "user", {"name": name})["id"] for name in ("customer", "provider")}
    values = {"id": "b", "service_id": listing, "customer_id": people["customer"], "provider_id": people["provider"]}
    insert(connection, "services_bookings", values)
    found = Querier(connection).fetch(services.GetBooking(id="b"))
    assert found is not None
    assert found.customer is not None
    assert found.provider is not None
    assert (found.customer.name, found.provider.name) == ("customer", "provider")
