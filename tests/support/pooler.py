"""PgBouncer before the tests' server, where the program is installed."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextlib.contextmanager
def pooled(url: str) -> Iterator[str]:
    """PgBouncer in transaction mode, with one connection for all clients; gives the database's URL behind it."""
    assert PGBOUNCER
    server = {name: str(value) for name, value in conninfo_to_dict(url).items() if name != "dbname"}
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        settings, socket = Path(name, "pgbouncer.ini"), Path(name, ".s.PGSQL.6432")
        settings.write_text(
            f"[databases]\n* = {make_conninfo('', **server)}\n"
            f"[pgbouncer]\nlisten_port = 6432\nunix_socket_dir = {name}\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 1\n"
        )
        Path(name).chmod(0o777)
        user = "nobody" if os.geteuid() == 0 else None  # root is refused
        with subprocess.Popen([PGBOUNCER, settings], user=user, stderr=subprocess.DEVNULL) as process:
            try:
                while not socket.exists():
                    assert process.poll() is None
                    time.sleep(0.005)
                yield urlsplit(url)._replace(query=f"host={quote(name, safe='')}&port=6432").geturl()
            finally:
                process.terminate()
