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
from concordia_sql.engine import Batched, BatchLimit, ReturningMaybe, ReturningOne

_POSTS = {
    "nodes": "blog_comments",
    "subjects": "blog_posts",
    "subject_id": "post_id",
    "texts": "blog_translations",
    "links": "blog_post_media",
    "parts": "blog_post_authors",
    "part_key": "author_id",
    "others": "blog_post_categories",
    "other_key": "category_id",
    "detached_nodes": "blog_comments_detached",
}
"""The names of posts and what belongs to them in the statements that delete them."""


@command("shared/delete_subjects.sql", names={**_POSTS, "id": "id"}, domain="blog")
class DeletePost(ReturningOne[DeletedPost], Batched[DeletedPost]):
    """Delete a post with its translations, comments and links to authors, categories and media, for good.

    Returns the number of deleted rows by table: zeros if there is no such post. Comments on another post that reply
    to one of its comments lose their parent; no command here makes such comments.

    Raises Refused as `too_many` when `limit` rows of one table or more belong to it. `batches` takes
    so many at once, and the post with the last of them. Until then it is deleted softly, so that nobody sees
    it or adds to it; to restore it brings back what is left.

    Source: Concordia's documentation, section Cascading Deletes.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("shared/soft_delete.sql", names={"items": "blog_posts", "status": "status"}, domain="blog")
class SoftDeletePost(ReturningMaybe[Post]):
    """Mark a post as deleted, so that no query shows it.

    Returns it, or None if there is no such row or it is already deleted. It keeps its status and everything that
    belongs to it, and its slug stays taken until it is purged.

    Source: Concordia's documentation, section Best Practices.
    """

    id: str


@command(
    "shared/restore.sql",
    names={"items": "blog_posts", "reason": "no_former_status", "status": "status"},
    domain="blog",
)
class RestorePost(ReturningMaybe[Post]):
    """Bring a softly deleted post back as it was. Returns it, or None if there is no such row or it is not deleted.

    Raises Refused as `no_former_status` when another writer has set its status to `deleted`: `ChangePost` does not find
    it then either, as nothing says what it was.
    """

    id: str


@command("shared/delete_subjects.sql", names={**_POSTS, "deleted_before": "deleted_before"}, domain="blog")
class PurgePosts(ReturningOne[DeletedPost], Batched[DeletedPost]):
    """Delete at most `limit` posts that were deleted before a moment, the earliest first, as `DeletePost` does.

    Of what belongs to them, at most `limit` rows of each table go too; the posts go when fewer than that are left, so
    run it by `batches`. Returns the number of deleted rows by table. Posts that other transactions have locked are left
    for the next run.
    """

    deleted_before: datetime
    limit: BatchLimit = 1_000


@command("blog/delete_author.sql")
class DeleteAuthor(ReturningOne[DeletedAuthor], Batched[DeletedAuthor]):
    """Delete an author and remove them from their posts, which stay. Returns the number of rows by table.

    Raises Refused as `too_many` when `limit` rows of one table or more name them. `batches` takes
    so many at once, and the author with the last of them.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command(
    "shared/delete_category.sql",
    names={
        "categories": "blog_categories",
        "links": "blog_post_categories",
        "detached_children": "blog_categories_detached",
    },
    domain="blog",
)
class DeleteCategory(ReturningOne[DeletedCategory], Batched[DeletedCategory]):
    """Delete a category and remove it from its posts, which stay; its children become those of its parent.

    Returns the number of rows by table.

    Raises Refused as `too_many` when `limit` rows of one table or more name it. `batches` takes
    so many at once, and the category with the last of them.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command(
    "shared/delete_medium.sql",
    names={
        "media": "blog_media",
        "links": "blog_post_media",
        "subject_id": "post_id",
        "categories": "blog_categories",
        "detached_categories": "blog_categories_detached",
        "authors": "blog_authors",
    },
    domain="blog",
)
class DeleteMedium(ReturningOne[DeletedMedium], Batched[DeletedMedium]):
    """Delete a medium and remove it from posts, authors and categories, which stay.

    Returns the number of rows by table.

    Raises Refused as `too_many` when `limit` rows of one table or more name it. `batches` takes
    so many at once, and the medium with the last of them.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("blog/delete_organization.sql")
class DeleteOrganization(ReturningOne[DeletedOrganization], Batched[DeletedOrganization]):
    """Delete an organization and remove it from its posts, authors and listings, which stay.

    Returns the number of rows by table.

    Raises Refused as `too_many` when `limit` rows of one table or more name it. `batches` takes
    so many at once, and the organization with the last of them.
    """

    id: str
    limit: BatchLimit = 10_000
    in_batches: bool = False
