"""`Convert`, with which a type converts the values of parameters before they are sent."""

import collections.abc
import functools
import operator
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypeAlias, cast

import attrs

from concordia_sql.engine.bounds import Columns, below, evolved, is_many, kinds_of
from concordia_sql.engine.errors import ParameterError, StatementError
from concordia_sql.engine.generics import hints_of

Conversion: TypeAlias = Callable[[Any], Any]


@attrs.frozen
class Convert:
    """Converts the values of a parameter of the type `Annotated[str, Convert(function)]`.

    The function gets each value that fits the type: in a field of a query, in a sequence, and in a field of the rows in
    one. It returns the value to send, or raises ParameterError, whose text says what would be right.
    """

    function: Conversion


def conversion(hint: Any) -> Conversion | None:
    """The function that converts values of this type, at any depth. None if there is no `Convert` in the type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        own = [item.function for item in hint.__metadata__ if isinstance(item, Convert)]
        return _one_after_another([conversion(arguments[0]), *own])
    if origin in (typing.Union, types.UnionType):
        return _of_union({each: conversion(each) for each in arguments})
    if origin in (tuple, list, collections.abc.Sequence):
        inner = conversion(arguments[0])
        return inner and _Each(inner)
    if attrs.has(cast("type", origin or hint)):
        fields = {name: inner for name, of_field in hints_of(hint).items() if (inner := conversion(of_field))}
        return _Row(fields) if fields else None
    return None


def _one_after_another(conversions: list[Conversion | None]) -> Conversion | None:
    found = [each for each in conversions if each]
    if len(found) < 2:
        return found[0] if found else None
    return lambda value: functools.reduce(lambda so_far, convert: convert(so_far), found, value)


def _of_union(conversions: Mapping[Any, Conversion | None]) -> Conversion | None:
    found = [(kinds_of(each), convert) for each, convert in conversions.items() if convert]
    if not found:
        return None
    if len(found) > 1:
        raise StatementError("a union of two types with a Convert: it is not known which one a value needs")
    ((kinds, convert),) = found
    return lambda value: convert(value) if value is not None and isinstance(value, kinds) else value


@attrs.frozen
class _Each:
    """Converts each of many values."""

    convert: Conversion

    def __call__(self, values: collections.abc.Sequence[Any]) -> collections.abc.Sequence[Any]:
        if isinstance(self.convert, _Row) and is_many(values):
            columns = {name: [*map(operator.attrgetter(name), values)] for name in self.convert.fields}
            if self.convert.keeps(columns):
                return values
        changed: list[Any] = []
        try:
            changed.extend(map(self.convert, values))
        except ParameterError as error:
            problem = below(f"[{len(changed)}]", error)
        else:
            return values if all(map(operator.is_, changed, values)) else tuple(changed)
        raise problem  # outside of except: errors have no context


@attrs.frozen
class _Row:
    """Converts a row by the functions of its fields."""

    fields: Mapping[str, Conversion]

    def __call__(self, row: Any) -> Any:
        name = ""
        changed: dict[str, Any] = {}
        try:
            for name, convert in self.fields.items():
                value = getattr(row, name)
                converted = convert(value)
                if not _is_same(converted, value):
                    changed[name] = converted
        except ParameterError as error:
            problem = below(f".{name}", error)
        else:
            return evolved(row, changed) if changed else row
        raise problem

    def keeps(self, columns: Columns) -> bool:
        """Whether many rows stay as they are. Each text is converted once, in however many rows it is."""
        try:
            return all(_keeps(convert, columns[name]) for name, convert in self.fields.items())
        except ParameterError:  # raised again, with the row
            return False


def _keeps(convert: Conversion, values: Iterable[Any]) -> bool:
    if not set(map(type, values)) <= _ONCE:
        return False
    given = [*set(values)]
    return [*map(convert, given)] == given


def keeps_rows(convert: Conversion, columns: Columns) -> bool:
    """Whether many rows, of whose fields these are the values, are at once seen to stay as they are."""
    return isinstance(convert, _Each) and isinstance(convert.convert, _Row) and convert.convert.keeps(columns)


_ONCE = {str, type(None)}
"""Types whose equal values are converted alike."""


def _is_same(converted: object, value: object) -> bool:
    return converted is value or (type(converted) is str and converted == value)
