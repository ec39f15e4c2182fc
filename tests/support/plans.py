"""Which indexes serve a statement."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.sql import SQL, Literal

from concordia_sql import Statement
from concordia_sql.engine.compose import Composed


def used_indexes(connection: psycopg.Connection[Any], query: Statement[Any]) -> set[str]:
    """The indexes in the plans for any values, with indexes preferred. A table read as a whole is there by name.

    All statements of a command are read.
    """
    composed = query.compose()
    return set().union(*(_used(connection, query, each) for each in (*composed.before, composed)))


def _used(connection: psycopg.Connection[Any], query: Statement[Any], composed: Composed) -> set[str]:
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(b"PREPARE planned AS " + composed.encoded)
        values = SQL(", ").join(map(Literal, composed.values(query)))
        given = SQL("({})").format(values) if composed.parameters else SQL("")
        cursor = connection.execute(SQL("EXPLAIN (FORMAT JSON) EXECUTE planned {}").format(given))
        ((plan,),) = cursor.fetchall()
        connection.execute("DEALLOCATE planned")
    return set(_scans(plan[0]["Plan"]))


def _scans(node: dict[str, Any]) -> Iterator[str]:
    scan = node.get("Index Name", node.get("Relation Name"))
    if scan and node["Node Type"] != "Bitmap Heap Scan":
        yield scan
    for below in node.get("Plans", ()):
        yield from _scans(below)
