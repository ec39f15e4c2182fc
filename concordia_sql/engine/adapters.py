"""How values are sent and loaded. This is for the library's statements alone: the caller's cursors stay as they are.

All parameters are sent as text without a type, so that their types depend on the statement and never on a value.
psycopg's cursors would send 1, 40000 and 2**40 as three types, and prepare the statement three times.
"""

import datetime
import enum
from collections.abc import Iterable, Sequence
from types import NoneType
from typing import Any

import psycopg
from psycopg import pq
from psycopg.abc import AdaptContext, Buffer
from psycopg.abc import Loader as AnyLoader
from psycopg.adapt import AdaptersMap, Dumper, Loader, PyFormat, Transformer
from psycopg.pq.abc import PGresult
from psycopg.types import TypeInfo
from psycopg.types.string import ByteaBinaryLoader

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
"""Looks up types, and the element types of arrays. For a domain it also gives its base type, at any depth."""


class TextType(str):
    """The name of a type whose values are loaded as text: an enum, citext, any that psycopg has no loader for."""

    __slots__ = ()


_AS_TEXT = (
    *("inet", "cidr", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"),
    *("int4multirange", "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange"),
)
"""The types that JSON holds as their text, and that are read so from a column of their own too."""


_IN_ARRAYS = {str, int, NoneType}
"""The types of items whose arrays are written here."""
_TEXT = PyFormat.TEXT  # looked up once: that costs more than what it is for


class Adaptation:
    """psycopg's context for dumping and loading on a connection, with the library's dumpers and loaders added."""

    def __init__(self, connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]") -> None:
        self.connection = connection
        self.adapters = AdaptersMap(connection.adapters)
        _register(self.adapters)
        self._parameters: Any = Transformer(self)

    def sent(self, values: Iterable[object]) -> Sequence[Buffer | None]:
        """The values of parameters, as they are sent. They were checked: no text has a NUL."""
        return [value.encode() if type(value) is str else self._dumped(value) for value in values]

    def _dumped(self, value: object) -> Buffer | None:
        if value is None:
            return None
        if type(value) is int:
            return b"%d" % value
        if type(value) is bool:
            return b"t" if value else b"f"
        if type(value) is tuple and (kinds := {*map(type, value)}) <= _IN_ARRAYS:
            return _array_of(value, kinds).encode()
        sent: Sequence[Buffer | None] = self._parameters.dump_sequence([_as_list(value)], [_TEXT])
        return sent[0]

    def unknown(self, results: Iterable[PGresult]) -> list[int]:
        """The types of the columns that psycopg does not know, and that LOOK_UP must look up."""
        oids = {result.ftype(index) for result in results for index in range(result.nfields)}
        return [oid for oid in sorted(oids) if self.adapters.types.get(oid) is None]

    def learn(self, found: PGresult) -> None:
        """Register the types that LOOK_UP found."""
        _learn(self, found)

    def type_name(self, oid: int) -> str:
        """The name of a type. A type that the database defines has its schema: `public.mood`, `public.mood[]`."""
        info = self.adapters.types.get(oid)
        if info is None:
            return f"oid {oid}"
        if info.array_oid == oid:
            is_json = self.adapters.get_loader(info.oid, pq.Format.TEXT) is _JsonLoader  # of a domain, too
            return "jsonb[]" if is_json else f"{info.name}[]"
        is_text = info.name in _AS_TEXT or not self.adapters.get_loader(oid, pq.Format.TEXT)
        return TextType(info.name) if is_text else info.name


def _register(adapters: AdaptersMap) -> None:
    """Add the library's dumpers and loaders."""
    adapters.register_dumper(datetime.datetime, _DatetimeDumper)
    for name in ("json", "jsonb"):
        adapters.register_loader(name, _JsonLoader)
    for name in _AS_TEXT:
        adapters.register_loader(name, _TextLoader)


def _learn(context: AdaptContext, found: PGresult) -> None:
    """Register types. A value of a domain is loaded as one of its base type, any other as text."""
    adapters = context.adapters
    for row in range(found.ntuples):
        oid, array_oid, delimiter, name, base = [
            (found.get_value(row, column) or b"").decode() for column in range(found.nfields)
        ]
        if adapters.types.get(int(oid)) is None:
            TypeInfo(name, int(oid), int(array_oid), delimiter=delimiter).register(context)
        if base != "0" and (loader := adapters.get_loader(int(base), pq.Format.TEXT)) is not None:
            adapters.register_loader(int(oid), loader)


class _DatetimeDumper(Dumper):
    """A datetime with a time zone is sent in UTC; one without is in UTC, whatever the connection's time zone."""

    def dump(self, obj: datetime.datetime) -> Buffer:
        return str(obj.astimezone(datetime.UTC) if obj.tzinfo else obj.replace(tzinfo=datetime.UTC)).encode()


class _TextLoader(Loader):
    """The text of a value, as PostgreSQL writes it."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _JsonLoader(ByteaBinaryLoader):
    """JSON stays bytes, since the result class decides how it is decoded: as psycopg loads a binary bytea, in C."""

    format = pq.Format.TEXT

    def __new__(cls, oid: int, context: AdaptContext | None = None) -> Any:
        """psycopg's own loader, whose class in C takes no subclass."""
        return _bytes_loader(oid, context)


def _find_bytes_loader() -> type[AnyLoader]:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("bytea", ByteaBinaryLoader)  # the caller may have registered another
    return adapters.get_loader(adapters.types["bytea"].oid, pq.Format.BINARY) or ByteaBinaryLoader


_bytes_loader = _find_bytes_loader()


def _array_of(items: Sequence[Any], kinds: set[type]) -> str:
    """An array as PostgreSQL reads it. psycopg looks for the type of the items first, and takes ten times as long."""
    if kinds == {str} and '"' not in (joined := "".join(items)) and "\\" not in joined:
        return '{"' + '","'.join(items) + '"}'
    return "{" + ",".join(map(_item, items)) + "}"


def _item(item: str | int | None) -> str:
    if type(item) is str:
        return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "NULL" if item is None else str(item)


def _as_list(value: object) -> object:
    """Tuples as lists, which psycopg sends as arrays."""
    if isinstance(value, enum.Enum):
        return value.value  # as it is read
    return [_as_list(item) for item in value] if isinstance(value, tuple) else value
