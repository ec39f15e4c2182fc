"""The commands of the blog, except deletes and comments: what creates, changes, links and replaces."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import attrs
from msgspec import UNSET, UnsetType

from concordia_sql.blog.queries import PostStatus
from concordia_sql.blog.results import Author, Category, Medium, Organization, Post, Translation
from concordia_sql.common import Address, Keywords, Localized, MediumType, Replaced, new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, ReturningMaybe, ReturningOne
from concordia_sql.values import Email, Id, Language, Position, Slug, Url

PostMediumType: TypeAlias = Literal["cover", "gallery", "inline"]

_TEXTS = {
    "texts": "blog_translations",
    "subjects": "blog_posts",
    "subject_id": "post_id",
    "deleted_subject": "deleted_post",
    "headline": "headline",
    "alternative_headline": "alternative_headline",
    "article_body": "article_body",
    "excerpt": "excerpt",
}
"""The names of translations in the statements that all texts share."""
_MEDIA = {
    "links": "blog_post_media",
    "subjects": "blog_posts",
    "subject_id": "post_id",
    "deleted_subject": "deleted_post",
}
"""The names of links to media in the statements that all of these share."""
_CATEGORY = {
    "categories": "blog_categories",
    "is_shown": "display_in_blog",
    "seo_keywords": "seo_keywords",
    "canonical_url": "canonical_url",
}
"""The names of the columns of categories that differ, in the statements that write them."""


@command("blog/create_organization.sql")
class CreateOrganization(ReturningOne[Organization]):
    """Create an organization and return it. Raises Conflict for its slug."""

    name: str
    slug: Slug
    id: Id = attrs.field(factory=new_id)
    alternate_name: Localized | None = None
    legal_name: Localized | None = None
    description: Localized | None = None
    slogan: Localized | None = None
    url: Url | None = None
    logo: Url | None = None
    image: Url | None = None
    email: Email | None = None
    telephone: str | None = None
    address: Address | None = None
    same_as: Sequence[Url] | None = None
    founding_date: datetime | None = None
    is_active: bool = True
    is_featured: bool = False


@command("blog/change_organization.sql")
class ChangeOrganization(ReturningMaybe[Organization]):
    """Change the given fields of an organization. Returns it, or None if there is no such row.

    Raises Conflict for its slug.
    """

    id: str
    name: str | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    alternate_name: Localized | UnsetType | None = UNSET
    legal_name: Localized | UnsetType | None = UNSET
    description: Localized | UnsetType | None = UNSET
    slogan: Localized | UnsetType | None = UNSET
    url: Url | UnsetType | None = UNSET
    logo: Url | UnsetType | None = UNSET
    image: Url | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    telephone: str | UnsetType | None = UNSET
    address: Address | UnsetType | None = UNSET
    same_as: Sequence[Url] | UnsetType | None = UNSET
    founding_date: datetime | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    is_featured: bool | UnsetType = UNSET


@command("shared/create_medium.sql", names={"media": "blog_media"}, domain="blog")
class CreateMedium(ReturningOne[Medium]):
    """Create an image, a video or a sound, and return it."""

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


@command("shared/change_medium.sql", names={"media": "blog_media"}, domain="blog")
class ChangeMedium(ReturningMaybe[Medium]):
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


@command("blog/create_author.sql")
class CreateAuthor(ReturningOne[Author]):
    """Create an author and return them.

    Raises Conflict for their slug or e-mail, MissingReference for their avatar or organization.
    """

    slug: Slug
    display_name: Localized
    id: Id = attrs.field(factory=new_id)
    given_name: Localized | None = None
    family_name: Localized | None = None
    bio: Localized | None = None
    job_title: Localized | None = None
    email: Email | None = None
    avatar_id: Id | None = None
    avatar_url: Url | None = None
    website: Url | None = None
    same_as: Sequence[Url] | None = None
    works_for_id: Id | None = None
    display_in_home: bool = False
    display_in_blog: bool = True
    is_featured: bool = False
    seo_title: Localized | None = None
    seo_description: Localized | None = None
    seo_keywords: Keywords | None = None
    canonical_url: Localized | None = None


@command("blog/change_author.sql")
class ChangeAuthor(ReturningMaybe[Author]):
    """Change the given fields of an author. Returns them, or None if there is no such row.

    Raises Conflict for their slug or e-mail, MissingReference for their avatar or organization.
    """

    id: str
    slug: Slug | UnsetType = UNSET
    given_name: Localized | UnsetType | None = UNSET
    family_name: Localized | UnsetType | None = UNSET
    display_name: Localized | UnsetType = UNSET
    bio: Localized | UnsetType | None = UNSET
    job_title: Localized | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    avatar_id: Id | UnsetType | None = UNSET
    avatar_url: Url | UnsetType | None = UNSET
    website: Url | UnsetType | None = UNSET
    same_as: Sequence[Url] | UnsetType | None = UNSET
    works_for_id: Id | UnsetType | None = UNSET
    display_in_home: bool | UnsetType = UNSET
    display_in_blog: bool | UnsetType = UNSET
    is_featured: bool | UnsetType = UNSET
    seo_title: Localized | UnsetType | None = UNSET
    seo_description: Localized | UnsetType | None = UNSET
    seo_keywords: Keywords | UnsetType | None = UNSET
    canonical_url: Localized | UnsetType | None = UNSET


@command("shared/create_category.sql", names=_CATEGORY, domain="blog")
class CreateCategory(ReturningOne[Category]):
    """Create a category and return it.

    Raises Conflict for its slug, MissingReference for its parent or featured image, and Refused as a `cycle` when it is
    its own parent.
    """

    slug: Slug
    name: Localized
    id: Id = attrs.field(factory=new_id)
    description: Localized | None = None
    featured_image_id: Id | None = None
    display_in_home: bool = False
    display_in_menu: bool = True
    display_in_blog: bool = True
    is_featured: bool = False
    parent_id: Id | None = None
    seo_title: Localized | None = None
    seo_description: Localized | None = None
    seo_keywords: Keywords | None = None
    canonical_url: Localized | None = None


@command("shared/change_category.sql", names=_CATEGORY, domain="blog")
class ChangeCategory(ReturningMaybe[Category]):
    """Change the given fields of a category, except its parent. Returns it, or None if there is no such row.

    Raises Conflict for its slug, MissingReference for its featured image.
    """

    id: str
    slug: Slug | UnsetType = UNSET
    name: Localized | UnsetType = UNSET
    description: Localized | UnsetType | None = UNSET
    featured_image_id: Id | UnsetType | None = UNSET
    display_in_home: bool | UnsetType = UNSET
    display_in_menu: bool | UnsetType = UNSET
    display_in_blog: bool | UnsetType = UNSET
    is_featured: bool | UnsetType = UNSET
    seo_title: Localized | UnsetType | None = UNSET
    seo_description: Localized | UnsetType | None = UNSET
    seo_keywords: Keywords | UnsetType | None = UNSET
    canonical_url: Localized | UnsetType | None = UNSET


@command("shared/move_category.sql", names={"categories": "blog_categories"}, domain="blog")
class MoveCategory(ReturningOne[Category]):
    """Move a category with all below it under another, or to the top, and return it.

    Raises NotFound if there is none, MissingReference for the parent, and Refused as a `cycle` if the parent is the
    category or below it. Two moves at once cannot make a cycle: they wait for each other.
    """

    id: str
    parent_id: Id | None


@attrs.frozen(kw_only=True)
class NewTranslation:
    """A translation of a post that is created with it, or replaces those there are."""

    in_language: Language
    headline: Localized
    article_body: Localized
    excerpt: Localized
    id: Id = attrs.field(factory=new_id)
    alternative_headline: Localized | None = None
    seo_title: Localized | None = None
    seo_description: Localized | None = None
    seo_keywords: Keywords | None = None
    canonical_url: Localized | None = None


@attrs.frozen(kw_only=True)
class NewPostMedium:
    """A medium of a post, and where."""

    media_id: Id
    type: PostMediumType
    position: Position | None = None
    """A number, as text: the order among those of the type."""


@command("blog/create_post.sql")
class CreatePost(ReturningOne[Post]):
    """Create a post with everything that belongs to it, all or nothing, and return it.

    Raises Conflict for its slug, which says whether a deleted post holds it; for an author or a category that is given
    twice, a medium that is given twice with one `type`, and two translations into one language. Raises MissingReference
    for an author, category, medium or organization that does not exist.
    """

    slug: Slug
    status: PostStatus
    in_language: Language
    id: Id = attrs.field(factory=new_id)
    published_at: datetime | None = None
    display_in_home: bool = False
    display_in_blog: bool = True
    is_featured: bool = False
    reading_time: str | None = None
    word_count: str | None = None
    time_required: str | None = None
    allow_comments: bool = True
    license: str | None = None
    discussion_url: Url | None = None
    url: Url | None = None
    identifier: str | None = None
    organization_id: Id | None = None
    translations: Sequence[NewTranslation] = ()
    author_ids: Sequence[Id] = ()
    category_ids: Sequence[Id] = ()
    media: Sequence[NewPostMedium] = ()


@command("blog/change_post.sql")
class ChangePost(ReturningMaybe[Post]):
    """Change the given fields of a post. Returns it, or None if there is no such row or it is deleted.

    Raises Conflict for its slug, which says whether a deleted post holds it, and MissingReference for its organization.
    """

    id: str
    slug: Slug | UnsetType = UNSET
    status: PostStatus | UnsetType = UNSET
    published_at: datetime | UnsetType | None = UNSET
    display_in_home: bool | UnsetType = UNSET
    display_in_blog: bool | UnsetType = UNSET
    is_featured: bool | UnsetType = UNSET
    reading_time: str | UnsetType | None = UNSET
    word_count: str | UnsetType | None = UNSET
    time_required: str | UnsetType | None = UNSET
    allow_comments: bool | UnsetType = UNSET
    in_language: Language | UnsetType = UNSET
    license: str | UnsetType | None = UNSET
    discussion_url: Url | UnsetType | None = UNSET
    url: Url | UnsetType | None = UNSET
    identifier: str | UnsetType | None = UNSET
    organization_id: Id | UnsetType | None = UNSET


@command(
    "shared/put_texts.sql",
    shapes={"deleted": "blog/deleted_post"},
    names=_TEXTS,
)
class PutTranslation(ReturningOne[Translation]):
    """Put a post's translation into a language in place of the existing one, which keeps its id, and return it.

    Raises MissingReference for the post.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    in_language: Language
    headline: Localized
    article_body: Localized
    excerpt: Localized
    id: Id = attrs.field(factory=new_id)
    alternative_headline: Localized | None = None
    seo_title: Localized | None = None
    seo_description: Localized | None = None
    seo_keywords: Keywords | None = None
    canonical_url: Localized | None = None


@command("shared/delete_items.sql", names={"items": "blog_translations", "key": "id"}, domain="blog")
class DeleteTranslation(Affected):
    """Delete a translation. Returns 1, or 0 if there is no such row."""

    id: str


@command(
    "shared/replace_texts.sql",
    shapes={"deleted": "blog/deleted_post"},
    names=_TEXTS,
)
class ReplacePostTranslations(ReturningOne[Replaced]):
    """Make these translations a post's only ones. Each replaces the one in its language, and takes its id.

    Raises Conflict for two into one language, MissingReference for the post.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    translations: Sequence[NewTranslation]


@command("shared/link_post.sql", names={"links": "blog_post_authors", "item_id": "author_id"}, domain="blog")
class LinkPostAuthor(Affected):
    """Give a post an author: 1, or 0 when it has them already. Raises MissingReference.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    author_id: Id


@command(
    "shared/unlink.sql",
    names={"links": "blog_post_authors", "subject_id": "post_id", "item_id": "author_id"},
    domain="blog",
)
class UnlinkPostAuthor(Affected):
    """Remove an author from a post. Returns 1, or 0 if it does not have it."""

    post_id: str
    author_id: str


@command(
    "shared/replace_post.sql",
    names={"links": "blog_post_authors", "item_id": "author_id", "item_ids": "author_ids"},
    domain="blog",
)
class ReplacePostAuthors(ReturningOne[Replaced]):
    """Make these authors a post's only ones. Raises MissingReference.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    author_ids: Sequence[Id]


@command("shared/link_post.sql", names={"links": "blog_post_categories", "item_id": "category_id"}, domain="blog")
class LinkPostCategory(Affected):
    """Give a post a category: 1, or 0 when it has it already. Raises MissingReference.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    category_id: Id


@command(
    "shared/unlink.sql",
    names={"links": "blog_post_categories", "subject_id": "post_id", "item_id": "category_id"},
    domain="blog",
)
class UnlinkPostCategory(Affected):
    """Remove a category from a post. Returns 1, or 0 if it does not have it."""

    post_id: str
    category_id: str


@command(
    "shared/replace_post.sql",
    names={"links": "blog_post_categories", "item_id": "category_id", "item_ids": "category_ids"},
    domain="blog",
)
class ReplacePostCategories(ReturningOne[Replaced]):
    """Make these categories a post's only ones. Raises MissingReference.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    category_ids: Sequence[Id]


@command(
    "shared/link_medium.sql",
    shapes={"deleted": "blog/deleted_post"},
    names=_MEDIA,
)
class LinkPostMedium(Affected):
    """Give a post a medium at a position, or move it there: 1. Raises MissingReference.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    media_id: Id
    type: PostMediumType
    position: Position | None = None
    """A number, as text: the order among those of the type."""


@command(
    "shared/unlink.sql",
    names={"links": "blog_post_media", "subject_id": "post_id", "item_id": "media_id", "type": "type"},
    domain="blog",
)
class UnlinkPostMedium(Affected):
    """Remove a medium from a use in a post. Returns 1, or 0 if the post does not use it there."""

    post_id: str
    media_id: str
    type: PostMediumType


@command(
    "shared/replace_media.sql",
    shapes={"deleted": "blog/deleted_post"},
    names=_MEDIA,
)
class ReplacePostMedia(ReturningOne[Replaced]):
    """Make these media a post's only ones, at these positions.

    Raises Conflict for a medium that is given twice with one `type`, MissingReference for the post or a medium.

    Refused as `deleted_post` when that is deleted.
    """

    post_id: Id
    media: Sequence[NewPostMedium]
