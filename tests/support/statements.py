"""Helpers of the engine's tests: SQL files, queries of a text, and the whole text of an error."""

import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast, dataclass_transform

import attrs

from concordia_sql import CONCORDIA, Command, Library, Many, Query, engine
from concordia_sql.engine import statement
from concordia_sql.engine.settings import Plan
from concordia_sql.engine.statement import Source

Q = TypeVar("Q", bound=Query[Any])
W = TypeVar("W", bound=Command[Any])


def write(root: Path, name: str, text: str) -> Path:
    """Write a SQL file at `<root>/<domain>/…`."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def library_of(path: Path) -> Library:
    """The library in whose folder a file lies, with Concordia's shapes, on a database that nothing migrates."""
    return Library(path.parents[1], uses=[CONCORDIA], not_migrated="")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def query(
    path: Path, *, shapes: Mapping[str, str] = {}, names: Mapping[str, str] = {}, plan: Plan | None = None
) -> Callable[[type[Q]], type[Q]]:
    """The engine's `query`, of a file that lies anywhere."""
    name = f"{path.parent.name}/{path.name}"
    return engine.query(name, library=library_of(path), shapes=shapes, names=names, plan=plan)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def command(path: Path, *, names: Mapping[str, str] = {}, domain: str | None = None) -> Callable[[type[W]], type[W]]:
    """The engine's `command`, of a file that lies anywhere."""
    return engine.command(f"{path.parent.name}/{path.name}", library=library_of(path), names=names, domain=domain)


def load(path: Path) -> Source:
    """The statement of a file that lies anywhere."""
    return statement.load(f"{path.parent.name}/{path.name}", library_of(path))


def text_of(source: Source) -> str:
    """The text of a file's statements, with what is bound to it."""
    return ";\n".join("".join(token.text for token in each.body) for each in (*source.before, source))


def rows_of(root: Path, text: str, *, uses: str = "", **hints: Any) -> Many[Any]:
    """A query of this text, whose rows have fields of these types."""
    path = write(root, "mine/ask.sql", f"-- Rows.\n-- uses: {uses}\n{text}" if uses else f"-- Rows.\n{text}")
    row = attrs.make_class("Row", {name: attrs.field(type=hint) for name, hint in hints.items()}, frozen=True)
    asked = cast("type[Many[Any]]", types.new_class("Ask", (Many[row],)))  # type: ignore[valid-type]
    return query(path)(asked)()


def said(error: BaseException) -> str:
    """The text of an error, its notes and its causes."""
    return "\n".join(_said(error))


def _said(error: BaseException | None) -> Iterator[str]:
    if error is not None:
        yield from (str(error), repr(error.args), repr(vars(error)))
        yield from _said(error.__cause__)
        yield from _said(error.__context__)
