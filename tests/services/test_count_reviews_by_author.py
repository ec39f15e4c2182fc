import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
def test_the_reviews_of_every_user(sample: Connection, status: services.ReviewStatus | None, everything: bool) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    for author in [*marketplace.ids("user"), "gone", "nobody"]:
        query = services.CountReviewsByAuthor(author_id=author, status=status, with_unpublished=everything)
        assert querier.fetch(query).count == len(marketplace.reviews(author_id=author, status=status))
