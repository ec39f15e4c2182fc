"""The command line: what queries there are, what PostgreSQL gets and does, and a server to try them on."""

import contextlib
import difflib
import inspect
import json
import re
import signal
import sys
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

import attrs
import psycopg
from psycopg.sql import SQL, Composable, Identifier
from psycopg.sql import Literal as Quoted

from concordia_sql import auth, blog, profile, services
from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import Affected, ConcordiaError, Database, ParameterError, Querier, Statement
from concordia_sql.engine.checks import check as checking
from concordia_sql.engine.columns import spell
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import embedded, sample
from concordia_sql.tools.sample.loader import TABLES

try:
    import click
    from rich.console import Console
    from rich.progress import Progress
    from rich.syntax import Syntax
    from rich.text import Text
except ModuleNotFoundError as error:
    sys.exit(f'The command line needs the package {error.name}: pip install "concordia-sql[cli]"')

_DOMAINS = (auth, profile, blog, services)

_EXAMPLES: Mapping[object, str] = {bool: "true", int: "1", datetime: "2026-01-01 00:00:00"}
"""Values for psql, by type."""

_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


class _Failure(click.ClickException):
    """An error that is shown as a red line."""

    def show(self, file: typing.IO[Any] | None = None) -> None:
        click.secho(self.message, file=file, err=True, fg="red")


class _NotChecked(_Failure):
    """An error for which there is no answer."""

    exit_code = 2


class _Commands(click.Group):
    """Shows the errors of the library and of PostgreSQL without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except psycopg.Error as error:
            message = error.diag.message_primary or " ".join(str(error).split())
            raise _Failure(f"{message}{f'; {CONCORDIA.not_migrated}' if isinstance(error, _MISSING) else ''}") from None
        except ConcordiaError as error:
            raise _Failure(str(error)) from None


_database = click.option(
    *("--database", "url"), envvar="DATABASE_URL", show_envvar=True, required=True, help="The URL of the database."
)
_scale = click.option(
    *("--scale",), type=click.IntRange(min=1), default=1, show_default=True, help="1 is 50 posts and 2,000 comments."
)


@click.group(cls=_Commands)
def main() -> None:
    """The queries of concordia_sql: what there is, what PostgreSQL gets and does, and a server to try them on."""


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
@_database
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


@main.command()
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of objects with level, where, what, remedy.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@_database
def check(modules: tuple[str, ...], url: str, *, as_json: bool, strict: bool) -> None:
    """Check that a database fits the queries of these modules, or of Concordia.

    Each line is one cause, with what mends it. Nothing is written, and no row is read. The exit status is 0 when
    nothing is wrong but for warnings, 1 when something is, and 2 when the check could not be made.

    \b
    concordia-sql check myapp.reports --strict
    """
    sys.path.insert(0, "")  # as `python -m` does: for modules of the folder that one is in
    try:
        found = checking.check(url, *(modules or _DOMAINS))
    except (psycopg.Error, ConcordiaError, ImportError) as error:
        raise _NotChecked(" ".join(str(error).split())) from None
    if as_json:
        click.echo(json.dumps([attrs.asdict(finding) for finding in found], indent=2))
    for finding in () if as_json else found:
        click.secho(str(finding), fg="red" if finding.level == "error" else "yellow")
    if any(strict or finding.level == "error" for finding in found):
        sys.exit(1)
    if not found and not as_json:
        click.echo("The database fits.")


@main.command()
@_scale
@_database
def seed(scale: int, url: str) -> None:
    """Load the sample into an empty, migrated database."""
    with Database(url, max_size=1) as database, database.querier() as querier:
        _load(querier, scale)


@main.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Where the data is kept; else it is temporary.")
@_scale
def serve(folder: Path | None, scale: int) -> None:
    """Run a server that holds the sample, until Ctrl-C.

    Prints its URL. A folder keeps the data: the sample is loaded only when it is empty.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), embedded.start(folder) as url:
        migrate(url, CONCORDIA)
        with Database(url, max_size=1, requires=[CONCORDIA]) as database, database.querier() as querier:
            if querier.connection.execute('SELECT FROM "user" LIMIT 1').fetchone() is None:
                _load(querier, scale)
        click.echo(
            f"Serving until Ctrl-C, {'with temporary data' if folder is None else f'data in {folder}'}. Its URL:",
            err=True,
        )
        click.echo(url)
        while True:
            signal.pause()


@main.command()
def demo() -> None:
    """Run the queries of Concordia's documentation."""
    from concordia_sql.tools import demo  # noqa: PLC0415 - nothing else needs its queries

    demo.run(Console())


def _queries() -> dict[str, type[Statement[Any]]]:
    """Every query of the library by its name, in the order of the names."""
    found = [getattr(domain, name) for domain in _DOMAINS for name in domain.__all__]
    classes = [each for each in found if inspect.isclass(each) and issubclass(each, Statement)]
    return {cls.query_name: cls for cls in sorted(classes, key=lambda cls: cls.query_name)}


def _find(name: str) -> type[Statement[Any]]:
    known = _queries()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise _Failure(f"There is no query {name}; {f'did you mean {near[0]}?' if near else 'see: concordia-sql list'}")
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
        raise _Failure(f"{cls.query_name} has no field {', '.join(unknown)}; it has {', '.join(known) or 'none'}")


def _compose(cls: type[Statement[Any]], given: Mapping[str, str]) -> Composed:
    """The text for these fields. Of one that conditional lines compare, it is the default value if none is given."""
    comparisons = []
    for name, texts in cls._choices.items():
        value = given.get(name) or _fields(cls)[name].default
        if given.get(name) and value not in texts:
            raise _Failure(f"{cls.query_name}: {name} is one of {', '.join(map(str, texts))}")
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
        raise _Failure(f"{cls.query_name} needs {', '.join(f'{name}=…' for name in missing)} too")
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
    """What stands behind EXECUTE."""
    texts = querier._session.texts(composed, query) if query else [None] * len(composed.parameters)
    return SQL("({})").format(SQL(", ").join(map(Quoted, texts))) if texts else SQL("")


def _load(querier: Querier, scale: int) -> None:
    """Load the sample behind a bar, and say how much that was."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=len(TABLES) * scale)
        counts = sample.load(
            querier.connection, scale, progress=lambda table, *_: bars.update(bar, advance=1, description=table)
        )
    click.echo(f"Loaded {sum(counts.values()):,} rows into {len(counts)} tables.", err=True)
