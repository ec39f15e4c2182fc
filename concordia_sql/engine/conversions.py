"""`Convert`, with which a type converts the values of parameters before they are sent."""

import collections.abc
import functools
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, cast

import attrs

from concordia_sql.engine.bounds import at
from concordia_sql.engine.errors import StatementError

Conversion: TypeAlias = Callable[[Any], Any]


@attrs.frozen
class Convert:
    """Converts the values of a parameter of the type `Annotated[str, Convert(function)]`.

    The function gets each value that fits the type, be it in a field of a query, in a sequence or in a field of its
    rows. It returns the value to send, or raises ParameterError, whose text says what would be right.
    """

    function: Conversion


def conversion(hint: Any) -> Conversion | None:
    """The function that converts values of this type, at any depth. None if there is no `Convert` in the type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        own = [item.function for item in hint.__metadata__ if isinstance(item, Convert)]
        return _one_after_another([conversion(arguments[0]), *own])
    if origin in (typing.Union, types.UnionType):
        return _of_union([conversion(each) for each in arguments])
    if origin in (tuple, list, collections.abc.Sequence):
        inner = conversion(arguments[0])
        return inner and functools.partial(_each, inner)
    if attrs.has(cast("type", origin or hint)):
        hints = typing.get_type_hints(hint, include_extras=True)
        fields = {name: inner for name, of_field in hints.items() if (inner := conversion(of_field))}
        return functools.partial(_row, fields) if fields else None
    return None


def _one_after_another(conversions: list[Conversion | None]) -> Conversion | None:
    found = [each for each in conversions if each]
    if not found:
        return None
    return lambda value: functools.reduce(lambda so_far, convert: convert(so_far), found, value)


def _of_union(conversions: list[Conversion | None]) -> Conversion | None:
    found = [each for each in conversions if each]
    if not found:
        return None
    if len(found) > 1:
        raise StatementError("a union of two types with a Convert: it is not known which one a value needs")
    return lambda value: value if value is None else found[0](value)


def _each(convert: Conversion, values: collections.abc.Sequence[Any]) -> tuple[Any, ...]:
    return tuple([at(f"[{index}]", convert, value) for index, value in enumerate(values)])


def _row(fields: dict[str, Conversion], row: Any) -> Any:
    changed = {name: at(f".{name}", convert, getattr(row, name)) for name, convert in fields.items()}
    return attrs.evolve(row, **changed)
