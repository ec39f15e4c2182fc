"""How the connections of a database are made and set. Sync and async share it."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import psycopg
from psycopg import capabilities, generators
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import DatabaseURLError, QuerierError
from concordia_sql.engine.isolation import READ_COMMITTED
from concordia_sql.engine.silence import silence
from concordia_sql.engine.urls import connection_settings

_CONNECT_TIMEOUT = 10
_DEFAULTS: Mapping[str, str | int] = {
    "connect_timeout": _CONNECT_TIMEOUT,
    # A peer that is gone is noticed within a minute, idle or in a call: either setting alone leaves a hang.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Not options of the connection, which PgBouncer refuses. Generic plans: a statement is made for the filters given, so
# that one plan serves all values; `LIMIT $1` would have it planned anew on every call, which takes longer than most
# calls. Machine code (jit) would be made anew on every call: for a page of 300 comments that took seconds. Behind a
# pooler these settings would become other clients' as well.
_SETUP = """
SELECT
    pg_backend_pid() = {backend_pid},
    CASE WHEN {set_time_zone} THEN set_config('TimeZone', 'UTC', FALSE) END,
    CASE WHEN {set_plans} AND pg_backend_pid() = {backend_pid}
        THEN set_config('plan_cache_mode', 'force_generic_plan', FALSE)
    END,
    CASE WHEN {set_jit} AND pg_backend_pid() = {backend_pid} THEN set_config('jit', 'off', FALSE) END,
    CASE WHEN pg_backend_pid() = {backend_pid} AND {set_timeout}
        THEN set_config('statement_timeout', '{statement_timeout}', FALSE)
    END
"""
# Whatever says something about it wins: the server's configuration, the database, the role, the URL.
_IS_DEFAULT = "(SELECT source = 'default' FROM pg_settings WHERE name = 'statement_timeout')"
_STATEMENT_TIMEOUT = 60
_PROBE = b"concordia_probe"


def settings_of(url: str, name: str = "concordia_sql") -> dict[str, Any]:
    """The parameters of each connection: those of the URL, then the defaults."""
    defaults = {**_DEFAULTS, "application_name": name}
    return {**defaults, **connection_settings(url), "client_encoding": "UTF8", "autocommit": True}


def of_primary(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same, which connect to no standby unless the URL says so."""
    return {"target_session_attrs": "primary", **settings}


@contextlib.contextmanager
def connecting(settings: Mapping[str, Any]) -> Iterator[None]:
    """Note on an error what to look at."""
    try:
        yield
    except psycopg.OperationalError as error:
        if "options" in settings and "startup parameter" in str(error):  # PgBouncer's words, in no other language
            raise DatabaseURLError(
                "the URL has `options`, which the pooler that it names does not take: set them for the role or the "
                "database, as in ALTER ROLE … SET …, or in the pooler's connect_query"
            ) from error
        silence(error)
        error.add_note("while connecting: is the server running, and is the database's URL right?")
        raise


def setup_deadline(settings: Mapping[str, Any]) -> Deadline:
    """How long the server may take to answer `set_up`."""
    now = monotonic()
    return Deadline(now + (int(settings["connect_timeout"]) or _CONNECT_TIMEOUT), now)


def set_up(
    connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]", statement_timeout: float | None
) -> PQGen[bool]:
    """Set what the library needs on a new connection; whether statements can be prepared on it.

    `statement_timeout` is in seconds. If it is None, it is set to 60 unless anything else says how long it is. Through
    a pooler it stays as it is, and QuerierError is raised for one that is given.

    Behind a pooler that lends the server to others between transactions, and does not track what was prepared, they
    would get each other's statements, and wrong answers.
    """
    info, pgconn = connection.info, connection.pgconn
    options = info.options.lower()
    setup = _SETUP.format(
        backend_pid=info.backend_pid,
        set_time_zone="timezone" not in options,
        set_plans="plan_cache_mode" not in options,
        set_jit="jit" not in options,
        set_timeout=_IS_DEFAULT if statement_timeout is None else "TRUE",
        statement_timeout=math.ceil(1000 * (_STATEMENT_TIMEOUT if statement_timeout is None else statement_timeout)),
    )
    # A standby answers nothing in SERIALIZABLE, which may be the default.
    pgconn.send_query(READ_COMMITTED + b";" + setup.encode())
    result = (yield from generators.execute(pgconn))[-1]
    if result.status != ExecStatus.TUPLES_OK:
        raise error_from_result(result, encoding=info.encoding)
    is_direct = result.get_value(0, 0) == b"t"
    if statement_timeout is not None and not is_direct:
        raise QuerierError(
            "statement_timeout cannot be set through a pooler, whose connections serve others too: set it for the role "
            "or the database, as in ALTER ROLE … SET statement_timeout = …"
        )
    return is_direct or (yield from _is_tracked(pgconn))


def _is_tracked(pgconn: PGconn) -> PQGen[bool]:
    """Whether a pooler gives statements names of its own, by which it finds them on each of its connections."""
    if not capabilities.has_send_close_prepared():  # DEALLOCATE would not find them
        return False
    statement = b"SELECT '%b'" % _PROBE
    pgconn.enter_pipeline_mode()
    pgconn.send_prepare(_PROBE, statement)
    pgconn.send_query_params(b"SELECT name FROM pg_prepared_statements WHERE statement = $1", [statement])
    pgconn.send_close_prepared(_PROBE)
    pgconn.pipeline_sync()
    yield from generators.send(pgconn)
    names: list[bytes | None] = []
    while (result := (yield from generators.fetch_many(pgconn))[-1]).status != ExecStatus.PIPELINE_SYNC:
        names += [result.get_value(row, 0) for row in range(result.ntuples)]
    pgconn.exit_pipeline_mode()
    return bool(names) and _PROBE not in names
