"""A library that is proven: its files are read at their first use. What is wrong with them is said there."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from concordia_sql import Library, Many, ParameterError, ReturningOne, StatementError, command, query
from tests.support.statements import write

OF_CONCORDIA = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
from concordia_sql.auth import *
from concordia_sql.profile import *
from concordia_sql.blog import *
from concordia_sql.services import *
print(*[path for path in opened if path.endswith(".sql")])
GetMember(organization_id="o", user_id="u").compose()
print(*[path for path in opened if path.endswith(".sql") and "migrations" not in path])
"""
SHAPES = ("member", "organization", "user")


@attrs.frozen
class Word:
    id: int
    text: str


def proven(root: Path) -> Library:
    return Library(root, proven=True)


def texts(
    root: Path, statement: str = "SELECT books_word.* FROM books_word WHERE books_word.id = any(:ids)"
) -> Library:
    """A library of one query over a shape that uses another."""
    for name, body in {
        "books/shapes/letter.sql": "SELECT l.id FROM letters AS l",
        "books/shapes/word.sql": "-- uses: books/letter\nSELECT w.id, w.text FROM words AS w JOIN books_letter ON true",
        "books/list_words.sql": f"-- uses: books/word\n{statement}",
    }.items():
        write(root, name, f"-- What there is.\n{body}")
    return proven(root)


def list_words(library: Library) -> type[Any]:
    @query("books/list_words.sql", library=library)
    class ListWords(Many[Word]):
        ids: Sequence[int] = [1, 2]

    return ListWords


def test_concordias_files_are_read_at_the_first_use_and_only_those_of_the_query() -> None:
    run = subprocess.run([sys.executable, "-c", OF_CONCORDIA], capture_output=True, text=True, check=True)
    before, after = run.stdout.splitlines()
    assert before == ""
    assert {Path(path).name for path in after.split()} == {"get.sql", *(f"{name}.sql" for name in SHAPES)}


def test_a_query_is_the_same_as_of_another_library(tmp_path: Path) -> None:
    library = texts(tmp_path)
    late, early = list_words(library), list_words(attrs.evolve(library, proven=False))
    assert late(ids=[3]).compose().text == early(ids=[3]).compose().text
    assert (late().ids, late(ids=[1, 2])) == ((1, 2), late())
    assert late().into(Word).compose().text == early().compose().text


@pytest.mark.parametrize(
    "use",
    [lambda cls: cls().compose(), lambda cls: cls(ids=[1]).into(Word), lambda cls: cls.source],
    ids=["to run it", "with another class", "to look at it"],
)
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("SELECT 'x", r"list_words\.sql:3: unterminated string"),
        ("SELECT books_word.* FROM books_word", r"list_words\.sql: no parameter for the field ids of books\.ListWords"),
    ],
    ids=["a file", "a field"],
)
def test_what_is_wrong_is_said_at_every_use(
    tmp_path: Path, statement: str, problem: str, use: Callable[[Any], object]
) -> None:
    cls = list_words(texts(tmp_path, statement))
    for _ in range(2):
        with pytest.raises(StatementError, match=problem):
            use(cls)
    with pytest.raises(StatementError, match=problem):
        list_words(Library(tmp_path))


def test_a_result_class_that_does_not_fit_is_said_at_the_first_use(tmp_path: Path) -> None:
    cls = list_words(texts(tmp_path, "SELECT books_word.id FROM books_word WHERE books_word.id = any(:ids)"))
    with pytest.raises(StatementError, match=r"list_words\.sql:3: there is no column text for Word"):
        cls().compose()


def test_a_file_of_several_statements_is_no_query(tmp_path: Path) -> None:
    cls = list_words(texts(tmp_path, "SELECT 1; SELECT :ids"))
    with pytest.raises(StatementError, match="only a command has more than one"):
        cls().compose()


def test_a_default_is_checked_at_the_first_use(tmp_path: Path) -> None:
    write(tmp_path, "books/add_word.sql", "-- The word.\nINSERT INTO words (text) VALUES (:text) RETURNING id, text")

    @command("books/add_word.sql", library=proven(tmp_path))
    class AddWord(ReturningOne[Word]):
        text: str = "\0"

    assert AddWord(text="x").text == "x"
    with pytest.raises(ParameterError, match=r"books\.AddWord: text: a text with a NUL character"):
        AddWord()


def test_threads_may_be_the_first_to_use_it_at_once(tmp_path: Path) -> None:
    """None takes the shape that another is reading for one that uses itself, and all have the same shapes."""
    threads = 8
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for attempt in range(20):
            library = texts(tmp_path / str(attempt))
            classes = [list_words(library) for _ in range(threads)]
            together = threading.Barrier(threads)

            def first_use(cls: type[Any], together: threading.Barrier = together) -> set[int]:
                together.wait()
                cls().compose()
                return {id(shape) for shape in cls.source.shapes()}

            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(first_use, classes))
            assert found == [found[0]] * threads
    finally:
        sys.setswitchinterval(interval)
