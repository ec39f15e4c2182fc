import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import REVIEW_STATUSES


@pytest.mark.parametrize("status", REVIEW_STATUSES)
def test_the_reviews_of_every_user(sample: Connection, status: services.ReviewStatus | None) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for author in [*marketplace.ids("user"), "gone", "nobody"]:
        query = services.CountReviewsByAuthor(author_id=author, status=status)
        assert querier.fetch(query).count == len(marketplace.reviews(author_id=author, status=status))
