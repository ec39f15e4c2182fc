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
from concordia_sql.threads.pages import Breadth, Depth, Levels, PagedNode, Sort

ReviewSort: TypeAlias = Sort | Literal["best"]

_behind_root = cursor(str | None, datetime | None, str | None, int | None)
_behind_reply = cursor(str | None, datetime | None, str | None)


def _cursor(value: str | None) -> str | None:
    """Check the cursor of a page, which has the rating too, or of further replies."""
    try:
        return _behind_root(value)
    except ParameterError:
        return _behind_reply(value)


_SHAPES = {"shown": "services/shown_review", "node": "services/thread_review"}


@attrs.frozen
class ThreadReview(ThreadNode):
    """A review as a thread shows it.

    A hidden one, deleted or not approved, stands there only for what replies to it: what its author wrote is None,
    unless the query asks `with_hidden`.
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
    """A page of a listing's reviews: what it leaves out is behind its `next`, and behind the `more` of its reviews."""

    service_id: str
    roots: tuple[PagedReview, ...]


@query("threads/get_tree.sql", shapes={"node": "services/thread_review"}, names={"subject_id": "service_id"})
class GetReviewTree(Tree[ThreadReviewNode]):
    """The reviews of a listing as trees, all of them, oldest first, then by id: a list of those that reply to none.

    Reviews that are deleted or not approved are left out, but for those with any other below them.

    A review whose parent belongs to another listing stands among the roots, and so does the first of a cycle, or of
    reviews that reply to themselves: their `parent_id` is set. A depth leaves cycles out.
    """

    service_id: str
    depth: Depth | None = None
    """Only so many levels below the roots; 0 for the roots alone."""
    with_hidden: bool | None = None
    """Deleted and unapproved reviews too, with all that they say."""


@query("threads/get_subtree.sql", shapes={"node": "services/thread_review"})
class GetReviewSubtree(Subtree[ThreadReviewNode]):
    """The review with this id and the replies below it, oldest first, then by id; or None.

    Reviews that are deleted or not approved are left out, but for those with any other below them; if nothing is left,
    the result is None. A cycle ends where it would come back to this review.
    """

    id: str
    depth: Depth | None = None
    """Only so many levels below the review."""
    with_hidden: bool | None = None
    """Deleted and unapproved reviews too, with all that they say."""


@query(
    "threads/get_path.sql",
    shapes={"start": "services/shown_review", "node": "services/thread_review"},
    names={"key": "id"},
)
class GetReviewPath(Many[ThreadReview]):
    """The way to the review with this id: the review that replies to none, those in between, and itself, last.

    There is no row when it is hidden and nothing below it is shown, or when there is no such review. At most 10,000
    levels up are looked at; of a cycle, each review is there once.
    """

    id: str
    with_hidden: bool | None = None
    """Of deleted and unapproved reviews, too, all that they say."""


@query("threads/get_page.sql", shapes=_SHAPES, names={"subject_id": "service_id"})
class GetReviewPage(One[ReviewPage]):
    """A page of a listing's reviews: `limit` of those that reply to none, each with its first replies, to a depth.

    Without `after` it is the first page; with the `next` of a page it is the one behind it, and with the `more` of a
    review its roots are the further replies to that review, oldest first. Following all cursors gives each review of
    the listing once, whatever is written or deleted meanwhile; what is written behind the place reached is there too.
    An unknown listing has no reviews.

    Reviews that are deleted or not approved are left out, but for those with any other below them. What no way leads
    to from a review without a parent, as those in a cycle, is on no page: `GetReviewTree` has it. A reply is where
    its parent is, even if it names another listing.

    The work of a page grows with the page, and with the hidden reviews that it passes over, but not with the thread.
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
    with_hidden: bool | None = None
    """Deleted and unapproved reviews too, with all that they say."""
    after: str | None = attrs.field(default=None, converter=_cursor)


@query("threads/list_pages.sql", shapes=_SHAPES, names={"subject_id": "service_id", "subject_ids": "service_ids"})
class ListReviewPages(Many[ReviewPage]):
    """The first page of each listing's reviews, as `GetReviewPage` gives it, in the order of the ids, once each."""

    service_ids: Annotated[Sequence[str], msgspec.Meta(max_length=100)]
    """At most 100."""
    sort: ReviewSort = "oldest"
    limit: Limit = 20
    replies: Breadth = 3
    depth: Levels = 3
    with_hidden: bool | None = None


@attrs.frozen(eq=False, repr=False)
class CountedCategoryNode(Node, Category):
    """A category in the tree of all, with the number of active listings in it and below."""

    listing_count: int
    """How many have the status "active", are not switched off (`is_active`) and not deleted."""
    children: tuple["CountedCategoryNode", ...] = ()


@query(
    "threads/get_path.sql", shapes={"start": "services/category", "node": "services/category"}, names={"key": "slug"}
)
class GetServiceCategoryPath(Many[Category]):
    """The way to the category with this slug: the one without a parent, those in between, and itself, last.

    There is no row when there is no such category. At most 10,000 levels up are looked at; of a cycle, each category is
    there once.
    """

    slug: str
