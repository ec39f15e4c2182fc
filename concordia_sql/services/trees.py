"""The marketplace's threads and categories as trees: whole, from a node down, from a node up, and page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import attrs
import msgspec

from concordia_sql.concordia import query
from concordia_sql.engine import Limit, Many, Node, One, ParameterError, Subtree, Tree, cursor
from concordia_sql.services.results import Category
from concordia_sql.threads.nodes import ThreadNode, ThreadPage
from concordia_sql.threads.pages import Breadth, Depth, Levels, Nodes, PagedNode, Roots, Sort
from concordia_sql.values import Asked

ReviewSort: TypeAlias = Sort | Literal["best"]

_after_root = cursor(str | None, datetime | None, str | None, int | None)
_after_reply = cursor(str | None, datetime | None, str | None)


def _cursor(value: str | None) -> str | None:
    """Check the cursor of a page, which has the rating too, or of further replies."""
    try:
        return _after_root(value)
    except ParameterError:
        return _after_reply(value)


_SHAPES = {"shown": "services/shown_review", "node": "services/thread_review"}


@attrs.frozen
class ThreadReview(ThreadNode):
    """A review as a thread shows it.

    A hidden review, which is deleted, not approved or of a listing that is not active, is shown only above its replies.
    What its author wrote is None, unless the query asks for `with_hidden`.
    """

    service_id: str
    author_id: str | None


@attrs.frozen(eq=False, repr=False)
class ThreadReviewNode(Node, ThreadReview):
    """A review of a thread with its replies, oldest first, then by id."""

    replies: tuple["ThreadReviewNode", ...] = ()


@attrs.frozen(eq=False, repr=False)
class PagedReview(PagedNode, ThreadReview):
    """A review of a page with the first of its replies, oldest first, then by id."""

    reply_count: int
    """How many direct replies it has, counted up to 1,000."""
    replies: tuple["PagedReview", ...] = ()


@attrs.frozen
class ReviewPage(ThreadPage):
    """A page of the reviews of a listing. `next`, and the `more` of each review, are cursors for what it leaves out."""

    service_id: str
    roots: tuple[PagedReview, ...]


@query("shared/get_tree.sql", shapes=_SHAPES, names={"subject_id": "service_id"})
class GetReviewTree(Tree[ThreadReviewNode]):
    """All reviews of a listing as trees, oldest first, then by id. The list has the reviews that reply to none.

    Reviews that are deleted or not approved are left out, unless one below them is shown, and so are those of a listing
    that is not active.

    If no `depth` is given, a review whose parent belongs to another listing is a root too, with its `parent_id` set,
    and so is the first review of a cycle. With a depth, these and what is below them are left out, as on pages.
    """

    service_id: str
    depth: Depth | None = None
    """Only this many levels below the roots; 0 for the roots alone."""
    with_hidden: Asked | None = None
    """Whether to show hidden reviews too, with their content."""
    limit: Nodes | None = 10_000
    """At most so many, and the hidden ones above them; None for all. Without a depth they are the oldest, and one
    without its parent is a root; with a depth, the upper levels come first."""


@query("shared/get_subtree.sql", shapes=_SHAPES)
class GetReviewSubtree(Subtree[ThreadReviewNode]):
    """The review with this id and the replies below it, oldest first, then by id, or None.

    Reviews that are deleted or not approved are left out, unless one below them is shown, and so are those of a listing
    that is not active; if nothing is left, the result is None. A cycle ends before it would repeat a node.
    """

    id: str
    depth: Depth | None = None
    """Only this many levels below the review."""
    with_hidden: Asked | None = None
    """Whether to show hidden reviews too, with their content."""
    limit: Nodes | None = 10_000
    """At most so many, the upper levels first, and the hidden ones above them; None for all."""


@query(
    "shared/get_path.sql",
    shapes={"start": "services/shown_review", "node": "services/thread_review"},
    names={"key": "id"},
)
class GetReviewPath(Many[ThreadReview]):
    """The path to the review with this id: from the review that replies to none down to itself.

    The list is empty if there is no such review, or if it is hidden and nothing below it is shown. At most 10,000
    levels are followed; each review of a cycle is listed once.
    """

    id: str
    with_hidden: Asked | None = None
    """Whether to show hidden reviews too, with their content."""


@query("shared/list_pages.sql", shapes=_SHAPES, names={"subject_id": "service_id", "after": "after"})
class GetReviewPage(One[ReviewPage]):
    """A page of a listing's reviews: `limit` of those that reply to none, each with its first replies, to a depth.

    Without `after` it is the first page; with the `next` of a page it is the page after it, and with the `more` of a
    review its roots are the further replies to that review, oldest first. Following all cursors gives each review of
    the listing once, whatever is written or deleted meanwhile; what is written after the current position is there too.
    An unknown listing has no reviews.

    Reviews that are deleted or not approved are left out, unless one below them is shown, and so are those of a listing
    that is not active. A review that cannot be reached from one without a parent, as in a cycle, is on no page;
    `GetReviewTree` has it. A reply is listed below its parent, even if it names another listing.

    A page has at most 5,000 reviews. Of more, the deepest and latest are left out, and `more` leads to them.

    The cost of a page depends on the size of the page and the hidden reviews that it skips, not on that of the thread.
    """

    service_id: str
    sort: ReviewSort = "oldest"
    """Which reviews come first, by created_at, then id; for "best" by rating, then newest; replies: the oldest.

    A cursor is for one order. A review whose rating changes meanwhile may be missed by the best, or be there twice.
    """
    limit: Limit = 20
    replies: Breadth = 3
    """How many replies to each review are shown at most: 0 to 100."""
    depth: Levels = 3
    """How many levels below its roots the page shows: 0 to 100."""
    with_hidden: Asked | None = None
    """Whether to show hidden reviews too, with their content."""
    after: str | None = attrs.field(default=None, converter=_cursor)


@query("shared/list_pages.sql", shapes=_SHAPES, names={"subject_id": "service_id", "subject_ids": "service_ids"})
class ListReviewPages(Many[ReviewPage]):
    """The first page of each listing's reviews, as `GetReviewPage` gives it, in the order of the ids, once each.

    All pages together have at most 5,000 reviews, each of them the same share.
    """

    service_ids: Annotated[Sequence[str], msgspec.Meta(max_length=100)]
    """At most 100."""
    sort: ReviewSort = "oldest"
    limit: Roots = 20
    """How many reviews that reply to none are on each page: 1 to 50."""
    replies: Breadth = 3
    depth: Levels = 3
    with_hidden: Asked | None = None


@attrs.frozen(eq=False, repr=False)
class CountedCategoryNode(Node, Category):
    """A category in the tree of all, with the number of active listings in it and below."""

    listing_count: int
    """How many have the status "active", are not switched off (`is_active`) and not deleted."""
    children: tuple["CountedCategoryNode", ...] = ()


@query("shared/get_path.sql", shapes={"start": "services/category", "node": "services/category"}, names={"key": "slug"})
class GetServiceCategoryPath(Many[Category]):
    """The path to the category with this slug: from the one without a parent down to itself.

    The list is empty if there is no such category. At most 10,000 levels are followed; each category of a cycle is
    listed once.
    """

    slug: str
