"""The blog's threads and categories as trees: whole, from a node down, from a node up, and page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import attrs
import msgspec

from concordia_sql.blog.results import Category
from concordia_sql.concordia import query
from concordia_sql.engine import Limit, Many, Node, One, Subtree, Tree, cursor
from concordia_sql.threads.nodes import ThreadNode, ThreadPage
from concordia_sql.threads.pages import Breadth, Depth, Levels, PagedNode, Sort

_SHAPES = {"shown": "blog/shown_comment", "node": "blog/thread_comment"}


@attrs.frozen
class ThreadComment(ThreadNode):
    """A comment as a thread shows it.

    A hidden one, deleted or not approved, stands there only for what replies to it: what its author wrote is None,
    unless the query asks `with_hidden`.
    """

    post_id: str


@attrs.frozen(eq=False, repr=False)
class ThreadCommentNode(Node, ThreadComment):
    """A comment of a thread with its replies, oldest first, then by id."""

    replies: tuple["ThreadCommentNode", ...] = ()


@attrs.frozen(eq=False, repr=False)
class PagedComment(PagedNode, ThreadComment):
    """A comment of a page with the first of its replies, oldest first, then by id."""

    reply_count: int
    """How many direct replies it has, counted up to 1,000."""
    replies: tuple["PagedComment", ...] = ()


@attrs.frozen
class CommentPage(ThreadPage):
    """A page of a post's comments: what it leaves out is behind its `next`, and behind the `more` of its comments."""

    post_id: str
    roots: tuple[PagedComment, ...]


@query("threads/get_tree.sql", shapes={"node": "blog/thread_comment"}, names={"subject_id": "post_id"})
class GetCommentTree(Tree[ThreadCommentNode]):
    """The comments of a post as trees, all of them, oldest first, then by id: a list of those that reply to none.

    Comments that are deleted or not approved are left out, but for those with any other below them.

    A comment whose parent belongs to another post stands among the roots, and so does the first of a cycle, or of
    comments that reply to themselves: their `parent_id` is set. A depth leaves cycles out.
    """

    post_id: str
    depth: Depth | None = None
    """Only so many levels below the roots; 0 for the roots alone."""
    with_hidden: bool | None = None
    """Deleted and unapproved comments too, with all that they say."""


@query("threads/get_subtree.sql", shapes={"node": "blog/thread_comment"})
class GetCommentSubtree(Subtree[ThreadCommentNode]):
    """The comment with this id and the replies below it, oldest first, then by id; or None.

    Comments that are deleted or not approved are left out, but for those with any other below them; if nothing is left,
    the result is None. A cycle ends where it would come back to this comment.
    """

    id: str
    depth: Depth | None = None
    """Only so many levels below the comment."""
    with_hidden: bool | None = None
    """Deleted and unapproved comments too, with all that they say."""


@query(
    "threads/get_path.sql", shapes={"start": "blog/shown_comment", "node": "blog/thread_comment"}, names={"key": "id"}
)
class GetCommentPath(Many[ThreadComment]):
    """The way to the comment with this id: the comment that replies to none, those in between, and itself, last.

    There is no row when it is hidden and nothing below it is shown, or when there is no such comment. At most 10,000
    levels up are looked at; of a cycle, each comment is there once.
    """

    id: str
    with_hidden: bool | None = None
    """Of deleted and unapproved comments, too, all that they say."""


@query("threads/get_page.sql", shapes=_SHAPES, names={"subject_id": "post_id"})
class GetCommentPage(One[CommentPage]):
    """A page of a post's comments: `limit` of those that reply to none, each with its first replies, to a depth.

    Without `after` it is the first page; with the `next` of a page it is the one behind it, and with the `more` of a
    comment its roots are the further replies to that comment, oldest first. Following all cursors gives each comment of
    the post once, whatever is written or deleted meanwhile; what is written behind the place reached is there too. An
    unknown post has no comments.

    Comments that are deleted or not approved are left out, but for those with any other below them. What no way leads
    to from a comment without a parent, as those in a cycle, is on no page: `GetCommentTree` has it. A reply is where
    its parent is, even if it names another post.

    The work of a page grows with the page, and with the hidden comments that it passes over, but not with the thread.
    """

    post_id: str
    sort: Sort = "oldest"
    """Which comments come first, by created_at, then id; replies are always oldest first. A cursor is for one order."""
    limit: Limit = 20
    replies: Breadth = 3
    """How many replies to each comment are shown at most: 0 to 100."""
    depth: Levels = 3
    """How many levels below its roots the page shows: 0 to 100."""
    with_hidden: bool | None = None
    """Deleted and unapproved comments too, with all that they say."""
    after: str | None = attrs.field(default=None, converter=cursor(str | None, datetime | None, str | None))


@query("threads/list_pages.sql", shapes=_SHAPES, names={"subject_id": "post_id", "subject_ids": "post_ids"})
class ListCommentPages(Many[CommentPage]):
    """The first page of each post's comments, as `GetCommentPage` gives it, in the order of the ids, once each."""

    post_ids: Annotated[Sequence[str], msgspec.Meta(max_length=100)]
    """At most 100."""
    sort: Sort = "oldest"
    limit: Limit = 20
    replies: Breadth = 3
    depth: Levels = 3
    with_hidden: bool | None = None


@attrs.frozen(eq=False, repr=False)
class CategoryNode(Node, Category):
    """A category in the tree of all, its children by slug, id."""

    children: tuple["CategoryNode", ...] = ()


@attrs.frozen(eq=False, repr=False)
class CountedCategoryNode(Node, Category):
    """A category in the tree of all, with the number of posts in it and below."""

    post_count: int
    """How many are published and not deleted, each once, in however many of the categories it is."""
    children: tuple["CountedCategoryNode", ...] = ()


@query(
    "threads/get_category_tree.sql",
    shapes={"category": "blog/category", "item": "blog/category_post"},
    names={"rank": "slug", "item_count": "post_count"},
)
class GetCategoryTree(Tree[CategoryNode]):
    """All categories as trees: a list of the roots, they and all children by slug, id.

    Of categories in a cycle, the first by that order is a root; a depth without `top` leaves them out.

    `.into(CountedCategoryNode)` counts the posts below each too: a work of categories times levels.
    """

    top: str | None = None
    """Only the category with this slug and those below it."""
    depth: Depth | None = None
    """Only so many levels below the roots, or below `top`; 0 for these alone."""


@query("threads/get_path.sql", shapes={"start": "blog/category", "node": "blog/category"}, names={"key": "slug"})
class GetCategoryPath(Many[Category]):
    """The way to the category with this slug: the one without a parent, those in between, and itself, last.

    There is no row when there is no such category. At most 10,000 levels up are looked at; of a cycle, each category is
    there once.
    """

    slug: str
