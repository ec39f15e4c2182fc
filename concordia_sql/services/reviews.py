"""The commands of reviews: what adds, changes, moves, moderates and deletes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import attrs
from msgspec import UNSET, UnsetType

from concordia_sql.common import Localized, new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, Batched, BatchLimit, Limit, ReturningMany, ReturningMaybe, ReturningOne
from concordia_sql.services.queries import ReviewStatus
from concordia_sql.services.results import DeletedReview, Review
from concordia_sql.threads.nodes import NewNode
from concordia_sql.values import Email, Id, Language, Rating


@command(
    "shared/add.sql",
    shapes={"deleted": "services/deleted_listing", "hidden": "services/hidden_listing"},
    names={
        "nodes": "services_reviews",
        "subjects": "services_listings",
        "subject_id": "service_id",
        "allow_nodes": "allow_reviews",
        "deleted_subject": "deleted_service",
        "hidden_subject": "not_active",
        "nodes_closed": "reviews_closed",
        "parent_of_another": "parent_of_another_service",
        "author_id": "author_id",
    },
)
class AddReview(ReturningOne[Review]):
    """Add a review, or a reply to one, and return it.

    Raises MissingReference for its listing or parent, Conflict for its id, and Refused when its listing is deleted
    (`deleted_service`), not active (`not_active`) or takes no reviews (`reviews_closed`), or when its parent is a
    review of another listing (`parent_of_another_service`) or itself (`cycle`).
    """

    service_id: Id
    author_name: str
    author_email: Email
    content: Localized
    rating: Rating
    in_language: Language
    id: Id = attrs.field(factory=new_id)
    parent_id: Id | None = None
    author_id: Id | None = None
    status: ReviewStatus = "pending"
    even_if_closed: bool = False
    """Also of a listing that takes no reviews, which is what `allow_reviews` says."""
    with_unpublished: bool = False
    """Also of a listing that is not active, which visitors do not see."""


@attrs.frozen(kw_only=True)
class NewReview(NewNode):
    """A review among many to be added."""

    service_id: Id
    rating: Rating
    author_id: Id | None = None
    status: ReviewStatus = "pending"


@command(
    "shared/add_nodes.sql",
    shapes={"deleted": "services/deleted_listing", "hidden": "services/hidden_listing"},
    names={
        "nodes": "services_reviews",
        "subjects": "services_listings",
        "subject_id": "service_id",
        "given_nodes": "reviews",
        "allow_nodes": "allow_reviews",
        "deleted_subject": "deleted_service",
        "hidden_subject": "not_active",
        "nodes_closed": "reviews_closed",
        "parent_of_another": "parent_of_another_service",
        "author_id": "author_id",
    },
)
class AddReviews(Affected):
    """Add any number of reviews, all or nothing, and return their number.

    What is wrong with one is said with its number, counted from 0: ParameterError for what does not fit, Conflict for
    its id and MissingReference for its listing or parent in `row`, and Refused in `found`, when its listing is deleted
    (`deleted_service`), not active (`not_active`) or takes no reviews (`reviews_closed`), or when its parent is a
    review of another listing (`parent_of_another_service`) or comes after it (`parent_after`).
    """

    reviews: Sequence[NewReview]
    even_if_closed: bool = False
    """Also of listings that take no reviews, which is what `allow_reviews` says."""
    with_unpublished: bool = False
    """Also of listings that are not active, which visitors do not see."""


@command("shared/change.sql", names={"nodes": "services_reviews"}, domain="services")
class ChangeReview(ReturningMaybe[Review]):
    """Change the given fields of a review. Returns it, or None if there is no such row or it is deleted."""

    id: str
    author_name: str | UnsetType = UNSET
    author_email: Email | UnsetType = UNSET
    content: Localized | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    in_language: Language | UnsetType = UNSET


@command(
    "shared/move.sql",
    names={
        "nodes": "services_reviews",
        "subjects": "services_listings",
        "subject_id": "service_id",
        "parent_of_another": "parent_of_another_service",
    },
    domain="services",
)
class MoveReview(ReturningOne[Review]):
    """Move a review with all its replies below another of its listing, or to the top, and return it.

    Raises NotFound if there is none, MissingReference for the parent, and Refused if that is a review of another
    listing (`parent_of_another_service`), or the review itself or below it (`cycle`). Two moves at once cannot make a
    cycle: in the thread of one listing, they wait for each other.
    """

    id: str
    parent_id: Id | None


@attrs.frozen(kw_only=True)
class SeenReview:
    """A review as a moderator saw it."""

    id: str
    status: ReviewStatus


@command("shared/moderate.sql", names={"nodes": "services_reviews"}, domain="services")
class ModerateReviews(ReturningMany[Review]):
    """Set the status of reviews that still have the one that the moderator saw. Returns them in the order given.

    The others, whose status has changed since or which are deleted, stay as they are.
    """

    seen: Sequence[SeenReview]
    status: ReviewStatus


@command(
    "shared/delete.sql",
    names={
        "nodes": "services_reviews",
        "subjects": "services_listings",
        "subject_id": "service_id",
        "emptied_nodes": "services_reviews_emptied",
        "moved_nodes": "services_reviews_moved",
        "author_id": "author_id",
    },
    domain="services",
)
class DeleteReview(ReturningOne[DeletedReview], Batched[DeletedReview]):
    """Delete a review for good. Returns the number of deleted rows, and of those that were emptied.

    The caller says what happens to one with replies. By default it is Refused as `has_replies`; `subtree` deletes all
    below it too; `tombstone` empties it, so that the replies stay where they are: its content, rating and author are
    lost, and it counts as deleted. Replies that are deleted softly are replies.

    Raises Refused as `too_many` when more than `limit` would go: `batches` deletes at most so many at once, and the
    review with the last of them. Until then, replies to what is gone are put below it, and counted as moved.
    """

    id: str
    replies: Literal["refuse", "subtree", "tombstone"] = "refuse"
    limit: BatchLimit = 10_000
    in_batches: bool = False


@command("shared/soft_delete.sql", names={"items": "services_reviews"}, domain="services")
class SoftDeleteReview(ReturningMaybe[Review]):
    """Mark a review as deleted. Returns it, or None if there is no such row or it is already deleted.

    Its replies stay; a thread shows them below a node without content.
    """

    id: str


@command(
    "shared/restore.sql",
    names={"items": "services_reviews", "reason": "emptied", "author_email": "author_email", "content": "content"},
    domain="services",
)
class RestoreReview(ReturningMaybe[Review]):
    """Bring a softly deleted review back as it was. Returns it, or None if there is no such row or it is not deleted.

    Raises Refused as `emptied` when it is the tombstone of one that `DeleteReview` deleted.
    """

    id: str


@command("shared/purge.sql", names={"nodes": "services_reviews"}, domain="services")
class PurgeReviews(Affected, Batched[int]):
    """Delete at most `limit` reviews without replies that were deleted before a moment, the earliest first.

    Returns their number. Run it by `batches`: a row with replies is deleted once all of its replies are. Rows that
    other transactions have locked are left for the next run.
    """

    deleted_before: datetime
    limit: Limit = 500
