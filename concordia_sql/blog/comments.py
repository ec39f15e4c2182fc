"""The commands of comments: what adds, changes, moves, moderates and deletes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import attrs
from msgspec import UNSET, UnsetType

from concordia_sql.blog.queries import CommentStatus
from concordia_sql.blog.results import Comment, DeletedComment
from concordia_sql.common import Localized, new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, Batched, BatchLimit, Limit, ReturningMany, ReturningMaybe, ReturningOne
from concordia_sql.threads.nodes import NewNode
from concordia_sql.values import Email, Id, Language, Rating


@command(
    "shared/add.sql",
    shapes={"deleted": "blog/deleted_post", "hidden": "blog/hidden_post"},
    names={
        "nodes": "blog_comments",
        "subjects": "blog_posts",
        "subject_id": "post_id",
        "allow_nodes": "allow_comments",
        "deleted_subject": "deleted_post",
        "hidden_subject": "not_published",
        "nodes_closed": "comments_closed",
        "parent_of_another": "parent_of_another_post",
    },
)
class AddComment(ReturningOne[Comment]):
    """Add a comment and return it.

    Raises MissingReference for its post or parent, Conflict for its id, and Refused when its post is deleted
    (`deleted_post`), not published (`not_published`) or takes no comments (`comments_closed`), or when its parent is a
    comment on another post (`parent_of_another_post`) or itself (`cycle`).
    """

    post_id: Id
    author_name: str
    author_email: Email
    content: Localized
    status: CommentStatus
    in_language: Language
    id: Id = attrs.field(factory=new_id)
    parent_id: Id | None = None
    rating: Rating | None = 0
    even_if_closed: bool = False
    """Also to a post that takes no comments, which is what `allow_comments` says."""
    with_unpublished: bool = False
    """Also to a post that is not published, which visitors do not see."""


@attrs.frozen(kw_only=True)
class NewComment(NewNode):
    """A comment among many to be added."""

    post_id: Id
    status: CommentStatus
    rating: Rating | None = 0


@command(
    "shared/add_nodes.sql",
    shapes={"deleted": "blog/deleted_post", "hidden": "blog/hidden_post"},
    names={
        "nodes": "blog_comments",
        "subjects": "blog_posts",
        "subject_id": "post_id",
        "given_nodes": "comments",
        "allow_nodes": "allow_comments",
        "deleted_subject": "deleted_post",
        "hidden_subject": "not_published",
        "nodes_closed": "comments_closed",
        "parent_of_another": "parent_of_another_post",
    },
)
class AddComments(Affected):
    """Add any number of comments, all or nothing, and return their number.

    What is wrong with one is said with its number, counted from 0: ParameterError for what does not fit, Conflict for
    its id and MissingReference for its post or parent in `row`, and Refused in `found`, when its post is deleted
    (`deleted_post`), not published (`not_published`) or takes no comments (`comments_closed`), or when its parent is a
    comment on another post (`parent_of_another_post`) or comes after it (`parent_after`).
    """

    comments: Sequence[NewComment]
    even_if_closed: bool = False
    """Also to posts that take no comments, which is what `allow_comments` says."""
    with_unpublished: bool = False
    """Also to posts that are not published, which visitors do not see."""


@command("shared/change.sql", names={"nodes": "blog_comments"}, domain="blog")
class ChangeComment(ReturningMaybe[Comment]):
    """Change the given fields of a comment. Returns it, or None if there is no such row or it is deleted."""

    id: str
    author_name: str | UnsetType = UNSET
    author_email: Email | UnsetType = UNSET
    content: Localized | UnsetType = UNSET
    rating: Rating | UnsetType | None = UNSET
    in_language: Language | UnsetType = UNSET


@command(
    "shared/move.sql",
    names={
        "nodes": "blog_comments",
        "subjects": "blog_posts",
        "subject_id": "post_id",
        "parent_of_another": "parent_of_another_post",
    },
    domain="blog",
)
class MoveComment(ReturningOne[Comment]):
    """Move a comment with all its replies below another of its post, or to the top, and return it.

    Raises NotFound if there is none, MissingReference for the parent, and Refused if that is a comment on another post
    (`parent_of_another_post`), or the comment itself or below it (`cycle`). Two moves at once cannot make a cycle: in
    the thread of one post, they wait for each other.
    """

    id: str
    parent_id: Id | None


@attrs.frozen(kw_only=True)
class SeenComment:
    """A comment as a moderator saw it."""

    id: str
    status: CommentStatus


@command("shared/moderate.sql", names={"nodes": "blog_comments"}, domain="blog")
class ModerateComments(ReturningMany[Comment]):
    """Set the status of comments that still have the one that the moderator saw. Returns them in the order given.

    The others, whose status has changed since or which are deleted, stay as they are.
    """

    seen: Sequence[SeenComment]
    status: CommentStatus


@command(
    "shared/delete.sql",
    names={
        "nodes": "blog_comments",
        "subjects": "blog_posts",
        "subject_id": "post_id",
        "emptied_nodes": "blog_comments_emptied",
        "moved_nodes": "blog_comments_moved",
    },
    domain="blog",
)
class DeleteComment(ReturningOne[DeletedComment], Batched[DeletedComment]):
    """Delete a comment for good. Returns the number of deleted rows, and of those that were emptied.

    The caller says what happens to one with replies. By default it is Refused as `has_replies`; `subtree` deletes all
    below it too; `tombstone` empties it, so that the replies stay where they are: its content, name and e-mail are
    lost, and it counts as deleted. Replies that are deleted softly are replies.

    Raises Refused as `too_many` when more than `limit` would go: `batches` deletes at most so many at once, and the
    comment with the last of them. Until then, replies to what is gone are put below it, and counted as moved.
    """

    id: str
    replies: Literal["refuse", "subtree", "tombstone"] = "refuse"
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("shared/soft_delete.sql", names={"items": "blog_comments"}, domain="blog")
class SoftDeleteComment(ReturningMaybe[Comment]):
    """Mark a comment as deleted. Returns it, or None if there is no such row or it is already deleted.

    Its replies stay; a thread shows them below a node without content.
    """

    id: str


@command(
    "shared/restore.sql",
    names={"items": "blog_comments", "reason": "emptied", "author_email": "author_email", "content": "content"},
    domain="blog",
)
class RestoreComment(ReturningMaybe[Comment]):
    """Bring a softly deleted comment back as it was. Returns it, or None if there is no such row or it is not deleted.

    Raises Refused as `emptied` when it is the tombstone of one that `DeleteComment` deleted.
    """

    id: str


@command("shared/purge.sql", names={"nodes": "blog_comments"}, domain="blog")
class PurgeComments(Affected, Batched[int]):
    """Delete at most `limit` comments without replies that were deleted before a moment, the earliest first.

    Returns their number. Run it by `batches`: a row with replies is deleted once all of its replies are. Rows that
    other transactions have locked are left for the next run.
    """

    deleted_before: datetime
    limit: Limit = 500
