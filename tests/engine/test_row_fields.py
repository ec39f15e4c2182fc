"""`:rows.id`: one field of all objects of a sequence is sent as one array, as a sequence of its values would be."""

import datetime
import types
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NewType, TypeVar

import attrs
import psycopg
import pytest
from msgspec import UNSET, UnsetType

from concordia_sql import Convert, Many, ParameterError, Querier, StatementError
from concordia_sql.testing import assert_plan
from tests.support.statements import query, write

NOON = datetime.datetime(2026, 1, 1, 12)
WEST = datetime.timezone(datetime.timedelta(hours=-5))
Key = NewType("Key", str)


class Mood(StrEnum):
    GOOD = "good"


class Level(IntEnum):
    TOP = 3


@attrs.frozen
class Result:
    r: Any


X = TypeVar("X")


@attrs.frozen
class Open(Generic[X]):
    x: X


@attrs.frozen
class Closed(Open[str]):
    n: int


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield Querier(connection)


def rows_with(hint: Any) -> Any:
    """A class of rows with the field `x` of this type."""
    return attrs.make_class("Row", {"n": attrs.field(type=int, default=1), "x": attrs.field(type=hint)}, kw_only=True)


def many_of(row: Any) -> Any:
    return types.GenericAlias(Sequence, (row,))


def asking(root: Path, text: str, hint: Any, default: object = attrs.NOTHING) -> Any:
    """A query with the field `rows` of this type."""
    body = {"__annotations__": {"rows": hint}} | ({} if default is attrs.NOTHING else {"rows": default})
    made = types.new_class("Ask", (Many[Result],), exec_body=lambda names: names.update(body))
    return query(write(root, "mine/ask.sql", f"-- A.\n{text}"))(made)


@pytest.mark.parametrize("case", [
    (str, ["a", "", 'a "b"', "\\", "a,b", "{a}", "NULL", "é 😀", " a ", "a'b"], "text",
     ["a", "", 'a "b"', "\\", "a,b", "{a}", "NULL", "é 😀", " a ", "a'b"]),
    (str, ["a\\b", "c"], "text", ["a\\b", "c"]),
    (str, ['a"b', "c"], "text", ['a"b', "c"]),
    (str, ["plain"] * 30, "text", ["plain"] * 30),
    (str | None, ["a", None, "NULL"], "text", ["a", None, "NULL"]),
    (str | None, [None] * 12, "text", [None] * 12),
    (Key, [Key("a"), Key("b")], "varchar", ["a", "b"]),
    (Annotated[str, "any"], ["b", "a", "b"], "text", ["b", "a", "b"]),
    (Literal["a", "b"], ["b", "a"], "text", ["b", "a"]),
    (Mood, [Mood.GOOD], "text", ["good"]),
    (Level, [Level.TOP], "int", [3]),
    (int, [1, 40_000, -(2**63), 2**63 - 1], "bigint", [1, 40_000, -(2**63), 2**63 - 1]),
    (int | None, [1, None], "int", [1, None]),
    (int, [2**63], "numeric", [2**63]),
    (bool, [True, False], "boolean", [True, False]),
    (float, [0.1, 1e300, 1], "float8", [0.1, 1e300, 1.0]),
    (Decimal, [Decimal("1.50")], "numeric", [1.5]),
    (uuid.UUID, [uuid.UUID(int=5)], "uuid", ["00000000-0000-0000-0000-000000000005"]),
    (datetime.date, [NOON.date()], "date", ["2026-01-01"]),
    (datetime.time, [NOON.time()], "time", ["12:00:00"]),
    (datetime.time, [NOON.time().replace(tzinfo=WEST)], "timetz", ["12:00:00-05"]),
    (datetime.datetime, [NOON, NOON.replace(tzinfo=WEST)], "timestamp", ["2026-01-01T12:00:00", "2026-01-01T17:00:00"]),
    (datetime.timedelta, [datetime.timedelta(hours=1)], "interval", ["01:00:00"]),
    (bytes, [b"\\a\0"], "bytea", ["\\x5c6100"]),
])  # fmt: skip
def test_the_values_arrive_in_their_order(tmp_path: Path, server: Querier, case: tuple[Any, ...]) -> None:
    hint, values, kind, expected = case
    row = rows_with(hint)
    ask = asking(tmp_path, f"SELECT array_to_json(:rows.x::{kind}[]) AS r", many_of(row))
    (got,) = server.fetch(ask(rows=[row(x=value) for value in values]).into(Result))
    assert got == Result(expected)
    plain = asking(tmp_path, f"SELECT array_to_json(:rows::{kind}[]) AS r", many_of(hint))
    assert server.fetch(plain(rows=values)) == [got]


@pytest.mark.parametrize("many", [1, 12])
@pytest.mark.parametrize("kind", ["json", "jsonb", "jsonb[]"])
@pytest.mark.parametrize("case", [
    (str, "a\\\"{", "a\\\"{"),
    (str | dict[str, str | None], {"en": 'a"', "fr": None}, {"en": 'a"', "fr": None}),
    (dict[str, str] | None, None, None),
    (object, {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
    (tuple[str, ...], ("a", "b"), ["a", "b"]),
    (Sequence[int], [], []),
    (Result, Result([1]), {"r": [1]}),
    (datetime.datetime, NOON.replace(tzinfo=WEST), "2026-01-01T17:00:00Z"),
    (Annotated[str, Convert(str.lower)], "AÉ", "aé"),
    (Decimal, Decimal("1.50"), 1.5),
    (Mood, Mood.GOOD, "good"),
])  # fmt: skip
def test_any_field_can_be_sent_as_json(
    tmp_path: Path, server: Querier, case: tuple[Any, ...], kind: str, many: int
) -> None:
    hint, value, expected = case
    row = rows_with(hint)
    ask = asking(tmp_path, f"SELECT to_json(:rows.x::{kind}) AS r", many_of(row))
    asked = ask(rows=[row(x=value)] * many)
    assert server.fetch(asked) == [Result([expected] * many)]
    both = asking(tmp_path, f"SELECT to_json(:rows.x::{kind}) AS r WHERE :rows::jsonb IS NOT NULL", many_of(row))
    assert server.fetch(both(rows=[row(x=value)] * many)) == [Result([expected] * many)]


@pytest.mark.parametrize("many", [1, 12])
@pytest.mark.parametrize(("hint", "value"), [
    (object, {"a": float("nan")}), (object, {1: 2}), (float, float("inf")), (object, NOON),
    (dict[str, object], {"a": b""}), (str, "a\0"), (object, {"a": "\ud800"}),
])  # fmt: skip
def test_a_value_that_json_would_change_is_refused(tmp_path: Path, hint: Any, value: Any, many: int) -> None:
    row = rows_with(hint)
    ask = asking(tmp_path, "SELECT :rows.x::jsonb AS r", many_of(row))
    with pytest.raises(ParameterError, match=r"^mine\.Ask: rows: (a \w+ that would be changed|a text with|an int)"):
        ask(rows=[row(x=value)] * many)


def test_what_the_caller_changes_later_is_not_sent(tmp_path: Path, server: Querier) -> None:
    row = rows_with(object)
    ask = asking(tmp_path, "SELECT :rows.x::jsonb -> 0 AS r", many_of(row))
    for many in (1, 12):
        given = {"a": [1]}
        asked = ask(rows=[row(x=given)] * many)
        given["a"].append(2)
        assert server.fetch(asked) == [Result({"a": [1]})]


@pytest.mark.parametrize("many", [1, 12])
def test_the_fields_of_a_row_stay_together(tmp_path: Path, server: Querier, many: int) -> None:
    row = rows_with(str)
    text = "SELECT concat(u.n, u.x) AS r FROM unnest(:rows.n::int[], :rows.x::text[]) AS u (n, x)"
    ask = asking(tmp_path, text, many_of(row) | None)
    assert server.fetch(ask(rows=[row(n=n, x="é") for n in range(many)])) == [Result(f"{n}é") for n in range(many)]


def test_no_rows_are_an_empty_array_and_none_is_null(tmp_path: Path, server: Querier) -> None:
    ask = asking(tmp_path, "SELECT :rows.x::text[]::text AS r", many_of(rows_with(str)) | None)
    assert server.fetch(ask(rows=[])) == [Result("{}")]
    assert server.fetch(ask(rows=None)) == [Result(None)]


@pytest.mark.parametrize("missing", [None, UNSET])
def test_a_line_for_rows_is_left_out_without_them(tmp_path: Path, server: Querier, missing: Any) -> None:
    row = rows_with(int)
    text = "SELECT t.r FROM (VALUES (1), (2)) AS t (r)\nWHERE\n    TRUE\n    AND t.r = any(:rows.x) -- when :rows"
    ask = asking(tmp_path, text, many_of(row) | UnsetType | None, missing)
    assert server.fetch(ask()) == [Result(1), Result(2)]
    assert server.fetch(ask(rows=[row(x=2), row(x=2)])) == [Result(2)]
    assert server.fetch(ask(rows=[])) == []


def test_the_rows_may_be_sent_whole_too(tmp_path: Path, server: Querier) -> None:
    """Each with the type that it is cast to: the array is no JSON."""
    row = rows_with(dict[str, str] | str)
    text = "SELECT concat_ws(' ', :rows.n::int[], :rows::jsonb -> 0 -> 'x', :rows::json -> 1 -> 'x') AS r"
    ask = asking(tmp_path, text, many_of(row))
    for many in (2, 12):
        rows = [row(n=n, x={"a": '"'} if n else "b") for n in range(many)]
        numbers = ",".join(map(str, range(many)))
        assert server.fetch(ask(rows=rows)) == [Result(f'{{{numbers}}} "b" {{"a":"\\""}}')]


@pytest.mark.parametrize("many", [1, 12])
def test_values_are_sent_as_their_type_converts_them(tmp_path: Path, server: Querier, many: int) -> None:
    row = rows_with(Annotated[str, Convert(str.lower)])
    ask = asking(tmp_path, "SELECT :rows.x::text[] AS r", many_of(row))
    assert server.fetch(ask(rows=[row(x="AÉ")] * many)) == [Result(["aé"] * many)]


@pytest.mark.parametrize("kind", [list, tuple])
def test_rows_that_a_function_gives_are_sent_as_well(tmp_path: Path, server: Querier, kind: Any) -> None:
    row = rows_with(str)
    ask = asking(tmp_path, "SELECT :rows.x::text[] AS r", Annotated[many_of(row), Convert(kind)])
    assert server.fetch(ask(rows=[row(x="a"), row(x="b")])) == [Result(["a", "b"])]


def test_rows_of_a_class_below_are_sent_as_the_class_says(tmp_path: Path, server: Querier) -> None:
    @attrs.frozen
    class Base:
        x: str

    @attrs.frozen
    class Below(Base):
        y: int = 0

    ask = asking(tmp_path, "SELECT :rows.x::text[] AS r", list[Base])
    assert server.fetch(ask(rows=[Base("a"), Below("b")])) == [Result(["a", "b"])]
    with pytest.raises(StatementError, match=r": mine\.Ask: :rows\.y: Base has no field y$"):
        asking(tmp_path, "SELECT :rows.y::int[] AS r", list[Base])


def test_a_field_may_have_another_name_where_a_row_is_made(tmp_path: Path, server: Querier) -> None:
    @attrs.frozen
    class Aliased:
        at: datetime.datetime = attrs.field(alias="y")
        x: Annotated[str, Convert(str.lower)] = attrs.field(alias="z")

    for text in (":rows.x::text[]", "ARRAY[:rows::jsonb -> 0 ->> 'x']"):
        ask = asking(tmp_path, f"SELECT {text} AS r", Sequence[Aliased])
        assert server.fetch(ask(rows=[Aliased(NOON.replace(tzinfo=WEST), "AÉ")])) == [Result(["aé"])]


def test_rows_of_a_generic_class_are_sent_as_its_types_say(tmp_path: Path, server: Querier) -> None:
    ask = asking(tmp_path, "SELECT :rows.x::text[] AS r", Sequence[Closed])
    assert server.fetch(ask(rows=[Closed("a", 1)])) == [Result(["a"])]
    wrong: Any = 5
    for many in (1, 12):
        with pytest.raises(ParameterError, match=r"^mine\.Ask: rows: Expected `str`, got `int` at \$\[0\]\.x$"):
            ask(rows=[Closed(wrong, 1)] * many)
    for text in (":rows.x::text[]", "ARRAY[:rows::jsonb -> 0 ->> 'x']"):
        ask = asking(tmp_path, f"SELECT {text} AS r", Sequence[Open[Annotated[str, Convert(str.lower)]]])
        assert server.fetch(ask(rows=[Open("AÉ")])) == [Result(["aé"])]
    with pytest.raises(StatementError, match=r": :rows\.x has other than single values; cast it to jsonb$"):
        asking(tmp_path, "SELECT :rows.x AS r", Sequence[Open[list[str]]])


def test_both_names_are_replaced_by_those_of_the_query(tmp_path: Path, server: Querier) -> None:
    path = write(tmp_path, "mine/ask.sql", "-- A.\n-- names: things, thing_id\nSELECT :things.thing_id::text[] AS r")
    row = attrs.make_class("Row", {"song_id": attrs.field(type=str)})

    @query(path, names={"things": "songs", "thing_id": "song_id"})
    class Ask(Many[Result]):
        songs: Sequence[row]  # type: ignore[valid-type]

    assert server.fetch(Ask(songs=[row("a")])) == [Result(["a"])]
    with pytest.raises(StatementError, match=r"Other: :songs\.other: Row has no field other \(with things as songs"):

        @query(path, names={"things": "songs", "thing_id": "other"})
        class Other(Many[Result]):
            songs: Sequence[row]  # type: ignore[valid-type]


def test_in_a_shape_it_is_null_unless_the_rows_are_given(tmp_path: Path, server: Querier) -> None:
    shape = "-- A.\nSELECT t.r FROM (VALUES (1), (2)) AS t (r) WHERE coalesce(t.r = any(:rows.x::int[]), TRUE)"
    write(tmp_path, "mine/shapes/chosen.sql", shape)
    row = rows_with(int)
    text = "-- uses: mine/chosen\nSELECT mine_chosen.r FROM mine_chosen"
    ask = asking(tmp_path, text, many_of(row) | None, None)
    assert server.fetch(ask()) == [Result(1), Result(2)]
    assert server.fetch(ask(rows=[row(x=2)])) == [Result(2)]

    @query(write(tmp_path, "mine/other.sql", f"-- A.\n{text}"))
    class Other(Many[Result]):
        """It has no such field."""

    assert server.fetch(Other()) == [Result(1), Result(2)]


def test_the_field_of_a_composite_value_is_written_with_its_type(server: Querier, tmp_path: Path) -> None:
    kind = "pg_catalog.pg_stats"
    ask = asking(tmp_path, f"SELECT (:rows::{kind}).tablename AS r", str)
    assert server.fetch(ask(rows=f"(a,b{',' * 15})")) == [Result("b")]


ONE_CLASS = (
    r":rows\.x is for a sequence of objects of one attrs class; "
    r"the field of a composite type is \(:rows::type\)\.x"
)


@pytest.mark.parametrize(("hint", "text", "reason"), [
    (str, ":rows.x", ONE_CLASS),
    (Sequence[str], ":rows.x", ONE_CLASS),
    (rows_with(str), ":rows.x", ONE_CLASS),
    (many_of(rows_with(str) | rows_with(int)), ":rows.x", ONE_CLASS),
    (many_of(rows_with(str) | None), ":rows.x", ONE_CLASS),
    (many_of(rows_with(str)) | str, ":rows.x", ONE_CLASS),
    (many_of(many_of(rows_with(str))), ":rows.x", ONE_CLASS),
    (many_of(rows_with(str)), ":rows.y", r":rows\.y: Row has no field y"),
    (many_of(rows_with(str)), ":rows.X", r":rows\.X: Row has no field X"),
    *((many_of(rows_with(hint)), ":rows.x", r":rows\.x has other than single values; cast it to jsonb")
      for hint in (dict[str, str], object, Any, list[str], tuple[str, ...], Sequence[int], str | int, Result,
                   str | dict[str, str], str | UnsetType, set[int], None)),
    (many_of(rows_with(object)), ":rows.x::jsonb, :rows.x::text[]",
     r":rows\.x has other than single values; cast it to jsonb"),
])  # fmt: skip
def test_what_is_no_field_of_rows_is_refused_at_import(tmp_path: Path, hint: Any, text: str, reason: str) -> None:
    with pytest.raises(StatementError, match=rf"mine/ask\.sql: mine\.Ask: {reason}$"):
        asking(tmp_path, f"SELECT {text} AS r", hint)


@pytest.mark.parametrize("many", [1, 12])
@pytest.mark.parametrize("case", [
    (str, "a\0", "text", "a text with a NUL character"),
    (str, "\ud800", "text", "a text with half of a surrogate pair"),
    (int, 2**63, "bigint", "an int that bigint cannot hold"),
    (int | None, -(2**63) - 1, "int", "an int that bigint cannot hold"),
    (datetime.time, NOON.time().replace(tzinfo=WEST), "time", "a time with a time zone"),
    (datetime.datetime, datetime.datetime.max.replace(tzinfo=WEST), "timestamp", "a datetime whose UTC"),
    (str, 1, "text", "Expected `str`, got `int`"),
    (Annotated[str, Convert(lambda value: {"a": value})], "secret", "text",
     r"an object, which only JSON holds; cast the parameter, as in :rows\.x::jsonb$"),
])  # fmt: skip
def test_a_value_that_an_array_would_change_is_refused(tmp_path: Path, case: tuple[Any, ...], many: int) -> None:
    hint, value, kind, reason = case
    row = rows_with(hint)
    ask = asking(tmp_path, f"SELECT :rows.x::{kind}[] AS r", many_of(row))
    with pytest.raises(ParameterError, match=rf"^mine\.Ask: rows: {reason}") as raised:
        ask(rows=[row(x=value)] * many)
    assert raised.value.parameter == "rows"


def test_a_test_of_plans_sends_it_too(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    row = rows_with(str)
    text = "SELECT blog_posts.id AS r FROM blog_posts WHERE blog_posts.id = any(:rows.x)"
    assert_plan(Querier(connection), asking(tmp_path, text, many_of(row))(rows=[row(x="a")]), uses="blog_posts_pkey")
