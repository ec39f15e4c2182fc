"""A file with roles serves any shapes that have its columns: each query binds its own, and says its own names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs
import psycopg
import pytest

from concordia_sql import Affected, Many, Querier, ReturningMany, StatementError
from tests.support.statements import command, query, write


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield Querier(connection)


@attrs.frozen
class Note:
    id: int
    song_id: int


@attrs.frozen
class Word:
    id: int
    page_id: int
    text: str


NEWEST = """-- What belongs to a subject, the newest first.
-- uses: $thing, mine/nothing
-- names: subject_id
SELECT thing.*
FROM thing
WHERE
    thing.subject_id = :subject_id
    AND thing.subject_id > 0 -- when :subject_id and :only = 'songs'
    AND NOT EXISTS (SELECT FROM mine_nothing)
ORDER BY
    thing.length, -- when :sort = 'longest'
    thing.id DESC
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with two shapes of the same form, one over the other's."""
    write(tmp_path, "mine/shapes/nothing.sql", "-- A.\nSELECT t.a FROM (SELECT 1 AS a LIMIT 0) AS t")
    notes = "-- A.\nSELECT n.id, n.song_id FROM (VALUES (1, 1), (2, 1), (3, 2)) AS n (id, song_id)"
    write(tmp_path, "music/shapes/note.sql", notes)
    words = """-- A.
-- uses: music/note
SELECT w.id, w.page_id, 'x' || w.id AS text, length('xx') AS length,
    (SELECT count(*) FROM music_note) AS notes
FROM (VALUES (1, 1), (2, 1), (3, 2)) AS w (id, page_id)"""
    write(tmp_path, "books/shapes/word.sql", words)
    write(tmp_path, "shared/get_newest.sql", NEWEST.replace("    thing.length, -- when :sort = 'longest'\n", ""))
    return tmp_path


def newest(root: Path, shapes: Mapping[str, str], names: Mapping[str, str], text: str = NEWEST) -> type[Any]:
    """The query of notes, of this text."""
    path = write(root, "shared/get_newest.sql", text)

    @query(path, shapes=shapes, names=names)
    class GetNewest(Many[Note]):
        song_id: int
        only: Literal["songs"] | None = None
        sort: Literal["longest"] | None = None

    return GetNewest


def problem(root: Path, shapes: Mapping[str, str], names: Mapping[str, str], text: str = NEWEST) -> str:
    """What making the query is refused with."""
    with pytest.raises(StatementError) as caught:
        newest(root, shapes, names, text)
    return str(caught.value).replace(str(root), "~")


NOTES = {"thing": "music/note"}
SONGS = {"subject_id": "song_id"}


def test_a_file_serves_several_tables(root: Path, server: Querier) -> None:
    path = root / "shared" / "get_newest.sql"

    @query(path, shapes=NOTES, names=SONGS)
    class GetNotes(Many[Note]):
        song_id: int
        only: Literal["songs"] | None = None

    @query(path, shapes={"thing": "books/word"}, names={"subject_id": "page_id"})
    class GetWords(Many[Word]):
        page_id: int
        only: Literal["songs"] = "songs"

    assert server.fetch(GetNotes(song_id=1)) == [Note(2, 1), Note(1, 1)]
    assert server.fetch(GetNotes(song_id=-1, only="songs")) == []
    assert server.fetch(GetWords(page_id=2)) == [Word(3, 2, "x3")]
    assert (GetNotes.query_name, GetWords.query_name) == ("music.GetNotes", "books.GetWords")
    assert GetWords.source.bindings == " (with $thing as books/word)"


def test_a_role_is_a_name_in_the_with(root: Path) -> None:
    text = re.sub(r"\s+", " ", newest(root, NOTES, SONGS)(song_id=1).compose().text)
    assert text.startswith("WITH mine_nothing AS NOT MATERIALIZED (")
    assert ", thing AS NOT MATERIALIZED ( SELECT n.id, n.song_id FROM (VALUES" in text
    assert "WHERE thing.song_id = $1 AND NOT EXISTS" in text
    assert "subject_id" not in text and "music_note" not in text


def test_a_shape_may_be_bound_twice_and_used_too(root: Path, server: Querier) -> None:
    text = """-- A.
-- uses: $one, $other, music/note
SELECT one.id, other.song_id
FROM one
INNER JOIN other ON one.id = other.id
INNER JOIN music_note ON other.id = music_note.id
ORDER BY one.id"""

    @query(write(root, "shared/list_all.sql", text), shapes={"one": "music/note", "other": "music/note"})
    class ListAll(Many[Note]):
        pass

    assert server.fetch(ListAll()) == [Note(1, 1), Note(2, 1), Note(3, 2)]


@pytest.mark.parametrize(
    ("shapes", "names", "expected"),
    [
        ({}, SONGS, "it needs a shape for $thing"),
        (NOTES, {}, "it needs a name for subject_id"),
        ({**NOTES, "things": "music/note"}, SONGS, "a shape for $things, which its header does not name"),
        (NOTES, {**SONGS, "id": "note_id"}, "a name for id, which its header does not name"),
        ({"thing": "music/notes"}, SONGS,
         "$thing is music/notes: there is no such shape: no file ~/music/shapes/notes.sql"),
        (NOTES, {"subject_id": "song id"}, "subject_id is 'song id', which is not a plain name"),
        (NOTES, {"subject_id": "songId"}, "subject_id is 'songId', which is not a plain name"),
    ],
)  # fmt: skip
def test_each_role_and_name_is_bound(
    root: Path, shapes: Mapping[str, str], names: Mapping[str, str], expected: str
) -> None:
    assert problem(root, shapes, names).startswith(f"~/shared/get_newest.sql: {expected}")


MOVE = """-- Move a thing.
-- names: things, place_id, taken, moved_by
SELECT refuse_command('taken')
FROM things
WHERE things.place_id = :place_id;

UPDATE things
SET
    moved_by = :moved_by, -- when $moved_by -- and another comment
    place_id = :place_id
"""


def test_a_command_writes_the_tables_that_its_names_say(root: Path) -> None:
    """A line for a name stands in the command that has the name. A text in quotes is a name too, as a whole."""
    path = write(root, "shared/move.sql", MOVE)

    @command(path, names={"things": "songs", "place_id": "disc_id", "taken": "disc_taken"}, domain="music")
    class MoveSong(Affected):
        disc_id: int

    words = {"things": "pages", "place_id": "book_id", "taken": "not taken", "moved_by": "author"}

    @command(path, names={**words, "taken": "full"}, domain="books")
    class MovePage(Affected):
        book_id: int
        author: str

    song, page = MoveSong(disc_id=1).compose(), MovePage(book_id=1, author="a").compose()
    assert [each.text.split() for each in (*song.before, song)] == [
        ["SELECT", "refuse_command('disc_taken')", "FROM", "songs", "WHERE", "songs.disc_id", "=", "$1"],
        ["UPDATE", "songs", "SET", "disc_id", "=", "$1"],
    ]
    assert page.text.split() == ["UPDATE", "pages", "SET", "author", "=", "$1,", "book_id", "=", "$2"]
    assert (MoveSong.query_name, MovePage.query_name) == ("music.MoveSong", "books.MovePage")
    assert MoveSong.source.bindings == " (with things as songs, place_id as disc_id, taken as disc_taken)"
    with pytest.raises(StatementError, match="taken is 'not taken', which is not a plain name"):
        command(path, names=words)(MovePage)


def test_a_line_for_a_name_may_need_fields_too(root: Path) -> None:
    text = NEWEST.replace("subject_id\nSELECT", "subject_id, mark\nSELECT").replace(
        "ORDER BY", "    AND 'm' = :mark -- when $mark and :only = 'songs' and :mark -- a comment\nORDER BY"
    )
    path = write(root, "shared/get_newest.sql", text)

    @query(path, shapes=NOTES, names={**SONGS, "mark": "star"})
    class GetMarked(Many[Note]):
        song_id: int
        star: str | None = None
        only: Literal["songs"] | None = None
        sort: Literal["longest"] | None = None

    assert "'m' =" not in newest(root, NOTES, SONGS, text)(song_id=1, only="songs").compose().text
    cases: list[tuple[dict[str, Any], bool]] = [
        ({}, False),
        ({"star": "a"}, False),
        ({"star": "a", "only": "songs"}, True),
    ]
    for given, stands in cases:
        assert ("'m' = $2" in GetMarked(song_id=1, **given).compose().text) == stands


@pytest.mark.parametrize(
    "condition", ["$mark or :only", "$mark and $subject_id", "$mark :only", ":only and $mark", "$"]
)
def test_a_line_for_a_name_is_misspelt(root: Path, condition: str) -> None:
    text = NEWEST.replace(":subject_id and :only = 'songs'", condition)
    assert ": a conditional line ends as in " in problem(root, NOTES, SONGS, text)


def test_a_line_for_a_name_that_the_header_lacks_is_refused(root: Path) -> None:
    path = write(root, "shared/move.sql", MOVE.replace(", moved_by\n", "\n"))
    expected = r"move\.sql: a name for moved_by, which its header does not name$"
    with pytest.raises(StatementError, match=expected):
        command(path, names={"things": "songs", "place_id": "disc_id", "taken": "disc_taken"})(Affected)


def test_a_command_needs_its_roles(root: Path) -> None:
    with pytest.raises(StatementError, match=r"get_newest\.sql: it needs a shape for \$thing$"):
        command(root / "shared" / "get_newest.sql")(ReturningMany[Note])


def test_a_shape_has_no_roles(root: Path) -> None:
    write(root, "mine/shapes/any.sql", "-- A.\n-- uses: $thing\nSELECT thing.id FROM thing")
    expected = "$thing is mine/any: ~/mine/shapes/any.sql:1: a shape with roles or names of its own"
    assert problem(root, {"thing": "mine/any"}, SONGS).startswith(f"~/shared/get_newest.sql: {expected}")


def test_a_role_does_not_hide_what_a_shape_names(root: Path) -> None:
    """It would be read in place of a table of that name."""
    write(root, "mine/shapes/hidden.sql", "-- A.\nSELECT t.id, t.thing AS song_id\nFROM thing AS t")
    expected = "~/mine/shapes/hidden.sql:3: the role $thing of ~/shared/get_newest.sql would hide it"
    assert problem(root, {"thing": "mine/hidden"}, SONGS) == expected
    write(root, "mine/shapes/hidden2.sql", "-- A.\n-- uses: mine/hidden\nSELECT mine_hidden.id FROM mine_hidden")
    assert problem(root, {"thing": "mine/hidden2"}, SONGS) == expected
    twice = NEWEST.replace("$thing", "$mine_nothing")
    assert problem(root, {"mine_nothing": "music/note"}, SONGS, twice) == (
        "~/shared/get_newest.sql: $mine_nothing is also the name of a shape that it uses"
    )


def test_errors_say_which_shapes_are_bound(root: Path) -> None:
    bound = " (with $thing as music/note)"
    asked = newest(root, NOTES, SONGS)
    with pytest.raises(StatementError) as caught:
        asked(song_id=1).into(Word)
    assert re.fullmatch(
        rf"music\.GetNewest: {root}/shared/get_newest\.sql:?\d*: there is no column page_id, text for Word; .*"
        + re.escape(bound),
        str(caught.value),
    )
    text = NEWEST.replace("thing.id DESC", "thing.id DESC, :other::text")
    assert problem(root, NOTES, SONGS, text) == (
        f"~/shared/get_newest.sql: music.GetNewest has no field for the parameter other{bound}"
    )


def test_lines_for_values_that_another_query_needs_stand_in_a_shared_file(root: Path) -> None:
    """But each value of the type has a line: one that is misspelt in the file would else be a line left out."""
    for line in ("-- when :sort = 'shortest'", "-- when :only = 'words' and :sort = 'longest'"):
        newest(root, NOTES, SONGS, NEWEST.replace("ORDER BY\n", f"ORDER BY\n    thing.weight, {line}\n"))
    text = NEWEST.replace("thing.id DESC", "thing.id DESC, -- when :song_id = '1'\n    thing.id")
    assert problem(root, NOTES, SONGS, text) == (
        "~/shared/get_newest.sql:12: song_id is never '1'; its type lists no Literal (with $thing as music/note)"
    )
    text = NEWEST.replace("'longest'", "'lnogest'").replace("DESC", "DESC, :sort::text")
    assert problem(root, NOTES, SONGS, text) == (
        "~/shared/get_newest.sql: no conditional line for sort = 'longest' (with $thing as music/note)"
    )
