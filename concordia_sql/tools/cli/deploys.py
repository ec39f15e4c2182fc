"""`migrate`, `adopt`, `grants`: what a deploy needs."""

import json
import sys
from collections.abc import Iterator
from typing import cast

import attrs
import click
import psycopg

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.migrating import LOCK_TIMEOUT, migrate, pending, rollback
from concordia_sql.tools import adopt as adopting
from concordia_sql.tools import drizzle
from concordia_sql.tools import grants as granting
from concordia_sql.tools.cli.shared import Failure, database_option, json_option, libraries_of, modules_argument

ADVICE = "\nIf another program made the tables: concordia-sql adopt"

_dry_run = click.option("--dry-run", is_flag=True, help="Change nothing, and print what would be done.")


@click.command("migrate")
@modules_argument
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
    libraries = libraries_of(modules)
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


@click.command("adopt")
@click.option("--without-foreign-key", "without", multiple=True, metavar="TABLE.COLUMN", help="Do not add this one.")
@_dry_run
@json_option("level, where, what, remedy, and rows, query of rows in the way")
@database_option
def adopt_command(without: tuple[str, ...], url: str, *, dry_run: bool, as_json: bool) -> None:
    """Adopt a database whose tables Concordia's application made.

    Its tables must be as the first migrations make them. These are then marked as applied, so that `migrate` applies
    the others. Rows in their way are counted, with a statement that lists them, and nothing is changed until there are
    none. Last, it prints the lines that a Drizzle schema needs.

    \b
    concordia-sql adopt --dry-run
    """
    found = (adopting.inspect_database if dry_run else adopting.adopt)(url, without)
    if as_json:
        click.echo(json.dumps([*_objects(found)], indent=2))
        sys.exit(0 if found.marked else 1)
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


def _objects(found: adopting.Adoption) -> Iterator[dict[str, object]]:
    """What is in the way of an adoption: an error stops it."""
    yield from map(attrs.asdict, found.misfits)
    for obstacle in found.obstacles:
        yield {
            "level": "error",
            "where": obstacle.table,
            "what": obstacle.rule,
            "remedy": obstacle.remedy,
            "rows": obstacle.rows,
            "query": obstacle.query,
        }
    yield from ({**attrs.asdict(finding), "level": "warning"} for finding in found.required)


@click.command("grants")
@click.argument("role")
@modules_argument
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
    click.echo(granting.grants(role, cast("granting.Kind", kind), libraries_of(modules), schema), nl=False)
