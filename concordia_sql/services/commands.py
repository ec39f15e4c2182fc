"""The commands of the marketplace, except deletes, reviews and bookings: what creates, changes, links and replaces."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import attrs
from msgspec import UNSET, UnsetType

from concordia_sql.common import Keywords, Localized, MediumType, Replaced, new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, ReturningMaybe, ReturningOne
from concordia_sql.services.queries import ListingStatus, PriceType
from concordia_sql.services.results import AvailabilitySlot, Category, Listing, Medium, Translation
from concordia_sql.values import (
    ClosingTime,
    Currency,
    DayOfWeek,
    Id,
    Integer,
    Language,
    Position,
    Price,
    Slug,
    TimeOfDay,
    Url,
)

ListingMediumType: TypeAlias = Literal["cover", "gallery"]

_TEXTS = {
    "texts": "services_translations",
    "subjects": "services_listings",
    "subject_id": "service_id",
    "deleted_subject": "deleted_service",
    "headline": "title",
    "article_body": "description",
    "excerpt": "short_description",
}
"""The names of translations in the statements that all texts share."""
_MEDIA = {
    "links": "services_media_links",
    "subjects": "services_listings",
    "subject_id": "service_id",
    "deleted_subject": "deleted_service",
}
"""The names of links to media in the statements that all of these share."""
_CATEGORY = {
    "categories": "services_categories",
    "is_shown": "is_active",
    "icon": "icon",
    "sort_order": "sort_order",
}
"""The names of the columns of categories that differ, in the statements that write them."""


@command("shared/create_medium.sql", names={"media": "services_media"}, domain="services")
class CreateServiceMedium(ReturningOne[Medium]):
    """Create an image, a video or a sound, and return it. Raises Conflict for its id."""

    url: Url
    type: MediumType
    id: Id = attrs.field(factory=new_id)
    content_url: Url | None = None
    encoding_format: str | None = None
    width: str | None = None
    height: str | None = None
    duration: str | None = None
    license: str | None = None
    copyright_holder: str | None = None
    caption: Localized | None = None
    description: Localized | None = None
    alt: Localized | None = None
    thumbnail_url: Url | None = None


@command("shared/change_medium.sql", names={"media": "services_media"}, domain="services")
class ChangeServiceMedium(ReturningMaybe[Medium]):
    """Change the given fields of an image, a video or a sound. Returns it, or None if there is no such row."""

    id: str
    url: Url | UnsetType = UNSET
    content_url: Url | UnsetType | None = UNSET
    type: MediumType | UnsetType = UNSET
    encoding_format: str | UnsetType | None = UNSET
    width: str | UnsetType | None = UNSET
    height: str | UnsetType | None = UNSET
    duration: str | UnsetType | None = UNSET
    license: str | UnsetType | None = UNSET
    copyright_holder: str | UnsetType | None = UNSET
    caption: Localized | UnsetType | None = UNSET
    description: Localized | UnsetType | None = UNSET
    alt: Localized | UnsetType | None = UNSET
    thumbnail_url: Url | UnsetType | None = UNSET


@command("shared/create_category.sql", names=_CATEGORY, domain="services")
class CreateServiceCategory(ReturningOne[Category]):
    """Create a category and return it.

    Raises Conflict for its slug or id, MissingReference for its parent or featured image, and Refused as a `cycle` when
    it is its own parent.
    """

    slug: Slug
    name: Localized
    id: Id = attrs.field(factory=new_id)
    description: Localized | None = None
    icon: str | None = None
    featured_image_id: Id | None = None
    parent_id: Id | None = None
    sort_order: Integer = 0
    display_in_home: bool = False
    display_in_menu: bool = True
    is_active: bool = True
    is_featured: bool = False
    seo_title: Localized | None = None
    seo_description: Localized | None = None


@command("shared/change_category.sql", names=_CATEGORY, domain="services")
class ChangeServiceCategory(ReturningMaybe[Category]):
    """Change the given fields of a category, except its parent. Returns it, or None if there is no such row.

    Raises Conflict for its slug, MissingReference for its featured image.
    """

    id: str
    slug: Slug | UnsetType = UNSET
    name: Localized | UnsetType = UNSET
    description: Localized | UnsetType | None = UNSET
    icon: str | UnsetType | None = UNSET
    featured_image_id: Id | UnsetType | None = UNSET
    sort_order: Integer | UnsetType = UNSET
    display_in_home: bool | UnsetType = UNSET
    display_in_menu: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    is_featured: bool | UnsetType = UNSET
    seo_title: Localized | UnsetType | None = UNSET
    seo_description: Localized | UnsetType | None = UNSET


@command("shared/move_category.sql", names={"categories": "services_categories"}, domain="services")
class MoveServiceCategory(ReturningOne[Category]):
    """Move a category with all below it under another, or to the top, and return it.

    Raises NotFound if there is none, MissingReference for the parent, and Refused as a `cycle` if the parent is the
    category or below it. Two moves at once cannot make a cycle: they wait for each other.
    """

    id: str
    parent_id: Id | None


@attrs.frozen(kw_only=True)
class NewServiceTranslation:
    """A translation of a listing that is created with it, or replaces those there are."""

    in_language: Language
    title: Localized
    description: Localized
    id: Id = attrs.field(factory=new_id)
    short_description: Localized | None = None
    seo_title: Localized | None = None
    seo_description: Localized | None = None
    seo_keywords: Keywords | None = None
    canonical_url: Localized | None = None


@attrs.frozen(kw_only=True)
class NewListingMedium:
    """A medium of a listing, and where."""

    media_id: Id
    type: ListingMediumType
    position: Position | None = None
    """A number, as text: the order among those of the type."""


@attrs.frozen(kw_only=True)
class NewAvailabilitySlot:
    """A time of the week of a listing that is created with it, or replaces those there are."""

    day_of_week: DayOfWeek
    """0 is Sunday, 6 Saturday."""
    start_time: TimeOfDay
    """As "09:00", in the provider's own time zone, as is `end_time`."""
    end_time: ClosingTime
    id: Id = attrs.field(factory=new_id)
    is_available: bool = True


@command("services/create_listing.sql")
class CreateListing(ReturningOne[Listing]):
    """Create a listing with everything that belongs to it, all or nothing, and return it.

    Raises Conflict for its slug, which says whether a deleted listing holds it; for its id; for two translations into
    one language, a medium that is given twice with one `type`, and two times of the week with one start. Raises
    MissingReference for its category, organization and media. Its provider is not checked.
    """

    slug: Slug
    provider_id: Id
    id: Id = attrs.field(factory=new_id)
    category_id: Id | None = None
    organization_id: Id | None = None
    status: ListingStatus = "pending_review"
    base_price: Price | None = None
    price_type: PriceType | None = None
    currency: Currency | None = "EUR"
    duration_minutes: Integer | None = None
    is_mobile: bool = False
    max_participants: Integer | None = None
    booking_advance_hours: Integer | None = None
    cancellation_hours: Integer | None = None
    is_active: bool = True
    is_featured: bool = False
    display_in_home: bool = False
    allow_reviews: bool = True
    in_language: Language = "fr"
    translations: Sequence[NewServiceTranslation] = ()
    media: Sequence[NewListingMedium] = ()
    availability: Sequence[NewAvailabilitySlot] = ()


@command("services/change_listing.sql")
class ChangeListing(ReturningMaybe[Listing]):
    """Change the given fields of a listing. Returns it, or None if there is no such row or it is deleted.

    Raises Conflict for its slug, which says whether a deleted listing holds it, and MissingReference for its category
    and organization.
    """

    id: str
    slug: Slug | UnsetType = UNSET
    category_id: Id | UnsetType | None = UNSET
    provider_id: Id | UnsetType = UNSET
    organization_id: Id | UnsetType | None = UNSET
    status: ListingStatus | UnsetType = UNSET
    base_price: Price | UnsetType | None = UNSET
    price_type: PriceType | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    duration_minutes: Integer | UnsetType | None = UNSET
    is_mobile: bool | UnsetType = UNSET
    max_participants: Integer | UnsetType | None = UNSET
    booking_advance_hours: Integer | UnsetType | None = UNSET
    cancellation_hours: Integer | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    is_featured: bool | UnsetType = UNSET
    display_in_home: bool | UnsetType = UNSET
    allow_reviews: bool | UnsetType = UNSET
    in_language: Language | UnsetType = UNSET


@command(
    "shared/put_texts.sql",
    shapes={"deleted": "services/deleted_listing"},
    names=_TEXTS,
)
class PutServiceTranslation(ReturningOne[Translation]):
    """Put a listing's translation into a language in place of the existing one, which keeps its id, and return it.

    Raises MissingReference for the listing, Conflict for the id of a new one.

    Refused as `deleted_service` when that is deleted.
    """

    service_id: Id
    in_language: Language
    title: Localized
    description: Localized
    id: Id = attrs.field(factory=new_id)
    short_description: Localized | None = None
    seo_title: Localized | None = None
    seo_description: Localized | None = None
    seo_keywords: Keywords | None = None
    canonical_url: Localized | None = None


@command("shared/delete_items.sql", names={"items": "services_translations", "key": "id"}, domain="services")
class DeleteServiceTranslation(Affected):
    """Delete a translation. Returns 1, or 0 if there is no such row."""

    id: str


@command(
    "shared/replace_texts.sql",
    shapes={"deleted": "services/deleted_listing"},
    names=_TEXTS,
)
class ReplaceListingTranslations(ReturningOne[Replaced]):
    """Make these translations a listing's only ones. Each replaces the one in its language, and takes its id.

    Raises Conflict for two into one language and for the id of a new one, MissingReference for the listing.

    Refused as `deleted_service` when that is deleted.
    """

    service_id: Id
    translations: Sequence[NewServiceTranslation]


@command(
    "shared/link_medium.sql",
    shapes={"deleted": "services/deleted_listing"},
    names=_MEDIA,
)
class LinkServiceMedium(Affected):
    """Give a listing a medium at a position, or move it there: 1.

    Raises MissingReference for the listing or the medium.

    Refused as `deleted_service` when that is deleted.
    """

    service_id: Id
    media_id: Id
    type: ListingMediumType
    position: Position | None = None
    """A number, as text: the order among those of the type."""


@command(
    "shared/unlink.sql",
    names={"links": "services_media_links", "subject_id": "service_id", "item_id": "media_id", "type": "type"},
    domain="services",
)
class UnlinkServiceMedium(Affected):
    """Remove a medium from a use in a listing. Returns 1, or 0 if the listing does not use it there."""

    service_id: str
    media_id: str
    type: ListingMediumType


@command(
    "shared/replace_media.sql",
    shapes={"deleted": "services/deleted_listing"},
    names=_MEDIA,
)
class ReplaceListingMedia(ReturningOne[Replaced]):
    """Make these media a listing's only ones, at these positions.

    Raises Conflict for a medium that is given twice with one `type`, MissingReference for the listing or a medium.

    Refused as `deleted_service` when that is deleted.
    """

    service_id: Id
    media: Sequence[NewListingMedium]


@command("services/create_availability_slot.sql")
class CreateAvailabilitySlot(ReturningOne[AvailabilitySlot]):
    """Add a time of the week to a listing and return it.

    Raises Conflict when it has one that starts then and for the id, MissingReference for the listing.

    Refused as `deleted_service` when that is deleted.
    """

    service_id: Id
    day_of_week: DayOfWeek
    """0 is Sunday, 6 Saturday."""
    start_time: TimeOfDay
    """As "09:00", in the provider's own time zone, as is `end_time`."""
    end_time: ClosingTime
    id: Id = attrs.field(factory=new_id)
    is_available: bool = True


@command("services/change_availability_slot.sql")
class ChangeAvailabilitySlot(ReturningMaybe[AvailabilitySlot]):
    """Change the given fields of a time of the week. Returns it, or None if there is no such row.

    Raises Conflict when its listing has another one that starts then.
    """

    id: str
    day_of_week: DayOfWeek | UnsetType = UNSET
    start_time: TimeOfDay | UnsetType = UNSET
    end_time: ClosingTime | UnsetType = UNSET
    is_available: bool | UnsetType = UNSET


@command("shared/delete_items.sql", names={"items": "services_availability", "key": "id"}, domain="services")
class DeleteAvailabilitySlot(Affected):
    """Delete a time of the week. Returns 1, or 0 if there is no such row."""

    id: str


@command("services/replace_listing_availability.sql")
class ReplaceListingAvailability(ReturningOne[Replaced]):
    """Make these times of the week a listing's only ones. Each replaces the one with its start, and takes its id.

    Raises Conflict for two with one start and for the id of a new one, MissingReference for the listing.

    Refused as `deleted_service` when that is deleted.
    """

    service_id: Id
    availability: Sequence[NewAvailabilitySlot]
