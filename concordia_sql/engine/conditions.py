"""Conditional lines: `-- when :after`, `-- when :sort = 'best'`, `-- when :after and :sort = 'best'`.

Another comment may follow. A condition is stored as a text without colons: `after and sort = 'best'`. It holds if all
of its parts hold. A part without a value holds if the field is given.
"""

import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Tokens

_PART = re.compile(r":(\w+)(?:\s*=\s*'([^']*)')?")
_WHEN = re.compile(rf"--\s*when\s+{_PART.pattern}(?:\s+and\s+{_PART.pattern})*\s*(?:--.*)?")
_WRITTEN_PART = re.compile(r"(\w+)(?: = '([^']*)')?(?: and |$)")


def condition_in(comment: str) -> str | None:
    """The condition in a comment, or None if the comment has no condition."""
    if not _WHEN.fullmatch(comment):
        return None
    return " and ".join(_written(match[1], match[2]) for match in _PART.finditer(comment))


def fields_in(condition: str) -> Iterator[tuple[str, str | None]]:
    """The field of each part of a condition, with the value that it is compared to or None."""
    for match in _WRITTEN_PART.finditer(condition):
        yield match[1], match[2]


def renamed(condition: str, names: Mapping[str, str]) -> str:
    """The condition with other names for its fields."""
    return " and ".join(_written(names.get(field, field), value) for field, value in fields_in(condition))


def holding(conditions: Iterable[str], present: frozenset[str]) -> frozenset[str]:
    """`present`, with those of the conditions whose parts are all in it."""
    held = (each for each in conditions if all(_written(*part) in present for part in fields_in(each)))
    return present.union(held)


def choices(
    texts: Sequence[tuple[object, Tokens]], hints: Mapping[str, Any], *, shared: bool
) -> Mapping[str, Mapping[object, str]]:
    """The fields that conditional lines compare to a value. Each maps its values to the comparisons that then hold.

    `texts` are a file and its shapes. Raises StatementError, with file and line, for a value that the field's type does
    not list. A `shared` file may have lines for such values, since another query may need them; there, every value of
    the type must have a line.
    """
    found: dict[str, dict[object, str]] = {}
    for path, tokens in texts:
        for token in tokens:
            for field, value in fields_in(token.when or ""):
                if value is None or field not in hints:
                    continue
                comparisons = found.setdefault(field, {})
                if value in (listed := _listed(hints[field])):
                    comparisons[value] = _written(field, value)
                elif not (shared and listed):
                    known = ", ".join(map(repr, listed)) or "no Literal"
                    raise StatementError(f"{path}:{token.line}: {field} is never {value!r}; its type lists {known}")
    for field in found if shared else ():
        if missing := [value for value in _listed(hints[field]) if value not in found[field]]:
            raise StatementError(f"{texts[0][0]}: no conditional line for {field} = {missing[0]!r}")
    return found


def _written(field: str, value: str | None) -> str:
    return field if value is None else f"{field} = '{value}'"


def _listed(hint: Any) -> list[str]:
    """The texts that a type lists: a Literal, or a union of Literals."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return [value for value in arguments if isinstance(value, str)]
    if origin in (typing.Union, types.UnionType):
        return [value for argument in arguments for value in _listed(argument)]
    return _listed(arguments[0]) if origin is Annotated else []
