"""The queries of the blog."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from concordia_sql.blog.results import AuthorWithPosts, CommentNode, ListedPost, PostDetails
from concordia_sql.count import Count
from concordia_sql.keyset import Limit, cursor
from concordia_sql.query import Many, Maybe, One, Subtree, Tree, query

PostStatus: TypeAlias = Literal["draft", "published", "archived"]
CommentStatus: TypeAlias = Literal["pending", "approved", "rejected"]


@query("blog/get_post.sql")
class GetPost(Maybe[PostDetails]):
    """The post with this slug and all that is its own, in any status but deleted, or None.

    `.into(FullPost)` reads its comments too, all of them.

    Source: Concordia's documentation, section Nested Relations.
    """

    slug: str
    languages: Sequence[str] | None = None
    """Only the translations in these languages."""
    comment_status: CommentStatus | None = None
    """Only comments in this status, for a class that has a field for them."""


@query("blog/list_posts.sql")
class ListPosts(Many[ListedPost]):
    """The posts that fit all filters given, newest first, at most `limit`. Deleted ones are left out.

    Newest is by `published_at`, or `created_at` where that is None, then by id.
    """

    status: PostStatus | None = None
    author: str | None = None
    """Only those of the author with this slug."""
    category: str | None = None
    """Only those in the category with this slug itself."""
    organization: str | None = None
    """Only those of the organization with this slug."""
    is_featured: bool | None = None
    display_in_home: bool | None = None
    language: str | None = None
    """Only those with a translation in this language."""
    slug_contains: str | None = None
    """Only those with this text in their slug, in any case; `%` and `_` are no wildcards."""
    languages: Sequence[str] | None = None
    """Of each post, only the translations in these languages."""
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query("blog/count_posts.sql")
class CountPosts(One[Count]):
    """How many posts fit all filters given, which are those of `ListPosts`."""

    status: PostStatus | None = None
    author: str | None = None
    category: str | None = None
    organization: str | None = None
    is_featured: bool | None = None
    display_in_home: bool | None = None
    language: str | None = None
    slug_contains: str | None = None


@query("blog/get_author.sql")
class GetAuthor(Maybe[AuthorWithPosts]):
    """The author with this slug and their posts, newest first, each with its translations, or None.

    Source: Concordia's documentation, section Many-to-Many Query.
    """

    slug: str
    languages: Sequence[str] | None = None
    """Only the translations in these languages."""


@query("blog/get_comment.sql")
class GetComment(Subtree[CommentNode]):
    """The comment with this id and its replies to any depth, oldest first, or None. Deleted comments and all below are left out.

    A cycle of comments ends where it would come back to one that is there already.

    Source: Concordia's documentation, section Self-Referencing Query.
    """

    id: str


@query("blog/get_comment_thread.sql")
class GetCommentThread(Tree[CommentNode]):
    """The comments of a post that are not deleted, as a tree, oldest first.

    A reply whose comment is left out (deleted, of another status or of another post) is a root, and so is the first comment
    of a cycle.
    """

    post_id: str
    status: CommentStatus | None = None
