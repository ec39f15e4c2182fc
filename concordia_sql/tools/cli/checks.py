"""`check`: whether a database fits the queries."""

import json
import sys

import attrs
import click
import psycopg

from concordia_sql.engine import ConcordiaError
from concordia_sql.engine.checks import check as checking
from concordia_sql.tools.cli.shared import (
    DOMAINS,
    Failure,
    NotDone,
    database_option,
    imported,
    json_option,
    modules_argument,
)


@click.command()
@modules_argument
@json_option("level, where, what, remedy")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@database_option
def check(modules: tuple[str, ...], url: str, *, as_json: bool, strict: bool) -> None:
    """Check that a database fits the queries of these modules, or of Concordia.

    Each line is one cause, with what mends it. Nothing is written, and no row is read. The exit status is 0 when
    nothing is wrong but for warnings, 1 when something is, and 2 when the check could not be made.

    \b
    concordia-sql check myapp.reports --strict
    """
    try:
        found = checking.check(url, *map(imported, modules or DOMAINS))
    except (psycopg.Error, ConcordiaError) as error:
        raise NotDone(" ".join(str(error).split())) from None
    except Failure as error:
        raise NotDone(error.message) from None
    if as_json:
        click.echo(json.dumps([attrs.asdict(finding) for finding in found], indent=2))
    for finding in () if as_json else found:
        click.secho(str(finding), fg="red" if finding.level == "error" else "yellow")
    if any(strict or finding.level == "error" for finding in found):
        sys.exit(1)
    if not found and not as_json:
        click.echo("The database fits.")
