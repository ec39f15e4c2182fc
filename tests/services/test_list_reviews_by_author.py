import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import REVIEW_STATUSES
from tests.support.reading import newest_first, paged


@pytest.mark.parametrize("status", REVIEW_STATUSES)
def test_the_reviews_of_every_user(sample: Connection, status: services.ReviewStatus | None) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for author in [*marketplace.ids("user"), "gone", "nobody"]:
        found = paged(querier, services.ListReviewsByAuthor(author_id=author, status=status), 5)
        rows = newest_first(marketplace.reviews(author_id=author, status=status))
        assert found == [marketplace.review_details(row, services.ListedReviewDetails, cursor="") for row in rows]
