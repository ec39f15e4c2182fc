"""Rows to objects: one function for a result class and the columns that came back. No I/O."""

import functools
import inspect
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import formatannotation
from typing import Any, TypeVar, cast

import attrs
import msgspec

from concordia_sql.engine.adapters import TextType
from concordia_sql.engine.columns import SCALARS, Column, columns_of
from concordia_sql.engine.converter import Converter
from concordia_sql.engine.errors import ResultError
from concordia_sql.engine.tree import link, node_class_in

T = TypeVar("T")
Load = Callable[[Any], Any]

_JSON = ("json", "jsonb")


def make_row_maker(
    result_class: type[T], types: Mapping[str, str], converter: Converter
) -> Callable[[Sequence[Any]], T]:
    """The function that makes a `result_class` of a row, given the PostgreSQL types of its columns; JSON is bytes.

    Raises ResultError when columns are missing or their types do not fit the fields. So does the function, when NULL or
    JSON does not.
    """
    columns = columns_of(result_class)
    if missing := [name for name in columns if name not in types]:
        raise ResultError(f"there is no column {', '.join(missing)} for {result_class.__qualname__}")
    build = _builder(result_class, list(columns))
    loads = [
        (index, load)
        for index, column in enumerate(columns.values())
        if (load := _load(column, types[column.name], converter)) is not None
    ]
    fast = [(index, inspect.unwrap(load)) for index, load in loads]
    required = _picked([index for index, column in enumerate(columns.values()) if not column.nullable])

    def make_row(values: Sequence[Any]) -> T:
        if None in required(values):
            _check_nulls(columns.values(), values)
        try:
            return build(*_loaded(values, fast))
        except (msgspec.MsgspecError, ResultError):
            pass
        return build(*_loaded(values, loads))  # it fails again, and is explained

    if list(types) == list(columns):
        return make_row
    places = [list(types).index(name) for name in columns]

    def make_reordered_row(values: Sequence[Any]) -> T:
        if len(values) > len(types):
            raise ResultError("two columns share a name")
        return make_row([values[place] for place in places])

    return make_reordered_row


def _loaded(values: Sequence[Any], loads: Iterable[tuple[int, Load]]) -> list[Any]:
    row = list(values)
    for index, load in loads:
        if (value := row[index]) is not None:
            row[index] = load(value)
    return row


def _picked(places: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What picks the values at these places, in one call."""
    return operator.itemgetter(*places) if len(places) > 1 else lambda values: [values[place] for place in places]


def _builder(result_class: type[T], names: Sequence[str]) -> Callable[..., T]:
    """What builds an object of the values of these fields: by position where the class can, in a third of the time."""
    fields = attrs.fields(cast("Any", result_class))[: len(names)]
    if [field.name for field in fields if not field.kw_only] == names:
        return result_class
    return lambda *values: result_class(**dict(zip(names, values, strict=True)))


def _check_nulls(columns: Iterable[Column], values: Sequence[Any]) -> None:
    for column, value in zip(columns, values, strict=True):
        if value is None and not column.nullable:
            raise ResultError(f"column {column.name} is NULL, and its field may not be None")


def _load(column: Column, type_name: str, converter: Converter) -> Load | None:
    """What makes the field's value of the column's, if it is not the same."""
    if type_name in _JSON:
        try:
            loads = converter.get_loads_hook(column.hint)
        except TypeError as error:  # a union that JSON cannot tell apart
            raise ResultError(f"column {column.name}: {error}") from None
        if node_class_in(column.hint):
            return _named(column, lambda data: tuple(link(loads(data))))
        return _named(column, loads)
    if column.scalar not in SCALARS:
        return _named(column, converter.get_fit_hook(column.hint))
    if column.scalar is str and isinstance(type_name, TextType):
        return None
    if type_name not in SCALARS[column.scalar]:
        raise ResultError(
            f"column {column.name} is of type {type_name}, and its field is {formatannotation(column.hint)}"
        )
    return None


def _named(column: Column, load: Load) -> Load:
    """`load`, with the column's name in its errors."""

    def named(value: Any) -> Any:
        try:
            return load(value)
        except ResultError as error:
            raise ResultError(f"column {column.name}: {error}") from None

    return functools.update_wrapper(named, load, assigned=(), updated=())
