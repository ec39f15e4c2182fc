import pytest

from concordia_sql import ParameterError, Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import paged


@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
@pytest.mark.parametrize("limit", [4, 500])
def test_the_reviews_of_all_listings_oldest_first(
    sample: Connection, status: services.ReviewStatus, limit: int
) -> None:
    marketplace = Marketplace(sample, with_unpublished=True)
    found = paged(Querier(sample), services.ListReviewsByStatus(status=status), limit)
    assert len(found) > 4
    assert found == [
        marketplace.review_details(row, services.ModeratedReview, cursor="")
        for row in marketplace.reviews(status=status)
    ]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.ListReviewsByStatus(status="pending")) == []


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(ParameterError, match="status"):
        services.ListReviewsByStatus(status="deleted")  # type: ignore[arg-type]
