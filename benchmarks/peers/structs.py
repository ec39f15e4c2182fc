"""What asyncpg's JSON is decoded into."""
# ruff: noqa: D101 - each is the table of its name

from datetime import datetime
from typing import Any

import msgspec


class User(msgspec.Struct):
    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    username: str | None
    display_username: str | None
    role: str | None
    banned: bool | None
    ban_reason: str | None
    ban_expires: datetime | None
    created_at: datetime
    updated_at: datetime


class Session(msgspec.Struct):
    id: str
    expires_at: datetime
    token: str
    ip_address: str | None
    user_agent: str | None
    user_id: str
    active_organization_id: str | None
    impersonated_by: str | None
    created_at: datetime
    updated_at: datetime


class Organization(msgspec.Struct):
    id: str
    name: str
    slug: str
    alternate_name: Any
    legal_name: Any
    description: Any
    slogan: Any
    url: str | None
    logo: str | None
    image: str | None
    email: str | None
    telephone: str | None
    address: Any
    same_as: Any
    founding_date: datetime | None
    is_active: bool
    is_featured: bool
    created_at: datetime
    updated_at: datetime


class Medium(msgspec.Struct):
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
    caption: Any
    description: Any
    alt: Any
    thumbnail_url: str | None
    created_at: datetime
    updated_at: datetime


class Author(msgspec.Struct):
    id: str
    slug: str
    given_name: Any
    family_name: Any
    display_name: Any
    bio: Any
    job_title: Any
    email: str | None
    avatar_id: str | None
    avatar_url: str | None
    website: str | None
    same_as: Any
    works_for_id: str | None
    display_in_home: bool
    display_in_blog: bool
    is_featured: bool
    seo_title: Any
    seo_description: Any
    seo_keywords: Any
    canonical_url: Any
    created_at: datetime
    updated_at: datetime


class Category(msgspec.Struct):
    id: str
    slug: str
    name: Any
    description: Any
    featured_image_id: str | None
    display_in_home: bool
    display_in_menu: bool
    display_in_blog: bool
    is_featured: bool
    parent_id: str | None
    seo_title: Any
    seo_description: Any
    seo_keywords: Any
    canonical_url: Any
    created_at: datetime
    updated_at: datetime


class Translation(msgspec.Struct):
    id: str
    post_id: str
    in_language: str
    headline: Any
    alternative_headline: Any
    article_body: Any
    excerpt: Any
    seo_title: Any
    seo_description: Any
    seo_keywords: Any
    canonical_url: Any
    created_at: datetime
    updated_at: datetime


class Post(msgspec.Struct):
    id: str
    slug: str
    status: str
    published_at: datetime | None
    display_in_home: bool
    display_in_blog: bool
    is_featured: bool
    reading_time: str | None
    word_count: str | None
    time_required: str | None
    allow_comments: bool
    in_language: str
    license: str | None
    discussion_url: str | None
    url: str | None
    identifier: str | None
    organization_id: str | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Comment(msgspec.Struct):
    id: str
    post_id: str
    parent_id: str | None
    author_name: str
    author_email: str
    content: Any
    rating: int | None
    status: str
    in_language: str
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime
    replies: list["Comment"] = []


class ListingCategory(msgspec.Struct):
    id: str
    slug: str
    name: Any
    description: Any
    icon: str | None
    featured_image_id: str | None
    parent_id: str | None
    sort_order: int
    display_in_home: bool
    display_in_menu: bool
    is_active: bool
    is_featured: bool
    seo_title: Any
    seo_description: Any
    created_at: datetime
    updated_at: datetime


class ListingTranslation(msgspec.Struct):
    id: str
    service_id: str
    in_language: str
    title: Any
    description: Any
    short_description: Any
    seo_title: Any
    seo_description: Any
    seo_keywords: Any
    canonical_url: Any
    created_at: datetime
    updated_at: datetime


class ListingMedium(msgspec.Struct):
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
    caption: Any
    description: Any
    alt: Any
    thumbnail_url: str | None
    created_at: datetime
    updated_at: datetime


class Slot(msgspec.Struct):
    id: str
    service_id: str
    day_of_week: int
    start_time: str
    end_time: str
    is_available: bool
    created_at: datetime


class Listing(msgspec.Struct):
    id: str
    slug: str
    category_id: str | None
    provider_id: str
    organization_id: str | None
    status: str
    base_price: str | None
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
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AuthorWithOrganization(Author):
    organization: Organization | None


class AuthorDetails(AuthorWithOrganization):
    avatar: Medium | None


class LinkedMedium(Medium):
    link_type: str
    position: str | None


class PostWithTranslations(Post):
    translations: list[Translation]


class PostPage(PostWithTranslations):
    authors: list[AuthorWithOrganization]
    categories: list[Category]


class NewsPost(PostWithTranslations):
    authors: list[AuthorDetails]
    categories: list[Category]
    media: list[LinkedMedium]


class UserSession(Session):
    user: User


class LinkedListingMedium(ListingMedium):
    link_type: str
    position: str | None


class RatingSummary(msgspec.Struct):
    count: int
    average: float | None
    distribution: list[int]


class ListingPage(Listing):
    category: ListingCategory | None
    organization: Organization | None
    translations: list[ListingTranslation]
    media: list[LinkedListingMedium]
    availability: list[Slot]
    rating_summary: RatingSummary
