"""How the connections of a database are made and set, and whether one is still there. Sync and async share it."""

import contextlib
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import psycopg
from psycopg.pq.abc import PGconn

from concordia_sql.engine.silence import silence
from concordia_sql.engine.urls import connection_settings

_DEFAULTS: Mapping[str, str | int] = {
    "application_name": "concordia_sql",
    "connect_timeout": 10,
    # A peer that is gone is noticed within a minute, idle or in a call: either setting alone leaves a hang.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Not options of the connection, which PgBouncer refuses. Generic plans: a statement is made for the filters given, so
# that one plan serves all values; `LIMIT $1` would have it planned anew on every call, which takes longer than most
# calls. Behind a pooler that setting would become other clients' as well.
SETUP = """
SELECT
    pg_backend_pid() = %(backend_pid)s AS direct,
    CASE WHEN %(set_time_zone)s THEN set_config('TimeZone', 'UTC', FALSE) END,
    CASE WHEN %(set_plans)s AND pg_backend_pid() = %(backend_pid)s
        THEN set_config('plan_cache_mode', 'force_generic_plan', FALSE)
    END
"""
"""What is run on each connection first; its first column says whether no pooler stands between."""

BUSY = "no connection was free: are all of them in use for long, or is the server gone?"

Poll: TypeAlias = Callable[[int], Sequence[object]]
"""Tells, without a round trip, whether a connection's socket has something to read."""


def settings_of(url: str) -> dict[str, Any]:
    """The parameters of each connection: those of the URL, then the defaults."""
    return {**_DEFAULTS, **connection_settings(url), "client_encoding": "UTF8", "autocommit": True}


@contextlib.contextmanager
def connecting() -> Iterator[None]:
    """Note on an error what to look at."""
    try:
        yield
    except psycopg.OperationalError as error:
        silence(error)
        error.add_note("while connecting: is the server running, and is the database's URL right?")
        raise


def setup_parameters(info: psycopg.ConnectionInfo) -> Mapping[str, object]:
    """The parameters of SETUP."""
    options = info.options.lower()
    return {
        "backend_pid": info.backend_pid,
        "set_time_zone": "timezone" not in options,
        "set_plans": "plan_cache_mode" not in options,
    }


def is_direct(setup: tuple[Any, ...] | None) -> bool:
    """Whether no pooler stands between: behind one that does not track them, prepared statements give wrong answers."""
    return setup is not None and bool(setup[0])


def make_poll(pgconn: PGconn) -> Poll:
    """The poll of a connection's socket."""
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    return poll.poll


def is_alive(pgconn: PGconn, poll: Poll) -> bool:
    """Whether a connection did not die while it was idle. Costs no round trip: it reads what the server has said."""
    try:
        while poll(0):
            pgconn.consume_input()
    except psycopg.OperationalError:
        pgconn.finish()
        return False
    return True
