"""The types of parameters of commands and queries: which values each takes, and the form in which they are stored.

A value that the type does not take raises ParameterError when the query is made. Other writers may have stored other
values; results return them as they are.
"""

import re
import string
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, TypeAlias

import msgspec

from concordia_sql.engine import Bounds, Convert, ParameterError


def _text(kind: str, pattern: str, *, form: Callable[[str], str] | None = None) -> Convert:
    """Converts a text of this kind to the form in which it is stored."""
    matches = re.compile(pattern).fullmatch

    def convert(value: str) -> str:
        value = form(value) if form else value
        if not matches(value):
            raise ParameterError(f"Expected {kind}")
        return value

    return Convert(convert)


_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def _lower_ascii(value: str) -> str:
    """The text with the letters A to Z in lower case, and no other: the Kelvin sign is not the letter k."""
    return value.translate(_LOWER)


def _lower(value: str) -> str:
    return value.lower()


# A key of a B-tree holds 2,704 bytes, and a character takes up to 4: two ids of 255 characters fit beside a time.
Id: TypeAlias = Annotated[str, Bounds(text=255), _text("an id, not empty,", r"(?s).+")]
"""The id of a row: 1 to 255 characters of any kind."""

Secret: TypeAlias = Annotated[str, Bounds(text=512), _text("a text, not empty,", r"(?s).+")]
"""A token or an identifier by which something is found: 1 to 512 characters of any kind."""

Slug: TypeAlias = Annotated[str, Bounds(text=255), _text("a slug, without blanks or / ? #,", r"[^\s/?#]+")]
"""The part of a URL that names a row: 1 to 255 characters, none of them a blank, `/`, `?` or `#`."""

Email: TypeAlias = Annotated[
    str, Bounds(text=320), _text("an e-mail address, without blanks,", r"\S+", form=_lower_ascii)
]
"""An e-mail address: 1 to 320 characters without blanks, the letters A to Z in lower case. It need not exist."""

Username: TypeAlias = Annotated[str, Bounds(text=255), _text("a username, not empty,", r"(?s).+")]
"""The unique name of a user: 1 to 255 characters."""

Part: TypeAlias = Annotated[str, Bounds(text=255)]
"""A text to look for in others: at most 255 characters."""

LongText: TypeAlias = Annotated[str, Bounds(text=100_000)]
"""A text that may be long, as the token of a provider: at most 100,000 characters."""

SoughtEmail: TypeAlias = Annotated[str, Bounds(text=320), Convert(_lower_ascii)]
"""An e-mail address to look up, in upper or lower case; the letters A to Z become lower case, and no others."""

LowerCase: TypeAlias = Annotated[str, Convert(_lower)]
"""A text to look up in lower case, in which usernames are stored."""

Role: TypeAlias = Annotated[
    str, Bounds(text=255), _text("a role, or several with commas between and without blanks,", r"[^\s,]+(,[^\s,]+)*")
]
"""One role, or several separated by commas: `owner,editor`."""

Language: TypeAlias = Annotated[
    str, Bounds(text=35), _text('a language tag as "fr" or "pt-BR"', r"[A-Za-z]{1,8}([-_][A-Za-z0-9]{1,8})*")
]
"""A language tag of BCP 47, as "fr" or "pt-BR"; `_` may replace `-`. It is stored and compared unchanged."""

Price: TypeAlias = Annotated[str, Bounds(text=30), _text('a price as "50.00", not negative,', r"[0-9]+(\.[0-9]+)?")]
"""A decimal, as text: "50.00"; neither negative nor with an exponent."""

Currency: TypeAlias = Annotated[str, Bounds(text=3), _text('a currency as "EUR"', r"[A-Z]{3}")]
"""A currency by its three letters of ISO 4217."""

Position: TypeAlias = Annotated[str, Bounds(text=9), _text('a position as "0" or "10"', r"0|[1-9][0-9]*")]
"""A number from 0 on, as text: the order among others."""

Url: TypeAlias = Annotated[
    str,
    Bounds(text=1_000_000),
    _text(
        "an address without blanks, by http, by https, of an image as data: or relative,",
        r"((?i:https?:|data:image/)|(?![^/?#]*:))\S+",
    ),
]
"""A URL: absolute by http or https, relative to the site, or an image in a `data:` URL."""

TimeOfDay: TypeAlias = Annotated[
    str, Bounds(text=5), _text('a time of day as "09:00"', r"([01][0-9]|2[0-3]):[0-5][0-9]")
]
"""A time of day, "00:00" to "23:59"."""

ClosingTime: TypeAlias = Annotated[
    str, Bounds(text=5), _text('a time of day as "17:00", or "24:00"', r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
]
"""The time at which something ends: "00:00" to "24:00". If it is not after the start, it is on the next day."""


def _day(value: str) -> str:
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ParameterError('there is no such day; give one as "2026-03-15"') from None
        return value
    raise ParameterError('Expected a day as "2026-03-15"')


def _wall_clock(value: datetime) -> datetime:
    return value.replace(tzinfo=None)


Day: TypeAlias = Annotated[str, Convert(_day)]
"""A day, as "2026-03-15"."""

WallClock: TypeAlias = Annotated[datetime, Convert(_wall_clock)]
"""A local date and time. A time zone in the value is ignored."""


def _asked(value: bool) -> bool | None:
    return value or None


Asked: TypeAlias = Annotated[bool, Convert(_asked)]
"""Whether rows are read that visitors do not see. False is as None: another statement is sent for True alone."""

Integer: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""An integer in the range of PostgreSQL's `integer`."""

Rating: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=5)]
"""1 to 5, or 0 if there is no rating, as on a reply."""

DayOfWeek: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=6)]
"""0 is Sunday, 6 Saturday."""
