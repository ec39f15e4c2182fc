"""Conditional lines: `-- when :after`, `-- when :sort = 'best'`, and several, joined by `and` or by `or`.

Another comment may follow. A condition is stored as a text without colons: `after and sort = 'best'`. Its parts are
joined by `and` alone, and all of them must hold, or by `or` alone, and one of them must. A part without a value holds
if the field is given. A name, as in `-- when $author_id` or `-- when $after and :after`, stands first, and must be
bound by the query.
"""

import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Tokens

_PART = re.compile(r":(\w+)(?:\s*=\s*'([^']*)')?")
_ALL = rf"{_PART.pattern}(?:\s+and\s+{_PART.pattern})*"
_ANY = rf"{_PART.pattern}(?:\s+or\s+{_PART.pattern})+"
_NAME = rf"\$\w+(?:\s+and\s+{_ALL})?"
_WHEN = re.compile(rf"--\s*when\s+(?P<parts>{_NAME}|{_ALL}|(?P<any>{_ANY}))\s*(?:--.*)?")
_WRITTEN_PART = re.compile(r"(\w+)(?: = '([^']*)')?( and | or |$)")


def condition_in(comment: str) -> str | None:
    """The condition in a comment, or None if the comment has no condition."""
    found = _WHEN.fullmatch(comment)
    if found is None:
        return None
    name = re.match(r"\$\w+", found["parts"])
    parts = [_written(match[1], match[2]) for match in _PART.finditer(found["parts"])]
    return (" or " if found["any"] else " and ").join([name[0], *parts] if name else parts)


def bound_name(condition: str | None) -> tuple[str | None, str | None]:
    """The name that the query must bind, and the rest of the condition."""
    if condition is None or not condition.startswith("$"):
        return None, condition
    name, _, rest = condition.partition(" and ")
    return name[1:], rest or None


def fields_in(condition: str) -> Iterator[tuple[str, str | None]]:
    """The field of each part of a condition, with the value that it is compared to or None."""
    for match in _WRITTEN_PART.finditer(condition):
        yield match[1], match[2]


def renamed(condition: str, names: Mapping[str, str]) -> str:
    """The condition with other names for its fields."""
    joint = " or " if _is_choice(condition) else " and "
    return joint.join(_written(names.get(field, field), value) for field, value in fields_in(condition))


def holding(conditions: Iterable[str], present: frozenset[str]) -> frozenset[str]:
    """`present`, with those of the conditions that hold if these are all that is given."""
    return present.union(each for each in conditions if _holds(each, present))


def _is_choice(condition: str) -> bool:
    """Whether one of its parts is enough."""
    return any(match[3] == " or " for match in _WRITTEN_PART.finditer(condition))


def _holds(condition: str, present: frozenset[str]) -> bool:
    return (any if _is_choice(condition) else all)(_written(*part) in present for part in fields_in(condition))


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
