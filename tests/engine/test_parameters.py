"""The values of parameters arrive as they are, whatever the text does with them, or they are refused."""

import datetime
import types
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Many, Querier
from tests.support.statements import query, write

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


def test_a_decimal_is_a_number_in_json(ask: Ask) -> None:
    assert ask(Decimal, Decimal("1.50"), "SELECT jsonb_typeof(:v::jsonb) || :v::jsonb AS r") == ["number1.50"]
