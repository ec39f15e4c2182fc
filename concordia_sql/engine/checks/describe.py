"""Statements as the database describes them: parameters and columns, their origin, and whether they can be NULL.

A statement is prepared, described and planned, and never run.
"""

import functools
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

from concordia_sql.engine.adapters import LOOK_UP, Adaptation
from concordia_sql.engine.checks.nulls import Origin, Plan, Reference, infer_nulls

_names = itertools.count()
_BEGIN = b"""
BEGIN READ ONLY;
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL lock_timeout = '2s';
SET LOCAL jit = off
"""


@attrs.frozen
class DescribedColumn:
    """A column that a statement gives."""

    name: str
    type: str
    """The name of the type as rows are read, with [] for an array."""
    origin: Origin | None
    nullable: bool | None
    """Whether it can be NULL. None if that is not proven."""


@attrs.frozen
class Described:
    """The parameters and columns of a statement."""

    parameters: Sequence[str]
    """The types of `$1`, `$2`, …"""
    columns: Sequence[DescribedColumn]


class Describer:
    """Describes statements on a connection in autocommit mode, each text once."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._adaptation = Adaptation(connection)
        self._catalogue = _Catalogue(connection)
        self._known: dict[bytes, Described | psycopg.Error] = {}

    def describe(self, text: bytes) -> Described:
        """The parameters and columns of the statement. Raises psycopg's error if it cannot be prepared or planned."""
        if text not in self._known:
            try:
                self._known[text] = self._describe(text)
            except psycopg.Error as error:
                self._known[text] = error
        found = self._known[text]
        if isinstance(found, psycopg.Error):
            raise found
        return found

    def has_column(self, table: str, name: str) -> bool:
        """Whether a table has this column."""
        return self._catalogue.column(table, name) is not None

    def _describe(self, text: bytes) -> Described:
        name = f"concordia_check_{next(_names)}".encode()
        self._connection.execute(_BEGIN)
        try:
            self._checked(self._pgconn.prepare(name, text))
            result = self._checked(self._pgconn.describe_prepared(name))
            self._connection.execute(b"SAVEPOINT planned")
            try:
                plan = self._plan(name, result.nparams)
            finally:
                self._connection.execute(b"ROLLBACK TO planned; DEALLOCATE " + name)
        finally:
            self._connection.execute(b"ROLLBACK")
        if unknown := self._adaptation.unknown([result]):
            asked = f"{{{','.join(map(str, unknown))}}}".encode()
            found = self._pgconn.exec_params(LOOK_UP, [asked])
            self._adaptation.learn(self._checked(found, pq.ExecStatus.TUPLES_OK))
        origins = [self._catalogue.origin(result.ftable(n), result.ftablecol(n)) for n in range(result.nfields)]
        nulls = infer_nulls(plan, origins, self._catalogue) if plan else [None] * result.nfields
        columns = [
            DescribedColumn((result.fname(n) or b"").decode(), self._type_name(result.ftype(n)), origins[n], nulls[n])
            for n in range(result.nfields)
        ]
        return Described([self._type_name(result.param_type(n)) for n in range(result.nparams)], columns)

    def _plan(self, name: bytes, count: int) -> Plan | None:
        """The generic plan, or None if the statement has no plan, as LOCK TABLE. The role needs its privileges."""
        values = b"(" + b", ".join([b"NULL"] * count) + b")" if count else b""
        found = self._connection.execute(
            b"EXPLAIN (VERBOSE, FORMAT JSON, COSTS OFF) EXECUTE " + name + values
        ).fetchone()
        plans = found[0] if found else []  # a rule may leave none, or make several
        return plans[0]["Plan"] if len(plans) == 1 and isinstance(plans[0], dict) and "Plan" in plans[0] else None

    def _checked(self, result: pq.abc.PGresult, status: pq.ExecStatus = pq.ExecStatus.COMMAND_OK) -> pq.abc.PGresult:
        if result.status != status:
            raise error_from_result(result, encoding="utf-8")
        return result

    def _type_name(self, oid: int) -> str:
        if self._adaptation.adapters.types.get(oid) is None:
            return self._catalogue.type_name(oid)
        return self._adaptation.type_name(oid)


class _Catalogue:
    """The catalogue's description of tables, read when it is needed."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._columns: dict[str, Mapping[str, Origin]] = {}
        self._tables: dict[int, str] = {}
        self._numbers: dict[tuple[int, int], str] = {}

    def origin(self, table: int, number: int) -> Origin | None:
        """The column of a table by their numbers, if it is one."""
        if not table:
            return None
        if (table, number) not in self._numbers:
            for row in self._connection.execute(_NAMES, [table]):
                self._tables[table], attnum, name = row
                self._numbers[table, attnum] = name
        name = self._numbers.get((table, number))
        return None if name is None else self.column(self._tables[table], name)

    def column(self, table: str, name: str) -> Origin | None:
        """A column of a table."""
        if table not in self._columns:
            found = self._connection.execute(_COLUMNS, [table])
            self._columns[table] = {column: Origin(table, column, *rest) for column, *rest in found}
        return self._columns[table].get(name)

    def references(self, table: str) -> Sequence[Reference]:
        """The foreign keys of a table."""
        return self._references[table]

    def predicate(self, index: str) -> str:
        """The conditions of partial indexes with this name."""
        return self._predicates.get(index, "")

    @functools.lru_cache  # noqa: B019 - as long as one check
    def type_name(self, oid: int) -> str:
        """The name of a type that psycopg does not know."""
        found = self._connection.execute("SELECT format_type(%s, NULL)", [oid]).fetchone()
        return str(found[0]) if found else f"oid {oid}"

    @functools.cached_property
    def _references(self) -> Mapping[str, Sequence[Reference]]:
        found: defaultdict[str, list[Reference]] = defaultdict(list)
        for table, columns, referenced, not_null in self._connection.execute(_REFERENCES):
            found[table].append(Reference(tuple(columns), referenced, not_null))
        return found

    @functools.cached_property
    def _predicates(self) -> Mapping[str, str]:
        return dict(self._connection.execute(_PREDICATES).fetchall())


_NAMES = """
SELECT pg_namespace.nspname || '.' || pg_class.relname, pg_attribute.attnum, pg_attribute.attname
FROM pg_attribute
INNER JOIN pg_class ON pg_class.oid = pg_attribute.attrelid
INNER JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE pg_class.oid = %s AND NOT pg_attribute.attisdropped
"""
# NOT NULL does not hold for the rows of a table that inherits it, for rows older than a constraint that is NOT VALID,
# and in a foreign table.
_COLUMNS = """
SELECT
    pg_attribute.attname,
    pg_attribute.attnotnull
    AND whole.own
    AND NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE
            pg_constraint.conrelid = pg_class.oid
            AND pg_constraint.contype = 'n'
            AND pg_attribute.attnum = any(pg_constraint.conkey)
            AND (NOT pg_constraint.convalidated OR pg_constraint.connoinherit)
    ),
    NOT pg_attribute.attnotnull
    AND whole.own
    AND pg_attribute.attgenerated = ''
    AND pg_type.typtype <> 'd'
    AND NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE
            pg_constraint.conrelid = pg_class.oid
            AND pg_constraint.contype IN ('c', 'p')
            AND (pg_attribute.attnum = any(pg_constraint.conkey) OR pg_constraint.conkey IS NULL)
    )
    AND NOT EXISTS (
        SELECT FROM pg_trigger
        WHERE pg_trigger.tgrelid = pg_class.oid AND NOT pg_trigger.tgisinternal
    )
FROM pg_class
INNER JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
INNER JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid AND pg_attribute.attnum > 0
INNER JOIN pg_type ON pg_type.oid = pg_attribute.atttypid
CROSS JOIN LATERAL (
    SELECT
        CASE pg_class.relkind
            WHEN 'r' THEN NOT EXISTS (SELECT FROM pg_inherits WHERE pg_inherits.inhparent = pg_class.oid)
            WHEN 'p' THEN NOT EXISTS (
                SELECT FROM pg_partition_tree(pg_class.oid) AS part
                INNER JOIN pg_class AS leaf ON leaf.oid = part.relid
                WHERE leaf.relkind = 'f'
            )
            ELSE FALSE
        END AS own
) AS whole
WHERE pg_namespace.nspname || '.' || pg_class.relname = %s AND NOT pg_attribute.attisdropped
"""
_REFERENCES = """
SELECT
    namespace.nspname || '.' || own.relname,
    (
        SELECT array_agg(pg_attribute.attname::text)
        FROM pg_attribute
        WHERE pg_attribute.attrelid = own.oid AND pg_attribute.attnum = any(pg_constraint.conkey)
    ),
    referenced_namespace.nspname || '.' || referenced.relname,
    (
        SELECT bool_and(pg_attribute.attnotnull)
        FROM pg_attribute
        WHERE pg_attribute.attrelid = own.oid AND pg_attribute.attnum = any(pg_constraint.conkey)
    )
FROM pg_constraint
INNER JOIN pg_class AS own ON own.oid = pg_constraint.conrelid
INNER JOIN pg_namespace AS namespace ON namespace.oid = own.relnamespace
INNER JOIN pg_class AS referenced ON referenced.oid = pg_constraint.confrelid
INNER JOIN pg_namespace AS referenced_namespace ON referenced_namespace.oid = referenced.relnamespace
WHERE pg_constraint.contype = 'f'
"""
_PREDICATES = """
SELECT pg_class.relname, string_agg(pg_get_expr(pg_index.indpred, pg_index.indrelid), ' ')
FROM pg_index
INNER JOIN pg_class ON pg_class.oid = pg_index.indexrelid
WHERE pg_index.indpred IS NOT NULL
GROUP BY pg_class.relname
"""
