"""What a server says of the connections of a querier or a pool, and what takes them away."""

import os
import socket
from typing import Any

import psycopg

from concordia_sql import AsyncQuerier, Querier, blog

Connection = psycopg.Connection[Any]

_POOLS = "FROM pg_stat_activity WHERE application_name = 'concordia_sql' AND datname = current_database()"


def pids(other: Connection) -> set[int]:
    """The connections of pools."""
    return {pid for (pid,) in other.execute(f"SELECT pid {_POOLS}".encode())}


def busy(other: Connection) -> list[str]:
    """What those of them run that are not idle."""
    return [query for (query,) in other.execute(f"SELECT query {_POOLS} AND state <> 'idle'".encode())]


def asleep(other: Connection) -> bool:
    """Whether one of them runs a query that sleeps."""
    return other.execute(f"SELECT 1 {_POOLS} AND wait_event = 'PgSleep'".encode()).fetchone() is not None


def kill_pools(other: Connection) -> None:
    """End all of them."""
    other.execute("SELECT pg_terminate_backend(pid, 10000) FROM unnest(%s::int[]) AS pid", [list(pids(other))])


def names_in_statistics(url: str) -> list[str]:
    """The names of queries that pg_stat_statements shows after a query and a command."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        querier = Querier(connection)
        querier.fetch(blog.ListCategories())
        querier.execute(blog.CreateCategory(slug="news", name="News"))
        found = connection.execute(
            "SELECT DISTINCT substring(query FROM '/[*] (blog[.]\\w+) [*]/') FROM pg_stat_statements WHERE dbid ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()) AND query LIKE '%/* blog.%' ORDER BY 1"
        ).fetchall()
    return [name for (name,) in found]


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
