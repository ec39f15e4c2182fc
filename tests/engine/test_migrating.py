"""Deploys: what `migrate` does around yoyo, and what it refuses."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import yoyo
from psycopg.rows import TupleRow

from concordia_sql.engine import Library
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.migrating import _Run, migrate, pending, rollback
from tests.support.databases import new_database

Connection = psycopg.Connection[TupleRow]

FILES = {
    "0001.things.sql": "-- The things.\nCREATE TABLE things (id int PRIMARY KEY, name text);\n",
    "0001.things.rollback.sql": "DROP TABLE things;\n",
    "0002.more.sql": "-- depends: 0001.things\nINSERT INTO things VALUES (1, 'secret');\nSELECT * FROM things;\n",
    "0002.more.rollback.sql": "DELETE FROM things;\n",
    "0003.index.sql": (
        "-- transactional: false\n-- depends: 0002.more\n"
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS things_name ON things (name);\n"
    ),
    "0003.index.rollback.sql": "DROP INDEX CONCURRENTLY IF EXISTS things_name;\n",
}
NAMES = ["0001.things", "0002.more", "0003.index"]


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with new_database(server_url) as url:
        yield url


@pytest.fixture
def other(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "app" / "migrations"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def library(folder: Path) -> Library:
    return Library(folder, migrations=folder)


def applied(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT migration_id FROM _yoyo_migration ORDER BY 1")]


def tables(connection: Connection) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [name for (name,) in found if "yoyo" not in name]


def yoyo_apply(url: str, folder: Path) -> None:
    with yoyo.get_backend(url.replace("postgresql:", "postgresql+psycopg:", 1)) as backend:
        backend.apply_migrations(backend.to_apply(yoyo.read_migrations(str(folder))))


def test_each_is_applied_once_and_told(
    url: str, other: Connection, library: Library, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    assert migrate(url, library, progress=told.append) == NAMES
    assert told == [f"{name} ({number} of 3)" for number, name in enumerate(NAMES, 1)]
    assert applied(other) == NAMES
    assert other.execute("SELECT * FROM things").fetchall() == [(1, "secret")]
    assert migrate(url, library) == []
    assert capfd.readouterr() == ("", "")  # yoyo prints the rows of a migration


def test_yoyo_goes_on_from_there_and_the_other_way_round(url: str, other: Connection, folder: Path) -> None:
    library = Library(folder, migrations=folder)
    later = {name: (folder / name).read_text("utf-8") for name in FILES if name.startswith("0003")}
    for name in later:
        (folder / name).unlink()
    migrate(url, library)
    for name, text in later.items():
        (folder / name).write_text(text, "utf-8")
    yoyo_apply(url, folder)
    assert applied(other) == NAMES
    assert migrate(url, library) == []
    (folder / "0003.index.sql").write_text(later["0003.index.sql"] + "SELECT 1;", "utf-8")
    with pytest.raises(MigrationError, match=r"0003\.index was edited"):
        migrate(url, library)


def test_a_rollback_goes_back_to_a_migration_and_forth(url: str, other: Connection, library: Library) -> None:
    migrate(url, library)
    assert rollback(url, library, to="0002.more") == ["0003.index", "0002.more"]
    assert (applied(other), other.execute("SELECT * FROM things").fetchall()) == (NAMES[:1], [])
    assert migrate(url, library) == NAMES[1:]
    assert rollback(url, library, to="0001.things") == NAMES[::-1]
    assert (applied(other), tables(other)) == ([], [])
    with pytest.raises(MigrationError, match=r"0001\.things is not applied; applied are none"):
        rollback(url, library, to="0001.things")


def test_a_rollback_without_a_file_is_refused(url: str, other: Connection, folder: Path, library: Library) -> None:
    """yoyo would forget the migration, and leave what it made."""
    (folder / "0002.more.rollback.sql").unlink()
    migrate(url, library)
    with pytest.raises(MigrationError, match=r"no 0002\.more\.rollback\.sql beside it"):
        rollback(url, library, to="0001.things")
    assert applied(other) == NAMES


def test_a_rollback_that_ended_in_the_middle_goes_on_or_is_undone(
    url: str, other: Connection, folder: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "0003.index.rollback.sql").write_text(
        "DROP INDEX CONCURRENTLY IF EXISTS things_name;\nSELECT 1;\n", "utf-8"
    )
    there = "SELECT to_regclass('things_name') IS NOT NULL"
    migrate(url, library)
    step = _Run._step

    def end(run: _Run, statement: str) -> None:
        if statement.startswith("SELECT"):
            raise KeyboardInterrupt
        step(run, statement)

    def end_in_the_middle() -> None:
        with monkeypatch.context() as context:
            context.setattr(_Run, "_step", end)
            with pytest.raises(KeyboardInterrupt):
                rollback(url, library, to="0003.index")
        assert other.execute(there).fetchone() == (False,)

    end_in_the_middle()
    assert [each.name for each in pending(url, library)] == ["0003.index"]
    assert migrate(url, library) == ["0003.index"]
    assert (other.execute(there).fetchone(), migrate(url, library)) == ((True,), [])
    end_in_the_middle()
    end_in_the_middle()
    assert rollback(url, library, to="0003.index") == ["0003.index"]
    log = other.execute("SELECT operation FROM _yoyo_log WHERE migration_id = '0003.index' ORDER BY created_at_utc, id")
    assert log.fetchall() == [("apply",), ("rollback",), ("apply",), ("rollback",)]


def test_pending_says_the_text_and_writes_nothing(url: str, other: Connection, folder: Path, library: Library) -> None:
    assert [(each.name, each.sql) for each in pending(url, library)] == [(name, FILES[f"{name}.sql"]) for name in NAMES]
    assert other.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
    migrate(url, library)
    assert pending(url, library) == []
    (folder / "0001.things.sql").write_text("SELECT 1;", "utf-8")
    with pytest.raises(MigrationError, match="edited"):
        pending(url, library)


@pytest.mark.parametrize("missing", ["gone", "empty", "package:tests.support:nothing", "package:no.such:migrations"])
def test_a_source_without_migrations_is_an_error(url: str, tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()
    source = missing if missing.startswith("package:") else tmp_path / missing
    with pytest.raises(MigrationError, match=r"no migration in|cannot be read"):
        migrate(url, Library(tmp_path, migrations=source))
    with pytest.raises(MigrationError, match="names no migrations"):
        migrate(url, Library(tmp_path))


def test_an_edited_migration_is_refused_unless_its_comments_alone_changed(
    url: str, other: Connection, folder: Path, library: Library
) -> None:
    migrate(url, library)
    file = folder / "0001.things.sql"
    file.write_text(
        "-- All\r\n-- things.\r\n\r\n" + FILES["0001.things.sql"].replace("\n", "\r\n"), "utf-8", newline=""
    )
    assert migrate(url, library) == []
    file.write_text(FILES["0001.things.sql"].replace("name text", "name varchar"), "utf-8")
    with pytest.raises(MigrationError, match=r"0001\.things was edited since it was applied\. Restore") as caught:
        migrate(url, library)
    other.execute(str(caught.value).partition("already: ")[2].encode())
    assert migrate(url, library) == []


def test_a_missing_file_is_refused_and_a_newer_one_is_told(
    url: str, other: Connection, folder: Path, library: Library
) -> None:
    migrate(url, library)
    (folder / "0003.index.sql").unlink()
    told: list[str] = []
    assert migrate(url, library, progress=told.append) == []
    assert told == ["0003.index is applied, and newer than this release"]
    (folder / "0003.index.sql").write_text(FILES["0003.index.sql"].replace("0002.more", "0001.things"), "utf-8")
    (folder / "0002.more.sql").unlink()
    with pytest.raises(MigrationError, match=r"0002\.more is applied, and its file is missing in app/migrations"):
        migrate(url, library)


def test_two_libraries_keep_apart(url: str, other: Connection, folder: Path, library: Library, tmp_path: Path) -> None:
    """What one has applied is not missing in the other."""
    migrate(url, library)
    own = tmp_path / "own"
    own.mkdir()
    (own / "0001.own.sql").write_text("CREATE TABLE own (id int);", "utf-8")
    (own / "0009.own.sql").write_text("SELECT 1;", "utf-8")
    assert migrate(url, Library(own, migrations=own)) == ["0001.own", "0009.own"]
    assert migrate(url, Library(own, migrations=own, uses=[library])) == []
    assert migrate(url, library) == []


def test_a_failure_leaves_what_came_before_and_shows_no_value(
    url: str, other: Connection, folder: Path, library: Library, capfd: pytest.CaptureFixture[str]
) -> None:
    file = folder / "0002.more.sql"
    file.write_text(FILES["0002.more.sql"] + "UPDATE things SET id = name::int;\n", "utf-8")
    with pytest.raises(MigrationError, match=r"0002\.more: invalid text representation \(22P02\)") as caught:
        migrate(url, library)
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert capfd.readouterr() == ("", "")
    assert (applied(other), other.execute("SELECT * FROM things").fetchall()) == (NAMES[:1], [])
    file.write_text(FILES["0002.more.sql"], "utf-8")
    assert migrate(url, library) == NAMES[1:]


def test_an_invalid_index_that_a_failure_left_is_replaced(
    url: str, other: Connection, folder: Path, library: Library
) -> None:
    file = folder / "0003.index.sql"
    file.write_text(FILES["0003.index.sql"].replace("INDEX", "UNIQUE INDEX"), "utf-8")
    (folder / "0002.more.sql").write_text(FILES["0002.more.sql"] + "INSERT INTO things VALUES (2, 'secret');", "utf-8")
    validity = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('things_name')"
    with pytest.raises(MigrationError, match='could not create unique index "things_name"'):
        migrate(url, library)
    assert other.execute(validity).fetchall() == [(False,)]
    other.execute("DELETE FROM things WHERE id = 2")
    assert migrate(url, library) == ["0003.index"]
    assert other.execute(validity).fetchall() == [(True,)]


def test_a_lock_that_is_not_free_makes_nobody_else_wait(url: str, other: Connection, folder: Path) -> None:
    library = Library(folder, migrations=folder)
    migrate(url, library)
    (folder / "0004.column.sql").write_text("-- depends: 0003.index\nALTER TABLE things ADD size int;", "utf-8")
    told: list[str] = []
    tried = threading.Event()

    def tell(line: str) -> None:
        told.append(line)
        if "trying again" in line:
            tried.set()

    with psycopg.connect(url) as holder:
        holder.execute("SELECT FROM things")  # its transaction keeps a lock
        with pytest.raises(MigrationError, match=r"0004\.column: canceling statement due to lock timeout\. For 0 s"):
            migrate(url, library, lock_timeout=0.05, patience=0)
        thread = threading.Thread(target=migrate, args=[url, library], kwargs={"lock_timeout": 0.05, "progress": tell})
        thread.start()
        assert tried.wait(600)
        other.execute("SET statement_timeout = '30s'")
        for _ in range(20):  # each would wait for as long as the holder keeps its lock
            assert len(other.execute("SELECT * FROM things").fetchall()) == 1
    thread.join(600)
    assert applied(other) == [*NAMES, "0004.column"]
    assert set(told) == {"0004.column (1 of 1)", "0004.column: a lock is not free, trying again"}


def test_runs_at_once_apply_once(url: str, other: Connection, library: Library) -> None:
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda: done.append(migrate(url, library))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert sorted(done) == [[], [], [], NAMES]
    log = other.execute("SELECT migration_id, count(*) FROM _yoyo_log GROUP BY 1 ORDER BY 1").fetchall()
    assert log == [(name, 1) for name in NAMES]


def test_a_run_waits_for_a_killed_one_whose_statement_goes_on(
    url: str, other: Connection, folder: Path, library: Library
) -> None:
    """The killed process leaves no lock, once the server is done with its statement."""
    code = (
        "import sys; from pathlib import Path; from concordia_sql.engine import Library;"
        "from concordia_sql.engine.migrating import migrate;"
        "migrate(sys.argv[1], Library(Path(sys.argv[2]), migrations=sys.argv[2]))"
    )
    waiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'virtualxid' AND datname = current_database()"
    with psycopg.connect(url) as holder:
        holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        holder.execute("SELECT")  # an old snapshot, for which an index that is built waits
        with subprocess.Popen([sys.executable, "-c", code, url, str(folder)]) as process:
            while not other.execute(waiting).fetchall():
                assert process.poll() is None
            process.kill()
        waits = threading.Event()
        done: list[str] = []

        def again() -> None:
            done.extend(migrate(url, library, progress=lambda line: waits.set() if "waiting" in line else None))

        thread = threading.Thread(target=again)
        thread.start()
        assert waits.wait(600)
        assert other.execute(waiting).fetchall()
    thread.join(600)
    assert done == NAMES[2:]
    assert other.execute("SELECT * FROM yoyo_lock").fetchall() == []


def test_yoyos_own_lock_is_respected(url: str, other: Connection, library: Library) -> None:
    with closing(yoyo.get_backend(url.replace("postgresql:", "postgresql+psycopg:", 1)).connection):
        other.execute("INSERT INTO yoyo_lock VALUES (1, now(), 1)")
        with pytest.raises(MigrationError, match="yoyo break-lock"):
            migrate(url, library)
        other.execute("DELETE FROM yoyo_lock")
        assert migrate(url, library) == NAMES


def test_migrations_in_python_run_too(url: str, other: Connection, folder: Path, library: Library) -> None:
    (folder / "0004.python.py").write_text(
        "from yoyo import step\n__depends__ = {'0003.index'}\n"
        "step('INSERT INTO things VALUES (4)', 'DELETE FROM things WHERE id = 4')\n",
        "utf-8",
    )
    (folder / "post-apply.sql").write_text("INSERT INTO things VALUES (9) ON CONFLICT DO NOTHING;", "utf-8")
    assert migrate(url, library) == [*NAMES, "0004.python"]
    assert other.execute("SELECT id FROM things ORDER BY id").fetchall() == [(1,), (4,), (9,)]
    rollback(url, library, to="0004.python")
    assert other.execute("SELECT id FROM things ORDER BY id").fetchall() == [(1,), (9,)]
