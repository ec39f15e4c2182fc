"""How large the values of parameters may be: bounds by their types, so that what a visitor sends costs little."""

import collections.abc
import datetime
import operator
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, Protocol, TypeAlias, cast

import attrs
from msgspec import UNSET, UnsetType

from concordia_sql.engine.caching import cache
from concordia_sql.engine.errors import ParameterError, StatementError
from concordia_sql.engine.generics import hints_of

PLAIN = frozenset([str, int, float, bool, type(None), datetime.datetime])
"""Types whose values hold no others."""
_FEW = 10
"""As many items, or fewer, are looked at one by one; of more, it is first asked what all have in common."""
_ROWS = (tuple, list, collections.abc.Sequence)
_TEXTS = (str, bytes, bytearray, memoryview)
Columns: TypeAlias = Mapping[str, Sequence[Any]]
"""The values of each field of many rows."""


class Check(Protocol):
    """Refuses a value that is larger than it may be."""

    def __call__(self, value: Any, /) -> None:
        """Raise ParameterError if it is."""

    def allows(self, _: Sequence[Any], /) -> bool:
        """Whether all of many values are seen at once not to be. If not, each is looked at."""
        return False

    def allows_rows(self, _: Columns, /) -> bool:
        """The same of many rows, by the values of each of their fields."""
        return False


@attrs.frozen(kw_only=True)
class Bounds:
    """How large values may be: those of a library, by `Library(…, bounds=Bounds(text=10_000))`, or of a type.

    A type with bounds of its own is `Annotated[str, Bounds(text=255)]`. It takes the others from its library, and a
    library takes them from the default of `Library.bounds`. A larger value raises ParameterError when the query is
    made.
    """

    text: int | None = None
    """How many characters a text has at most, or all texts in one JSON value together. For bytes, how many bytes."""
    items: int | None = None
    """How many items a sequence has at most."""
    levels: int | None = None
    """How many levels of lists and objects a value has at most."""
    nodes: int | None = None
    """How many values one JSON value holds at most, at all levels together."""

    def within(self, outer: "Bounds") -> "Bounds":
        """These bounds, with those of `outer` where they say nothing."""
        own = {name: value for name, value in attrs.asdict(self).items() if value is not None}
        return attrs.evolve(outer, **own)


DEFAULT = Bounds(text=1_000_000, items=10_000, levels=100, nodes=10_000)
"""The bounds of a library that says nothing."""


def evolved(row: Any, values: Mapping[str, Any]) -> Any:
    """An object with other values in these fields, whatever its class calls them when it is made."""
    fields = attrs.fields_dict(type(row))
    return attrs.evolve(row, **{cast("str", fields[name].alias): value for name, value in values.items()})


def inside(value: Any) -> Collection[Any]:
    """The values that a value holds."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return inside_of(type(value))(value)


def length_of_texts(value: object) -> int | None:
    """How many characters the keys and values of a dict of texts have. Some may be None. None for anything else."""
    if type(value) is not dict:
        return None
    length = 0
    for key, item in value.items():
        if type(key) is not str or not (item is None or type(item) is str):
            return None
        length += len(key) + (len(item) if item else 0)
    return length


def is_many(value: object) -> bool:
    """Whether it is a list or tuple of so many items that it is cheaper to look at all of them together."""
    return isinstance(value, list | tuple) and len(value) > _FEW


def inside_all(dicts: Sequence[dict[Any, Any]]) -> list[Any]:
    """The keys and values of many dicts."""
    return [*chain.from_iterable(dicts), *chain.from_iterable(map(dict.values, dicts))]


@cache
def inside_of(cls: type) -> Callable[[object], Collection[Any]]:
    """A function that gives the values of the fields of an attrs class, in one call; none of another type."""
    names = field_names(cls)
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda value: [getattr(value, name) for name in names]


@cache
def field_names(cls: type) -> tuple[str, ...]:
    """The fields of an attrs class; none for another type."""
    return tuple(field.name for field in attrs.fields(cast("Any", cls))) if attrs.has(cls) else ()


def is_storable(text: str) -> bool:
    """Whether a text is at once seen to have no NUL and no half of a surrogate pair. If not, it may still have none."""
    return text.isprintable() if not text.isascii() else "\0" not in text


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The types of a union."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else ()


def bounds_check(hint: Any, outer: Bounds) -> Check | None:
    """A function that refuses values of this type beyond their bounds. None if the type alone is a bound."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        own = next((item for item in hint.__metadata__ if isinstance(item, Bounds)), None)
        return bounds_check(arguments[0], own.within(outer) if own else outer)
    if among := alternatives(hint):
        return _of_union(among, outer)
    if origin in _ROWS and (origin is not tuple or arguments[1:] == (...,)):
        return _Items(cast("int", outer.items), bounds_check(arguments[0], outer))
    if attrs.has(cast("type", origin or hint)):
        fields = {name: check for name, of_field in hints_of(hint).items() if (check := bounds_check(of_field, outer))}
        return _Fields(fields) if fields else None
    if hint is str:
        return _Text(cast("int", outer.text))
    return None if _is_bounded(hint, origin) else _Json(outer)


def _is_bounded(hint: Any, origin: Any) -> bool:
    """Whether values of this type are of one size. An integer is bounded where it is cast, or by its column."""
    if origin is typing.Literal or hint in (None, UnsetType):
        return True
    return isinstance(hint, type) and hint is not object and not issubclass(hint, (*_TEXTS, dict, list, tuple, set))


def _of_union(among: Iterable[Any], outer: Bounds) -> Check | None:
    checks = {each: check for each in among if (check := bounds_check(each, outer))}
    if any(_has_own(each) for each in among) and len(checks) > 1:
        raise StatementError("a union of two types with Bounds: it is not known which a value needs")
    if len(checks) > 1:
        return _Json(outer)
    return next((_Given(check, kinds_of(each)) for each, check in checks.items()), None)


def kinds_of(hint: Any) -> tuple[type, ...]:
    """What the values of a type are, beside those of the other types of a union."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return kinds_of(typing.get_args(hint)[0])
    if origin in _ROWS:
        return (list, tuple)
    cls = origin or hint
    return (cls,) if hint is str or attrs.has(cls) else (object,)


def _has_own(hint: Any) -> bool:
    own = any(isinstance(item, Bounds) for item in getattr(hint, "__metadata__", ()))
    return own or any(_has_own(each) for each in typing.get_args(hint) if each is not hint)


@attrs.frozen
class _Given(Check):
    check: Check
    kinds: tuple[type, ...]

    def __call__(self, value: object) -> None:
        if value is not None and value is not UNSET and isinstance(value, self.kinds):
            self.check(value)

    def allows(self, values: Sequence[Any]) -> bool:
        given = [value for value in values if value is not None and value is not UNSET]
        return self.check.allows([value for value in given if isinstance(value, self.kinds)])


@attrs.frozen
class _Text(Check):
    most: int

    def __call__(self, value: str) -> None:
        _check_length(self.most, len(value))

    def allows(self, values: Sequence[str]) -> bool:
        return max(map(len, values), default=0) <= self.most


def _check_length(most: int, length: int) -> None:
    if length > most:
        raise ParameterError(f"Expected a text of at most {most:,} characters")


@attrs.frozen
class _Items(Check):
    most: int
    check: Check | None

    def __call__(self, values: Sequence[Any]) -> None:
        if len(values) > self.most:
            raise ParameterError(f"Expected at most {self.most:,} items")
        if self.check is None or (is_many(values) and self.check.allows(values)):
            return
        index = 0
        try:
            for index, value in enumerate(values):  # noqa: B007 - it is used below
                self.check(value)
        except ParameterError as error:
            problem = below(f"[{index}]", error)
        else:
            return
        raise problem  # outside of except: errors have no context

    def allows_rows(self, columns: Columns) -> bool:
        number = len(next(iter(columns.values())))
        return number <= self.most and (self.check is None or self.check.allows_rows(columns))


@attrs.frozen
class _Fields(Check):
    fields: Mapping[str, Check]

    def __call__(self, row: Any) -> None:
        name = ""
        try:
            for name, check in self.fields.items():
                check(getattr(row, name))
        except ParameterError as error:
            problem = below(f".{name}", error)
        else:
            return
        raise problem

    def allows(self, values: Sequence[Any]) -> bool:
        return self.allows_rows({name: [*map(operator.attrgetter(name), values)] for name in self.fields})

    def allows_rows(self, columns: Columns) -> bool:
        return all(check.allows(columns[name]) for name, check in self.fields.items())


@attrs.frozen
class _Json(Check):
    bounds: Bounds

    def __call__(self, value: object) -> None:
        check_json(self.bounds, value)

    def allows(self, values: Sequence[Any]) -> bool:
        """Single values and dicts of such values are looked at: texts, and texts in several languages."""
        dicts = [value for value in values if type(value) is dict]
        others = [value for value in values if type(value) is not dict] if len(dicts) < len(values) else []
        held = [*inside_all(dicts), *others]
        kinds = set(map(type, held))
        texts = held if kinds == {str} else [value for value in held if type(value) is str]
        number = max(2 * max(map(len, dicts), default=0), 1)
        longest = max(map(len, texts), default=0)
        most_text, most_nodes, most_levels = _limits(self.bounds)
        is_small = number < most_nodes and number * longest <= most_text and most_levels > 0
        return is_small and kinds <= PLAIN


def _limits(bounds: Bounds) -> tuple[int, int, int]:
    return cast("tuple[int, int, int]", (bounds.text, bounds.nodes, bounds.levels))


def below(path: str, error: ParameterError) -> ParameterError:
    """The error of a value that others hold, with its path, written as msgspec writes paths."""
    problem, _, inner = str(error).partition(" at $")
    return ParameterError(f"{problem} at ${path}{inner}")


def check_json(bounds: Bounds, value: object) -> None:
    """Refuse what is too large or nested too deep. It does not recurse, so the caller's depth does not matter."""
    most_text, most_nodes, most_levels = _limits(bounds)
    length = length_of_texts(value)
    if length is not None and most_levels > 0 and 2 * len(cast("dict[Any, Any]", value)) < most_nodes:
        _check_length(most_text, length)
        return
    text, nodes = len(value) if isinstance(value, _TEXTS) else 0, 1
    waiting = [] if type(value) in PLAIN else [(value, 0)]
    while waiting:
        outer, level = waiting.pop()
        held = () if isinstance(outer, _TEXTS) else inside(outer)
        if held and level >= most_levels:
            raise ParameterError(f"more than {most_levels} levels of lists and objects")
        nodes += len(held)
        if nodes > most_nodes:
            raise ParameterError(f"Expected at most {most_nodes:,} values in lists and objects")
        for inner in held:
            if isinstance(inner, _TEXTS):
                text += len(inner)
            elif type(inner) not in PLAIN:
                waiting.append((inner, level + 1))
    _check_length(most_text, text)


def check_levels(value: object, most: int) -> None:
    """Refuse what is nested too deep, or in itself, before its type is known. It does not recurse either."""
    if most > 0 and length_of_texts(value) is not None:
        return
    waiting = [(value, 0)]
    while waiting:
        outer, level = waiting.pop()
        if level >= most:
            raise ParameterError(f"more than {most} levels of lists and objects")
        waiting += [(each, level + 1) for each in inside(outer) if type(each) not in PLAIN]
