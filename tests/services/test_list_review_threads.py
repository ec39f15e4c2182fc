import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS
from tests.support.rows import NOON, insert


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
def test_the_threads_of_every_listing(
    sample: Connection, status: services.ReviewStatus | None, everything: bool
) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    for listing in marketplace.ids("services_listings"):
        query = services.ListReviewThreads(service_id=listing, status=status, with_unpublished=everything)
        assert querier.fetch(query) == marketplace.review_threads(listing, status)


def test_an_unknown_listing_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.ListReviewThreads(service_id="nothing")) == []


def test_a_reply_to_what_is_not_shown_stands_with_the_reviews(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "s"})
    for key, parent, deleted_at in [("gone", None, NOON), ("reply", "gone", None), ("below", "reply", None)]:
        row = {"id": key, "service_id": "s", "parent_id": parent, "deleted_at": deleted_at, "created_at": NOON}
        insert(connection, "services_reviews", row)
    (root,) = Querier(connection).fetch(services.ListReviewThreads(service_id="s"))
    assert (root.id, root.parent_id, [reply.id for reply in root.replies]) == ("reply", "gone", ["below"])


def test_of_a_cycle_the_oldest_stands_with_the_reviews(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "s"})
    for key, hour in {"a": 14, "b": 12, "c": 13}.items():
        insert(connection, "services_reviews", {"id": key, "service_id": "s", "created_at": NOON.replace(hour=hour)})
    for key, parent in [("a", "c"), ("b", "a"), ("c", "b")]:
        connection.execute("UPDATE services_reviews SET parent_id = %s WHERE id = %s", [parent, key])
    (root,) = Querier(connection).fetch(services.ListReviewThreads(service_id="s"))
    assert [node.id for node in root.walk()] == ["b", "c", "a"]
