"""The converter: JSON to attrs classes, by cattrs and msgspec. Every hook is registered here."""

from collections.abc import Callable
from typing import TypeVar

import cattrs
import msgspec
from cattrs.preconf.msgspec import MsgspecJsonConverter, configure_converter

from concordia_sql.errors import ResultError

T = TypeVar("T")


class Converter(MsgspecJsonConverter):
    """A cattrs converter whose `loads` lets msgspec decode straight into attrs classes.

    msgspec asks the cattrs hooks for the types that it does not know itself, so register those here:
    `converter.register_structure_hook(Money, lambda value, _: Money.parse(value))`.
    """

    def get_loads_hook(self, cl: type[T]) -> Callable[[bytes], T]:
        """The function that decodes JSON bytes to a `cl`. It raises ResultError with the path, never with a value."""
        decode = msgspec.json.Decoder(cl, dec_hook=self._structure_unknown).decode

        def loads(data: bytes) -> T:
            try:
                return decode(data)
            except (msgspec.ValidationError, cattrs.BaseValidationError) as error:
                raise ResultError(reason(error, cl)) from None

        return loads

    def loads(self, data: bytes, cl: type[T], **_: object) -> T:
        """Decode JSON bytes to a `cl`."""
        return self.get_loads_hook(cl)(data)

    def _structure_unknown(self, cl: type[T], value: object) -> T:
        return self.structure(value, cl)


def make_converter() -> Converter:
    """A converter as a Database uses it; register hooks for types of your own and pass it on."""
    converter = Converter()
    configure_converter(converter)
    # A query checks its values itself, so that one made of a request is made as by hand.
    converter.register_structure_hook_func(lambda cls: hasattr(cls, "source"), lambda value, cls: cls(**value))
    return converter


def reason(error: Exception, expected: object = None) -> str:
    """What was expected and where, without the value that msgspec quotes for an enumeration."""
    text, _, path = str(error).rpartition(" - at ")
    if not text:
        text, path = path, ""
    if not isinstance(error, msgspec.ValidationError) or not text.startswith(("Expected", "Object missing")):
        text = f"Expected {str(expected).replace('typing.', '')}" if expected else "a value that is not expected"
    return f"{text}{' at ' + path.strip('`') if path else ''}"
