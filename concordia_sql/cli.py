"""The command line: `concordia-sql list`, `show`, `explain`, `seed`, `serve`, `demo`."""

import contextlib
import difflib
import inspect
import re
import signal
import sys
import typing
from pathlib import Path
from typing import Any

import attrs
import msgspec
import psycopg

from concordia_sql import ConcordiaError, Query, adapters, auth, blog, embedded, profile, sample, services
from concordia_sql.compose import compose
from concordia_sql.migrate import migrate

try:
    import click
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress
    from rich.table import Table
except ImportError:
    sys.exit('The command line needs its own libraries: pip install "concordia-sql[cli]"')

_database = click.option(
    "--database", envvar="DATABASE_URL", required=True, help="The database's URL; or the variable DATABASE_URL."
)


class _Commands(click.Group):
    """Shows the errors of the library and of PostgreSQL as a line, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (ConcordiaError, psycopg.Error) as error:
            raise click.ClickException(str(error).strip()) from error


@click.group(cls=_Commands)
def main() -> None:
    """The queries of concordia_sql: what there is, what PostgreSQL gets, and a server to try them on."""


@main.command("list")
def list_queries() -> None:
    """Every query, with what comes back."""
    table = Table("query", "comes back as", "what", box=None, header_style="bold")
    for name, cls in queries().items():
        table.add_row(name, result_of(cls), (inspect.getdoc(cls) or "").partition("\n")[0])
    Console().print(table)


@main.command()
@click.argument("name")
@click.argument("fields", nargs=-1)
def show(name: str, fields: tuple[str, ...]) -> None:
    """The SQL of a query, ready for psql, with the optional FIELDS given.

    \b
    concordia-sql show blog.ListPosts status after | psql …
    """
    cls = _find(name)
    if unknown := set(fields) - {field.name for field in attrs.fields(typing.cast("Any", cls))}:
        raise click.ClickException(f"{name} has no field {', '.join(sorted(unknown))}")
    composed = compose(cls.source, cls.result_class, frozenset(fields))
    for parameter in composed.parameters:
        click.echo(f"\\set {parameter} ''")
    click.echo(re.sub(r"\$(\d+)", lambda match: f":'{composed.parameters[int(match[1]) - 1]}'", composed.text) + ";")


@main.command()
@click.argument("name")
@click.argument("values", nargs=-1)
@_database
def explain(name: str, values: tuple[str, ...], database: str) -> None:
    """The plan of a query: run with the VALUES, as slug=my-post, or without any the generic one.

    \b
    concordia-sql explain blog.ListPosts status=published limit=10
    """
    cls = _find(name)
    with psycopg.connect(database, autocommit=True) as connection, psycopg.RawCursor(connection) as cursor:
        adapters.register(cursor.adapters)
        if values:
            query = _query_of(cls, values)
            composed = query.compose()
            cursor.execute(b"EXPLAIN (ANALYZE, BUFFERS) " + composed.encoded, composed.values(query))
        else:
            cursor.execute(b"EXPLAIN (GENERIC_PLAN) " + compose(cls.source, cls.result_class, frozenset()).encoded)
        for (line,) in cursor:
            click.echo(line)


@main.command()
@click.option("--scale", type=click.IntRange(min=1), default=1, help="100 is about 5,000 posts and 200,000 comments.")
@_database
def seed(scale: int, database: str) -> None:
    """Fill an empty, migrated database with sample data."""
    with psycopg.connect(database, autocommit=True) as connection:
        counts = _load(connection, scale)
    click.echo(f"{sum(counts.values()):,} rows in {len(counts)} tables.")


@main.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where the data stays; else temporary."
)
@click.option("--scale", type=click.IntRange(min=1), default=1, help="The scale of the sample data.")
def serve(folder: Path | None, scale: int) -> None:
    """Run a PostgreSQL server with schema and sample data, until Ctrl-C."""
    with embedded.start(folder) as url, contextlib.suppress(KeyboardInterrupt):
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute('SELECT FROM "user" LIMIT 1').fetchone() is None:
                _load(connection, scale)
        click.echo(f"{url}\n\nServing; Ctrl-C stops.")
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.pause()


@main.command()
def demo() -> None:
    """Answer the queries of Concordia's documentation, on an embedded server with sample data."""
    from concordia_sql.demo import run  # noqa: PLC0415 - only the demo pays for its import

    run(Console())


def queries() -> dict[str, type[Query[Any]]]:
    """Every query of the library, by name."""
    found = [getattr(domain, name) for domain in (auth, profile, blog, services) for name in domain.__all__]
    classes = [each for each in found if inspect.isclass(each) and issubclass(each, Query)]
    return {cls.name: cls for cls in sorted(classes, key=lambda cls: cls.name)}


def result_of(cls: type[Query[Any]]) -> str:
    """The base of a query as one writes it: `Maybe[PostDetails]`."""
    base = cls.__mro__[1].__name__
    return base if cls.result_class is int else f"{base}[{cls.result_class.__name__}]"


def _find(name: str) -> type[Query[Any]]:
    known = queries()
    if name not in known:
        near = difflib.get_close_matches(name, known)
        raise click.ClickException(f"there is no query {name}{'; did you mean ' + ' or '.join(near) if near else ''}")
    return known[name]


def _query_of(cls: type[Query[Any]], values: tuple[str, ...]) -> Query[Any]:
    """The query of texts like slug=my-post; a list is written with commas."""
    hints = typing.get_type_hints(cls, include_extras=True)
    given: dict[str, Any] = {}
    for each in values:
        name, _, text = each.partition("=")
        hint = hints.get(name)
        try:
            given[name] = msgspec.convert(text.split(",") if "Sequence" in str(hint) else text, hint, strict=False)
        except msgspec.ValidationError as error:
            raise click.ClickException(f"{cls.name}: {name}: {error}") from None
    try:
        return cls(**given)
    except TypeError as error:  # a field too many or too few
        raise click.ClickException(f"{cls.name}: {error}") from None


def _load(connection: psycopg.Connection[Any], scale: int) -> dict[str, int]:
    """Load the sample, with a progress bar where there is a terminal."""
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def progress(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=total)
            bars.update(tasks[table], completed=done)

        return sample.load(connection, scale, progress=progress)
