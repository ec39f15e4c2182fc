"""What the domains share: texts in several languages, types of parameters, counts, ids."""

import os
import time
import uuid
from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

import attrs
import msgspec

Integer: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""What PostgreSQL's `integer` holds."""

Rating: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=5)]
"""1 to 5; 0 where none is given, as on a reply."""

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

    A region counts as its language, both ways: behind the exact one, `pt-BR` is served by `pt`, else by `pt-PT`, and
    `pt` by `pt-BR`. Empty texts count as missing. A text for all languages is returned as it is.
    """
    if isinstance(languages, str):
        raise TypeError("languages is a list of languages, as in ['fr', 'en']")
    if value is None or isinstance(value, str):
        return value or None
    for language in languages:
        primary = language.partition("-")[0]
        regions = (other for other in value if other.partition("-")[0] == primary)
        for near in (language, primary, *regions):
            if text := value.get(near):
                return text
    return next((text for text in value.values() if text), None)


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
    """A UUID of version 7: later ones sort behind earlier ones, so that new rows lie together in an index.

    Source: RFC 9562, section 5.7.
    """
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0b1111 << 76) | 0b0111 << 76  # the version
    value = value & ~(0b11 << 62) | 0b10 << 62  # the variant
    return str(uuid.UUID(int=value))
