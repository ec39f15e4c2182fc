"""What a server says of a querier's connection, and what takes it away."""

import os
import socket

import psycopg
from psycopg.rows import TupleRow

from concordia_sql import AsyncQuerier, Querier

Connection = psycopg.Connection[TupleRow]


def doing(other: Connection, querier: AsyncQuerier | Querier) -> str:
    """What the querier's connection does, as the server sees it: what an active one waits for, or its state."""
    row = other.execute(
        "SELECT CASE WHEN state = 'active' THEN wait_event ELSE state END FROM pg_stat_activity WHERE pid = %s",
        [querier.connection.info.backend_pid],
    ).fetchone()
    assert row
    return str(row[0])


def cut(querier: AsyncQuerier) -> None:
    """Take its line to the server away."""
    with socket.socket(fileno=os.dup(querier.connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)


def kill(other: Connection, querier: AsyncQuerier) -> None:
    other.execute("SELECT pg_terminate_backend(%s)", [querier.connection.info.backend_pid])


def notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])
