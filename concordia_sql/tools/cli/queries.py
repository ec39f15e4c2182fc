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
from typing import Annotated, Any, Literal, cast

import attrs
import click
import psycopg
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from concordia_sql.engine import Affected, Database, ParameterError, Querier, Statement
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.columns import spell
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.engine.library import advice_of, migrations_of
from concordia_sql.engine.parameters import type_of
from concordia_sql.tools.cli.shared import Failure, database_option, find_queries, json_option, modules_option
from concordia_sql.tools.explaining import Form, plan_of

_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)

_EXAMPLES: Mapping[object, str] = {bool: "true", int: "1", datetime: "2026-01-01 00:00:00"}
"""Values for psql, by type."""


@click.command("list")
@click.argument("text", default="")
@modules_option
@json_option("name, result, file, about, writes, fields")
def list_queries(text: str, modules: Sequence[str], *, as_json: bool) -> None:
    """List every query and command: what comes back, its file, what it is.

    With a TEXT, only those that have it in one of these, in any case.

    \b
    concordia-sql list comment
    concordia-sql list --module myapp.queries
    """
    rows = [_row(cls) for cls in _queries(modules)]
    found = [row for row in rows if any(text.lower() in part.lower() for part in row.texts)]
    if not found:
        raise Failure(f"No query has {text} in its name, result, file or description; see: concordia-sql list")
    if as_json:
        click.echo(json.dumps([attrs.asdict(row) for row in found], indent=2, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    for row in found:
        out.print(Text.assemble((row.name, "bold"), "  ", (row.result, "cyan"), "  ", (row.file, "dim")))
        out.print(f"    {row.about}", markup=False)


@click.command()
@click.argument("name")
@click.argument("fields", nargs=-1)
@modules_option
def show(name: str, fields: Sequence[str], modules: Sequence[str]) -> None:
    """Show the SQL of a query, ready for psql.

    The first line names its file, with the shapes that are bound to it. The rest is what PostgreSQL gets when these
    optional FIELDS are given, besides those that the query needs. Their values are psql's variables, set above it. A
    field that the text depends on may have a value.

    \b
    concordia-sql show blog.ListPosts status after
    concordia-sql show blog.GetCommentPage sort=newest
    concordia-sql show reports.ListSales --module myapp.queries
    """
    cls = _find(name, modules)
    given = _split_values(fields)
    _check_fields(cls, given)
    composed = _compose(cls, given)
    statements = [*composed.before, composed]
    examples = {name: _example(cls, name, given, statements) for each in statements for name in each.parameters}
    sets = [f"\\set {_variable(name)} {_quoted(example)}" for name, example in examples.items()]
    lines = [f"-- {_file(cls)}", *sets]
    texts = [_with_variables(each) for each in statements]
    text = ";\n\n".join(["BEGIN", *texts, "COMMIT"] if composed.before else texts)
    highlighted = Syntax("", "postgresql", background_color="default").highlight(f"{text};")
    Console(soft_wrap=True).print("\n".join(lines), highlighted, sep="\n", markup=False)


@click.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option(
    *("--format", "form"),
    type=click.Choice([*typing.get_args(Form)]),
    default="text",
    show_default=True,
    help="Of the plan.",
)
@modules_option
@database_option
def explain(name: str, values: Sequence[str], form: Form, modules: Sequence[str], url: str) -> None:
    """Show the plan of a query, run with these values.

    It is the plan for any values, as the library's connections use. Without any value, a query that needs one is not
    run. What a command writes is rolled back.

    \b
    concordia-sql explain blog.ListPosts status=published limit=10
    concordia-sql explain blog.GetPost
    concordia-sql explain blog.ListPosts --format json
    """
    cls = _find(name, modules)
    needed = [field.name for field in _fields(cls).values() if field.default is attrs.NOTHING]
    query = _query_of(cls, values) if values or not needed else None
    with Database(url, max_size=1) as database, database.querier() as querier:
        try:
            plan = plan_of(querier, query.compose() if query else _compose(cls, {}), query, form)
        except psycopg.Error as error:
            raise Failure(f"{cls.query_name}: {_reason(querier, cls, error)}") from None
    click.echo(plan)


@attrs.frozen
class _Row:
    """A query in the list of all."""

    name: str
    result: str
    file: str
    about: str
    writes: bool
    fields: Sequence[str]

    @property
    def texts(self) -> tuple[str, ...]:
        """What a list is searched for."""
        return self.name, self.result, self.file, self.about


def _row(cls: type[Statement[Any]]) -> _Row:
    about = (inspect.getdoc(cls) or "").partition("\n")[0]
    return _Row(cls.query_name, _result(cls), _file(cls), about, cls.writes, [*_fields(cls)])


def _queries(modules: Sequence[str]) -> list[type[Statement[Any]]]:
    """The queries and commands of the modules, in the order of their names."""
    return sorted(find_queries(modules), key=lambda cls: cls.query_name)


def _find(name: str, modules: Sequence[str]) -> type[Statement[Any]]:
    known = _queries(modules)
    found = [cls for cls in known if name in (cls.query_name, f"{cls.__module__}.{cls.__qualname__}")]
    if len(found) > 1:
        names = " and ".join(f"{cls.__module__}.{cls.__qualname__}" for cls in found)
        raise Failure(f"{name} is the name of {names}; name one of them so")
    if not found:
        near = difflib.get_close_matches(name, [cls.query_name for cls in known], n=1)
        hint = f"did you mean {near[0]}?" if near else "see: concordia-sql list"
        raise Failure(f"There is no query {name} in {', '.join(modules) or 'Concordia'}; {hint}")
    return found[0]


def _reason(querier: Querier, cls: type[Statement[Any]], error: psycopg.Error) -> str:
    """What the server says, and, if something is missing, why."""
    said = error.diag.message_primary or " ".join(str(error).split())
    library = cls.source.library
    if not isinstance(error, _MISSING) or not migrations_of(library):
        return said
    connection = querier.connection
    return f"{said}; {connection.wait(look(connection.pgconn, library)).cause() or advice_of(library)}"


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
        return f":'{_variable(composed.parameters[int(match[1]) - 1])}'" if match[1] else match[0]

    return re.sub(r"'[^']*'|\$(\d+)", variable, composed.text)


def _variable(parameter: str) -> str:
    """The name of psql's variable for a parameter: that of `:rows.id` differs from that of `:rows_id`."""
    return parameter.replace(".", "__")


def _example(cls: type[Statement[Any]], field: str, given: Mapping[str, str], statements: Sequence[Composed]) -> str:
    """A value that runs, to be replaced: the one given, the default, or one that shows the type."""
    name, _, of_rows = field.partition(".")
    default = given.get(field) or _fields(cls)[name].default
    if isinstance(default, bool | int | str) and not of_rows:
        return str(default)
    for each in statements:
        number = each.parameters.index(field) + 1 if field in each.parameters else 0
        if cast_to := re.search(rf"\${number}::(jsonb?|timestamp|date|time)\b(\[])?", each.text):
            shown = {"timestamp": "2026-01-01", "date": "2026-01-01", "time": "10:00"}.get(cast_to[1], "[]")
            return f"{{{shown}}}" if cast_to[2] else shown
    return _example_of(type_of(field, typing.get_type_hints(cls)), field)


def _example_of(hint: Any, field: str) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType, Annotated):
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
