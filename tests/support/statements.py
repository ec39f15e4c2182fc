"""What the tests of the engine share: SQL files, queries made on the spot, and all that an error says."""

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import attrs

from concordia_sql import Many, query


def write(root: Path, name: str, text: str) -> Path:
    """Write a SQL file at `<root>/<domain>/…`."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def rows_of(root: Path, text: str, *, uses: str = "", **hints: Any) -> Many[Any]:
    """A query of this text, whose rows have fields of these types."""
    path = write(root, "mine/ask.sql", f"-- Rows.\n-- uses: {uses}\n{text}" if uses else f"-- Rows.\n{text}")
    row = attrs.make_class("Row", {name: attrs.field(type=hint) for name, hint in hints.items()}, frozen=True)
    asked = cast("type[Many[Any]]", types.new_class("Ask", (Many[row],)))  # type: ignore[valid-type]
    return query(path)(asked)()


def said(error: BaseException) -> str:
    """All that an error, its notes and the errors behind it hold."""
    return "\n".join(_said(error))


def _said(error: BaseException | None) -> Iterator[str]:
    if error is not None:
        yield from (str(error), repr(error.args), repr(vars(error)))
        yield from _said(error.__cause__)
        yield from _said(error.__context__)
