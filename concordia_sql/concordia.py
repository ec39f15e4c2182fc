"""Concordia's SQL files as a library of the engine, and the decorators of its queries and commands."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform

import attrs

from concordia_sql import engine
from concordia_sql.engine import Bounds, Command, Library, Query

Q = TypeVar("Q", bound=Query[Any])
W = TypeVar("W", bound=Command[Any])

_PACKAGE = Path(__file__).parent

CONCORDIA = Library(
    # inside the package when it is installed, beside it in a source tree
    _PACKAGE / "sql" if (_PACKAGE / "sql").is_dir() else _PACKAGE.parent / "sql",
    migrations="package:concordia_sql:migrations",
    secrets={"access_token", "id_token", "password", "refresh_token", "token"},
    # What the columns hold: names, remarks and look-ups. Articles, addresses and tokens have types of their own.
    bounds=Bounds(text=10_000, items=10_000, levels=100, nodes=1_000),
    proven=True,
)
"""Concordia's SQL files. A library that names it in `uses` can use its shapes."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def query(path: str, *, shapes: Mapping[str, str] = {}, names: Mapping[str, str] = {}) -> Callable[[type[Q]], type[Q]]:
    """Make a class the query of one of Concordia's files."""
    return engine.query(path, library=CONCORDIA, shapes=shapes, names=names)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def command(
    path: str, *, shapes: Mapping[str, str] = {}, names: Mapping[str, str] = {}, domain: str | None = None
) -> Callable[[type[W]], type[W]]:
    """Make a class the command of one of Concordia's files."""
    return engine.command(path, library=CONCORDIA, shapes=shapes, names=names, domain=domain)
