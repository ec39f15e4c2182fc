"""A cursor is passed back as it came, or refused before the database."""

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import Limit, Many, ParameterError, Querier, cursor
from tests.support.statements import query, said, write

check = cursor(datetime.datetime, str)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    "value",
    [
        '["2026-03-15T12:00:00", "x"]',
        '["2026-03-15T12:00:00.123456","é 👋 \\u00e9 \\" \\\\ "]',
        ' [ "0001-01-01T00:00:00" , "" ] ',
        '["infinity", "x"]',
        '["-infinity", "infinity"]',
        '["10000-02-29T00:00:00", "x"]',
        '["294276-12-31T23:59:59.999999", "x"]',
        '["0005-02-29T00:00:00 BC", "x"]',
        '["4713-12-31T00:00:00 BC", "x"]',
        None,
    ],
)
def test_a_cursor_comes_back_as_it_is(value: str | None) -> None:
    assert check(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "5ecret",
        "null",
        "{}",
        "[]",
        '"5ecret"',
        '["2026-03-15T12:00:00"]',
        '["2026-03-15T12:00:00", "5ecret", "x"]',
        '["5ecret", "x"]',
        '["2026-03-15", "x"]',
        '["2026-02-30T12:00:00", "x"]',
        '["Infinity", "x"]',
        '["10001-02-29T00:00:00", "x"]',
        '["10000-01-01", "x"]',
        '["294277-01-01T00:00:00", "x"]',
        '["0004-02-29T00:00:00 BC", "x"]',
        '["4714-12-31T00:00:00 BC", "x"]',
        '["0000-01-01T00:00:00", "x"]',
        '["0000-01-01T00:00:00 BC", "x"]',
        '["\u0662\u0660\u0662\u0666-01-01T00:00:00", "x"]',
        '["294276-12-31T23:59:59.9999999", "x"]',
        '["2026-03-15T12:00:00+16:00", "x"]',
        '["2026-03-15T12:00:00-23:59", "x"]',
        '["10000-01-01T24:00:00", "x"]',
        '[1773576000, "x"]',
        '[null, "x"]',
        '["2026-03-15T12:00:00", null]',
        '["2026-03-15T12:00:00", 5]',
        '["2026-03-15T12:00:00", ["5ecret"]]',
        '["2026-03-15T12:00:00", "5ecret\\u0000"]',
        '["2026-03-15T12:00:00", "5ecret\0"]',
        '["2026-03-15T12:00:00", "5ecret\\ud800"]',
        '["2026-03-15T12:00:00", "5ecret\ud800"]',
        '["2026-03-15T12:00:00", "5ecret"',
        '["2026-03-15T12:00:00", "5ecret"] []',
        "['2026-03-15T12:00:00', '5ecret']",
        5,
        b"5ecret",
        ["2026-03-15T12:00:00", "5ecret"],
    ],
)
def test_what_is_no_cursor_is_refused(value: Any) -> None:
    with pytest.raises(ParameterError) as caught:
        check(value)
    assert str(caught.value) == "not a cursor; pass the cursor of the last row as it came"


def test_a_number_is_one_of_64_bits() -> None:
    numbers = cursor(int)
    for number in (2**63 - 1, -(2**63)):
        assert numbers(f"[{number}]") == f"[{number}]"
    for number in (2**63, -(2**63) - 1, 10**400):
        with pytest.raises(ParameterError):
            numbers(f"[{number}]")


@given(st.text() | VALUES.map(json.dumps))
def test_whatever_is_passed_is_no_other_error(value: str) -> None:
    try:
        assert check(value) == value
    except ParameterError:
        return
    keys = json.loads(value)
    assert isinstance(keys[1], str)
    datetime.datetime.fromisoformat(keys[0])


@attrs.frozen
class Number:
    at: datetime.datetime
    id: str
    cursor: str


def test_pages_follow_one_another_through_ties_and_rows_that_are_gone(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    statement = """-- Numbers.
SELECT
    numbers.at,
    numbers.id,
    json_build_array(numbers.at, numbers.id)::text AS cursor
FROM numbers
WHERE
    TRUE
    AND (numbers.at, numbers.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    numbers.at DESC,
    numbers.id DESC
LIMIT :limit
"""

    @query(write(tmp_path, "mine/list.sql", statement))
    class List(Many[Number]):
        limit: Limit = 2
        after: str | None = attrs.field(default=None, converter=cursor(datetime.datetime, str))

    ids = ["a", 'b"\\', "c é", "d 👋", "e", "f", "g"]
    times = [datetime.datetime(2026, 3, 15, 12, 0, 0, index // 3) for index in range(len(ids))]
    connection.execute("CREATE TEMPORARY TABLE numbers (id text, at timestamp)")
    connection.cursor().executemany("INSERT INTO numbers VALUES (%s, %s)", list(zip(ids, times, strict=True)))
    expected = [id_ for _, id_ in sorted(zip(times, ids, strict=True), reverse=True)]
    querier, found, after = Querier(connection), [], None
    while page := querier.fetch(List(after=after)):
        found += [row.id for row in page]
        after = page[-1].cursor
        connection.execute("DELETE FROM numbers WHERE id = %s", [page[-1].id])
    assert found == expected


@attrs.frozen
class Keyed:
    id: int
    cursor: str


MOMENTS = [
    *("2026-01-01", "2026-01-01 00:00:00.000001", "infinity", "-infinity", "0044-03-15 BC", "12345-06-07 08:09:10.5")
]
KEYS: dict[str, tuple[Any, list[str]]] = {
    "float8": (float, ["1.5", "0.1", "-1e300", "1e-300", "123456789.123456789", "Infinity", "-Infinity", "NaN"]),
    "numeric": (Decimal, ["1.50", "1e30", "123456789012345678901234567890.123456789", "NaN", "Infinity"]),
    "int8": (int, ["9223372036854775807", "-9223372036854775807", "9007199254740993"]),
    "timestamp": (datetime.datetime, MOMENTS),
    "timestamptz": (datetime.datetime, [*MOMENTS, "2026-01-01 00:00:00+02"]),
    "date": (datetime.date, ["2026-01-01", "infinity", "-infinity", "0044-03-15 BC", "12345-06-07", "5874897-12-31"]),
    "time": (datetime.time, ["00:00", "23:59:59.999999", "24:00"]),
    "uuid": (UUID, ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    "bool": (bool, ["false", "true"]),
    "text": (str, ["", '"', "\\", "\x01", "é", "👋", "["]),
}
"""Types of keys, and values that PostgreSQL has, some of which JSON or Python has not."""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("type_name", KEYS)
def test_a_list_goes_on_after_a_key_of_any_type(
    connection: psycopg.Connection[Any], tmp_path: Path, type_name: str, zone: str
) -> None:
    """In old times a zone had seconds."""
    hint, values = KEYS[type_name]
    statement = f"""-- Rows.
SELECT own.id, json_build_array(own.key, own.id)::text AS cursor
FROM own
WHERE
    TRUE
    AND (own.key, own.id) > ((:after::json ->> 0)::{type_name}, (:after::json ->> 1)::bigint) -- when :after
ORDER BY own.key, own.id
LIMIT :limit
"""

    @query(write(tmp_path, "mine/list.sql", statement))
    class List(Many[Keyed]):
        limit: Limit = 1
        after: str | None = attrs.field(default=None, converter=cursor(hint, int))

    connection.execute(f"SET timezone = '{zone}'; CREATE TEMPORARY TABLE own (id int, key {type_name})".encode())
    for number, value in enumerate([*values, *values]):  # each a tie
        connection.execute(f"INSERT INTO own VALUES (%s, %s::text::{type_name})".encode(), [number, value])
    querier, found, after = Querier(connection), [], None
    while page := querier.fetch(List(after=after)):
        found += page
        after = page[-1].cursor
    assert found == querier.fetch(List(limit=500))
    assert len(found) == 2 * len(values)


def test_the_error_names_query_and_parameter_and_no_value(tmp_path: Path) -> None:
    @query(
        write(
            tmp_path, "mine/list.sql", "-- A.\nSELECT localtimestamp AS at, '' AS id, '' AS cursor WHERE :after <> ''"
        )
    )
    class List(Many[Number]):
        after: str | None = attrs.field(default=None, converter=cursor(int))

    assert List(after="[1]").after == "[1]"
    with pytest.raises(ParameterError, match=r"^mine\.List: after: not a cursor; ") as caught:
        List(after='["5ecret"]')
    assert "5ecret" not in said(caught.value)
