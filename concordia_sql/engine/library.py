"""Libraries: a folder of SQL files, with the migrations of the database that they are written for."""

import importlib.resources
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeAlias

import attrs

from concordia_sql.engine.bounds import DEFAULT, Bounds
from concordia_sql.engine.caching import cache

REFUSED = "RC001"
"""The SQLSTATE that the function `refuse_command` raises. Its arguments become the message and the detail."""

Source: TypeAlias = str | Path
"""A source of migrations for yoyo: a folder, or `package:myapp:migrations`."""

SNAPSHOT = "catalogue.json"
"""The file, in the folder of the migrations, that describes the tables that they make."""

_MIGRATION = re.compile(r"(?<!\.rollback)\.(?:sql|py)$")
_PACKAGE = re.compile(r"package:([^\s/:]+):(.*)")
_CREATED = re.compile(
    r'^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:"?\w+"?\s*\.\s*)?"?(\w+)"?',
    re.MULTILINE | re.IGNORECASE,
)


def _absolute(path: Path) -> Path:
    return path.absolute()


def _sources(given: Source | Sequence[Source]) -> tuple[str, ...]:
    return tuple(map(str, [given] if isinstance(given, str | Path) else given))


def _libraries(given: "Iterable[Library]") -> "tuple[Library, ...]":
    return tuple(given)


def _name_set(given: Iterable[str]) -> frozenset[str]:
    return frozenset(given)


def _bounds(given: Bounds) -> Bounds:
    return given.within(DEFAULT)


def apply_command(library: "Library") -> str:
    """The command that applies the migrations of a library and of those that it uses. Empty if there are none."""
    sources = dict.fromkeys(source for each in (library, *library.uses) for source in each.migrations)
    module = _module_of(library)
    if sources and module is None:
        return f"yoyo apply --batch --database postgresql+psycopg://… {shlex.join(sources)}"
    return f"concordia-sql migrate {module}".rstrip() if sources else ""


def check_command(library: "Library") -> str:
    """The command that checks a database for the queries of a library. MODULE stands for one that is not known."""
    module = _module_of(library)
    return f"concordia-sql check {'MODULE' if module is None else module}".rstrip()


def advice_of(library: "Library") -> str:
    """The text of NotMigrated. Empty if psycopg's error is to pass through."""
    if library.not_migrated is not None:
        return library.not_migrated
    command = apply_command(library)
    return command and f"the database lacks migrations. Run: {command}"


def _module_of(library: "Library") -> str | None:
    """The module to name to the commands: the outermost one that has the library as a global. None if there is none.

    Empty for the library of this package, which the commands take if no module is named.
    """
    names = [
        name
        for name, module in list(sys.modules.items())
        if name != "__main__" and any(value is library for value in list(getattr(module, "__dict__", {}).values()))
    ]
    if any(name.partition(".")[0] == __name__.partition(".")[0] for name in names):
        return ""
    return min(names, key=lambda name: (name.count("."), name), default=None)


@attrs.frozen
class Library:
    """A folder of SQL files for the queries of a package: `LIBRARY = Library(Path(__file__).parent / "sql")`.

    A statement is `<root>/<domain>/<name>.sql`, a shape `<root>/<domain>/shapes/<name>.sql`.
    """

    root: Path = attrs.field(converter=_absolute)
    migrations: tuple[str, ...] = attrs.field(default=(), converter=_sources, kw_only=True)
    """The migrations that make the tables: sources for yoyo, each a folder or `package:myapp:migrations`."""
    uses: "tuple[Library, ...]" = attrs.field(default=(), converter=_libraries, kw_only=True)
    """Other libraries, whose shapes its statements may use. Shapes of its own come first, then theirs in order."""
    not_migrated: str | None = attrs.field(default=None, kw_only=True)
    """The text of NotMigrated, raised when a table, column or function is missing.

    By default it names the command that applies the migrations of the library and of those that it uses:
    `concordia-sql migrate MODULE`, with the outermost module that has the library as a global. If it is empty,
    psycopg's error passes through, as it does by default if there are no migrations.
    """
    refused: str = attrs.field(default=REFUSED, kw_only=True)
    """The SQLSTATE of a refusal. The error's message is the reason, its detail the state that was found."""
    secrets: frozenset[str] = attrs.field(default=frozenset(), converter=_name_set, kw_only=True)
    """The names of columns that are secrets. A class reads one only by a field made by `attrs.field(repr=False)`.

    So a class that is made of names from a request cannot read them, and no repr shows them. The rule holds for the
    statements of the library, and for those of others that use its shapes.
    """
    bounds: Bounds = attrs.field(default=DEFAULT, converter=_bounds, kw_only=True)
    """How large the values of parameters may be. A type may have bounds of its own.

    By default: 1,000,000 characters, 10,000 items, 100 levels, 10,000 values in a JSON value.
    """
    proven: bool = attrs.field(default=False, kw_only=True)
    """Whether a test proves that all of its queries and commands fit, as `assert_checked` does.

    Their files are then read at their first use, not at import, so that a program starts sooner. StatementError is
    raised there.
    """


@cache
def tables_of(library: Library) -> frozenset[str]:
    """The tables that a library's migrations create in SQL files. Migrations written in Python are not read."""
    files = (file for source in library.migrations for file in _files(source))
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".sql")]
    return frozenset(name for text in texts for name in _CREATED.findall(text))


@cache
def migrations_of(library: Library) -> Sequence[str]:
    """The names of a library's migrations, as yoyo stores them, in order."""
    names = (file.name for source in library.migrations for file in _files(source))
    return sorted({_MIGRATION.sub("", name) for name in names if _MIGRATION.search(name) and name != "__init__.py"})


def snapshot_of(library: Library) -> bytes | None:
    """The description of the tables when all migrations are applied, or None if there is no such file."""
    return file_of(library, SNAPSHOT)


@cache
def file_of(library: Library, name: str) -> bytes | None:
    """The file with this name in the folder of the migrations, or None."""
    files = (file for source in library.migrations for file in _files(source))
    return next((file.read_bytes() for file in files if file.name == name), None)


def _files(source: str) -> Iterator[Traversable]:
    """The files of a source. There are none if it is not deployed with the code."""
    package = _PACKAGE.fullmatch(source)
    folder: Traversable = importlib.resources.files(package[1]).joinpath(package[2]) if package else Path(source)
    if folder.is_dir():
        yield from folder.iterdir()
