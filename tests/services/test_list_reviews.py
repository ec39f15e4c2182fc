import pytest

from concordia_sql import ParameterError, Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS
from tests.support.reading import made, newest_first, paged


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
@pytest.mark.parametrize("rating", [None, 0, 1, 5])
def test_the_reviews_of_every_listing(
    sample: Connection, status: services.ReviewStatus | None, everything: bool, rating: int | None
) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    for listing in marketplace.ids("services_listings"):
        query = services.ListReviews(service_id=listing, status=status, rating=rating, with_unpublished=everything)
        expected = [
            made(services.ListedReview, row, author=marketplace.user(row["author_id"]), cursor="")
            for row in newest_first(marketplace.reviews(service_id=listing, status=status, rating=rating))
        ]
        assert paged(querier, query, 9) == expected


def test_an_unknown_listing_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.ListReviews(service_id="nothing")) == []


def test_pages_of_one(sample: Connection) -> None:
    querier, query = Querier(sample), services.ListReviews(service_id="listing-1")
    assert paged(querier, query, 1) == paged(querier, query, 500)


@pytest.mark.parametrize(
    "wrong", [{"rating": 6}, {"rating": -1}, {"status": "deleted"}, {"after": "x"}, {"limit": 0}], ids=str
)
def test_a_filter_that_can_never_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        services.ListReviews(service_id="listing-1", **wrong)  # type: ignore[arg-type]
