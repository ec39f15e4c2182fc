"""What the domains share: texts in several languages, types of parameters, counts, ids."""

import os
import threading
import time
import uuid
from collections.abc import Sequence
from typing import Literal, TypeAlias

import attrs

MediumType: TypeAlias = Literal["image", "video", "audio"]

Localized: TypeAlias = str | dict[str, str | None]
"""A text by language, `{"fr": "Bonjour", "en": "Hello"}`, or one text for all."""

Keywords: TypeAlias = str | tuple[str, ...] | dict[str, str | tuple[str, ...] | None]
"""Key words: by language, as a list or a text, or one list or text for all."""

Links: TypeAlias = str | tuple[str, ...]
"""Addresses of pages that speak of the same thing."""

JsonObject: TypeAlias = dict[str, object]
"""An object of any kind."""


def best_text(value: Localized | None, languages: Sequence[str]) -> str | None:
    """The text in the first of `languages` that has one, else in any language; None when there is none at all.

    A language is found as RFC 4647 looks it up: in any case and with `_` for `-`, the exact one first, then without its
    last part, so that `zh-Hant-TW` is served by `zh-Hant`, then by `zh`. After these, any region serves: `pt-BR` is
    served by `pt-PT`, and `pt` by `pt-BR`. Empty texts count as missing. A text for all languages is returned as it is.
    """
    if isinstance(languages, str):
        raise TypeError("languages is a list of languages, as in ['fr', 'en']")
    if value is None or isinstance(value, str):
        return value or None
    texts: dict[tuple[str, ...], str] = {}
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


def _subtags(language: str) -> tuple[str, ...]:
    return tuple(language.lower().replace("_", "-").split("-"))


@attrs.frozen
class Count:
    """A number of rows."""

    count: int


@attrs.frozen
class Replaced:
    """How many rows a command added, changed and removed, so that those given are the only ones. Others stay as is."""

    added: int
    changed: int
    removed: int


def new_id() -> str:
    """A UUID of version 7, greater than all that this process has made before: later rows sort after earlier ones.

    It holds the time in milliseconds, and random bits. Sources: RFC 9562, sections 5.7 and 6.2 (method 2).
    """
    return str(uuid.UUID(int=_ids.next()))


class _Ids:
    """UUIDs of version 7 that increase, also within a millisecond and when the clock is set back."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the last one, and who holds the lock: another process may make ids from there."""
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """The time and 74 random bits; within a millisecond, the last ones and a random step."""
        drawn = int.from_bytes(os.urandom(10), "big") >> 6
        with self._lock:
            value = time.time_ns() // 1_000_000 << 74 | drawn
            if value >> 74 <= self._last >> 74:
                value = self._last + 1 + (drawn & 0xFFFFFFFF)
            self._last = value
        moment, high, low = value >> 74, value >> 62 & 0xFFF, value & (1 << 62) - 1
        return moment << 80 | 0b0111 << 76 | high << 64 | 0b10 << 62 | low


_ids = _Ids()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_ids.begin)
