import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS
from tests.support.reading import Row, grown
from tests.support.rows import NOON, insert


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
def test_every_review_with_all_below_it(
    sample: Connection, status: services.ReviewStatus | None, everything: bool
) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    replies = marketplace.reviews(status=status)
    expected = {row["id"]: grown(services.ReviewNode, row, replies, "replies") for row in marketplace.reviews()}
    for key in marketplace.ids("services_reviews"):
        query = services.GetReviewThread(id=key, status=status, with_unpublished=everything)
        assert querier.fetch(query) == expected.get(key)


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetReviewThread(id="nothing")) is None


def review(connection: Connection, key: str, parent: str | None = None, **values: object) -> Row:
    row = {"id": key, "parent_id": parent, "service_id": "s", "created_at": NOON, "status": "approved", **values}
    return insert(connection, "services_reviews", row)


def shown(node: services.ReviewNode | None) -> list[str]:
    return [] if node is None else [each.id for each in node.walk()]


def test_what_is_below_a_deleted_review_is_left_out(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "s"})
    review(connection, "top")
    review(connection, "gone", "top", deleted_at=NOON)
    review(connection, "below", "gone")
    review(connection, "beside", "top")
    querier = Querier(connection)
    assert shown(querier.fetch(services.GetReviewThread(id="top"))) == ["top", "beside"]
    assert shown(querier.fetch(services.GetReviewThread(id="gone"))) == []
    assert shown(querier.fetch(services.GetReviewThread(id="below"))) == ["below"]


def test_what_is_below_another_status_is_left_out(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "s"})
    review(connection, "top", status="pending")
    review(connection, "rejected", "top", status="rejected")
    review(connection, "below", "rejected")
    review(connection, "beside", "top")
    found = Querier(connection).fetch(services.GetReviewThread(id="top", status="approved", with_unpublished=True))
    assert shown(found) == ["top", "beside"]


def test_replies_oldest_first_then_by_id(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "s"})
    review(connection, "top")
    for key, hour in {"c": 13, "b": 12, "a": 12, "d": 11}.items():
        review(connection, key, "top", created_at=NOON.replace(hour=hour))
    assert shown(Querier(connection).fetch(services.GetReviewThread(id="top"))) == ["top", "d", "a", "b", "c"]


@pytest.mark.parametrize(
    ("key", "expected"), {"a": ["a", "b", "c"], "b": ["b", "c", "a"], "c": ["c", "a", "b"]}.items()
)
def test_a_cycle_is_walked_once(connection: Connection, key: str, expected: list[str]) -> None:
    insert(connection, "services_listings", {"id": "s"})
    for name in "abc":
        review(connection, name)
    for name, parent in [("a", "c"), ("b", "a"), ("c", "b")]:
        connection.execute("UPDATE services_reviews SET parent_id = %s WHERE id = %s", [parent, name])
    assert shown(Querier(connection).fetch(services.GetReviewThread(id=key))) == expected


def test_a_thread_of_any_depth(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "s"})
    connection.execute(
        "INSERT INTO services_reviews "
        "(id, service_id, parent_id, author_name, author_email, content, rating, in_language, status) "
        "SELECT 'r' || n, 's', CASE WHEN n > 0 THEN 'r' || n - 1 END, 'Zoé', 'z@example.org', '{}', 0, 'fr', "
        "'approved' "
        "FROM generate_series(0, 2999) AS n"
    )
    found = Querier(connection).fetch(services.GetReviewThread(id="r0"))
    assert shown(found) == [f"r{n}" for n in range(3000)]
