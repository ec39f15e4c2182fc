"""Conditional lines: `-- when :after`, `-- when :sort = 'best'`, `-- when :after and :sort = 'best'`.

A condition is kept as a text without colons, `after and sort = 'best'`. Its parts are joined by `and`; all must hold. A
part without a value holds when the field is given.
"""

import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Tokens

_PART = re.compile(r":(\w+)(?:\s*=\s*'([^']*)')?")
_WHEN = re.compile(rf"--\s*when\s+{_PART.pattern}(?:\s+and\s+{_PART.pattern})*\s*")
_WRITTEN_PART = re.compile(r"(\w+)(?: = '([^']*)')?(?: and |$)")


def condition_in(comment: str) -> str | None:
    """The condition that a comment states, if it states one."""
    if not _WHEN.fullmatch(comment):
        return None
    return " and ".join(_written(match[1], match[2]) for match in _PART.finditer(comment))


def fields_in(condition: str) -> Iterator[tuple[str, str | None]]:
    """The field of each part of a condition, and the value if it has one."""
    for match in _WRITTEN_PART.finditer(condition):
        yield match[1], match[2]


def renamed(condition: str, names: Mapping[str, str]) -> str:
    """The condition with other names for its fields."""
    return " and ".join(_written(names.get(field, field), value) for field, value in fields_in(condition))


def holding(conditions: Iterable[str], present: frozenset[str]) -> frozenset[str]:
    """`present`, and those of the conditions of several parts whose parts are all in it."""
    held = (each for each in conditions if all(_written(*part) in present for part in fields_in(each)))
    return present.union(held)


def choices(
    texts: Sequence[tuple[object, Tokens]], hints: Mapping[str, Any], *, shared: bool
) -> Mapping[str, Mapping[object, str]]:
    """For each field that the conditional lines of a file and its shapes compare, its values with what each makes hold.

    Raises StatementError, with file and line, for a value that the field's type does not list. Lines for such values
    may stand in a file that is shared, where another query needs them: there, each value of the type must have a line.
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
    """The texts that a type lists: those of a Literal, or of a union of them."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return [value for value in arguments if isinstance(value, str)]
    if origin in (typing.Union, types.UnionType):
        return [value for argument in arguments for value in _listed(argument)]
    return _listed(arguments[0]) if origin is Annotated else []
