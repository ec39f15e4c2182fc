import pytest

from concordia_sql import ParameterError, Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import paged


@pytest.mark.parametrize("limit", [1, 4, 500])
@pytest.mark.parametrize("day", [None, 0, 1, 4, 6])
def test_the_week_of_every_listing(sample: Connection, day: int | None, limit: int) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for listing in [*marketplace.ids("services_listings"), "nothing"]:
        found = paged(querier, services.ListAvailability(service_id=listing, day_of_week=day), limit)
        assert found == marketplace.availability(listing, day, services.ListedAvailabilitySlot, cursor="")


def test_the_week_begins_on_sunday(sample: Connection) -> None:
    found = Querier(sample).fetch(services.ListAvailability(service_id="listing-1"))
    assert [(slot.day_of_week, slot.start_time) for slot in found] == [
        (day, start) for day in range(7) for start in ("09:00", "14:00")
    ]


@pytest.mark.parametrize("day", [-1, 7])
def test_a_day_that_is_none_is_refused(day: int) -> None:
    with pytest.raises(ParameterError, match="day_of_week"):
        services.ListAvailability(service_id="listing-1", day_of_week=day)
