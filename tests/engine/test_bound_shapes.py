"""A shape may be another one with names and shapes of its own: its file is a header, which says what these are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Library, Many, Querier, StatementError, query
from tests.support.statements import write

THING = """-- A thing with its owner.
-- uses: $owner
-- names: things, owner_id, title, size
SELECT
    things.oid::bigint AS id,
    things.title,
    things.size, -- when $size
    (
        SELECT to_json(owner.*)
        FROM owner
        WHERE owner.id = things.owner_id::bigint
    ) AS owner -- a column of the name of a role keeps it
FROM things
WHERE
    TRUE
    AND things.title = :title -- when :title
"""
OWNER = "-- A role.\nSELECT r.oid::bigint AS id, r.rolname::text AS rolname\nFROM pg_roles AS r"
TABLE = """-- A table.
-- shape: shared/thing
-- uses: $owner = mine/owner
-- names: things = pg_class, owner_id = relowner, title = relname, size = relpages
"""
SCHEMA = """-- A schema.
-- shape: shared/thing
-- uses: $owner = mine/owner
-- names: things = pg_namespace, owner_id = nspowner, title = nspname
"""


@attrs.frozen
class Owner:
    rolname: str


@attrs.frozen
class Schema:
    nspname: str
    owner: Owner


@attrs.frozen
class Table:
    relname: str
    relpages: int
    owner: Owner


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield Querier(connection)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "shared/shapes/thing.sql", THING)
    write(tmp_path, "mine/shapes/owner.sql", OWNER)
    write(tmp_path, "mine/shapes/table.sql", TABLE)
    write(tmp_path, "mine/shapes/schema.sql", SCHEMA)
    for name in ("table", "schema"):
        text = f"-- A.\n-- uses: mine/{name}\nSELECT mine_{name}.*\nFROM mine_{name}\nORDER BY mine_{name}.id"
        write(tmp_path, f"mine/list_{name}.sql", text)
    return tmp_path


def list_schema(library: Library) -> Any:
    @query("mine/list_schema.sql", library=library)
    class ListSchema(Many[Schema]):
        nspname: str | None = None

    return ListSchema


def problem(root: Path, text: str) -> str:
    """Why a shape of this text is refused."""
    write(root, "mine/shapes/schema.sql", text)
    with pytest.raises(StatementError) as caught:
        list_schema(Library(root))
    return str(caught.value).replace(str(root), "~").removeprefix("~/mine/list_schema.sql:2: uses mine/schema: ")


def test_one_shape_serves_two_tables(root: Path, server: Querier) -> None:
    library = Library(root)

    @query("mine/list_table.sql", library=library)
    class ListTable(Many[Table]):
        relname: str

    owned = "JOIN pg_roles ON pg_roles.oid ="
    tables = server.connection.execute(
        f"SELECT relname, relpages, rolname FROM pg_class {owned} relowner WHERE relname = 'pg_proc'"
    ).fetchall()
    schemas = server.connection.execute(
        f"SELECT nspname, rolname FROM pg_namespace {owned} nspowner ORDER BY pg_namespace.oid"
    ).fetchall()
    assert server.fetch(ListTable(relname="pg_proc")) == [Table(a, b, Owner(c)) for a, b, c in tables]
    assert server.fetch(list_schema(library)()) == [Schema(a, Owner(b)) for a, b in schemas]
    assert len(tables) == 1 and len(schemas) > 2


def test_what_is_sent_has_the_names_of_the_tables_and_shapes(root: Path) -> None:
    text = re.sub(r"\s+", " ", list_schema(Library(root))(nspname="public").compose().text)
    assert "mine_owner AS NOT MATERIALIZED ( SELECT r.oid::bigint AS id, r.rolname::text AS rolname" in text
    assert "SELECT to_json(mine_owner.*) FROM mine_owner WHERE mine_owner.id = pg_namespace.nspowner::bigint" in text
    assert "AND pg_namespace.nspname = $1" in text
    assert not re.search(r"\b(things|thing|owner_id|title|size)\b", text)


def test_an_error_names_the_file_and_the_shape(root: Path) -> None:
    asked = list_schema(Library(root))

    @attrs.frozen
    class Wrong:
        age: int

    wrong = attrs.make_class("WithWrong", {"owner": attrs.field(type=Wrong)}, frozen=True)
    with pytest.raises(StatementError) as caught:
        asked().into(wrong)
    place = f"{root}/shared/shapes/thing.sql:9 (for mine/schema): there is no column age for "
    assert f"mine.ListSchema: {place}" in str(caught.value)


def test_a_library_binds_the_shapes_of_another(root: Path, tmp_path: Path, server: Querier) -> None:
    other = tmp_path / "other"
    write(other, "yours/shapes/schema.sql", SCHEMA.replace("nspname", "nspname, size = oid"))
    text = "-- A.\n-- uses: yours/schema\nSELECT yours_schema.oid::text\nFROM yours_schema\nORDER BY yours_schema.id"
    write(other, "yours/list_ids.sql", text)

    @query("yours/list_ids.sql", library=Library(other, uses=[Library(root)]))
    class ListIds(Many[str]):
        nspname: str

    assert server.fetch(ListIds(nspname="pg_catalog")) == ["11"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("things = pg_namespace, ", "", "~/mine/shapes/schema.sql: it needs a name for things"),
        ("= nspname", "= nspname, age = a", "~/mine/shapes/schema.sql: a name for age, which its header does not name"),
        ("= nspname", "= 'a b'", "~/mine/shapes/schema.sql: title is \"'a b'\", which is not a plain name"),
        ("= nspname", "", "~/mine/shapes/schema.sql:1: title is bound to nothing; write title = and what it is here"),
        ("-- uses: $owner = mine/owner\n", "", "~/mine/shapes/schema.sql: it needs a shape for $owner"),
        ("$owner = mine/owner", "$owner = mine/owner, $it = mine/owner",
         "~/mine/shapes/schema.sql: a shape for $it, which its header does not name"),
        ("$owner = mine/owner", "mine/owner", "~/mine/shapes/schema.sql:1: mine/owner is bound to nothing"),
        ("= mine/owner", "= mine/nobody", "there is no such shape: no file ~/mine/shapes/nobody.sql"),
        ("shared/thing", "shared/things", "there is no such shape: no file ~/shared/shapes/things.sql"),
        ("shared/thing", "shared/thing, mine/owner", "~/mine/shapes/schema.sql:1: it is one shape alone"),
        ("shared/thing", "mine/schema", "~/mine/shapes/schema.sql:1: mine/schema has no statement of its own"),
        ("-- A schema.\n", "", "~/mine/shapes/schema.sql:1: there is no header"),
        ("nspname\n", "nspname\nSELECT 1 AS a FROM b", "~/mine/shapes/schema.sql:1: it names a shape that it is"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(root: Path, old: str, new: str, expected: str) -> None:
    assert old in SCHEMA
    assert problem(root, SCHEMA.replace(old, new)).startswith(expected)


def test_a_shape_in_a_cycle_is_refused(root: Path) -> None:
    assert problem(root, SCHEMA.replace("mine/owner", "mine/schema")) == "shapes in a cycle: schema → schema"


def test_a_shape_that_lacks_names_is_not_used_itself(root: Path) -> None:
    text = SCHEMA.split("-- shape", maxsplit=1)[0] + "-- uses: shared/thing\nSELECT shared_thing.id FROM shared_thing"
    expected = "shared/shapes/thing.sql:1: a shape with roles or names of its own; another file says what they are"
    assert problem(root, text).endswith(expected)


def test_a_statement_is_no_other_shape(root: Path) -> None:
    write(root, "mine/list_schema.sql", SCHEMA)
    with pytest.raises(StatementError, match=r"list_schema\.sql:1: there is no statement in it$"):
        list_schema(Library(root))
