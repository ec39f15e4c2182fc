"""The converter: makes attrs classes of what PostgreSQL sends, by cattrs and msgspec. It holds every hook."""

import functools
import inspect
import ipaddress
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from cattrs.preconf.msgspec import MsgspecJsonConverter, configure_converter

from concordia_sql.engine.columns import spell
from concordia_sql.engine.errors import QuerierError, ResultError
from concordia_sql.engine.exact import make_exact
from concordia_sql.engine.keyset import Cursor
from concordia_sql.engine.lenient import make_lenient

T = TypeVar("T")

_ADDRESSES = (
    *(ipaddress.IPv4Address, ipaddress.IPv4Interface, ipaddress.IPv4Network),
    *(ipaddress.IPv6Address, ipaddress.IPv6Interface, ipaddress.IPv6Network),
)
"""The types that inet and cidr may be read as, which come as text."""


class Converter(MsgspecJsonConverter):
    """A cattrs converter whose `loads` decodes JSON straight into attrs classes by msgspec.

    Types that msgspec does not know are structured by the hooks of the converter. Register them like this:
    `converter.register_structure_hook(Money, lambda value, _: Money.parse(value))`.
    """

    strict: bool = False
    """Whether JSON that does not fit its type is an error, also if the type has an `Otherwise`."""

    def get_loads_hook(self, cl: type[T]) -> Callable[[bytes], T]:
        """The function that decodes JSON bytes to a `cl`. It raises ResultError with the path, never with a value."""
        decode = make_exact(msgspec.json.Decoder(cl, dec_hook=self._structure_unknown).decode, msgspec.json.decode, cl)
        return _checked(decode if self.strict else make_lenient(decode, cl, self._structure_unknown), cl)

    def get_fit_hook(self, cl: type[T]) -> Callable[[object], T]:
        """The function that makes a `cl` of a value loaded by psycopg. It is as strict, and raises the same errors."""
        msgspec.json.Decoder(cl, dec_hook=self._structure_unknown)  # TypeError here and not on the first value
        return _checked(partial(msgspec.convert, type=cl, dec_hook=self._structure_unknown), cl)

    def loads(self, data: bytes, cl: type[T], **_: object) -> T:
        """Decode JSON bytes to a `cl`."""
        return self.get_loads_hook(cl)(data)

    def _structure_unknown(self, cl: type[T], value: Any) -> T:
        kind: type[T] = getattr(cl, "__origin__", cl)  # typing.get_origin takes four times as long
        if isinstance(value, kind):
            return value
        try:
            return self.structure(value, cl)
        except Exception as error:  # noqa: BLE001 - a user's hook may raise anything; the text may hold the value
            problem = f"Expected `{cl.__name__}`; its hook raised {type(error).__name__}"
        raise TypeError(problem)


def make_converter(*, strict: bool = False) -> Converter:
    """A converter as a Database has by default. Register hooks for types of your own, and pass it to the Database.

    JSON of another writer may not fit its type, such as a number in place of a text. It is read as the type says by
    `Otherwise`, and logged. With `strict` it raises ResultError, which names the query, the column and the path.

    It also makes queries of dicts. A query checks its values, as when it is made by hand. A command raises
    QuerierError, since the converter does not know which fields a visitor may set: make commands by `from_json`.
    """
    converter = Converter(prefer_attrib_converters=True, forbid_extra_keys=True)
    configure_converter(converter)
    converter.strict = strict
    converter.register_structure_hook(Cursor, lambda value, _: Cursor.of(value))
    converter.register_structure_hook_factory(_is_command, _refuse)
    for cls in _ADDRESSES:
        converter.register_structure_hook(
            cls, lambda value, cls: cls(str(value))
        )  # of an int they make another address
    return converter


def _is_command(cls: Any) -> bool:
    return getattr(cls, "writes", False) is True and hasattr(cls, "query_name")


def _refuse(cls: Any) -> Callable[[object, object], Any]:
    def refuse(_: object, __: object) -> Any:
        raise QuerierError(
            f"{cls.query_name} is a command, and a visitor may have sent this: make it by from_json, which takes the "
            "names of the fields that visitors may set"
        )

    return refuse


def reason(error: msgspec.MsgspecError, expected: object) -> str:
    """What was expected, and the path to it. The value, which msgspec quotes for an enumeration, is left out."""
    text, _, path = str(error).rpartition(" - at ")
    if not text:
        text, path = path, ""
    if not text.startswith(("Expected", "Object missing")):
        text = f"Expected {inspect.formatannotation(expected)}{', invalid' if path else ''}"
    return f"{text}{' at ' + path.strip('`') if path else ''}"


def _remedy(problem: str) -> str:
    """What to write for a type that JSON holds as a text which msgspec does not read."""
    if problem.startswith("Expected `float`, got `str`"):
        return "; NaN and infinity of float8 or numeric are texts in JSON: cast the column to text"
    if problem.startswith("Invalid RFC3339 encoded time"):
        return "; a timetz must be cast to time"
    return ""


def _checked(decode: Callable[[Any], T], expected: object) -> Callable[[Any], T]:
    def checked(data: Any) -> T:
        try:
            return decode(data)
        except msgspec.MsgspecError as error:
            problem = reason(error, expected) + _remedy(str(error))
        except ResultError as error:
            problem = str(error)
        except RecursionError:
            problem = "JSON that is nested too deep"
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a class of the user's raises; its text may hold the value
            problem = f"{spell(expected)} raised {type(error).__name__}"
        raise ResultError(problem)  # outside of except: its context would be msgspec's error, with the value

    return functools.update_wrapper(checked, decode, assigned=(), updated=())
