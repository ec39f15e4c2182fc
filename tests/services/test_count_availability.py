import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace


@pytest.mark.parametrize("day", [None, 0, 1, 4, 6])
def test_the_week_of_every_listing(sample: Connection, day: int | None) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for listing in [*marketplace.ids("services_listings"), "nothing"]:
        query = services.CountAvailability(service_id=listing, day_of_week=day)
        assert querier.fetch(query).count == len(marketplace.availability(listing, day))
