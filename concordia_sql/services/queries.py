"""The queries of the marketplace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from concordia_sql.common import Count, CountLimit, public
from concordia_sql.concordia import query
from concordia_sql.engine import Limit, Many, Maybe, One, Subtree, Tree, cursor
from concordia_sql.services.results import (
    AvailabilitySlotDetails,
    BookingDetails,
    CategoryDetails,
    CategoryNode,
    ListedAvailabilitySlot,
    ListedBooking,
    ListedCategory,
    ListedLinkedListing,
    ListedLinkedMedium,
    ListedListing,
    ListedReview,
    ListedReviewDetails,
    ListedTranslation,
    ListingDetails,
    MediumDetails,
    ModeratedReview,
    OrganizationWithListings,
    ReviewDetails,
    ReviewNode,
    TranslationDetails,
)
from concordia_sql.threads.pages import Depth, Nodes
from concordia_sql.values import Asked, Day, DayOfWeek, Language, Rating

ListingStatus: TypeAlias = Literal["pending_review", "active", "suspended", "archived", "draft"]
PriceType: TypeAlias = Literal["hourly", "fixed", "free", "negotiable"]
ReviewStatus: TypeAlias = Literal["pending", "approved", "rejected"]
BookingStatus: TypeAlias = Literal[
    "pending", "confirmed", "completed", "cancelled_by_client", "cancelled_by_provider", "no_show"
]


@query("shared/get.sql", shapes={"item": "services/listing"}, names={"key": "slug"})
class GetListing(Maybe[ListingDetails]):
    """The active listing with this slug and everything that belongs to it, or None.

    Active is one whose status is "active" and whose `is_active` is true.

    `.into(ListingWithReviews)` and `.into(ListingWithBookings)` read those too: all
    approved reviews, all bookings.

    Source: Concordia's documentation, section Services Relationships.
    """

    slug: str
    languages: Sequence[Language] | None = None
    """Only the translations in these languages."""
    review_status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    """Only reviews in this status, for a class that has a field for them."""
    with_unpublished: Asked | None = None
    """Whether to read it if it is not active too, and reviews that are not approved."""


@query("shared/get.sql", shapes={"item": "services/listing"}, names={"key": "id"})
class GetListingById(Maybe[ListingDetails]):
    """The listing with this id: otherwise as `GetListing`."""

    id: str
    languages: Sequence[Language] | None = None
    review_status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    """Whether to read it if it is not active too, and reviews that are not approved."""


@query("shared/list_by_moment.sql", shapes={"chosen": "services/listed_listing"})
class ListListings(Many[ListedListing]):
    """The active listings that match all given filters, newest first, at most `limit`."""

    status: ListingStatus | None = attrs.field(default=None, validator=public("active"))
    category: str | None = None
    """Only those in the category with this slug or in one below it, at any depth."""
    organization: str | None = None
    """Only those of the organization with this slug."""
    provider_id: str | None = None
    price_type: PriceType | None = None
    is_featured: bool | None = None
    display_in_home: bool | None = None
    is_mobile: bool | None = None
    language: Language | None = None
    """Only those with a translation in this language."""
    languages: Sequence[Language] | None = None
    """Of each listing, only the translations in these languages."""
    with_unpublished: Asked | None = None
    """Whether to read listings that are not active too, and reviews that are not approved."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "services/counted_listing"})
class CountListings(One[Count]):
    """The number of active listings that match all given filters, which are those of `ListListings`."""

    status: ListingStatus | None = attrs.field(default=None, validator=public("active"))
    category: str | None = None
    organization: str | None = None
    provider_id: str | None = None
    price_type: PriceType | None = None
    is_featured: bool | None = None
    display_in_home: bool | None = None
    is_mobile: bool | None = None
    language: Language | None = None
    with_unpublished: Asked | None = None
    at_most: CountLimit | None = 1000


@query("services/get_organization_with_listings.sql")
class GetOrganizationWithListings(Maybe[OrganizationWithListings]):
    """The organization with this slug and its newest 100 active listings, or None."""

    slug: str
    with_unpublished: Asked | None = None
    """Whether to read listings that are not active too, and reviews that are not approved."""


@query("shared/get.sql", shapes={"item": "services/category_details"}, names={"key": "slug"})
class GetServiceCategory(Maybe[CategoryDetails]):
    """The category with this slug, its featured image, its parent and its children, or None.

    `.into(CategoryWithListings)` reads its active listings too; those of the categories below it are in `ListListings`.

    Source: Concordia's documentation, section Service Category Relations.
    """

    slug: str
    with_unpublished: Asked | None = None
    """Whether to read listings that are not active too, and reviews that are not approved."""


@query(
    "shared/list_categories.sql",
    shapes={"category": "services/category_details", "above": "services/category"},
    names={"rank": "sort_order", "is_shown": "is_active", "rank_type": "bigint"},
)
class ListServiceCategories(Many[ListedCategory]):
    """The categories that match all given filters, by sort_order, slug, id, at most `limit`."""

    parent: str | None = None
    """Only the children of the category with this slug."""
    display_in_menu: bool | None = None
    display_in_home: bool | None = None
    is_active: bool | None = None
    is_featured: bool | None = None
    with_unpublished: Asked | None = None
    """Whether to read listings that are not active too, and reviews that are not approved."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(int, str, str))
    """The cursor of the last row of the previous page."""


@query("shared/count_categories.sql", shapes={"category": "services/category"}, names={"is_shown": "is_active"})
class CountServiceCategories(One[Count]):
    """The number of categories that match all given filters, which are those of `ListServiceCategories`."""

    parent: str | None = None
    display_in_menu: bool | None = None
    display_in_home: bool | None = None
    is_active: bool | None = None
    is_featured: bool | None = None
    at_most: CountLimit | None = 1000


@query(
    "shared/get_category_tree.sql",
    shapes={"category": "services/category", "item": "services/category_listing"},
    names={"rank": "sort_order", "item_count": "listing_count"},
)
class GetServiceCategoryTree(Tree[CategoryNode]):
    """All categories as trees: a list of the roots, they and all children by sort_order, slug, id.

    It has no bound but `top` and `depth`; `ListServiceCategories` reads them page by page. Of categories in a cycle,
    the first by that order is a root; a depth without `top` leaves them out.

    `.into(CountedCategoryNode)` also counts the active listings below each, which costs as much as categories times
    levels.
    """

    top: str | None = None
    """Only the category with this slug and those below it."""
    depth: Depth | None = None
    """Only this many levels below the roots, or below `top`; 0 for these alone."""


@query(
    "shared/get_owner.sql",
    shapes={"owner": "services/medium", "linked": "services/linked_listing"},
    names={
        "key": "id",
        "items": "listings",
        "item_count": "listing_count",
        "owner_id": "media_id",
        "next_key": "link_type",
        "created_at": "created_at",
    },
)
class GetServiceMedium(Maybe[MediumDetails]):
    """The medium with this id and the newest 100 active listings that use it, or None."""

    id: str
    with_unpublished: Asked | None = None
    """Whether to read listings that are not active too, and reviews that are not approved."""


@query(
    "shared/list_parts.sql",
    shapes={"parts": "services/linked_listing", "whole": "services/medium"},
    names={"whole_id": "media_id", "key": "service_id", "next_key": "link_type"},
)
class ListMediumListings(Many[ListedLinkedListing]):
    """The active listings that use the medium with this id, by their id, then by use, once for each use."""

    media_id: str
    with_unpublished: Asked | None = None
    """Whether to read listings that are not active too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/list_parts.sql",
    shapes={"parts": "services/linked_medium", "whole": "services/readable_listing"},
    names={"whole_id": "service_id", "key": "media_id", "next_key": "link_type"},
)
class ListListingMedia(Many[ListedLinkedMedium]):
    """The media of the active listing with this id, by their id, then by use, once for each use, at most `limit`."""

    service_id: str
    with_unpublished: Asked | None = None
    """Whether to read those of a listing that is not active too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/list_parts.sql",
    shapes={"parts": "services/translation", "whole": "services/readable_listing"},
    names={"whole_id": "service_id", "key": "in_language", "next_key": "id"},
)
class ListServiceTranslations(Many[ListedTranslation]):
    """The translations of the active listing with this id, by language, at most `limit`."""

    service_id: str
    with_unpublished: Asked | None = None
    """Whether to read those of a listing that is not active too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/get_part.sql",
    shapes={"part": "services/translation", "whole": "services/listing", "readable": "services/readable_listing"},
    names={"whole_id": "service_id", "whole_itself": "service"},
)
class GetServiceTranslation(Maybe[TranslationDetails]):
    """The translation with this id, if its listing is active, and that listing, or None.

    Source: Concordia's documentation, section Service Translations Relations.
    """

    id: str
    with_unpublished: Asked | None = None
    """Whether to read it if its listing is not active too."""
    of_deleted: Asked | None = None
    """Whether to read it if its listing is deleted too."""


@query("shared/get.sql", shapes={"item": "services/review_details"}, names={"key": "id"})
class GetReview(Maybe[ReviewDetails]):
    """The approved review with this id, its author, its listing and its parent, or None.

    Source: Concordia's documentation, section Service Reviews Relations.
    """

    id: str
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a listing that is not active, too."""
    of_deleted: Asked | None = None
    """Whether to read it if its listing is deleted too."""


@query("shared/get_node.sql", shapes={"node": "services/review"}, names={"status": "status"})
class GetReviewThread(Subtree[ReviewNode]):
    """The approved review with this id and all replies below it, oldest first, to any depth, or None.

    Reviews that are deleted or not approved are left out, with all below them, and so are those of a listing that is
    not active, and replies of another status than the given one.
    """

    id: str
    status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    """Only replies in this status."""
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a listing that is not active, too."""
    of_deleted: Asked | None = None
    """Whether to read it if its listing is deleted too."""
    limit: Nodes | None = 10_000
    """At most so many, the upper levels first; None for all."""


@query("shared/list_threads.sql", shapes={"node": "services/review"}, names={"subject_id": "service_id"})
class ListReviewThreads(Tree[ReviewNode]):
    """The approved reviews of an active listing, oldest first, each with the replies to it, to any depth.

    A reply whose parent is left out, since it is deleted, not approved or of another status, is listed with the
    reviews; its `parent_id` is set. So is the oldest review of a cycle.
    """

    service_id: str
    status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a listing that is not active, too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    limit: Nodes | None = 10_000
    """At most so many, the oldest; None for all. One whose parent is not among them is a root."""


@query("shared/list_newest.sql", shapes={"chosen": "services/chosen_review"}, names={"key": "service_id"})
class ListReviews(Many[ListedReview]):
    """The approved reviews of an active listing and the replies to them, with their authors, newest first."""

    service_id: str
    status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    rating: Rating | None = None
    """Only those of this rating; 0 is that of replies."""
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a listing that is not active, too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "services/chosen_review"}, names={"key": "service_id"})
class CountReviews(One[Count]):
    """How many reviews and replies a listing has, with the filters of `ListReviews`."""

    service_id: str
    status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    rating: Rating | None = None
    with_unpublished: Asked | None = None
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    at_most: CountLimit | None = 1000


@query("shared/list_oldest.sql", shapes={"chosen": "services/review_details"}, names={"key": "status"})
class ListReviewsByStatus(Many[ModeratedReview]):
    """The reviews of all listings in a status, oldest first, at most `limit`: for "pending", what awaits moderation."""

    status: ReviewStatus = attrs.field(validator=public("approved"))
    with_unpublished: Asked | None = True
    """Whether to read those that are not approved, or of a listing that is not active, too."""
    of_deleted: Asked | None = None
    """Whether to read those of deleted listings too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query(
    "shared/count.sql",
    shapes={"chosen": "services/review"},
    names={"key": "status", "moment": "created_at"},
)
class CountReviewsByStatus(One[Count]):
    """How many reviews of all listings are in a status."""

    status: ReviewStatus = attrs.field(validator=public("approved"))
    with_unpublished: Asked | None = True
    of_deleted: Asked | None = None
    """Whether to read those of deleted listings too."""
    at_most: CountLimit | None = 1000


@query("shared/list_newest.sql", shapes={"chosen": "services/chosen_review"}, names={"key": "author_id"})
class ListReviewsByAuthor(Many[ListedReviewDetails]):
    """The approved reviews that a user has written, newest first, at most `limit`."""

    author_id: str
    status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a listing that is not active, too."""
    of_deleted: Asked | None = None
    """Whether to read those of deleted listings too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "services/chosen_review"}, names={"key": "author_id"})
class CountReviewsByAuthor(One[Count]):
    """How many reviews a user has written, with the filter of `ListReviewsByAuthor`."""

    author_id: str
    status: ReviewStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    of_deleted: Asked | None = None
    """Whether to read those of deleted listings too."""
    at_most: CountLimit | None = 1000


@query("services/list_availability.sql")
class ListAvailability(Many[ListedAvailabilitySlot]):
    """The times of the week of an active listing, from Sunday on: by day_of_week, start_time, id, at most `limit`."""

    service_id: str
    day_of_week: DayOfWeek | None = None
    """Only those of this day; 0 is Sunday."""
    with_unpublished: Asked | None = None
    """Whether to read those of a listing that is not active too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    limit: Limit = 500
    after: str | None = attrs.field(default=None, converter=cursor(int, str, str))


@query("shared/count.sql", shapes={"chosen": "services/shown_availability_slot"}, names={"key": "service_id"})
class CountAvailability(One[Count]):
    """How many times of the week a listing has, with the filter of `ListAvailability`."""

    service_id: str
    day_of_week: DayOfWeek | None = None
    with_unpublished: Asked | None = None
    of_deleted: Asked | None = None
    """Whether to read those of a deleted listing too."""
    at_most: CountLimit | None = 1000


@query(
    "shared/get_part.sql",
    shapes={"part": "services/availability_slot", "whole": "services/listing", "readable": "services/readable_listing"},
    names={"whole_id": "service_id", "whole_itself": "service"},
)
class GetAvailabilitySlot(Maybe[AvailabilitySlotDetails]):
    """The time of the week with this id, if its listing is active, and that listing, or None.

    Source: Concordia's documentation, section Service Availability Relations.
    """

    id: str
    with_unpublished: Asked | None = None
    """Whether to read it if its listing is not active too."""
    of_deleted: Asked | None = None
    """Whether to read it if its listing is deleted too."""


@query("shared/get.sql", shapes={"item": "services/booking_details"}, names={"key": "id"})
class GetBooking(Maybe[BookingDetails]):
    """The booking with this id, its listing, its customer and its provider, or None.

    Source: Concordia's documentation, section Service Bookings Relations.
    """

    id: str
    with_unpublished: Asked | None = True
    """Whether to read its listing if that is not active too, as those who booked it may."""


@query("services/list_bookings.sql")
class ListBookings(Many[ListedBooking]):
    """The bookings that match all given filters, by booking_date, booking_time, id, at most `limit`.

    The order is that of the texts. A filter goes by the day that a date means, as "2026-3-15" of another writer does; a
    text that is no date is on no day.
    """

    service_id: str | None = None
    customer_id: str | None = None
    provider_id: str | None = None
    status: BookingStatus | None = None
    from_date: Day | None = None
    """Only those on this day, as "2026-03-15", or later."""
    to_date: Day | None = None
    """Only those on this day, as "2026-03-15", or earlier."""
    with_unpublished: Asked | None = True
    """Whether to read their listings if they are not active too, as those who booked them may."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str, str))
    """The cursor of the last row of the previous page."""


@query("shared/count.sql", shapes={"chosen": "services/chosen_booking"})
class CountBookings(One[Count]):
    """The number of bookings that match all given filters, which are those of `ListBookings`."""

    service_id: str | None = None
    customer_id: str | None = None
    provider_id: str | None = None
    status: BookingStatus | None = None
    from_date: Day | None = None
    to_date: Day | None = None
    at_most: CountLimit | None = 1000
