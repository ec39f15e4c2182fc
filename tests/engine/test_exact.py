"""An integer of JSON is a float of the same value, or refused."""

import attrs
import pytest

from concordia_sql import Node, ResultError, make_converter


@attrs.frozen
class Point:
    x: float
    n: int = 0
    about: "tuple[Point, ...]" = ()


@attrs.frozen(eq=False, repr=False)
class Leaf(Node):
    id: str
    parent_id: str | None
    x: float
    leaves: "tuple[Leaf, ...]" = ()


@pytest.mark.parametrize(
    "number", ["1", "9007199254740992", "9007199254740994", "-9007199254740992", "0.1234567890123456789"]
)
def test_what_a_float_holds_is_read(number: str) -> None:
    text = f'[{{"x": 1, "n": 9007199254740993, "about": [{{"x": {number}}}]}}]'
    made = make_converter().loads(text.encode(), tuple[Point, ...])
    assert made == (Point(1.0, 9007199254740993, (Point(float(number)),)),)


@pytest.mark.parametrize("number", ["9007199254740993", "-9007199254740993", "123456789012345678"])
@pytest.mark.parametrize(
    ("text", "hint", "path"),
    [
        ('[{{"x": {}}}]', tuple[Point, ...], "$[0].x"),
        ('[{{"x": 1, "about": [{{"x": 1}}, {{"x": {}}}]}}]', tuple[Point, ...], "$[0].about[1].x"),
        ('{{"secret": {}}}', dict[str, float], "$[...]"),
        ("[1, {}]", frozenset[float], "$[...]"),
        ('{{"secret": [{}]}}', dict[str, set[float]], "$[...][...]"),
        ('[{{"id": "a", "parent_id": null, "x": {}}}]', tuple[Leaf, ...], "$[0].x"),
    ],
)
def test_what_a_float_would_round_is_refused(number: str, text: str, hint: type, path: str) -> None:
    number = number if float(number) != int(number) else str(int(number) + 1)
    with pytest.raises(ResultError) as caught:
        make_converter().loads(text.format(number).encode(), hint)
    assert str(caught.value) == f"an integer that a float cannot hold at {path}"
