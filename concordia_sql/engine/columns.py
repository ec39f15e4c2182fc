"""What a result class asks for: its columns, and the classes nested in them.

A result class is an attrs class. It is filled as it is, at the root and, by msgspec, inside JSON: so its fields have no
converters, aliases, private names or defaults that take self.
"""

import datetime
import decimal
import types
import typing
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, cast

import attrs

from concordia_sql.engine.caching import cache
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.tree import Node, children_field, node_class_in

SCALARS: Mapping[object, Sequence[str]] = {
    str: ("text", "varchar", "bpchar", "name", '"char"'),
    bool: ("bool",),
    int: ("int2", "int4", "int8", "oid"),
    float: ("float4", "float8"),
    decimal.Decimal: ("numeric",),
    datetime.datetime: ("timestamp", "timestamptz"),
    datetime.date: ("date",),
    datetime.time: ("time", "timetz"),
    datetime.timedelta: ("interval",),
    uuid.UUID: ("uuid",),
    bytes: ("bytea",),
}
"""The types of single values, with the types of PostgreSQL that psycopg loads as them."""
_EMPTY = (type(None), ...)
_CONTAINERS = (tuple, list, Sequence, typing.Union, types.UnionType)


@attrs.frozen
class Column:
    """A column that a result class asks for."""

    name: str
    hint: Any
    nullable: bool
    scalar: Any
    """The type without None, where it is a single one."""
    nested: Sequence[type | None]
    """The attrs classes in the type, and None where it takes objects of another form."""


@cache
def columns_of(result_class: type) -> Mapping[str, Column]:
    """The columns that a class asks for, by name, in the order of its fields.

    Raises StatementError for a class that cannot be filled as it is.
    """
    name = result_class.__qualname__
    if not (isinstance(result_class, type) and attrs.has(result_class)):
        raise StatementError(f"{name} is no attrs class; decorate a result class with @attrs.frozen")
    try:
        hints = typing.get_type_hints(result_class)
    except NameError as error:
        raise StatementError(
            f"{name}: {error}; the types of a result class must be known where it is defined"
        ) from None
    children = children_field(result_class) if issubclass(result_class, Node) else None
    fields = [field for field in attrs.fields(result_class) if field.name != children]
    for field in fields:
        _check_field(field, name)
    return {field.name: _column(field.name, hints[field.name]) for field in fields}


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
            if cls is not result_class and node_class_in(column.hint):
                raise StatementError(
                    f"{cls.__qualname__}.{column.name}: a tree inside {result_class.__qualname__}; "
                    "it can only be a column of the result class itself"
                )
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


def _column(name: str, hint: Any) -> Column:
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    alternatives = typing.get_args(hint) if is_union else (hint,)
    others = [alternative for alternative in alternatives if alternative is not type(None)]
    nullable = len(others) < len(alternatives) or hint in (Any, object)
    return Column(name, hint, nullable, others[0] if len(others) == 1 else None, tuple(_nested(hint)))


def _nested(hint: Any) -> Iterator[type | None]:
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint) if origin is not Literal else ()
    inner = [nested for argument in arguments for nested in _nested(argument)]
    if attrs.has(cast("type", origin or hint)):
        yield hint
    elif origin in _CONTAINERS:
        yield from inner
    elif origin is dict and inner:  # its keys may be any
        yield from dict.fromkeys([*inner, None])
    elif origin is not Literal and hint not in SCALARS and hint not in _EMPTY:
        yield None
