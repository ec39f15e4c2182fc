"""The values of parameters arrive as they are, whatever the text does with them, or they are refused."""

import copy
import datetime
import pickle
import types
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import attrs
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from concordia_sql import Bounds, Convert, JsonObject, Many, ParameterError, Querier, StatementError, blog
from tests.support.statements import query, write

T = TypeVar("T")
NOON = datetime.datetime(2026, 1, 1, 12)


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield Querier(connection)


@attrs.frozen
class Result:
    r: Any


class Status(Enum):
    PUBLISHED = "published"


class Size(Enum):
    SMALL = 1
    LARGE = 2


@attrs.frozen
class Sized:
    size: Size


@attrs.frozen
class Nested:
    inner: Sequence["Nested"] = ()


class Mood(StrEnum):
    GOOD = "good"


class Text(str):
    """A text that spells itself otherwise."""

    __slots__ = ()

    def __str__(self) -> str:
        return "another"

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"another"


@attrs.frozen
class Free:
    a: int
    free: object


@attrs.frozen
class Item:
    id: uuid.UUID
    at: datetime.datetime
    day: datetime.date
    price: Decimal
    mood: Status | None
    big: int


Ask = Callable[..., list[Any]]


@pytest.fixture
def ask(tmp_path: Path, server: Querier) -> Ask:
    """Ask with `v`, a value of this type, and give the column `r`."""

    def fetch(hint: object, value: object, text: str, row: Any = Result) -> list[Any]:
        body = {"__annotations__": {"v": hint}}
        made = types.new_class("Ask", (Many[row],), exec_body=lambda names: names.update(body))
        asked: Any = query(write(tmp_path, "mine/ask.sql", f"-- A.\n{text}"))(made)
        return [found.r for found in server.fetch(asked(v=value))]

    return fetch


@pytest.mark.parametrize("text", [
    "SELECT :v::jsonb AS r",
    "SELECT :v :: jsonb AS r",
    "SELECT :v -- a comment\n ::/* and */jsonb AS r",
    "SELECT :v::JSONB AS r",
    'SELECT :v::"jsonb" AS r',
    "SELECT :v::pg_catalog.jsonb AS r",
    "SELECT (:v)::jsonb AS r",
    "SELECT 1 AS a, ((:v))::jsonb AS r",
    "SELECT CAST(:v AS jsonb) AS r",
    "SELECT cast /* as */ ( (:v) AS\n jsonb ) AS r",
])  # fmt: skip
@pytest.mark.parametrize("value", ["1", "null", "a", '"', ""])
def test_a_text_that_is_cast_to_jsonb_is_that_text(ask: Ask, text: str, value: str) -> None:
    assert ask(str, value, text) == [value]


@pytest.mark.parametrize("cast", [":v::jsonb", ":v::json", "CAST(:v AS json)", "(:v) :: JSON"])
def test_an_object_is_sent_as_json(ask: Ask, cast: str) -> None:
    assert ask(dict[str, int], {"a": 1}, f"SELECT {cast} AS r") == [{"a": 1}]
    assert ask(tuple[int, ...], [1, 2], f"SELECT {cast} AS r") == [[1, 2]]


def test_a_text_that_is_cast_to_json_is_json_already(ask: Ask) -> None:
    assert ask(str, '["a", 1]', "SELECT :v::json ->> 0 AS r") == ["a"]


@pytest.mark.parametrize(("text", "expected"), [
    ("SELECT :v::text AS r WHERE :v::jsonb IS NOT NULL", "abc"),
    ("SELECT :v AS r FROM (SELECT :v::jsonb AS x) AS t WHERE :v::text <> '\"abc\"'", "abc"),
    ("SELECT :v::jsonb ->> 0 AS r WHERE :v = 'abc' AND :v::varchar(2) = 'ab'", "abc"),
    ("SELECT to_jsonb(:v::text) = :v::jsonb AS r", True),
    ("SELECT concat((:v)::jsonb, :v::text) AS r", '"abc"abc'),
])  # fmt: skip
def test_json_beside_text(ask: Ask, text: str, expected: object) -> None:
    assert ask(str, "abc", text) == [expected]


@pytest.mark.parametrize(("text", "expected"), [
    ("SELECT (:v::timestamp)::text AS r FROM (SELECT :v::date AS d) AS w WHERE w.d IS NOT NULL", "2026-01-01 12:00:00"),
    ("SELECT :v::timestamp(0)::text AS r WHERE CAST(:v AS date) < :v::timestamp", "2026-01-01 12:00:00"),
    ("SELECT :v::time without time zone::text AS r WHERE :v::date = CAST(:v AS timestamp without time zone)::date",
     "12:00:00"),
    ("SELECT (:v::timestamp with time zone)::text AS r WHERE :v::timestamp IS NOT NULL", "2026-01-01 12:00:00+00"),
    ("SELECT (:v::timestamptz[])[1]::text AS r WHERE :v::text[] IS NOT NULL", None),
])  # fmt: skip
def test_no_cast_decides_for_another(ask: Ask, text: str, expected: object) -> None:
    if expected is None:
        assert ask(tuple[datetime.datetime, ...], [NOON], text) == ["2026-01-01 12:00:00+00"]
    else:
        assert ask(datetime.datetime, NOON, text) == [expected]


def test_what_has_no_cast_is_of_the_type_that_its_file_casts_it_to(ask: Ask) -> None:
    assert ask(int, 5, "SELECT concat(:v::smallint, pg_typeof(:v)) AS r") == ["5smallint"]
    assert ask(str | None, None, "SELECT 1 AS r WHERE :v::text IS NULL AND :v IS NULL") == [1]


@attrs.frozen
class Dated:
    a: int
    is_new: bool | None


@attrs.frozen
class Plain:
    a: int


def test_a_cast_in_a_shape_changes_nothing_elsewhere(tmp_path: Path, server: Querier) -> None:
    shape = "SELECT\n    t.a,\n    (t.d >= :at::date) AS is_new\nFROM (VALUES (1, '2026-01-01'::timestamp)) AS t (a, d)"
    write(tmp_path, "mine/shapes/dated.sql", f"-- A.\n{shape}")
    text = "-- A.\n-- uses: mine/dated\nSELECT mine_dated.* FROM mine_dated WHERE '2026-01-01 10:00'::timestamp < :at"

    @query(write(tmp_path, "mine/list.sql", text))
    class List(Many[Dated]):
        at: datetime.datetime

    assert server.fetch(List(at=NOON)) == [Dated(1, True)]
    assert server.fetch(List(at=NOON).into(Plain)) == [Plain(1)]
    assert server.fetch(List(at=NOON.replace(hour=9))) == []


def test_two_files_that_cast_nothing_each_have_their_own_type(tmp_path: Path, server: Querier) -> None:
    write(
        tmp_path,
        "mine/shapes/day.sql",
        "-- A.\nSELECT\n    t.d\nFROM (VALUES ('2026-01-01'::date)) AS t (d)\nWHERE t.d = :at",
    )
    text = "-- A.\n-- uses: mine/day\nSELECT 1 AS a FROM mine_day WHERE '2026-01-01 10:00'::timestamp < :at"

    @query(write(tmp_path, "mine/list.sql", text))
    class List(Many[Plain]):
        at: datetime.datetime

    assert server.fetch(List(at=NOON)) == [Plain(1)]


@pytest.mark.parametrize("text", [
    "SELECT (:v)::text AS r",
    "SELECT s AS r FROM (VALUES ('published')) AS t (s) WHERE t.s = :v",
    "SELECT :v::jsonb AS r",
    "SELECT :v::json AS r",
])  # fmt: skip
def test_an_enumeration_is_sent_by_value(ask: Ask, text: str) -> None:
    assert ask(Status, Status.PUBLISHED, text) == ["published"]


def test_an_enumeration_in_lists_and_objects_is_sent_by_value(ask: Ask) -> None:
    assert ask(tuple[Status, ...], [Status.PUBLISHED], "SELECT (:v::text[])[1] AS r") == ["published"]
    assert ask(tuple[Status, ...], [Status.PUBLISHED], "SELECT :v::jsonb AS r") == [["published"]]
    assert ask(dict[str, object], {"a": Status.PUBLISHED}, "SELECT :v::jsonb AS r") == [{"a": "published"}]


def test_members_of_numbers_are_their_numbers(ask: Ask) -> None:
    assert ask(Size, Size.SMALL, "SELECT :v::integer::text AS r") == ["1"]
    assert ask(Size | None, Size.LARGE, "SELECT :v::integer::text AS r") == ["2"]
    assert ask(Sequence[Size], [Size.LARGE, Size.SMALL], "SELECT :v::integer[]::text AS r") == ["{2,1}"]
    assert ask(Sequence[Sized], [Sized(Size.SMALL)], "SELECT :v::jsonb AS r") == [[{"size": 1}]]
    with pytest.raises(ParameterError, match="Expected `int`, got `Size`"):
        ask(int, Size.SMALL, "SELECT :v::integer AS r")


@pytest.mark.parametrize("hint", [str | int, Annotated[str, Bounds(text=3)] | int, Size | str])
def test_a_union_of_texts_and_numbers_takes_either(ask: Ask, hint: Any) -> None:
    assert ask(hint, "abc", "SELECT :v::text AS r") == ["abc"]
    assert ask(hint, 1, "SELECT :v::text AS r") == ["1"]


def test_a_type_that_holds_itself_is_refused(ask: Ask) -> None:
    with pytest.raises(StatementError, match="v: its type holds itself"):
        ask(Sequence[Nested], [], "SELECT :v::jsonb AS r")


def test_what_converts_one_type_of_a_union_leaves_the_other(ask: Ask) -> None:
    hint = Annotated[str, Convert(str.upper)] | int
    assert ask(hint, "a", "SELECT :v::text AS r") == ["A"]
    assert ask(hint, 1, "SELECT :v::text AS r") == ["1"]


def test_a_text_of_a_union_has_its_bounds(ask: Ask) -> None:
    with pytest.raises(ParameterError, match="at most 3 characters"):
        ask(Annotated[str, Bounds(text=3)] | int, "abcd", "SELECT :v::text AS r")
    with pytest.raises(ParameterError, match="at most 10,000 items"):
        ask(Sequence[int] | int, [1] * 10_001, "SELECT 1 AS r WHERE :v::integer[] IS NOT NULL")
    assert ask(Sequence[int] | int, 5, "SELECT :v::text AS r") == ["5"]
    texts: list[str | int] = [*range(10), "abcd"]
    with pytest.raises(ParameterError, match=r"at most 3 characters at \$\[10\]"):
        ask(Sequence[Annotated[str, Bounds(text=3)] | int], texts, "SELECT :v::jsonb AS r")


@pytest.mark.parametrize("value", [
    None, True, 1, -0.0, 1.5, 1e22, 5e-324, 2**53 + 1, 2**64, 10**30, "é 👋", "", [], {}, [[None, {"": [1]}]],
    {"b": 1, "a": [2, "x"]}, (1, (2, 3)), Status.PUBLISHED, [Mood.GOOD],
])  # fmt: skip
def test_free_json_reads_back_equal(ask: Ask, value: Any) -> None:
    found = ask(dict[str, object], {"v": value}, "SELECT :v::jsonb AS r")
    expected = {(1, (2, 3)): [1, [2, 3]], Status.PUBLISHED: "published"}.get(
        value if isinstance(value, tuple | Status) else None, value
    )
    assert found == [{"v": expected}]


@pytest.mark.parametrize("value", [
    float("nan"), float("inf"), float("-inf"), b"x", bytearray(b"x"), {1}, frozenset(), Decimal("1.10"), Decimal("1.5"),
    Decimal("NaN"), NOON, NOON.date(), NOON.time(), datetime.timedelta(1), uuid.UUID(int=5), object(), {1: 2},
    {None: 1}, {Status.PUBLISHED: 1}, 10**5000, 1j, Text("x"), {"a": Text("x")},
], ids=lambda value: type(value).__name__)  # fmt: skip
@pytest.mark.parametrize("inside", [
    lambda value: value,
    lambda value: [value],
    lambda value: ({"a": [[{"b": value}]]},),
    lambda value: Free(a=1, free=value),
])  # fmt: skip
def test_what_json_would_change_is_refused_at_any_depth(ask: Ask, inside: Callable[[Any], Any], value: object) -> None:
    for text in ("SELECT :v::jsonb AS r", "SELECT CAST(:v AS json) AS r"):
        with pytest.raises(
            ParameterError, match=r"^mine\.Ask: v: a \w+ that would be changed in JSON, or cannot be in"
        ):
            ask(dict[str, object], {"v": inside(value)}, text)
    if isinstance(inside(1), Free):
        with pytest.raises(
            ParameterError, match=r"^mine\.Ask: v: a \w+ that would be changed in JSON, or cannot be in"
        ):
            ask(tuple[Free, ...], [Free(a=1, free=1), inside(value)], "SELECT :v::jsonb AS r")


def test_rows_arrive_as_they_are(ask: Ask) -> None:
    west = datetime.timezone(datetime.timedelta(hours=-5))
    rows = [
        Item(id=uuid.UUID(int=5), at=NOON, day=NOON.date(), price=Decimal("1.50"), mood=Status.PUBLISHED, big=2**62),
        Item(id=uuid.UUID(int=6), at=NOON.replace(tzinfo=west), day=NOON.date(), price=Decimal(0), mood=None, big=1),
    ]
    text = (
        "SELECT concat_ws(' ', i.id, i.at, i.day, i.price, i.mood, i.big) AS r FROM jsonb_to_recordset(:v::jsonb) AS i "
        "(id uuid, at timestamp, day date, price numeric, mood text, big bigint) ORDER BY i.id"
    )
    expected = [
        "00000000-0000-0000-0000-000000000005 2026-01-01 12:00:00 2026-01-01 1.50 published 4611686018427387904",
        "00000000-0000-0000-0000-000000000006 2026-01-01 17:00:00 2026-01-01 0 1",
    ]
    assert ask(tuple[Item, ...], rows, text) == expected
    assert ask(tuple[Item, ...] | None, rows, text) == expected


@pytest.mark.parametrize("wrong", [{"price": Decimal("NaN")}, {"big": "x"}, {"at": datetime.datetime.max.replace(
    tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))}])  # fmt: skip
@pytest.mark.parametrize("hint", [tuple[Item, ...], Sequence[Item] | None])
def test_a_row_that_cannot_be_sent_is_refused(ask: Ask, hint: object, wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"id": uuid.UUID(int=5), "at": NOON, "day": NOON.date(), "price": Decimal(1), "mood": None}
    values: dict[str, Any] = {**good, "big": 1, **wrong}
    with pytest.raises(ParameterError, match=r"^mine\.Ask: v: "):
        ask(hint, [Item(**values)], "SELECT :v::jsonb AS r")


def nested(levels: int, inside: Any = "x") -> Any:
    for level in range(levels):
        inside = [inside] if level % 2 else {"a": inside}
    return inside


def test_json_is_as_deep_as_documented(ask: Ask) -> None:
    assert ask(dict[str, object], {"v": nested(99)}, "SELECT :v::jsonb AS r") == [{"v": nested(99)}]
    endless: list[Any] = []
    endless += [endless, endless]
    for value in (nested(100), nested(100_000), [nested(99)], endless):
        with pytest.raises(ParameterError, match=r"^mine\.Ask: v: more than 100 levels of lists and objects$"):
            ask(dict[str, object], {"v": value}, "SELECT :v::jsonb AS r")


def test_what_the_caller_changes_later_is_not_sent(tmp_path: Path, server: Querier) -> None:
    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :v::jsonb AS r"))
    class Ask(Many[Result]):
        v: JsonObject

    given: dict[str, Any] = {"a": [1]}
    asked = Ask(v=given)
    given["a"].append(float("nan"))
    assert server.fetch(asked) == [Result({"a": [1]})]


def test_what_the_caller_changes_later_in_a_row_is_not_sent(tmp_path: Path, server: Querier) -> None:
    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :v::jsonb AS r"))
    class Ask(Many[Result]):
        v: Sequence[Free]

    given: dict[str, Any] = {"a": [1, {"b": "c"}]}
    rows = [Free(a=1, free=given)]
    asked = Ask(v=rows)
    given["a"][1]["b"] = float("nan")
    given["a"].append(float("nan"))
    rows.append(Free(a=2, free=float("nan")))
    assert server.fetch(asked) == [Result([{"a": 1, "free": {"a": [1, {"b": "c"}]}}])]


# Single values


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_the_largest_int(ask: Ask, value: int) -> None:
    assert ask(int, value, "SELECT :v::bigint AS r") == [value]
    assert ask(tuple[int, ...], [value], "SELECT (:v::bigint[])[1] AS r") == [value]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30, 10**400])
def test_an_int_past_bigint_is_refused(ask: Ask, value: int) -> None:
    problem = r"^mine\.Ask: v: an int that bigint cannot hold; for a larger one, cast the parameter to numeric$"
    for text in ("SELECT :v::bigint AS r", "SELECT 1 AS r WHERE 1 < :v", "SELECT :v::numeric AS r WHERE :v::int8 > 1"):
        with pytest.raises(ParameterError, match=problem):
            ask(int, value, text)
    with pytest.raises(ParameterError, match=problem):
        ask(tuple[int, ...], [1, value], "SELECT :v::bigint[] AS r")
    assert ask(int, value, "SELECT :v::numeric = :v AS r") == [True]


def test_a_subclass_of_str_is_sent_as_the_text_that_it_is(ask: Ask) -> None:
    assert ask(str, Text("it"), "SELECT :v::text AS r") == ["it"]
    assert ask(str, Text("it"), "SELECT :v::jsonb AS r") == ["it"]
    assert ask(tuple[str, ...], [Text("it")], "SELECT (:v::text[])[1] AS r") == ["it"]
    assert ask(str, Mood.GOOD, "SELECT :v::text AS r") == ["good"]


# Queries and commands as values


def test_a_command_that_holds_objects_is_hashable() -> None:
    given: dict[str, Any] = {"v": [1, {"a": (2, "x")}], "w": None}
    addresses: list[JsonObject] = [given, dict(given), {"v": [2]}]
    one, same, other = (blog.ChangeOrganization(id="o", address=each) for each in addresses)
    assert one == same != other
    assert hash(one) == hash(same)
    assert {one, same, other} == {one, other}
    turned = blog.ChangeOrganization(id="o", address=dict(reversed(given.items())))
    assert (turned, hash(turned)) == (one, hash(one))
    assert hash(one.into(Id)) == hash(same.into(Id))
    rows = [blog.NewComment(post_id="p", author_name="n", author_email="e@e.eu", content={"fr": "x"}, in_language="fr",
                            status="approved")]  # fmt: skip
    assert hash(blog.AddComments(comments=rows)) == hash(blog.AddComments(comments=list(rows)))


@attrs.frozen
class Id:
    id: str


@attrs.frozen
class Held(Generic[T]):
    id: T


def test_queries_and_commands_pickle() -> None:
    for value in (
        blog.GetPost(slug="p"),
        blog.GetPost(slug="p").into(Id),
        blog.GetPost(slug="p").into(Held[str]),
        blog.ListPosts(status="published").into(Id),
        blog.ChangeOrganization(id="o", address={"a": [1]}),
        blog.ChangeOrganization(id="o", address={"a": [1]}).into(Held[str]),
        blog.ChangeOrganization(id="o"),
    ):
        found = pickle.loads(pickle.dumps(value))
        assert (found, hash(found), found.result_class) == (value, hash(value), value.result_class)
        assert found.compose().text == value.compose().text
        assert copy.deepcopy(value) == value


def test_a_decimal_is_a_number_in_json(ask: Ask) -> None:
    assert ask(Decimal, Decimal("1.50"), "SELECT jsonb_typeof(:v::jsonb) || :v::jsonb AS r") == ["number1.50"]


@pytest.mark.parametrize("cast", ["jsonb[]", "jsonb []", "jsonb ARRAY", "JSON[]"])
def test_each_element_of_an_array_of_json_is_json(ask: Ask, cast: str) -> None:
    values: list[object] = [{"a": 1}, [1, "b"], 5, None]
    assert ask(Sequence[object], values, f"SELECT to_json(:v::{cast}) AS r") == [values]
    assert ask(Sequence[object] | None, None, f"SELECT to_json(:v::{cast}) AS r") == [None]
    with pytest.raises(ParameterError, match=r"^mine\.Ask: v: a float that would be changed in JSON"):
        ask(Sequence[object], [float("nan")], f"SELECT to_json(CAST(:v AS {cast}) || :v::jsonb[]) AS r")


def test_a_text_in_an_array_is_json_already_where_it_is_cast_to_json(ask: Ask) -> None:
    assert ask(Sequence[str], ['{"a": 1}'], "SELECT to_json(:v::json[]) AS r") == [[{"a": 1}]]
    assert ask(Sequence[str], ['{"a": 1}'], "SELECT to_json(:v::jsonb[]) AS r") == [['{"a": 1}']]


def test_texts_in_an_array_arrive_as_they_are(ask: Ask) -> None:
    texts = ['"', "\\", '\\"', "{}", "a,b", "", " ", "NULL", "null", "a\nb\t", "é 👋", "'", '{"a": ["b"]}', "\\\\x00"]
    for sent in texts, texts[::-1], ["plain"], []:
        assert ask(Sequence[str], sent, "SELECT to_json(:v::text[]) AS r") == [sent]
        assert ask(Sequence[str] | None, sent, "SELECT to_json(:v::varchar[]) AS r") == [sent]
    assert ask(Sequence[str | None], ["a", None, ""], "SELECT to_json(:v::text[]) AS r") == [["a", None, ""]]
    assert ask(Sequence[str], ["1", "2"], "SELECT to_json(:v::int[]) AS r") == [[1, 2]]


_STORED = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = st.text("\"\\{}[]();,' \n\tnulNUL") | st.text(_STORED) | st.sampled_from([Text("of a subclass"), Mood.GOOD])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_TEXTS | st.none()))
@example(texts=['"\\' * 300_000, "", "é" * 300_000])
@example(texts=["a"] * 5_000)
def test_any_texts_in_an_array_arrive_as_they_are(ask: Ask, texts: list[str | None]) -> None:
    """In an array that is read as such, in one read as JSON, and one by one."""
    given = [None if text is None else str.__str__(text) for text in texts]
    assert ask(Sequence[str | None], texts, "SELECT :v::text[] AS r") == [given]
    assert ask(Sequence[str | None], texts, "SELECT to_json(:v::varchar[]) AS r") == [given]
    assert ask(Sequence[str | None], texts, "SELECT unnest(:v::text[]) AS r") == given


@pytest.mark.parametrize("place", ["key", "value"])
@pytest.mark.parametrize("hint", [JsonObject, dict[str, str | None], Mapping[str, str]])
@pytest.mark.parametrize(("text", "problem"), [
    ("a\0", "a text with a NUL character"), ("é\0", "a text with a NUL character"),
    ("\ud800", "a text with half of a surrogate pair"), ("a\udfffb", "a text with half of a surrogate pair"),
])  # fmt: skip
def test_a_text_that_cannot_be_stored_is_refused_in_an_object(
    ask: Ask, place: str, hint: object, text: str, problem: str
) -> None:
    value = {"a": "b", **({text: "c"} if place == "key" else {"c": text})}
    with pytest.raises(ParameterError, match=rf"^mine\.Ask: v: {problem}"):
        ask(hint, value, "SELECT :v::jsonb AS r")


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.dictionaries(st.text(_STORED), st.text(_STORED) | st.none()))
def test_objects_of_texts_arrive_as_they_are(ask: Ask, value: dict[str, str | None]) -> None:
    assert ask(JsonObject, value, "SELECT :v::jsonb AS r") == [value]
    assert ask(dict[str, str | None], value, "SELECT :v::json AS r") == [value]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.integers(-(2**63), 2**63 - 1) | st.booleans(), large=st.integers())
def test_numbers_and_booleans_arrive_as_they_are(ask: Ask, value: int, large: int) -> None:
    kind = "boolean" if isinstance(value, bool) else "bigint"
    assert ask(int | bool, value, f"SELECT :v::{kind} AS r") == [value]
    assert ask(int, large, "SELECT (:v::numeric)::text AS r") == [str(large)]


@pytest.mark.parametrize("value", [[[1, 2], [3]], [[], []], [[1], []], [[[1]], [[2], [3]]], [[[]]], [[1], None]])
def test_lists_that_an_array_cannot_hold_are_refused(ask: Ask, value: Any) -> None:
    """PostgreSQL makes one empty array of empty ones."""
    hint = Sequence[Any]
    with pytest.raises(ParameterError, match=r"^mine\.Ask: v: lists of more than one length, or empty ones"):
        ask(hint, value, "SELECT to_json(:v::int[]) AS r")
    assert ask(hint, value, "SELECT :v::jsonb AS r") == [value]
    for other in [[1, 2], [3, 4]], [], [1, None]:
        assert ask(hint, other, "SELECT to_json(:v::int[]) AS r") == [other]


@pytest.mark.parametrize("cast", ["::time", "::time(0)", "", "::text"])
def test_a_time_with_a_time_zone_is_refused_where_it_would_be_lost(ask: Ask, cast: str) -> None:
    aware, text = datetime.time(12, tzinfo=datetime.UTC), "SELECT coalesce({}, '12:00+00')::text AS r"
    for hint, value, array in (datetime.time, aware, ""), (Sequence[datetime.time], [aware], "[]" if cast else ""):
        with pytest.raises(ParameterError, match=r"^mine\.Ask: v: a time with a time zone, which only a parameter"):
            ask(hint, value, text.format(f":v{cast}{array}"))
    assert ask(datetime.time, aware, text.format(":v::timetz")) == ["12:00:00+00"]
    assert ask(datetime.time, aware, text.format(":v::time with time zone")) == ["12:00:00+00"]
    assert ask(datetime.time, aware.replace(tzinfo=None), "SELECT :v::time AS r") == [datetime.time(12)]


@pytest.mark.parametrize("value", [{"secret": 1}, [{"secret": 1}], [[{"secret": 1}]]])
@pytest.mark.parametrize(
    "text", ["SELECT :v::text AS r", "SELECT :v AS r", "SELECT :v::jsonb AS r WHERE :v::text <> ''"]
)
def test_an_object_that_is_not_cast_to_json_is_refused(ask: Ask, value: object, text: str) -> None:
    problem = r"^mine\.Ask: v: an object, which only JSON holds; cast the parameter, as in :v::jsonb$"
    with pytest.raises(ParameterError, match=problem):
        ask(object, value, text)
