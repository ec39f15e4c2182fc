"""The converter decodes what PostgreSQL sends, as strictly whatever hooks it has, and never says a value."""

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import attrs
import cattrs
import pytest

from concordia_sql import Converter, Maybe, ParameterError, ResultError, make_converter
from concordia_sql.common import JsonObject, Keywords, Links, Localized
from tests.support.statements import query, said, write

MARKER = "5ecret"


class Money:
    """A type that neither library knows."""

    def __init__(self, text: str) -> None:
        self.amount = Decimal(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and other.amount == self.amount

    def __hash__(self) -> int:
        return hash(self.amount)


class Level(Enum):
    LOW = "low"


@attrs.frozen
class Price:
    currency: Literal["EUR", "USD"]
    amount: Money
    level: Level | None


@attrs.frozen
class Offer:
    prices: tuple[Price, ...]


def money_converter() -> Converter:
    converter = make_converter()
    converter.register_structure_hook(Money, lambda value, _: Money(value))
    return converter


@pytest.mark.parametrize(
    ("json", "hint", "expected"),
    [
        ('"Bonjour"', Localized, "Bonjour"),
        ('""', Localized, ""),
        ('{"fr": "Bonjour", "ar": "مرحبا", "zh-Hans": "你好 👋", "en": null, "de": ""}', Localized,
         {"fr": "Bonjour", "ar": "مرحبا", "zh-Hans": "你好 👋", "en": None, "de": ""}),
        ("{}", Localized, {}),
        ("null", Localized | None, None),
        ('"mot"', Keywords, "mot"),
        ("[]", Keywords, ()),
        ('["mot", "clé"]', Keywords, ("mot", "clé")),
        ('{"fr": ["mot", "clé"], "en": "word", "de": null, "it": []}', Keywords,
         {"fr": ("mot", "clé"), "en": "word", "de": None, "it": ()}),
        ("null", Keywords | None, None),
        ('"https://a.example"', Links, ("https://a.example",)),
        ('["https://a.example"]', Links, ("https://a.example",)),
        ('{"city": "Ghent", "geo": {"lat": 51.05, "tags": [1, true, null]}}', JsonObject,
         {"city": "Ghent", "geo": {"lat": 51.05, "tags": [1, True, None]}}),
        ('{"city": null}', str | JsonObject | None, {"city": None}),
        ('"Ghent"', str | JsonObject | None, "Ghent"),
        ('[{"a": [1]}]', object, [{"a": [1]}]),
        ("9007199254740993", int, 2**53 + 1),
        ("12.50", Decimal, Decimal("12.50")),
        ('"low"', Level, Level.LOW),
    ],
)  # fmt: skip
def test_json_as_concordia_writes_it(json: str, hint: Any, expected: object) -> None:
    assert make_converter().loads(json.encode(), hint) == expected


@pytest.mark.parametrize(
    ("json", "hint", "problem"),
    [
        (f'["{MARKER}"]', Localized, "Expected `str | object`, got `array`"),
        (f'{{"fr": ["{MARKER}"]}}', Localized, "Expected `str | null`, got `array` at $[...]"),
        (f'{{"{MARKER}": 1}}', Localized, "Expected `str | null`, got `int` at $[...]"),
        ("null", Localized, "Expected `str | object`, got `null`"),
        ('{"fr": [[]]}', Keywords, "Expected `str`, got `array` at $[...][0]"),
        (f'{{"a": "{MARKER}"}}', Links, "Expected `array`, got `object`"),
        (f'"{MARKER}"', Literal["a", "b"], "Expected Literal['a', 'b']"),
        (f'["a", "{MARKER}"]', tuple[Literal["a"], ...], "Expected tuple[typing.Literal['a'], ...], invalid at $[1]"),
        (f'"{MARKER}"', Level, "Expected tests.engine.test_converter.Level"),
        (f'{{"prices": [{{"currency": "{MARKER}"}}]}}', Offer,
         "Expected tests.engine.test_converter.Offer, invalid at $.prices[0].currency"),
        ('{"prices": [{"currency": "EUR"}]}', Offer, "Object missing required field `amount` at $.prices[0]"),
        (f'"{MARKER}\\ud800"', str, "Expected str"),
        ("1e999", float, "Expected float"),
        ("1.0", int, "Expected `int`, got `float`"),
        ("1", bool, "Expected `bool`, got `int`"),
        ("1", str, "Expected `str`, got `int`"),
    ],
)  # fmt: skip
def test_json_that_does_not_fit(json: str, hint: Any, problem: str) -> None:
    with pytest.raises(ResultError) as caught:
        make_converter(strict=True).loads(json.encode(), hint)
    assert str(caught.value) == problem
    assert MARKER not in said(caught.value)


def test_a_hook_serves_its_type_and_no_other() -> None:
    decode = money_converter().get_loads_hook(Offer)
    assert decode(b'{"prices": [{"currency": "EUR", "amount": "12.50", "level": "low"}]}') == Offer(
        (Price("EUR", Money("12.50"), Level.LOW),)
    )
    for broken, problem in {
        b'{"prices": [{"currency": 1, "amount": "1", "level": null}]}': "Expected `str`, got `int`",
        b'{"prices": {}}': "Expected `array`, got `object` at $.prices",
        b'{"prices": [{"amount": "1", "level": null}]}': "missing required field `currency` at $.prices[0]",
    }.items():
        with pytest.raises(ResultError) as caught:
            decode(broken)
        assert problem in str(caught.value)


@pytest.mark.parametrize("failure", [ValueError, KeyError, ArithmeticError, ResultError])
def test_a_hook_that_fails_says_no_value(failure: type[Exception]) -> None:
    def hook(value: object, _: object) -> Money:
        raise failure(f"Expected better than {value}")

    converter = make_converter()
    converter.register_structure_hook(Money, hook)
    hooks: Any = {converter.get_loads_hook: f'["{MARKER}"]'.encode(), converter.get_fit_hook: [MARKER]}
    for hook_of, value in hooks.items():
        with pytest.raises(ResultError) as caught:
            hook_of(tuple[Money, ...])(value)
        assert str(caught.value) == f"Expected `Money`; its hook raised {failure.__name__} at $[0]"
        assert MARKER not in said(caught.value)


def test_a_type_without_a_hook_is_named() -> None:
    with pytest.raises(ResultError, match="Expected `Money`; its hook raised StructureHandlerNotFoundError"):
        make_converter().loads(b'"1"', Money)


def test_values_of_psycopg_are_checked_as_json_is() -> None:
    fits: Any = money_converter().get_fit_hook
    assert fits(tuple[str, ...])(["a", "b"]) == ("a", "b")
    assert fits(Literal["a", "b"])("b") == "b"
    assert fits(Money)("1.5") == Money("1.5")
    assert fits(Money)(Money("1.5")) == Money("1.5")
    assert fits(object)([MARKER]) == [MARKER]
    with pytest.raises(ResultError) as caught:
        fits(tuple[str, ...])([MARKER, None])
    assert str(caught.value) == "Expected `str`, got `null` at $[1]"
    assert MARKER not in said(caught.value)


@attrs.frozen
class One:
    one: int


def test_a_query_is_structured_as_strictly_as_it_is_made(tmp_path: Path) -> None:
    @query(write(tmp_path, "mine/get.sql", "-- One.\nSELECT 1 AS one WHERE :slug = any(:languages::text [])"))
    class Get(Maybe[One]):
        slug: str
        languages: Sequence[str] | None = None

    converter = make_converter()
    made = converter.structure({"slug": "a", "languages": ["fr", "en"]}, Get)
    assert made == Get(slug="a", languages=("fr", "en"))
    assert converter.structure({"slug": "a"}, Get) == Get(slug="a")
    for wrong, error in [
        ({"slug": MARKER, "languages": "fr"}, ParameterError),
        ({"slug": None}, ParameterError),
        ({"slug": 5}, ParameterError),
        ({"slug": MARKER, "language": ["fr"]}, cattrs.ForbiddenExtraKeysError),
        ({}, KeyError),
    ]:
        with pytest.raises(cattrs.ClassValidationError) as caught:
            converter.structure(wrong, Get)
        assert [type(each) for each in caught.value.exceptions] == [error]
