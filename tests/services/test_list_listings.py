from datetime import datetime, timedelta
from itertools import product
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import ParameterError, Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import LISTINGS, Filters, few
from tests.support.reading import paged
from tests.support.rows import NOON, insert


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_all_listings_newest_first(sample: Connection, limit: int) -> None:
    marketplace = Marketplace(sample)
    found = paged(Querier(sample), services.ListListings(), limit)
    assert found == [
        marketplace.listing_details(row, cls=services.ListedListing, cursor="") for row in marketplace.listings()
    ]


@few
@given(filters=LISTINGS, limit=st.sampled_from([2, 500]))
def test_listings_that_fit_all_filters(sample: Connection, filters: Filters, limit: int) -> None:
    query = services.ListListings(**filters)  # type: ignore[arg-type]
    found = paged(Querier(sample), query, limit)
    expected = Marketplace(sample, with_unpublished=bool(filters.pop("with_unpublished")))
    assert [row.id for row in found] == [row["id"] for row in expected.listings(**filters)]  # type: ignore[arg-type]


def test_each_filter_finds_some_and_leaves_some_out(sample: Connection) -> None:
    querier = Querier(sample)
    everything = len(querier.fetch(services.ListListings()))
    for query in (
        services.ListListings(status="draft", with_unpublished=True),
        services.ListListings(category="service-category-1"),
        services.ListListings(organization="blog-organization-1"),
        services.ListListings(provider_id="user-1"),
        services.ListListings(price_type="free"),
        services.ListListings(is_featured=True),
        services.ListListings(is_featured=False),
        services.ListListings(display_in_home=True),
        services.ListListings(is_mobile=True),
        services.ListListings(language="zh"),
    ):
        assert 0 < len(querier.fetch(query)) < everything, query


def test_translations_in_some_languages(sample: Connection) -> None:
    marketplace = Marketplace(sample)
    found = paged(Querier(sample), services.ListListings(languages=["fr", "zh"]), 10)
    assert found == [
        marketplace.listing_details(row, ["fr", "zh"], services.ListedListing, cursor="")
        for row in marketplace.listings()
    ]


def test_a_category_has_all_below_it_even_in_a_cycle(connection: Connection) -> None:
    parents = {"top": None, "middle": "top", "leaf": "middle", "beside": None, "round": None, "about": "round"}
    for name, parent in parents.items():
        insert(connection, "services_categories", {"id": name, "slug": f"the-{name}", "parent_id": parent})
        insert(connection, "services_listings", {"id": f"in-{name}", "category_id": name})
    connection.execute("UPDATE services_categories SET parent_id = 'about' WHERE id = 'round'")
    insert(connection, "services_listings", {"id": "in-none"})
    querier = Querier(connection)

    def found(category: str) -> set[str]:
        return {listing.id for listing in querier.fetch(services.ListListings(category=category))}

    assert found("the-top") == {"in-top", "in-middle", "in-leaf"}
    assert found("the-middle") == {"in-middle", "in-leaf"}
    assert found("the-leaf") == {"in-leaf"}
    assert found("the-beside") == {"in-beside"}
    assert found("the-round") == found("the-about") == {"in-round", "in-about"}
    assert found("top") == set()


@attrs.frozen
class Found:
    id: str
    cursor: str


@pytest.mark.parametrize("moment", ["i / 3", "-i / 3"], ids=["old", "new"])
def test_a_category_or_language_of_more_listings_than_are_sorted(connection: Connection, moment: str) -> None:
    """They are the newest, or the oldest: then none of those that are tried is among them."""
    insert(connection, "services_categories", {"id": "a", "slug": "a"})
    insert(connection, "services_categories", {"id": "wide", "slug": "wide"})
    for number in range(120):
        below = {"id": f"w{number}", "slug": f"w{number}", "parent_id": "wide" if number % 60 else "a"}
        insert(connection, "services_categories", below)
    connection.execute(
        f"""
        INSERT INTO services_listings (id, slug, provider_id, status, in_language, category_id, is_featured, created_at)
        SELECT 'l' || i, 'l' || i, 'p', CASE WHEN i % 4 = 0 THEN 'draft' ELSE 'active' END, 'fr',
            CASE WHEN i > 2500 THEN NULL WHEN i % 2 = 0 THEN 'a' ELSE 'w' || i % 120 END, i % 8 = 1,
            '2026-01-01'::timestamp + {moment} * interval '1 second'
        FROM generate_series(1, 4500) AS i
    """.encode()
    )
    connection.execute("""
        INSERT INTO services_translations (id, service_id, in_language, title, description)
        SELECT 't' || i, 'l' || i, 'fr', '{}', '{}' FROM generate_series(1, 1600) AS i
    """)
    connection.execute("VACUUM ANALYZE")
    querier = Querier(connection)
    given: list[Filters] = [
        {"category": "a"},
        {"category": "wide"},
        {"category": "w7"},
        {"category": "a", "is_featured": False},
        {"category": "wide", "status": "active"},
        {"language": "fr"},
        {"category": "a", "language": "fr"},
        {"category": "nowhere"},
    ]
    marketplaces = [Marketplace(connection, with_unpublished=everything) for everything in (False, True)]
    for filters, everything in product(given, (False, True)):
        expected = marketplaces[everything].listings(**filters)  # type: ignore[arg-type]
        asked: Any = {**filters, "with_unpublished": everything}
        found: list[Found] = []
        for _ in range(3):
            query = services.ListListings(**asked, limit=20, after=found[-1].cursor if found else None)
            found += querier.fetch(query.into(Found))
        assert [row.id for row in found] == [row["id"] for row in expected[:60]], filters
        assert querier.fetch(services.CountListings(**asked, at_most=None)).count == len(expected)


def test_a_page_goes_on_after_a_row_that_is_gone(connection: Connection) -> None:
    """With ties in created_at, broken by id, and to the microsecond."""
    moment = datetime(2026, 3, 15, 12, 0, 0, 123456)
    times = [moment, moment, moment - timedelta(microseconds=1), moment + timedelta(microseconds=1)]
    for name, created_at in zip("abcd", times, strict=True):
        insert(connection, "services_listings", {"id": name, "created_at": created_at})
    querier = Querier(connection)
    (first, second) = querier.fetch(services.ListListings(limit=2))
    assert (first.id, second.id) == ("d", "b")
    connection.execute("DELETE FROM services_listings WHERE id = 'b'")
    rest = querier.fetch(services.ListListings(limit=2, after=second.cursor))
    assert [listing.id for listing in rest] == ["a", "c"]
    assert querier.fetch(services.ListListings(after=rest[-1].cursor)) == []


@pytest.mark.parametrize("deleted", [{"deleted_at": NOON}, {"status": "deleted"}])
def test_deleted_listings_are_left_out(connection: Connection, deleted: dict[str, object]) -> None:
    insert(connection, "services_listings", deleted)
    assert Querier(connection).fetch(services.ListListings()) == []


@pytest.mark.parametrize("wrong", ["", "x", "[]", '["2026-03-15"]', '["yesterday", "a"]', '["2026-03-15T12:00:00", 1]'])
def test_what_is_no_cursor_is_refused(wrong: str) -> None:
    with pytest.raises(ParameterError, match="cursor"):
        services.ListListings(after=wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"status": "deleted"}, {"price_type": "cheap"}, {"limit": 0}, {"limit": 501}, {"is_mobile": "yes"}],
    ids=str,
)
def test_a_filter_that_can_never_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        services.ListListings(**wrong)  # type: ignore[arg-type]
