"""The tables of the workloads, for SQLAlchemy's declarative mapping."""
# ruff: noqa: D101 - each is the table of its name

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Json = Annotated[Any, mapped_column(JSONB)]


class Base(DeclarativeBase):
    """The base of the tables."""


class User(Base):
    __tablename__ = "user"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    email_verified: Mapped[bool]
    image: Mapped[str | None]
    username: Mapped[str | None]
    display_username: Mapped[str | None]
    role: Mapped[str | None]
    banned: Mapped[bool | None]
    ban_reason: Mapped[str | None]
    ban_expires: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Session(Base):
    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
    token: Mapped[str]
    ip_address: Mapped[str | None]
    user_agent: Mapped[str | None]
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    active_organization_id: Mapped[str | None]
    impersonated_by: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    user: Mapped["User"] = relationship()


class Organization(Base):
    __tablename__ = "blog_organizations"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str]
    alternate_name: Mapped[Json | None]
    legal_name: Mapped[Json | None]
    description: Mapped[Json | None]
    slogan: Mapped[Json | None]
    url: Mapped[str | None]
    logo: Mapped[str | None]
    image: Mapped[str | None]
    email: Mapped[str | None]
    telephone: Mapped[str | None]
    address: Mapped[Json | None]
    same_as: Mapped[Json | None]
    founding_date: Mapped[datetime | None]
    is_active: Mapped[bool]
    is_featured: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Medium(Base):
    __tablename__ = "blog_media"

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    content_url: Mapped[str | None]
    type: Mapped[str]
    encoding_format: Mapped[str | None]
    width: Mapped[str | None]
    height: Mapped[str | None]
    duration: Mapped[str | None]
    license: Mapped[str | None]
    copyright_holder: Mapped[str | None]
    caption: Mapped[Json | None]
    description: Mapped[Json | None]
    alt: Mapped[Json | None]
    thumbnail_url: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Author(Base):
    __tablename__ = "blog_authors"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]
    given_name: Mapped[Json | None]
    family_name: Mapped[Json | None]
    display_name: Mapped[Json]
    bio: Mapped[Json | None]
    job_title: Mapped[Json | None]
    email: Mapped[str | None]
    avatar_id: Mapped[str | None] = mapped_column(ForeignKey("blog_media.id"))
    avatar_url: Mapped[str | None]
    website: Mapped[str | None]
    same_as: Mapped[Json | None]
    works_for_id: Mapped[str | None] = mapped_column(ForeignKey("blog_organizations.id"))
    display_in_home: Mapped[bool]
    display_in_blog: Mapped[bool]
    is_featured: Mapped[bool]
    seo_title: Mapped[Json | None]
    seo_description: Mapped[Json | None]
    seo_keywords: Mapped[Json | None]
    canonical_url: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    organization: Mapped["Organization | None"] = relationship()
    avatar: Mapped["Medium | None"] = relationship()


class Category(Base):
    __tablename__ = "blog_categories"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[Json]
    description: Mapped[Json | None]
    featured_image_id: Mapped[str | None]
    display_in_home: Mapped[bool]
    display_in_menu: Mapped[bool]
    display_in_blog: Mapped[bool]
    is_featured: Mapped[bool]
    parent_id: Mapped[str | None]
    seo_title: Mapped[Json | None]
    seo_description: Mapped[Json | None]
    seo_keywords: Mapped[Json | None]
    canonical_url: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Translation(Base):
    __tablename__ = "blog_translations"

    id: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[str] = mapped_column(ForeignKey("blog_posts.id"))
    in_language: Mapped[str]
    headline: Mapped[Json]
    alternative_headline: Mapped[Json | None]
    article_body: Mapped[Json]
    excerpt: Mapped[Json]
    seo_title: Mapped[Json | None]
    seo_description: Mapped[Json | None]
    seo_keywords: Mapped[Json | None]
    canonical_url: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PostAuthor(Base):
    __tablename__ = "blog_post_authors"

    post_id: Mapped[str] = mapped_column(ForeignKey("blog_posts.id"), primary_key=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("blog_authors.id"), primary_key=True)


class PostCategory(Base):
    __tablename__ = "blog_post_categories"

    post_id: Mapped[str] = mapped_column(ForeignKey("blog_posts.id"), primary_key=True)
    category_id: Mapped[str] = mapped_column(ForeignKey("blog_categories.id"), primary_key=True)


class PostMedium(Base):
    __tablename__ = "blog_post_media"

    post_id: Mapped[str] = mapped_column(ForeignKey("blog_posts.id"), primary_key=True)
    media_id: Mapped[str] = mapped_column(ForeignKey("blog_media.id"), primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str | None]

    medium: Mapped["Medium"] = relationship()


class Post(Base):
    __tablename__ = "blog_posts"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]
    status: Mapped[str]
    published_at: Mapped[datetime | None]
    display_in_home: Mapped[bool]
    display_in_blog: Mapped[bool]
    is_featured: Mapped[bool]
    reading_time: Mapped[str | None]
    word_count: Mapped[str | None]
    time_required: Mapped[str | None]
    allow_comments: Mapped[bool]
    in_language: Mapped[str]
    license: Mapped[str | None]
    discussion_url: Mapped[str | None]
    url: Mapped[str | None]
    identifier: Mapped[str | None]
    organization_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    authors: Mapped[list["Author"]] = relationship(secondary="blog_post_authors")
    categories: Mapped[list["Category"]] = relationship(secondary="blog_post_categories")
    translations: Mapped[list["Translation"]] = relationship()
    media: Mapped[list["PostMedium"]] = relationship()


class Comment(Base):
    __tablename__ = "blog_comments"

    id: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[str]
    parent_id: Mapped[str | None]
    author_name: Mapped[str]
    author_email: Mapped[str]
    content: Mapped[Json]
    rating: Mapped[int | None] = mapped_column(server_default="0")
    status: Mapped[str]
    in_language: Mapped[str]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ListingCategory(Base):
    __tablename__ = "services_categories"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[Json]
    description: Mapped[Json | None]
    icon: Mapped[str | None]
    featured_image_id: Mapped[str | None]
    parent_id: Mapped[str | None]
    sort_order: Mapped[int]
    display_in_home: Mapped[bool]
    display_in_menu: Mapped[bool]
    is_active: Mapped[bool]
    is_featured: Mapped[bool]
    seo_title: Mapped[Json | None]
    seo_description: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ListingTranslation(Base):
    __tablename__ = "services_translations"

    id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services_listings.id"))
    in_language: Mapped[str]
    title: Mapped[Json]
    description: Mapped[Json]
    short_description: Mapped[Json | None]
    seo_title: Mapped[Json | None]
    seo_description: Mapped[Json | None]
    seo_keywords: Mapped[Json | None]
    canonical_url: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ListingMedium(Base):
    __tablename__ = "services_media"

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    content_url: Mapped[str | None]
    type: Mapped[str]
    encoding_format: Mapped[str | None]
    width: Mapped[str | None]
    height: Mapped[str | None]
    duration: Mapped[str | None]
    license: Mapped[str | None]
    copyright_holder: Mapped[str | None]
    caption: Mapped[Json | None]
    description: Mapped[Json | None]
    alt: Mapped[Json | None]
    thumbnail_url: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MediumLink(Base):
    __tablename__ = "services_media_links"

    service_id: Mapped[str] = mapped_column(ForeignKey("services_listings.id"), primary_key=True)
    media_id: Mapped[str] = mapped_column(ForeignKey("services_media.id"), primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str | None]

    medium: Mapped["ListingMedium"] = relationship()


class Slot(Base):
    __tablename__ = "services_availability"

    id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services_listings.id"))
    day_of_week: Mapped[int]
    start_time: Mapped[str]
    end_time: Mapped[str]
    is_available: Mapped[bool]
    created_at: Mapped[datetime]


class Review(Base):
    __tablename__ = "services_reviews"

    id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str]
    parent_id: Mapped[str | None]
    author_name: Mapped[str]
    author_email: Mapped[str]
    author_id: Mapped[str | None]
    content: Mapped[Json]
    rating: Mapped[int]
    status: Mapped[str]
    in_language: Mapped[str]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Listing(Base):
    __tablename__ = "services_listings"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]
    category_id: Mapped[str | None] = mapped_column(ForeignKey("services_categories.id"))
    provider_id: Mapped[str]
    organization_id: Mapped[str | None] = mapped_column(ForeignKey("blog_organizations.id"))
    status: Mapped[str]
    base_price: Mapped[str | None]
    price_type: Mapped[str | None]
    currency: Mapped[str | None]
    duration_minutes: Mapped[int | None]
    is_mobile: Mapped[bool]
    max_participants: Mapped[int | None]
    booking_advance_hours: Mapped[int | None]
    cancellation_hours: Mapped[int | None]
    is_active: Mapped[bool]
    is_featured: Mapped[bool]
    display_in_home: Mapped[bool]
    allow_reviews: Mapped[bool]
    in_language: Mapped[str]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    category: Mapped["ListingCategory | None"] = relationship()
    organization: Mapped["Organization | None"] = relationship()
    translations: Mapped[list["ListingTranslation"]] = relationship()
    media: Mapped[list["MediumLink"]] = relationship()
    availability: Mapped[list["Slot"]] = relationship()
