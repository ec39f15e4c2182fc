"""Many rows of one class among a parameter's values: what their columns show of all, for less than a look at each."""

import operator
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import msgspec

from concordia_sql.engine.bounds import PLAIN, Columns, field_names, inside_all, is_storable
from concordia_sql.engine.caching import cache
from concordia_sql.engine.filling import filler
from concordia_sql.engine.generics import hints_of

ROWS_LEVELS = 3
"""The levels of such rows: the sequence, a row, a dict in it."""
_EXACT = {str, bool, type(None)}
"""Types whose values are read back from JSON as they are."""


@attrs.frozen
class Rows:
    """Rows of one class whose values hold no others, but for dicts of such values by texts."""

    _row_class: type
    columns: Columns
    """The values of each field."""
    _flat: Sequence[Sequence[Any]]
    """The same, but in place of dicts the keys and the values in them."""
    _kinds: Sequence[set[type]]
    """The types of the values in `_flat`."""

    def plain(self) -> list[dict[str, Any]]:
        """Each row as a dict of its fields; what it holds is not shared with the row."""
        own = self._unshared(self.columns.values())
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*own, strict=True)]

    def fitting(self, dec_hook: Callable[[type, Any], Any]) -> "tuple[tuple[Any, ...], Rows | None] | None":
        """The rows as msgspec makes them, with nothing shared, and what their columns show then.

        None if it must make each by itself: to say which one does not fit, or as the class does more than set fields.
        """
        fill = filler(self._row_class, field_names(self._row_class))
        if fill is None:
            return None
        try:
            columns = msgspec.convert([*self.columns.values()], _columns_class(self._row_class), dec_hook=dec_hook)
        except msgspec.ValidationError:
            return None
        fitting = self._unshared(msgspec.structs.astuple(columns))
        rows = tuple(map(fill, *fitting))
        for row in rows:
            row.__class__ = self._row_class
        return rows, _rows(self._row_class, fitting)

    def _unshared(self, made: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
        """The columns that were made of these, without the rows' own dicts: copies of them."""
        return [
            [dict(value) if type(value) is dict else value for value in column]
            if given is not flat and any(map(operator.is_, column, given))
            else column
            for column, given, flat in zip(made, self.columns.values(), self._flat, strict=True)
        ]

    def are_exact(self) -> bool:
        """Whether all values are known to be read back from JSON as they are."""
        return all(
            kinds <= _EXACT or (kinds <= {*_EXACT, int} and _fit_json(column))
            for kinds, column in zip(self._kinds, self._flat, strict=True)
        )

    def odd_texts(self) -> list[str]:
        """The texts that may have a NUL or half of a surrogate pair."""
        return [
            text
            for kinds, column in zip(self._kinds, self._flat, strict=True)
            if str in kinds
            for texts in [[value for value in column if type(value) is str] if len(kinds) > 1 else column]
            if not is_storable("".join(texts))
            for text in texts
            if not is_storable(text)
        ]


def _fit_json(values: Sequence[Any]) -> bool:
    numbers = [value for value in values if type(value) is int]
    return min(numbers) >= -(2**63) and max(numbers) < 2**63


@cache
def _columns_class(row_class: type) -> Any:
    """A struct of columns, which hold values of the types of the fields."""
    hints = hints_of(row_class)
    fields = [(name, types.GenericAlias(tuple, (hints[name], ...))) for name in field_names(row_class)]
    return msgspec.defstruct("Columns", fields, array_like=True)


def rows_of(row_class: type, value: Any) -> Rows | None:
    """A list or tuple as such rows of this class. None if there is something else in it."""
    if len(field_names(row_class)) < 2 or set(map(type, value)) != {row_class}:
        return None
    return _rows(row_class, [[*map(operator.attrgetter(name), value)] for name in field_names(row_class)])


def _rows(row_class: type, columns: Sequence[Sequence[Any]]) -> Rows | None:
    flat, kinds = [], []
    for column in columns:
        here, inner = set(map(type, column)), column
        if dict in here:
            inner = inside_all(column if len(here) == 1 else [each for each in column if type(each) is dict])
            if not set(map(type, inner[: len(inner) // 2])) <= {str}:  # the keys
                return None
            here = here - {dict} | set(map(type, inner))
        if not here <= PLAIN:
            return None
        flat.append(inner)
        kinds.append(here)
    return Rows(row_class, dict(zip(field_names(row_class), columns, strict=True)), flat, kinds)
