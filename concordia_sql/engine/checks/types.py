"""The types of PostgreSQL that fit the types of fields, for parameters and for values inside JSON."""

import collections.abc
import datetime
import decimal
import types
import typing
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import UnsetType

from concordia_sql.engine.columns import SCALARS, Column

_INTEGERS = ("int2", "int4", "int8", "oid")
_NUMBERS = ("float4", "float8", "numeric")
_TEXTS = ("text", "varchar", "bpchar", "name", '"char"')
_TIMESTAMPS = ("timestamp", "timestamptz")
_TIMES = ("time", "timetz")
_JSON = ("json", "jsonb")
_SINGLE = {
    *(*_INTEGERS, *_NUMBERS, *_TEXTS, *_TIMESTAMPS, *_TIMES),
    *("bool", "date", "interval", "uuid", "bytea"),
}

_TAKEN: Mapping[object, Sequence[str]] = {
    str: [*_TEXTS, *_TIMESTAMPS, *_TIMES, *_JSON, "date", "interval", "uuid", "numeric"],
    bool: ["bool"],
    int: [*_INTEGERS, *_NUMBERS],
    float: _NUMBERS,
    decimal.Decimal: _NUMBERS,
    datetime.datetime: _TIMESTAMPS,
    datetime.date: ["date", *_TIMESTAMPS],
    datetime.time: _TIMES,
    datetime.timedelta: ["interval"],
    uuid.UUID: ["uuid", *_TEXTS],
    bytes: ["bytea"],
}
"""The types of PostgreSQL that take any value of a field. A text may be written as one of many types."""
_IN_JSON: Mapping[object, Sequence[str]] = {
    str: [*_TEXTS, *_TIMESTAMPS, *_TIMES, "date", "interval", "uuid", "bytea"],
    bool: ["bool"],
    int: _INTEGERS,
    float: [*_INTEGERS, *_NUMBERS],
    decimal.Decimal: [*_INTEGERS, *_NUMBERS],
    datetime.datetime: _TIMESTAMPS,
    datetime.date: ["date"],
    datetime.time: _TIMES,
    datetime.timedelta: [],
    uuid.UUID: ["uuid"],
    bytes: [],
}
"""The types of PostgreSQL whose values in JSON fit a field."""


def takes(type_name: str, hint: Any) -> bool:
    """Whether a parameter of this type takes all values of the field. True if that is not known."""
    return any(_takes(type_name, each) for each in _alternatives(hint)) or not _alternatives(hint)


def fits_in_json(type_name: str, column: Column) -> bool:
    """Whether a field inside JSON takes values of this type. True if that is not known."""
    if type_name in _JSON or column.hint in (Any, object):
        return True
    if column.scalar in SCALARS:
        return (type_name not in _SINGLE and not type_name.endswith("[]")) or type_name in _IN_JSON[column.scalar]
    if typing.get_origin(column.scalar) in (tuple, list, collections.abc.Sequence) or column.nested:
        return type_name not in _SINGLE or column.nested == (None,)
    return True


def _takes(type_name: str, hint: Any) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return any(_takes(type_name, type(value)) for value in arguments)
    if origin in (tuple, list, collections.abc.Sequence):
        return type_name.endswith("[]") and takes(type_name.removesuffix("[]"), arguments[0])
    if hint not in _TAKEN:
        return True
    known = type_name in _SINGLE or type_name in _JSON or type_name.endswith("[]")
    return not known or type_name in _TAKEN[hint]


def _alternatives(hint: Any) -> list[Any]:
    """The types of a union, without None and UNSET."""
    if typing.get_origin(hint) is Annotated:
        return _alternatives(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [each for argument in typing.get_args(hint) for each in _alternatives(argument)]
    return [] if hint in (type(None), UnsetType) else [hint]
