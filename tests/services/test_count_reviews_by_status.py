import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace


@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
def test_the_reviews_of_all_listings(sample: Connection, status: services.ReviewStatus) -> None:
    expected = Marketplace(sample, with_unpublished=True).reviews(status=status)
    assert Querier(sample).fetch(services.CountReviewsByStatus(status=status)).count == len(expected)


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.CountReviewsByStatus(status="pending")).count == 0
