"""The group of all commands, and what they share: errors without a traceback, options."""

import typing
from typing import Any

import click
import psycopg

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import ConcordiaError

_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


class Failure(click.ClickException):
    """An error that is shown as a red line."""

    def show(self, file: typing.IO[Any] | None = None) -> None:
        """Print the line on stderr, or on the file."""
        click.secho(self.message, file=file, err=True, fg="red")


class NotDone(Failure):
    """An error for which there is no answer."""

    exit_code = 2


class _Commands(click.Group):
    """Shows the errors of the library and of PostgreSQL without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except psycopg.Error as error:
            message = error.diag.message_primary or " ".join(str(error).split())
            raise Failure(f"{message}{f'; {CONCORDIA.not_migrated}' if isinstance(error, _MISSING) else ''}") from None
        except ConcordiaError as error:
            raise Failure(str(error)) from None


database_option = click.option(
    *("--database", "url"), envvar="DATABASE_URL", show_envvar=True, required=True, help="The URL of the database."
)


@click.group(cls=_Commands)
def main() -> None:
    """The queries of concordia_sql: what there is, what PostgreSQL gets and does, and a server to try them on."""
