"""JSON that another writer stored and that does not fit: what a type reads instead of it."""

import logging
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import attrs
import msgspec

from concordia_sql.engine.caching import cache
from concordia_sql.engine.columns import columns_of, is_result_class

T = TypeVar("T")
Mend: TypeAlias = Callable[[Any], Any]
_log = logging.getLogger("concordia_sql")


@attrs.frozen
class Otherwise:
    """What a result has in place of a JSON value that is no `T`: `Annotated[T, Otherwise(function)]`.

    The function gets the value as `json.loads` gives it, and returns a `T`. So one row of another writer cannot make a
    whole page unreadable. For a column that is no JSON, it gets the text of a value that Python does not have, such as
    an infinite timestamp. Each such value is logged by the logger "concordia_sql", which does not show it. A converter
    made with `strict=True` raises ResultError instead.
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
            mend = _mender(hint)
            if mend is None:
                raise unfit
            made = cast(
                "T", msgspec.convert((mend(msgspec.json.decode(data)),), _holder(hint), dec_hook=dec_hook).value
            )
        except (msgspec.MsgspecError, RecursionError):
            raise unfit from None
        nonlocal logged
        if logged:
            return made
        logged = True
        path = str(unfit).rpartition(" - at ")[2].strip("`") if " - at " in str(unfit) else "$"
        _log.warning("JSON at %s does not fit its type; another writer stored it, and what fits is read", path)
        return made

    return load


@cache
def _holder(hint: Any) -> Any:
    """A struct with one value of that type: msgspec keeps what it knows of a struct, and works out other types anew."""
    return msgspec.defstruct("Holder", [("value", hint)], array_like=True)


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


@cache
def _mender(hint: Any) -> Mend | None:
    """What puts another value in each place of a value that does not fit a type with `Otherwise`; None without one."""
    return _make_mender(hint, {})


def _make_mender(hint: Any, known: dict[Any, Mend]) -> Mend | None:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        inner = _make_mender(arguments[0], known)
        otherwise = next((each for each in hint.__metadata__ if isinstance(each, Otherwise)), None)
        return _mend_unfit(arguments[0], otherwise.function, inner) if otherwise else inner
    if origin in (typing.Union, types.UnionType):
        others = [each for each in arguments if each is not type(None)]
        of_other = _make_mender(others[0], known) if len(others) == 1 else None
        return of_other and (lambda value: value if value is None else of_other(value))
    if origin in (tuple, list, Sequence):
        of_item = _make_mender(arguments[0], known)
        return of_item and (lambda value: [of_item(each) for each in value] if isinstance(value, list) else value)
    if attrs.has(cast("type", origin or hint)):
        return known[hint] if hint in known else _mend_fields(hint, known)
    return None


def _mend_unfit(hint: Any, function: Mend, inner: Mend | None) -> Mend:
    holder = _holder(hint)

    def mend(value: Any) -> Any:
        value = inner(value) if inner else value
        try:
            msgspec.convert((value,), holder)
        except msgspec.ValidationError:
            return function(value)
        return value

    return mend


def _mend_fields(cls: Any, known: dict[Any, Mend]) -> Mend | None:
    menders: list[tuple[str, Mend]] = []

    def mend(value: Any) -> Any:
        if isinstance(value, dict):
            for name, each in menders:
                if name in value:
                    value[name] = each(value[name])
        return value

    known[cls] = mend  # before its fields, as classes may name each other
    hints = typing.get_type_hints(cls, include_extras=True)
    menders += [(name, each) for name, hint in hints.items() if (each := _make_mender(hint, known)) is not None]
    return mend if menders else None
