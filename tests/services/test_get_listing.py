from datetime import datetime

import attrs
import pytest
from psycopg.types.json import Jsonb

from concordia_sql import ParameterError, Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import SEEN_REVIEWS
from tests.support.reading import made
from tests.support.rows import insert


@pytest.mark.parametrize("everything", [False, True])
def test_every_listing_with_everything(sample: Connection, everything: bool) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    expected = {row["slug"]: marketplace.listing_details(row) for row in marketplace.listings()}
    slugs = marketplace.ids("services_listings", "slug")
    assert len(slugs) > len(expected) > 10
    for slug in slugs:
        found = querier.fetch(services.GetListing(slug=slug, with_unpublished=everything))
        assert found == expected.get(slug)


@pytest.mark.parametrize("languages", [[], ["fr"], ["ar", "en"], ["FR", "xx"], ["en", "en"]])
def test_translations_in_some_languages(sample: Connection, languages: list[str]) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for row in marketplace.listings():
        found = querier.fetch(services.GetListing(slug=row["slug"], languages=languages))
        assert found == marketplace.listing_details(row, languages)


@pytest.mark.parametrize(("status", "everything"), SEEN_REVIEWS)
def test_reviews_for_a_class_that_names_them(
    sample: Connection, status: services.ReviewStatus | None, everything: bool
) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample, with_unpublished=everything)
    for row in marketplace.listings():
        reviews = tuple(marketplace.review_threads(row["id"], status))
        query = services.GetListing(slug=row["slug"], review_status=status, with_unpublished=everything)
        expected = marketplace.listing_details(row, cls=services.ListingWithReviews, reviews=reviews)
        assert querier.fetch(query.into(services.ListingWithReviews)) == expected


def test_bookings_for_a_class_that_names_them(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for row in marketplace.listings():
        bookings = tuple(made(services.Booking, each) for each in marketplace.bookings(service_id=row["id"]))
        query = services.GetListing(slug=row["slug"]).into(services.ListingWithBookings)
        expected = marketplace.listing_details(row, cls=services.ListingWithBookings, bookings=bookings)
        assert querier.fetch(query) == expected


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetListing(slug="nothing")) is None


def test_a_listing_with_nothing(connection: Connection) -> None:
    row = insert(connection, "services_listings", {"slug": "bare", "currency": None})
    assert Querier(connection).fetch(services.GetListing(slug="bare")) == made(
        services.ListingDetails,
        row,
        category=None,
        organization=None,
        provider=None,
        translations=(),
        translation_count=0,
        media=(),
        medium_count=0,
        availability=(),
        availability_count=0,
        rating_summary=services.RatingSummary(count=0, average=None, distribution=(0, 0, 0, 0, 0)),
    )


@pytest.mark.parametrize("deleted", [{"deleted_at": datetime(2026, 1, 1)}, {"status": "deleted"}])
def test_a_deleted_listing_is_none(connection: Connection, deleted: dict[str, object]) -> None:
    insert(connection, "services_listings", {"slug": "gone", **deleted})
    assert Querier(connection).fetch(services.GetListing(slug="gone")) is None


@pytest.mark.parametrize("status", ["pending_review", "suspended", "archived", "draft", "a status of others"])
def test_any_other_status_is_shown_to_who_asks_for_it(connection: Connection, status: str) -> None:
    insert(connection, "services_listings", {"slug": "here", "status": status})
    assert Querier(connection).fetch(services.GetListing(slug="here")) is None
    found = Querier(connection).fetch(services.GetListing(slug="here", with_unpublished=True))
    assert found is not None
    assert found.status == status


def test_one_that_is_switched_off_is_not_active(connection: Connection) -> None:
    insert(connection, "services_listings", {"slug": "off", "is_active": False})
    querier = Querier(connection)
    assert querier.fetch(services.GetListing(slug="off")) is None
    assert querier.fetch(services.ListListings()) == []
    assert querier.fetch(services.GetListing(slug="off", with_unpublished=True)) is not None


def test_media_are_ordered_by_position_as_a_number(connection: Connection) -> None:
    """Then by id and use; what is no number comes last, as NULL does, and nothing raises."""
    listing = insert(connection, "services_listings", {"slug": "media"})["id"]
    links = [
        ("b", "gallery", "0"),
        ("c", "gallery", "2"),
        ("a", "gallery", "10"),
        ("b", "cover", "10"),
        ("z", "gallery", "007"),
        ("d", "cover", None),
        ("d", "gallery", None),
        ("e", "cover", ""),
        ("f", "cover", "first"),
        ("g", "cover", "-1"),
        ("h", "cover", "1e3"),
        ("i", "cover", "1" * 60),
    ]
    for medium in sorted({medium for medium, _, _ in links}):
        insert(connection, "services_media", {"id": medium})
    for medium, use, position in links:
        insert(
            connection,
            "services_media_links",
            {"service_id": listing, "media_id": medium, "type": use, "position": position},
        )
    found = Querier(connection).fetch(services.GetListing(slug="media"))
    assert found is not None
    assert [(medium.id, medium.link_type, medium.position) for medium in found.media] == [
        ("b", "gallery", "0"),
        ("c", "gallery", "2"),
        ("z", "gallery", "007"),
        ("a", "gallery", "10"),
        ("b", "cover", "10"),
        ("i", "cover", "1" * 60),
        ("d", "cover", None),
        ("d", "gallery", None),
        ("e", "cover", ""),
        ("f", "cover", "first"),
        ("g", "cover", "-1"),
        ("h", "cover", "1e3"),
    ]


def test_the_week_begins_on_sunday(connection: Connection) -> None:
    listing = insert(connection, "services_listings", {"slug": "week"})["id"]
    slots = [(6, "09:00"), (0, "14:00"), (3, "09:00"), (0, "08:30")]
    for day, start in slots:
        insert(connection, "services_availability", {"service_id": listing, "day_of_week": day, "start_time": start})
    found = Querier(connection).fetch(services.GetListing(slug="week"))
    assert found is not None
    assert [(slot.day_of_week, slot.start_time) for slot in found.availability] == [
        (0, "08:30"),
        (0, "14:00"),
        (3, "09:00"),
        (6, "09:00"),
    ]


def test_only_approved_reviews_are_counted(connection: Connection) -> None:
    """Not those that wait or are rejected or deleted, no replies, and no rating out of range."""
    listing = insert(connection, "services_listings", {"slug": "rated"})["id"]
    other = insert(connection, "services_listings")["id"]

    def review(rating: int, **values: object) -> str:
        row = {"service_id": listing, "status": "approved", "rating": rating, **values}
        return str(insert(connection, "services_reviews", row)["id"])

    for rating in (5, 5, 4):
        first = review(rating)
    review(0, parent_id=first)
    review(1, parent_id=first)
    review(1, status="pending")
    review(2, status="rejected")
    review(3, deleted_at=datetime(2026, 1, 1))
    review(1, service_id=other)
    for rating in (0, 6, -1):
        review(rating)
    found = Querier(connection).fetch(services.GetListing(slug="rated"))
    assert found is not None
    assert found.rating_summary == services.RatingSummary(count=3, average=4.67, distribution=(0, 0, 0, 1, 2))


TEXTS = [
    {"fr": "Bonjour", "en": "Hello"},
    "Bonjour",
    "",
    {},
    {"ar": "مرحبا بكم", "zh": "你好", "pt-BR": "Olá"},
    {"fr": "", "en": None},
    {"fr": 'Café 👩‍🍳 "cité" \\ \n\t'},
]
KEYWORDS = [*TEXTS, {"fr": ["mot", "clé"]}, {"fr": []}, ["un", "deux 🎉"], [], None]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_every_form(connection: Connection, text: object) -> None:
    listing = insert(connection, "services_listings", {"slug": "texts"})["id"]
    texts = dict.fromkeys(["title", "description", "short_description", "seo_title", "canonical_url"], text)
    insert(connection, "services_translations", {"service_id": listing, **texts})
    found = Querier(connection).fetch(services.GetListing(slug="texts"))
    assert found is not None
    assert [getattr(found.translations[0], name) for name in texts] == [text] * len(texts)


@pytest.mark.parametrize("keywords", KEYWORDS)
def test_key_words_of_every_form(connection: Connection, keywords: object) -> None:
    listing = insert(connection, "services_listings", {"slug": "words"})["id"]
    insert(connection, "services_translations", {"service_id": listing, "seo_keywords": keywords})
    found = Querier(connection).fetch(services.GetListing(slug="words"))
    assert found is not None
    assert _lists(found.translations[0].seo_keywords) == keywords


def _lists(value: object) -> object:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def test_null_in_json_is_none(connection: Connection) -> None:
    listing = insert(connection, "services_listings", {"slug": "null"})["id"]
    insert(connection, "services_translations", {"service_id": listing, "short_description": Jsonb(None)})
    found = Querier(connection).fetch(services.GetListing(slug="null"))
    assert found is not None
    assert found.translations[0].short_description is None


def test_the_provider_shows_nothing_private(sample: Connection) -> None:
    names = {field.name for field in attrs.fields(services.ListingDetails.__annotations__["provider"].__args__[0])}
    assert names == {"id", "name", "image", "username", "display_username"}
    sent = services.GetListing(slug="my-listing").compose().text
    assert "email_verified" not in sent


def test_one_language_as_a_text_is_refused() -> None:
    with pytest.raises(ParameterError, match="languages"):
        services.GetListing(slug="x", languages="fr")
