"""How values travel, for the library's own statements alone: the caller's cursors keep their dumpers and loaders.

All parameters are sent as text without a type, so that the statement decides their types, never a value: psycopg's
cursors would send 1, 40000 and 2**40 as three types, and prepare the statement three times.
"""

import datetime
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import pq
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.pq.abc import PGresult
from psycopg.types import TypeInfo

LOOK_UP = b"""
WITH RECURSIVE bases (oid, base_oid) AS (
    SELECT element.oid, element.typbasetype
    FROM pg_catalog.pg_type AS asked
    LEFT JOIN pg_catalog.pg_type AS array_element ON array_element.typarray = asked.oid
    INNER JOIN pg_catalog.pg_type AS element ON element.oid = coalesce(array_element.oid, asked.oid)
    WHERE asked.oid = any($1::oid [])
    UNION
    SELECT bases.oid, base.typbasetype
    FROM bases
    INNER JOIN pg_catalog.pg_type AS base ON base.oid = bases.base_oid
    WHERE base.typbasetype <> 0
)
SELECT
    pg_type.oid,
    pg_type.typarray,
    pg_type.typdelim,
    pg_namespace.nspname || '.' || pg_type.typname,
    bases.base_oid
FROM bases
INNER JOIN pg_catalog.pg_type ON pg_type.oid = bases.oid
INNER JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_type.typnamespace
"""
"""What types are, or the elements of arrays: with the base of a domain, and of a domain over that."""


class TextType(str):
    """The name of a type whose values come as their text: an enum, citext, all that psycopg knows no other form of."""

    __slots__ = ()


UNREADABLE = object()
"""Stands for a value that Python has none for."""
_BOUNDED = ("date", "time", "timestamp", "timestamptz", "interval")
"""The types that hold such values."""


class Adaptation:
    """psycopg's context for dumping and loading on a connection, with the library's dumpers and loaders added."""

    def __init__(self, connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]") -> None:
        self.connection = connection
        self.adapters = AdaptersMap(connection.adapters)
        _register(self.adapters)
        self._found: list[PGresult] = []

    def unknown(self, results: Iterable[PGresult]) -> list[int]:
        """The types of columns that psycopg does not know: they are to be looked up."""
        oids = {result.ftype(index) for result in results for index in range(result.nfields)}
        return [oid for oid in sorted(oids) if self.adapters.types.get(oid) is None]

    def learn(self, found: PGresult) -> None:
        """Know the types that LOOK_UP found."""
        self._found.append(found)
        _learn(self, found)

    def adapt(self, cursor: "psycopg.RawCursor[Any] | psycopg.AsyncRawCursor[Any]") -> None:
        """Have a stream's cursor dump and load alike; what cannot be loaded is `UNREADABLE`."""
        _register(cursor.adapters)
        for name in _BOUNDED:
            oid = cursor.adapters.types[name].oid
            cursor.adapters.register_loader(oid, _lenient(cursor.adapters.get_loader(oid, pq.Format.TEXT)))
        for found in self._found:
            _learn(cursor, found)

    def type_name(self, oid: int) -> str:
        """The name of a type, one of the database's own with its schema: `public.mood`, `public.mood[]`."""
        info = self.adapters.types.get(oid)
        if info is None:
            return f"oid {oid}"
        if info.array_oid == oid:
            return f"{info.name}[]"
        return info.name if self.adapters.get_loader(oid, pq.Format.TEXT) else TextType(info.name)


def _register(adapters: AdaptersMap) -> None:
    """Add the library's dumpers and loaders."""
    adapters.register_dumper(datetime.datetime, _DatetimeDumper)
    for name in ("json", "jsonb"):
        adapters.register_loader(name, _JsonLoader)


def _learn(context: AdaptContext, found: PGresult) -> None:
    """Add types: a value is its text, or what it is in the type that a domain is over."""
    adapters = context.adapters
    for row in range(found.ntuples):
        oid, array_oid, delimiter, name, base = [
            (found.get_value(row, column) or b"").decode() for column in range(found.nfields)
        ]
        if adapters.types.get(int(oid)) is None:
            TypeInfo(name, int(oid), int(array_oid), delimiter=delimiter).register(context)
        if base != "0" and (loader := adapters.get_loader(int(base), pq.Format.TEXT)) is not None:
            adapters.register_loader(int(oid), loader)


def _lenient(loader: Any) -> type[Loader]:
    class Lenient(Loader):
        def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
            super().__init__(oid, context)
            self._load = loader(oid, context).load

        def load(self, data: Buffer) -> Any:
            try:
                return self._load(data)
            except psycopg.DataError:  # psycopg reads the next rows of the stream before anyone could ask for this one
                return UNREADABLE

    return Lenient


class _DatetimeDumper(Dumper):
    """A datetime with a time zone is sent in UTC; one without is in UTC, whatever the connection's time zone."""

    def dump(self, obj: datetime.datetime) -> Buffer:
        return str(obj.astimezone(datetime.UTC) if obj.tzinfo else obj.replace(tzinfo=datetime.UTC)).encode()


class _JsonLoader(Loader):
    """JSON stays bytes: the result class says how to decode it."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)
