"""Many rows are made together: they become what each becomes alone, and an error names the row."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import attrs
import psycopg
import pytest

from concordia_sql import Many, Otherwise, Querier, ResultError
from tests.support.statements import query, write

_LAST = datetime.datetime.max


def _at_most_two(_: object, __: object, value: dict[str, Any]) -> None:
    if len(value) > 2:
        raise ValueError(value)


@attrs.frozen
class Text:
    """The fields are in another order than the columns, and there is one more column."""

    number: int
    texts: dict[str, str | None] = attrs.field(validator=_at_most_two)
    other: list[int] | None
    at: Annotated[datetime.datetime, Otherwise(lambda _: _LAST)]
    id: str = attrs.field(kw_only=True)


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield Querier(connection)


def _ask(tmp_path: Path, rows: int, *, texts: str = "NULL", at: str = "NULL", number: str = "n") -> Many[Text]:
    """Rows from 0 on, of which the one with the number 137 has other values."""
    text = f"""-- Rows.
SELECT
    'id ' || n AS id,
    n AS unread,
    coalesce(CASE WHEN n = 137 THEN {at}::timestamp END, '2026-01-01'::timestamp + n * interval '1 day') AS at,
    coalesce(CASE WHEN n = 137 THEN {texts}::json END, json_build_object('en', n::text)) AS texts,
    CASE WHEN n % 3 > 0 THEN json_build_array(n) END AS other,
    CASE WHEN n = 137 THEN {number} ELSE n END AS number
FROM generate_series(0, {rows} - 1) AS n
ORDER BY n"""

    @query(write(tmp_path, "mine/ask.sql", text))
    class Ask(Many[Text]):
        pass

    return Ask()


def _text(number: int) -> Text:
    return Text(
        number=number,
        texts={"en": str(number)},
        other=[number] if number % 3 else None,
        at=datetime.datetime(2026, 1, 1) + datetime.timedelta(days=number),
        id=f"id {number}",
    )


@pytest.mark.parametrize("rows", [0, 1, 2, 19, 20, 21, 99, 100, 101, 250])
@pytest.mark.parametrize("together", [False, True])
def test_rows_are_what_each_is_alone(tmp_path: Path, server: Querier, rows: int, *, together: bool) -> None:
    asked = _ask(tmp_path, rows)
    found = server.fetch_batch(asked, asked)[1] if together else server.fetch(asked)
    assert found == [_text(number) for number in range(rows)]


@pytest.mark.parametrize(("wrong", "problem"), [
    ({"number": "NULL"}, "column number is NULL, and its field may not be None"),
    ({"texts": "'{\"en\": 5}'"}, "column texts: "),
    ({"texts": "'null'"}, "column texts: "),
    ({"texts": "'{\"en\": \"\", \"fr\": \"\", \"zh\": \"\"}'"}, "column texts: the validator of Text"),
])  # fmt: skip
@pytest.mark.parametrize("together", [False, True])
def test_an_error_names_the_row(
    tmp_path: Path, server: Querier, wrong: dict[str, str], problem: str, *, together: bool
) -> None:
    asked = _ask(tmp_path, 250, **wrong)
    with pytest.raises(ResultError) as raised:
        server.fetch_batch(asked, asked) if together else server.fetch(asked)
    assert str(raised.value).startswith(f"mine.Ask: row 137 (id id 137): {problem}")
    assert server.fetch(_ask(tmp_path, 30)) == [_text(number) for number in range(30)]


def test_a_value_that_python_does_not_have_is_read_as_its_type_says(tmp_path: Path, server: Querier) -> None:
    expected = [_text(number) for number in range(250)]
    expected[137] = attrs.evolve(expected[137], at=_LAST)
    assert server.fetch(_ask(tmp_path, 250, at="'infinity'")) == expected
