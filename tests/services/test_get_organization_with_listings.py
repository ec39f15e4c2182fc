from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import Row, made
from tests.support.rows import NOON, insert


def test_every_organization_with_its_listings(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    sizes = set()
    for row in marketplace.rows("blog_organizations"):
        listings = tuple(made(services.Listing, each) for each in marketplace.listings(organization=row["slug"]))
        sizes.add(len(listings))
        found = querier.fetch(services.GetOrganizationWithListings(slug=row["slug"]))
        counted = {"listing_count": len(listings)}
        assert found == made(services.OrganizationWithListings, row, listings=listings, **counted)
    assert 0 in sizes
    assert max(sizes) > 1


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetOrganizationWithListings(slug="nothing")) is None


def test_newest_first_then_by_id_without_the_deleted(connection: Connection) -> None:
    insert(connection, "blog_organizations", {"id": "acme", "slug": "the-acme"})
    listings: dict[str, Row] = {"a": {}, "b": {}, "c": {"deleted_at": NOON}, "d": {"status": "deleted"}}
    for name, values in listings.items():
        insert(connection, "services_listings", {"id": name, "organization_id": "acme", "created_at": NOON, **values})
    found = Querier(connection).fetch(services.GetOrganizationWithListings(slug="the-acme"))
    assert found is not None
    assert [listing.id for listing in found.listings] == ["b", "a"]
