"""Bar charts as SVG."""

import math
from collections.abc import Sequence
from html import escape

import attrs

_WIDTH = 800
_MARGIN = 12
_BAR = 14
_GAP = 5
_PANEL_GAP = 22
_LINE = 15
_SIZE = 12
_LETTER, _NARROW_LETTER, _WIDE_LETTER, _BOLD = 0.64, 0.42, 0.98, 1.12
"""How wide letters are in DejaVu Sans, a wide font, as parts of its size; and how many times wider bold ones are."""
_NARROW, _WIDE = frozenset(" ,.;:·'()iljtfr"), frozenset("mwMW%")
_FONT = f'font-family="system-ui, sans-serif" font-size="{_SIZE}"'
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
    columns = max(1, min(columns, len(panels)))
    width = _WIDTH // columns
    y = 40
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        titles = [_wrapped(panel.title, width - 2 * _MARGIN) for panel in row]
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
    label = max(_width(bar.label) for bar in panel.bars)
    left = x + _MARGIN + label + 8
    room = x + width - _MARGIN - left - max(_width(bar.text) for bar in panel.bars) - 6
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


def _width(text: str) -> int:
    """At most how wide a text is."""
    parts = (_NARROW_LETTER if each in _NARROW else _WIDE_LETTER if each in _WIDE else _LETTER for each in text)
    return math.ceil(_SIZE * sum(parts))


def _wrapped(title: str, width: int) -> list[str]:
    """The lines of a bold title."""
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer) * _BOLD <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _text(x: int, y: int, text: str, *, anchor: str = "start", weight: str = "normal", size: int = _SIZE) -> str:
    font = _FONT.replace(f'"{_SIZE}"', f'"{size}"')
    return (
        f'<text x="{x}" y="{y}" {font} font-weight="{weight}" text-anchor="{anchor}" fill="#111">{escape(text)}</text>'
    )
