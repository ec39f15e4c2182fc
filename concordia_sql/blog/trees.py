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
from concordia_sql.threads.pages import Breadth, Depth, Levels, Nodes, PagedNode, Roots, Sort
from concordia_sql.values import Asked

_SHAPES = {"shown": "blog/shown_comment", "node": "blog/thread_comment"}


@attrs.frozen
class ThreadComment(ThreadNode):
    """A comment as a thread shows it.

    A hidden comment, which is deleted, not approved or of a post that is not published, is shown only above its
    replies. What its author wrote is None, unless the query asks for `with_hidden`.
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
    """A page of the comments of a post. `next`, and the `more` of each comment, are cursors for what it leaves out."""

    post_id: str
    roots: tuple[PagedComment, ...]


@query("shared/get_tree.sql", shapes=_SHAPES, names={"subject_id": "post_id"})
class GetCommentTree(Tree[ThreadCommentNode]):
    """All comments of a post as trees, oldest first, then by id. The list has the comments that reply to none.

    Comments that are deleted or not approved are left out, unless one below them is shown, and so are those of a
    post that is not published.

    If no `depth` is given, a comment whose parent belongs to another post is a root too, with its `parent_id` set,
    and so is the first comment of a cycle. With a depth, these and what is below them are left out, as on pages.
    """

    post_id: str
    depth: Depth | None = None
    """Only this many levels below the roots; 0 for the roots alone."""
    with_hidden: Asked | None = None
    """Whether to show hidden comments too, with their content."""
    limit: Nodes | None = 10_000
    """At most so many, and the hidden ones above them; None for all. Without a depth they are the oldest, and one
    without its parent is a root; with a depth, the upper levels come first."""


@query("shared/get_subtree.sql", shapes=_SHAPES)
class GetCommentSubtree(Subtree[ThreadCommentNode]):
    """The comment with this id and the replies below it, oldest first, then by id, or None.

    Comments that are deleted or not approved are left out, unless one below them is shown, and so are those of a
    post that is not published; if nothing is left, the result is None. A cycle ends before it would repeat a node.
    """

    id: str
    depth: Depth | None = None
    """Only this many levels below the comment."""
    with_hidden: Asked | None = None
    """Whether to show hidden comments too, with their content."""
    limit: Nodes | None = 10_000
    """At most so many, the upper levels first, and the hidden ones above them; None for all."""


@query(
    "shared/get_path.sql", shapes={"start": "blog/shown_comment", "node": "blog/thread_comment"}, names={"key": "id"}
)
class GetCommentPath(Many[ThreadComment]):
    """The path to the comment with this id: from the comment that replies to none down to itself.

    The list is empty if there is no such comment, or if it is hidden and nothing below it is shown. At most 10,000
    levels are followed; each comment of a cycle is listed once.
    """

    id: str
    with_hidden: Asked | None = None
    """Whether to show hidden comments too, with their content."""


@query("shared/list_pages.sql", shapes=_SHAPES, names={"subject_id": "post_id", "after": "after"})
class GetCommentPage(One[CommentPage]):
    """A page of a post's comments: `limit` of those that reply to none, each with its first replies, to a depth.

    Without `after` it is the first page; with the `next` of a page it is the page after it, and with the `more` of a
    comment its roots are the further replies to that comment, oldest first. Following all cursors gives each comment of
    the post once, whatever is written or deleted meanwhile; what is written after the current position is there too. An
    unknown post has no comments.

    Comments that are deleted or not approved are left out, unless one below them is shown, and so are those of a post
    that is not published. A comment that cannot be reached from one without a parent, as in a cycle, is on no page;
    `GetCommentTree` has it. A reply is listed below its parent, even if it names another post.

    A page has at most 5,000 comments. Of more, the deepest and latest are left out, and `more` leads to them.

    The cost of a page depends on the size of the page and the hidden comments that it skips, not on that of the thread.
    """

    post_id: str
    sort: Sort = "oldest"
    """Which comments come first, by created_at, then id; replies are always oldest first. A cursor is for one order."""
    limit: Limit = 20
    replies: Breadth = 3
    """How many replies to each comment are shown at most: 0 to 100."""
    depth: Levels = 3
    """How many levels below its roots the page shows: 0 to 100."""
    with_hidden: Asked | None = None
    """Whether to show hidden comments too, with their content."""
    after: str | None = attrs.field(default=None, converter=cursor(str | None, datetime | None, str | None))


@query("shared/list_pages.sql", shapes=_SHAPES, names={"subject_id": "post_id", "subject_ids": "post_ids"})
class ListCommentPages(Many[CommentPage]):
    """The first page of each post's comments, as `GetCommentPage` gives it, in the order of the ids, once each.

    All pages together have at most 5,000 comments, each of them the same share.
    """

    post_ids: Annotated[Sequence[str], msgspec.Meta(max_length=100)]
    """At most 100."""
    sort: Sort = "oldest"
    limit: Roots = 20
    """How many comments that reply to none are on each page: 1 to 50."""
    replies: Breadth = 3
    depth: Levels = 3
    with_hidden: Asked | None = None


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
    "shared/get_category_tree.sql",
    shapes={"category": "blog/category", "item": "blog/category_post"},
    names={"rank": "slug", "item_count": "post_count"},
)
class GetCategoryTree(Tree[CategoryNode]):
    """All categories as trees: a list of the roots, they and all children by slug, id.

    It has no bound but `top` and `depth`; `ListCategories` reads them page by page. Of categories in a cycle, the first
    by that order is a root; a depth without `top` leaves them out.

    `.into(CountedCategoryNode)` also counts the posts below each, which costs as much as categories times levels.
    """

    top: str | None = None
    """Only the category with this slug and those below it."""
    depth: Depth | None = None
    """Only this many levels below the roots, or below `top`; 0 for these alone."""


@query("shared/get_path.sql", shapes={"start": "blog/category", "node": "blog/category"}, names={"key": "slug"})
class GetCategoryPath(Many[Category]):
    """The path to the category with this slug: from the one without a parent down to itself.

    The list is empty if there is no such category. At most 10,000 levels are followed; each category of a cycle is
    listed once.
    """

    slug: str
