"""Where the processes run while calls are timed, and how long processors work for them.

Left alone, Linux puts a peer beside its server process or apart from it, and a small call takes 20 µs or 80 µs: ratios
would say who was lucky. One processor may be slower than another, so they change places from round to round.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import LiteralString

import psycopg

from benchmarks.database import Connection


@contextmanager
def placed(connection: Connection, peers: Iterable[int], place: int | None) -> Iterator[None]:
    """Keep the server from the peers, which are given by their process ids, and from what this process starts.

    An even `place` gives the first processor to the server and the second to the peers, an odd one the other way round,
    and None the first to both. Nothing is done where that is not possible: on one processor, with a distant server, on
    other systems than Linux.
    """
    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    server = _processes(connection) if len(processors) > 1 else []
    clients = [os.getpid(), *peers] if server else []
    first = (place or 0) % 2
    _keep(server, processors[first : first + 1])
    _keep(clients, processors[:1] if place is None else processors[1 - first : 2 - first])
    try:
        yield
    finally:
        _keep(_processes(connection) if server else [], processors)
        _keep(clients, processors)


def server_work(connection: Connection) -> dict[int, int] | None:
    """How long processors have worked for each of the server's connections, in nanoseconds, by its process id.

    None where that cannot be seen. A connection that is being closed may be missing.
    """
    if not _is_local(connection) or not Path("/proc/self/schedstat").exists():
        return None
    others: LiteralString = (
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    found = {}
    for (pid,) in connection.execute(others):
        with suppress(OSError):
            found[pid] = work_in(Path(f"/proc/{pid}/schedstat").read_text())
    return found


def work_between(before: dict[int, int] | None, after: dict[int, int] | None) -> int | None:
    """How long processors worked from one look to another for connections that are open, so not for pgbench's."""
    if before is None or after is None:
        return None
    return sum(work - before.get(pid, 0) for pid, work in after.items())


def work_in(schedstat: str) -> int:
    """The nanoseconds of work in the text that Linux has for a process."""
    return int(schedstat.split(maxsplit=1)[0])


def _is_local(connection: Connection) -> bool:
    return connection.info.host.startswith("/")


def _processes(connection: Connection) -> list[int]:
    """The processes of a server on this machine: its first, whose settings new ones take over, and the others."""
    if not _is_local(connection):
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
