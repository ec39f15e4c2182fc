"""The nodes of threads: the fields that comments and reviews share, shown, on a page and new."""

import attrs

from concordia_sql.common import Localized, Moment, new_id
from concordia_sql.engine import Cursor
from concordia_sql.values import Email, Id, Language


@attrs.frozen
class ThreadNode:
    """A comment or review as a thread shows it.

    A hidden node, which is deleted, not approved or of a deleted post or listing, is shown only above its replies. What
    its author wrote is None, unless the query asks for `with_hidden`.
    """

    id: str
    parent_id: str | None
    author_name: str | None
    content: Localized | None
    rating: int | None
    status: str
    in_language: str
    deleted_at: Moment | None
    created_at: Moment
    updated_at: Moment
    is_hidden: bool
    """Whether it is deleted, not approved, or of a deleted post or listing."""


@attrs.frozen
class ThreadPage:
    """A page of a thread, without its roots."""

    next: Cursor | None
    """The cursor after the last root; None if there is no further one."""


@attrs.frozen(kw_only=True)
class NewNode:
    """A comment or review among many to be added."""

    author_name: str
    author_email: Email
    content: Localized
    in_language: Language
    id: Id = attrs.field(factory=new_id)
    parent_id: Id | None = None
