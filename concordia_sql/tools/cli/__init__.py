"""The command line: a module for each group of commands, imported when one of them is asked for."""

import importlib
import io
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

try:
    import click
except ModuleNotFoundError as error:
    sys.exit(f'The command line needs the package {error.name}: pip install "concordia-sql[cli]"')

import psycopg

from concordia_sql.engine import ConcordiaError
from concordia_sql.tools.cli.shared import Failure

if TYPE_CHECKING:
    from typing_extensions import Buffer

MODULES: Mapping[str, str] = {
    "adopt": "deploys",
    "check": "checks",
    "demo": "servers",
    "explain": "queries",
    "grants": "deploys",
    "list": "queries",
    "migrate": "deploys",
    "new": "new",
    "seed": "servers",
    "serve": "servers",
    "show": "queries",
}
"""The module of each command, in this package."""


class _Commands(click.Group):
    """Imports a command when it is asked for, and shows errors without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return [*MODULES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click has it
        if cmd_name not in MODULES:
            return None
        try:
            module = importlib.import_module(f"{__name__}.{MODULES[cmd_name]}")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("concordia_sql"):
                raise
            raise Failure(
                f'The command line needs the package {error.name}: pip install "concordia-sql[cli]"'
            ) from None
        return next(each for each in vars(module).values() if isinstance(each, click.Command) and each.name == cmd_name)

    def invoke(self, ctx: click.Context) -> None:
        try:
            super().invoke(ctx)
            sys.stdout.flush()
        except psycopg.Error as error:
            raise Failure(error.diag.message_primary or " ".join(str(error).split())) from None
        except ConcordiaError as error:
            raise Failure(str(error)) from None
        except OSError as error:
            raise Failure(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None


@click.group(
    cls=_Commands,
    epilog="Exit status: 0 done; 1 failed, or a check found something wrong; 2 not understood, or a check not made.",
)
@click.version_option(package_name="concordia-sql", prog_name="concordia-sql", message="%(prog)s %(version)s")
def main() -> None:
    """The queries of concordia_sql, or of your own package: what there is, what PostgreSQL gets and does.

    And what a deploy needs: migrations, rights, checks.
    """


def run() -> None:
    """Run the command line in a process of its own.

    Who reads its output may stop to read. Only its own lines are written to stderr: nothing that libraries log.
    """
    logging.getLogger().addHandler(logging.NullHandler())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Pipe(sys.stdout.fileno(), "w", closefd=False)),
            encoding=sys.stdout.encoding,
            errors=sys.stdout.errors,
            line_buffering=sys.stdout.line_buffering,
        )
    main()


class _Pipe(io.FileIO):
    """A file that takes what nobody reads any more. An error is raised once, and not again as the process ends."""

    _failed = False

    def write(self, data: "Buffer", /) -> int:
        try:
            return memoryview(data).nbytes if self._failed else super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes
        except OSError:
            self._failed = True
            raise
