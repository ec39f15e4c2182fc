"""Whether a column of a statement can be NULL, proven from its plan and its tables, or not known.

A column cannot be NULL if its column of a table is NOT NULL and there is no outer join in between. It can be NULL if
its column is not NOT NULL, if its table is on the nullable side of an outer join, or if a subquery may find no row; but
only if no condition names it, no other constraint applies, and no foreign key guarantees the row.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import attrs

Plan: TypeAlias = Mapping[str, Any]

_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_COLUMN = re.compile(rf"(?:({_NAME})\.)?({_NAME})")
_SUBPLAN = re.compile(r"\(((?:SubPlan|InitPlan) \d+)\)(?:\.col1)?")
_LITERAL = re.compile(r"(?!NULL\b)('(?:[^']|'')*'|-?\d+(?:\.\d+)?|true|false)(?:::[\w \"\[\]().,]+)?")
_EMPTY_AGGREGATE = re.compile(r"(?:sum|avg|min|max|array_agg|string_agg|jsonb?_agg|bool_and|bool_or)\(.*\)", re.DOTALL)
_NEVER_CALLS = re.compile(r"(?:count|now|jsonb?_build_object|jsonb?_build_array)\(.*\)", re.DOTALL)
_NEVER = re.compile(r"CURRENT_TIMESTAMP|row_number\(\) OVER (?:\w+|\?|\([^()]*\))")
_AS_TEXT = re.compile(r"(\(.*\))::text", re.DOTALL)
_VERSION = re.compile(r"\b(?:old|new)\.")
"""A row as it was before a write, or after it."""
_CONDITIONS = (
    *("Filter", "Join Filter", "Hash Cond", "Merge Cond", "Index Cond", "Recheck Cond", "TID Cond"),
    *("One-Time Filter", "Conflict Filter", "Run Condition"),
)
_LOSING_SIDES = {
    "Left": ("Inner",),
    "Anti": ("Inner",),
    "Right": ("Outer",),
    "Right Anti": ("Outer", "Inner"),
    "Full": ("Outer", "Inner"),
}
"""The inputs of a join whose columns it gives as NULL where it finds no row."""
_PASSING = ("Limit", "Sort", "Incremental Sort", "LockRows", "Unique")
"""Plan nodes that pass on the columns of their input."""
_LOSING_NOTHING = (*_PASSING, "Hash", "Materialize", "Memoize", "Nested Loop", "Hash Join", "Merge Join")
"""Plan nodes between an outer join and a table that do not make a row if the table has none."""
_RENAMING = ("Subquery Scan", "CTE Scan")
"""Plan nodes that give columns other names, by which conditions name them."""
_UNITING = ("Append", "Merge Append", "Recursive Union", "SetOp")
"""Plan nodes that show only the expressions of their first input."""
_OPAQUE = (*_UNITING, "Function Scan", "Table Function Scan", "Values Scan", "WorkTable Scan")
_SCANS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Bitmap Index Scan", "Tid Scan")
_WRITING = ("Insert", "Update", "Merge")


@attrs.frozen
class Reference:
    """A foreign key of a table, validated and enforced."""

    columns: tuple[str, ...]
    table: str
    not_null: bool


@attrs.frozen
class Origin:
    """The column of a table that a column of a statement is."""

    table: str
    """Its schema and name."""
    column: str
    not_null: bool
    may_be_null: bool
    """Whether nothing else keeps NULL out of it: no other constraint, domain or trigger."""


class Facts(Protocol):
    """The catalogue, as far as it is needed here."""

    def column(self, table: str, name: str) -> Origin | None:
        """A column of a table."""
        ...

    def references(self, table: str) -> Sequence[Reference]:
        """The foreign keys of a table."""
        ...

    def predicate(self, index: str) -> str:
        """The condition of a partial index, which the plan does not show."""
        ...


def infer_nulls(plan: Plan, origins: Sequence[Origin | None], facts: Facts) -> list[bool | None]:
    """For each column of the statement whether it can be NULL; None where that is not proven."""
    reading, output = _Reading(plan, facts), _output(plan)
    if len(output) < len(origins):  # those for the order alone come last
        return [None for _ in origins]
    return [reading.can_be_null(text, origin) for text, origin in zip(output, origins, strict=False)]


def _output(plan: Plan) -> Sequence[str]:
    """The expressions that make the columns."""
    while plan["Node Type"] in _PASSING:
        plan = next(child for child in _children(plan) if not _is_expression(child))
    return () if plan["Node Type"] in _UNITING else plan.get("Output", ())


def _children(plan: Plan) -> Sequence[Plan]:
    children: Sequence[Plan] = plan.get("Plans", ())
    return children


def _is_expression(plan: Plan) -> bool:
    """Whether a part of a plan is run for an expression, not for the rows."""
    return plan.get("Parent Relationship") in ("SubPlan", "InitPlan") and not plan.get("Subplan Name", "").startswith(
        "CTE "
    )


def _walk(plan: Plan, *, expressions: bool = True) -> Iterator[Plan]:
    yield plan
    for child in _children(plan):
        if expressions or not _is_expression(child):
            yield from _walk(child, expressions=expressions)


def _table(plan: Plan) -> str | None:
    return f"{plan['Schema']}.{plan['Relation Name']}" if "Relation Name" in plan and "Schema" in plan else None


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


class _Reading:
    """A plan as it is read for one column after another."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self._plan = plan
        self._facts = facts
        self._nodes = list(_walk(plan))
        rows = list(_walk(plan, expressions=False))
        self._outer_joins = [node for node in rows if node.get("Join Type") in _LOSING_SIDES]
        self._scans = [node for node in rows if _table(node) is not None and node["Node Type"] != "ModifyTable"]
        # With several tables, a name without an alias is of one that the plan does not read: it knows that no row fits.
        self._is_of_one_table = not any("Join Type" in node or "One-Time Filter" in node for node in self._nodes)
        self._keeps_values = not any(
            "Grouping Sets" in node or any(_VERSION.search(text) for text in node.get("Output", ())) for node in rows
        )
        renamed = any(node["Node Type"] in _RENAMING for node in rows)
        self._may_claim = not any(
            node["Node Type"] in _OPAQUE
            or node.get("Operation") in _WRITING
            or "One-Time Filter" in node
            or (renamed and _table(node) is None and any(name in node for name in _CONDITIONS))
            for node in rows
        )

    def can_be_null(self, text: str, origin: Origin | None) -> bool | None:
        """Whether the output with this text can be NULL."""
        if not self._keeps_values:
            return None
        if _LITERAL.fullmatch(text) or _NEVER.fullmatch(text) or _never(text) or _is_filled(text):
            return False
        if text.startswith("NULL::"):
            return True if self._may_claim else None
        if subplan := self._subplan(text):
            return self._subplan_can(subplan)
        if _EMPTY_AGGREGATE.fullmatch(text) and _matching(text):
            return True if self._gathers_all() else None
        return self._column(text, origin)

    def _column(self, text: str, origin: Origin | None) -> bool | None:
        alias, origin = self._placed(text, origin)
        if origin is None:
            return None
        path = self._path(alias) if alias else []
        if (self._outer_joins and not path) or any(node["Node Type"] in _UNITING for node in path):
            return None
        lost = [
            node
            for node, below in itertools.pairwise(path)
            if below.get("Parent Relationship") in _LOSING_SIDES.get(node.get("Join Type", ""), ())
        ]
        if lost:
            return True if len(lost) == 1 and self._loses(lost[0], path) else None
        if origin.not_null:
            return False
        return True if origin.may_be_null and self._may_claim and not self._named(origin.column, self._nodes) else None

    def _placed(self, text: str, origin: Origin | None) -> tuple[str | None, Origin | None]:
        """The alias and the column that an output names."""
        match = _COLUMN.fullmatch(text)
        if match is None:
            return None, origin
        alias = _unquoted(match[1]) if match[1] else None
        if alias is None and len(self._scans) == 1 and self._is_of_one_table:
            alias = self._scans[0]["Alias"]
        scans = [node for node in self._scans if node.get("Alias") == alias]
        if len(scans) != 1:
            return None, origin
        table = _table(scans[0])
        return alias, self._facts.column(table, _unquoted(match[2])) if table else None

    def _path(self, alias: str) -> list[Plan]:
        """The nodes from the top of the plan to the scan of a table."""

        def find(plan: Plan) -> list[Plan]:
            if any(plan is scan for scan in self._scans) and plan.get("Alias") == alias:
                return [plan]
            for child in _children(plan):
                if not _is_expression(child) and (below := find(child)):
                    return [plan, *below]
            return []

        return find(self._plan)

    def _loses(self, join: Plan, path: Sequence[Plan]) -> bool:
        """Whether an outer join can miss a row of the table at the end of the path."""
        below = path[next(index for index, node in enumerate(path) if node is join) + 1 :]
        if not self._may_claim or any(node["Node Type"] not in _LOSING_NOTHING for node in below[:-1]):
            return False
        if "Filter" in join or join["Join Type"] in ("Anti", "Right Anti"):
            return False
        inside = [join, *_walk(below[0])]
        outside = [node for node in self._nodes if not any(node is each for each in inside)]
        alias = re.compile(rf'(?<![\w"])"?{re.escape(path[-1]["Alias"])}"?\.')
        if any(alias.search(condition) for condition in self._conditions(outside)):
            return False
        return self._may_miss(path[-1], self._nodes, outside)

    def _may_miss(self, scan: Plan, nodes: Sequence[Plan], outside: Sequence[Plan]) -> bool:
        """Whether a row of the table need not be there, for all that the others say."""
        table = _table(scan)
        others = [other for node in nodes if node is not scan and (other := _table(node)) is not None]
        if table is None or table in others:
            return False
        return not any(
            reference.table == table
            and (reference.not_null or any(self._named(column, outside) for column in reference.columns))
            for other in others
            for reference in self._facts.references(other)
        )

    def _conditions(self, nodes: Iterable[Plan]) -> Iterator[str]:
        for node in nodes:
            yield from (str(node[name]) for name in _CONDITIONS if name in node)
            if "Index Name" in node:
                yield self._facts.predicate(node["Index Name"])

    def _named(self, column: str, nodes: Iterable[Plan]) -> bool:
        word = re.compile(rf"(?<![\w$]){re.escape(column)}(?![\w$])")
        return any(word.search(condition) for condition in self._conditions(nodes))

    def _subplan(self, text: str) -> Plan | None:
        """The subquery whose value an output is."""
        match = _SUBPLAN.fullmatch(text)
        named = [node for node in self._nodes if match and node.get("Subplan Name") == match[1]]
        return named[0] if named else None

    def _subplan_can(self, subplan: Plan) -> bool | None:
        """Whether a subquery for one value can be NULL: by its row, or as it finds none."""
        reading = _Reading(subplan, self._facts)
        inner = [id(node) for node in reading._nodes]
        outside = [node for node in self._nodes if id(node) not in inner]
        if _always_a_row(subplan):
            can = reading.can_be_null((*_output(subplan), "")[0], None)
            if can is not True:
                return can
        elif any(node["Node Type"] not in (*_LOSING_NOTHING, *_SCANS) for node in reading._nodes):
            return None
        if not self._may_claim or not reading._may_claim or len(reading._scans) != 1:
            return None
        return True if self._may_miss(reading._scans[0], [*outside, reading._scans[0]], outside) else None

    def _gathers_all(self) -> bool:
        """Whether the statement gathers all rows into one, from tables that may be empty."""
        kinds = [node["Node Type"] for node in self._nodes]
        return (
            _always_a_row(self._plan)
            and self._may_claim
            and bool(self._scans)
            and kinds.count("Aggregate") == 1
            and all(kind == "Aggregate" or kind in _LOSING_NOTHING or kind in _SCANS for kind in kinds)
        )


def _always_a_row(plan: Plan) -> bool:
    return plan["Node Type"] == "Aggregate" and plan.get("Strategy") == "Plain" and "Filter" not in plan


def _never(text: str) -> bool:
    """Whether it is a call that gives no NULL, or such a call as a text."""
    cast = _AS_TEXT.fullmatch(text)
    if cast and _matching(cast[1]):
        return _never(cast[1][1:-1])
    return bool(_NEVER_CALLS.fullmatch(text)) and _matching(text)


def _is_filled(text: str) -> bool:
    """Whether it is a COALESCE that ends in a value."""
    return text.startswith("COALESCE(") and _matching(text) and bool(_LITERAL.fullmatch(_arguments(text)[-1]))


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """The characters outside of strings and names, each with its depth in brackets and its index."""
    depth, quote = 0, ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth -= character in ")]"
            yield character, depth, index
            depth += character in "(["


def _matching(text: str) -> bool:
    """Whether the text is one call: its first bracket closes at its end."""
    closing = [index for character, depth, index in _pieces(text) if character == ")" and depth == 0]
    return closing == [len(text) - 1]


def _arguments(text: str) -> list[str]:
    """The arguments of a call."""
    edges = [text.index("(")]
    edges += [index for character, depth, index in _pieces(text) if character == "," and depth == 1]
    edges.append(len(text) - 1)
    return [text[start + 1 : end].strip() for start, end in itertools.pairwise(edges)]
