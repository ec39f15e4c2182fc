"""How values travel, for the library's own statements alone: the caller's cursors keep their dumpers and loaders.

All parameters are sent as text without a type, so that the statement decides their types, never a value: psycopg's
cursors would send 1, 40000 and 2**40 as three types, and prepare the statement three times.
"""

import datetime
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader


class Adaptation:
    """psycopg's context for dumping and loading on a connection, with the library's dumpers and loaders added."""

    def __init__(self, connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]") -> None:
        self.connection = connection
        self.adapters = AdaptersMap(connection.adapters)
        register(self.adapters)


def register(adapters: AdaptersMap) -> None:
    """Add the library's dumpers and loaders."""
    adapters.register_dumper(datetime.datetime, _DatetimeDumper)
    for name in ("json", "jsonb"):
        adapters.register_loader(name, _JsonLoader)


class _DatetimeDumper(Dumper):
    """A datetime with a time zone is sent in UTC; one without is in UTC, whatever the connection's time zone."""

    def dump(self, obj: datetime.datetime) -> Buffer:
        return str(obj.astimezone(datetime.UTC) if obj.tzinfo else obj.replace(tzinfo=datetime.UTC)).encode()


class _JsonLoader(Loader):
    """JSON stays bytes: the result class says how to decode it."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)
