"""Where the processes run while calls are timed: the server's on one processor, the peers' on another.

Left alone, Linux puts a peer beside its server process or apart from it, and a small call takes 20 µs or 80 µs: ratios
would say who was lucky.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import LiteralString

import psycopg

from benchmarks.database import Connection


@contextmanager
def apart(connection: Connection, peers: Iterable[int]) -> Iterator[None]:
    """Keep the server from the peers, which are given by their process ids, and from what this process starts.

    Nothing is done where that is not possible: on one processor, with a distant server, on other systems than Linux.
    """
    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    server = _processes(connection) if len(processors) > 1 else []
    clients = [os.getpid(), *peers] if server else []
    _keep(server, processors[:1])
    _keep(clients, processors[1:2])
    try:
        yield
    finally:
        _keep(_processes(connection) if server else [], processors)
        _keep(clients, processors)


def _processes(connection: Connection) -> list[int]:
    """The processes of a server on this machine: its first, whose settings new ones take over, and the others."""
    if not connection.info.host.startswith("/"):
        return []
    first: LiteralString = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
    try:
        return [pid for (pid,) in connection.execute(f"{first} UNION ALL SELECT pid FROM pg_stat_activity")]
    except psycopg.errors.InsufficientPrivilege:
        return []


def _keep(processes: Iterable[int], processors: Iterable[int]) -> None:
    """Keep processes, with all their threads, on these processors."""
    for process in processes:
        for thread in Path(f"/proc/{process}/task").glob("*"):
            with suppress(ProcessLookupError, PermissionError):
                os.sched_setaffinity(int(thread.name), processors)
