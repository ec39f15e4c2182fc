"""Broken keys, as errors that a caller acts on: in every language, with row security, whatever the key is called."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from concordia_sql import Affected, AsyncQuerier, Command, Conflict, Library, MissingReference, blog, command
from tests.support.both import ask
from tests.support.queries import AddAll, AddThing, CountUp, NewThing
from tests.support.rows import insert

Connection = psycopg.Connection[TupleRow]
AsyncConnection = psycopg.AsyncConnection[TupleRow]

POST = blog.CreatePost(slug="taken", status="draft", in_language="fr")
COMMENT = blog.AddComment(
    post_id="nothing", author_name="n", author_email="e", content="c", status="approved", in_language="fr"
)


@pytest.fixture
def visitor(querier: AsyncQuerier, other: Connection) -> Iterator[str]:
    """A role that the querier takes: it may do all, but row security is on, so that DETAIL has no keys."""
    role = f"visitor_{uuid4().hex}"
    other.execute(f"CREATE ROLE {role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}".encode())
    for table in ("blog_posts", "blog_comments", "blog_categories", "things"):
        other.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        other.execute(f"CREATE POLICY all_rows ON {table} USING (TRUE) WITH CHECK (TRUE)")
    yield role
    other.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


async def fail(querier: AsyncQuerier, command: Command[Any]) -> Exception:
    """What a command raises: the same in a transaction, where nothing can be looked up afterwards, and by itself."""
    first = await fail_once(querier, command, inside=True)
    second = await fail_once(querier, command, inside=False)
    assert (type(first), str(first), first.__dict__) == (type(second), str(second), second.__dict__)
    return second


async def fail_once(querier: AsyncQuerier, command: Command[Any], *, inside: bool) -> Exception:
    try:
        async with querier.transaction() if inside else contextlib.nullcontext():
            await querier.execute(command)
    except (Conflict, MissingReference, psycopg.Error) as error:
        return error
    raise AssertionError


def command_of(folder: Path, text: str) -> Command[Any]:
    """A command without parameters."""
    path = folder / "trial" / "try_it.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"-- Tries.\n{text}")

    @command("trial/" + path.name, library=Library(path.parents[1]))
    class TryIt(Affected):
        pass

    return TryIt()


# The columns

UNIQUE = {
    'ALTER TABLE things RENAME CONSTRAINT things_pkey TO "no word of its (x)=(y) columns"': ("title",),
    "ALTER TABLE things DROP CONSTRAINT things_pkey; CREATE UNIQUE INDEX x ON things (size, title) INCLUDE (size)": (
        "size",
        "title",
    ),
    "ALTER TABLE things DROP CONSTRAINT things_pkey; CREATE UNIQUE INDEX x ON things (title) WHERE size > 0": (
        "title",
    ),
    "ALTER TABLE things DROP CONSTRAINT things_pkey; CREATE UNIQUE INDEX x ON things (lower(title), size)": (
        "lower(title)",
        "size",
    ),
    'ALTER TABLE things ADD "a ""B\'" int DEFAULT 1; UPDATE things SET "a ""B\'" = size;'
    'ALTER TABLE things DROP CONSTRAINT things_pkey; ALTER TABLE things ADD UNIQUE ("a ""B\'")': ("a \"B'",),
    "CREATE SCHEMA x; CREATE TABLE x.things (size int CONSTRAINT things_pkey PRIMARY KEY)": ("title",),
}


@pytest.mark.parametrize("change", UNIQUE)
async def test_a_conflict_has_the_columns_of_any_key(
    querier: AsyncQuerier,
    other: Connection,
    change: str,
) -> None:
    other.execute(change.encode())
    error = await fail(querier, AddThing(title="a"))
    assert isinstance(error, Conflict)
    assert (error.columns, error.row) == (UNIQUE[change], None)
    assert str(error) == f"trial.AddThing: things has a row with this {', '.join(UNIQUE[change])}"


async def test_a_missing_reference_has_the_columns_of_any_key(
    querier: AsyncQuerier,
    other: Connection,
    tmp_path: Path,
) -> None:
    other.execute(
        'CREATE TABLE pairs (a text, "B" int, UNIQUE ("B", a)); CREATE TABLE uses (x text, "Y" int,'
        'CONSTRAINT things_pkey FOREIGN KEY ("Y", x) REFERENCES pairs ("B", a), CONSTRAINT "é" UNIQUE (x, "Y"))'
    )
    error = await fail(querier, command_of(tmp_path, "INSERT INTO uses VALUES ('secret', 1)"))
    assert isinstance(error, MissingReference)
    assert (error.columns, error.row) == (("Y", "x"), None)
    assert str(error) == "trial.TryIt: there is no row for this Y, x"


async def test_a_key_that_is_changed_meanwhile_is_looked_up_anew(querier: AsyncQuerier, other: Connection) -> None:
    assert isinstance(await fail_once(querier, AddThing(title="a"), inside=True), Conflict)
    other.execute("ALTER TABLE things DROP CONSTRAINT things_pkey, ADD CONSTRAINT things_pkey UNIQUE (size)")
    error = await fail_once(querier, AddThing(title="a"), inside=False)
    assert isinstance(error, Conflict)
    assert error.columns == ("size",)


async def test_a_key_is_known_in_a_transaction_that_has_read_a_list(querier: AsyncQuerier) -> None:
    """libpq gives the first answer after it in chunks: the row, and then none."""
    await querier.fetch(CountUp(last=3))
    async with querier.transaction():
        assert len(await querier.fetch(CountUp(last=3))) == 3
        error = await fail_once(querier, AddThing(title="a"), inside=False)
        raise psycopg.Rollback
    assert isinstance(error, Conflict)
    assert error.columns == ("title",)


async def test_a_key_that_cannot_be_looked_up_is_as_it_was(querier: AsyncQuerier, other: Connection) -> None:
    assert isinstance(await fail_once(querier, AddThing(title="a"), inside=False), Conflict)
    await ask(querier, "SET lock_timeout = '50ms'")
    with other.transaction():
        other.execute("LOCK TABLE pg_catalog.pg_constraint")
        error = await fail_once(querier, AddThing(title="a"), inside=False)
    assert isinstance(error, Conflict)
    assert error.columns == ("title",)


async def test_a_key_that_nothing_names_is_a_conflict_without_columns(
    querier: AsyncQuerier,
    other: Connection,
) -> None:
    other.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'secret' USING ERRCODE = 'unique_violation', DETAIL = 'secret'; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    error = await fail(querier, AddThing(title="a"))
    assert isinstance(error, Conflict)
    assert (str(error), error.columns) == ("trial.AddThing: a table has a row with this key", ())


# The words

TAKEN = {
    "en": "Key (title)=({}) already exists.",
    "de": "Schlüssel »(title)=({})« existiert bereits.",
    "es": "Ya existe la llave (title)=({}).",
    "fr": "La clé « (title)=({}) » existe déjà.",
    "it": "La chiave (title)=({}) esiste già.",
    "ja": "キー (title)=({}) はすでに存在します。",
    "ka": "გასაღები უკვე არსებობს: (title)=({}).",
    "ko": "(title)=({}) 키가 이미 있습니다.",
    "ru": 'Ключ "(title)=({})" уже существует.',
    "sv": "Nyckeln (title)=({}) existerar redan.",
    "uk": "Ключ (title)=({}) вже існує.",
    "zh_CN": "键值'(title)=({})' 已经存在",
    "no words": "",
    "other words": "secret",
}


async def test_a_conflict_is_known_in_every_language(querier: AsyncQuerier, other: Connection) -> None:
    """And the row given is named where the values are said."""
    for detail in TAKEN.values():
        text = (
            "CREATE OR REPLACE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF NEW.title LIKE 'taken%' "
            "THEN RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'x', TABLE = 'things',"
            f"CONSTRAINT = 'things_pkey', DETAIL = replace($q${detail}$q$, '{{}}', NEW.title);"
            "END IF; RETURN NEW; END $f$;"
            "CREATE OR REPLACE TRIGGER say BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION say()"
        )
        other.execute(text.encode())
        taken = "taken) already exists.)=(c"
        error = await fail(querier, AddAll(things=[NewThing(title="c"), NewThing(title=taken)]))
        assert isinstance(error, Conflict)
        assert (error.columns, error.row) == (("title",), 1 if "{}" in detail else None)


async def test_keys_are_known_under_row_security(
    querier: AsyncQuerier,
    other: Connection,
    visitor: str,
) -> None:
    insert(other, "blog_posts", {"slug": "taken"})
    await ask(querier, f"SET ROLE {visitor}")
    for error, expected, columns in (
        (await fail(querier, POST), Conflict, ("slug",)),
        (await fail(querier, COMMENT), MissingReference, ("post_id",)),
        (await fail(querier, AddAll(things=[NewThing(title="a")])), Conflict, ("title",)),
    ):
        assert isinstance(error, Conflict | MissingReference)
        assert (type(error), error.columns, error.row) == (expected, columns, None)
        assert error.__cause__ is not None
        assert "taken" not in f"{error}{error.__cause__}"


# Which side of a foreign key

SIDES = {
    # what the statement writes, whether row security keeps DETAIL silent, and what it is
    "INSERT INTO notes (about) VALUES ('nothing')": (MissingReference, MissingReference),
    "UPDATE notes SET about = 'nothing'": (MissingReference, MissingReference),
    "UPDATE notes SET about = 'nothing' WHERE about IN (SELECT title FROM things)": (
        MissingReference,
        MissingReference,
    ),
    "DELETE FROM things": (errors.ForeignKeyViolation, errors.ForeignKeyViolation),
    "UPDATE things SET title = title || '!'": (errors.ForeignKeyViolation, errors.ForeignKeyViolation),
    "UPDATE things SET (size, title) = (1, 'c')  WHERE title = 'a'": (
        errors.ForeignKeyViolation,
        errors.ForeignKeyViolation,
    ),
    # Either may be meant, and only DETAIL tells.
    "WITH gone AS (DELETE FROM things WHERE title = 'b') INSERT INTO notes (about) VALUES ('nothing')": (
        MissingReference,
        errors.ForeignKeyViolation,
    ),
    "WITH note AS (INSERT INTO notes (about) VALUES ('b')) DELETE FROM things WHERE title = 'a'": (
        errors.ForeignKeyViolation,
        errors.ForeignKeyViolation,
    ),
}


@pytest.mark.parametrize("is_silent", [False, True])
async def test_only_a_row_that_is_not_there_is_a_missing_reference(
    querier: AsyncQuerier, other: Connection, tmp_path: Path, visitor: str, *, is_silent: bool
) -> None:
    """And not one that others still refer to, which is the same error of the same key."""
    other.execute("CREATE TABLE notes (about text CONSTRAINT x REFERENCES things); INSERT INTO notes VALUES ('a')")
    if is_silent:
        other.execute(f"GRANT ALL ON notes TO {visitor}".encode())
        other.execute("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        other.execute("CREATE POLICY all_rows ON notes USING (TRUE) WITH CHECK (TRUE)")
        await ask(querier, f"SET ROLE {visitor}")
    for statement, expected in SIDES.items():
        assert type(await fail(querier, command_of(tmp_path, statement))) is expected[is_silent], statement


async def test_sides_with_the_same_columns_are_told_apart_by_the_statement(
    querier: AsyncQuerier,
    other: Connection,
    tmp_path: Path,
) -> None:
    other.execute("CREATE TABLE notes (title text REFERENCES things); INSERT INTO notes VALUES ('a')")
    added = await fail(querier, command_of(tmp_path, "INSERT INTO notes VALUES ('nothing')"))
    assert isinstance(added, MissingReference)
    deleted = await fail(querier, command_of(tmp_path, "DELETE FROM things"))
    assert isinstance(deleted, errors.ForeignKeyViolation)


# The row


@attrs.frozen
class NewNote:
    title: str | None = None
    size: int | None = None


@pytest.fixture
def adding(tmp_path: Path) -> Any:
    """A command with two kinds of rows and a field, all of them titles."""
    path = tmp_path / "trial" / "add_some.sql"
    path.parent.mkdir()
    path.write_text(
        "-- Adds.\nWITH note AS (\n    INSERT INTO notes (title)\n    SELECT note.title\n"
        "    FROM jsonb_to_recordset(:notes::jsonb) AS note (title text)\n)\nINSERT INTO things (title, size)\n"
        "SELECT thing.title, 1\nFROM jsonb_to_recordset(:things::jsonb) AS thing (title text)\n"
        "UNION ALL\nSELECT :title, 1"
    )

    @command("trial/" + path.name, library=Library(path.parents[1]))
    class AddSome(Affected):
        title: str
        things: tuple[NewNote, ...] = ()
        notes: tuple[NewNote, ...] = ()

    return AddSome


async def test_the_row_is_named_only_without_doubt(querier: AsyncQuerier, other: Connection, adding: Any) -> None:
    other.execute("CREATE TABLE notes (title text UNIQUE); INSERT INTO notes VALUES ('a')")
    new, taken, nothing = NewNote(title="n"), NewNote(title="a"), NewNote()
    for command_, row in (
        (adding(title="t", things=(new, taken)), 1),
        (adding(title="t", notes=(nothing, new, taken)), 2),
        (adding(title="t", things=(taken, new, taken)), 2),  # the last of those that have it
        (adding(title="t", notes=(new,), things=(taken,)), 0),
        (adding(title="t", notes=(taken,), things=(new, taken)), None),  # of either kind
        (adding(title="a", things=(taken,)), None),  # or the field
        (adding(title="a", things=(new,)), None),
    ):
        error = await fail(querier, command_)
        assert isinstance(error, Conflict)
        assert (error.columns, error.row) == (("title",), row)


async def test_a_batch_names_the_row_of_the_command_that_failed(
    querier: AsyncQuerier, other: Connection, adding: Any
) -> None:
    """Also where another command has the same values, in another row."""
    other.execute("CREATE TABLE notes (title text UNIQUE); INSERT INTO notes VALUES ('a')")
    a, x, y = (NewNote(title=title) for title in "axy")
    for row, batch in (
        (1, (adding(title="t", things=(x, a)), adding(title="u"))),
        (0, (adding(title="t", things=(x, y)), adding(title="v", things=(y,)), adding(title="w", things=(x, y)))),
    ):
        with pytest.raises(Conflict) as caught:
            await querier.execute_batch(*batch)
        assert (caught.value.columns, caught.value.row) == (("title",), row)
