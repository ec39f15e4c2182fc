"""Libraries: SQL files that belong together, with what is known about the database that they are for."""

import importlib.resources
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeAlias

import attrs

from concordia_sql.engine.caching import cache

REFUSED = "RC001"
"""The SQLSTATE that the function `refuse_command` raises; its arguments are the message and the detail."""

Source: TypeAlias = str | Path
"""Where migrations lie, as yoyo takes it: a folder, or `package:myapp:migrations`."""

SNAPSHOT = "catalogue.json"
"""The file beside migrations that keeps what they make."""

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


def _advice(library: "Library") -> str:
    command = apply_command(library)
    return command and f"the database is not migrated, or behind. Run: {command}"


def apply_command(library: "Library") -> str:
    """The command that applies the migrations of a library and of those that it uses; empty where there are none."""
    sources = dict.fromkeys(source for each in (library, *library.uses) for source in each.migrations)
    return f"yoyo apply --batch --database postgresql+psycopg://… {shlex.join(sources)}" if sources else ""


@attrs.frozen
class Library:
    """A folder of SQL files for the queries of a package: `LIBRARY = Library(Path(__file__).parent / "sql")`.

    A statement is `<root>/<domain>/<name>.sql`, a shape `<root>/<domain>/shapes/<name>.sql`.
    """

    root: Path = attrs.field(converter=_absolute)
    migrations: tuple[str, ...] = attrs.field(default=(), converter=_sources, kw_only=True)
    """What makes the tables: yoyo's sources, each a folder or `package:myapp:migrations`."""
    uses: "tuple[Library, ...]" = attrs.field(default=(), converter=_libraries, kw_only=True)
    """Other libraries, whose shapes its statements may use. Of shapes of one name, its own is taken, then the first."""
    not_migrated: str = attrs.field(default=attrs.Factory(_advice, takes_self=True), kw_only=True)
    """What it means that a table, column or function is missing: the text of NotMigrated.

    By default it names the command that applies the migrations, its own and those of the libraries that it uses. Where
    it is empty, as where there are no migrations, psycopg's error passes through.
    """
    refused: str = attrs.field(default=REFUSED, kw_only=True)
    """The SQLSTATE of an error that is a refusal: its message is the reason, its detail the state that was found."""


@cache
def tables_of(library: Library) -> frozenset[str]:
    """The tables that a library's migrations create in SQL, as far as they can be read here."""
    files = (file for source in library.migrations for file in _files(source))
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".sql")]
    return frozenset(name for text in texts for name in _CREATED.findall(text))


@cache
def migrations_of(library: Library) -> Sequence[str]:
    """The names of a library's migrations as yoyo knows them, in their order."""
    names = (file.name for source in library.migrations for file in _files(source))
    return sorted({_MIGRATION.sub("", name) for name in names if _MIGRATION.search(name) and name != "__init__.py"})


@cache
def snapshot_of(library: Library) -> bytes | None:
    """What the catalogue says of the tables when all migrations are applied, where a file beside them keeps it."""
    files = (file for source in library.migrations for file in _files(source))
    return next((file.read_bytes() for file in files if file.name == SNAPSHOT), None)


def _files(source: str) -> Iterator[Traversable]:
    """The files of a source; none where it is not deployed with the code."""
    package = _PACKAGE.fullmatch(source)
    folder: Traversable = importlib.resources.files(package[1]).joinpath(package[2]) if package else Path(source)
    if folder.is_dir():
        yield from folder.iterdir()
