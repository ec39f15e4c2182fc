"""A query gives the same rows with pruned shapes as with whole ones: the library's own, and SQL at random.

`FUZZ=20` makes twenty times as many cases.
"""

import os
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, cast

import attrs
import psycopg
import pytest

from concordia_sql import Affected, Many, Querier, Query, ResultError
from concordia_sql.engine.columns import columns_of
from concordia_sql.engine.compose import compose_with
from concordia_sql.engine.conditions import holding
from concordia_sql.engine.prune import whole
from concordia_sql.engine.queries import _make
from tests.support.catalog import example, filters, query_classes, required
from tests.support.random_sql import AMBIGUOUS, FRAME, SHAPES, Columns, Writer, class_for
from tests.support.statements import command, query, write

FUZZ = int(os.environ.get("FUZZ", "1"))
USES = ", ".join(f"mine/{name}" for name in SHAPES)


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("random")
    write(root, "mine/shapes/frame.sql", FRAME)
    for name, (text, _) in SHAPES.items():
        write(root, f"mine/shapes/{name}.sql", text)
    return root


def made(root: Path, text: str, base: Any, *, number: int, roles: bool = False, **given: int) -> Any:
    """A query, or a command, of a text over the shapes, or over roles that are bound to them."""

    def body(namespace: dict[str, Any]) -> None:
        namespace |= {"__annotations__": {"a": int | None, "b": int | None}, "a": None, "b": None}

    asked = cast("type[Any]", types.new_class("Ask", (base,), exec_body=body))
    uses = USES.replace("mine/", "$role_") if roles else USES
    text = text.replace("mine_", "role_") if roles else text
    path = write(root, f"mine/ask{number}.sql", f"-- Rows.\n-- uses: {uses}\n{text}")
    if base is Affected:
        return command(path)(asked)(**given)
    bound = {f"role_{name}": f"mine/{name}" for name in SHAPES} if roles else {}
    return query(path, shapes=bound)(asked)(**given)


def narrowed_by_lines(random: Random, text: str, columns: Columns) -> str:
    """The rows of a text that conditional lines choose, by columns that nothing else may read."""
    names = [name for name, kind in columns.items() if kind is not AMBIGUOUS]
    lines = []
    for condition in random.sample([":a", ":b", ":a and :b", ":a or :b"], random.randint(1, 3)):
        name = random.choice(names)
        column = name if name == name.lower() else f'"{name}"'
        form = random.choice(["q.{}::text IS NOT NULL", "q.{}::text NOT LIKE '%Ann%'", "to_json(q.*)::text <> '{}'"])
        lines.append(f"    AND {form.format(column)} -- when {condition}")
    return "\n".join([f"SELECT q.*\nFROM ({text}) AS q\nWHERE\n    TRUE", *lines])


def with_whole_shapes(asked: Query[Any]) -> Query[Any]:
    """Let a query be sent with all columns of its shapes."""
    cls, composed = type(asked), asked.compose()
    (key,) = [key for key, each in cls._composed.items() if each is composed]
    present = holding(cls.source.all_conditions, frozenset(key))
    cls._composed[key] = compose_with(whole(cls.source, present), cls.source, cls.result_class, present)
    return asked


def answer(querier: Querier, asked: Query[Any]) -> Any:
    """The rows in some order, or the error."""
    try:
        return sorted(map(repr, querier.fetch(asked)))
    except (psycopg.Error, ResultError) as error:
        return error


@pytest.mark.parametrize("seed", range(5))
def test_sql_at_random(server: psycopg.Connection[Any], root: Path, seed: int) -> None:
    random, querier = Random(seed), Querier(server)
    writer, compared = Writer(random), 0
    for number in range(120 * FUZZ):
        text, columns = writer.statement()
        if set(columns.values()) <= {AMBIGUOUS}:
            continue
        if random.random() < 0.4:
            text = narrowed_by_lines(random, text, columns)
        given = {name: random.randint(0, 2) for name in "ab" if random.random() < 0.4}
        base: Any = Many[class_for(random, columns)]  # type: ignore[misc]
        asked: Any = made(root, text, base, number=number, roles=random.random() < 0.3, **given)
        for each in (asked, asked.into(class_for(random, columns))):
            pruned, sent = answer(querier, each), each.compose().text
            expected = answer(querier, with_whole_shapes(each))
            if not isinstance(expected, Exception):
                compared += 1
                assert pruned == expected, f"number {number}: {columns_of(type(each).result_class)}\n{sent}"
    assert compared > 120 * FUZZ


@attrs.frozen
class Document:
    document: Any


def test_commands_at_random(server: psycopg.Connection[Any], root: Path) -> None:
    """What a command stores of a statement's rows is what a query with whole shapes finds."""
    server.execute("CREATE TEMPORARY TABLE documents (document jsonb)")
    random, querier, compared = Random(0), Querier(server), 0
    for number in range(80 * FUZZ):
        text, columns = Writer(random).statement()
        select = f"SELECT to_jsonb(q.*) AS document FROM ({text}) AS q"
        expected = answer(querier, with_whole_shapes(made(root, select, Many[Document], number=number)))
        if not isinstance(expected, Exception) and columns:
            server.execute("TRUNCATE documents")
            querier.execute(made(root, f"INSERT INTO documents {select}", Affected, number=number))
            compared += 1
            stored = server.execute("SELECT document FROM documents").fetchall()
            assert sorted(repr(Document(document)) for (document,) in stored) == expected, text
    assert compared > 30 * FUZZ


def narrowed(random: Random, result_class: type) -> type:
    """A class with some fields of a class, in any order, and of the classes nested in it some too."""
    columns = columns_of(result_class)
    names = random.sample(list(columns), random.randint(1, min(len(columns), 8)))
    return attrs.make_class("Row", {name: _field(random, columns[name].hint) for name in names}, frozen=True)


def _field(random: Random, hint: Any) -> Any:
    return attrs.field(type=_narrowed_hint(random, hint))


def _narrowed_hint(random: Random, hint: Any) -> Any:
    if isinstance(hint, type) and attrs.has(hint):
        return narrowed(random, hint)
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and arguments[1:] == (...,):
        return types.GenericAlias(tuple, (_narrowed_hint(random, arguments[0]), ...))
    if (
        typing.get_origin(hint) in (typing.Union, types.UnionType)
        and len(arguments) == 2
        and arguments[1] is type(None)
    ):
        return _narrowed_hint(random, arguments[0]) | None
    return hint


@pytest.mark.parametrize("query_class", query_classes(), ids=lambda cls: cls.query_name)
def test_the_library_with_classes_at_random(sample_url: str, query_class: type[Query[Any]]) -> None:
    """Any of its statements, whose rows become a class that names what it likes."""
    random = Random(query_class.query_name)
    hints = typing.get_type_hints(query_class, include_extras=True)
    fields = attrs.fields(cast("Any", query_class))
    with psycopg.connect(sample_url, autocommit=True) as connection:
        querier = Querier(connection)
        for _ in range(2 * FUZZ):
            result_class: Any = narrowed(random, query_class.result_class)

            def body(namespace: dict[str, Any]) -> None:
                namespace["__annotations__"] = {field.name: hints[field.name] for field in fields}
                namespace |= {field.name: field.default for field in fields if field.default is not attrs.NOTHING}

            asked = types.new_class("Ask", (Many[result_class],), exec_body=body)
            asking: Any = _make(cast("type[Any]", asked), file=query_class._file, writes=False)
            chosen = [name for name in filters(query_class) if random.random() < 0.3]
            values = {name: getattr(example(query_class, chosen), name) for name in (*required(query_class), *chosen)}
            pruned = querier.fetch(asking(**values))
            assert pruned == querier.fetch(with_whole_shapes(asking(**values)))
