"""The keys of tables, from the catalogue. They tell which key an error is about without reading its message."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
import msgspec
import psycopg
from psycopg.pq.abc import PGresult

from concordia_sql.engine.compose import Composed
from concordia_sql.engine.queries import Statement

_CATALOGUE = b"""
SELECT json_agg(json_build_array(pg_namespace.nspname, pg_class.relname, keys.name, keys.columns, keys.referenced))
FROM pg_catalog.pg_class
INNER JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
CROSS JOIN LATERAL (
    SELECT
        index.relname AS name,
        ARRAY(
            SELECT pg_catalog.pg_get_indexdef(index.oid, position, TRUE)
            FROM pg_catalog.generate_series(1, pg_index.indnkeyatts) AS position
            ORDER BY position
        ) AS columns,
        NULL::text[] AS referenced
    FROM pg_catalog.pg_index
    INNER JOIN pg_catalog.pg_class AS index ON index.oid = pg_index.indexrelid
    WHERE pg_index.indrelid = pg_class.oid AND pg_index.indisunique
    UNION ALL
    SELECT
        pg_constraint.conname,
        ARRAY(
            SELECT pg_catalog.quote_ident(attname)
            FROM pg_catalog.pg_attribute
            WHERE attrelid = pg_constraint.conrelid AND attnum = ANY (pg_constraint.conkey)
            ORDER BY pg_catalog.array_position(pg_constraint.conkey, attnum)
        ),
        ARRAY(
            SELECT pg_catalog.quote_ident(attname)
            FROM pg_catalog.pg_attribute
            WHERE attrelid = pg_constraint.confrelid AND attnum = ANY (pg_constraint.confkey)
            ORDER BY pg_catalog.array_position(pg_constraint.confkey, attnum)
        )
    FROM pg_catalog.pg_constraint
    WHERE pg_constraint.conrelid = pg_class.oid AND pg_constraint.contype = 'f'
) AS keys
WHERE pg_class.relname = ANY (ARRAY(SELECT value::name FROM pg_catalog.json_array_elements_text($1::json) AS value))
"""
"""The unique and foreign keys of tables, in every schema, as one JSON value. `$1` is a JSON array of their names."""

_WRITTEN = re.compile(r"""\b(?:INTO|UPDATE)\s+(?:ONLY\s+)?(?:(?:\w+|"[^"]+")\s*\.\s*)?(\w+|"[^"]+")""", re.IGNORECASE)
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_REMOVES = re.compile(r"\b(?:DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)
_SETS = re.compile(r"\bSET\b(.*)", re.IGNORECASE | re.DOTALL)


@attrs.frozen
class Key:
    """A unique or a foreign key of a table."""

    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    """Its columns in order. An expression is written as PostgreSQL writes it."""
    referenced: tuple[str, ...] | None = None
    """The columns that a foreign key refers to."""


_decoder = msgspec.json.Decoder(list[tuple[str, str, str, tuple[str, ...], tuple[str, ...] | None]])


def ask_for_keys(tables: Sequence[str]) -> tuple[bytes, Sequence[bytes]]:
    """The statement that asks for the keys of these tables, and its parameters."""
    return _CATALOGUE, [msgspec.json.encode(tables)]


class KnownKeys:
    """The keys of the tables that were asked for on a connection."""

    def __init__(self) -> None:
        self._keys: dict[str, list[Key]] = {}

    def unknown(self, queries: Iterable[Statement[Any]]) -> list[str]:
        """The tables that the commands write, and that were not asked for."""
        return sorted(
            {table for each in statements_of(queries) for table in written_tables(each.text)}.difference(self._keys)
        )

    def learn(self, tables: Sequence[str], result: PGresult) -> None:
        """Store the keys of these tables, if the result has them."""
        if result.ntuples:
            self._keys.update({table: [] for table in tables})
            for schema, table, name, columns, referenced in _decoder.decode(result.get_value(0, 0) or b"[]"):
                refers_to = None if referenced is None else _plain(referenced)
                self._keys[table].append(Key(schema, table, name, _plain(columns), refers_to))

    def broken(self, error: psycopg.Error) -> Key | None:
        """The key that an error is about, if it is known. It is found by the names of key, table and schema."""
        diag, refers = error.diag, isinstance(error, psycopg.errors.ForeignKeyViolation)
        found = [
            key
            for key in self._keys.get(diag.table_name or "", ())
            if key.name == diag.constraint_name
            and (key.referenced is not None) == refers
            and diag.schema_name in (key.schema, None)
        ]
        return found[0] if len(found) == 1 else None


def _plain(columns: Iterable[str]) -> tuple[str, ...]:
    """The names without quotation marks; an expression stays as it is."""
    names = [(_QUOTED.fullmatch(column), column) for column in columns]
    return tuple(quoted[1].replace('""', '"') if quoted else column for quoted, column in names)


def statements_of(queries: Iterable[Statement[Any]]) -> Iterator[Composed]:
    """The texts that are run for queries."""
    for query in queries:
        composed = query.compose()
        yield from (*composed.before, composed)


@functools.lru_cache(maxsize=1_000)
def written_tables(text: str) -> frozenset[str]:
    """The names of the tables that a statement inserts into or updates. There may be others among them."""
    return frozenset(name.strip('"') if name[0] == '"' else name.lower() for name in _WRITTEN.findall(text))


def may_remove(text: str, key: Key) -> bool:
    """Whether a statement may delete a row that the foreign key refers to, or change one's key. In doubt, it may."""
    if _REMOVES.search(text):
        return True
    # SET takes no qualified names.
    columns = "|".join(map(re.escape, key.referenced or ()))
    return any(re.search(rf'(?<![."\w])"?(?:{columns})"?\s*[=,)]', part, re.IGNORECASE) for part in _SETS.findall(text))
