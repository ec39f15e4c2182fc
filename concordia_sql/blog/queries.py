"""The queries of the blog."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from concordia_sql.blog.results import (
    AuthorWithPosts,
    CategoryDetails,
    CommentDetails,
    CommentNode,
    ListedAuthor,
    ListedCategory,
    ListedComment,
    ListedLinkedMedium,
    ListedLinkedPost,
    ListedOrganization,
    ListedPost,
    ListedPostCategory,
    ListedTranslation,
    MediumDetails,
    ModeratedComment,
    OrganizationDetails,
    PostDetails,
    TranslationDetails,
)
from concordia_sql.common import Count, CountLimit, public
from concordia_sql.concordia import query
from concordia_sql.engine import Limit, Many, Maybe, One, Subtree, Tree, cursor
from concordia_sql.threads.pages import Nodes
from concordia_sql.values import Asked, Language, Part

PostStatus: TypeAlias = Literal["draft", "published", "archived"]
CommentStatus: TypeAlias = Literal["pending", "approved", "rejected"]


@query("blog/get_post.sql")
class GetPost(Maybe[PostDetails]):
    """The published post with this slug and everything that belongs to it, or None.

    `.into(FullPost)` reads its approved comments too, all of them.

    Source: Concordia's documentation, section Nested Relations.
    """

    slug: str
    languages: Sequence[Language] | None = None
    """Only the translations in these languages."""
    comment_status: CommentStatus | None = attrs.field(default=None, validator=public("approved"))
    """Only comments in this status, for a class that has a field for them."""
    with_unpublished: Asked | None = None
    """Whether to read it if it is a draft or archived too, and comments that are not approved."""


@query("shared/get.sql", shapes={"item": "blog/post"}, names={"key": "id"})
class GetPostById(Maybe[PostDetails]):
    """The post with this id: otherwise as `GetPost`."""

    id: str
    languages: Sequence[Language] | None = None
    comment_status: CommentStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    """Whether to read it if it is a draft or archived too, and comments that are not approved."""


@query("shared/list_by_moment.sql", shapes={"chosen": "blog/listed_post"})
class ListPosts(Many[ListedPost]):
    """The published posts that match all given filters, newest first, at most `limit`.

    Newest is by `published_at`, or `created_at` where that is None, then by id.
    """

    status: PostStatus | None = attrs.field(default=None, validator=public("published"))
    author: str | None = None
    """Only those of the author with this slug."""
    category: str | None = None
    """Only those in the category with this slug itself."""
    organization: str | None = None
    """Only those of the organization with this slug."""
    is_featured: bool | None = None
    display_in_home: bool | None = None
    language: Language | None = None
    """Only those with a translation in this language."""
    slug_contains: Part | None = None
    """Only those with this text in their slug, in any case; `%` and `_` are not wildcards."""
    languages: Sequence[Language] | None = None
    """Of each post, only the translations in these languages."""
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query("shared/count.sql", shapes={"chosen": "blog/counted_post"})
class CountPosts(One[Count]):
    """The number of published posts that match all given filters, which are those of `ListPosts`."""

    status: PostStatus | None = attrs.field(default=None, validator=public("published"))
    author: str | None = None
    category: str | None = None
    organization: str | None = None
    is_featured: bool | None = None
    display_in_home: bool | None = None
    language: Language | None = None
    slug_contains: Part | None = None
    with_unpublished: Asked | None = None
    at_most: CountLimit | None = 1000


@query(
    "shared/get_owner.sql",
    shapes={"owner": "blog/author", "linked": "blog/authored_post"},
    names={
        "key": "slug",
        "items": "posts",
        "item_count": "post_count",
        "owner_id": "author_id",
        "next_key": "id",
        "published_at": "published_at",
    },
)
class GetAuthor(Maybe[AuthorWithPosts]):
    """The author with this slug and their newest 100 published posts, each with its translations, or None.

    Source: Concordia's documentation, section Many-to-Many Query.
    """

    slug: str
    languages: Sequence[Language] | None = None
    """Only the translations in these languages."""
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""


@query("shared/list_by_slug.sql", shapes={"chosen": "blog/chosen_author"})
class ListAuthors(Many[ListedAuthor]):
    """The authors that match all given filters, by slug, id, at most `limit`."""

    organization: str | None = None
    """Only those who work for the organization with this slug."""
    display_in_home: bool | None = None
    display_in_blog: bool | None = None
    is_featured: bool | None = None
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query("shared/count.sql", shapes={"chosen": "blog/chosen_author"})
class CountAuthors(One[Count]):
    """The number of authors that match all given filters, which are those of `ListAuthors`."""

    organization: str | None = None
    display_in_home: bool | None = None
    display_in_blog: bool | None = None
    is_featured: bool | None = None
    at_most: CountLimit | None = 1000


@query("shared/get.sql", shapes={"item": "blog/category_details"}, names={"key": "slug"})
class GetCategory(Maybe[CategoryDetails]):
    """The category with this slug, its featured image, its parent and its children, or None.

    `.into(CategoryWithPosts)` reads its published posts too.

    Source: Concordia's documentation, section Blog Category Relations.
    """

    slug: str
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""


@query(
    "shared/list_categories.sql",
    shapes={"category": "blog/category_details", "above": "blog/category"},
    names={"rank": "slug", "is_shown": "display_in_blog", "rank_type": "text"},
)
class ListCategories(Many[ListedCategory]):
    """The categories that match all given filters, by slug, id: all of them."""

    parent: str | None = None
    """Only the children of the category with this slug."""
    display_in_menu: bool | None = None
    display_in_home: bool | None = None
    display_in_blog: bool | None = None
    is_featured: bool | None = None
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str, str))
    """The cursor of the last row of the previous page."""


@query("shared/count_categories.sql", shapes={"category": "blog/category"}, names={"is_shown": "display_in_blog"})
class CountCategories(One[Count]):
    """The number of categories that match all given filters, which are those of `ListCategories`."""

    parent: str | None = None
    display_in_menu: bool | None = None
    display_in_home: bool | None = None
    display_in_blog: bool | None = None
    is_featured: bool | None = None
    at_most: CountLimit | None = 1000


@query("blog/list_category_posts.sql")
class ListCategoryPosts(Many[ListedPost]):
    """The published posts of the category with this slug, newest first, each once, at most `limit`."""

    category: str
    subtree: bool = False
    """Those of all categories below it too, at any depth."""
    status: PostStatus | None = attrs.field(default=None, validator=public("published"))
    languages: Sequence[Language] | None = None
    """Of each post, only the translations in these languages."""
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query("blog/count_category_posts.sql")
class CountCategoryPosts(One[Count]):
    """How many posts `ListCategoryPosts` gives in all."""

    category: str
    subtree: bool = False
    status: PostStatus | None = attrs.field(default=None, validator=public("published"))
    with_unpublished: Asked | None = None
    at_most: CountLimit | None = 1000


@query(
    "shared/get_owner.sql",
    shapes={"owner": "blog/medium", "linked": "blog/linked_post"},
    names={
        "key": "id",
        "items": "posts",
        "item_count": "post_count",
        "owner_id": "media_id",
        "next_key": "link_type",
        "published_at": "published_at",
    },
)
class GetMedium(Maybe[MediumDetails]):
    """The medium with this id and the newest 100 published posts that use it, or None."""

    id: str
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""


@query(
    "shared/list_parts.sql",
    shapes={"parts": "blog/linked_post", "whole": "blog/medium"},
    names={"whole_id": "media_id", "key": "post_id", "next_key": "link_type"},
)
class ListMediumPosts(Many[ListedLinkedPost]):
    """The published posts that use the medium with this id, by their id, then by use, once for each use."""

    media_id: str
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/list_parts.sql",
    shapes={"parts": "blog/linked_author", "whole": "blog/readable_post"},
    names={"whole_id": "post_id", "key": "author_id", "next_key": "author_id"},
)
class ListPostAuthors(Many[ListedAuthor]):
    """The authors of the published post with this id, by their id, at most `limit`."""

    post_id: str
    with_unpublished: Asked | None = None
    """Whether to read those of a draft or an archived post too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/list_parts.sql",
    shapes={"parts": "blog/linked_category", "whole": "blog/readable_post"},
    names={"whole_id": "post_id", "key": "category_id", "next_key": "category_id"},
)
class ListPostCategories(Many[ListedPostCategory]):
    """The categories of the published post with this id, by their id, at most `limit`."""

    post_id: str
    with_unpublished: Asked | None = None
    """Whether to read those of a draft or an archived post too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/list_parts.sql",
    shapes={"parts": "blog/linked_medium", "whole": "blog/readable_post"},
    names={"whole_id": "post_id", "key": "media_id", "next_key": "link_type"},
)
class ListPostMedia(Many[ListedLinkedMedium]):
    """The media of the published post with this id, by their id, then by use, once for each use, at most `limit`."""

    post_id: str
    with_unpublished: Asked | None = None
    """Whether to read those of a draft or an archived post too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/list_parts.sql",
    shapes={"parts": "blog/translation", "whole": "blog/readable_post"},
    names={"whole_id": "post_id", "key": "in_language", "next_key": "id"},
)
class ListTranslations(Many[ListedTranslation]):
    """The translations of the published post with this id, by language, at most `limit`."""

    post_id: str
    with_unpublished: Asked | None = None
    """Whether to read those of a draft or an archived post too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query(
    "shared/get_part.sql",
    shapes={"part": "blog/translation", "whole": "blog/post", "readable": "blog/readable_post"},
    names={"whole_id": "post_id", "whole_itself": "post"},
)
class GetTranslation(Maybe[TranslationDetails]):
    """The translation with this id, if its post is published, and that post, or None.

    Source: Concordia's documentation, section Blog Translations Relations.
    """

    id: str
    with_unpublished: Asked | None = None
    """Whether to read it if its post is not published too."""
    of_deleted: Asked | None = None
    """Whether to read it if its post is deleted too."""


@query("blog/list_missing_translations.sql")
class ListMissingTranslations(Many[ListedPost]):
    """The published posts that have no translation in this language, newest first, at most `limit`."""

    language: Language
    status: PostStatus | None = attrs.field(default=None, validator=public("published"))
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query("blog/count_missing_translations.sql")
class CountMissingTranslations(One[Count]):
    """How many posts `ListMissingTranslations` gives in all."""

    language: Language
    status: PostStatus | None = attrs.field(default=None, validator=public("published"))
    with_unpublished: Asked | None = None
    at_most: CountLimit | None = 1000


@query("blog/get_organization.sql")
class GetOrganization(Maybe[OrganizationDetails]):
    """The organization with this slug, its newest 100 published posts and its first 100 authors, by slug, or None."""

    slug: str
    with_unpublished: Asked | None = None
    """Whether to read drafts and archived posts too, and comments that are not approved."""


@query("shared/list_by_slug.sql", shapes={"chosen": "blog/chosen_organization"})
class ListOrganizations(Many[ListedOrganization]):
    """The organizations that match all given filters, by slug, id, at most `limit`."""

    is_active: bool | None = None
    is_featured: bool | None = None
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(str, str))


@query("shared/count.sql", shapes={"chosen": "blog/chosen_organization"})
class CountOrganizations(One[Count]):
    """The number of organizations that match all given filters, which are those of `ListOrganizations`."""

    is_active: bool | None = None
    is_featured: bool | None = None
    at_most: CountLimit | None = 1000


@query("shared/get_node.sql", shapes={"node": "blog/comment"})
class GetComment(Subtree[CommentNode]):
    """The comment with this id and its replies to any depth, oldest first, or None.

    Comments that are deleted or not approved are left out, and all below them, and so are those of a post that is not
    published. A cycle ends before it would repeat a node. `GetCommentSubtree`
    keeps hidden comments that have replies, and takes a depth.

    Source: Concordia's documentation, section Self-Referencing Query.
    """

    id: str
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a post that is not published, too."""
    of_deleted: Asked | None = None
    """Whether to read it if its post is deleted too."""
    limit: Nodes | None = 10_000
    """At most so many, the upper levels first; None for all."""


@query("shared/list_threads.sql", shapes={"node": "blog/comment"}, names={"subject_id": "post_id"})
class GetCommentThread(Tree[CommentNode]):
    """The approved comments of a published post, as a tree, oldest first.

    A reply whose comment is left out (deleted, not approved, of another status or of another post) is a root, and so is
    the first comment of a cycle. `GetCommentTree` keeps hidden comments that have replies, and takes a depth.
    """

    post_id: str
    status: CommentStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a post that is not published, too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    limit: Nodes | None = 10_000
    """At most so many, the oldest; None for all. One whose parent is not among them is a root."""


@query("shared/get.sql", shapes={"item": "blog/comment_details"}, names={"key": "id"})
class GetCommentDetails(Maybe[CommentDetails]):
    """The approved comment with this id, the comment that it answers and its post, or None.

    `GetComment` reads its replies.
    """

    id: str
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a post that is not published, too."""
    of_deleted: Asked | None = None
    """Whether to read it if its post is deleted too."""


@query("shared/list_oldest.sql", shapes={"chosen": "blog/chosen_comment"}, names={"key": "post_id"})
class ListComments(Many[ListedComment]):
    """The approved comments of a published post, oldest first, replies among them, at most `limit`."""

    post_id: str
    status: CommentStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    """Whether to read those that are not approved, or of a post that is not published, too."""
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query("shared/count.sql", shapes={"chosen": "blog/chosen_comment"}, names={"key": "post_id"})
class CountComments(One[Count]):
    """How many comments `ListComments` gives in all."""

    post_id: str
    status: CommentStatus | None = attrs.field(default=None, validator=public("approved"))
    with_unpublished: Asked | None = None
    of_deleted: Asked | None = None
    """Whether to read those of a deleted post too."""
    at_most: CountLimit | None = 1000


@query("shared/list_oldest.sql", shapes={"chosen": "blog/comment_details"}, names={"key": "status"})
class ListCommentsByStatus(Many[ModeratedComment]):
    """The comments of this status on all posts, oldest first, at most `limit`: "pending" ones wait for moderation."""

    status: CommentStatus = attrs.field(validator=public("approved"))
    with_unpublished: Asked | None = True
    """Whether to read those that are not approved, or of a post that is not published, too."""
    of_deleted: Asked | None = None
    """Whether to read those of deleted posts too."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query(
    "shared/count.sql",
    shapes={"chosen": "blog/comment"},
    names={"key": "status", "moment": "created_at"},
)
class CountCommentsByStatus(One[Count]):
    """How many comments `ListCommentsByStatus` gives in all."""

    status: CommentStatus = attrs.field(validator=public("approved"))
    with_unpublished: Asked | None = True
    of_deleted: Asked | None = None
    """Whether to read those of deleted posts too."""
    at_most: CountLimit | None = 1000
