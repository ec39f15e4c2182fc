"""What a result class asks for: its columns, and the classes nested in them.

A result class is an attrs class. It is filled as it is, at the root and, by msgspec, inside JSON: so its fields have no
converters, aliases, private names or defaults that take self.
"""

import collections.abc
import datetime
import decimal
import enum
import inspect
import types
import typing
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NewType, TypeVar

import attrs
import msgspec

from concordia_sql.engine.caching import cache
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.generics import hints_of, parameters_of, plain_class
from concordia_sql.engine.keyset import Cursor
from concordia_sql.engine.tree import Node, children_field, node_class_in

SCALARS: Mapping[object, Sequence[str]] = {
    str: ("text", "varchar", "bpchar", "name", '"char"'),
    bool: ("bool",),
    int: ("int2", "int4", "int8", "oid"),
    float: ("float4", "float8"),
    decimal.Decimal: ("numeric",),
    datetime.datetime: ("timestamp", "timestamptz"),
    datetime.date: ("date",),
    datetime.time: ("time",),
    datetime.timedelta: ("interval",),
    uuid.UUID: ("uuid",),
    bytes: ("bytea",),
}
"""The types of single values, with the types of PostgreSQL that psycopg loads as them."""
_SINGLE = (*SCALARS, Cursor, type(None), ...)
"""What holds no columns."""
_LISTS = (tuple, list, Sequence, set, frozenset, collections.abc.MutableSequence, collections.abc.Collection)
_SETS = (collections.abc.Set, collections.abc.MutableSet)
_DICTS = (dict, Mapping, collections.abc.MutableMapping)
_UNIONS = (typing.Union, types.UnionType)
_NOT_IN_JSON: Mapping[object, str] = {
    bytes: "JSON has no bytes: give encode(column, 'base64') and make the field str",
    datetime.timedelta: "JSON has no intervals: give extract(epoch FROM column) and make the field float",
}


@attrs.frozen
class Column:
    """A column that a result class asks for."""

    name: str
    hint: Any
    nullable: bool
    scalar: Any
    """The type without None and annotations, where it is a single one."""
    is_constrained: bool
    """Whether an annotation of msgspec's limits the values."""
    nested: Sequence[type | None]
    """The attrs classes in the type, and None if it also takes objects of another form."""


@cache
def columns_of(result_class: type) -> Mapping[str, Column]:
    """The columns that a class asks for, by name, in the order of its fields.

    Raises StatementError for a class that cannot be filled as it is.
    """
    if not is_result_class(result_class):
        raise StatementError(f"{spell(result_class)} is no attrs class; decorate a result class with @attrs.frozen")
    cls, name = plain_class(result_class), spell(result_class)
    try:
        hints = hints_of(result_class)
    except NameError as error:
        raise StatementError(
            f"{name}: {error}; the types of a result class must be known where it is defined"
        ) from None
    children = children_field(cls) if issubclass(cls, Node) else None
    fields = [field for field in attrs.fields(cls) if field.name != children]
    _check_open(result_class, hints)
    for field in fields:
        _check_field(field, name)
        _check_classes_in(hints[field.name], f"{name}.{field.name}")
    field_names.update(field.name for field in attrs.fields(cls))
    return {field.name: make_column(field.name, hints[field.name]) for field in fields}


field_names: set[str] = set()
"""The names of the fields of all classes that queries have asked columns for so far."""


def is_result_class(result_class: object) -> bool:
    """Whether it is an attrs class, or a generic one with its types: `Page`, or `Page[Post]`."""
    return isinstance(plain_class(result_class), type) and attrs.has(plain_class(result_class))


def is_single_value(hint: Any) -> bool:
    """Whether a type is that of one column: `int`, `str | None`, `tuple[str, ...]`, a Literal, an enumeration."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return is_single_value(hint.__origin__)
    if isinstance(hint, NewType):
        return is_single_value(hint.__supertype__)
    if origin is Literal or hint in SCALARS or hint in (Any, object, type(None), ...):
        return True
    if origin in (*_UNIONS, *_LISTS, *_DICTS):
        return all(is_single_value(argument) for argument in typing.get_args(hint))
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def spell(hint: Any) -> str:
    """A type as it is written, of an attrs class the name alone. Of what is no type, no value is said."""
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint.__qualname__
    if typing.get_origin(hint) is None and not isinstance(hint, (TypeVar, NewType)):
        return f"an object of {type(hint).__qualname__}"
    if isinstance(plain_class(hint), type) and attrs.has(plain_class(hint)):
        return f"{plain_class(hint).__qualname__}[{', '.join(map(spell, typing.get_args(hint)))}]"
    return inspect.formatannotation(hint)


def _check_open(result_class: Any, hints: Mapping[str, Any]) -> None:
    cls = plain_class(result_class)
    open_fields = {name: hint for name, hint in hints.items() if isinstance(hint, TypeVar) or parameters_of(hint)}
    for field in attrs.fields(cls):
        if field.name in open_fields:
            raise StatementError(
                f"{spell(result_class)}.{field.name}: {inspect.formatannotation(open_fields[field.name])} is open; "
                f"name the types of the class, as in {cls.__qualname__}[…]"
            )


@cache
def nested_classes(result_class: type) -> Sequence[type]:
    """The class itself and every class nested in it, at any depth.

    Raises StatementError for one that cannot be filled as it is, and for a tree that is no column of the class itself.
    """
    found: dict[type, None] = {}
    waiting = [result_class]
    while waiting:
        cls = waiting.pop()
        if cls in found:
            continue
        found[cls] = None
        for column in columns_of(cls).values():
            if cls is not result_class:
                _check_nested(column, f"{spell(cls)}.{column.name}", result_class)
            waiting.extend(nested for nested in column.nested if nested is not None)
    return list(found)


def _check_field(field: "attrs.Attribute[Any]", class_name: str) -> None:
    default: Any = field.default
    reasons = {
        "has a converter": field.converter is not None,
        "has an alias": field.alias != field.name,
        "has a private name": field.name.startswith("_"),
        "is not in __init__": not field.init,
        "has a default that takes self": getattr(default, "takes_self", False),
    }
    for reason, holds in reasons.items():
        if holds:
            raise StatementError(f"{class_name}.{field.name} {reason}; a result class is filled as it is")


def _check_nested(column: Column, where: str, result_class: type) -> None:
    if node_class_in(column.hint):
        raise StatementError(
            f"{where}: a tree inside {spell(result_class)}; it can only be a column of the result class itself"
        )
    if problem := not_in_json(column.hint):
        raise StatementError(f"{where}: {problem}")


def not_in_json(hint: Any) -> str | None:
    """Why a type cannot be read from JSON as from a column of its own, and what to write instead."""
    origin = typing.get_origin(hint)
    if origin is None:
        return _NOT_IN_JSON.get(hint)
    arguments = typing.get_args(hint)[: 1 if origin is Annotated else None] if origin is not Literal else ()
    return next(filter(None, map(not_in_json, arguments)), None)


def _check_classes_in(hint: Any, where: str) -> None:
    """Refuse a class where msgspec would not make it, or not as its fields say."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return
    if is_result_class(hint):
        for field in attrs.fields(plain_class(hint)):
            _check_field(field, spell(hint))
    elif origin in (*_UNIONS, *_LISTS, *_SETS, *_DICTS, Annotated) or not any(_classes_in(hint)):
        for argument in arguments:
            _check_classes_in(argument, where)
    else:
        raise StatementError(f"{where}: {inspect.formatannotation(hint)} is not filled with objects; use tuple[…, ...]")


def _classes_in(hint: Any) -> Iterator[Any]:
    """The attrs classes in a type, whatever holds them."""
    if is_result_class(hint):
        yield hint
    elif typing.get_origin(hint) is not Literal:
        for argument in typing.get_args(hint):
            yield from _classes_in(argument)


def make_column(name: str, hint: Any) -> Column:
    """The column of a field with this type."""
    bare = hint.__origin__ if typing.get_origin(hint) is Annotated else hint
    alternatives = typing.get_args(bare) if typing.get_origin(bare) in _UNIONS else (bare,)
    others = [alternative for alternative in alternatives if alternative is not type(None)]
    nullable = len(others) < len(alternatives) or bare in (Any, object)
    scalar = others[0] if len(others) == 1 else None
    annotated: list[Any] = [each for each in (hint, scalar) if typing.get_origin(each) is Annotated]
    is_constrained = any(isinstance(part, msgspec.Meta) for each in annotated for part in each.__metadata__)
    if typing.get_origin(scalar) is Annotated:
        scalar = typing.get_args(scalar)[0]
    if typing.get_origin(scalar) in _UNIONS:
        scalar = None
    return Column(name, hint, nullable, scalar, is_constrained, tuple(_nested(hint)))


def _nested(hint: Any) -> Iterator[type | None]:
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint) if origin is not Literal else ()
    if origin is Annotated:
        arguments = arguments[:1]
    inner = [nested for argument in arguments for nested in _nested(argument)]
    if is_result_class(hint):
        yield hint
    elif origin in (*_LISTS, *_SETS, *_UNIONS, Annotated):
        yield from inner
    elif origin in _DICTS and inner:  # its keys may be any
        yield from dict.fromkeys([*inner, None])
    elif origin is not Literal and hint not in _SINGLE:
        yield None
