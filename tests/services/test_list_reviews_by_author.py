import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS
from tests.support.reading import newest_first, paged


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
def test_the_reviews_of_every_user(sample: Connection, status: services.ReviewStatus | None, everything: bool) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    for author in [*marketplace.ids("user"), "gone", "nobody"]:
        query = services.ListReviewsByAuthor(author_id=author, status=status, with_unpublished=everything)
        found = paged(querier, query, 5)
        rows = newest_first(marketplace.reviews(author_id=author, status=status))
        assert found == [marketplace.review_details(row, services.ListedReviewDetails, cursor="") for row in rows]
