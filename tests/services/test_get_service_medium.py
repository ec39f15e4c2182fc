from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import Row, made
from tests.support.rows import NOON, insert


def test_every_medium_with_the_listings_that_use_it(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    sizes = set()
    for row in marketplace.rows("services_media"):
        listings = tuple(
            made(services.LinkedListing, listing, link_type=link["type"], position=link["position"])
            for listing in marketplace.listings()
            for link in marketplace.rows("services_media_links", service_id=listing["id"], media_id=row["id"])
        )
        sizes.add(len(listings))
        found = querier.fetch(services.GetServiceMedium(id=row["id"]))
        assert found == made(services.MediumDetails, row, listings=listings, listing_count=len(listings))
    assert 0 in sizes
    assert max(sizes) > 1


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetServiceMedium(id="nothing")) is None


def test_each_use_once_newest_first_without_deleted_listings(connection: Connection) -> None:
    insert(connection, "services_media", {"id": "image"})
    listings: dict[str, Row] = {"a": {}, "b": {}, "x": {"deleted_at": NOON}, "y": {"status": "deleted"}}
    for name, values in listings.items():
        insert(connection, "services_listings", {"id": name, "created_at": NOON, **values})
        for use in ("cover", "gallery"):
            insert(connection, "services_media_links", {"service_id": name, "media_id": "image", "type": use})
    found = Querier(connection).fetch(services.GetServiceMedium(id="image"))
    assert found is not None
    assert [(listing.id, listing.link_type, listing.position) for listing in found.listings] == [
        ("b", "cover", None),
        ("b", "gallery", None),
        ("a", "cover", None),
        ("a", "gallery", None),
    ]
