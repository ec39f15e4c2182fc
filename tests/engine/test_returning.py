"""`RETURNING table.*` of a command is its class's columns; what the text does not prove is refused when it is made."""

import re
import types
from pathlib import Path
from typing import Any, cast

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import Affected, Querier, ReturningMany, ReturningOne, StatementError
from tests.support.statements import command, write

Connection = psycopg.Connection[TupleRow]
MERGE = "MERGE INTO things USING (SELECT 1 AS id) AS given ON things.id = given.id WHEN MATCHED THEN DELETE"
TABLE = "CREATE TABLE things (id int PRIMARY KEY, title text, size int, secret text)"


@attrs.frozen
class Thing:
    id: int
    title: str | None
    size: int | None


@attrs.frozen
class Title:
    title: str | None


@attrs.frozen
class Numbered:
    number: int
    title: str | None


@attrs.frozen
class Number:
    number: int


@attrs.frozen
class Nothing:
    pass


def made(root: Path, body: str, result_class: type, base: Any = ReturningMany) -> ReturningMany[Any]:
    """A command of this text, with the field that it names."""
    path = write(root, "mine/do.sql", f"-- Does it.\n{body}")
    fields: dict[str, Any] = {"__annotations__": {"a": str | None}, "a": None} if ":a" in body else {}
    bases = (base if base is Affected else base[result_class],)
    return command(path)(
        cast("type[ReturningMany[Any]]", types.new_class("Do", bases, exec_body=lambda own: own.update(fields)))
    )()


def sent(asked: Any) -> str:
    return re.sub(r"\s+", " ", asked.compose().text)


def problem(root: Path, body: str, result_class: type = Thing) -> str:
    """What making the command is refused with, from the line on."""
    with pytest.raises(StatementError) as caught:
        made(root, body, result_class)
    path = root / "mine/do.sql"
    found = re.fullmatch(rf"mine\.Do: {re.escape(str(path))}:(.*)", str(caught.value))
    assert found, caught.value
    return found[1]


@pytest.mark.parametrize(
    ("body", "result_class", "text"),
    [
        ("DELETE FROM things RETURNING things.*", Thing,
         "DELETE FROM things RETURNING things.id, things.title, things.size"),
        ("DELETE FROM things AS t RETURNING t . * -- all", Title, "DELETE FROM things AS t RETURNING t.title"),
        ('DELETE FROM things AS "T" RETURNING "T".*', Title, 'DELETE FROM things AS "T" RETURNING "T".title'),
        ("UPDATE things SET size = 1 RETURNING things.*, things.size + 1 AS number", Numbered,
         "UPDATE things SET size = 1 RETURNING things.title, things.size + 1 AS number"),
        ("UPDATE things SET size = 1 RETURNING (SELECT 2) AS number, things.*", Numbered,
         "UPDATE things SET size = 1 RETURNING (SELECT 2) AS number, things.title"),
        ("UPDATE things SET size = 1 RETURNING things.*, (SELECT 2) AS number", Number,
         "UPDATE things SET size = 1 RETURNING (SELECT 2) AS number"),
        ("UPDATE things SET size = 1 RETURNING (SELECT 2) AS number, things.*", Number,
         "UPDATE things SET size = 1 RETURNING (SELECT 2) AS number"),
        ("INSERT INTO things (id) SELECT 3 RETURNING things.*", Title,
         "INSERT INTO things (id) SELECT 3 RETURNING things.title"),
        ("WITH gone AS (DELETE FROM things RETURNING things.*) SELECT gone.* FROM gone ORDER BY gone.id", Title,
         "WITH gone AS (DELETE FROM things RETURNING things.*) SELECT gone.title FROM gone ORDER BY gone.id"),
        ("WITH gone AS (DELETE FROM things RETURNING things.*) SELECT gone.*, 1 AS number FROM gone", Number,
         "WITH gone AS (DELETE FROM things RETURNING things.*) SELECT 1 AS number FROM gone"),
        ("WITH seen AS (SELECT id FROM things) UPDATE things SET size = 1 FROM seen RETURNING things.*", Title,
         "WITH seen AS (SELECT id FROM things) UPDATE things SET size = 1 FROM seen RETURNING things.title"),
        ("WITH insert AS (SELECT 1 AS number) SELECT insert.* FROM insert", Number,
         "WITH insert AS (SELECT 1 AS number) SELECT insert.number FROM insert"),
        (f"{MERGE} RETURNING things.*", Title, f"{MERGE} RETURNING things.title"),
    ],
)  # fmt: skip
def test_a_star_is_the_columns_that_the_class_names(
    tmp_path: Path, connection: Connection, body: str, result_class: type, text: str
) -> None:
    asked = made(tmp_path, body, result_class)
    assert sent(asked) == text
    if body.startswith("MERGE") and connection.info.server_version < 170_000:
        return  # it has no RETURNING there
    connection.execute(TABLE)
    connection.execute("INSERT INTO things VALUES (1, 'a', 5)")
    found = Querier(connection).execute(asked)
    assert [type(row) for row in found] == [result_class]


def test_into_gives_a_command_another_class(tmp_path: Path, connection: Connection) -> None:
    connection.execute(TABLE)
    body = "INSERT INTO things VALUES (1, 'a', 5) RETURNING things.*, 7 AS number"
    asked = cast("ReturningOne[Any]", made(tmp_path, body, Thing, base=ReturningOne))
    querier = Querier(connection)
    assert querier.dry_run(asked) == Thing(1, "a", 5)
    assert sent(asked.into(Title)).endswith("RETURNING things.title, 7 AS number")
    assert querier.dry_run(asked.into(Title)) == Title("a")
    assert querier.dry_run(asked.into(Number)) == Number(7)


def test_into_refuses_a_class_before_anything_is_written(tmp_path: Path) -> None:
    asked = made(tmp_path, "DELETE FROM things RETURNING things.title", Title)
    with pytest.raises(StatementError, match=r"mine/do.sql:2: there is no column number for Number; there are title$"):
        asked.into(Number)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("DELETE FROM things\nRETURNING *", "3: write a star as table.*, an item of its own"),
        ("DELETE FROM things\nRETURNING id, *", "3: write a star as table.*, an item of its own"),
        ("DELETE FROM things\nRETURNING (things).*", "3: write a star as table.*, an item of its own"),
        ("DELETE FROM things RETURNING\npublic.things.*", "3: write a star as table.*, an item of its own"),
        ("SELECT DISTINCT\nthings.* FROM things", "2: write a star as table.*, an item of its own"),
        ("DELETE FROM things USING other RETURNING things.*,\nother.*",
         "3: a second star; a column could be of either table"),
        ("DELETE FROM things RETURNING things.*,\nnow()",
         "3: a column without a name beside a star; end it with AS and one"),
        ("DELETE FROM things RETURNING things.*,", "2: a column without a name beside a star; end it with AS and one"),
        ("DELETE FROM things RETURNING\nthings.* -- when :a", "3: a conditional line beside a star"),
        ("DELETE FROM things RETURNING things.*,\n1 AS one, -- when :a\n2 AS two",
         "3: a conditional line beside a star"),
        ("DELETE FROM things\nRETURNING -- when :a\nthings.*", "3: a conditional line beside a star"),
        ("WITH a AS (SELECT 1)\nSELECT a.* FROM a\nUNION SELECT 2", "4: UNION after a star; name the columns"),
        ("SELECT a.*, 1 AS n FROM a\ngroup by a.id", "3: group after a star; name the columns"),
        ("SELECT a.* FROM a ORDER BY\n1", "3: a column by its position after a star; name it"),
        ("SELECT a.* FROM a ORDER BY a.id,\n2 DESC", "3: a column by its position after a star; name it"),
        ("DELETE FROM things\nRETURNING things.id, 1 AS one",
         "3: there is no column title, size for Thing; there are id, one"),
        ("DELETE FROM things", "2: it gives no rows for Thing; end it with RETURNING"),
        ("WITH a AS (SELECT 1)\nINSERT INTO things SELECT 1", "2: it gives no rows for Thing; end it with RETURNING"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_from_the_text_is_refused_with_its_line(tmp_path: Path, body: str, expected: str) -> None:
    assert problem(tmp_path, body) == expected


def test_a_class_without_columns_is_refused(tmp_path: Path) -> None:
    assert problem(tmp_path, "DELETE FROM things RETURNING things.*", Nothing) == "2: Nothing names no column"


@pytest.mark.parametrize(
    "body",
    [
        "VALUES (1)",
        "(SELECT 1 AS number)",
        "DELETE FROM things RETURNING now()",
        "EXPLAIN DELETE FROM things",
    ],
)
def test_a_list_that_cannot_be_read_is_left_to_postgresql(tmp_path: Path, body: str) -> None:
    assert sent(made(tmp_path, body, Thing)) == body


def test_a_count_needs_no_columns(tmp_path: Path, connection: Connection) -> None:
    connection.execute(TABLE)
    body = "INSERT INTO things VALUES (1), (2) RETURNING things.*, *"
    asked = made(tmp_path, body, int, base=Affected)
    assert sent(asked) == body
    assert cast("Any", Querier(connection)).execute(asked) == 2
