"""Makes times with a time zone naive, in UTC, where a class promises no zone: in columns and inside JSON."""

import datetime
import operator
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from concordia_sql.engine.columns import columns_of, is_result_class
from concordia_sql.engine.errors import ResultError
from concordia_sql.engine.generics import plain_class

Change: TypeAlias = Callable[[Any], Any]
"""What gives the value to put in another's place: mostly that one itself."""


def make_naive(hint: Any) -> Change | None:
    """What makes the datetimes in a value of this type naive; None where it holds none.

    A datetime annotated with `msgspec.Meta(tz=True)` keeps its time zone. What it returns raises ResultError for a time
    of day with a zone, which has no date to know its UTC by.
    """
    return _change(hint, {})


def _change(hint: Any, known: dict[Any, Change]) -> Change | None:
    origin: Any = typing.get_origin(hint)
    if origin is Annotated:
        has_zone = any(isinstance(part, msgspec.Meta) and part.tz for part in hint.__metadata__)
        return None if has_zone else _change(hint.__origin__, known)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if is_result_class(hint):
        return known[hint] if hint in known else _change_object(hint, known)
    inner = [
        (argument, change)
        for argument in (typing.get_args(hint) if typing.get_origin(hint) is not Literal else ())
        if argument is not ... and (change := _change(argument, known)) is not None
    ]
    if not inner:
        return None
    if origin in (typing.Union, types.UnionType):
        return _change_one_of(inner)
    change = inner[0][1] if len(inner) == 1 else _change_one_of(inner)
    return _change_values(change) if issubclass(origin, Mapping) else _change_items(change)


def _naive(value: datetime.datetime) -> datetime.datetime:
    return value if value.tzinfo is None else value.astimezone(datetime.UTC).replace(tzinfo=None)


def _without_zone(value: datetime.time) -> datetime.time:
    if value.tzinfo is not None:
        raise ResultError("a time with a time zone; cast it to time")
    return value


_SCALARS: Mapping[Any, Change] = {datetime.datetime: _naive, datetime.time: _without_zone}


def _change_object(result_class: Any, known: dict[Any, Change]) -> Change | None:
    changes: list[tuple[str, Change]] = []

    def change(value: Any) -> Any:
        for name, each in changes:
            old = getattr(value, name)
            if old is not None and (new := each(old)) is not old:
                object.__setattr__(value, name, new)  # the classes are frozen, and nobody has seen this object yet
        return value

    known[result_class] = change  # before its fields, as classes may name each other
    columns = columns_of(result_class).values()
    changes += [(column.name, each) for column in columns if (each := _change(column.hint, known)) is not None]
    return change if changes else None


def _change_one_of(alternatives: list[tuple[Any, Change]]) -> Change:
    kinds = [(_kind(hint), change) for hint, change in alternatives]

    def change(value: Any) -> Any:
        for kind, each in kinds:
            if isinstance(value, kind):
                return each(value)
        return value

    return change


def _kind(hint: Any) -> Any:
    while typing.get_origin(hint) is Annotated:
        hint = hint.__origin__
    return plain_class(hint)


def _change_items(change: Change) -> Change:
    def change_items(values: Any) -> Any:
        changed = [value if value is None else change(value) for value in values]
        return values if all(map(operator.is_, changed, values)) else type(values)(changed)

    return change_items


def _change_values(change: Change) -> Change:
    def change_values(values: Any) -> Any:
        return {key: value if value is None else change(value) for key, value in values.items()}

    return change_values
