"""Many rows of one class among a parameter's values: what their columns show of all, for less than a look at each."""

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

import attrs

from concordia_sql.engine.bounds import PLAIN, field_names, inside_all, inside_of, is_storable

ROWS_LEVELS = 3
"""The levels of such rows: the sequence, a row, a dict in it."""
_EXACT = {str, bool, type(None)}
"""Types whose values are read back from JSON as they are."""


@attrs.frozen
class Rows:
    """Rows of one class whose values hold no others, but for dicts of such values by texts."""

    _names: Sequence[str]
    _rows: Sequence[Collection[Any]]
    _columns: Sequence[Sequence[Any]]
    """The values of each field; in place of dicts the keys and the values in them."""
    _kinds: Sequence[set[type]]
    """The types of the values of each column."""
    _with_dicts: Sequence[str]
    """The fields that hold dicts."""

    def plain(self) -> list[dict[str, Any]]:
        """Each row as a dict of its fields; what it holds is not shared with the row."""
        rows = [dict(zip(self._names, row, strict=True)) for row in self._rows]
        for name in self._with_dicts:
            for row in rows:
                if type(row[name]) is dict:
                    row[name] = dict(row[name])
        return rows

    def are_exact(self) -> bool:
        """Whether all values are known to be read back from JSON as they are."""
        return all(
            kinds <= _EXACT or (kinds <= {*_EXACT, int} and _fit_json(column))
            for kinds, column in zip(self._kinds, self._columns, strict=True)
        )

    def odd_texts(self) -> list[str]:
        """The texts that may have a NUL or half of a surrogate pair."""
        return [
            text
            for kinds, column in zip(self._kinds, self._columns, strict=True)
            if str in kinds
            for texts in [[value for value in column if type(value) is str] if len(kinds) > 1 else column]
            if not is_storable("".join(texts))
            for text in texts
            if not is_storable(text)
        ]


def _fit_json(values: Sequence[Any]) -> bool:
    numbers = [value for value in values if type(value) is int]
    return min(numbers) >= -(2**63) and max(numbers) < 2**63


def rows_of(row_class: type, value: Any) -> Rows | None:
    """A list or tuple as such rows of this class. None if there is something else in it."""
    names = field_names(row_class)
    if len(names) < 2 or set(map(type, value)) != {row_class}:
        return None
    rows = list(map(inside_of(row_class), value))
    columns, kinds, with_dicts = [], [], []
    for name, given in zip(names, zip(*rows, strict=True), strict=True):
        column: Sequence[Any] = given
        here = set(map(type, column))
        if dict in here:
            dicts = [each for each in column if type(each) is dict]
            column = inside_all(dicts)
            here = here - {dict} | set(map(type, column))
            with_dicts.append(name)
            if not set(map(type, chain.from_iterable(dicts))) <= {str}:
                return None
        if not here <= PLAIN:
            return None
        columns.append(column)
        kinds.append(here)
    return Rows(names, rows, columns, kinds, with_dicts)
