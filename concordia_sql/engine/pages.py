"""Pages: a part of a list that says where the next part begins, read in one call."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

import attrs

from concordia_sql.engine.caching import cache
from concordia_sql.engine.errors import QuerierError
from concordia_sql.engine.keyset import Cursor
from concordia_sql.engine.queries import Many, Query

T = TypeVar("T")


@attrs.frozen
class Page(Generic[T]):
    """Some rows of a list, and the cursor for the next ones."""

    items: tuple[T, ...]
    next: str | None
    """The value of `after` for the next page: letters, digits, `-` and `_`. None on the last page."""


def paged(query: Many[T]) -> Query[Page[T]]:
    """The same query, with its rows as a page of at most `limit`. It reads one row more, to know whether there is one.

    Raises QuerierError unless the query has the fields `limit` and `after`, and its rows a `cursor`.
    """
    cls = cast("Any", type(query))
    fields = set(cls._fields)
    bounded = fields >= {"limit", "after"} and isinstance(cast("Any", query).limit, int)
    if not bounded or "cursor" not in _names(cls.result_class):
        raise QuerierError(f"{query.query_name}: a page needs the parameters limit and after, and rows with a cursor")
    if issubclass(cls, _Paged):
        raise QuerierError(f"{query.query_name} gives a page already")
    page = object.__new__(_page_class(cls))
    for name in cls._fields:
        value = getattr(query, name)
        object.__setattr__(page, name, value + 1 if name == "limit" else value)
    return cast("Query[Page[T]]", page)


class _Paged:
    """The methods of a query that returns a page."""

    __slots__ = ()

    unpaged: ClassVar[Any]

    def collect(self, rows: Sequence[Any]) -> Page[Any]:
        size = cast("Any", self).limit - 1
        items = tuple(rows[:size])
        if len(rows) <= size:
            return Page(items, None)
        last = items[-1].cursor
        return Page(items, last if isinstance(last, Cursor) else Cursor.of(last))

    def __reduce__(self) -> tuple[Any, ...]:
        query = object.__new__(self.unpaged)
        for name in self.unpaged._fields:
            value = getattr(self, name)
            object.__setattr__(query, name, value - 1 if name == "limit" else value)
        return paged, (query,)


@cache
def _page_class(cls: Any) -> Any:
    names = {"__slots__": (), "__module__": cls.__module__, "__qualname__": cls.__qualname__, "unpaged": cls}
    return type(cls.__name__, (_Paged, cls), names)


def _names(result_class: Any) -> set[str]:
    return {field.name for field in attrs.fields(result_class)} if attrs.has(result_class) else set()
