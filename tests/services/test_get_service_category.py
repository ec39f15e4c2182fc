import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import Row, made
from tests.support.rows import NOON, insert


def test_every_category_with_image_parent_and_children(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    found = [querier.fetch(services.GetServiceCategory(slug=row["slug"])) for row in marketplace.categories()]
    assert found == [marketplace.category_details(row) for row in marketplace.categories()]
    assert {type(category.featured_image) for category in found if category} == {services.Medium, type(None)}
    assert {type(category.parent) for category in found if category} == {services.Category, type(None)}


def test_every_category_with_its_listings(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for row in marketplace.categories():
        listings = tuple(made(services.Listing, each) for each in marketplace.listings(category_id=row["id"]))
        query = services.GetServiceCategory(slug=row["slug"]).into(services.CategoryWithListings)
        assert querier.fetch(query) == marketplace.category_details(
            row, services.CategoryWithListings, listings=listings
        )


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetServiceCategory(slug="nothing")) is None


def test_children_by_sort_order_slug_and_id(connection: Connection) -> None:
    insert(connection, "services_categories", {"id": "top", "slug": "the-top"})
    for slug, sort_order in [("b", 10), ("z", 2), ("a", 10), ("c", -1)]:
        insert(connection, "services_categories", {"slug": slug, "sort_order": sort_order, "parent_id": "top"})
    found = Querier(connection).fetch(services.GetServiceCategory(slug="the-top"))
    assert found is not None
    assert [child.slug for child in found.children] == ["c", "z", "a", "b"]


def test_its_own_parent(connection: Connection) -> None:
    row = insert(connection, "services_categories", {"id": "loop", "slug": "loop", "parent_id": "loop"})
    found = Querier(connection).fetch(services.GetServiceCategory(slug="loop"))
    itself = made(services.Category, row)
    assert found == made(
        services.CategoryDetails, row, featured_image=None, parent=itself, children=(itself,), child_count=1
    )


def test_deleted_listings_are_left_out(connection: Connection) -> None:
    insert(connection, "services_categories", {"id": "c", "slug": "c"})
    listings: dict[str, Row] = {"a": {}, "b": {}, "x": {"deleted_at": NOON}, "y": {"status": "deleted"}}
    for name, values in listings.items():
        insert(connection, "services_listings", {"id": name, "category_id": "c", "created_at": NOON, **values})
    query = services.GetServiceCategory(slug="c").into(services.CategoryWithListings)
    found = Querier(connection).fetch(query)
    assert found is not None
    assert [listing.id for listing in found.listings] == ["b", "a"]


@pytest.mark.parametrize("name", ["Cours", {"fr": "Cours", "ar": "دروس"}, "", {}, {"fr": None, "zh": "课 🎓"}])
def test_texts_of_every_form(connection: Connection, name: object) -> None:
    insert(connection, "services_media", {"id": "image", "alt": name})
    values = {"slug": "texts", "name": name, "seo_title": name, "featured_image_id": "image"}
    insert(connection, "services_categories", values)
    found = Querier(connection).fetch(services.GetServiceCategory(slug="texts"))
    assert found is not None
    assert found.featured_image is not None
    assert [found.name, found.description, found.seo_title, found.featured_image.alt] == [name, None, name, name]
