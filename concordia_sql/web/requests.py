"""Queries and commands made of requests, and the statuses of errors."""

import functools
import operator
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import attrs
import msgspec

from concordia_sql.engine import (
    ConcordiaError,
    Conflict,
    DeadlineExceeded,
    MissingReference,
    NoConnection,
    NotFound,
    ParameterError,
    Refused,
    Statement,
)

S = TypeVar("S", bound=Statement[Any])

STATUSES: Mapping[type[ConcordiaError], int] = {
    NotFound: 404,
    Conflict: 409,
    Refused: 409,
    MissingReference: 409,
    ParameterError: 422,
    NoConnection: 503,
    DeadlineExceeded: 504,
}
"""The statuses of errors that are no fault of the program. All others are 500."""


def status_of(error: ConcordiaError) -> int:
    """The status of an error."""
    return next((status for cls, status in STATUSES.items() if isinstance(error, cls)), 500)


def problem_of(error: ConcordiaError) -> dict[str, object]:
    """What an answer says of an error: what went wrong, and where that is known. No value, no name of a query."""
    if isinstance(error, ParameterError):
        location = [error.parameter] if error.parameter else []
        return {"detail": [{"loc": location, "msg": error.problem or "a value that is not possible"}]}
    if isinstance(error, Refused):
        return {"detail": error.reason}
    if isinstance(error, Conflict | MissingReference):
        return {"detail": _WORDS[type(error)], "columns": list(error.columns)}
    return {"detail": next((words for cls, words in _WORDS.items() if isinstance(error, cls)), "error")}


_WORDS: Mapping[type[ConcordiaError], str] = {
    NotFound: "not found",
    Conflict: "conflict",
    MissingReference: "missing reference",
    NoConnection: "busy",
    DeadlineExceeded: "not done in time",
}


_OWN = frozenset({"now"})
"""What only the program says: a visitor who sets the clock finds expired codes valid."""


def settable(cls: type[Statement[Any]], names: Sequence[str]) -> dict[str, "attrs.Attribute[Any]"]:
    """The fields of these names, which a request sets. Raises ValueError for one that it may not, or that is none."""
    if own := _OWN & set(names):
        raise ValueError(f"{cls.query_name}: {', '.join(own)} never comes from a request: give it as a fixed value")
    return fields_of(cls, names)


def fields_of(cls: type[Statement[Any]], names: Sequence[str]) -> dict[str, "attrs.Attribute[Any]"]:
    """The fields of these names. Raises ValueError for a name that is none."""
    fields = {field.name: field for field in attrs.fields(typing.cast("Any", cls))}
    if unknown := [name for name in names if name not in fields]:
        raise ValueError(f"{cls.query_name} has no field {', '.join(unknown)}")
    return {name: fields[name] for name in names}


def from_texts(cls: type[S], names: Sequence[str], texts: Mapping[str, Sequence[str]]) -> S:
    """A query of the texts of a request, as in `?limit=3&languages=fr&languages=en`.

    Only the fields with these names are taken; others in `texts` are left alone. Raises ParameterError.
    """
    hints = typing.get_type_hints(cls, include_extras=True)
    values: dict[str, Any] = {}
    for name in settable(cls, names):
        if given := texts.get(name):
            values[name] = _value(given, hints[name])
    return _made(cls, values)


def from_json(
    cls: type[S],
    names: Sequence[str],
    body: bytes,
    texts: Mapping[str, str] = {},
    fixed: Mapping[str, object] = {},
) -> S:
    """Make a query or command of the JSON object in the body of a request.

    The object may have the fields in `names` and no others: name those alone that a visitor may set. `texts` are the
    values of further fields from the path, and `fixed` those of the program. A time without a zone is in UTC.

    Raises ParameterError for a body or value that does not fit, with the name of the field. Raises ValueError for a
    name that is no field, and for `now`, which only the program may set.
    """
    return made_of(cls, settable(cls, names), body, texts, fixed)


def made_of(
    cls: type[S],
    allowed: Iterable[str],
    body: bytes,
    texts: Mapping[str, str] = {},
    fixed: Mapping[str, object] = {},
) -> S:
    """As `from_json`, for whoever may set all of these fields."""
    try:
        values = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        values = None
    except RecursionError:
        raise _refused(cls, "body", "JSON that is nested too deep") from None
    if values is None:
        raise _refused(cls, "body", "Expected a JSON object")
    if unknown := [name for name in values if name not in allowed]:
        raise _refused(cls, "body", f"{len(unknown)} unknown fields; known are {', '.join(allowed)}")
    hints = typing.get_type_hints(cls, include_extras=True)
    given = {name: _value([text], hints[name]) for name, text in texts.items() if name in hints.keys() - _OWN}
    return _made(cls, {**values, **given, **fixed})


def _value(texts: Sequence[str], hint: Any) -> Any:
    """A value of its texts, or else the text. The query refuses by name what it does not take."""
    single = [texts[0]] if len(texts) == 1 else []
    for expected in (hint, _unbounded(hint)):
        for value in (*single, list(texts)):
            try:
                return msgspec.convert(value, expected, strict=False)
            except msgspec.ValidationError:
                continue
    return texts[0]


def _unbounded(hint: Any) -> Any:
    """The type without its bounds: a number that is too large is no text."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _unbounded(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return functools.reduce(operator.or_, map(_unbounded, arguments))
    return hint


def _made(cls: type[S], values: dict[str, Any]) -> S:
    for field in attrs.fields(typing.cast("Any", cls)):
        if field.default is attrs.NOTHING and field.name not in values:
            raise _refused(cls, field.name, "is missing")
    return cls(**values)


def _refused(cls: type[Statement[Any]], parameter: str, problem: str) -> ParameterError:
    return ParameterError(f"{cls.query_name}: {parameter}: {problem}", parameter=parameter, problem=problem)
