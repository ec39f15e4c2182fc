"""Bar charts as SVG."""

import textwrap
from collections.abc import Iterable, Sequence
from html import escape

import attrs

_WIDTH = 860
_MARGIN = 12
_BAR = 14
_GAP = 5
_PANEL_GAP = 22
_LINE = 15
_LETTER, _BOLD_LETTER = 6.6, 7.4
"""How wide letters are on average, at most: texts are measured by it."""
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
    """Bars to compare: the longest fills the panel."""

    title: str
    bars: Sequence[Bar]


def draw(title: str, panels: Sequence[Panel], columns: int = 2) -> str:
    """The chart: panels side by side in rows, on white, so that it can be read on any page."""
    parts: list[str] = [_text(_MARGIN, 24, title, weight="bold", size=15)]
    width = _WIDTH // columns
    y = 40
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        titles = [textwrap.wrap(panel.title, int((width - 2 * _MARGIN) / _BOLD_LETTER)) for panel in row]
        top = y + max(map(len, titles)) * _LINE + 6
        for column, (panel, lines) in enumerate(zip(row, titles, strict=True)):
            x = column * width
            parts += [_text(x + _MARGIN, y + _LINE * n, line, weight="bold") for n, line in enumerate(lines, start=1)]
            parts += _bars(panel, x, top, width)
        y = top + max(len(panel.bars) for panel in row) * (_BAR + _GAP) + _PANEL_GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([head, f'<rect width="{_WIDTH}" height="{y}" fill="white"/>', *parts, "</svg>", ""])


def _bars(panel: Panel, x: int, y: int, width: int) -> list[str]:
    """The bars of a panel: labels to the left, texts behind the bars, which share what is left."""
    label = _width(bar.label for bar in panel.bars)
    left = x + _MARGIN + label + 8
    room = x + width - _MARGIN - left - _width(bar.text for bar in panel.bars) - 6
    longest = max(bar.value for bar in panel.bars)
    parts = []
    for number, bar in enumerate(panel.bars):
        top = y + number * (_BAR + _GAP)
        color = {"ours": _OURS, "limit": _LIMIT}.get(bar.kind, _OTHER)
        length = max(1, round(room * bar.value / longest))
        parts += [
            _text(left - 8, top + 11, bar.label, anchor="end"),
            f'<rect x="{left}" y="{top}" width="{length}" height="{_BAR}" fill="{color}"/>',
            _text(left + length + 6, top + 11, bar.text),
        ]
    return parts


def _width(texts: Iterable[str]) -> int:
    return round(_LETTER * max(map(len, texts)))


def _text(x: int, y: int, text: str, *, anchor: str = "start", weight: str = "normal", size: int = 12) -> str:
    font = _FONT.replace('"12"', f'"{size}"')
    return (
        f'<text x="{x}" y="{y}" {font} font-weight="{weight}" text-anchor="{anchor}" fill="#111">{escape(text)}</text>'
    )
