"""Deletes of the blog but for those of comments: at once, softly and in the end."""

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

    Gives the number of rows that went, by table: zeros when there is no such post. Comments on another post that answer
    one of its own, as no command here makes them, answer nobody from then on.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str


@command("blog/soft_delete_post.sql")
class SoftDeletePost(ReturningMaybe[Post]):
    """Mark a post as deleted, so that no query shows it. Gives it back, or None when there is none or it is already.

    It keeps its status and all that is its own, and its slug stays taken until it is purged.

    Source: Concordia's documentation, section Best Practices.
    """

    id: str


@command("blog/restore_post.sql")
class RestorePost(ReturningMaybe[Post]):
    """Bring a softly deleted post back as it was. Gives it back, or None when there is none or it is not deleted.

    Raises Refused as `no_former_status` when another writer has set its status to `deleted`: `ChangePost` does not find
    it then either, as nothing says what it was.
    """

    id: str


@command("blog/purge_posts.sql")
class PurgePosts(ReturningOne[DeletedPost]):
    """Delete at most `limit` posts that were deleted before a moment, the longest ago first, as `DeletePost` does.

    Gives the number of rows that went, by table; run it until no `blog_posts` went. Posts that others are at work on
    are left for the next time.
    """

    deleted_before: datetime
    limit: Limit = 100


@command("blog/delete_author.sql")
class DeleteAuthor(ReturningOne[DeletedAuthor]):
    """Delete an author and take them from their posts, which stay. Gives the number of rows by table."""

    id: str


@command("blog/delete_category.sql")
class DeleteCategory(ReturningOne[DeletedCategory]):
    """Delete a category and take it from its posts, which stay; its children become those of its parent.

    Gives the number of rows by table.
    """

    id: str


@command("blog/delete_medium.sql")
class DeleteMedium(ReturningOne[DeletedMedium]):
    """Delete a medium and take it from posts, authors and categories, which stay. Gives the number of rows by table."""

    id: str


@command("blog/delete_organization.sql")
class DeleteOrganization(ReturningOne[DeletedOrganization]):
    """Delete an organization and take it from its posts, authors and listings, which stay.

    Gives the number of rows by table.
    """

    id: str
