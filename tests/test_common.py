"""What the domains share: the text that a reader of some languages gets, and ids."""

import time
import uuid

import pytest

from concordia_sql import Localized, best_text, new_id


@pytest.mark.parametrize(
    ("value", "languages", "expected"),
    [
        (None, ["fr"], None),
        ("", ["fr"], None),
        ({}, ["fr"], None),
        ({"fr": None, "en": ""}, ["fr", "en"], None),
        ("Bonjour", ["en"], "Bonjour"),
        ("Bonjour", [], "Bonjour"),
        ({"fr": "Bonjour", "en": "Hello"}, ["en", "fr"], "Hello"),
        ({"fr": "Bonjour", "en": "Hello"}, ("fr",), "Bonjour"),
        ({"fr": "Bonjour", "en": "Hello"}, ["de", "en"], "Hello"),
        ({"fr": "", "en": None, "de": "Hallo"}, ["fr", "en"], "Hallo"),
        ({"fr": "Bonjour", "en": "Hello"}, [], "Bonjour"),
        ({"fr": "Bonjour", "en": "Hello"}, ["zh"], "Bonjour"),
        ({"en": "Hello", "ar": "مرحبا"}, ["ar"], "مرحبا"),
        ({"pt": "Olá"}, ["pt-BR"], "Olá"),
        ({"pt-BR": "Oi"}, ["pt"], "Oi"),
        ({"pt-PT": "Olá"}, ["pt-BR"], "Olá"),
        ({"en": "Hello", "pt": "Olá", "pt-BR": "Oi"}, ["pt-BR", "en"], "Oi"),
        ({"en": "Hello", "pt-BR": "Oi", "pt": "Olá"}, ["pt", "en"], "Olá"),
        ({"pt-PT": "Viva", "pt": "Olá"}, ["pt-BR"], "Olá"),
        ({"pt-PT": "Viva", "pt": ""}, ["pt-BR", "en"], "Viva"),
        ({"en": "Hello", "pt-BR": "", "pt": None}, ["pt-BR", "en"], "Hello"),
        ({"pt-BR": "Oi", "en": "Hello"}, ["p", "en"], "Hello"),
        ({"zh-Hans": "你好", "zh-Hant-TW": "您好"}, ["zh-Hant-TW"], "您好"),
        ({"zh-Hans": "你好", "en": "Hello"}, ["zh-TW", "en"], "你好"),
    ],
)  # fmt: skip
def test_best_text(value: Localized | None, languages: list[str], expected: str | None) -> None:
    assert best_text(value, languages) == expected


def test_a_language_alone_is_no_list_of_languages() -> None:
    with pytest.raises(TypeError, match=r"languages is a list of languages, as in \['fr', 'en'\]"):
        best_text({"fr": "Bonjour"}, "fr")


def test_ids_differ_and_hold_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = [uuid.UUID(new_id()) for _ in range(1000)]
    after = time.time_ns() // 1_000_000
    assert len(set(made)) == 1000
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}
    assert all(before <= each.int >> 80 <= after for each in made)


def test_a_later_id_stands_behind() -> None:
    first, begun = new_id(), time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == begun:
        pass
    assert first < new_id()
