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
    sources = dict.fromkeys(source for each in (library, *library.uses) for source in each.migrations)
    if not sources:
        return ""
    return (
        "the database is not migrated, or behind. Run: "
        f"yoyo apply --batch --database postgresql+psycopg://… {shlex.join(sources)}"
    )


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
    texts = (file.read_text("utf-8") for source in library.migrations for file in _files(source))
    return frozenset(name for text in texts for name in _CREATED.findall(text))


def _files(source: str) -> Iterator[Traversable]:
    """The SQL files of a source; none where it is not deployed with the code."""
    package = _PACKAGE.fullmatch(source)
    folder: Traversable = importlib.resources.files(package[1]).joinpath(package[2]) if package else Path(source)
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if file.name.endswith(".sql"))
