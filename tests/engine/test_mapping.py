"""Rows become objects of the types that their classes name, or are refused by column and path, without their values."""

import datetime
import ipaddress
import uuid
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Literal

import attrs
import psycopg
import pytest

from concordia_sql import One, Querier, ResultError, ReturningOne, make_converter
from concordia_sql.common import JsonObject, Keywords, Links, Localized
from concordia_sql.engine.mapping import make_row_maker
from tests.support.statements import command, query, rows_of, said, write

MARKER = "5ecret"


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield Querier(connection)


class Mood(StrEnum):
    GOOD = "good"


class Level(Enum):
    LOW = 1


class Money:
    def __init__(self, amount: object) -> None:
        self.amount = amount


@attrs.frozen
class Author:
    slug: str
    born: datetime.date | None
    role: Literal["writer", "editor"]


@attrs.frozen
class Post:
    title: str
    authors: tuple[Author, ...]


NOON = datetime.datetime(2026, 3, 15, 12)
ID = uuid.UUID("6f1c1bb4-7f1c-4f8a-9c4a-111111111111")


POST = '{"title": "A", "authors": []}'


@pytest.mark.parametrize(
    ("expression", "hint", "expected"),
    [
        ("'é 👋'::text", str, "é 👋"),
        ("'a'", str, "a"),
        ("'a'::varchar(3)", str, "a"),
        ("'a'::char(3)", str, "a  "),
        ("'a'::\"char\"", str, "a"),
        ("current_schema()", str, "public"),
        ("''", str | None, ""),
        ("NULL::text", str | None, None),
        ("NULL", str | None, None),
        ("TRUE", bool, True),
        ("32767::smallint", int, 32767),
        ("2147483648", int, 2**31),
        ("9223372036854775807", int, 2**63 - 1),
        ("count(*)", int, 1),
        ("1.5::float4", float, 1.5),
        ("'NaN'::float8 IS NULL", bool, False),
        ("12.50", Decimal, Decimal("12.50")),
        ("1e-20::numeric", Decimal, Decimal("1E-20")),
        ("'2026-03-15 12:00'::timestamp", datetime.datetime, NOON),
        ("'2026-03-15 13:00+01'::timestamptz", datetime.datetime, NOON),
        ("'2026-03-15'::date", datetime.date, NOON.date()),
        ("'12:00'::time", datetime.time, NOON.time()),
        ("interval '1 day 1 second'", datetime.timedelta, datetime.timedelta(1, 1)),
        (f"'{ID}'::uuid", uuid.UUID, ID),
        ("'\\x00ff'::bytea", bytes, b"\x00\xff"),
        ("'good'", Mood, Mood.GOOD),
        ("1", Level, Level.LOW),
        ("'a'", Literal["a", "b"], "a"),
        ("'a'", Literal["a", "b"] | None, "a"),
        ("NULL", Literal["a", "b"] | None, None),
        ("'a'", str | int, "a"),
        ("1", str | int | None, 1),
        ("'a'", Any, "a"),
        ("NULL", Any, None),
        ("'a'", object, "a"),
        ("'10.0.0.1'::inet", ipaddress.IPv4Address, ipaddress.IPv4Address("10.0.0.1")),
        ("to_json('10.0.0.1'::inet)", ipaddress.IPv4Address, ipaddress.IPv4Address("10.0.0.1")),
        ("'10.0.0.1/8'::inet", ipaddress.IPv4Interface, ipaddress.IPv4Interface("10.0.0.1/8")),
        ("to_json('2001:db8::/32'::cidr)", ipaddress.IPv6Network, ipaddress.IPv6Network("2001:db8::/32")),
        ("ARRAY['a', 'b']", tuple[str, ...], ("a", "b")),
        ("'{}'::text[]", tuple[str, ...], ()),
        ("ARRAY['a', NULL]", tuple[str | None, ...], ("a", None)),
        ("ARRAY[1, 2]", list[int], [1, 2]),
        ("ARRAY[1.5]", tuple[Decimal, ...] | None, (Decimal("1.5"),)),
        ("NULL::int[]", tuple[int, ...] | None, None),
        (f"ARRAY['{ID}'::uuid]", tuple[uuid.UUID, ...], (ID,)),
        ("ARRAY['2026-03-15'::date]", tuple[datetime.date, ...], (NOON.date(),)),
        ("'{\"fr\": \"Bonjour\", \"en\": null, \"ar\": \"مرحبا\"}'::jsonb", Localized,
         {"fr": "Bonjour", "en": None, "ar": "مرحبا"}),
        ("'\"Bonjour\"'::jsonb", Localized, "Bonjour"),
        ("'{\"fr\": [\"mot\", \"clé\"], \"en\": \"word\"}'::jsonb", Keywords, {"fr": ("mot", "clé"), "en": "word"}),
        ("'[\"mot\"]'::jsonb", Keywords | None, ("mot",)),
        ("'[\"https://a.example\"]'::jsonb", Links, ("https://a.example",)),
        ("'null'::jsonb", Localized | None, None),
        ("NULL::jsonb", Localized | None, None),
        ("'{\"city\": {\"a\": [1.5, true]}}'::jsonb", str | JsonObject | None, {"city": {"a": [1.5, True]}}),
        ("'[1, {}]'::json", object, [1, {}]),
        ("to_json('2026-03-15 12:00'::timestamp)", datetime.datetime, NOON),
        ("to_json(9007199254740993)", int, 2**53 + 1),
        ("to_json(12.50)", Decimal, Decimal("12.50")),
        ("to_json(12.50::text)", Decimal, Decimal("12.50")),
        (f"to_json('{ID}'::uuid)", uuid.UUID, ID),
        ("to_json('good'::text)", Mood, Mood.GOOD),
        ("to_json(ARRAY['a'])", tuple[str, ...], ("a",)),
        (("json_build_object('title', 'A', 'more', 1, 'authors', json_build_array(json_build_object("
         "'slug', 'ann', 'born', '2026-03-15'::date, 'role', 'editor')))"),
         Post, Post("A", (Author("ann", NOON.date(), "editor"),))),
        ("NULL::json", Post | None, None),
        (f"ARRAY['{POST}'::json]", tuple[Post, ...], (Post("A", ()),)),
        (f"ARRAY['{POST}'::jsonb, NULL]", tuple[Post | None, ...], (Post("A", ()), None)),
        (f"to_json(ARRAY['{POST}'::jsonb, NULL])", tuple[Post | None, ...], (Post("A", ()), None)),
        (f"ARRAY[ARRAY['{POST}'::jsonb]]", list[list[Post]], [[Post("A", ())]]),
        ("'{}'::json[]", tuple[Post, ...], ()),
        ("NULL::jsonb[]", tuple[Post, ...] | None, None),
        ("ARRAY['{\"a\": 1}'::jsonb, '2'::jsonb, 'null'::jsonb]", object, [{"a": 1}, 2, None]),
        ("ARRAY['{\"fr\": \"mot\"}'::jsonb, '\"word\"'::jsonb]", tuple[Localized, ...], ({"fr": "mot"}, "word")),
        ("ARRAY['\"2026-03-15T12:00:00\"'::json]", tuple[datetime.datetime, ...], (NOON,)),
    ],
)  # fmt: skip
def test_values(tmp_path: Path, server: Querier, expression: str, hint: Any, expected: object) -> None:
    (row,) = server.fetch(rows_of(tmp_path, f"SELECT {expression} AS x", x=hint))
    assert row.x == expected
    assert type(row.x) is type(expected)


@pytest.mark.parametrize(
    ("expression", "hint", "problem"),
    [
        ("1", str, "is of type int4, and its field is str"),
        ("'1'", int, "is of type text, and its field is int"),
        ("'1'", int | None, "is of type text, and its field is int | None"),
        ("1", bool, "is of type int4, and its field is bool"),
        ("1.5", float, "is of type numeric, and its field is float"),
        ("1.5::float8", Decimal, "is of type float8, and its field is decimal.Decimal"),
        (f"'{ID}'::uuid", str, "is of type uuid, and its field is str"),
        ("now()", datetime.date, "is of type timestamptz, and its field is datetime.date"),
        ("now()::date", datetime.datetime, "is of type date, and its field is datetime.datetime"),
        ("ARRAY['a']", str, "is of type text[], and its field is str"),
        ("'a'", bytes, "is of type text, and its field is bytes"),
        ("'(1,2)'::point", int, "is of type point, and its field is int"),
        ("NULL::text", str, "is NULL, and its field may not be None"),
        ("NULL::text", Localized, "is NULL, and its field may not be None"),
        ("NULL::json", Post, "is NULL, and its field may not be None"),
        ("NULL::text[]", tuple[str, ...], "is NULL, and its field may not be None"),
        ("'null'::json", Post, "Expected `object`, got `null`"),
        ("'null'::jsonb", Localized, "Expected `str | object`, got `null`"),
        (f"'{MARKER}'", Literal["a", "b"], "Expected Literal['a', 'b']"),
        (f"'{MARKER}'", Mood, "Expected tests.engine.test_mapping.Mood"),
        ("7", Level, "Expected tests.engine.test_mapping.Level"),
        ("TRUE", str | int, "Expected `int | str`, got `bool`"),
        (f"'{MARKER}'", tuple[str, ...], "Expected `array`, got `str`"),
        (f"ARRAY['{MARKER}', NULL]", tuple[str, ...], "Expected `str`, got `null` at $[1]"),
        ("ARRAY[1]", tuple[str, ...], "Expected `str`, got `int` at $[0]"),
        (f"ARRAY['{MARKER}']", tuple[int, ...], "Expected `int`, got `str` at $[0]"),
        (f"ARRAY[ARRAY['{MARKER}']]", tuple[str, ...], "Expected `str`, got `array` at $[0]"),
        (f"'[\"{MARKER}\"]'::jsonb", Localized, "Expected `str | object`, got `array`"),
        (f"'{{\"{MARKER}\": [\"{MARKER}\"]}}'::jsonb", Localized, "Expected `str | null`, got `array` at $[...]"),
        (f"'{{\"fr\": {{\"{MARKER}\": 1}}}}'::jsonb", Keywords,
         "Expected `str | array | null`, got `object` at $[...]"),
        (f"'{{\"{MARKER}\": 1}}'::jsonb", Links, "Expected `array`, got `object`"),
        (f"'\"{MARKER}\"'::jsonb", JsonObject, "Expected `object`, got `str`"),
        (f"'\"{MARKER}\\ud800\"'::json", str, "Expected str"),
        ("'1e999'::json", float, "Expected float"),
        ("to_json(1.5)", int, "Expected `int`, got `float`"),
        (f"to_json('{MARKER}'::text)", datetime.datetime, "Expected datetime.datetime"),
        (f"to_json('{MARKER}'::text)", uuid.UUID, "Expected uuid.UUID"),
        (f"to_json('{MARKER}'::text)", Decimal, "Expected decimal.Decimal"),
        ("to_json('infinity'::timestamp)", datetime.datetime, "Expected datetime.datetime"),
        ("to_json('NaN'::float8)", float,
         ("Expected `float`, got `str`; NaN and infinity of float8 or numeric are texts in JSON: "
          "cast the column to text")),
        (f"ARRAY['{{\"title\": \"{MARKER}\"}}'::jsonb]", tuple[Post, ...],
         "Object missing required field `authors` at $[0]"),
        (f"ARRAY['{POST}'::json, NULL]", tuple[Post, ...], "Expected `object`, got `null` at $[1]"),
        (f"ARRAY['\"{MARKER}\"'::json]", str, "Expected `str`, got `array`"),
        ("NULL::json[]", tuple[Post, ...], "is NULL, and its field may not be None"),
        ("to_json('10:00+02'::timetz)", datetime.time, "Expected datetime.time; a timetz must be cast to time"),
        ("json_build_object('title', 'A')", Post, "Object missing required field `authors`"),
        ("json_build_object('authors', json_build_array(), 'title', NULL)", Post,
         "Expected `str`, got `null` at $.title"),
        (f"json_build_object('title', '{MARKER}', 'authors', json_build_array(json_build_object('slug', 'a')))", Post,
         "Object missing required field `born` at $.authors[0]"),
        ((f"json_build_object('title', 'A', 'authors', json_build_array(json_build_object("
         f"'slug', 'a', 'born', NULL, 'role', '{MARKER}')))"), Post,
         "Expected tests.engine.test_mapping.Post, invalid at $.authors[0].role"),
        ((f"json_build_object('title', 'A', 'authors', json_build_array(json_build_object('slug', 'a', "
         f"'born', '{MARKER}')))"), Post, "Expected tests.engine.test_mapping.Post, invalid at $.authors[0].born"),
        ("'{}'::json", dict[str, str] | dict[str, int], ("Type unions may not contain more than one dict type - "
         "type `dict[str, str] | dict[str, int]` is not supported")),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(tmp_path: Path, server: Querier, expression: str, hint: Any, problem: str) -> None:
    strict = Querier(server.connection, converter=make_converter(strict=True))
    with pytest.raises(ResultError) as caught:
        strict.fetch(rows_of(tmp_path, f"SELECT 0 AS before, {expression} AS x", before=int, x=hint))
    assert str(caught.value).replace("x: ", "x ").replace("row 0: ", "") == f"mine.Ask: column x {problem}"
    assert MARKER not in said(caught.value)


def test_an_array_of_a_domain_over_json_is_read_as_json(tmp_path: Path, server: Querier) -> None:
    server.connection.execute("CREATE DOMAIN document AS jsonb")
    for expression in (f"ARRAY['{POST}'::document]", f"to_json(ARRAY['{POST}'::document])"):
        (row,) = server.fetch(rows_of(tmp_path, f"SELECT {expression} AS x", x=tuple[Post, ...]))
        assert row.x == (Post("A", ()),)


def test_a_hook_of_the_users_makes_their_type_anywhere(tmp_path: Path, server: Querier) -> None:
    @attrs.frozen
    class Price:
        amount: Money
        currency: str

    converter = make_converter()
    converter.register_structure_hook(Money, lambda value, _: Money(Decimal(value)))
    querier = Querier(server.connection, converter=converter)
    body = (
        "SELECT {} AS plain, {}::text AS written, ARRAY[{}] AS many, "
        "json_build_object('amount', {}, 'currency', {}) AS price"
    )
    hints: dict[str, Any] = {"plain": Money | None, "written": Money, "many": tuple[Money, ...], "price": Price}
    (row,) = querier.fetch(rows_of(tmp_path, body.format(1.5, 2.5, 3.5, 4, "'EUR'"), **hints))
    assert [row.plain.amount, row.written.amount, row.many[0].amount, row.price.amount.amount] == [
        Decimal("1.5"),
        Decimal("2.5"),
        Decimal("3.5"),
        4,
    ]
    for values, problem in [
        ((1, f"'{MARKER}'", 1, 1, "'EUR'"), "written: Expected `Money`; its hook raised InvalidOperation"),
        (
            (1, 1, 1, f"'{MARKER}'::text", "'EUR'"),
            "price: Expected `Money`; its hook raised InvalidOperation at $.amount",
        ),
        ((1, 1, 1, 1, 1), "price: Expected `str`, got `int` at $.currency"),
    ]:
        with pytest.raises(ResultError) as caught:
            querier.fetch(rows_of(tmp_path, body.format(*values), **hints))
        assert str(caught.value) == f"mine.Ask: row 0: column {problem}"
        assert MARKER not in said(caught.value)


@attrs.frozen
class Mixed:
    """Its fields stand in another order in __init__, and one has a default."""

    last: str = attrs.field(kw_only=True)
    first: int
    tags: tuple[str, ...] = ("none",)


def test_fields_are_filled_by_name_in_any_order(tmp_path: Path, server: Querier) -> None:
    body = "SELECT ARRAY['x'] AS tags, 'a' AS last, 1 AS first, 2 AS more"

    @query(write(tmp_path, "mine/get.sql", f"-- A.\n{body}"))
    class Get(One[Mixed]):
        pass

    @command(write(tmp_path, "mine/do.sql", f"-- A.\n{body}"))
    class Do(ReturningOne[Mixed]):
        pass

    assert server.fetch(Get()) == Mixed(1, ("x",), last="a")
    assert server.execute(Do()) == Mixed(1, ("x",), last="a")


def test_all_columns_that_a_command_does_not_give_are_named(tmp_path: Path, server: Querier) -> None:
    @command(write(tmp_path, "mine/do.sql", "-- A.\n(SELECT 'a' AS last)"))
    class Do(ReturningOne[Mixed]):
        pass

    with pytest.raises(ResultError, match=r"^mine\.Do: there is no column first, tags for Mixed$"):
        server.execute(Do())


def test_two_columns_of_a_command_cannot_share_a_name(tmp_path: Path, server: Querier) -> None:
    """Else the columns after them would fill each other's fields."""

    @command(write(tmp_path, "mine/do.sql", "-- A.\nSELECT ARRAY['x'] AS tags, 1 AS first, 2 AS first, 'a' AS last"))
    class Do(ReturningOne[Mixed]):
        pass

    with pytest.raises(ResultError, match=r"^mine\.Do: two columns share the name first$"):
        server.execute(Do())


def test_the_row_maker_reads_rows_of_any_order() -> None:
    types = {"tags": "text[]", "more": "int4", "first": "int4", "last": "text"}
    maker = make_row_maker(Mixed, types, make_converter())
    assert maker.many is not None
    assert maker.one([["x"], 2, 1, "a"]) == Mixed(1, ("x",), last="a")
    assert maker.many([[["x"], 2, 1, "a"], [["y"], 3, 4, "b"]]) == [
        Mixed(1, ("x",), last="a"),
        Mixed(4, ("y",), last="b"),
    ]
    with pytest.raises(ResultError, match=r"^column first is NULL, and its field may not be None$"):
        maker.one([["x"], 2, None, "a"])
    with pytest.raises(ResultError):
        maker.many([[["x"], 2, 1, "a"], [["x"], 2, None, "a"]])


@pytest.mark.parametrize("body", ["SELECT 1 AS number", "SELECT json_build_object('number', 1) AS inner"])
def test_an_exception_that_is_not_about_the_row_passes(tmp_path: Path, server: Querier, body: str) -> None:
    """As a signal's handler raises one, at any instant."""

    class TimeLimit(Exception):
        pass

    limits = [TimeLimit()]

    @attrs.frozen
    class Number:
        number: int

        def __attrs_post_init__(self) -> None:
            if limits:
                raise limits.pop()

    hints: dict[str, Any] = {"inner": Number} if "inner" in body else {"number": int}
    asked = rows_of(tmp_path, body, **hints)
    asked = asked if "inner" in body else asked.into(Number)
    with pytest.raises(TimeLimit):
        server.fetch(asked)
    assert len(server.fetch(asked)) == 1
