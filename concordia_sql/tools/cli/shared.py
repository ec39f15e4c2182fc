"""What commands share: errors without a traceback, options, and the modules of a user."""

import contextlib
import importlib
import sys
import typing
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, TypeVar

import click

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import Library, QuerierError
from concordia_sql.engine.checks.check import QueryClass, queries_in

F = TypeVar("F", bound=Callable[..., object])

DOMAINS = tuple(f"concordia_sql.{name}" for name in ("auth", "profile", "blog", "services"))
"""The modules of Concordia's queries, which are imported when a command needs them."""


class Failure(click.ClickException):
    """An error that is shown as a red line."""

    def show(self, file: typing.IO[Any] | None = None) -> None:
        """Print the line on stderr, or on the file."""
        click.secho(self.message, file=file, err=True, fg="red")


class NotDone(Failure):
    """An error for which there is no answer."""

    exit_code = 2


database_option = click.option(
    *("--database", "url"), envvar="DATABASE_URL", show_envvar=True, required=True, help="The URL of the database."
)
modules_argument = click.argument("modules", nargs=-1, metavar="[MODULE]...")
modules_option = click.option(
    *("-m", "--module", "modules"),
    multiple=True,
    metavar="MODULE",
    help="A module of your own queries, as myapp.queries; else Concordia's. May be repeated.",
)


def json_option(names: str) -> Callable[[F], F]:
    """The option to print JSON, whose objects have these names."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print a JSON array of objects with {names}.")


def find_queries(modules: Sequence[str]) -> list[QueryClass]:
    """The queries and commands of modules, or of Concordia. Raises QuerierError if a module has none."""
    return queries_in([imported(name) for name in modules or DOMAINS])


def imported(name: str) -> ModuleType:
    """A module by its name; those of the folder that one is in are found too."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise Failure(f"{name} is not the name of a module, as in myapp.queries")
    if "" not in sys.path:
        sys.path.insert(0, "")  # as `python -m` does
    try:
        return importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever a user's module raises
        raise Failure(f"{name} cannot be imported: {type(error).__name__}: {' '.join(str(error).split())}") from None


def libraries_of(modules: Sequence[str]) -> list[Library]:
    """The libraries of modules, each after those that it uses; Concordia's without any module.

    They are those of a module's queries, and those of the user that it names.
    """
    found: dict[Library, None] = {}
    for module in map(imported, modules):
        named = [each for each in vars(module).values() if isinstance(each, Library) and each is not CONCORDIA]
        found |= dict.fromkeys(named)
        with contextlib.suppress(*[QuerierError] if named else []):
            found |= dict.fromkeys(query_class.source.library for query_class in queries_in([module]))
    return list(dict.fromkeys(each for library in found or [CONCORDIA] for each in (*library.uses, library)))
