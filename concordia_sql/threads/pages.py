"""Threads of any size, page by page: what the pages of comments and of reviews share.

A page has a number of roots, and of each node the first replies, down to a depth. It has cursors for the nodes that it
leaves out: `page.next` for further roots, `node.more` for further replies. Passing a cursor as `after` gives the page
after it. Following all cursors gives each node once, whatever is written or deleted meanwhile.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, cast

import msgspec

from concordia_sql.engine import Cursor, Node, children_field

Sort: TypeAlias = Literal["oldest", "newest"]
Depth: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
"""The number of levels below the roots: 0 for the roots alone."""
Nodes: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""How many nodes a whole thread has at most."""
Roots: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=50)]
"""How many roots each of several pages has at most."""
Levels: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""The number of levels below its roots that a page shows."""
Breadth: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""The largest number of replies to each node that a page shows."""


class PagedNode(Node):
    """A node of a page, with `created_at` and `reply_count`. It knows which replies the page leaves out."""

    __slots__ = ()

    json_properties: ClassVar[Mapping[str, Any]] = {"hidden_count": int, "more": str | None}

    @property
    def hidden_count(self) -> int:
        """The number of direct replies, of `reply_count`, that are not on the page."""
        node, shown = self._and_replies()
        return cast("int", node.reply_count - len(shown))

    @property
    def more(self) -> Cursor | None:
        """The cursor after the replies shown, for a page of the further ones. None if there are no more."""
        node, shown = self._and_replies()
        if node.reply_count == len(shown):
            return None
        last = (shown[-1].created_at, shown[-1].id) if shown else (None, None)
        return Cursor.of(msgspec.json.encode((node.id, *last)).decode())

    def _and_replies(self) -> tuple[Any, Sequence[Any]]:
        return self, getattr(self, children_field(type(self)))
