import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
@pytest.mark.parametrize("rating", [None, 0, 1, 5])
def test_the_reviews_of_every_listing(
    sample: Connection, status: services.ReviewStatus | None, everything: bool, rating: int | None
) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    for listing in [*marketplace.ids("services_listings"), "nothing"]:
        query = services.CountReviews(service_id=listing, status=status, rating=rating, with_unpublished=everything)
        expected = marketplace.reviews(service_id=listing, status=status, rating=rating)
        assert querier.fetch(query).count == len(expected)
