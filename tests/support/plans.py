"""Which indexes serve a statement."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.sql import SQL, Literal

from concordia_sql import Query


def used_indexes(connection: psycopg.Connection[Any], query: Query[Any]) -> set[str]:
    """The indexes in the plan for any values, with indexes preferred. A table read as a whole is there by name."""
    composed = query.compose()
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(b"PREPARE planned AS " + composed.encoded)
        values = SQL(", ").join(map(Literal, composed.values(query)))
        cursor = connection.execute(SQL("EXPLAIN (FORMAT JSON) EXECUTE planned ({})").format(values))
        ((plan,),) = cursor.fetchall()
        connection.execute("DEALLOCATE planned")
    return set(_scans(plan[0]["Plan"]))


def _scans(node: dict[str, Any]) -> Iterator[str]:
    scan = node.get("Index Name", node.get("Relation Name"))
    if scan and node["Node Type"] != "Bitmap Heap Scan":
        yield scan
    for below in node.get("Plans", ()):
        yield from _scans(below)
