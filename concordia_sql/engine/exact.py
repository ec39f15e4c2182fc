"""Refuses integers of JSON that a float cannot hold, as those of a column are refused. They are never rounded."""

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
        if _LONG.search(data) and (path := _rounded(raw(data), made, "$")):
            raise ResultError(f"an integer that a float cannot hold at {path}")
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


def _rounded(value: Any, made: Any, path: str) -> str | None:
    """The path to the first integer of a value that is another number in what was made of it. Keys are data."""
    if isinstance(value, int) and isinstance(made, float):
        return None if value == made else path
    if isinstance(value, list) and isinstance(made, set | frozenset):
        among = [each for each in made if isinstance(each, float)]
        ints = [each for each in value if type(each) is int]
        return None if not among or all(each in among for each in ints) else f"{path}[...]"
    if isinstance(value, list) and isinstance(made, list | tuple):
        pairs = zip(value, made, strict=True)
        found = (_rounded(each, other, f"{path}[{index}]") for index, (each, other) in enumerate(pairs))
        return next(filter(None, found), None)
    if isinstance(value, dict):
        is_dict = isinstance(made, dict)
        held = made if is_dict else {name: getattr(made, name, None) for name in value}
        inner = (
            _rounded(each, held.get(name), f"{path}[...]" if is_dict else f"{path}.{name}")
            for name, each in value.items()
        )
        return next(filter(None, inner), None)
    return None
