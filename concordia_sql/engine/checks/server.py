"""Checks the settings of server, database and role that change the meaning of statements."""

from collections.abc import Iterator
from typing import Any

import psycopg

from concordia_sql.engine.checks.findings import Finding, Level

_OLDEST = 15


def check_server(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """The problems of server, database and role, apart from the tables."""
    ((version, encoding, escapes, replica, standby, read_only, changed),) = connection.execute(_SERVER).fetchall()
    setting = "ALTER ROLE … SET, ALTER DATABASE … SET or postgresql.conf"
    judged: list[tuple[bool, Level, str, str, str]] = [
        (
            version < _OLDEST * 10_000,
            "error",
            "server",
            f"is PostgreSQL {version // 10_000}",
            f"Use PostgreSQL {_OLDEST} or newer.",
        ),
        (
            encoding != "UTF8",
            "error",
            "database",
            f"has the encoding {encoding}, which cannot hold every text",
            "Make a database with ENCODING 'UTF8', and move the data.",
        ),
        (
            escapes,
            "error",
            "server",
            "standard_conforming_strings is off, so that backslashes in statements mean something else",
            f"Set it to on: {setting}.",
        ),
        (
            replica,
            "error",
            "server",
            "session_replication_role is not origin, so that no foreign key is enforced",
            f"Set it to origin: {setting}.",
        ),
        (standby, "warning", "server", "is a standby: commands fail", "Run commands on the primary."),
        (
            read_only and not standby,
            "warning",
            "role",
            "its transactions are read-only: commands fail",
            f"Set default_transaction_read_only to off: {setting}.",
        ),
        (
            changed,
            "warning",
            "database",
            "its collation has another version than its indexes were made with: they may miss rows",
            "REINDEX DATABASE …; ALTER DATABASE … REFRESH COLLATION VERSION;",
        ),
    ]
    for wrong, level, where, what, remedy in judged:
        if wrong:
            yield Finding(level, where, what, remedy)


_SERVER = """
SELECT
    current_setting('server_version_num')::int AS version,
    current_setting('server_encoding') AS encoding,
    current_setting('standard_conforming_strings') = 'off' AS escapes,
    current_setting('session_replication_role') <> 'origin' AS replica,
    pg_is_in_recovery() AS standby,
    current_setting('default_transaction_read_only') = 'on' AS read_only,
    (
        SELECT
            coalesce(
                pg_database.datcollversion <> pg_database_collation_actual_version(pg_database.oid),
                FALSE
            )
        FROM pg_database
        WHERE pg_database.datname = current_database()
    ) AS collation_changed
"""
