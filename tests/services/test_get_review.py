import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.rows import NOON, insert


@pytest.mark.parametrize("everything", [False, True])
def test_every_review_with_author_listing_and_parent(sample: Connection, everything: bool) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    expected = {row["id"]: marketplace.review_details(row) for row in marketplace.reviews()}
    ids = marketplace.ids("services_reviews")
    assert len(ids) > len(expected) > 300
    for name in ("author", "parent"):
        assert len({getattr(review, name) is None for review in expected.values()}) == 2, name
    for key in ids:
        found = querier.fetch(services.GetReview(id=key, with_unpublished=everything))
        assert found == expected.get(key)


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetReview(id="nothing")) is None


@pytest.mark.parametrize("status", ["pending", "rejected", "a status of others"])
def test_any_other_status_is_shown_to_who_asks_for_it(connection: Connection, status: str) -> None:
    listing = insert(connection, "services_listings")["id"]
    insert(connection, "services_reviews", {"id": "r", "service_id": listing, "status": status})
    assert Querier(connection).fetch(services.GetReview(id="r")) is None
    found = Querier(connection).fetch(services.GetReview(id="r", with_unpublished=True))
    assert found is not None
    assert found.status == status


def test_the_author_may_be_a_guest_or_gone(connection: Connection) -> None:
    listing = insert(connection, "services_listings")["id"]
    user = insert(connection, "user", {"name": "Zoé 🌍"})["id"]
    querier = Querier(connection)
    names = []
    for key, author_id in {"member": user, "guest": None, "gone": "nobody"}.items():
        insert(connection, "services_reviews", {"id": key, "service_id": listing, "author_id": author_id})
        found = querier.fetch(services.GetReview(id=key))
        assert found is not None
        assert found.author_id == author_id
        names.append(found.author and found.author.name)
    assert names == ["Zoé 🌍", None, None]


def test_a_deleted_parent_is_none(connection: Connection) -> None:
    listing = insert(connection, "services_listings")["id"]
    insert(connection, "services_reviews", {"id": "above", "service_id": listing, "deleted_at": NOON})
    insert(connection, "services_reviews", {"id": "below", "service_id": listing, "parent_id": "above"})
    found = Querier(connection).fetch(services.GetReview(id="below"))
    assert found is not None
    assert (found.parent_id, found.parent) == ("above", None)


@pytest.mark.parametrize(
    "content", ["Merci", {"ar": "شكرا", "zh": "谢谢"}, "", {}, {"fr": None}, {"fr": '👍🏽 "bien" \\'}]
)
def test_texts_of_every_form(connection: Connection, content: object) -> None:
    listing = insert(connection, "services_listings")["id"]
    insert(connection, "services_reviews", {"id": "r", "service_id": listing, "content": content})
    found = Querier(connection).fetch(services.GetReview(id="r"))
    assert found is not None
    assert found.content == content
