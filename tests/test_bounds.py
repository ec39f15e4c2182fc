"""No parameter is without a bound by its type, and nothing is kept without one."""

import collections.abc
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

import attrs
import psycopg
import pytest

from concordia_sql import (
    UNSET,
    Bounds,
    Cursor,
    JsonObject,
    Library,
    Many,
    ParameterError,
    Querier,
    ResultError,
    Statement,
    StatementError,
    UnsetType,
    blog,
    engine,
    from_json,
    services,
)
from concordia_sql.engine import queries
from tests.support.catalog import command_classes, query_classes
from tests.support.statements import write

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
CLASSES: list[type[Statement[Any]]] = [*query_classes(), *command_classes()]
PLACES = [
    pytest.param(cls, field, id=f"{cls.query_name}.{field.name}")
    for cls in CLASSES
    for field in attrs.fields(cast("Any", cls))
]


def filler(hint: Any) -> object:
    """A value that msgspec takes for a type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Annotated, typing.Union, types.UnionType):
        return filler(arguments[0])
    if attrs.has(hint):
        return {name: filler(of_field) for name, of_field in typing.get_type_hints(hint, include_extras=True).items()}
    return arguments[0] if origin is Literal else 1 if hint is int else True if hint is bool else "a"


def too_large(hint: Any, text: int) -> Iterator[object]:  # noqa: C901 - one branch for each kind of type
    """Values of a type, each beyond one of its bounds. None for a type whose values are of one size."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        own = [each for each in hint.__metadata__ if isinstance(each, Bounds)]
        yield from too_large(arguments[0], (own[0].text if own else None) or text)
    elif origin in (typing.Union, types.UnionType):
        for each in arguments:
            yield from too_large(each, text)
    elif origin in (tuple, list, collections.abc.Sequence):
        yield [filler(arguments[0])] * 10_001
        yield from ([each] for each in too_large(arguments[0], text))
    elif hint is str:
        yield "a" * (text + 1)
    elif origin is dict:
        yield {str(number): None for number in range(1_000)}
        yield {"a": "b" * text}
        yield {"b" * text: "a"}
        if hint == JsonObject:
            deep: object = None
            for _ in range(100):
                deep = [deep]
            yield {"a": deep}
    elif attrs.has(hint):
        row = cast("dict[str, object]", filler(hint))
        for name, of_field in typing.get_type_hints(hint, include_extras=True).items():
            yield from ({**row, name: each} for each in too_large(of_field, text))
    else:
        known = (int, bool, type(None), UnsetType)
        assert origin is Literal or hint in known or hint.__name__ == "datetime", hint


@pytest.mark.parametrize(("cls", "field"), PLACES)
def test_no_parameter_is_without_a_bound(cls: type[Statement[Any]], field: "attrs.Attribute[Any]") -> None:
    hint = typing.get_type_hints(cls, include_extras=True)[field.name]
    convert = cast("Callable[[object], object]", field.converter)
    for value in too_large(hint, cast("int", cls.source.library.bounds.text)):
        with pytest.raises(
            ParameterError, match=rf"^{cls.query_name}: {field.name}: (Expected .*(at most|length <=)|more than) "
        ):
            convert(value)


LIBRARY_TEXT = "-- Whatever is asked.\nSELECT :v::text AS r, :w::jsonb AS s"


@attrs.frozen
class Row:
    r: str
    s: object


def ask(root: Path, hint: object, bounds: Bounds | None = None) -> Callable[..., Many[Row]]:
    """A query whose parameter `w` has this type, of a library with these bounds."""
    write(root, "mine/ask.sql", LIBRARY_TEXT)
    library = Library(root, bounds=bounds) if bounds else Library(root)
    body = {"__annotations__": {"v": str, "w": hint}, "v": "v"}
    asked = types.new_class("Ask", (Many[Row],), exec_body=lambda namespace: namespace.update(body))
    return cast("Callable[..., Many[Row]]", engine.query("mine/ask.sql", library=library)(cast("Any", asked)))


def test_a_type_says_its_bounds_and_a_library_those_of_the_others(tmp_path: Path) -> None:
    short = Annotated[str, Bounds(text=3)]
    make = ask(tmp_path, Annotated[tuple[short, ...], Bounds(items=2)], Bounds(text=5))
    assert make(w=["abc", "def"], v="abcde")
    for given, problem in (
        ({"w": ["abc", "defg"]}, r"w: Expected a text of at most 3 characters at \$\[1\]"),
        ({"w": ["a", "b", "c"]}, "w: Expected at most 2 items"),
        ({"w": [], "v": "abcdef"}, "v: Expected a text of at most 5 characters"),
    ):
        with pytest.raises(ParameterError, match=rf"^mine\.Ask: {problem}$"):
            make(**given)


@attrs.frozen
class Named(Generic[T]):
    name: T


def test_the_type_of_a_generic_class_says_its_bounds(tmp_path: Path) -> None:
    make = ask(tmp_path, tuple[Named[Annotated[str, Bounds(text=3)]], ...])
    for rows in ([Named("abcd")], [*[Named("abc")] * 20, Named("abcd")]):
        with pytest.raises(ParameterError, match=rf"at most 3 characters at \$\[{len(rows) - 1}\]\.name$"):
            make(w=rows)


def test_json_is_bounded_as_a_whole(tmp_path: Path) -> None:
    make = ask(tmp_path, Annotated[object, Bounds(text=6, nodes=5, levels=2)])
    assert make(w=["abc", {"d": "ef"}])
    for value, problem in (
        (["abc", {"d": "efg"}], "Expected a text of at most 6 characters"),
        ([1, 2, 3, 4, 5], "Expected at most 5 values in lists and objects"),
        ([[[1]]], "more than 2 levels of lists and objects"),
    ):
        with pytest.raises(ParameterError, match=rf"^mine\.Ask: w: {problem}$"):
            make(w=value)


def test_of_two_types_with_bounds_nothing_says_which_is_meant(tmp_path: Path) -> None:
    with pytest.raises(StatementError, match="^a union of two types with Bounds"):
        ask(tmp_path, Annotated[str, Bounds(text=3)] | list[str])


@pytest.mark.parametrize("path", sorted((ROOT / "sql").glob("*/**/*.sql")), ids=lambda path: path.name)
def test_what_is_made_of_a_text_is_made_once(path: Path) -> None:
    """In a SELECT of its own. A plan for all values would make it for each row, however long the text is."""
    text = path.read_text("utf-8")
    for found in re.finditer(r"\b(lower|upper|translate|replace|regexp_replace)\((\w+\()*:\w", text):
        before = text[: found.start()]
        inside = before[before.rfind("(SELECT") :]
        assert inside.startswith("(SELECT"), found[0]
        assert inside.count("(") > inside.count(")"), found[0]


def nested(levels: int) -> JsonObject:
    value: object = "x"
    for _ in range(levels):
        value = {"a": value}
    return cast("JsonObject", value)


def deeper(frames: int, function: Callable[[], Any]) -> Any:
    return function() if frames == 0 else deeper(frames - 1, function)


def test_how_deep_json_may_be_does_not_depend_on_the_caller(connection: psycopg.Connection[Any]) -> None:
    querier = Querier(connection)

    def write_and_read(slug: str) -> object:
        with pytest.raises(ParameterError, match="address: more than 100 levels of lists and objects"):
            blog.CreateOrganization(name="n", slug=slug, address=nested(101))
        querier.execute(blog.CreateOrganization(name="n", slug=slug, address=nested(100)))
        found = querier.fetch(blog.GetOrganization(slug=slug))
        return found and found.address

    for frames in (0, sys.getrecursionlimit() // 2):
        assert deeper(frames, partial(write_and_read, f"o{frames}")) == nested(100)


def test_what_another_writer_nested_too_deep_is_an_error_of_its_row(connection: psycopg.Connection[Any]) -> None:
    querier = Querier(connection)
    querier.execute(blog.CreateOrganization(name="n", slug="o"))
    connection.execute("UPDATE blog_organizations SET address = %s", [text_nested(5_000)])
    for query in (blog.GetOrganization(slug="o"), blog.ListOrganizations()):
        for frames in (0, 400):
            with pytest.raises(ResultError, match=rf"^{query.query_name}: .*JSON that is nested too deep"):
                deeper(frames, partial(querier.fetch, query))
    assert querier.fetch(blog.CountOrganizations()).count == 1


@pytest.mark.parametrize("levels", [101, 1_500, 2_400, 100_000])
def test_what_a_visitor_nests_too_deep_is_refused(levels: int) -> None:
    """In a body and in a cursor, by whatever caller."""
    body = f'{{"name": "n", "slug": "s", "address": {text_nested(levels)}}}'.encode()
    make = partial(from_json, blog.CreateOrganization, ["name", "slug", "address"], body)
    for frames in (0, 400):
        with pytest.raises(
            ParameterError, match=r"^blog\.CreateOrganization: (address: more than 100|body: JSON that)"
        ):
            deeper(frames, make)
        for text in (text_nested(levels)[:7_400], "[" * min(levels, 7_400)):
            with pytest.raises(ParameterError, match=r"^blog\.ListPosts: after: not a cursor"):
                deeper(frames, partial(blog.ListPosts, after=Cursor.of(text)))


def text_nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def test_texts_are_not_kept_for_ever() -> None:
    """Whoever may change some fields chooses which: of 2^n texts, the last 200 are kept."""
    names = [field.name for field in attrs.fields(cast("Any", services.ChangeListing)) if field.default is UNSET][:10]
    values: dict[str, Any] = {
        "slug": "s",
        "base_price": "1",
        "status": "active",
        "price_type": "free",
        "currency": "EUR",
    }
    for chosen in range(2**9):
        given = {
            name: values.get(name, 1 if "minutes" in name else "x")
            for bit, name in enumerate(names)
            if chosen >> bit & 1
        }
        services.ChangeListing(id="l", **given).compose()
    assert len(services.ChangeListing._composed) == 200
    assert services.ChangeListing(id="l").compose() is services.ChangeListing(id="l").compose()


def test_classes_are_not_kept_for_ever() -> None:
    """Classes that a program makes for as long as it runs, and those made for `into`."""

    kept = cast("Any", queries._with_result_class)
    assert kept.cache_parameters()["maxsize"] == 2_000
    before = kept.cache_info().misses  # the tests before may have filled it
    blog.GetPost(slug="s").into(attrs.make_class("Row", {"slug": attrs.field(type=str)}, frozen=True))
    assert kept.cache_info().misses == before + 1
