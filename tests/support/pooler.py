"""PgBouncer before the tests' server."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import ExecStatus

PGBOUNCER = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


def program() -> str:
    """The program; without it, the tests of poolers fail, and say how to get it."""
    assert PGBOUNCER, "PgBouncer is missing: apt-get install pgbouncer, or name the program in PGBOUNCER"
    return PGBOUNCER


def can_track() -> bool:
    """Whether the program can track prepared statements, as it can since 1.21."""
    found = re.search(r"PgBouncer (\d+)\.(\d+)", subprocess.check_output([program(), "--version"], text=True))
    return found is not None and (int(found[1]), int(found[2])) >= (1, 21)


def accepts(path: Path) -> bool:
    """Whether a program listens on a socket; it may be there before that."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def switch(url: str, server: str) -> None:
    """Have the PgBouncer of a URL lead to another server."""
    settings = Path(str(conninfo_to_dict(url)["host"]), "pgbouncer.ini")
    text = settings.read_text()
    settings.write_text(re.sub(r"(?m)^\* = .*$", f"* = {make_conninfo('', **_server(server))}", text))
    with psycopg.connect(urlsplit(url)._replace(path="/pgbouncer").geturl(), autocommit=True) as console:
        assert console.pgconn.exec_(b"RELOAD").status == ExecStatus.COMMAND_OK


def _server(url: str) -> dict[str, str]:
    return {name: str(value) for name, value in conninfo_to_dict(url).items() if name != "dbname"}


@contextlib.contextmanager
def pooled(url: str, mode: str = "transaction", *, size: int = 1, tracked: int = 0) -> Iterator[str]:
    """PgBouncer in a mode, with so many connections for all clients; gives the database's URL behind it."""
    server = _server(url)
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        settings, path = Path(name, "pgbouncer.ini"), Path(name, ".s.PGSQL.6432")
        settings.write_text(
            f"[databases]\n* = {make_conninfo('', **server)}\n"
            f"[pgbouncer]\nlisten_port = 6432\nunix_socket_dir = {name}\nauth_type = any\nadmin_users = postgres\n"
            f"pool_mode = {mode}\ndefault_pool_size = {size}\n"
            + (f"max_prepared_statements = {tracked}\n" if can_track() else "")
        )
        Path(name).chmod(0o777)
        user = "nobody" if os.geteuid() == 0 else None  # root is refused
        folder = Path(server["host"])
        group = folder.stat().st_gid if user and folder.is_dir() else None  # who may reach the server's socket
        with subprocess.Popen([program(), settings], user=user, group=group, stderr=subprocess.DEVNULL) as process:
            try:
                while not accepts(path):
                    assert process.poll() is None
                    time.sleep(0.005)
                yield urlsplit(url)._replace(query=f"host={quote(name, safe='')}&port=6432").geturl()
            finally:
                process.kill()  # else it waits for its clients
