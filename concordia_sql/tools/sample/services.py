"""The sample's marketplace: listings with their translations, media, reviews, availability and bookings."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

from concordia_sql.tools.sample import auth, blog
from concordia_sql.tools.sample.block import NOW, Kind, Rows, Table, or_null, past, stamps
from concordia_sql.tools.sample.texts import (
    HEADLINES,
    LANGUAGES,
    REGION,
    REMARKS,
    SERVICE_CATEGORIES,
    SERVICE_CATEGORY_PARENTS,
    SERVICES,
    article,
    in_languages,
    localized,
    localized_or_null,
    nth,
    sentence,
    seo,
    slug_of,
)
from concordia_sql.tools.sample.threads import Thread, chain, remarks, star, tree

MEDIA = Kind("service-media", 24, is_uuid=True)
CATEGORY = Kind("service-category", len(SERVICE_CATEGORIES))
LISTING = Kind("listing", 30)
TRANSLATION = Kind("service-translation", 150, is_uuid=True)
REVIEW = Kind("review", 600)
AVAILABILITY = Kind("availability", 160)
BOOKING = Kind("booking", 100)

MY_LISTING_SLUG = "my-listing"
"""An active listing with everything."""

DEEP_REVIEWS_SLUG = "deep-reviews"
"""An active listing with one thread of 64 levels of reviews, all approved, none deleted."""

WIDE_REVIEWS_SLUG = "wide-reviews"
"""An active listing with one review that has 200 replies."""

_MY_LISTING, _DEEP_REVIEWS, _WIDE_REVIEWS = range(3)
_SLUGS = [MY_LISTING_SLUG, DEEP_REVIEWS_SLUG, WIDE_REVIEWS_SLUG]
_MY_LISTING_THREAD = [*chain(4), 0, 0, 5, None, 7, 8, None, None, None, 12, 13]
_BOOKING_STATUSES = [
    "confirmed",
    "pending",
    "completed",
    "cancelled_by_client",
    "cancelled_by_provider",
    "no_show",
]


def services_media(block: int, random: Random) -> Rows:
    """The services' media; the last two are in no listing."""
    return blog.media_rows(MEDIA, block, random)


def services_categories(block: int, random: Random) -> Rows:
    """Category trees of up to four levels; the last category is empty."""
    for i, (name, parent) in enumerate(zip(SERVICE_CATEGORIES, SERVICE_CATEGORY_PARENTS, strict=True)):
        key = CATEGORY.id(block, i)
        yield {
            "id": key,
            "slug": key,
            "name": localized(name, i),
            "description": localized_or_null(nth(HEADLINES, i), i),
            "icon": or_null("lucide:wrench", i, 3),
            "featured_image_id": or_null(MEDIA.id(block, i), i, 4),
            "parent_id": None if parent is None else CATEGORY.id(block, parent),
            "sort_order": i // 2,
            "display_in_home": i % 4 == 0,
            "display_in_menu": i % 5 != 4,
            "is_active": i % 6 != 5,
            "is_featured": i % 7 == 0,
            "seo_title": localized_or_null(name, i),
            "seo_description": localized_or_null(nth(HEADLINES, i), i),
            **stamps(random),
        }


def services_listings(block: int, random: Random) -> Rows:
    """Listings: most active; some in every other state; some by a provider who is gone."""
    for i in range(LISTING.per_block):
        key = LISTING.id(block, i)
        price_type = ["hourly", "fixed", "free", "negotiable"][i % 4]
        created_at = NOW - timedelta(days=60) if i in (11, 12, 14) else past(random)
        yield {
            "id": key,
            "slug": _slug(block, i),
            "category_id": or_null(CATEGORY.id(block, i % (CATEGORY.per_block - 1)), i, 6),
            "provider_id": auth.GONE if i % 9 == 8 else auth.USER.id(block, i * 3 % auth.USER.per_block),
            "organization_id": or_null(blog.ORGANIZATION.id(block, i % 7), i, 4),
            "status": _status(i),
            "base_price": {"free": "0.00", "negotiable": None}.get(price_type, f"{10 + i * 5 / 2:.2f}"),
            "price_type": or_null(price_type, i, 7),
            "currency": or_null("MAD" if i % 5 == 2 else "EUR", i, 10),
            "duration_minutes": or_null(30 + i % 4 * 15, i, 6),
            "is_mobile": i % 3 == 0,
            "max_participants": or_null(1 + i % 8, i, 3),
            "booking_advance_hours": or_null(24, i, 4),
            "cancellation_hours": or_null(48, i, 5),
            "is_active": i % 8 != 7,
            "is_featured": i % 7 == 0,
            "display_in_home": i % 5 == 0,
            "allow_reviews": i % 7 != 6,
            "in_language": LANGUAGES[i % 4],
            "deleted_at": NOW if i in (13, 23) else None,
            "created_at": created_at,
            "updated_at": created_at + timedelta(hours=i),
        }


def services_translations(block: int, random: Random) -> Rows:
    """The listings' translations."""
    for n, (i, language) in enumerate(in_languages(LISTING.per_block)):
        title, remark = nth(SERVICES, i), nth(REMARKS, i)
        description = {REGION: sentence(REGION, random), language: article(language, random)}
        yield {
            "id": TRANSLATION.id(block, n),
            "service_id": LISTING.id(block, i),
            "in_language": language,
            "title": localized(title, i, [language]),
            "description": localized(description, i, [language]),
            "short_description": localized_or_null(remark, n, [language]),
            **seo(title, remark, f"services/{_slug(block, i)}", n, [language]),
            **stamps(random),
        }


def services_media_links(block: int, _: Random) -> Rows:
    """Up to four media a listing, their positions not in the order of text; every eighth listing has none."""
    links = [("cover", "0"), ("gallery", "10"), ("gallery", "2"), ("gallery", None)]
    for i in range(LISTING.per_block):
        for step, (use, position) in enumerate([] if i % 8 == 7 else links[: 4 - i % 4]):
            yield {
                "service_id": LISTING.id(block, i),
                "media_id": MEDIA.id(block, (i * 3 + step) % (MEDIA.per_block - 2)),
                "type": use,
                "position": position,
            }


def services_reviews(block: int, random: Random) -> Rows:
    """The reviews and their replies, some by users who are gone; every seventh listing has none."""
    first = 0
    for i in range(LISTING.per_block):
        thread = _review_thread(i, random)
        ids = [REVIEW.id(block, n) for n in range(first, first + len(thread))]
        for n, row in enumerate(remarks(thread, ids, random, moderated=i != _DEEP_REVIEWS), first):
            author_id = auth.GONE if n % 13 == 12 else auth.USER.id(block, n % auth.USER.per_block)
            yield {
                **row,
                "service_id": LISTING.id(block, i),
                "author_id": or_null(author_id, n, 5),
                "rating": random.randrange(1, 6) if row["parent_id"] is None else 0,
            }
        first += len(thread)


def services_availability(block: int, _: Random) -> Rows:
    """Mornings and afternoons, by weekday; every fifth listing has none."""
    hours = [("09:00", "12:00"), ("14:00", "18:30")]
    slots = [
        (i, day, *hour)
        for i in range(LISTING.per_block)
        if i % 5 != 4
        for day in (range(7) if i == _MY_LISTING else (1, 4))
        for hour in hours
    ]
    for n, (i, day, start_time, end_time) in enumerate(slots):
        yield {
            "id": AVAILABILITY.id(block, n),
            "service_id": LISTING.id(block, i),
            "day_of_week": day,
            "start_time": start_time,
            "end_time": end_time,
            "is_available": day != 0 and n % 11 != 10,
            "created_at": NOW,
        }


def services_bookings(block: int, random: Random) -> Rows:
    """Bookings in every state, never two of a listing at once, some with people who are gone."""
    bookings = [
        (i, turn) for i in range(LISTING.per_block) if i % 6 != 4 for turn in range(8 if i == _MY_LISTING else 3)
    ]
    for n, (i, turn) in enumerate(bookings):
        status = _BOOKING_STATUSES[n % len(_BOOKING_STATUSES)]
        minutes = 30 + i % 4 * 15
        yield {
            "id": BOOKING.id(block, n),
            "service_id": LISTING.id(block, i),
            "customer_id": auth.GONE if n % 10 == 9 else auth.USER.id(block, n * 4 % auth.USER.per_block),
            "provider_id": auth.GONE if i % 9 == 8 else auth.USER.id(block, i * 3 % auth.USER.per_block),
            "booking_date": f"{NOW + timedelta(days=7 * turn + random.randrange(7)):%Y-%m-%d}",
            "booking_time": ["09:00", "10:30", "14:00"][n % 3],
            "duration_minutes": minutes,
            "total_price": or_null(f"{minutes * 0.75:.2f}", n, 4),
            "currency": or_null("EUR", n, 9),
            "status": status,
            "customer_message": or_null(sentence(LANGUAGES[n % 4], random), n, 2),
            "provider_response": or_null(REMARKS[0][LANGUAGES[n % 4]], n, 3),
            "cancelled_at": NOW if status.startswith("cancelled") else None,
            "completed_at": NOW + timedelta(days=60) if status == "completed" else None,
            **stamps(random),
        }


def _slug(block: int, i: int) -> str:
    if block == 0 and i < len(_SLUGS):
        return _SLUGS[i]
    return slug_of(nth(SERVICES, i), LISTING.number(block, i))


def _status(i: int) -> str:
    if i == 19:
        return "deleted"
    return {6: "pending_review", 7: "suspended", 8: "archived", 9: "draft"}.get(i % 10, "active")


def _review_thread(i: int, random: Random) -> Thread:
    special = {_MY_LISTING: _MY_LISTING_THREAD, _DEEP_REVIEWS: chain(64), _WIDE_REVIEWS: star(200)}
    if i in special:
        return special[i]
    return [] if i % 7 == 6 else tree(random, 4 + i * 7 % 17)


TABLES: Mapping[str, Table] = {
    "services_media": services_media,
    "services_categories": services_categories,
    "services_listings": services_listings,
    "services_translations": services_translations,
    "services_media_links": services_media_links,
    "services_reviews": services_reviews,
    "services_availability": services_availability,
    "services_bookings": services_bookings,
}
