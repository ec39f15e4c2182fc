"""A plan as a picture: its nodes as a tree, each with a bar for its share of the time, and what it read."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Node = Mapping[str, Any]

_KINDS = ("Relation Name", "Index Name", "CTE Name", "Function Name", "Subplan Name")
_CONDITIONS = ("Index Cond", "Recheck Cond", "Hash Cond", "Join Filter", "Filter", "Sort Key")


def plan_tree(text: str) -> str:
    """The plan, as EXPLAIN gives it in JSON, as nested lists. Times and buffers are shown if it was run."""
    (plan,) = json.loads(text)
    root = plan["Plan"]
    total = root.get("Actual Total Time")
    says = [f"planned in {plan['Planning Time']:.2f} ms"] if "Planning Time" in plan else []
    if total is not None:
        says += [f"run in {plan['Execution Time']:.2f} ms", f"{_blocks(root):,} blocks read"]
    head = f"<p>{', '.join(says)}</p>" if says else "<p>For any values; not run.</p>"
    return f'{head}<ul class="plan">{_node(root, total or 0)}</ul>'


def _node(node: Node, total: float) -> str:
    title = " ".join([node["Node Type"], *(str(node[name]) for name in _KINDS if name in node)])
    own = _time(node) - sum(map(_time, node.get("Plans", ())))
    share = max(0, min(100, round(100 * own / total))) if total else 0
    bar = f'<svg class="share" viewBox="0 0 100 8" width="100" height="8"><rect width="{share}" height="8"/></svg>'
    conditions = "".join(f"<code>{escape(f'{name}: {value}')}</code>" for name, value in _conditions(node))
    below = "".join(_node(each, total) for each in node.get("Plans", ()))
    figures = ", ".join(_figures(node))
    return (
        f"<li><strong>{escape(title)}</strong> {bar if total else ''} <span>{escape(figures)}</span>{conditions}"
        f"{f'<ul>{below}</ul>' if below else ''}</li>"
    )


def _figures(node: Node) -> Iterator[str]:
    if "Actual Rows" not in node:
        yield f"{node['Plan Rows']:,} rows expected"
        return
    loops = node["Actual Loops"]
    each = f" in each of {loops:,} loops" if loops != 1 else ""
    yield f"{node['Actual Rows']:g} rows{each} ({node['Plan Rows']:,} expected)"
    yield f"{_time(node):.2f} ms"
    yield f"{_blocks(node):,} blocks"


def _conditions(node: Node) -> Iterator[tuple[str, str]]:
    for name in _CONDITIONS:
        if name in node:
            value = node[name]
            yield name, ", ".join(value) if isinstance(value, list) else value


def _time(node: Node) -> float:
    return float(node.get("Actual Total Time", 0) * node.get("Actual Loops", 1))


def _blocks(node: Node) -> int:
    return int(node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0))
