"""Rows become objects of frozen classes as their own `__init__` makes them, by a way that takes less."""

import abc
import copy
import pickle
import weakref
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

import attrs
import pytest

from concordia_sql import auth, blog, make_converter, profile, services
from concordia_sql.engine.columns import columns_of, is_result_class
from concordia_sql.engine.filling import filler
from concordia_sql.engine.generics import plain_class
from concordia_sql.engine.mapping import make_row_maker

T = TypeVar("T")
_TYPES = {"number": "int4", "data": "jsonb"}


@attrs.frozen
class Plain:
    number: int
    data: list[int]


@attrs.frozen
class Page(Generic[T]):
    number: T
    data: list[T]


@attrs.frozen(kw_only=True)
class ByName:
    data: list[int]
    number: int


@attrs.frozen
class WithDefault(Plain):
    data: list[int] = attrs.field(factory=list)


def _made(result_class: Any) -> list[Any]:
    """What the maker makes of a row, alone and among others."""
    maker = make_row_maker(result_class, _TYPES, make_converter())
    assert maker.many
    return [maker.one((1, b"[2]")), *maker.many([(1, b"[2]"), (1, b"[2]")])]


@pytest.mark.parametrize("result_class", [Plain, Page[int], ByName, WithDefault])
def test_an_object_is_as_its_own_init_makes_it(result_class: Any) -> None:
    """It is frozen, equal, hashed, copied and pickled as one of its class, which it is."""
    cls: Any = plain_class(result_class)
    assert filler(cls, tuple(columns_of(result_class))) is not None
    expected = cls(number=1, data=[2])
    made: Any
    for made in _made(result_class):
        assert type(made) is cls
        assert made == expected
        assert repr(made) == repr(expected)
        assert weakref.ref(made)
        assert copy.deepcopy(made) == expected
        assert type(pickle.loads(pickle.dumps(made))) is cls
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            made.number = 2
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            del made.number


def _counted(kind: str) -> Any:
    """A class that counts what happens as its objects, or classes below it, are made: by one of these."""

    class Counting:
        __slots__ = ()
        count: ClassVar[int] = 0

        def counted(self, *_: Any) -> None:
            type(self).count += 1

    class Meta(type):
        def __call__(cls, *values: Any) -> Any:
            cls.count += 1  # type: ignore[attr-defined]
            return super().__call__(*values)

    def new(cls: Any, *_: Any) -> Any:
        cls.count += 1
        return object.__new__(cls)

    def own_init(self: Any, number: int, data: list[int]) -> None:
        self.__attrs_init__(number, data)
        self.counted()

    hooks: dict[str, dict[str, Any]] = {
        "before": {"__attrs_pre_init__": Counting.counted},
        "after": {"__attrs_post_init__": Counting.counted},
        "new": {"__new__": new},
        "init": {"__init__": own_init},
    }
    field = attrs.field(validator=lambda made, *_: made.counted()) if kind == "validator" else attrs.field()
    body: dict[str, Any] = {"__annotations__": {"number": int, "data": list[int]}, "number": field}
    base: Any = Meta("Base", (Counting,), {"__slots__": ()}) if kind == "metaclass" else Counting
    return attrs.frozen(type(base)("Counted", (base,), {**body, **hooks.get(kind, {})}))


@pytest.mark.parametrize("kind", ["before", "after", "new", "init", "validator", "metaclass"])
def test_what_a_class_does_for_each_object_is_done(kind: str) -> None:
    cls = _counted(kind)
    assert filler(cls, ("number", "data")) is None
    made = _made(cls)
    assert cls.count == len(made)
    assert made == [cls(1, [2])] * 3


def test_no_class_is_made_below_one_that_is_told_of_those() -> None:
    below: list[type] = []

    class Told:
        def __init_subclass__(cls) -> None:
            below.append(cls)

    class ToldByAttrs:
        __slots__ = ()

        @classmethod
        def __attrs_init_subclass__(cls) -> None:
            below.append(cls)

    for base in (Told, ToldByAttrs):

        @attrs.frozen
        class Result(base):  # type: ignore[misc, valid-type]
            number: int
            data: list[int]

        below.clear()
        assert {type(each) for each in _made(Result)} == {Result}
        assert not below


def _plain(make: Callable[[type], Any]) -> Any:
    return make(type("Made", (), {"__annotations__": {"number": int, "data": list[int]}}))


@pytest.mark.parametrize(
    "result_class",
    [
        _plain(attrs.define),
        _plain(attrs.frozen(slots=False)),
        _plain(attrs.frozen(cache_hash=True)),
        attrs.frozen(abc.ABCMeta("Made", (), {"__annotations__": {"number": int, "data": list[int]}})),
        type("Below", (Plain,), {}),
    ],
    ids=["not frozen", "no slots", "hash kept", "abstract", "below one"],
)
def test_other_classes_make_their_objects_themselves(result_class: Any) -> None:
    assert filler(result_class, ("number", "data")) is None
    assert _made(result_class) == [result_class(1, [2])] * 3
    assert {type(made) for made in _made(result_class)} == {result_class}


def test_the_objects_of_concordia_take_the_short_way() -> None:
    """Else attrs has changed, and each row takes twice as long."""
    named = [getattr(domain, name) for domain in (auth, blog, profile, services) for name in domain.__all__]
    classes = {each.result_class for each in named if hasattr(each, "query_name")}
    found = [filler(plain_class(each), tuple(columns_of(each))) for each in classes if is_result_class(each)]
    assert len(found) > 40
    assert None not in found
