"""What the queries of the marketplace are to give: its tables, each read by a plain SELECT and joined here."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

import psycopg
from psycopg.rows import TupleRow

from concordia_sql import auth, blog, services
from tests.support.reading import Row, grown, made, newest_first, number_of, oldest_first, rows, with_tuples

T = TypeVar("T")
Connection = psycopg.Connection[TupleRow]

TABLES = [
    *("user", "blog_organizations", "services_media", "services_categories", "services_listings"),
    *("services_translations", "services_media_links", "services_reviews", "services_availability"),
    "services_bookings",
]


class Marketplace:
    """The rows there are now that a visitor sees, or all but what is deleted, without what is below other listings."""

    def __init__(self, connection: Connection, *, with_unpublished: bool = False) -> None:
        self._with_unpublished = with_unpublished
        self._tables = {table: [with_tuples(row) for row in rows(connection, table)] for table in TABLES}
        seen = {row["id"] for row in self.rows("services_listings")}
        for table in ("services_translations", "services_reviews", "services_availability"):
            self._tables[table] = [row for row in self._tables[table] if row["service_id"] in seen]

    def rows(self, table: str, **equals: object) -> list[Row]:
        """The rows of a table that are seen and whose columns have these values; None stands for any value."""
        return [
            row
            for row in self._tables[table]
            if row.get("deleted_at") is None
            and (table != "services_listings" or row["status"] != "deleted")
            and (self._with_unpublished or _is_public(table, row))
            and all(value in (None, row[name]) for name, value in equals.items())
        ]

    def ids(self, table: str, column: str = "id") -> list[str]:
        """The ids, or slugs, of all rows, deleted ones too."""
        return [row[column] for row in self._tables[table]]

    def find(self, cls: type[T], table: str, key: object) -> T | None:
        """The row with this id, alone; None when there is none, or it is deleted."""
        return next((made(cls, row) for row in self.rows(table) if row["id"] == key), None)

    def user(self, user_id: str | None) -> auth.PublicUser | None:
        return self.find(auth.PublicUser, "user", user_id)

    def listing(self, listing_id: str) -> services.Listing | None:
        return self.find(services.Listing, "services_listings", listing_id)

    def listings(
        self,
        category: str | None = None,
        organization: str | None = None,
        language: str | None = None,
        **equals: object,
    ) -> list[Row]:
        """The rows that `ListListings` is to give."""
        found = newest_first(self.rows("services_listings", **equals))
        if category is not None:
            below = self._below(category)
            found = [row for row in found if row["category_id"] in below]
        if organization is not None:
            ids = [row["id"] for row in self.rows("blog_organizations", slug=organization)]
            found = [row for row in found if row["organization_id"] in ids]
        if language is not None:
            ids = [row["service_id"] for row in self.rows("services_translations", in_language=language)]
            found = [row for row in found if row["id"] in ids]
        return found

    def _below(self, slug: str) -> set[str]:
        """The ids of a category and of all below it."""
        ids = {row["id"] for row in self.rows("services_categories", slug=slug)}
        size = -1
        while size < len(ids):
            size = len(ids)
            ids |= {row["id"] for row in self.rows("services_categories") if row["parent_id"] in ids}
        return ids

    def listing_details(
        self,
        row: Row,
        languages: Sequence[str] | None = None,
        cls: type[services.ListingDetails] = services.ListingDetails,
        **more: object,
    ) -> services.ListingDetails:
        translations = sorted(
            (
                each
                for each in self.rows("services_translations", service_id=row["id"])
                if languages is None or each["in_language"] in languages
            ),
            key=lambda each: each["in_language"],
        )
        return made(
            cls,
            row,
            category=next(
                (
                    self.category_with_image(each)
                    for each in self.rows("services_categories")
                    if each["id"] == row["category_id"]
                ),
                None,
            ),
            organization=self.find(blog.Organization, "blog_organizations", row["organization_id"]),
            provider=self.user(row["provider_id"]),
            translations=tuple(made(services.Translation, each) for each in translations),
            translation_count=len(translations),
            media=tuple(self.media(row["id"])),
            medium_count=len(self.media(row["id"])),
            availability=tuple(self.availability(row["id"])),
            availability_count=len(self.availability(row["id"])),
            rating_summary=self._rating_summary(row["id"]),
            **more,
        )

    def media(self, listing_id: str) -> list[services.LinkedMedium]:
        links = sorted(
            self.rows("services_media_links", service_id=listing_id),
            key=lambda link: (number_of(link["position"]), link["media_id"], link["type"]),
        )
        return [
            made(services.LinkedMedium, medium, link_type=link["type"], position=link["position"])
            for link in links
            for medium in self.rows("services_media", id=link["media_id"])
        ]

    def _rating_summary(self, listing_id: str) -> services.RatingSummary:
        ratings = [
            row["rating"]
            for row in self.rows("services_reviews", service_id=listing_id, status="approved")
            if row["parent_id"] is None and 1 <= row["rating"] <= 5
        ]
        one, two, three, four, five = (ratings.count(rating) for rating in range(1, 6))
        average = Decimal(sum(ratings)) / len(ratings) if ratings else None
        return services.RatingSummary(
            count=len(ratings),
            average=None if average is None else float(average.quantize(Decimal("0.01"), ROUND_HALF_UP)),
            distribution=(one, two, three, four, five),
        )

    def category_with_image(self, row: Row) -> services.CategoryWithImage:
        image = self.find(services.Medium, "services_media", row["featured_image_id"])
        return made(services.CategoryWithImage, row, featured_image=image)

    def category_details(
        self, row: Row, cls: type[services.CategoryDetails] = services.CategoryDetails, **more: object
    ) -> services.CategoryDetails:
        children = [each for each in self.categories() if each["parent_id"] == row["id"]]
        return made(
            cls,
            row,
            featured_image=self.find(services.Medium, "services_media", row["featured_image_id"]),
            parent=self.find(services.Category, "services_categories", row["parent_id"]),
            children=tuple(made(services.Category, each) for each in children),
            child_count=len(children),
            **more,
        )

    def categories(self, parent: str | None = None, **equals: object) -> list[Row]:
        """The rows that `ListServiceCategories` is to give."""
        found = sorted(
            self.rows("services_categories", **equals), key=lambda row: (row["sort_order"], row["slug"], row["id"])
        )
        if parent is None:
            return found
        ids = [row["id"] for row in self.rows("services_categories", slug=parent)]
        return [row for row in found if row["parent_id"] in ids]

    def review_details(
        self, row: Row, cls: type[services.ReviewDetails] = services.ReviewDetails, **more: object
    ) -> services.ReviewDetails:
        return made(
            cls,
            row,
            author=self.user(row["author_id"]),
            service=self.listing(row["service_id"]),
            parent=self.find(services.Review, "services_reviews", row["parent_id"]),
            **more,
        )

    def reviews(self, **equals: object) -> list[Row]:
        return oldest_first(self.rows("services_reviews", **equals))

    def review_threads(self, service_id: str, status: str | None = None) -> list[services.ReviewNode]:
        found = self.reviews(service_id=service_id, status=status)
        ids = {row["id"] for row in found}
        return [
            grown(services.ReviewNode, row, found, "replies")
            for row in found
            if row["parent_id"] == row["id"] or row["parent_id"] not in ids
        ]

    def availability(
        self,
        service_id: str,
        day_of_week: int | None = None,
        cls: type[services.AvailabilitySlot] = services.AvailabilitySlot,
        **more: object,
    ) -> list[services.AvailabilitySlot]:
        found = self.rows("services_availability", service_id=service_id, day_of_week=day_of_week)
        return [
            made(cls, row, **more)
            for row in sorted(found, key=lambda row: (row["day_of_week"], row["start_time"], row["id"]))
        ]

    def bookings(self, from_date: str | None = None, to_date: str | None = None, **equals: object) -> list[Row]:
        """The rows that `ListBookings` is to give."""
        found = [
            row
            for row in self.rows("services_bookings", **equals)
            if (from_date is None or row["booking_date"] >= from_date)
            and (to_date is None or row["booking_date"] <= to_date)
        ]
        return sorted(found, key=lambda row: (row["booking_date"], row["booking_time"], row["id"]))

    def booking_details(
        self, row: Row, cls: type[services.BookingDetails] = services.BookingDetails, **more: object
    ) -> services.BookingDetails:
        return made(
            cls,
            row,
            service=self.listing(row["service_id"]),
            customer=self.user(row["customer_id"]),
            provider=self.user(row["provider_id"]),
            **more,
        )


def _is_public(table: str, row: Row) -> bool:
    if table == "services_reviews":
        return bool(row["status"] == "approved")
    return table != "services_listings" or bool(row["status"] == "active" and row["is_active"])
