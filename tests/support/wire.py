"""What travels between a querier and the server."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from psycopg import pq

from concordia_sql import AsyncQuerier, Querier


@contextlib.contextmanager
def traced(querier: AsyncQuerier | Querier, folder: Path) -> Iterator[list[str]]:
    """The messages that libpq sends meanwhile."""
    messages: list[str] = []
    path = folder / "trace"
    with path.open("wb") as file:
        querier.connection.pgconn.trace(file.fileno())
        querier.connection.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        yield messages
        querier.connection.pgconn.untrace()
    lines = (line.split("\t") for line in path.read_text().splitlines())
    messages += [line[2] for line in lines if line[0] == "F"]


def exchanges(messages: list[str]) -> int:
    """How often the client asks for what the server has to say; without that it has no answer to wait for."""
    return sum(message in ("Sync", "Flush", "Query") for message in messages)
