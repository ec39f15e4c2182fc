"""Integers of JSON that a float cannot hold: refused, as those of a column of their own are, and never rounded."""

import re
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from concordia_sql.engine.columns import columns_of, is_result_class
from concordia_sql.engine.errors import ResultError

T = TypeVar("T")

_LONG = re.compile(rb"\d{16}")
"""What every integer that a float may not hold has: those of fewer digits are below 2^53."""


def make_exact(decode: Callable[[bytes], T], raw: Callable[[bytes], Any], hint: Any) -> Callable[[bytes], T]:
    """`decode`, which refuses an integer that it would round; itself where no type in `hint` is a float."""
    if not _holds_float(hint, set()):
        return decode

    def load(data: bytes) -> T:
        made = decode(data)
        if _LONG.search(data) and not _is_same(raw(data), made):
            raise ResultError("an integer that a float cannot hold")
        return made

    return load


def _holds_float(hint: Any, seen: set[Any]) -> bool:
    if hint is float:
        return True
    if is_result_class(hint):
        if hint in seen:
            return False
        seen.add(hint)
        return any(_holds_float(column.hint, seen) for column in columns_of(hint).values())
    return any(_holds_float(each, seen) for each in typing.get_args(hint) if not isinstance(each, str))


def _is_same(value: Any, made: Any) -> bool:
    """Whether each integer of a value is what was made of it."""
    if isinstance(value, int) and isinstance(made, float):
        return value == made
    if isinstance(value, list) and isinstance(made, list | tuple):
        return all(map(_is_same, value, made))
    if isinstance(value, dict):
        held = made if isinstance(made, dict) else {name: getattr(made, name, None) for name in value}
        return all(_is_same(each, held.get(name)) for name, each in value.items())
    return True
