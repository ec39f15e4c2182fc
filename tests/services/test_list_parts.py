"""The lists of what one listing has: its media and translations."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import made, paged
from tests.support.rows import NOON, insert

LISTS: dict[Any, tuple[str, type[Any], Callable[[Any], Any]]] = {
    services.ListListingMedia: ("media", services.ListedLinkedMedium, lambda row: (row.id, row.link_type)),
    services.ListServiceTranslations: ("translations", services.ListedTranslation, lambda row: row.in_language),
}
"""The relation of a listing that each list has, the class of its rows, and its order."""


@pytest.mark.parametrize("limit", [1, 2, 500])
@pytest.mark.parametrize("listing", LISTS)
def test_a_relation_of_every_listing(sample: Connection, listing: Any, limit: int) -> None:
    querier, expected = Querier(sample), Marketplace(sample)
    relation, cls, order = LISTS[listing]
    most = 0
    for row in expected.listings():
        parts = sorted(getattr(expected.listing_details(row), relation), key=order)
        rows = [made(cls, attrs.asdict(part, recurse=False), cursor="") for part in parts]
        assert paged(querier, listing(service_id=row["id"]), limit) == rows
        most = max(most, len(rows))
    assert most > 1
    assert querier.fetch(listing(service_id="nothing")) == []


@pytest.mark.parametrize("listing", LISTS)
def test_hidden_and_deleted_listings_where_they_are_asked_for(connection: Connection, listing: Any) -> None:
    listings: dict[str, dict[str, object]] = {
        "shown": {"status": "active"},
        "paused": {"status": "paused"},
        "off": {"status": "active", "is_active": False},
        "gone": {"status": "active", "deleted_at": NOON},
        "deleted": {"status": "deleted"},
    }
    insert(connection, "services_media", {"id": "one"})
    for name, values in listings.items():
        insert(connection, "services_listings", {"id": name, **values})
        insert(connection, "services_media_links", {"service_id": name, "media_id": "one", "type": "cover"})
        insert(connection, "services_translations", {"service_id": name, "in_language": "fr"})
    querier = Querier(connection)
    for given, seen in (
        ({}, {"shown"}),
        ({"with_unpublished": True}, {"shown", "paused", "off"}),
        ({"of_deleted": True}, {"shown", "gone", "deleted"}),
        ({"with_unpublished": True, "of_deleted": True}, {*listings}),
    ):
        assert {name for name in listings if querier.fetch(listing(service_id=name, **given))} == seen
