"""Deletes of the blog, except of comments: hard deletes, soft deletes and purges."""

from datetime import datetime

from concordia_sql.blog.results import (
    DeletedAuthor,
    DeletedCategory,
    DeletedMedium,
    DeletedOrganization,
    DeletedPost,
    Post,
)
from concordia_sql.concordia import command
from concordia_sql.engine import Limit, ReturningMaybe, ReturningOne


@command("blog/delete_post.sql")
class DeletePost(ReturningOne[DeletedPost]):
    """Delete a post with its translations, comments and links to authors, categories and media, for good.

    Returns the number of deleted rows by table: zeros if there is no such post. Comments on another post that reply
    to one of its comments lose their parent; no command here makes such comments.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str


@command("blog/soft_delete_post.sql")
class SoftDeletePost(ReturningMaybe[Post]):
    """Mark a post as deleted, so that no query shows it.

    Returns it, or None if there is no such row or it is already deleted. It keeps its status and everything that
    belongs to it, and its slug stays taken until it is purged.

    Source: Concordia's documentation, section Best Practices.
    """

    id: str


@command("blog/restore_post.sql")
class RestorePost(ReturningMaybe[Post]):
    """Bring a softly deleted post back as it was. Returns it, or None if there is no such row or it is not deleted.

    Raises Refused as `no_former_status` when another writer has set its status to `deleted`: `ChangePost` does not find
    it then either, as nothing says what it was.
    """

    id: str


@command("blog/purge_posts.sql")
class PurgePosts(ReturningOne[DeletedPost]):
    """Delete at most `limit` posts that were deleted before a moment, the earliest first, as `DeletePost` does.

    Returns the number of deleted rows by table. Run it until no `blog_posts` are deleted. Rows that other transactions
    have locked are left for the next run.
    """

    deleted_before: datetime
    limit: Limit = 100


@command("blog/delete_author.sql")
class DeleteAuthor(ReturningOne[DeletedAuthor]):
    """Delete an author and remove them from their posts, which stay. Returns the number of rows by table."""

    id: str


@command("blog/delete_category.sql")
class DeleteCategory(ReturningOne[DeletedCategory]):
    """Delete a category and remove it from its posts, which stay; its children become those of its parent.

    Returns the number of rows by table.
    """

    id: str


@command("blog/delete_medium.sql")
class DeleteMedium(ReturningOne[DeletedMedium]):
    """Delete a medium and remove it from posts, authors and categories, which stay.

    Returns the number of rows by table.
    """

    id: str


@command("blog/delete_organization.sql")
class DeleteOrganization(ReturningOne[DeletedOrganization]):
    """Delete an organization and remove it from its posts, authors and listings, which stay.

    Returns the number of rows by table.
    """

    id: str
