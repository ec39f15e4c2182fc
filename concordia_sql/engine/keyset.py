"""Keyset pagination: a list goes on after the row whose cursor is given, even if that row has been deleted since.

Each row of such a list has a `cursor`: the values by which the list is ordered. It is opaque, and needs no escaping in
a URL: pass it on unchanged.
"""

import base64
import datetime
import re
from collections.abc import Callable, Sequence
from types import GenericAlias, UnionType
from typing import Annotated, Any, TypeAlias, get_args

import msgspec

from concordia_sql.engine.errors import ParameterError

_MOMENT = re.compile(
    r"(\d{4,7})(-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d{1,6})?)?(?:([+-]\d\d:\d\d)(?::\d\d)?)?( BC)?", re.ASCII
)
_LAST_YEAR, _LAST_YEAR_OF_DATES, _LAST_BC = 294276, 5874897, 4713
"""The range of PostgreSQL's timestamps and dates. Source: its manual, "Date/Time Types"."""
_NO_NUMBERS = ("Infinity", "-Infinity", "NaN")
_FURTHEST = datetime.timedelta(hours=16)
"""PostgreSQL takes no time zone that is as far from UTC as this, which Python does."""

Limit: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=500)]
"""How many rows a list gives at most: 1 to 500."""
BatchLimit: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
"""How many rows of each table a command deletes or detaches at most: 1 to 10,000."""


def cursor(*keys: type | UnionType) -> Callable[[str | None], str | None]:
    """A converter for the field `after` of a list that is ordered by columns of these types."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(GenericAlias(tuple, keys))

    def validate(value: str | None) -> str | None:
        if value is not None:
            value = _plain(value)
            try:
                values = _decoded(value, decoder)
            except (msgspec.DecodeError, TypeError, UnicodeEncodeError, RecursionError):
                values = ["\0"]
            if not all(map(_is_storable, values)):
                raise ParameterError("not a cursor; pass the cursor of the last row as it came")
        return value

    return validate


def _is_storable(key: object) -> bool:
    """Whether a column can hold a key, so that the server takes it."""
    if isinstance(key, int):
        return -(2**63) <= key < 2**63
    if isinstance(key, datetime.datetime | datetime.time):
        return abs(key.utcoffset() or datetime.timedelta()) < _FURTHEST
    return "\0" not in str(key)


def _decoded(value: str, decoder: msgspec.json.Decoder[Any]) -> Any:
    """The keys; for one that PostgreSQL has and JSON or Python has not, another of its type."""
    try:
        return decoder.decode(value)
    except msgspec.ValidationError:
        keys, types = msgspec.json.decode(value), get_args(decoder.type)
        if isinstance(keys, list) and len(keys) == len(types):
            pairs = zip(keys, types, strict=True)
            keys = [_within(key, (hint, *get_args(hint))) if isinstance(key, str) else key for key, hint in pairs]
        return msgspec.convert(keys, decoder.type)


def _within(key: str, kinds: Sequence[Any]) -> str | float:
    """A key that Python has: for a moment of another year one of the same day and time."""
    if float in kinds:
        return 0.0 if key in _NO_NUMBERS else key
    if key in ("infinity", "-infinity"):
        return "2000-01-01" if datetime.date in kinds else "2000-01-01T00:00:00"
    if key == "24:00:00":
        return "00:00:00"
    written = _MOMENT.fullmatch(key)
    if written is None:
        return key
    year, day, time, zone, era = int(written[1]), written[2], written[3] or "", written[4] or "", written[5]
    last = _LAST_BC if era else _LAST_YEAR if time else _LAST_YEAR_OF_DATES
    if not 1 <= year <= last:
        return key
    # The calendar is the same after 400 years.
    return f"{2000 + (1 - year if era else year) % 400}{day}{time}{zone}"


class Cursor(str):
    """The cursor of a row: letters, digits, `-` and `_`. It is the type of a field `cursor`, whose column is JSON."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """The cursor of a JSON array that holds the values by which the list is ordered."""
        return cls(base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode())


def _plain(cursor: str) -> str:
    """A cursor as the statement takes it: JSON, which begins with a bracket."""
    if not isinstance(cursor, str) or cursor.startswith("["):
        return cursor
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return cursor
