"""Conditional lines by value: each value of a field gives one text, which holds the lines of that value alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, cast

import attrs
import msgspec
import psycopg
import pytest

from concordia_sql import UNSET, Affected, Many, Querier, StatementError, UnsetType
from tests.support.statements import command, query, write


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield Querier(connection)


@attrs.frozen
class Number:
    n: int


SORTED = """-- Numbers, in one order or another.
SELECT numbers.n
FROM (VALUES (1), (2), (3), (4)) AS numbers (n)
WHERE
    TRUE
    AND numbers.n > :after -- when :after and :sort = 'rising'
    AND numbers.n < :after -- when :after and :sort = 'falling'
    AND numbers.n % 2 = 0 -- when :even -- another comment may follow, even :after
    AND numbers.n <> 3 -- when :even or :sort = 'odd first' or :below
    AND numbers.n < :below -- when :below
ORDER BY
    numbers.n % 2 DESC, -- when :sort = 'odd first'
    numbers.n DESC, -- when :sort = 'falling'
    numbers.n ASC
"""
Sort: TypeAlias = Literal["rising", "falling"]


@pytest.fixture
def ask(tmp_path: Path) -> type[Any]:
    @query(write(tmp_path, "mine/ask.sql", SORTED))
    class Ask(Many[Number]):
        sort: Sort | Literal["odd first"] | None = None
        after: int | None = None
        even: bool | None = None
        below: int | None = None

    return Ask


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"sort": "rising"}, [1, 2, 3, 4]),
        ({"sort": "falling"}, [4, 3, 2, 1]),
        ({"sort": "odd first"}, [1, 2, 4]),
        ({"after": 2}, [1, 2, 3, 4]),
        ({"after": 2, "sort": "rising"}, [3, 4]),
        ({"after": 3, "sort": "falling"}, [2, 1]),
        ({"after": 3, "sort": "falling", "even": True}, [2]),
        ({"even": True}, [2, 4]),
        ({"below": 4}, [1, 2]),
        ({"below": 4, "sort": "falling", "even": True}, [2]),
    ],
)
def test_the_lines_of_a_value_stand_when_the_field_has_it(
    ask: type[Any], server: Querier, given: dict[str, Any], numbers: list[int]
) -> None:
    assert [row.n for row in server.fetch(ask(**given))] == numbers
    assert [row.n for row in server.fetch(ask(**given).into(Number))] == numbers


def test_each_value_has_one_text(ask: type[Any]) -> None:
    first = ask(sort="falling").compose()
    assert ask(sort="falling").compose() is first
    texts = [
        re.sub(r"\s+", " ", ask(sort=sort, after=after).compose().text)
        for sort in (None, "rising", "falling", "odd first")
        for after in (None, 1)
    ]
    assert [text.count("DESC") for text in texts] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert [text.count("$1") for text in texts] == [0, 0, 0, 1, 0, 1, 0, 0]
    assert "sort" not in ask(sort="falling", after=1).compose().parameters


def test_a_compared_field_may_be_a_parameter_too(tmp_path: Path, server: Querier) -> None:
    body = "SELECT\n    1\n    + 1 -- when :sign = 'plus'\n    + 10 -- when :sign\n    + length(:sign::text) AS n"

    @query(write(tmp_path, "mine/ask.sql", f"-- A.\n{body}"))
    class Ask(Many[Number]):
        sign: Annotated[Literal["plus", "minus"] | None, msgspec.Meta(title="Sign")] = None

    found = {sign: server.fetch(Ask(sign=cast("Any", sign))) for sign in ("plus", "minus")}
    assert found == {"plus": [Number(16)], "minus": [Number(16)]}


def test_commands_compare_in_every_statement(tmp_path: Path) -> None:
    body = "SELECT 1 -- when :mode = 'a'\n;\nUPDATE t SET n = 1\n+ 1 -- when :mode = 'b'\n"

    @command(write(tmp_path, "mine/do.sql", f"-- A.\n{body}"))
    class Do(Affected):
        mode: Literal["a", "b"] | UnsetType = UNSET

    def sent(composed: Any) -> list[str]:
        return [re.sub(r"\s+", " ", each.text) for each in (*composed.before, composed)]

    assert sent(Do().compose()) == ["UPDATE t SET n = 1"]
    assert sent(Do(mode="a").compose()) == ["SELECT 1", "UPDATE t SET n = 1"]
    assert sent(Do(mode="b").compose()) == ["UPDATE t SET n = 1 + 1"]


def test_a_shape_compares_a_field_of_the_query(tmp_path: Path, server: Querier) -> None:
    shape = "-- A.\nSELECT t.n FROM (VALUES (1), (2)) AS t (n)\nWHERE\nTRUE\nAND t.n = 1 -- when :which = 'first'"
    write(tmp_path, "mine/shapes/one.sql", shape)
    path = write(tmp_path, "mine/get.sql", "-- A.\n-- uses: mine/one\nSELECT mine_one.n FROM mine_one")

    @query(path)
    class Without(Many[Number]):
        pass

    @query(path)
    class With(Many[Number]):
        which: Literal["first", "all"] = "all"

    assert [len(server.fetch(each)) for each in (Without(), With(), With(which="first"))] == [2, 2, 1]


@pytest.mark.parametrize(
    ("hint", "problem"),
    [
        (Literal["rising"], "7: sort is never 'falling'; its type lists 'rising'"),
        (Literal["rising", "Falling"] | None, "7: sort is never 'falling'; its type lists 'rising', 'Falling'"),
        (str, "6: sort is never 'rising'; its type lists no Literal"),
        (Literal[1], "6: sort is never 'rising'; its type lists no Literal"),
    ],
)
def test_a_value_that_the_type_does_not_list_is_refused_with_its_line(tmp_path: Path, hint: Any, problem: str) -> None:
    path = write(tmp_path, "mine/ask.sql", SORTED.replace("-- when :sort = 'odd first'", ""))
    fields = {
        "__annotations__": {"sort": hint, **dict.fromkeys(("after", "even", "below"), int | None)},
        **dict.fromkeys(("after", "even", "below")),
    }
    with pytest.raises(StatementError) as caught:
        query(path)(cast("type[Any]", type("Ask", (Many,), {**fields, "__orig_bases__": (Many[Number],)})))
    assert str(caught.value) == f"{path}:{problem}"


def test_a_compared_field_that_there_is_not_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "mine/ask.sql", SORTED)
    with pytest.raises(StatementError, match=r"mine\.Ask has no field for the parameter after, below, even, sort$"):

        @query(path)
        class Ask(Many[Number]):
            pass
