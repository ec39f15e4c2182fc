"""JSON that another writer stored and that does not fit: what a type reads instead of it."""

import logging
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, cast

import attrs
import msgspec

from concordia_sql.engine.caching import cache
from concordia_sql.engine.columns import columns_of, is_result_class

T = TypeVar("T")
_log = logging.getLogger("concordia_sql")


@attrs.frozen
class Otherwise:
    """In `Annotated[T, Otherwise(function)]`: what a result has instead of a JSON value that is no `T`.

    The function gets the value as `json.loads` has it, and gives one that is a `T`. So that one row of another writer
    cannot make a whole page unreadable. Of a column that is no JSON it gets the text of a value that Python does not
    have, such as an infinite timestamp. What was read so is logged, by the logger "concordia_sql" and without the
    value; a converter made with `strict=True` raises ResultError instead.
    """

    function: Callable[[Any], Any]


def make_lenient(decode: Callable[[bytes], T], hint: Any, dec_hook: Callable[[type, Any], Any]) -> Callable[[bytes], T]:
    """`decode`, which on its errors reads what the types in `hint` have instead. It logs that once."""
    logged = False

    def load(data: bytes) -> T:
        try:
            return decode(data)
        except msgspec.ValidationError as error:
            unfit = error
        try:
            made = cast("T", msgspec.convert(_mend(msgspec.json.decode(data), hint), hint, dec_hook=dec_hook))
        except (msgspec.MsgspecError, RecursionError):
            raise unfit from None
        nonlocal logged
        if logged:
            return made
        logged = True
        place = str(unfit).rpartition(" - at ")[2].strip("`") if " - at " in str(unfit) else "$"
        _log.warning("JSON at %s does not fit its type; another writer stored it, and what fits is read", place)
        return made

    return load


@cache
def replacements(result_class: Any) -> Mapping[str, Callable[[str], Any]]:
    """By column, what a result class reads of the text of a value that Python does not have; it logs that once."""
    return {
        name: _logged(name, otherwise.function)
        for name, column in (columns_of(result_class).items() if is_result_class(result_class) else ())
        if (otherwise := _otherwise_in(column.hint)) is not None
    }


def _otherwise_in(hint: Any) -> Otherwise | None:
    if typing.get_origin(hint) is Annotated:
        return next((each for each in hint.__metadata__ if isinstance(each, Otherwise)), None)
    return next(filter(None, map(_otherwise_in, typing.get_args(hint))), None)


def _logged(name: str, function: Callable[[str], Any]) -> Callable[[str], Any]:
    @cache
    def log() -> None:
        _log.warning("column %s holds what Python has no value for; what is nearest is read", name)

    def read(text: str) -> Any:
        log()
        return function(text)

    return read


def _mend(value: Any, hint: Any) -> Any:
    """The value with another one in each place that does not fit a type with `Otherwise`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _mend_annotated(_mend(value, arguments[0]), arguments[0], hint.__metadata__)
    if origin in (typing.Union, types.UnionType):
        others = [each for each in arguments if each is not type(None)]
        return value if value is None or len(others) > 1 else _mend(value, others[0])
    if origin in (tuple, list, Sequence) and isinstance(value, list):
        return [_mend(each, arguments[0]) for each in value]
    if attrs.has(cast("type", origin or hint)) and isinstance(value, dict):
        hints = _hints(hint)
        return {name: _mend(each, hints[name]) if name in hints else each for name, each in value.items()}
    return value


def _mend_annotated(value: Any, hint: Any, metadata: Sequence[Any]) -> Any:
    for item in metadata:
        if isinstance(item, Otherwise):
            try:
                msgspec.convert(value, hint)
            except msgspec.ValidationError:
                return item.function(value)
    return value


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return typing.get_type_hints(cls, include_extras=True)
