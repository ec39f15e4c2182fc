"""Threads of any size, page by page: what pages of comments and of reviews share.

A page has a number of roots, of each node the first replies, and of those theirs, down to a depth. What it leaves out,
it has cursors for: `page.next` for further roots, `node.more` for further replies. Passing a cursor back as `after`
gives the page behind it. Following all of them gives each node once, whatever is written or deleted meanwhile.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias, cast

import msgspec

from concordia_sql.engine import Node, children_field

Sort: TypeAlias = Literal["oldest", "newest"]
Depth: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
"""How many levels below the uppermost: 0 for these alone."""
Levels: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""How many levels below its roots a page shows."""
Breadth: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""How many replies to each node a page shows at most."""


class PagedNode(Node):
    """A node of a page, with `created_at` and `reply_count`: it knows what the page leaves out below it."""

    __slots__ = ()

    @property
    def hidden_count(self) -> int:
        """How many of the `reply_count` direct replies are not on the page."""
        node, shown = self._and_replies()
        return cast("int", node.reply_count - len(shown))

    @property
    def more(self) -> str | None:
        """The cursor behind the replies shown, for a page of the further ones; None when there are none."""
        node, shown = self._and_replies()
        if node.reply_count == len(shown):
            return None
        last = (shown[-1].created_at, shown[-1].id) if shown else (None, None)
        return msgspec.json.encode((node.id, *last)).decode()

    def _and_replies(self) -> tuple[Any, Sequence[Any]]:
        return self, getattr(self, children_field(type(self)))
