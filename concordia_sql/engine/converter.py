"""The converter: what PostgreSQL sends to attrs classes, by cattrs and msgspec. Every hook is registered here."""

import functools
import inspect
import typing
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from cattrs.preconf.msgspec import MsgspecJsonConverter, configure_converter

from concordia_sql.engine.columns import spell
from concordia_sql.engine.errors import ResultError

T = TypeVar("T")


class Converter(MsgspecJsonConverter):
    """A cattrs converter whose `loads` lets msgspec decode straight into attrs classes.

    msgspec asks the cattrs hooks for the types that it does not know itself, so register those here:
    `converter.register_structure_hook(Money, lambda value, _: Money.parse(value))`.
    """

    def get_loads_hook(self, cl: type[T]) -> Callable[[bytes], T]:
        """The function that decodes JSON bytes to a `cl`. It raises ResultError with the path, never with a value."""
        return _checked(msgspec.json.Decoder(cl, dec_hook=self._structure_unknown).decode, cl)

    def get_fit_hook(self, cl: type[T]) -> Callable[[object], T]:
        """The function that makes a `cl` of a value as psycopg loads it, as strictly and with the same errors."""
        msgspec.json.Decoder(cl, dec_hook=self._structure_unknown)  # TypeError here and not on the first value
        return _checked(partial(msgspec.convert, type=cl, dec_hook=self._structure_unknown), cl)

    def loads(self, data: bytes, cl: type[T], **_: object) -> T:
        """Decode JSON bytes to a `cl`."""
        return self.get_loads_hook(cl)(data)

    def _structure_unknown(self, cl: type[T], value: Any) -> T:
        if isinstance(value, typing.get_origin(cl) or cl):
            return value
        try:
            return self.structure(value, cl)
        except Exception as error:  # noqa: BLE001 - whatever a hook of the user's raises; its text may hold the value
            problem = f"Expected `{cl.__name__}`; its hook raised {type(error).__name__}"
        raise TypeError(problem)


def make_converter() -> Converter:
    """A converter as a Database uses it; register hooks for types of your own and pass it on.

    It also structures queries from dicts: each checks its values itself, as when it is made by hand.
    """
    converter = Converter(prefer_attrib_converters=True, forbid_extra_keys=True)
    configure_converter(converter)
    return converter


def reason(error: msgspec.MsgspecError, expected: object) -> str:
    """What was expected and where, without the value that msgspec quotes for an enumeration."""
    text, _, path = str(error).rpartition(" - at ")
    if not text:
        text, path = path, ""
    if not text.startswith(("Expected", "Object missing")):
        text = f"Expected {inspect.formatannotation(expected)}{', invalid' if path else ''}"
    return f"{text}{' at ' + path.strip('`') if path else ''}"


def _checked(decode: Callable[[Any], T], expected: object) -> Callable[[Any], T]:
    def checked(data: Any) -> T:
        try:
            return decode(data)
        except msgspec.MsgspecError as error:
            problem = reason(error, expected)
        except RecursionError:
            problem = "JSON that is nested too deep"
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a class of the user's raises; its text may hold the value
            problem = f"{spell(expected)} raised {type(error).__name__}"
        raise ResultError(problem)  # outside, so that nothing holds on to msgspec's error and the value in it

    return functools.update_wrapper(checked, decode, assigned=(), updated=())
