"""Rules over every query and every SQL file there is."""

import ast
import itertools
import re
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
import psycopg
import pytest

from concordia_sql import CONCORDIA, Many, ParameterError, Querier, Query, Statement, Tree, blog, make_converter
from concordia_sql.engine.checks.describe import Described, Describer
from concordia_sql.engine.checks.levels import Select, read_statement
from concordia_sql.engine.checks.statements import Explained, check_statements, texts
from concordia_sql.engine.columns import columns_of, nested_classes
from concordia_sql.engine.lexer import Token, Tokens, tokenize
from tests.support.catalog import DOMAINS, command_classes, example, query_classes, required

QUERIES = query_classes()
COMMANDS = command_classes()
FILES = sorted(CONCORDIA.root.rglob("*.sql"))
AGGREGATES = {"json_agg", "array_agg", "string_agg"}
UNIQUE = ("id", "next_key", "link_type", "in_language", "start_time")
"""The last keys of orders without ties. `next_key` is bound to another of them. The last three are unique in what one
row has: by the unique keys of links to media, of translations and of times of the week."""

each_class = pytest.mark.parametrize("query_class", [*QUERIES, *COMMANDS], ids=lambda cls: cls.query_name)
each_command = pytest.mark.parametrize("command_class", COMMANDS, ids=lambda cls: cls.query_name)
each_query = pytest.mark.parametrize("query_class", QUERIES, ids=lambda cls: cls.query_name)
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONCORDIA.root)))


@pytest.fixture(scope="module")
def contract_connection(sample_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(sample_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def describer(contract_connection: psycopg.Connection[Any]) -> Describer:
    return Describer(contract_connection)


def test_every_statement_file_has_its_class() -> None:
    statements = {path for path in FILES if path.parent.name != "shapes"}
    assert {query_class.source.path for query_class in [*QUERIES, *COMMANDS]} == statements


@each_class
def test_names_agree(query_class: type[Statement[Any]]) -> None:
    """GetPost is get_post.sql, in the folder of its domain.

    A shared file has a name without what is bound to it, and may end in its order. To purge is to delete as well. To
    get a page or a thread is to list one.
    """
    source, domain = query_class.source, query_class.__module__.split(".")[1]
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", query_class.__name__).lower().split("_")
    stem = re.sub(r"_(newest|oldest|by_slug|by_moment)$", "", source.path.stem).split("_")
    meant = {"purge": ["delete"], "page": ["list", "pages"], "thread": ["list", "threads"]}
    said = [each for word in words for each in (*meant.get(word, ()), word)]
    shared = [word for word in dict.fromkeys(said) if word in stem]
    bound = {*source.renamed, *(source.bound.keys() - {*words})}
    assert [word for word in stem if word not in bound] == (shared if source.shared else words)
    assert source.path.parent.name == ("shared" if source.shared else domain)
    assert query_class.query_name == f"{domain}.{query_class.__name__}"


def test_every_query_and_command_has_a_test_of_its_name() -> None:
    """A file named after it, or one of its domain's tests that names its class, as those of threads do by kind."""
    tests = Path(__file__).parent
    files = [file for domain in DOMAINS for file in (tests / domain.__name__.split(".")[1]).glob("test_*.py")]
    stems = {file.stem for file in files}
    named = {
        name
        for file in (*files, *(tests / "threads").glob("test_*.py"), tests / "support" / "threads.py")
        if file.stem != "test_plans"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in (getattr(node, "id", None), getattr(node, "attr", None))
    }
    untested = [
        cls.query_name for cls in (*QUERIES, *COMMANDS) if cls.__name__ not in named and stem_of(cls) not in stems
    ]
    assert untested == []


def stem_of(query_class: type[Statement[Any]]) -> str:
    return "test_" + re.sub(r"(?<!^)(?=[A-Z])", "_", query_class.__name__).lower()


@each_class
def test_the_docstring_says_what_comes_back(query_class: type[Statement[Any]]) -> None:
    assert query_class.__doc__ and query_class.__doc__.strip().endswith((".", "```"))


def test_each_command_of_accounts_says_what_better_auth_sees() -> None:
    silent = [
        cls.query_name
        for cls in COMMANDS
        if cls.query_name.startswith("auth.") and "Better Auth" not in (cls.__doc__ or "")
    ]
    assert silent == []


@each_file
def test_the_header_is_a_sentence(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert re.fullmatch(r"-- [A-Z].*", first)


def listed(text: str, what: str) -> list[str]:
    """What the header lists, as `-- uses: blog/author, $thread`."""
    return [name.strip() for line in re.findall(rf"^-- {what}:(.*)$", text, re.MULTILINE) for name in line.split(",")]


@each_file
def test_used_shapes_are_those_that_the_header_names(path: Path) -> None:
    text = path.read_text("utf-8")
    if listed(text, "shape"):
        return  # it has no statement, and what its header names is checked when it is read
    declared = {name.replace("/", "_") for name in listed(text, "uses")}
    shapes = {f"{shape.parent.parent.name}_{shape.stem}" for shape in FILES if shape.parent.name == "shapes"}
    words = {token.name for token in tokenize(text, str(path)) if token.kind == "word"}
    assert {name for name in declared if not name.startswith("$")} == words & shapes
    tokens = tokenize(text, str(path))
    parameters = {name for token in tokens if token.kind == "parameter" for name in token.text[1:].split(".")}
    roles = {name[1:] for name in declared if name.startswith("$")}
    texts = {token.text[1:-1] for token in tokenize(text, str(path)) if token.kind == "string"}
    assert roles <= words and set(listed(text, "names")) <= words | parameters | texts


@each_file
def test_aggregates_are_ordered_by_a_unique_last_key(path: Path) -> None:
    words = [token for token in tokenize(path.read_text("utf-8"), str(path)) if not token.blank]
    for index, word in enumerate(words):
        if word.name in AGGREGATES:
            keys = _order_keys(words[index + 2 :])
            assert keys, f"line {word.line}: {word.name} without ORDER BY"
            assert keys[-1] in UNIQUE, f"line {word.line}: the order may have ties"


def _order_keys(words: list[Token]) -> list[str]:
    """The last names of the keys in the ORDER BY of an aggregate whose arguments begin here."""
    depth, inside, keys = 1, False, [""]
    for word, following in itertools.pairwise(words):
        depth += (word.text == "(") - (word.text == ")")
        if depth == 0:
            break
        if depth == 1 and (word.name, following.name) == ("order", "by"):
            inside, keys = True, [""]
        elif inside and depth == 1 and word.text == ",":
            keys.append("")
        elif inside and word.name not in ("", "by", "asc", "desc", "nulls", "first", "last"):
            keys[-1] = word.name
    return keys if inside else []


@each_query
def test_lists_are_ordered(query_class: type[Statement[Any]]) -> None:
    if issubclass(query_class, Many | Tree):
        names = [token.name for token in query_class.source.body if token.kind == "word"]
        assert ("order", "by") in itertools.pairwise(names)


@each_class
def test_every_combination_of_optional_fields_prepares(query_class: type[Statement[Any]], describer: Describer) -> None:
    for composed in {each.text: each for whole in texts(query_class, 2) for each in (*whole.before, whole)}.values():
        assert len(describer.describe(composed.encoded).parameters) == len(composed.parameters)


@each_class
def test_columns_fit_the_fields(query_class: type[Statement[Any]], describer: Describer) -> None:
    """Types fit, and a field may be None where, and only where, its column may be NULL."""
    assert list(check_statements(describer, [query_class], make_converter(), Explained())) == []
    if query_class.result_class is not int:
        composed = texts(query_class)[0]
        _compare_nulls(describer.describe(composed.encoded), query_class.result_class)
        _compare_levels(describer, read_statement(composed.text), query_class.result_class)


@each_command
def test_what_a_command_returns_under_a_name_is_the_column_of_that_name(
    command_class: type[Statement[Any]], describer: Describer
) -> None:
    if command_class.result_class is not int:
        columns = describer.describe(texts(command_class)[0].encoded).columns
        named = {column.name: column.origin.column for column in columns if column.origin is not None}
        assert named == {name: name for name in named}


def _compare_nulls(described: Described, cls: type) -> None:
    columns = {column.name: column for column in described.columns}
    for name, field in columns_of(cls).items():
        column = columns[name]
        assert column.nullable in (None, field.nullable), name
        if column.origin is not None:
            assert column.origin.not_null is not field.nullable, name


def _compare_levels(describer: Describer, select: Select, cls: type) -> None:
    for name, field in columns_of(cls).items():
        for nested in field.nested:
            if nested is not None and (level := select.level(name)) is not None:
                _compare_nulls(describer.describe(level.text.encode()), nested)
                _compare_levels(describer, level, nested)


@each_class
def test_fields_that_may_be_left_out_have_a_default(query_class: type[Statement[Any]]) -> None:
    fields = {field.name: field.default for field in attrs.fields(query_class)}  # type: ignore[arg-type]
    assert all(fields[name] is not attrs.NOTHING for name in query_class._optional.keys() - query_class.source.required)


@each_command
def test_commands_write_times_in_utc(command_class: type[Statement[Any]]) -> None:
    """`now()` or `statement_timestamp()` alone would be in the time zone of the connection."""
    words = [token for statement in statements_of(command_class) for token in statement if not token.blank]
    for index, word in enumerate(words):
        if word.name in ("now", "statement_timestamp") and words[index + 1].text == "(":
            assert [each.text for each in words[index - 4 : index]] == ["timezone", "(", "'UTC'", ","]


@each_command
def test_every_change_is_dated(command_class: type[Statement[Any]]) -> None:
    """What updates a table that has an `updated_at` sets it."""
    for statement in statements_of(command_class):
        words = [token.name for token in statement if not token.blank]
        for index, word in enumerate(words):
            if word == "update" and words[index - 1] not in ("for", "key", "do"):
                assert words[index + 1] in UNDATED or "updated_at" in words[index:]


UNDATED = {"organization", "member", "invitation", "services_availability", "blog_post_media", "services_media_links"}
"""The tables without `updated_at`."""


def statements_of(command_class: type[Statement[Any]]) -> list[Tokens]:
    source = command_class.source
    return [*(each.body for each in source.before), source.body]


def test_every_relation_is_there_in_the_sample(contract_connection: psycopg.Connection[Any]) -> None:
    """So that the examples read every field of every nested class: an empty relation reads none."""
    querier = Querier(contract_connection)
    filled: set[tuple[type, str]] = set()
    for query_class in QUERIES:
        result = querier.fetch(example(query_class))
        _find_filled(result if isinstance(result, list) else [result], filled)
    wanted = {
        (cls, name)
        for query_class in QUERIES
        for cls in nested_classes(query_class.result_class)
        if cls is not None
        for name, column in columns_of(cls).items()
        if column.nested
    }
    assert wanted - filled == set()


def _find_filled(waiting: Sequence[object], filled: set[tuple[type, str]]) -> None:
    """Add the columns with nested classes that hold something, at any depth."""
    waiting = list(waiting)
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple):
            waiting.extend(value)
        elif attrs.has(type(value)):
            for name, column in columns_of(type(value)).items():
                inner = getattr(value, name)
                if column.nested and inner not in (None, ()):
                    filled.add((type(value), name))
                    waiting.append(inner)


HOSTILE = ["' OR TRUE --", "'; DROP TABLE blog_posts; --", "%", "\\", "$1", ":slug", "{}", "\u202e🎉", "x" * 10_000]
REFUSED = ["a\0b", "\ud800", b"bytes", 1.5]


def text_fields(query_class: type[Statement[Any]]) -> list[str]:
    """The fields that take any text."""
    hints = typing.get_type_hints(query_class, include_extras=True)
    fields = {field.name: hints[field.name] for field in attrs.fields(cast("Any", query_class))}
    return [name for name, hint in fields.items() if hint in (str, str | None) and name != "after"]


@each_query
def test_hostile_texts_are_texts(query_class: type[Query[Any]], contract_connection: psycopg.Connection[Any]) -> None:
    """They find what no row has: nothing, and raise nothing."""
    querier = Querier(contract_connection)
    usual = {name: getattr(example(query_class), name) for name in required(query_class)}
    for name in text_fields(query_class):
        for text in HOSTILE:
            found = querier.fetch(query_class(**{**usual, name: text}))
            if name in required(query_class) and isinstance(found, list):
                # No post has a translation in a language that there is not: so all of them miss it.
                assert (found == []) is (query_class is not blog.ListMissingTranslations)


@each_query
def test_what_is_no_text_is_refused(query_class: type[Statement[Any]]) -> None:
    usual = {name: getattr(example(query_class), name) for name in required(query_class)}
    for name in text_fields(query_class):
        for value in REFUSED:
            with pytest.raises(ParameterError, match=rf"{query_class.query_name}: {name}: ") as error:
                query_class(**{**usual, name: value})
            assert "a\0b" not in str(error.value)
