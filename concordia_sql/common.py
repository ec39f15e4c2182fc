"""What the domains share: texts in several languages, types of parameters, counts, ids."""

import datetime
import os
import re
import struct
import threading
import time
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, cast

import attrs
import msgspec

from concordia_sql.engine import Bounds, Otherwise, ParameterError

T = TypeVar("T")
V = TypeVar("V")

MediumType: TypeAlias = Literal["image", "video", "audio"]


def _texts(value: object) -> object:
    """Of texts by language, those that are texts; of anything else, none."""
    if isinstance(value, dict):
        return {language: text for language, text in value.items() if text is None or isinstance(text, str)}
    return ""


def _words(value: object) -> object:
    """Of key words, those that are texts, in the form in which they are."""
    if isinstance(value, dict):
        return {language: _words(words) for language, words in value.items()}
    if isinstance(value, list):
        return [word for word in value if isinstance(word, str)]
    return value if isinstance(value, str) else ""


def _links(value: object) -> object:
    """Of links, those that are texts; one text is one link, or a list that was encoded twice."""
    if isinstance(value, str):
        try:
            inner = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return [value]
        return _links(inner) if isinstance(inner, list) else [value]
    return [link for link in value if isinstance(link, str)] if isinstance(value, list) else []


def _nearest(value: object) -> object:
    """Of a time as PostgreSQL writes it, the first or last that Python has: before the year 1, or after 9999."""
    if not isinstance(value, str):
        return value
    if value == "-infinity" or value.endswith(" BC"):
        return datetime.datetime.min
    return datetime.datetime.max if re.match(r"infinity$|\d{5}", value) else value


Moment: TypeAlias = Annotated[datetime.datetime, Otherwise(_nearest)]
"""A time in UTC. One that Python does not have is the nearest: `infinity` is `datetime.max`, the last of year 9999."""

_ARTICLE = Bounds(text=1_000_000)

Localized: TypeAlias = Annotated[str | dict[str, str | None], _ARTICLE, Otherwise(_texts)]
"""A text by language, `{"fr": "Bonjour", "en": "Hello"}`, or one text for all; "" where another writer has none."""

Keywords: TypeAlias = Annotated[str | tuple[str, ...] | dict[str, str | tuple[str, ...] | None], Otherwise(_words)]
"""Key words: by language, as a list or a text, or one list or text for all."""

Links: TypeAlias = Annotated[tuple[str, ...], Otherwise(_links)]
"""URLs of pages about the same thing."""

JsonObject: TypeAlias = dict[str, object]
"""An object of any kind."""

Address: TypeAlias = Annotated[str | JsonObject, Otherwise(lambda _: "")]
"""A postal address: a text, or an object of any kind."""


def public(status: str) -> Callable[[Any, Any, object], None]:
    """A validator of a filter by status: one that visitors do not see is refused without `with_unpublished`."""

    def validate(query: Any, field: Any, value: object) -> None:
        if value not in (None, status) and not query.with_unpublished:
            problem = f"another status than {status!r} is read with_unpublished=True alone"
            raise ParameterError(f"{query.query_name}: {field.name}: {problem}", parameter=field.name, problem=problem)

    return validate


def best_text(value: Localized | None, languages: Sequence[str]) -> str | None:
    """The text in the first of `languages` that has one, or else in any language. None if there is no text.

    Languages are looked up as RFC 4647 says, in upper or lower case and with `_` or `-`: first the exact one, then
    without its last part, so that `zh-Hant-TW` finds `zh-Hant`, then `zh`. After these, any region is taken: `pt-BR`
    finds `pt-PT`, and `pt` finds `pt-BR`. Empty texts count as missing. A text for all languages is returned as it is.
    """
    if isinstance(languages, str):
        raise TypeError("languages is a list of languages, as in ['fr', 'en']")
    if value is None or isinstance(value, str):
        return value or None
    return _best(value, languages)


def localize(result: T, languages: Sequence[str]) -> T:
    """The result of a query, with one text in place of each text by language. `best_text` chooses it.

    `result` is an object of a result class, a list or tuple of such objects, or None. It is not changed. Texts are
    found at any depth, by fields of the types `Localized` and `Keywords`. A missing text is None, or "" in a field that
    may not be None.
    """
    if isinstance(languages, str):
        raise TypeError("languages is a list of languages, as in ['fr', 'en']")
    found = _objects_in(result)
    made: dict[int, Any] = {}
    for each in reversed(found):  # what is within another comes first
        cls: Any = type(each)
        changes = {name: text_for(getattr(each, name), languages, nothing) for name, nothing in texts_of(cls).items()}
        for field in attrs.fields(cls):
            if field.name not in changes and _holds_objects(value := getattr(each, field.name)):
                changes[field.name] = _replaced(value, made)
        made[id(each)] = attrs.evolve(each, **changes)
    return cast("T", _replaced(result, made))


def _objects_in(result: object) -> list[Any]:
    """The objects of attrs classes in a result, at any depth, each after the one that it is within."""
    found: list[Any] = []
    waiting = [result]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting.extend(value)
        elif attrs.has(type(value)):
            found.append(value)
            waiting.extend(getattr(value, field.name) for field in attrs.fields(cast("Any", type(value))))
    return found


def _holds_objects(value: object) -> bool:
    return attrs.has(type(value)) or (isinstance(value, tuple) and bool(value) and attrs.has(type(value[0])))


def _replaced(value: Any, made: Mapping[int, Any]) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(made.get(id(each), each) for each in value)
    return made.get(id(value), value)


@cache
def texts_of(result_class: type) -> Mapping[str, str | None]:
    """The fields that hold texts by language, with the value that means no text."""
    by_language = (dict[str, str | None], dict[str, str | tuple[str, ...] | None])
    return {
        name: None if type(None) in typing.get_args(hint) else ""
        for name, hint in typing.get_type_hints(result_class).items()
        if any(alternative in by_language for alternative in typing.get_args(hint))
    }


def text_for(value: Any, languages: Sequence[str], nothing: str | None) -> Any:
    """The text of a field in the best language, or `nothing`."""
    return (_best(value, languages) if isinstance(value, dict) else value) or nothing


def _best(value: Mapping[str, V | None], languages: Sequence[str]) -> V | None:
    texts: dict[tuple[str, ...], V] = {}
    for language, text in value.items():
        if text:
            texts.setdefault(_subtags(language), text)
    for language in languages:
        wanted = _subtags(language)
        for length in range(len(wanted), 0, -1):
            # RFC 4647, section 3.4: a part of one letter goes together with the part after it
            if text := texts.get(wanted[:length]) if length == 1 or len(wanted[length - 1]) > 1 else None:
                return text
        if text := next((text for subtags, text in texts.items() if subtags[0] == wanted[0]), None):
            return text
    return next(iter(texts.values()), None)


@lru_cache(maxsize=1000)
def _subtags(language: str) -> tuple[str, ...]:
    return tuple(language.lower().replace("_", "-").split("-"))


CountLimit: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""Up to how many rows are counted; `None` counts all, and reads all."""


@attrs.frozen
class Count:
    """A number of rows, up to the `at_most` of the query: if there are more, they are not read."""

    count: int


@attrs.frozen
class Replaced:
    """The number of rows that a command added, changed and removed to leave only the given ones."""

    added: int
    changed: int
    removed: int


def new_id() -> str:
    """A UUID of version 7, greater than all earlier ones of this process, so that later rows sort after earlier ones.

    It holds the time in milliseconds, and random bits. Sources: RFC 9562, sections 5.7 and 6.2 (method 2).
    """
    return _ids.next()


class _Ids:
    """UUIDs of version 7 that increase, also within a millisecond and when the clock is set back."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the last id and the lock, after a fork: the parent process goes on from the same id."""
        self._lock = threading.Lock()
        self._moment, self._first, self._last = 0, "", 0
        self._steps: list[int] = []

    def next(self) -> str:
        """The time and 74 random bits; within a millisecond, the last ones and a random step of 32 bits."""
        with self._lock:
            moment = time.time_ns() // 1_000_000
            if moment > self._moment or self._last >= _MOST:
                self._begin_moment(max(moment, self._moment + 1))
            else:
                if not self._steps:  # many are drawn at once, as a call of the system takes as long as all else
                    self._steps += struct.unpack("=64I", os.urandom(256))
                self._last += 1 + self._steps.pop()
            last = f"{self._last | 1 << 63:x}"
            return f"{self._first}{last[:4]}-{last[4:]}"

    def _begin_moment(self, moment: int) -> None:
        bits, last = struct.unpack("=HQ", os.urandom(10))
        first = f"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7{bits >> 4:03x}-"
        self._moment, self._first, self._last = moment, first, last >> 2


_MOST = 2**62 - 2**32
"""What the last 62 bits of an id must be below for one more step."""
_ids = _Ids()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_ids.begin)
