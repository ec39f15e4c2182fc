"""Bar charts as SVG."""

from collections.abc import Sequence
from html import escape

import attrs

_WIDTH = 860
_LABEL = 150
_VALUE = 130
_BAR = 16
_GAP = 6
_PANEL_GAP = 26
_FONT = 'font-family="system-ui, sans-serif" font-size="12"'
_OURS, _LIMIT, _OTHER = "#0f766e", "#94a3b8", "#d97706"


@attrs.frozen
class Bar:
    """A bar: its label, its length, what stands behind it."""

    label: str
    value: float
    text: str
    kind: str
    """"ours", "limit" or "other"."""


@attrs.frozen
class Panel:
    """Bars to compare: the longest fills the width."""

    title: str
    bars: Sequence[Bar]


def draw(title: str, panels: Sequence[Panel]) -> str:
    """The chart: one panel below the other, on white, so that it can be read on any page."""
    parts: list[str] = [_text(12, 24, title, weight="bold", size=15)]
    y = 40
    for panel in panels:
        y += 14
        parts.append(_text(12, y, panel.title, weight="bold"))
        y += 8
        longest = max(bar.value for bar in panel.bars)
        for bar in panel.bars:
            parts += _bar(bar, y, longest)
            y += _BAR + _GAP
        y += _PANEL_GAP - _GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([head, f'<rect width="{_WIDTH}" height="{y}" fill="white"/>', *parts, "</svg>", ""])


def _bar(bar: Bar, y: int, longest: float) -> list[str]:
    color = {"ours": _OURS, "limit": _LIMIT}.get(bar.kind, _OTHER)
    width = max(1, round((_WIDTH - _LABEL - _VALUE) * bar.value / longest))
    middle = y + _BAR - 4
    return [
        _text(_LABEL - 8, middle, bar.label, anchor="end"),
        f'<rect x="{_LABEL}" y="{y}" width="{width}" height="{_BAR}" fill="{color}"/>',
        _text(_LABEL + width + 6, middle, bar.text),
    ]


def _text(x: int, y: int, text: str, *, anchor: str = "start", weight: str = "normal", size: int = 12) -> str:
    font = _FONT.replace('"12"', f'"{size}"')
    return (
        f'<text x="{x}" y="{y}" {font} font-weight="{weight}" text-anchor="{anchor}" fill="#111">{escape(text)}</text>'
    )
