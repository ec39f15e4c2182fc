"""The changes that a command makes to the tables, which are all read by plain SELECTs before and after."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

Row = dict[str, Any]
Tables = Mapping[str, Mapping[tuple[Any, ...], Row]]


@attrs.frozen
class Changes:
    """The rows of a table that are new, gone, and changed: those with only the columns that are."""

    added: list[Row] = attrs.field(factory=list)
    removed: list[Row] = attrs.field(factory=list)
    changed: list[Row] = attrs.field(factory=list)
    """The key, and what the other columns are now."""


@attrs.frozen
class Written:
    """What a block wrote, known at its end, by table: those alone in which something changed."""

    tables: dict[str, Changes] = attrs.field(factory=dict)

    def counts(self) -> dict[str, int]:
        """How many rows more there are, by table."""
        grown = {table: len(each.added) - len(each.removed) for table, each in self.tables.items()}
        return {table: number for table, number in grown.items() if number}


@contextlib.contextmanager
def watched(connection: psycopg.Connection[Any]) -> Iterator[Written]:
    """Compare all tables before and after."""
    written = Written()
    before = read_tables(connection)
    yield written
    after = read_tables(connection)
    for table, rows in after.items():
        changes = _difference(before[table], rows, _keys(connection)[table])
        if changes != Changes():
            written.tables[table] = changes


def read_tables(connection: psycopg.Connection[Any]) -> Tables:
    """Every row of every table, by its primary key."""
    return {
        table: {
            tuple(row[column] for column in key): row
            for row in connection.cursor(row_factory=dict_row).execute(
                SQL("SELECT * FROM {}").format(Identifier(table))
            )
        }
        for table, key in _keys(connection).items()
    }


def _difference(
    before: Mapping[tuple[Any, ...], Row], after: Mapping[tuple[Any, ...], Row], key: Sequence[str]
) -> Changes:
    """What changed in a table; rows in the order of their keys."""
    changed = [
        {name: value for name, value in after[each].items() if name in key or value != before[each][name]}
        for each in sorted(before.keys() & after.keys())
        if before[each] != after[each]
    ]
    return Changes(
        added=[after[each] for each in sorted(after.keys() - before.keys())],
        removed=[before[each] for each in sorted(before.keys() - after.keys())],
        changed=changed,
    )


def _keys(connection: psycopg.Connection[Any]) -> Mapping[str, Sequence[str]]:
    """The columns of the primary key, by table."""
    return dict(connection.execute(_KEYS))


_KEYS = """
SELECT pg_class.relname, array_agg(pg_attribute.attname ORDER BY pg_attribute.attnum)
FROM pg_class
INNER JOIN pg_index ON pg_index.indrelid = pg_class.oid AND pg_index.indisprimary
INNER JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid AND pg_attribute.attnum = ANY(pg_index.indkey)
WHERE pg_class.relnamespace = 'public'::regnamespace AND pg_class.relname !~ 'yoyo'
GROUP BY pg_class.oid
ORDER BY 1
"""
