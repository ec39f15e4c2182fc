"""What Citus allows of a statement, when the largest tables are distributed and all others are reference tables.

It is read from PostgreSQL's own plan, with no optional filter and no value known. So a condition counts wherever the
planner moves it, as it does for Citus. Source: Citus documentation, "SQL Support and Workarounds".
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import psycopg

from concordia_sql import Statement

KEYS = {"blog_comments": "post_id", "services_reviews": "service_id", "services_bookings": "service_id"}
"""The distributed tables, each with its distribution column. Those of one column lie together."""

Judgement: TypeAlias = Literal["anywhere", "one shard", "all shards", "not as it is"]
_CONDITIONS = ("Index Cond", "Recheck Cond", "Filter")


def judged(connection: psycopg.Connection[Any], made: type[Statement[Any]]) -> Judgement:
    """The worst of what its statements are.

    One that touches no distributed table runs anywhere. One that compares the key of each with a parameter runs on
    one shard, as it is: with its recursion, its locks, its subqueries. Another goes to all shards, if it is plain;
    recursion, row locks, and subqueries that are run for each row around them are refused there.
    """
    composed = made._compose(())
    order: tuple[Judgement, ...] = ("anywhere", "one shard", "all shards", "not as it is")
    plans = [_plan(connection, each.encoded) for each in (*composed.before, composed)]
    return max(map(_judged, plans), key=order.index)


def _plan(connection: psycopg.Connection[Any], text: bytes) -> dict[str, Any]:
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute(b"PREPARE judged AS " + text)
        try:
            asked = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'judged'"
            ((count,),) = connection.execute(asked)
            values = f"({', '.join(['NULL'] * count)})" if count else ""
            (([found],),) = connection.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE judged{values}".encode())
        finally:
            connection.execute("DEALLOCATE judged")
    plan: dict[str, Any] = found["Plan"]
    return plan


def _judged(plan: dict[str, Any]) -> Judgement:
    nodes = list(_nodes(plan, is_dependent=False))
    uses = [(node, dependent) for node, dependent in nodes if node.get("Relation Name") in KEYS]
    if not uses:
        return "anywhere"
    unbound = [dependent for node, dependent in uses if node["Node Type"] != "ModifyTable" and not _is_bound(node)]
    inserts = any(node.get("Operation") == "Insert" for node, _ in uses)
    many = inserts and any(node["Node Type"] == "Function Scan" for node, _ in nodes)
    if not unbound:
        return "all shards" if many else "one shard"
    refused = any(node["Node Type"] in ("Recursive Union", "LockRows") for node, _ in nodes)
    return "not as it is" if refused or any(unbound) else "all shards"


def _nodes(node: dict[str, Any], *, is_dependent: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    """The nodes of a plan, each with whether it is run for each row of another."""
    yield node, is_dependent
    for below in node.get("Plans", ()):
        own = below.get("Parent Relationship") == "SubPlan" and not below.get("Subplan Name", "").startswith("CTE")
        yield from _nodes(below, is_dependent=is_dependent or own)


def _is_bound(node: dict[str, Any]) -> bool:
    """Whether the key of the table that is scanned is compared with a parameter."""
    key = KEYS[node["Relation Name"]]
    bound = re.compile(rf"\(\(?(\w+\.)?{key}\)?(::text)? = \(?\$\d+\)?(::text)?\)")
    return any(bound.search(node.get(condition, "")) for condition in _CONDITIONS)
