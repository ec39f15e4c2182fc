"""Applies migrations in a deploy. yoyo reads, orders and records them; this module checks what yoyo does not.

A session-level advisory lock lets one deploy at a time run, and ends with its session, so that a killed deploy leaves
nothing behind. Each statement runs in that session: while the server is still at work on a statement of a client that
is gone, the lock is held. Waiting for a lock on a table is bounded, since all others would wait behind it.
"""

import contextlib
import io
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import attrs
import psycopg
from psycopg.sql import SQL, Identifier
from yoyo.backends import get_backend_class
from yoyo.connections import parse_uri
from yoyo.migrations import default_migration_table

from concordia_sql.engine.connecting import connecting
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.library import Library
from concordia_sql.engine.migration_files import (
    TAKEN_BACK,
    Applied,
    Migration,
    Migrations,
    compare_applied,
    index_made,
    is_concurrent,
    read_migrations,
)
from concordia_sql.engine.silence import silence
from concordia_sql.engine.urls import connection_settings

Progress = Callable[[str], object]
"""It is called with each line of progress."""


def _silently(line: str) -> None:
    """Show no progress."""


LOCK_TIMEOUT = 0.5
"""Shorter than PostgreSQL's deadlock_timeout, so that a migration gives way before another session is ended."""
PATIENCE = 300.0

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('concordia_sql migrations', 0))"
_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
_APPLIED = """
SELECT migration_id, coalesce(to_jsonb(known) ->> 'checksum', ''), coalesce(to_jsonb(known) ->> 'source', '')
FROM _yoyo_migration AS known
ORDER BY applied_at_utc, migration_id
"""
_INVALID = """
SELECT pg_namespace.nspname
FROM pg_index
INNER JOIN pg_class ON pg_class.oid = pg_index.indexrelid
INNER JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE NOT pg_index.indisvalid AND pg_class.relname = %s AND pg_table_is_visible(pg_class.oid)
"""


@attrs.frozen
class Pending:
    """A migration that is not applied."""

    name: str
    sql: str
    """Its text. Of a migration in Python, the statements are not known."""


def migrate(
    url: str,
    *libraries: Library,
    lock_timeout: float = LOCK_TIMEOUT,
    patience: float = PATIENCE,
    progress: Progress = _silently,
) -> list[str]:
    """Apply the migrations of the libraries, and of those that they use, that are not applied yet; their names.

    One call at a time runs on a database; the others wait, and then find nothing to do. A statement that waits for a
    lock gives up after `lock_timeout` seconds and is tried again, so that others do not wait behind it, until
    `patience` seconds have passed. Statements that are CONCURRENTLY wait as long as it takes: nobody waits for them.
    A migration and its record are one transaction, except where its first line says `-- transactional: false`.

    Raises MigrationError if a source has no migrations, if an applied migration was edited or its file is missing, if
    `yoyo apply` is running, or if a migration fails: what was applied before it stays. No error contains a value.
    """
    migrations = read_migrations(libraries)
    with _run(url, lock_timeout, patience, progress) as run:
        for name in compare_applied(migrations, run.applied()):
            progress(f"{name} is applied, and newer than this release")
        run.record(migrations)
        done = {each.name for each in run.applied() if each.is_whole}
        todo = [migration for migration in migrations.ordered() if migration.name not in done]
        for number, migration in enumerate(todo, 1):
            progress(f"{migration.name} ({number} of {len(todo)})")
            run.apply(migration)
        for migration in migrations.after() if todo else ():
            progress(migration.name)
            run.apply(migration, recorded=False)
        return [migration.name for migration in todo]


def rollback(
    url: str,
    *libraries: Library,
    to: str,
    lock_timeout: float = LOCK_TIMEOUT,
    patience: float = PATIENCE,
    progress: Progress = _silently,
) -> list[str]:
    """Take back the migration `to` and all that follow it, the newest first; the names of what was taken back.

    It waits and raises as `migrate` does. MigrationError is raised too if `to` is not applied, or if a migration has no
    `.rollback.sql`. If it ends in the middle of a migration, `rollback` goes on, and `migrate` applies that one again.
    """
    migrations = read_migrations(libraries)
    with _run(url, lock_timeout, patience, progress) as run:
        list(compare_applied(migrations, run.applied()))
        done = {each.name for each in run.applied()}
        names = [migration.name for migration in migrations.ordered() if migration.name in done]
        if to not in names:
            raise MigrationError(f"{to} is not applied; applied are {', '.join(names) or 'none'}")
        todo = names[: names.index(to) - 1 if names.index(to) else None : -1]
        for name in todo:
            migrations.by_name[name].text(rollback=True)  # before anything is taken back
        for number, name in enumerate(todo, 1):
            progress(f"{name}, back ({number} of {len(todo)})")
            run.apply(migrations.by_name[name], back=True)
        return todo


def pending(url: str, *libraries: Library) -> list[Pending]:
    """What `migrate` would apply, in order. Writes nothing. Raises MigrationError as `migrate` does."""
    migrations = read_migrations(libraries)
    with contextlib.closing(_connect(url)) as backend:
        run = _Run(backend, 0, 0, _silently)
        applied = run.applied()
        list(compare_applied(migrations, applied))
        names = {each.name for each in applied if each.is_whole}
        return [Pending(each.name, each.text()) for each in migrations.ordered() if each.name not in names]


def mark(url: str, *libraries: Library, names: Iterable[str]) -> None:
    """Record migrations as applied that the database has already, without applying them. Raises as `migrate` does."""
    migrations = read_migrations(libraries)
    with _run(url, LOCK_TIMEOUT, PATIENCE, _silently) as run:
        applied = {each.name for each in run.applied()}
        for name in names:
            if name not in applied:
                run.mark(migrations.by_name[name])


@contextlib.contextmanager
def _run(url: str, lock_timeout: float, patience: float, progress: Progress) -> "Iterator[_Run]":
    """A session that holds the lock, with yoyo's tables."""
    with contextlib.closing(_connect(url)) as backend:
        run = _Run(backend, lock_timeout, patience, progress)
        run.lock()
        run.prepare()
        yield run


def _connect(url: str) -> Any:
    """yoyo's backend, whose one connection does everything."""
    settings = {"application_name": "concordia_sql migrate", **connection_settings(url)}
    with connecting(settings):
        backend = get_backend_class("postgresql+psycopg")(
            parse_uri(f"postgresql+psycopg:///?{urlencode(settings)}"), default_migration_table
        )
    backend.close = backend.connection.close
    return backend


@attrs.frozen(eq=False)
class _Run:
    """One run on one session."""

    backend: Any
    lock_timeout: float
    patience: float
    progress: Progress

    @property
    def connection(self) -> "psycopg.Connection[Any]":
        connection: psycopg.Connection[Any] = self.backend.connection
        return connection

    def lock(self) -> None:
        """Wait until no other run has the lock.

        It is asked for again and again: a session that waits for it would hold a snapshot, for which the other run's
        CREATE INDEX CONCURRENTLY would wait.
        """
        ((own, free),) = self.connection.execute(f"SELECT pg_backend_pid(), ({_LOCK})".encode()).fetchall()
        if own != self.connection.info.backend_pid:
            raise MigrationError("the URL leads to a pooler, but migrations need a session: name the server itself")
        if not free:
            self.progress("waiting for another run to end")
        while not free:
            time.sleep(0.2)
            ((free,),) = self.connection.execute(_LOCK.encode()).fetchall()

    def prepare(self) -> None:
        """Make yoyo's tables, and the columns that are added to them. Raise if `yoyo apply` has its own lock."""
        self.connection.execute("SET statement_timeout = 0")
        self.connection.execute("SET client_min_messages = warning")
        self.backend._is_locked = True  # else a run that is killed here would leave yoyo's lock
        with self._errors("yoyo's tables"):
            if not self._has("yoyo_lock"):
                self.backend.create_lock_table()
            self.backend.ensure_internal_schema_updated()
            if self.connection.execute("SELECT FROM yoyo_lock").fetchone() is not None:
                raise MigrationError(
                    "`yoyo apply` is running, or was killed. If none is running: "
                    "yoyo break-lock --database postgresql+psycopg://…"
                )
            if not {"checksum", "source"} <= self._columns():
                self.connection.execute(
                    "ALTER TABLE _yoyo_migration "
                    "ADD COLUMN IF NOT EXISTS checksum text, ADD COLUMN IF NOT EXISTS source text"
                )

    def applied(self) -> list[Applied]:
        """The migrations that are applied, in order."""
        rows = self.connection.execute(_APPLIED.encode()).fetchall() if self._has("_yoyo_migration") else []
        return [Applied(*row) for row in rows]

    def record(self, migrations: Migrations) -> None:
        """Keep what is not yet known about migrations that are applied."""
        for each in self.applied():
            migration = migrations.by_name.get(each.name)
            if migration and each.is_whole and (each.checksum, each.source) != (migration.checksum, migration.source):
                self._record(migration)

    def mark(self, migration: Migration) -> None:
        """Record a migration as applied, without applying it."""
        with self.backend.transaction():
            self.backend.mark_one(migration.files)
            self._record(migration)

    def apply(self, migration: Migration, *, back: bool = False, recorded: bool = True) -> None:
        """Apply a migration, or take it back, and record that."""
        with self._errors(migration.name), _silent_yoyo():
            if migration.transactional:
                self._patiently(migration.name, lambda: self._apply_at_once(migration, back, recorded))
            else:
                if back:
                    with self.backend.transaction():
                        self._note_begin(migration)
                self._apply_in_steps(migration, back)
                if recorded:
                    with self.backend.transaction():
                        self._note(migration, back)

    def _apply_at_once(self, migration: Migration, back: bool, recorded: bool) -> None:
        self._wait_for_locks(self.lock_timeout)
        with self.backend.transaction():
            if migration.in_python:
                migration.files.process_steps(self.backend, "rollback" if back else "apply")
            else:
                for statement in migration.statements(rollback=back):
                    self.connection.execute(statement.encode())
            if recorded:
                self._note(migration, back)

    def _apply_in_steps(self, migration: Migration, back: bool) -> None:
        if migration.in_python:
            self._wait_for_locks(self.lock_timeout)
            migration.files.process_steps(self.backend, "rollback" if back else "apply")
            return
        for statement in migration.statements(rollback=back):
            self._patiently(migration.name, partial(self._step, statement))

    def _step(self, statement: str) -> None:
        """Run a statement outside of a transaction, without the index that an earlier try has left half-built."""
        self._wait_for_locks(0 if is_concurrent(statement) else self.lock_timeout)
        if name := index_made(statement):
            for (schema,) in self.connection.execute(_INVALID, [name]).fetchall():
                self.connection.execute(SQL("DROP INDEX CONCURRENTLY {}").format(Identifier(schema, name)))
        self.connection.execute(statement.encode())

    def _patiently(self, name: str, step: Callable[[], None]) -> None:
        """Try again while a lock is not free."""
        end = time.monotonic() + self.patience
        while True:
            try:
                return step()
            except _BUSY:
                if time.monotonic() > end:
                    raise
            self.progress(f"{name}: a lock is not free, trying again")
            time.sleep(self.lock_timeout * random.uniform(0.5, 1.5))  # noqa: S311

    def _wait_for_locks(self, seconds: float) -> None:
        self.connection.execute("SELECT set_config('lock_timeout', %s, FALSE)", [f"{round(seconds * 1000)}ms"])

    def _note(self, migration: Migration, back: bool) -> None:
        """Record that a migration is applied or taken back."""
        self.backend.unmark_one(migration.files, log=False)
        if not back:
            self.backend.mark_one(migration.files, log=False)
            self._record(migration)
            self.backend.log_migration(migration.files, "apply")
        elif migration.transactional:
            self.backend.log_migration(migration.files, "rollback")

    def _note_begin(self, migration: Migration) -> None:
        """Record that steps take a migration back, so that one that is left in the middle is not held for applied."""
        begun = self.connection.execute(
            "UPDATE _yoyo_migration SET checksum = %s WHERE migration_id = %s AND checksum IS DISTINCT FROM %s",
            [TAKEN_BACK, migration.name, TAKEN_BACK],
        )
        if begun.rowcount:
            self.backend.log_migration(migration.files, "rollback")

    def _record(self, migration: Migration) -> None:
        self.connection.execute(
            "UPDATE _yoyo_migration SET checksum = %s, source = %s WHERE migration_id = %s",
            [migration.checksum, migration.source, migration.name],
        )

    def _has(self, table: str) -> bool:
        return self.connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,)

    def _columns(self) -> set[str]:
        found = self.connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = '_yoyo_migration'::regclass AND NOT attisdropped"
        )
        return {name for (name,) in found}

    @contextlib.contextmanager
    def _errors(self, where: str) -> Iterator[None]:
        """Raise errors of the server without values, and with what to do."""
        try:
            yield
        except psycopg.Error as error:
            silence(error)
            what = " ".join(str(error).split())
            if isinstance(error, _BUSY):
                what = f"{what}. For {self.patience:g} s, others held the lock: look into pg_stat_activity"
            raise MigrationError(f"{where}: {what}. Remove the cause, and run it again: that is safe") from error


@contextlib.contextmanager
def _silent_yoyo() -> Iterator[None]:
    """Keep yoyo from printing rows and errors, which may hold values."""
    logger = logging.getLogger("yoyo.migrations")
    before, logger.disabled = logger.disabled, True
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.disabled = before
