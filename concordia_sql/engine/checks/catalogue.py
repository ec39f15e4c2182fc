"""The tables of a database, as its catalogue describes them. They can be stored in a file and loaded again.

Keys are compared by their columns, foreign keys and indexes by their definitions. Names of constraints do not matter.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import msgspec
import psycopg

_COMMA = re.compile(r", (?![^()]*\))")

LEFT_OUT = "No foreign key for concordia_sql."
"""The comment on a column whose foreign key is left out by choice, since rows refer to what is not there."""


@attrs.frozen
class CatalogueColumn:
    """A column of a table."""

    type: str
    not_null: bool
    default: str | None
    """The expression, or the word `identity` or `generated`."""
    collation: str
    """The name of the collation. Empty if the type has none."""
    deterministic: bool = True
    """Whether texts are equal only if all of their bytes are."""


@attrs.frozen
class ForeignKey:
    """A reference of some columns to another table."""

    columns: tuple[str, ...]
    table: str
    referenced: tuple[str, ...]
    on_delete: str
    deferrable: bool
    validated: bool
    enforced: bool


@attrs.frozen
class Index:
    """An index, by the text after USING in its definition."""

    name: str
    definition: str
    valid: bool
    unique: tuple[str, ...] | None
    """The columns that it makes unique. None if it is partial, deferred or on expressions."""

    def parts(self) -> "tuple[str, Sequence[str], str]":
        """The method, the columns and expressions with their order, and the condition, which may be empty."""
        method, _, rest = self.definition.partition(" ")
        inner, _, condition = rest.partition(" WHERE ")
        return method, _COMMA.split(inner[1:-1]), condition


@attrs.frozen
class RowSecurity:
    """Whether policies decide which rows the role sees."""

    active: bool
    policies: int


@attrs.frozen
class Table:
    """A table, or another relation of its name."""

    kind: str
    columns: Mapping[str, CatalogueColumn]
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]
    checks: tuple[str, ...]
    triggers: tuple[str, ...]
    """User triggers and rules."""
    row_security: RowSecurity = RowSecurity(active=False, policies=0)
    left_out: tuple[str, ...] = ()
    """The columns whose foreign keys are left out by choice."""

    def keys(self) -> set[frozenset[str]]:
        """The sets of columns that are unique."""
        return {frozenset(index.unique) for index in self.indexes if index.unique and index.valid}


Catalogue = Mapping[str, Table]


def read_catalogue(connection: psycopg.Connection[Any], tables: Sequence[str] | None = None) -> Catalogue:
    """The tables with these names that the search path finds. By default all tables, except those of yoyo."""
    found = connection.execute(_TABLES, {"names": None if tables is None else list(tables)}).fetchall()
    names = {oid: name for oid, name, *_ in found}
    parts = {
        part: _by_table(connection, text, list(names))
        for part, text in {
            "columns": _COLUMNS,
            "foreign_keys": _FOREIGN_KEYS,
            "indexes": _INDEXES,
            "checks": _CHECKS,
            "triggers": _TRIGGERS,
            "left_out": _LEFT_OUT,
        }.items()
    }
    return {
        name: Table(
            kind,
            {column: CatalogueColumn(*rest) for column, *rest in parts["columns"][oid]},
            tuple(
                ForeignKey(tuple(columns), table, tuple(referenced), *rest)
                for columns, table, referenced, *rest in parts["foreign_keys"][oid]
            ),
            tuple(
                Index(index, definition, valid, tuple(unique) if unique else None)
                for index, definition, valid, unique in parts["indexes"][oid]
            ),
            tuple(check for (check,) in parts["checks"][oid]),
            tuple(trigger for (trigger,) in parts["triggers"][oid]),
            RowSecurity(active, policies),
            tuple(column for (column,) in parts["left_out"][oid]),
        )
        for oid, name, kind, active, policies in found
    }


def load_catalogue(kept: bytes) -> Catalogue:
    """The catalogue stored in a file."""
    return msgspec.json.decode(kept, type=dict[str, Table])


def catalogue_text(catalogue: Catalogue) -> str:
    """The text that `load_catalogue` reads, with a line for each table."""
    lines = [f'"{name}": {msgspec.json.encode(table).decode()}' for name, table in sorted(catalogue.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _by_table(
    connection: psycopg.Connection[Any], statement: str, oids: Sequence[int]
) -> Mapping[int, list[Sequence[Any]]]:
    found: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
    for oid, *row in connection.execute(statement.encode(), {"oids": oids}):
        found[oid].append(row)
    return found


_TABLES = r"""
SELECT
    pg_class.oid,
    pg_class.relname,
    CASE
        WHEN pg_class.relkind IN ('r', 'p') AND pg_class.relpersistence = 'u' THEN 'unlogged table'
        WHEN pg_class.relpersistence = 't' THEN 'temporary table'
        WHEN pg_class.relkind IN ('r', 'p') THEN 'table'
        WHEN pg_class.relkind = 'v' THEN 'view'
        WHEN pg_class.relkind = 'm' THEN 'materialized view'
        ELSE 'foreign table'
    END,
    row_security_active(pg_class.oid),
    (
        SELECT count(*)
        FROM pg_policy
        WHERE
            pg_policy.polrelid = pg_class.oid
            AND pg_policy.polpermissive
            AND (
                pg_policy.polroles = '{0}'
                OR EXISTS (SELECT FROM unnest(pg_policy.polroles) AS role WHERE pg_has_role(role, 'USAGE'))
            )
    )::int
FROM pg_class
INNER JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE
    pg_class.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND pg_table_is_visible(pg_class.oid)
    AND pg_namespace.nspname NOT IN ('pg_catalog', 'information_schema')
    AND (
        pg_class.relname = any(%(names)s::text[])
        OR (
            %(names)s::text[] IS NULL
            AND pg_class.relkind IN ('r', 'p')
            AND pg_class.relname !~ '^_?yoyo_'
        )
    )
ORDER BY pg_class.relname
"""
_COLUMNS = """
SELECT
    pg_attribute.attrelid,
    pg_attribute.attname,
    format_type(pg_attribute.atttypid, pg_attribute.atttypmod),
    pg_attribute.attnotnull,
    CASE
        WHEN pg_attribute.attidentity <> '' THEN 'identity'
        WHEN pg_attribute.attgenerated <> '' THEN 'generated'
        ELSE replace(pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid), 'CURRENT_TIMESTAMP', 'now()')
    END,
    coalesce(pg_collation.collname, ''),
    coalesce(pg_collation.collisdeterministic, TRUE)
FROM pg_attribute
LEFT JOIN pg_attrdef ON pg_attrdef.adrelid = pg_attribute.attrelid AND pg_attrdef.adnum = pg_attribute.attnum
LEFT JOIN pg_collation ON pg_collation.oid = pg_attribute.attcollation
WHERE pg_attribute.attrelid = any(%(oids)s::oid[]) AND pg_attribute.attnum > 0 AND NOT pg_attribute.attisdropped
ORDER BY pg_attribute.attrelid, pg_attribute.attnum
"""
_FOREIGN_KEYS = """
SELECT
    pg_constraint.conrelid,
    (
        SELECT array_agg(pg_attribute.attname::text ORDER BY number)
        FROM unnest(pg_constraint.conkey) WITH ORDINALITY AS key (attnum, number)
        INNER JOIN pg_attribute
            ON pg_attribute.attrelid = pg_constraint.conrelid AND pg_attribute.attnum = key.attnum
    ),
    CASE
        WHEN pg_table_is_visible(pg_class.oid) THEN pg_class.relname::text
        ELSE pg_class.oid::regclass::text
    END,
    (
        SELECT array_agg(pg_attribute.attname::text ORDER BY number)
        FROM unnest(pg_constraint.confkey) WITH ORDINALITY AS key (attnum, number)
        INNER JOIN pg_attribute
            ON pg_attribute.attrelid = pg_constraint.confrelid AND pg_attribute.attnum = key.attnum
    ),
    CASE pg_constraint.confdeltype
        WHEN 'c' THEN 'CASCADE'
        WHEN 'n' THEN 'SET NULL'
        WHEN 'd' THEN 'SET DEFAULT'
        WHEN 'r' THEN 'RESTRICT'
        ELSE 'NO ACTION'
    END,
    pg_constraint.condeferrable,
    pg_constraint.convalidated,
    coalesce((to_jsonb(pg_constraint) ->> 'conenforced')::boolean, TRUE)
    AND NOT EXISTS (
        SELECT FROM pg_trigger
        WHERE pg_trigger.tgconstraint = pg_constraint.oid AND pg_trigger.tgenabled IN ('D', 'R')
    )
FROM pg_constraint
INNER JOIN pg_class ON pg_class.oid = pg_constraint.confrelid
WHERE
    pg_constraint.conrelid = any(%(oids)s::oid[])
    AND pg_constraint.contype = 'f'
    AND pg_constraint.conparentid = 0
ORDER BY pg_constraint.conrelid, 2, 3
"""
_INDEXES = """
SELECT
    pg_index.indrelid,
    pg_class.relname,
    substring(pg_get_indexdef(pg_index.indexrelid) FROM ' USING (.*)$'),
    pg_index.indisvalid AND pg_index.indisready,
    CASE
        WHEN pg_index.indisunique AND pg_index.indimmediate AND pg_index.indpred IS NULL AND pg_index.indexprs IS NULL
            THEN (
                SELECT array_agg(pg_attribute.attname::text ORDER BY number)
                FROM unnest(pg_index.indkey::int2[]) WITH ORDINALITY AS key (attnum, number)
                INNER JOIN pg_attribute
                    ON pg_attribute.attrelid = pg_index.indrelid AND pg_attribute.attnum = key.attnum
                WHERE number <= pg_index.indnkeyatts
            )
    END
FROM pg_index
INNER JOIN pg_class ON pg_class.oid = pg_index.indexrelid
WHERE pg_index.indrelid = any(%(oids)s::oid[])
ORDER BY pg_index.indrelid, pg_class.relname
"""
_CHECKS = """
SELECT pg_constraint.conrelid, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint
WHERE pg_constraint.conrelid = any(%(oids)s::oid[]) AND pg_constraint.contype IN ('c', 'x')
ORDER BY pg_constraint.conrelid, 2
"""
_TRIGGERS = """
SELECT pg_trigger.tgrelid, 'the trigger ' || pg_trigger.tgname
FROM pg_trigger
WHERE pg_trigger.tgrelid = any(%(oids)s::oid[]) AND NOT pg_trigger.tgisinternal AND pg_trigger.tgenabled <> 'D'
UNION ALL
SELECT pg_rewrite.ev_class, 'the rule ' || pg_rewrite.rulename
FROM pg_rewrite
WHERE pg_rewrite.ev_class = any(%(oids)s::oid[]) AND pg_rewrite.ev_type <> '1'
ORDER BY 1, 2
"""
_LEFT_OUT = f"""
SELECT pg_attribute.attrelid, pg_attribute.attname::text
FROM pg_attribute
WHERE
    pg_attribute.attrelid = any(%(oids)s::oid[])
    AND pg_attribute.attnum > 0
    AND NOT pg_attribute.attisdropped
    AND strpos(col_description(pg_attribute.attrelid, pg_attribute.attnum), '{LEFT_OUT}') > 0
ORDER BY 1, 2
"""
