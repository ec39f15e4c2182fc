"""What a result class asks for is read from its fields, and a class that cannot be filled as it is, is refused."""

import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, NewType, Optional, TypedDict, TypeVar, Union, cast

import attrs
import pytest

from concordia_sql import Node, StatementError
from concordia_sql.common import JsonObject, Keywords, Localized
from concordia_sql.engine.columns import Column, columns_of, nested_classes

T = TypeVar("T")
Id = NewType("Id", str)


@attrs.frozen
class Leaf:
    id: str


@attrs.frozen
class Other:
    leaf: Leaf


class Typed(TypedDict):
    id: str


class Money:
    pass


def column(hint: Any) -> Column:
    return columns_of(attrs.make_class("Row", {"x": attrs.field(type=hint)}))["x"]


@pytest.mark.parametrize(
    ("hint", "nullable", "scalar"),
    [
        (str, False, str),
        (str | None, True, str),
        (Optional[int], True, int),  # noqa: UP045
        (Union[None, bool], True, bool),  # noqa: UP007
        (Id, False, Id),
        (Annotated[int, "of pages"], False, int),
        (Annotated[int | None, "of pages"], True, int),
        (Optional[Annotated[int, "of pages"]], True, int),  # noqa: UP045
        (datetime.datetime, False, datetime.datetime),
        (str | int, False, None),
        (Localized, False, None),
        (Localized | None, True, None),
        (Any, True, Any),
        (object, True, object),
        (JsonObject, False, JsonObject),
        (Literal["a", "b"] | None, True, Literal["a", "b"]),
        (tuple[str, ...], False, tuple[str, ...]),
        (Leaf | None, True, Leaf),
    ],
)
def test_what_may_be_none_and_what_is_a_single_type(hint: Any, nullable: bool, scalar: Any) -> None:
    found = column(hint)
    assert (found.name, found.nullable, found.scalar) == ("x", nullable, scalar)


@pytest.mark.parametrize(
    ("hint", "nested"),
    [
        (str, ()),
        (decimal.Decimal | None, ()),
        (uuid.UUID, ()),
        (Literal["a", "b"], ()),
        (tuple[datetime.date, ...], ()),
        (list[int] | None, ()),
        (Leaf, (Leaf,)),
        (Leaf | None, (Leaf,)),
        (tuple[Leaf, ...], (Leaf,)),
        (list[Leaf], (Leaf,)),
        (Sequence[Leaf], (Leaf,)),
        (tuple[str, Leaf, Other], (Leaf, Other)),
        (dict[str, Leaf], (Leaf, None)),
        (dict[str, tuple[Leaf, ...]], (Leaf, None)),
        (Any, (None,)),
        (object, (None,)),
        (tuple[Any, ...], (None,)),
        (JsonObject, (None,)),
        (dict[str, str], (None,)),
        (Localized, (None,)),
        (Keywords, (None,)),
        (Leaf | JsonObject, (Leaf, None)),
        (Typed, (None,)),
        (tuple[Typed, ...], (None,)),
        (Money, (None,)),
        (dict, (None,)),
        (list, (None,)),
    ],
)  # fmt: skip
def test_the_classes_in_a_type_and_whether_it_takes_other_objects(hint: Any, nested: tuple[Any, ...]) -> None:
    assert column(hint).nested == nested


def test_columns_are_in_the_order_of_the_fields_those_of_bases_first() -> None:
    @attrs.frozen
    class More(Other):
        name: str = "unknown"
        tags: tuple[str, ...] = attrs.field(factory=tuple)

    assert list(columns_of(More)) == ["leaf", "name", "tags"]


def test_nested_classes_are_found_at_any_depth_once() -> None:
    @attrs.frozen
    class Root:
        one: Other
        two: tuple[Other, ...]
        more: dict[str, Leaf]

    assert nested_classes(Leaf) == [Leaf]
    found = nested_classes(Root)
    assert found[0] is Root
    assert sorted(cls.__name__ for cls in found) == ["Leaf", "Other", "Root"]


@attrs.frozen
class Ring:
    rings: "tuple[Ring, ...]"
    other: "OtherRing | None"


@attrs.frozen
class OtherRing:
    ring: Ring | None


def test_classes_may_name_each_other() -> None:
    assert nested_classes(Ring) == [Ring, OtherRing]


@attrs.frozen(eq=False, repr=False)
class Twig(Node):
    id: str
    parent_id: str | None
    leaf: Leaf | None
    twigs: tuple["Twig", ...] = ()


@attrs.frozen
class Tree:
    name: str
    twigs: tuple[Twig, ...]


@attrs.frozen
class Wood:
    trees: tuple[Tree, ...]


def test_the_children_of_a_node_are_no_column() -> None:
    assert list(columns_of(Twig)) == ["id", "parent_id", "leaf"]
    assert nested_classes(Twig) == [Twig, Leaf]


def test_a_tree_is_a_column_of_the_result_class_itself() -> None:
    assert nested_classes(Tree) == [Tree, Twig, Leaf]
    with pytest.raises(StatementError) as caught:
        nested_classes(Wood)
    assert str(caught.value) == ("Tree.twigs: a tree inside Wood; it can only be a column of the result class itself")


@attrs.frozen
class WithConverter:
    x: int = attrs.field(converter=int)


@attrs.frozen
class WithAlias:
    x: int = attrs.field(alias="y")


@attrs.frozen
class WithPrivateName:
    _x: int = attrs.field(alias="_x")


@attrs.frozen
class NotInInit:
    x: int = attrs.field(init=False, default=1)


@attrs.frozen
class WithDefaultOfSelf:
    y: int
    x: int = attrs.field(default=attrs.Factory(lambda self: cast("int", self.y), takes_self=True))


@pytest.mark.parametrize(
    ("result_class", "problem"),
    [
        (WithConverter, "x has a converter"),
        (WithAlias, "x has an alias"),
        (WithPrivateName, "_x has a private name"),
        (NotInInit, "x is not in __init__"),
        (WithDefaultOfSelf, "x has a default that takes self"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda cls: cls, lambda cls: attrs.make_class("Row", {"a": attrs.field(type=cls)})])
def test_a_class_that_cannot_be_filled_as_it_is(result_class: type, problem: str, wrap: Callable[[type], type]) -> None:
    """At the root as in a column: there, JSON would be decoded without what the field says, silently."""
    with pytest.raises(StatementError) as caught:
        nested_classes(wrap(result_class))
    assert str(caught.value) == f"{result_class.__name__}.{problem}; a result class is filled as it is"


def test_a_result_class_is_an_attrs_class() -> None:
    wrong: dict[Any, str] = {
        int: "int",
        Typed: "Typed",
        dict[str, int]: "dict[str, int]",
        Leaf | None: f"{__name__}.Leaf | None",
    }
    for cls, name in wrong.items():
        with pytest.raises(StatementError) as caught:
            columns_of(cls)
        assert str(caught.value) == f"{name} is no attrs class; decorate a result class with @attrs.frozen"


@attrs.frozen
class Page(Generic[T]):
    rows: tuple[T, ...]
    first: T | None


@attrs.frozen
class Titled(Page[list[T]], Generic[T]):
    title: T


@attrs.frozen
class Leaves(Titled[Leaf]):
    pass


@attrs.frozen
class Shelf:
    page: Page[Leaf]
    pages: dict[str, Titled[int]]


def test_a_generic_class_has_the_types_that_it_is_given() -> None:
    def hints(cls: Any) -> dict[str, Any]:
        return {name: column.hint for name, column in columns_of(cls).items()}

    assert hints(Page[Leaf]) == {"rows": tuple[Leaf, ...], "first": Optional[Leaf]}  # noqa: UP045
    assert hints(Titled[int]) == {"rows": tuple[list[int], ...], "first": Optional[list[int]], "title": int}  # noqa: UP045
    assert hints(Leaves) == {"rows": tuple[list[Leaf], ...], "first": Optional[list[Leaf]], "title": Leaf}  # noqa: UP045
    assert set(nested_classes(Shelf)) == {Shelf, Page[Leaf], Leaf, Titled[int]}


@pytest.mark.parametrize("cls", [Page, Titled])
def test_a_generic_class_without_its_types_is_refused(cls: type) -> None:
    for result_class in (cls, attrs.make_class("Row", {"a": attrs.field(type=cls)})):
        with pytest.raises(StatementError, match=rf"^{cls.__name__}.rows: tuple\[.*\] is open; name the types of the "):
            nested_classes(result_class)


@pytest.mark.parametrize(
    "hint",
    [Mapping[str, WithConverter], tuple[WithConverter, ...], set[WithConverter], Iterable[WithConverter],
     dict[str, list[WithConverter | None]], Page[WithConverter], Annotated[WithConverter, "of pages"]],
)  # fmt: skip
def test_a_class_that_cannot_be_filled_is_refused_whatever_holds_it(hint: Any) -> None:
    with pytest.raises(StatementError, match="x has a converter|is not filled with objects"):
        nested_classes(attrs.make_class("Row", {"a": attrs.field(type=hint)}))


def test_a_container_that_json_does_not_fill_with_objects() -> None:
    with pytest.raises(StatementError) as caught:
        column(Iterable[Leaf])
    assert str(caught.value) == (
        "Row.x: collections.abc.Iterable[tests.engine.test_columns.Leaf] is not filled with objects; use tuple[…, ...]"
    )


@pytest.mark.parametrize("hint", [bytes, bytes | None, tuple[bytes, ...], dict[str, Annotated[bytes, "raw"]]])
def test_bytes_and_intervals_are_no_part_of_a_nested_class(hint: Any) -> None:
    """JSON has neither: a text would be taken for base64."""
    nested = attrs.make_class("Nested", {"x": attrs.field(type=hint)})
    columns_of(nested)
    with pytest.raises(StatementError, match=r"^Nested.x: JSON has no bytes: give encode\(column, 'base64'\)"):
        nested_classes(attrs.make_class("Row", {"a": attrs.field(type=nested)}))


def test_an_interval_is_no_part_of_a_nested_class() -> None:
    nested = attrs.make_class("Nested", {"x": attrs.field(type=datetime.timedelta)})
    with pytest.raises(StatementError, match=r"^Nested.x: JSON has no intervals: give extract\(epoch FROM column\)"):
        nested_classes(attrs.make_class("Row", {"a": attrs.field(type=nested)}))


def test_types_are_known_where_the_class_is_defined() -> None:
    @attrs.frozen
    class Row:
        later: "Later"  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(StatementError) as caught:
        columns_of(Row)
    assert "Row: name 'Later' is not defined; the types of a result class must be known where it is defined" in str(
        caught.value
    )
