"""The tables as a picture: a box for each with its columns, a line from each foreign key to its table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape

import attrs

from concordia_sql.engine.checks.catalogue import Table

_WIDTH, _GAP, _LANE, _LINE, _HEAD = 250, 70, 26, 16, 24
_COLUMNS = 4
_LONGEST = 30


@attrs.frozen
class _Box:
    name: str
    lines: Sequence[tuple[str, str, str]]
    """Of each column its name, its type, and PK or FK."""
    x: int
    y: int

    @property
    def height(self) -> int:
        """How high it is."""
        return _HEAD + _LINE * len(self.lines) + 6


def diagram(tables: Mapping[str, Table]) -> str:
    """An SVG of the tables, those whose names begin alike side by side."""
    boxes = _placed(tables)
    height = max((box.y + box.height for box in boxes.values()), default=0) + _GAP
    width = _COLUMNS * (_WIDTH + _GAP) + _GAP
    lines = [
        _line(boxes[name], boxes[key.table], key.columns, number)
        for number, (name, table) in enumerate(sorted(tables.items()))
        for key in table.foreign_keys
        if key.table in boxes
    ]
    parts = [_draw(box) for box in boxes.values()]
    return (
        f'<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="The tables and their foreign keys">{"".join([*lines, *parts])}</svg>'
    )


def _placed(tables: Mapping[str, Table]) -> dict[str, _Box]:
    """The boxes, in columns that are filled where they are shortest; each group begins below the one before."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(tables):
        prefix = name.partition("_")[0]
        alike = [other for other in tables if other.partition("_")[0] == prefix]
        groups[prefix if len(alike) > 1 else ""].append(name)
    boxes: dict[str, _Box] = {}
    top = _GAP // 2
    for _, names in sorted(groups.items()):
        ends = [top] * _COLUMNS
        for name in sorted(names, key=lambda name: -len(tables[name].columns)):
            column = ends.index(min(ends))
            box = _Box(name, _columns(tables[name]), _GAP + column * (_WIDTH + _GAP), ends[column])
            boxes[name] = box
            ends[column] += box.height + _LANE
        top = max(ends) + _GAP // 2
    return boxes


def _columns(table: Table) -> list[tuple[str, str, str]]:
    keys = {column for key in table.foreign_keys for column in key.columns}
    primary = {"id"} & table.columns.keys()
    return [
        (
            name,
            column.type.removesuffix(" without time zone"),
            "PK" if name in primary else "FK" if name in keys else "",
        )
        for name, column in table.columns.items()
    ]


def _draw(box: _Box) -> str:
    name = escape(box.name)
    parts = [
        f'<g id="table-{name}">',
        f'<rect class="box" x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="4"/>',
        f'<rect class="head" x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEAD - 4}" rx="4"/>',
        f'<text class="name" x="{box.x + 8}" y="{box.y + 15}">{name}</text>',
    ]
    for number, (column, kind, key) in enumerate(box.lines):
        y = box.y + _HEAD + _LINE * number + 10
        shown = kind if len(column) + len(kind) < _LONGEST else kind[: max(4, _LONGEST - len(column))] + "…"
        parts.append(f'<text class="{key.lower() or "plain"}" x="{box.x + 8}" y="{y}">{escape(column)}</text>')
        parts.append(f'<text class="type" x="{box.x + _WIDTH - 8}" y="{y}">{escape(shown)}</text>')
    return "".join([*parts, "</g>"])


def _line(box: _Box, target: _Box, columns: Sequence[str], number: int) -> str:
    """From the column of the key to the head of the table, through the space between the columns of boxes."""
    at = next((index for index, line in enumerate(box.lines) if line[0] == columns[0]), 0)
    y, end = box.y + _HEAD + _LINE * at + 6, target.y + 10
    is_left = target.x < box.x or (target.x == box.x and target.y < box.y)
    start, stop = (box.x, target.x + _WIDTH) if target.x < box.x else (box.x + _WIDTH, target.x)
    if target.x == box.x:
        start = stop = box.x if is_left else box.x + _WIDTH
    lane = (8 + 5 * (number % 10)) * (-1 if start == box.x else 1)
    middle = start + lane
    last = stop + (8 if stop > target.x else -8)
    path = f"M{start} {y} H{middle} V{end} H{last} H{stop}"
    title = escape(f"{box.name}.{', '.join(columns)} → {target.name}")
    return f'<path class="key" d="{path}"><title>{title}</title></path>'
