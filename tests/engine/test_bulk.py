"""Many rows at once are checked as one row is: the same values arrive, and the same are refused, with their place."""

import datetime
import uuid
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import psycopg
import pytest
from msgspec import UNSET, UnsetType

from concordia_sql import Bounds, Convert, Many, ParameterError, Querier, engine
from tests.support.statements import library_of, query, write

MANY = 25
PLACE = 17


def _lower(value: str) -> str:
    if "@" in value:
        raise ParameterError("Expected no @")
    return value.lower()


class Mood(StrEnum):
    GOOD = "good"


class Text(str):
    __slots__ = ()


class Texts(dict[str, object]):
    pass


@attrs.frozen(kw_only=True)
class Row:
    short: Annotated[str, Bounds(text=5)] | None = "short"
    lower: Annotated[str, Convert(_lower)] = "lower"
    texts: Annotated[dict[str, str | None], Bounds(text=12, nodes=5, levels=1)] | None = attrs.field(
        factory=lambda: dict[str, str | None](en="text")
    )
    deep: Annotated[dict[str, object], Bounds(text=100, nodes=20, levels=3)] = attrs.field(factory=lambda: {"a": "b"})
    free: object = "free"
    flat: Annotated[object, Bounds(levels=0)] = "flat"
    number: int = 1
    kind: Literal["a", "b"] | UnsetType = "a"


@attrs.frozen
class Result:
    r: Any


@attrs.frozen
class Flat:
    texts: dict[str, str]
    other: int = 0


@attrs.frozen
class Other:
    short: object = "other"


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield Querier(connection)


@pytest.fixture
def ask(tmp_path: Path, server: Querier) -> Callable[[Sequence[Any]], list[Any]]:
    """Send rows, and give them as PostgreSQL reads them."""

    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT v.value AS r FROM jsonb_array_elements(:v::jsonb) AS v"))
    class Ask(Many[Result]):
        v: Sequence[Row]

    return lambda rows: [found.r for found in server.fetch(Ask(v=rows))]


def _refusal(ask: Callable[[Sequence[Any]], list[Any]], rows: Sequence[Any]) -> str:
    with pytest.raises(ParameterError) as raised:
        ask(rows)
    return str(raised.value)


def _among_others(row: Any) -> list[Any]:
    return [row if number == PLACE else Row(number=number) for number in range(MANY)]


@pytest.mark.parametrize("changes", [
    {}, {"short": None}, {"short": ""}, {"short": "12345"}, {"short": "a\nb"}, {"short": "\u0338"},
    {"short": Mood.GOOD}, {"lower": "LOWER"}, {"lower": "Ok"}, {"texts": None}, {"texts": {}}, {"texts": {"en": None}},
    {"texts": {"en": "1234567890"}}, {"texts": {"en": "1", "fr": "2\t"}}, {"texts": Texts(en="text")},
    {"deep": {"a": ["b", {"c": "d"}]}}, {"deep": {"a": 1.5, "b": True, "c": None, "d": -(2**63)}}, {"deep": {}},
    {"free": None}, {"free": {"a": 1}}, {"free": [1, [2]]}, {"free": 0.1}, {"free": True}, {"free": 2**65},
    {"free": 10**30}, {"free": {"a": 10**30}},
    {"deep": {"a": 2**64}},
    {"number": 0}, {"number": -(2**63)}, {"number": 10**30}, {"kind": "b"}, {"kind": UNSET},
])  # fmt: skip
def test_a_row_among_many_arrives_as_it_does_alone(
    ask: Callable[[Sequence[Any]], list[Any]], changes: dict[str, Any]
) -> None:
    row = Row(**changes)
    given = {name: value for name, value in attrs.asdict(row).items() if value is not UNSET}
    (alone,) = ask([row])
    assert alone == {**attrs.asdict(Row()), **given, "lower": row.lower.lower()}
    others = [{**attrs.asdict(Row()), "number": number} for number in range(MANY)]
    assert ask(_among_others(row)) == [*others[:PLACE], alone, *others[PLACE + 1 :]]
    assert ask([row] * MANY) == [alone] * MANY


@pytest.mark.parametrize("changes", [
    {"short": "123456"}, {"short": "a\0"}, {"short": "\ud800"}, {"short": 5},
    {"short": Text("it")}, {"lower": "a@b"}, {"lower": None},
    {"texts": {"en": "12345678901"}}, {"texts": {"en": "1\0"}}, {"texts": {"\ud800": "1"}}, {"texts": {"e\0": "1"}},
    {"texts": {"a": "1", "b": "2", "c": "3"}}, {"texts": {"a": {"b": "c"}}}, {"texts": {1: "one"}}, {"texts": []},
    {"deep": {"a": {"b": {"c": {}}}}}, {"deep": {"a": {"b": {"c": {"d": 1}}}}}, {"deep": {"a": "x" * 100}},
    {"deep": {"a": float("nan")}}, {"deep": {"a": list(range(20))}}, {"deep": {"a": {1: 2}}},
    {"free": {1: 2}}, {"free": {None: 2}}, {"free": {True: 2}}, {"free": float("inf")}, {"free": "\0"},
    {"free": {"a": "\0"}}, {"free": {"a": {1: 2}}}, {"free": {"a": datetime.datetime.max}},
    {"free": datetime.datetime(2026, 1, 1)}, {"free": b"a"}, {"number": "1"}, {"flat": {"a": 1}}, {"kind": "c"},
    {"kind": None},
])  # fmt: skip
def test_a_row_among_many_is_refused_as_it_is_alone(
    ask: Callable[[Sequence[Any]], list[Any]], changes: dict[str, Any]
) -> None:
    row = Row(**changes)
    if changes == {"deep": {"a": {"b": {"c": {}}}}}:
        assert ask(_among_others(row))[PLACE] == ask([row])[0]  # an empty one is not a level
        return
    refusal = _refusal(ask, [row])
    assert _refusal(ask, _among_others(row)) == refusal.replace("[0]", f"[{PLACE}]")
    assert _refusal(ask, [row] * MANY) == refusal


def test_many_rows_of_another_class_are_read_by_their_fields(ask: Callable[[Sequence[Any]], list[Any]]) -> None:
    assert "[17]" in _refusal(ask, _among_others(5))
    assert _refusal(ask, [Other(5)] * MANY) == _refusal(ask, [Other(5)])
    assert ask([Other()] * MANY) == ask([Row(short="other")] * MANY)
    assert ask([attrs.asdict(Row())] * MANY) == ask([Row()] * MANY)


@attrs.frozen
class Typed:
    moment: datetime.datetime | None
    id: uuid.UUID
    mood: Mood
    share: float
    texts: dict[str, str | None] | str


@attrs.define
class Open:
    short: Annotated[str, Bounds(text=5)]
    texts: dict[str, str]


@attrs.frozen
class Validated:
    short: str = attrs.field(validator=attrs.validators.max_len(5))
    texts: dict[str, str]


@pytest.mark.parametrize(
    ("row_class", "values"),
    [
        (Typed, (datetime.datetime(2026, 1, 1), uuid.UUID(int=1), Mood.GOOD, 0.5, {"en": "text"})),
        (Typed, (None, str(uuid.UUID(int=1)), "good", 1, "text")),
        (Typed, ("2026-01-01T00:00:00", str(uuid.UUID(int=1)), "good", 2, {"en": None})),
        (Open, ("12345", {"en": "text"})),
        (Validated, ("12345", {"en": "text"})),
    ],
)
def test_many_rows_become_what_one_does(tmp_path: Path, row_class: Any, values: Sequence[Any]) -> None:
    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :v::jsonb AS r"))
    class Ask(Many[Result]):
        v: Sequence[row_class]  # pyright: ignore[reportInvalidTypeForm]

    row = row_class(*values)
    (alone,), many = Ask(v=[row]).v, Ask(v=[row] * MANY).v
    assert many == (alone,) * MANY
    assert [type(value) for each in many for value in attrs.astuple(each)] == [
        type(value) for value in attrs.astuple(alone)
    ] * MANY
    assert {type(each) for each in many} == {row_class}
    assert not any(each.texts is row.texts and isinstance(row.texts, dict) for each in many)


def test_many_rows_that_are_in_themselves_are_refused(ask: Callable[[Sequence[Any]], list[Any]]) -> None:
    endless: list[Any] = []
    endless += [endless] * MANY
    inside: dict[str, Any] = {}
    inside["a"] = inside
    for rows in (endless, [Row(free=endless)] * MANY, [Row(deep=inside)] * MANY):
        assert "more than 100 levels of lists and objects" in _refusal(ask, rows)


@pytest.mark.parametrize(("levels", "fits"), [(2, False), (3, True)])
def test_many_rows_are_as_deep_as_their_library_allows(tmp_path: Path, levels: int, *, fits: bool) -> None:
    path = write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :v::jsonb AS r")

    @engine.query("mine/ask.sql", library=attrs.evolve(library_of(path), bounds=Bounds(levels=levels)))
    class Ask(Many[Result]):
        v: Sequence[Flat]

    rows = [Flat({"a": "b"})] * MANY
    if fits:
        assert Ask(v=rows).v == tuple(rows)
    else:
        with pytest.raises(ParameterError, match="more than 2 levels of lists and objects"):
            Ask(v=rows)


def test_a_text_among_objects_is_bounded_as_they_are(tmp_path: Path) -> None:
    @attrs.frozen
    class Mixed:
        texts: Annotated[dict[str, str] | str, Bounds(text=10)]
        other: int = 0

    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :v::jsonb AS r"))
    class Ask(Many[Result]):
        v: Sequence[Mixed]

    rows = [Mixed({"en": "12345"}), Mixed("1234567890")] * MANY
    assert Ask(v=rows).v == tuple(rows)
    for wrong in ("12345678901", {"en": "1234567890"}):
        with pytest.raises(ParameterError, match=r"at most 10 characters at \$\[50\]\.texts"):
            Ask(v=[*rows, Mixed(wrong)])


def test_what_the_caller_changes_later_in_many_rows_is_not_sent(tmp_path: Path, server: Querier) -> None:
    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :v::jsonb -> 0 -> 'free' AS r"))
    class Ask(Many[Result]):
        v: Sequence[Row]

    given: dict[str, Any] = {"a": 1}
    asked = Ask(v=[Row(free=given)] * MANY)
    given["a"] = float("nan")
    assert server.fetch(asked) == [Result({"a": 1})]
