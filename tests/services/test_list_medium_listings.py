import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import Row, made, paged
from tests.support.rows import NOON, insert


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_every_use_of_every_medium(sample: Connection, limit: int) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    listings = {listing["id"]: listing for listing in marketplace.listings()}
    most = 0
    for row in marketplace.rows("services_media"):
        links = marketplace.rows("services_media_links", media_id=row["id"])
        uses = [
            made(services.ListedLinkedListing, listings[name], link_type=use, position=link["position"], cursor="")
            for (name, use), link in sorted(((link["service_id"], link["type"]), link) for link in links)
            if name in listings
        ]
        most = max(most, len(uses))
        assert paged(querier, services.ListMediumListings(media_id=row["id"]), limit) == uses
    assert most > 1


def test_a_listing_that_uses_it_twice_on_two_pages_and_inactive_ones_where_asked_for(connection: Connection) -> None:
    insert(connection, "services_media", {"id": "image"})
    listings: dict[str, Row] = {"b": {}, "a": {"is_active": False}, "x": {"deleted_at": NOON}}
    for name, values in listings.items():
        insert(connection, "services_listings", {"id": name, "status": "active", **values})
        for use in ("gallery", "cover"):
            insert(connection, "services_media_links", {"service_id": name, "media_id": "image", "type": use})
    querier = Querier(connection)
    for inactive, expected in (
        (False, [("b", "cover"), ("b", "gallery")]),
        (True, [("a", "cover"), ("a", "gallery"), ("b", "cover"), ("b", "gallery")]),
    ):
        found = paged(querier, services.ListMediumListings(media_id="image", with_unpublished=inactive), 1)
        assert [(listing.id, listing.link_type) for listing in found] == expected


def test_an_unknown_medium_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.ListMediumListings(media_id="nothing")) == []
