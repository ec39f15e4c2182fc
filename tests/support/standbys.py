"""A primary and its standbys, and what becomes of them."""

import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import psycopg
from psycopg.conninfo import conninfo_to_dict

from concordia_sql import AsyncDatabase
from concordia_sql.tools import embedded
from tests.support.both import stats, until

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


@asynccontextmanager
async def replaying_nothing(primary: str, *urls: str) -> AsyncIterator[None]:
    """Standbys that replay nothing more, from the next record of the primary's log on."""
    for url in urls:
        do(url, "SELECT pg_wal_replay_pause()")
    do(primary, "SELECT pg_logical_emit_message(true, 'trial', '')")
    await until(lambda: all(do(url, "SELECT pg_get_wal_replay_pause_state()") == [("paused",)] for url in urls))
    try:
        yield
    finally:
        for url in urls:
            do(url, "SELECT pg_wal_replay_resume()")


async def ready(database: AsyncDatabase) -> None:
    """Wait until all standbys serve, each by as many connections as are kept: who looks after it may use one."""

    def are_ready() -> bool:
        found = stats(database)
        return not any(each.reason or each.open < found.min_size for each in found.replicas)

    await until(are_ready)


def reads(database: AsyncDatabase) -> list[int]:
    return [each.reads for each in stats(database).replicas]


def position(database: AsyncDatabase) -> str:
    text = getattr(database, "_target", database).position()
    assert isinstance(text, str)
    return text


def after(database: AsyncDatabase, text: str | None) -> AbstractContextManager[None]:
    context: AbstractContextManager[None] = database.after(text)
    return context


def replayed(servers: Servers, standby: str | None = None) -> bool:
    """Whether a standby, or the first one, has what the primary has."""
    [(there,)] = do(servers.primary, "SELECT pg_current_wal_insert_lsn() - '0/0'")
    return do(standby or servers.standbys[0], f"SELECT pg_last_wal_replay_lsn() - '0/0' >= {there}") == [(True,)]


def sleeps(url: str) -> bool:
    return do(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'") != []


def crash(url: str) -> None:
    """End one process of a server as a crash does: it ends all connections, and replays its log anew."""
    with psycopg.connect(url) as connection:
        before = [Path(f"/proc/{process}") for process in _processes(url)[1:]]
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        while any(each.exists() for each in before):
            time.sleep(0.005)
        connection.close()
    _wait(url)


@contextmanager
def restarted(url: str) -> Iterator[None]:
    """A server that was killed and has started again at the same place, while the context lasts."""
    folder, old = folder_of(url), Path(f"/proc/{_process(url)}")
    program, owner = (old / "exe").readlink(), old.stat()
    kill(url)
    while old.exists():
        time.sleep(0.005)
    command: list[str | Path] = [
        program,
        "-D",
        folder / "data",
        "-c",
        f"unix_socket_directories={folder}",
        "-c",
        "port=5432",
    ]
    user = owner.st_uid if os.geteuid() == 0 else None
    with (
        (folder / "again.log").open("w") as log,
        subprocess.Popen(
            command,
            user=user,
            group=None if user is None else owner.st_gid,
            extra_groups=None if user is None else [],
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            _wait(url)
            yield
        finally:
            server.send_signal(signal.SIGQUIT)


def _wait(url: str) -> None:
    """Wait until a server answers."""
    ends = time.monotonic() + 30
    while True:
        with suppress(psycopg.OperationalError):
            do(url, "SELECT 1")
            return
        assert time.monotonic() < ends
        time.sleep(0.01)
