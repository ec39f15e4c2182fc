"""A library of somebody's own on a database without Concordia's tables: names, migrations, refusals, types."""

import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import (
    CONCORDIA,
    AsyncQuerier,
    Conflict,
    Database,
    Library,
    Many,
    MissingReference,
    NoConnection,
    NotMigrated,
    Querier,
    Refused,
    ResultError,
    ReturningMany,
    StatementError,
    auth,
    command,
    query,
)
from concordia_sql.engine.library import advice_of, check_command
from concordia_sql.engine.migrating import migrate
from concordia_sql.engine.statement import find_shape, load
from tests.support import bakery
from tests.support.rows import insert
from tests.support.statements import said, write

Connection = psycopg.Connection[TupleRow]
ANNA = bakery.User("anna", "Anna@example.org", ("Anni", 'la, "grande"'))
LOAF = bakery.Loaf("dark", "rye", ("rye", "spelt"), (750, 1500))
YOYO = "yoyo apply --batch --database postgresql+psycopg://…"
TYPES = """
CREATE EXTENSION citext;
CREATE TYPE grain AS ENUM ('rye', 'wheat');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN grams AS int;
CREATE DOMAIN small_grams AS grams;
CREATE SCHEMA own;
CREATE TYPE own.json AS ENUM ('t');
SET lc_monetary TO 'C';
SET search_path TO own, pg_catalog, public;
"""


@pytest.fixture
def empty_url(database_url: str, connection: Connection) -> str:
    """The URL of a database with nothing in it."""
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")
    return database_url


@pytest.fixture
def shop(empty_url: str) -> Iterator[Database]:
    """The bakery's database, with a customer and a loaf."""
    migrate(empty_url, bakery.LIBRARY)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("INSERT INTO customers VALUES (%s, %s, %s)", [ANNA.id, ANNA.email, list(ANNA.nicknames)])
    with Database(empty_url) as database:
        database.execute(bakery.AddLoaf(id="dark", grain="rye", grains=["rye", "spelt"], weights=[750, 1500]))
        yield database


def test_its_queries_read_over_its_shapes(shop: Database) -> None:
    assert shop.fetch(bakery.GetUser(email="anna@EXAMPLE.org")) == ANNA
    assert shop.fetch(bakery.ListUsers()) == [ANNA]
    assert shop.fetch(bakery.ListUsers(nicknames=["x", "anni"])) == [ANNA]
    assert shop.fetch(bakery.ListUsers(nicknames=["x"])) == []
    assert shop.fetch(bakery.ListLoaves(grain="rye", grains=["rye", "wheat"])) == [LOAF]
    assert shop.fetch(bakery.ListLoaves(grains=["wheat"])) == []
    assert shop.execute(bakery.OrderLoaf(loaf_id="dark", customer_id="anna", quantity=2)) == bakery.Count(0)
    assert shop.fetch(bakery.GetLoaf(id="dark")) == bakery.OrderedLoaf(
        **attrs.asdict(LOAF), orders=(bakery.Order(2, ANNA),)
    )
    assert shop.fetch(bakery.CountOrders()) == bakery.Count(1)


def test_its_pool_has_the_name_that_she_gives(shop: Database, empty_url: str, connection: Connection) -> None:
    with Database(empty_url, name="bakery", max_size=1, timeout=0.05) as database, database.querier() as querier:
        assert querier.fetch(bakery.CountOrders()) == bakery.Count(0)
        named = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
        assert connection.execute(named, ["bakery"]).fetchone() == (1,)
        assert database.stats().name == "bakery"
        with pytest.raises(NoConnection, match="^bakery: no connection was free") as caught:
            database.fetch(bakery.CountOrders())
        assert "concordia" not in said(caught.value).lower()


async def test_types_of_its_own_in_a_stream_and_unprepared(shop: Database, empty_url: str) -> None:
    with shop.stream(bakery.ListLoaves()) as loaves, shop.stream(bakery.ListUsers()) as users:
        assert ([*loaves], [*users]) == ([LOAF], [ANNA])
    async with await psycopg.AsyncConnection.connect(empty_url, autocommit=True) as connection:
        querier = AsyncQuerier(connection, prepare=False)
        async with querier.transaction(), querier.stream(bakery.ListLoaves()) as rows:
            assert [row async for row in rows] == [LOAF]
        for _ in range(2):
            assert await querier.fetch_batch(bakery.ListLoaves(), bakery.ListUsers()) == ([LOAF], [ANNA])


def test_types_of_its_own_after_a_first_run_that_failed(connection: Connection, tmp_path: Path) -> None:
    """The statement is prepared then, and nobody has read a row of it."""
    connection.execute(TYPES)
    write(tmp_path, "shop/divide.sql", "-- Grains.\nSELECT '{rye}'::grain[] AS value WHERE 1 / :by::int = 1")
    divide: Any = query_of(tmp_path, "shop/divide.sql", value=tuple[str, ...])
    querier = Querier(connection)
    with pytest.raises(psycopg.errors.DivisionByZero):
        querier.fetch(divide(by=0))
    assert [row.value for row in querier.fetch(divide(by=1))] == [("rye",)]


def test_an_error_names_a_type_of_its_own(connection: Connection, tmp_path: Path) -> None:
    connection.execute(TYPES)
    querier = Querier(connection)
    for column, hint, expected in [
        ("'rye'::grain", int, "public.grain, and its field is int"),
        ("'a'::citext", bool, "public.citext, and its field is bool"),
        ("'{rye}'::grain[]", str, "public.grain[], and its field is str"),
        ("row(1, 'a')::pair", int, "public.pair, and its field is int"),
        ("'t'::own.json", int, "own.json, and its field is int"),
    ]:
        write(tmp_path, "shop/ask.sql", f"-- One.\nSELECT {column} AS value")
        with pytest.raises(ResultError) as caught:
            querier.fetch(query_of(tmp_path, "shop/ask.sql", value=hint)())
        assert str(caught.value) == f"shop.Ask: column value is of type {expected}"


def test_a_value_that_has_no_other_form_is_its_text(connection: Connection, tmp_path: Path) -> None:
    connection.execute(TYPES)
    querier = Querier(connection)
    grains = (("rye", "wheat"), ("wheat", None))
    for column, hint, expected in [
        ("'(1,\"a b\")'::pair", str, '(1,"a b")'),
        ("array['(1,a)'::pair]", tuple[str, ...], ("(1,a)",)),
        ("'1.5'::money", str, "$1.50"),
        ("'a'::tsvector", str, "'a'"),
        ("'t'::own.json", str, "t"),
        ("'{{rye,wheat},{wheat,NULL}}'::grain[]", tuple[tuple[str | None, ...], ...], grains),
        ("'{}'::grain[]", tuple[str, ...], ()),
        ("'{5}'::small_grams[]", tuple[int, ...], (5,)),
    ]:
        write(tmp_path, "shop/ask.sql", f"-- One.\nSELECT {column} AS value")
        (row,) = querier.fetch(query_of(tmp_path, "shop/ask.sql", value=hint)())
        assert row.value == expected


def test_its_commands_are_refused_and_its_keys_conflict(shop: Database) -> None:
    with pytest.raises(Refused) as refused:
        shop.execute(bakery.OrderLoaf(loaf_id="dark", customer_id="anna", quantity=4))
    assert (refused.value.reason, refused.value.found) == ("sold_out", "3")
    assert str(refused.value) == "shop.OrderLoaf: sold_out, found 3"
    with pytest.raises(MissingReference) as missing:
        shop.execute(bakery.OrderLoaf(loaf_id="dark", customer_id="nobody", quantity=1))
    assert missing.value.columns == ("customer_id",)
    with pytest.raises(Conflict) as conflict:
        shop.execute(bakery.AddLoaf(id="dark", grain="rye", grains=[], weights=[]))
    assert conflict.value.columns == ("id",)
    assert shop.fetch(bakery.CountOrders()) == bakery.Count(0)
    for error in (refused.value, missing.value, conflict.value):
        assert "concordia" not in said(error).lower()


def test_what_is_missing_is_to_be_migrated_by_its_own(empty_url: str, connection: Connection) -> None:
    module = "tests.support.bakery"
    missing = 'relation "loaves" does not exist; migrations: none is applied.'
    querier = Querier(connection)
    with pytest.raises(NotMigrated) as caught:
        querier.fetch(bakery.ListLoaves())
    run = f"Run: concordia-sql migrate {module} See: concordia-sql check {module}"
    assert str(caught.value) == f"shop.ListLoaves: {missing} {run}"
    with pytest.raises(NotMigrated) as both:
        querier.fetch_batch(bakery.ListLoaves(), auth.ListUsers())
    assert str(both.value) == f"shop.ListLoaves: {missing} {run}"  # the first that fails
    assert advice_of(CONCORDIA) == "the database lacks migrations. Run: concordia-sql migrate"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ""),
        ({"migrations": Path("/my app/migrations")}, f"{YOYO} '/my app/migrations'"),
        ({"migrations": "package:shop:migrations"}, f"{YOYO} package:shop:migrations"),
        ({"migrations": ["a", Path("b")], "uses": [CONCORDIA]}, f"{YOYO} a b package:concordia_sql:migrations"),
        ({"migrations": "a", "not_migrated": "ask Anna"}, "ask Anna"),
    ],
)
def test_what_a_library_says_of_missing_tables(given: dict[str, object], expected: str) -> None:
    library = Library(Path("sql"), **given)  # type: ignore[arg-type]
    assert advice_of(library).removeprefix("the database lacks migrations. Run: ") == expected


def test_the_outermost_module_that_names_a_library_is_the_one_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(Path("sql"), migrations="a")
    for name in ("shop.deep.queries", "__main__", "shop", "shop.queries"):
        module = types.ModuleType(name)
        module.LIBRARY = library  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    assert advice_of(library).endswith("Run: concordia-sql migrate shop")
    assert check_command(library) == "concordia-sql check shop"
    assert check_command(Library(Path("other"))) == "concordia-sql check MODULE"


def test_without_migrations_psycopgs_error_passes_through(connection: Connection, tmp_path: Path) -> None:
    write(tmp_path, "shop/ask.sql", "-- Nothing.\nSELECT nothing.a AS value FROM nothing")
    with pytest.raises(psycopg.errors.UndefinedTable):
        Querier(connection).fetch(query_of(tmp_path, "shop/ask.sql", value=str)())


def test_its_refusals_have_the_sqlstate_that_it_says(connection: Connection, tmp_path: Path) -> None:
    write(tmp_path, "shop/do.sql", "-- Does it.\nSELECT refuse() AS value")
    connection.execute(
        "CREATE FUNCTION refuse() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'closed' USING ERRCODE = 'SH001', DETAIL = 'on sunday'; END $$"
    )
    library = Library(tmp_path, refused="SH001")

    @command("shop/do.sql", library=library)
    class Do(ReturningMany[Value]):
        pass

    @command("shop/do.sql", library=Library(tmp_path))
    class DoOtherwise(ReturningMany[Value]):
        pass

    with pytest.raises(Refused) as caught:
        Querier(connection).execute(Do())
    assert (caught.value.reason, caught.value.found) == ("closed", "on sunday")
    with pytest.raises(psycopg.DatabaseError) as other:
        Querier(connection).execute(DoOtherwise())
    assert other.value.sqlstate == "SH001"


def test_its_own_shapes_come_before_those_that_it_uses(tmp_path: Path) -> None:
    write(tmp_path, "auth/shapes/user.sql", "-- Hers.\nSELECT mine.id, mine.shoe_size FROM mine")
    write(tmp_path, "blog/shapes/posts.sql", "-- A shape like a table of the other.\nSELECT mine.id FROM mine")
    write(tmp_path, "auth/get.sql", "-- One.\n-- uses: auth/user, blog/posts, blog/author\nSELECT 1 AS value")
    library = Library(tmp_path, uses=[CONCORDIA])
    uses = load("auth/get.sql", library).uses
    assert [*uses["auth_user"].columns] == ["id", "shoe_size"]
    assert uses["blog_posts"].source.library == library
    assert uses["blog_author"] is find_shape("blog/author", CONCORDIA)
    with pytest.raises(StatementError, match="there is no such shape: no file"):
        load("auth/get.sql", Library(tmp_path))


def test_a_name_that_both_have_means_what_its_library_says(connection: Connection, tmp_path: Path) -> None:
    """Her `auth/user` stands beside an `auth/member` whose user is Concordia's."""
    insert(connection, "user", {"id": "anna", "name": "Anna"})
    insert(connection, "organization", {"id": "bakers"})
    insert(connection, "member", {"user_id": "anna", "organization_id": "bakers"})
    write(tmp_path, "auth/shapes/user.sql", '-- Hers.\nSELECT "user".id, 43 AS shoe_size FROM "user"')
    statement = (
        "SELECT auth_user.shoe_size AS shoes, auth_member.user AS whose FROM auth_member, auth_user"
        " WHERE auth_user.id = auth_member.user_id"
    )
    for uses in ("auth/user, auth/member", "auth/member, auth/user"):
        write(tmp_path, "auth/ask.sql", f"-- Both.\n-- uses: {uses}\n{statement}")
        asked = query_of(tmp_path, "auth/ask.sql", uses=[CONCORDIA], shoes=int, whose=Person)
        (row,) = Querier(connection).fetch(asked())
        assert (row.shoes, row.whose) == (43, Person("anna", "Anna"))


def test_a_shape_that_would_stand_in_for_a_table_of_the_other_library_is_refused(tmp_path: Path) -> None:
    posts = write(tmp_path, "blog/shapes/posts.sql", "-- Hers.\nSELECT mine.id FROM mine")
    library = Library(tmp_path, uses=[CONCORDIA])
    for uses in ("blog/posts, blog/post", "blog/post, blog/posts"):
        write(tmp_path, "blog/get.sql", f"-- Both.\n-- uses: {uses}\nSELECT 1 AS value")
        with pytest.raises(StatementError) as caught:
            load("blog/get.sql", library)
        table = f"the table blog_posts in {CONCORDIA.root}/blog/shapes/post.sql"
        assert str(caught.value) == f"{tmp_path}/blog/get.sql:2: {posts} would hide {table}"


@attrs.frozen
class Person:
    id: str
    name: str


@attrs.frozen
class Value:
    value: str


def query_of(root: Path, path: str, uses: Sequence[Library] = (), **hints: Any) -> type[Many[Any]]:
    """A query whose rows have fields of these types; its one parameter may be `by`."""
    row = attrs.make_class("Row", {name: attrs.field(type=hint) for name, hint in hints.items()}, frozen=True)
    fields: dict[str, Any] = {"__annotations__": {"by": int}} if ":by" in (root / path).read_text("utf-8") else {}
    asked = types.new_class("Ask", (Many[row],), exec_body=lambda own: own.update(fields))  # type: ignore[valid-type]
    return query(path, library=Library(root, uses=uses))(cast("type[Many[Any]]", asked))
