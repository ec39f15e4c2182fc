"""`list`, `show`, `explain`: what queries there are, and what PostgreSQL gets and does."""

import contextlib
import difflib
import inspect
import json
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast

import attrs
import click
from psycopg.sql import SQL, Composable, Identifier
from psycopg.sql import Literal as Quoted
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from concordia_sql import auth, blog, profile, services
from concordia_sql.engine import Affected, Database, ParameterError, Querier, Statement
from concordia_sql.engine.columns import spell
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.tools.cli.group import Failure, database_option, main

_DOMAINS = (auth, profile, blog, services)

_EXAMPLES: Mapping[object, str] = {bool: "true", int: "1", datetime: "2026-01-01 00:00:00"}
"""Values for psql, by type."""


@main.command("list")
def list_queries() -> None:
    """List every query: what comes back, its file, what it is."""
    out = Console(soft_wrap=True, highlight=False)
    for cls in _queries().values():
        out.print(Text.assemble((cls.query_name, "bold"), "  ", (_result(cls), "cyan"), "  ", (_file(cls), "dim")))
        out.print(f"    {(inspect.getdoc(cls) or '').partition(chr(10))[0]}", markup=False)


@main.command()
@click.argument("name")
@click.argument("fields", nargs=-1)
def show(name: str, fields: tuple[str, ...]) -> None:
    """Show the SQL of a query, ready for psql.

    The first line names its file, with the shapes that are bound to it. The rest is what PostgreSQL gets when these
    optional FIELDS are given, besides those that the query needs. Their values are psql's variables, set above it. A
    field that the text depends on may have a value.

    \b
    concordia-sql show blog.ListPosts status after
    concordia-sql show blog.GetCommentPage sort=newest
    """
    cls = _find(name)
    given = _split_values(fields)
    _check_fields(cls, given)
    composed = _compose(cls, given)
    statements = [*composed.before, composed]
    examples = {field: _example(cls, field, given, statements) for each in statements for field in each.parameters}
    lines = [f"-- {_file(cls)}", *(f"\\set {field} {_quoted(example)}" for field, example in examples.items())]
    texts = [_with_variables(each) for each in statements]
    text = ";\n\n".join(["BEGIN", *texts, "COMMIT"] if composed.before else texts)
    highlighted = Syntax("", "postgresql", background_color="default").highlight(f"{text};")
    Console(soft_wrap=True).print("\n".join(lines), highlighted, sep="\n", markup=False)


@main.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[FIELD=VALUE]...")
@database_option
def explain(name: str, values: tuple[str, ...], url: str) -> None:
    """Show the plan of a query, run with these values.

    It is the plan for any values, as the library's connections use. Without any value, a query that needs one is not
    run. What a command writes is rolled back.

    \b
    concordia-sql explain blog.ListPosts status=published limit=10
    concordia-sql explain blog.GetPost
    """
    cls = _find(name)
    needed = [field.name for field in _fields(cls).values() if field.default is attrs.NOTHING]
    with Database(url, max_size=1) as database, database.querier() as querier:
        query = _query_of(cls, values) if values or not needed else None
        lines = _plan(querier, query.compose() if query else _compose(cls, {}), query)
    click.echo("\n".join(lines))


def _queries() -> dict[str, type[Statement[Any]]]:
    """Every query of the library by its name, in the order of the names."""
    found = [getattr(domain, name) for domain in _DOMAINS for name in domain.__all__]
    classes = [each for each in found if inspect.isclass(each) and issubclass(each, Statement)]
    return {cls.query_name: cls for cls in sorted(classes, key=lambda cls: cls.query_name)}


def _find(name: str) -> type[Statement[Any]]:
    known = _queries()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise Failure(f"There is no query {name}; {f'did you mean {near[0]}?' if near else 'see: concordia-sql list'}")
    return known[name]


def _file(cls: type[Statement[Any]]) -> str:
    """The file, with the shapes that are bound to it."""
    source = cls.source
    return f"{source.path.relative_to(source.library.root.parent)}{source.bindings}"


def _result(cls: type[Statement[Any]]) -> str:
    """What a query comes back as, as its class says it: `Maybe[PostDetails]`."""
    base = next(base.__name__ for base in cls.__mro__ if base.__module__ == Statement.__module__)
    return base if issubclass(cls, Affected) else f"{base}[{spell(cls.result_class)}]"


def _fields(cls: type[Statement[Any]]) -> "dict[str, attrs.Attribute[Any]]":
    return {field.name: field for field in attrs.fields(cast("Any", cls))}


def _check_fields(cls: type[Statement[Any]], names: Iterable[str]) -> None:
    known = _fields(cls)
    if unknown := [name for name in names if name not in known]:
        raise Failure(f"{cls.query_name} has no field {', '.join(unknown)}; it has {', '.join(known) or 'none'}")


def _compose(cls: type[Statement[Any]], given: Mapping[str, str]) -> Composed:
    """The text for these fields. Of one that conditional lines compare, it is the default value if none is given."""
    comparisons = []
    for name, texts in cls._choices.items():
        value = given.get(name) or _fields(cls)[name].default
        if given.get(name) and value not in texts:
            raise Failure(f"{cls.query_name}: {name} is one of {', '.join(map(str, texts))}")
        comparisons.append(texts.get(value, ""))
    present = frozenset([*given, *comparisons])
    return (compose_command if cls.writes else compose)(cls.source, cls.result_class, present)


def _split_values(values: Iterable[str]) -> dict[str, str]:
    """The fields of texts like `slug=my-post`, with the value, or nothing."""
    return {name: text for name, _, text in (value.partition("=") for value in values)}


def _with_variables(composed: Composed) -> str:
    """The text with psql's variables for the parameters: psql quotes what stands for `:'slug'`."""

    def variable(match: re.Match[str]) -> str:
        return f":'{composed.parameters[int(match[1]) - 1]}'" if match[1] else match[0]

    return re.sub(r"'[^']*'|\$(\d+)", variable, composed.text)


def _example(cls: type[Statement[Any]], field: str, given: Mapping[str, str], statements: Sequence[Composed]) -> str:
    """A value that runs, to be replaced: the one given, the default, or one that shows the type."""
    default = given.get(field) or _fields(cls)[field].default
    if isinstance(default, bool | int | str):
        return str(default)
    for each in statements:
        place = each.parameters.index(field) + 1 if field in each.parameters else 0
        if cast_to := re.search(rf"\${place}::(jsonb?|timestamp|date|time)\b", each.text):
            return {"timestamp": "2026-01-01", "date": "2026-01-01", "time": "10:00"}.get(cast_to[1], "[]")
    return _example_of(typing.get_type_hints(cls)[field], field)


def _example_of(hint: Any, field: str) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _example_of(arguments[0], field)
    if origin is Sequence:
        return f"{{{_example_of(arguments[0], field)}}}"
    if origin is Literal:
        return str(arguments[0])
    return _EXAMPLES.get(hint, f"<{field}>")


def _quoted(value: str) -> str:
    """The value as psql's \\set reads it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _query_of(cls: type[Statement[Any]], values: Iterable[str]) -> Statement[Any]:
    """The query that texts like `slug=my-post` say."""
    given = _split_values(values)
    _check_fields(cls, given)
    fields = _fields(cls)
    if missing := [name for name, field in fields.items() if field.default is attrs.NOTHING and name not in given]:
        raise Failure(f"{cls.query_name} needs {', '.join(f'{name}=…' for name in missing)} too")
    return cls(**{name: _value(fields[name], text) for name, text in given.items()})


def _value(field: "attrs.Attribute[Any]", text: str) -> object:
    """The text, the number or boolean that it is, or the list with commas: the first that the field takes."""
    convert = cast("Any", field.converter)
    plain = json.loads(text) if re.fullmatch(r"-?\d+|true|false", text) else text
    for reading in (text, plain, text.split(",")):
        with contextlib.suppress(ParameterError):
            return convert(reading)
    return plain  # its error is the one to show


def _plan(querier: Querier, composed: Composed, query: Statement[Any] | None) -> list[str]:
    """The lines of the plan, prepared as the library does, and run if there is a query with its values.

    Of several statements, it is the plan of the last; the others are run before it.
    """
    options = SQL("(ANALYZE, BUFFERS)" if query else "")
    connection = querier.connection
    with connection.transaction(force_rollback=True):
        for number, each in enumerate(composed.before if query else ()):
            connection.execute(f"PREPARE before_{number} AS {each.text}".encode())
            connection.execute(
                SQL("EXECUTE {} {}").format(Identifier(f"before_{number}"), _values(querier, each, query))
            )
        connection.execute(b"PREPARE explained AS " + composed.encoded)
        explain = SQL("EXPLAIN {} EXECUTE explained {}").format(options, _values(querier, composed, query))
        return [line for (line,) in connection.execute(explain)]


def _values(querier: Querier, composed: Composed, query: Statement[Any] | None) -> SQL | Composable:
    """What follows EXECUTE."""
    texts = querier._session.texts(composed, query) if query else [None] * len(composed.parameters)
    return SQL("({})").format(SQL(", ").join(map(Quoted, texts))) if texts else SQL("")
