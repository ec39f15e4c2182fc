"""A primary and its standbys, and what becomes of them."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import psycopg
from psycopg.conninfo import conninfo_to_dict

from concordia_sql.tools import embedded

THINGS = "CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)"


@attrs.frozen
class Servers:
    """The URLs of a primary and its standbys."""

    primary: str
    standbys: tuple[str, ...]

    @property
    def any_primary(self) -> str:
        """The URL that names all of them, for the one that is the primary."""
        folders = [folder_of(url) for url in (self.primary, *self.standbys)]
        return f"postgresql://postgres@/postgres?host={','.join(map(str, folders))}"


@contextmanager
def replicated(*settings: dict[str, str]) -> Iterator[Servers]:
    """A primary with a table of things, and a standby with each of these settings."""
    with ExitStack() as stack:
        primary = stack.enter_context(embedded.start())
        do(primary, THINGS)
        standbys = tuple(
            stack.enter_context(embedded.start_standby(primary, {"wal_retrieve_retry_interval": "50ms", **each}))
            for each in settings
        )
        yield Servers(primary, standbys)


def folder_of(url: str) -> Path:
    return Path(str(conninfo_to_dict(url)["host"]))


def do(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on a connection of their own; the rows of the last."""
    with psycopg.connect(url, autocommit=True) as connection:
        *before, last = statements
        for statement in before:
            connection.execute(statement.encode())
        cursor = connection.execute(last.encode())
        return cursor.fetchall() if cursor.description else []


def _process(url: str) -> int:
    return int((folder_of(url) / "data" / "postmaster.pid").read_text().split()[0])


def _processes(url: str) -> list[int]:
    """The server's own, and those of its connections and jobs."""
    first = _process(url)
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


def kill(url: str) -> None:
    """End a server at once, as a crash does."""
    _signal(_processes(url), signal.SIGKILL)


@contextmanager
def paused(url: str) -> Iterator[None]:
    """A server that says nothing more, and closes nothing."""
    processes = _processes(url)
    try:
        _signal(processes, signal.SIGSTOP)
        yield
    finally:
        _signal(processes, signal.SIGCONT)


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.kill(process, number)
