"""Deletes of the marketplace but for those of reviews and bookings: at once, softly and in the end."""

from datetime import datetime

from concordia_sql.concordia import command
from concordia_sql.engine import Limit, ReturningMaybe, ReturningOne
from concordia_sql.services.results import DeletedCategory, DeletedListing, DeletedMedium, Listing


@command("services/delete_listing.sql")
class DeleteListing(ReturningOne[DeletedListing]):
    """Delete a listing with its translations, media links, reviews, availability and bookings, for good.

    Gives the number of rows that went, by table: zeros when there is no such listing. Reviews of another listing that
    reply to one of its own, as no command here makes them, reply to nothing from then on.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str


@command("services/soft_delete_listing.sql")
class SoftDeleteListing(ReturningMaybe[Listing]):
    """Mark a listing as deleted, so that no query shows it. Gives it back, or None when there is none or it is already.

    It keeps its status and all that is its own, and its slug stays taken until it is purged.

    Source: Concordia's documentation, section Best Practices.
    """

    id: str


@command("services/restore_listing.sql")
class RestoreListing(ReturningMaybe[Listing]):
    """Bring a softly deleted listing back as it was. Gives it back, or None when there is none or it is not deleted.

    Raises Refused as `no_former_status` when another writer has set its status to `deleted`: nothing says what it was.
    """

    id: str


@command("services/purge_listings.sql")
class PurgeListings(ReturningOne[DeletedListing]):
    """Delete at most `limit` listings that were deleted before a moment, the longest ago first, for good.

    All that `DeleteListing` deletes goes too. Gives the number of rows that went, by table; run it until no
    `services_listings` went. Listings that others are at work on are left for the next time.
    """

    deleted_before: datetime
    limit: Limit = 100


@command("services/delete_service_category.sql")
class DeleteServiceCategory(ReturningOne[DeletedCategory]):
    """Delete a category and take it from its listings, which stay; its children become those of its parent.

    Gives the number of rows by table: zeros when there is no such category.
    """

    id: str


@command("services/delete_service_medium.sql")
class DeleteServiceMedium(ReturningOne[DeletedMedium]):
    """Delete a medium and take it from listings and categories, which stay.

    Gives the number of rows by table: zeros when there is no such medium.
    """

    id: str
