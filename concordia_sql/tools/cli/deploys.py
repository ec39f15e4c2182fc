"""`migrate`, `adopt`, `grants`: what a deploy needs."""

import sys
from collections.abc import Sequence
from typing import cast

import click
import psycopg

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import Library
from concordia_sql.engine.checks.check import queries_in
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.migrating import LOCK_TIMEOUT, migrate, pending, rollback
from concordia_sql.tools import adopt as adopting
from concordia_sql.tools import drizzle
from concordia_sql.tools import grants as granting
from concordia_sql.tools.cli.group import Failure, database_option, main

ADVICE = "\nIf another program made the tables: concordia-sql adopt"

_modules = click.argument("modules", nargs=-1, metavar="[MODULE]...")
_dry_run = click.option("--dry-run", is_flag=True, help="Change nothing, and print what would be done.")


@main.command("migrate")
@_modules
@click.option("--rollback", "back_to", metavar="NAME", help="Take back this migration and all that follow it.")
@click.option(
    *("--lock-timeout",),
    type=click.FloatRange(min=0.01),
    default=LOCK_TIMEOUT,
    show_default=True,
    help="Seconds that a statement waits for a lock, with others behind it, before it is tried again.",
)
@_dry_run
@database_option
def migrate_command(
    modules: tuple[str, ...], back_to: str | None, lock_timeout: float, url: str, *, dry_run: bool
) -> None:
    """Apply the migrations of Concordia, or of the libraries that these modules' queries use.

    One run at a time works on a database; the others wait. A run that is killed leaves nothing behind, and can be run
    again. --dry-run prints the SQL.

    \b
    concordia-sql migrate
    concordia-sql migrate myapp.queries --dry-run
    """
    libraries = _libraries(modules)
    if dry_run:
        if back_to:
            raise click.UsageError("--dry-run is not for --rollback: read the files named .rollback.sql")
        for each in pending(url, *libraries):
            click.echo(f"-- {each.name}\n{each.sql.rstrip()}\n")
        return

    def progress(line: str) -> None:
        click.echo(line, err=True)

    try:
        if back_to:
            done = rollback(url, *libraries, to=back_to, lock_timeout=lock_timeout, progress=progress)
        else:
            done = migrate(url, *libraries, lock_timeout=lock_timeout, progress=progress)
    except MigrationError as error:
        there = isinstance(error.__cause__, psycopg.errors.DuplicateTable) and CONCORDIA in libraries
        raise Failure(f"{error}{ADVICE if there else ''}") from None
    click.echo(f"{'Took back' if back_to else 'Applied'} {len(done)}." if done else "Nothing to do.", err=True)


@main.command("adopt")
@click.option("--without-foreign-key", "without", multiple=True, metavar="TABLE.COLUMN", help="Do not add this one.")
@_dry_run
@database_option
def adopt_command(without: tuple[str, ...], url: str, *, dry_run: bool) -> None:
    """Adopt a database whose tables Concordia's application made.

    Its tables must be as the first migrations make them. These are then marked as applied, so that `migrate` applies
    the others. Rows in their way are counted, with a statement that lists them, and nothing is changed until there are
    none. Last, it prints the lines that a Drizzle schema needs.

    \b
    concordia-sql adopt --dry-run
    """
    found = (adopting.inspect_database if dry_run else adopting.adopt)(url, without)
    for finding in found.misfits:
        click.secho(str(finding), fg="red")
    for obstacle in found.obstacles:
        click.secho(str(obstacle), fg="red")
    for finding in found.required:
        click.secho(str(finding), fg="yellow")
    if not found.marked:
        sys.exit(1)
    names = ", ".join(found.marked)
    click.echo(f"{'Would mark' if dry_run else 'Marked'} as applied: {names}. Then run: concordia-sql migrate")
    click.echo(f"`drizzle-kit push` would then drop {drizzle.dropped()}. Lines that keep them:\n")
    click.echo("\n".join(drizzle.drizzle_lines(without)))


@main.command("grants")
@click.argument("role")
@_modules
@click.option(
    *("--kind",),
    type=click.Choice([*granting.KINDS]),
    default="service",
    show_default=True,
    help="; ".join(f"{kind}: {what}" for kind, what in granting.KINDS.items()) + ".",
)
@click.option("--schema", default="public", show_default=True, help="The schema of the tables.")
def grants_command(role: str, modules: tuple[str, ...], kind: str, schema: str) -> None:
    """Print the rights that a role needs, as a file for psql.

    \b
    concordia-sql grants web | psql "$DATABASE_URL"
    concordia-sql grants reports --kind readonly
    """
    click.echo(granting.grants(role, cast("granting.Kind", kind), _libraries(modules), schema), nl=False)


def _libraries(modules: Sequence[str]) -> list[Library]:
    """The libraries of the modules' queries, each after those that it uses; Concordia's without any module."""
    if not modules:
        return [CONCORDIA]
    sys.path.insert(0, "")  # as `python -m` does: for modules of the folder that one is in
    try:
        libraries = [query_class.source.library for query_class in queries_in(modules)]
    except ImportError as error:
        raise Failure(str(error)) from None
    return list(dict.fromkeys(each for library in libraries for each in (*library.uses, library)))
