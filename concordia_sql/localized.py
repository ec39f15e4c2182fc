"""What the jsonb columns hold: texts in several languages, in every form that Concordia writes."""

from collections.abc import Sequence
from typing import TypeAlias

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
