"""Deletes of the marketplace, except of reviews and bookings: hard deletes, soft deletes and purges."""

from datetime import datetime

from concordia_sql.concordia import command
from concordia_sql.engine import Batched, BatchLimit, ReturningMaybe, ReturningOne
from concordia_sql.services.results import DeletedCategory, DeletedListing, DeletedMedium, Listing

_LISTINGS = {
    "nodes": "services_reviews",
    "subjects": "services_listings",
    "subject_id": "service_id",
    "texts": "services_translations",
    "links": "services_media_links",
    "parts": "services_availability",
    "part_key": "id",
    "others": "services_bookings",
    "other_key": "id",
    "detached_nodes": "services_reviews_detached",
}
"""The names of listings and what belongs to them in the statements that delete them."""


@command("shared/delete_subjects.sql", names={**_LISTINGS, "id": "id"}, domain="services")
class DeleteListing(ReturningOne[DeletedListing], Batched[DeletedListing]):
    """Delete a listing with its translations, media links, reviews, availability and bookings, for good.

    Returns the number of deleted rows by table: zeros if there is no such listing. Reviews of another listing that
    reply to one of its reviews lose their parent; no command here makes such reviews.

    Raises Refused as `too_many` when `limit` rows of one table or more belong to it. `batches` takes
    so many at once, and the listing with the last of them. Until then it is deleted softly, so that nobody
    sees it or adds to it; to restore it brings back what is left.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("shared/soft_delete.sql", names={"items": "services_listings", "status": "status"}, domain="services")
class SoftDeleteListing(ReturningMaybe[Listing]):
    """Mark a listing as deleted, so that no query shows it.

    Returns it, or None if there is no such row or it is already deleted. It keeps its status and everything that
    belongs to it, and its slug stays taken until it is purged.

    Source: Concordia's documentation, section Best Practices.
    """

    id: str


@command(
    "shared/restore.sql",
    names={"items": "services_listings", "reason": "no_former_status", "status": "status"},
    domain="services",
)
class RestoreListing(ReturningMaybe[Listing]):
    """Bring a softly deleted listing back as it was. Returns it, or None if there is no such row or it is not deleted.

    Raises Refused as `no_former_status` when another writer has set its status to `deleted`: nothing says what it was.
    """

    id: str


@command("shared/delete_subjects.sql", names={**_LISTINGS, "deleted_before": "deleted_before"}, domain="services")
class PurgeListings(ReturningOne[DeletedListing], Batched[DeletedListing]):
    """Delete at most `limit` listings that were deleted before a moment, the earliest first, for good.

    Of what belongs to them, as `DeleteListing` says, at most `limit` rows of each table go too; the listings go when
    fewer than that are left, so run it by `batches`. Returns the number of deleted rows by table. Listings that other
    transactions have locked are left for the next run.
    """

    deleted_before: datetime
    limit: BatchLimit = 1_000


@command(
    "shared/delete_category.sql",
    names={
        "categories": "services_categories",
        "items": "services_listings",
        "detached_children": "services_categories_detached",
    },
    domain="services",
)
class DeleteServiceCategory(ReturningOne[DeletedCategory], Batched[DeletedCategory]):
    """Delete a category and remove it from its listings, which stay; its children become those of its parent.

    Returns the number of rows by table: zeros if there is no such category.

    Raises Refused as `too_many` when `limit` rows of one table or more name it. `batches` takes
    so many at once, and the category with the last of them.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command(
    "shared/delete_medium.sql",
    names={
        "media": "services_media",
        "links": "services_media_links",
        "subject_id": "service_id",
        "categories": "services_categories",
        "detached_categories": "services_categories_detached",
    },
    domain="services",
)
class DeleteServiceMedium(ReturningOne[DeletedMedium], Batched[DeletedMedium]):
    """Delete a medium and remove it from listings and categories, which stay.

    Returns the number of rows by table: zeros if there is no such medium.

    Raises Refused as `too_many` when `limit` rows of one table or more name it. `batches` takes
    so many at once, and the medium with the last of them.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False
