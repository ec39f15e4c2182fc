"""The result classes of the marketplace: listings with everything that belongs to them, reviews, bookings, categories.

A class named like a table holds the table's columns; `ListingDetails` and others add relations, and those named
`Listed…` the cursor of a list. Times are naive datetimes in UTC. Statuses and types are texts: other writers may store
more of them than this library knows. Deleted listings and reviews are never shown: a relation to one is None.
"""

import attrs

from concordia_sql.auth.results import PublicUser
from concordia_sql.blog.results import Organization
from concordia_sql.common import Keywords, Localized, Moment
from concordia_sql.engine import Cursor, Node


@attrs.frozen
class Medium:
    """An image, a video or a sound of the marketplace."""

    id: str
    url: str
    content_url: str | None
    type: str
    encoding_format: str | None
    width: str | None
    height: str | None
    duration: str | None
    license: str | None
    copyright_holder: str | None
    caption: Localized | None
    description: Localized | None
    alt: Localized | None
    thumbnail_url: str | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class LinkedMedium(Medium):
    """A medium of a listing, with the use that the listing makes of it."""

    link_type: str
    """What the listing uses it for: "cover" or "gallery". (`type` is what the medium is.)"""
    position: str | None


@attrs.frozen
class Category:
    """A category of services."""

    id: str
    slug: str
    name: Localized
    description: Localized | None
    icon: str | None
    featured_image_id: str | None
    parent_id: str | None
    sort_order: int
    display_in_home: bool
    display_in_menu: bool
    is_active: bool
    is_featured: bool
    seo_title: Localized | None
    seo_description: Localized | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class CategoryWithImage(Category):
    """A category with its featured image."""

    featured_image: Medium | None


@attrs.frozen
class CategoryDetails(CategoryWithImage):
    """A category with its featured image, its parent and its children, by sort_order, slug, id."""

    parent: Category | None
    children: tuple[Category, ...]
    """The first 100."""
    child_count: int
    """Counted up to 1,000."""


@attrs.frozen
class ListedCategory(CategoryDetails):
    """A category of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen(eq=False, repr=False)
class CategoryNode(Node, Category):
    """A category in the tree of all, its children by sort_order, slug, id."""

    children: tuple["CategoryNode", ...] = ()


@attrs.frozen
class Listing:
    """A service on offer."""

    id: str
    slug: str
    category_id: str | None
    provider_id: str
    organization_id: str | None
    status: str
    base_price: str | None
    """A decimal, in `currency`, as "50.00"."""
    price_type: str | None
    currency: str | None
    duration_minutes: int | None
    is_mobile: bool
    max_participants: int | None
    booking_advance_hours: int | None
    cancellation_hours: int | None
    is_active: bool
    is_featured: bool
    display_in_home: bool
    allow_reviews: bool
    in_language: str
    deleted_at: Moment | None
    """Set only in the result of `SoftDeleteListing`: no query shows a deleted listing."""
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class LinkedListing(Listing):
    """A listing that uses a medium, with the use that it makes of it."""

    link_type: str
    """What the listing uses the medium for: "cover" or "gallery"."""
    position: str | None


@attrs.frozen
class Translation:
    """A listing's texts in one language."""

    id: str
    service_id: str
    in_language: str
    title: Localized
    description: Localized
    short_description: Localized | None
    seo_title: Localized | None
    seo_description: Localized | None
    seo_keywords: Keywords | None
    canonical_url: Localized | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class ListedLinkedMedium(LinkedMedium):
    """A medium of a list of those of a listing, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class ListedTranslation(Translation):
    """A translation of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class TranslationDetails(Translation):
    """A translation with its listing, which is None when it is deleted."""

    service: Listing | None


@attrs.frozen
class AvailabilitySlot:
    """A time of the week at which a listing can be had, or cannot."""

    id: str
    service_id: str
    day_of_week: int
    """0 is Sunday, 6 Saturday."""
    start_time: str
    """As "09:00", in the provider's own time zone, as is `end_time`."""
    end_time: str
    is_available: bool
    created_at: Moment


@attrs.frozen
class ListedAvailabilitySlot(AvailabilitySlot):
    """A time of the week of a list, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class AvailabilitySlotDetails(AvailabilitySlot):
    """A time of the week with its listing, which is None when it is deleted."""

    service: Listing | None


@attrs.frozen
class Review:
    """A review of a listing, or a reply to one. Its author's e-mail address is in `ReviewWithEmail` alone."""

    id: str
    service_id: str
    parent_id: str | None
    author_name: str
    author_id: str | None
    content: Localized
    rating: int
    """1 to 5; 0 on a reply."""
    status: str
    in_language: str
    deleted_at: Moment | None
    """Set only in the result of `SoftDeleteReview`: no query shows a deleted review."""
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class ReviewWithEmail(Review):
    """A review with the e-mail address of its author, for a moderator: for `.into(ReviewWithEmail)`."""

    author_email: str


@attrs.frozen
class ReviewDetails(Review):
    """A review with its author, its listing and the review that it replies to.

    `author` is None for a guest and when the account is gone, `service` and `parent` when they are deleted.
    """

    author: PublicUser | None
    service: Listing | None
    parent: Review | None


@attrs.frozen
class ListedReview(Review):
    """A review in a list of one listing's, with its author: None for a guest and when the account is gone."""

    author: PublicUser | None
    cursor: Cursor


@attrs.frozen
class ListedReviewDetails(ReviewDetails):
    """A review in a list of several listings'."""

    cursor: Cursor


@attrs.frozen
class ModeratedReview(ListedReviewDetails):
    """A review as a moderator sees it, with the e-mail address, in a list of several listings'."""

    author_email: str


@attrs.frozen(eq=False, repr=False)
class ReviewNode(Node, Review):
    """A review with all replies to it, each with its own, oldest first, then by id."""

    replies: tuple["ReviewNode", ...] = ()


@attrs.frozen
class Booking:
    """A booking of a listing."""

    id: str
    service_id: str
    customer_id: str
    provider_id: str
    booking_date: str
    """As "2026-03-15"; like `booking_time` in the provider's own time zone."""
    booking_time: str
    """As "10:00"."""
    duration_minutes: int
    total_price: str | None
    """A decimal, in `currency`, as "50.00"."""
    currency: str | None
    status: str
    customer_message: str | None
    provider_response: str | None
    cancelled_at: Moment | None
    completed_at: Moment | None
    created_at: Moment
    updated_at: Moment


@attrs.frozen
class BookingDetails(Booking):
    """A booking with its listing, None when it is deleted, and its people, each None when the account is gone."""

    service: Listing | None
    customer: PublicUser | None
    provider: PublicUser | None


@attrs.frozen
class ListedBooking(BookingDetails):
    """A booking in a list."""

    cursor: Cursor


@attrs.frozen
class FreeSlot:
    """A time at which a listing can be booked."""

    booking_date: str
    """As "2026-03-15"; like `booking_time` in the provider's own time zone."""
    booking_time: str
    """As "10:00"."""
    free_places: int
    """How many can book it now: at least 1."""
    cursor: Cursor


@attrs.frozen
class DeletedBooking:
    """The number of rows deleted with a booking."""

    services_bookings: int


@attrs.frozen
class RatingSummary:
    """The ratings of a listing, by its approved reviews without replies.

    They are counted at each read, from an index that has nothing else: 300,000 of them take about 60 ms, ten times as
    long before a VACUUM. So a count is never wrong; a class that leaves the summary out does not count.
    """

    count: int
    average: float | None
    """Rounded to two decimals; None if there is no review."""
    distribution: tuple[int, int, int, int, int]
    """How many reviews rate it 1, 2, 3, 4 and 5."""


@attrs.frozen
class ListingDetails(Listing):
    """A listing with everything that belongs to it, except reviews and bookings, of which there may be any number."""

    category: CategoryWithImage | None
    organization: Organization | None
    provider: PublicUser | None
    """None when the account is gone."""
    translations: tuple[Translation, ...]
    """By language: the first 100; `ListServiceTranslations` has all."""
    translation_count: int
    """Counted up to 1,000; of the languages that the query asks for, if it does."""
    media: tuple[LinkedMedium, ...]
    """By position as the number that it is, those without one last; then by id and link_type: the first 100.

    `ListListingMedia` has all.
    """
    medium_count: int
    """Counted up to 1,000."""
    availability: tuple[AvailabilitySlot, ...]
    """From Sunday on, by day_of_week and start_time: the first 100; `ListAvailability` has all."""
    availability_count: int
    """Counted up to 1,000."""
    rating_summary: RatingSummary


@attrs.frozen
class ListedListing(ListingDetails):
    """A listing in a list."""

    cursor: Cursor


@attrs.frozen
class ListingWithReviews(ListingDetails):
    """A listing with all its reviews, oldest first, then by id. Replies are below the review that they reply to.

    A reply whose parent is left out, since it is deleted or of another status, is listed with the reviews.
    """

    reviews: tuple[ReviewNode, ...]


@attrs.frozen
class ListingWithBookings(ListingDetails):
    """A listing with all its bookings by booking_date, booking_time, id."""

    bookings: tuple[Booking, ...]


@attrs.frozen
class CategoryWithListings(CategoryDetails):
    """A category with its own listings, without those of categories below it, newest first."""

    listings: tuple[Listing, ...]


@attrs.frozen
class OrganizationWithListings(Organization):
    """An organization with its listings, newest first."""

    listings: tuple[Listing, ...]
    """The newest 100; `ListListings` has all."""
    listing_count: int
    """Counted up to 1,000."""


@attrs.frozen
class ListedLinkedListing(LinkedListing):
    """A listing of a list of those that use a medium, with the cursor after which the list continues."""

    cursor: Cursor


@attrs.frozen
class MediumDetails(Medium):
    """A medium with the listings that use it, newest first, once for each use."""

    listings: tuple[LinkedListing, ...]
    """The newest 100; `ListMediumListings` has all."""
    listing_count: int
    """Counted up to 1,000."""


@attrs.frozen
class DeletedListing:
    """The number of rows deleted with listings, and of the replies of other listings that lost their parent."""

    services_listings: int
    services_translations: int
    services_media_links: int
    services_reviews: int
    services_availability: int
    services_bookings: int
    services_reviews_detached: int


@attrs.frozen
class DeletedReview:
    """The number of rows deleted with a review, and of those emptied, or put below it until they go."""

    services_reviews: int
    services_reviews_emptied: int
    services_reviews_moved: int


@attrs.frozen
class DeletedCategory:
    """The number of rows deleted with a category, the listings that have none now, and of the children that have its
    parent.
    """

    services_categories: int
    services_listings_detached: int
    services_categories_detached: int


@attrs.frozen
class DeletedMedium:
    """The number of rows deleted with a medium, and of the categories that showed it."""

    services_media: int
    services_media_links: int
    services_categories_detached: int
