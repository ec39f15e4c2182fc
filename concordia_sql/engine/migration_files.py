"""Reads the migrations of libraries by yoyo, and refuses what yoyo accepts: empty folders, and edited files."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import yoyo
import yoyo.exceptions
import yoyo.migrations

from concordia_sql.engine.errors import MigrationError, StatementError
from concordia_sql.engine.lexer import tokenize
from concordia_sql.engine.library import Library, Source

TAKEN_BACK = "being taken back"
"""In place of the checksum, while a migration that is not one transaction is taken back."""


@attrs.frozen(eq=False)
class Migration:
    """A migration as yoyo reads it, and what is kept about it when it is applied."""

    name: str
    source: str
    """The package and folder, or the last two folders of a path: paths differ between machines."""
    path: Path
    files: Any
    """yoyo's own object."""

    @property
    def in_python(self) -> bool:
        """Whether it is a Python file, whose statements are not known."""
        return self.path.suffix == ".py"

    @property
    def transactional(self) -> bool:
        """Whether it is one transaction."""
        self.files.load()
        return bool(self.files.use_transactions)

    @property
    def checksum(self) -> str:
        """A hash of the statements. Comments and white space do not change it."""
        text = self.text()
        parts: Iterable[str] = [text]
        if not self.in_python:
            try:
                parts = [token.text for token in tokenize(text, self.name, numbered=True) if not token.blank]
            except StatementError as error:
                raise MigrationError(str(error)) from None
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def text(self, *, rollback: bool = False) -> str:
        """The text of the file, or of the file that takes it back."""
        return self._file(rollback=rollback).read_text("utf-8").replace("\r\n", "\n")

    def statements(self, *, rollback: bool = False) -> Sequence[str]:
        """The statements of a SQL file, as yoyo splits them."""
        _, _, statements = yoyo.migrations.read_sql_migration(str(self._file(rollback=rollback)))
        return [str(statement) for statement in statements]

    def _file(self, *, rollback: bool) -> Path:
        path = self.path.with_suffix(".rollback.sql") if rollback and not self.in_python else self.path
        if not path.is_file():
            raise MigrationError(f"{self.name} cannot be taken back: there is no {path.name} beside it")
        return path


@attrs.frozen
class Applied:
    """What a database knows about a migration that is applied. Text is empty if `yoyo apply` alone applied it."""

    name: str
    checksum: str
    source: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it was taken back: a rollback that ended in the middle leaves a part."""
        return self.checksum != TAKEN_BACK


@attrs.frozen(eq=False)
class Migrations:
    """The migrations of libraries, and of those that they use, as yoyo orders them."""

    files: Any
    """yoyo's own list."""
    by_name: Mapping[str, Migration]

    def ordered(self) -> list[Migration]:
        """The migrations in the order in which they are applied."""
        return [self.by_name[each.id] for each in yoyo.migrations.topological_sort(self.files)]

    def after(self) -> list[Migration]:
        """What yoyo runs whenever something was applied: the files named `post-apply`."""
        return [_migration(each) for each in self.files.post_apply]

    def sources(self) -> set[str]:
        """The folders and packages that they are from."""
        return {migration.source for migration in self.by_name.values()}


def read_migrations(libraries: Iterable[Library]) -> Migrations:
    """The migrations of the libraries. Raises MigrationError if a source has none, or if one cannot be read."""
    sources = dict.fromkeys(
        source for library in libraries for each in (*library.uses, library) for source in each.migrations
    )
    if not sources:
        raise MigrationError("the library names no migrations: Library(…, migrations=…)")
    try:
        for source in sources:
            if not yoyo.read_migrations(source):
                raise MigrationError(f"there is no migration in {source}: is it deployed with the code?")
        files = yoyo.read_migrations(*sources)
        found = [_migration(each) for each in files]
        for each in files:
            each.load()
    except (yoyo.exceptions.BadMigration, yoyo.exceptions.MigrationConflict, ModuleNotFoundError) as error:
        raise MigrationError(f"a migration cannot be read: {' '.join(map(str, error.args))}") from None
    return Migrations(files, {migration.name: migration for migration in found})


def _migration(file: Any) -> Migration:
    return Migration(file.id, _source_name(file.source_dir), Path(file.path), file)


def _source_name(source: Source) -> str:
    source = str(source)
    return source if source.startswith("package:") else "/".join(Path(source).absolute().parts[-2:])


def compare_applied(migrations: Migrations, applied: Iterable[Applied]) -> Iterator[str]:
    """Names of applied migrations that are newer than these files.

    Raises MigrationError if an applied migration was edited since, or if the file of an older one is missing.
    """
    known, sources = migrations.by_name, migrations.sources()
    newest = max(known)
    for each in applied:
        migration = known.get(each.name)
        if migration is None and each.source in sources:
            if each.name < newest:
                raise MigrationError(
                    f"{each.name} is applied, and its file is missing in {each.source}. Restore the file; or, if the "
                    f"database has nothing of it: DELETE FROM _yoyo_migration WHERE migration_id = '{each.name}';"
                )
            yield each.name
        if migration is not None and each.checksum not in ("", TAKEN_BACK, migration.checksum):
            raise MigrationError(
                f"{each.name} was edited since it was applied. Restore the file, and make the change in a new "
                "migration; or, if the database has the change already: "
                f"UPDATE _yoyo_migration SET checksum = NULL WHERE migration_id = '{each.name}';"
            )


def is_concurrent(statement: str) -> bool:
    """Whether a statement waits for others without making them wait: as CREATE INDEX CONCURRENTLY does."""
    return "concurrently" in _keywords(statement)


def index_made(statement: str) -> str:
    """The name of the index that a CREATE INDEX CONCURRENTLY makes, or nothing."""
    tokens = [token for token in tokenize(statement, "a migration", numbered=True) if not token.blank]
    words = [token.keyword for token in tokens]
    if not re.match(r"create (unique )?index concurrently ", " ".join(words[:6])):
        return ""
    index = words.index("concurrently") + 1
    index += 3 if words[index : index + 3] == ["if", "not", "exists"] else 0
    return "" if words[index] == "on" else tokens[index].name


def _keywords(statement: str) -> list[str]:
    return [token.keyword for token in tokenize(statement, "a migration", numbered=True)]
