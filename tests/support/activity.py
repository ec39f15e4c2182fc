"""What the server says of a pool's connections."""

from typing import Any

import psycopg

from concordia_sql import Querier, blog

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


def kill(other: Connection) -> None:
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
