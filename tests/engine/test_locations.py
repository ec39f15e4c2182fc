"""An error of the server names the SQL file and its line; where a column is there twice, always that column."""

from pathlib import Path
from types import new_class
from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import (
    AsyncQuerier,
    Library,
    Many,
    ResultError,
    ReturningMany,
    auth,
    command,
    query,
)
from tests.support.both import awaited_querier


@attrs.frozen
class Row:
    id: int
    name: str


SHAPE = """-- A thing.
-- uses: shop/part
SELECT
    t.id,
    -- A comment of its own line.
    t.name,
    t.{column} AS size,
    (SELECT p.size FROM shop_part AS p) AS part
FROM (VALUES (1, 'é🌿', 2)) AS t (id, name, size)
"""
PART = "-- A part.\nSELECT\n    p.size\nFROM (VALUES (7)) AS p (size)\nWHERE p.{part} > 0"
LIST = """-- Things.
-- uses: {role}

SELECT /* a block

of lines */
    t.id,
    'é🌿' || t.name AS name -- a comment
FROM {shape} AS t
WHERE
    t.size > {own} -- when :least
    AND t.{other} > :least::int -- when :least
    AND true
"""
SHAPES = {"shop/thing": "shop_thing", "$kind": "kind"}


def listed(root: Path, role: str = "shop/thing", **given: str) -> Any:
    """A query of a shape, which uses another, all in files of their own."""
    words = {"column": "size", "part": "size", "own": "0", "other": "part", "role": role, "shape": SHAPES[role]} | given
    folder = root / "shop" / "shapes"
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in ((folder / "thing.sql", SHAPE), (folder / "part.sql", PART), (root / "shop/list.sql", LIST)):
        path.write_text(text.format(**words))
    made = new_class(
        "List", (Many[Row],), exec_body=lambda own: own.update(__annotations__={"least": int | None}, least=None)
    )
    shapes = {"kind": "shop/thing"} if role == "$kind" else {}
    return query("shop/list.sql", library=Library(root), shapes=shapes)(made)


def asking(root: Path, text: str, base: Any = Many[Row]) -> Any:
    """A query, or a command, of a statement."""
    path = root / "shop" / "ask.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"-- Rows.\n{text}")
    made: Any = new_class("Ask", (base,))
    return (query if base == Many[Row] else command)("shop/ask.sql", library=Library(root))(made)()


@pytest.fixture(params=["sync", "async", "not prepared"])
def querier(request: pytest.FixtureRequest, connection: Any, async_connection: Any) -> AsyncQuerier:
    mode = "async" if request.param == "async" else "sync"
    own = async_connection if mode == "async" else connection
    return awaited_querier(mode, own, prepare=request.param != "not prepared")


async def alone(querier: AsyncQuerier, asked: Any) -> None:
    await querier.fetch(asked)


async def in_a_batch(querier: AsyncQuerier, asked: Any) -> None:
    await querier.fetch_batch(auth.GetUser(id="u"), auth.ListUsers(), asked, auth.ListUsers(), asked)


async def as_a_stream(querier: AsyncQuerier, asked: Any) -> None:
    async with querier.stream(asked) as rows:
        async for _ in rows:
            pass


RUNS = [alone, in_a_batch, as_a_stream]


@pytest.mark.parametrize("role", SHAPES)
@pytest.mark.parametrize(
    ("given", "location"),
    [
        ({"column": "sise"}, "shop/shapes/thing.sql:7"),
        ({"part": "sise"}, "shop/shapes/part.sql:5"),
        ({"own": "t.size::uuid"}, "shop/list.sql:11"),
        ({"own": "FROM"}, "shop/list.sql:11"),
        ({"other": "size = 1 AND t.sise"}, "shop/list.sql:12"),
        ({"other": "name"}, "shop/list.sql:12"),
    ],
)
async def test_an_error_names_the_file_and_line(
    querier: AsyncQuerier, tmp_path: Path, given: dict[str, str], location: str, role: str
) -> None:
    asked = listed(tmp_path, role, **given)(least=1)
    for run in RUNS:
        with pytest.raises(psycopg.ProgrammingError) as caught:
            await run(querier, asked)
        assert caught.value.__notes__ == [f"at {tmp_path}/{location}", "while running shop.List"]


async def test_a_statement_that_ran_before_names_its_line(
    querier: AsyncQuerier, connection: Any, tmp_path: Path
) -> None:
    """It is prepared then, and its rows are taken otherwise."""
    connection.execute("CREATE TABLE things (id int, name text, size int)")
    asked = asking(tmp_path, "SELECT\n    t.id,\n    t.name\nFROM things AS t\nWHERE t.size > 0")
    await querier.fetch(asked)
    await as_a_stream(querier, asked)
    connection.execute("ALTER TABLE things DROP COLUMN size")
    for run in RUNS:
        with pytest.raises(psycopg.errors.UndefinedColumn) as caught:
            await run(querier, asked)
        assert caught.value.__notes__[0] == f"at {tmp_path}/shop/ask.sql:6"


COMMAND = """-- uses: shop/thing
{before}
INSERT INTO things (id)
SELECT t.sise
FROM shop_thing AS t
RETURNING things.*
"""


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("-- Nothing before it.", 5),
        ("WITH RECURSIVE x AS (SELECT 1 AS a)", 5),
        ("WITH\nRECURSIVE x AS (SELECT 1 AS a), y AS (\nSELECT x.b FROM x)", 5),
        ("WITH x AS (SELECT t.b FROM shop_thing AS t)", 3),
        ("DELETE FROM things\nWHERE sise = 1;", 4),
    ],
)
async def test_an_error_of_a_command_names_the_file_and_line(
    querier: AsyncQuerier, connection: Any, tmp_path: Path, before: str, line: int
) -> None:
    connection.execute("CREATE TABLE things (id int, name text)")
    listed(tmp_path)
    asked = asking(tmp_path, COMMAND.format(before=before), ReturningMany[Row])
    with pytest.raises(psycopg.errors.UndefinedColumn) as caught:
        await querier.execute_batch(auth.DeleteUser(id="u"), asked)
    assert caught.value.__notes__[0] == f"at {tmp_path}/shop/ask.sql:{line}"


TWICE = [
    "SELECT\n    1 AS id,\n    'a' AS name,\n    2 AS id",
    "SELECT\n    a.*,\n    b.*\nFROM (SELECT 1 AS id, 'a' AS name) AS a, (SELECT 1 AS id) AS b",
]


@pytest.mark.parametrize("statement", TWICE)
async def test_two_columns_of_one_name_are_one_error(querier: AsyncQuerier, tmp_path: Path, statement: str) -> None:
    asked = asking(tmp_path, statement)
    for run in RUNS:
        with pytest.raises(ResultError, match=r"^shop\.Ask: two columns share the name id$"):
            await run(querier, asked)
    assert await querier.fetch_batch(auth.ListUsers()) == ([],)


async def test_a_star_over_using_has_its_column_once(querier: AsyncQuerier, tmp_path: Path) -> None:
    asked = asking(
        tmp_path, "SELECT * FROM (SELECT 1 AS id, 'a' AS name) AS a INNER JOIN (SELECT 1 AS id) AS b USING (id)"
    )
    assert await querier.fetch(asked) == [Row(1, "a")]


async def test_an_ambiguous_column_of_the_text_is_the_servers_error(querier: AsyncQuerier, tmp_path: Path) -> None:
    asked = asking(tmp_path, "SELECT\n    q.id,\n    q.name\nFROM (\n    SELECT 1 AS id, 2 AS id, 'a' AS name\n) AS q")
    with pytest.raises(psycopg.errors.AmbiguousColumn) as caught:
        await querier.fetch(asked)
    assert caught.value.__notes__ == [f"at {tmp_path}/shop/ask.sql:3", "while running shop.Ask"]
