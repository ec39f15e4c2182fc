"""How a check is asked for: by a function, of a database, as it opens, in a user's test."""

import types
from pathlib import Path

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import (
    CONCORDIA,
    AsyncQuerier,
    Library,
    Many,
    NotMigrated,
    Querier,
    QuerierError,
    assert_checked,
    check,
    profile,
)
from concordia_sql.engine import query
from tests.support.both import awaited_database, awaited_querier
from tests.support.statements import write

Connection = psycopg.Connection[TupleRow]

both = pytest.mark.parametrize("mode", ["sync", "async"])


@attrs.frozen
class Row:
    name: str


def reports(root: Path, text: str, row: type = Row) -> types.ModuleType:
    """A user's module with one query, whose library has no migrations of its own."""
    write(root, "reports/list_rows.sql", f"-- Rows.\n{text}")
    cls = types.new_class("ListRows", (Many[row],))  # type: ignore[valid-type]
    module = types.ModuleType("reports")
    module.ListRows = query("reports/list_rows.sql", library=Library(root))(cls)  # type: ignore[attr-defined]
    return module


@both
async def test_a_database_is_checked(mode: str, connection: Connection, database_url: str) -> None:
    async with awaited_database(mode, database_url) as database:
        assert await database.check(profile) == []
        connection.execute("ALTER TABLE profile DROP COLUMN bio")
        (finding,) = await database.check(profile)
    assert (finding.level, finding.where) == ("error", "profile.bio")


@both
async def test_a_database_looks_as_it_opens(mode: str, connection: Connection, database_url: str) -> None:
    async with awaited_database(mode, database_url, requires=[CONCORDIA]):
        pass
    for change, cause in (
        ("DROP FUNCTION refuse_command", "function refuse_command: does not raise RC001"),
        ("DELETE FROM _yoyo_migration WHERE migration_id = '0004.commands'", "not applied: 0004.commands"),
        ("DELETE FROM _yoyo_migration", "none is applied"),
        ("CREATE SCHEMA app; ALTER TABLE profile SET SCHEMA app", "which the schema app has"),
    ):
        connection.execute(change.encode())
        with pytest.raises(NotMigrated, match=cause) as error:
            async with awaited_database(mode, database_url, requires=[CONCORDIA]):
                pass
        assert "concordia-sql check" in str(error.value)


@both
async def test_what_is_missing_is_explained(
    mode: str, connection: Connection, async_connection: psycopg.AsyncConnection[TupleRow]
) -> None:
    querier: AsyncQuerier = awaited_querier(mode, connection if mode == "sync" else async_connection)
    ask = profile.GetProfile(user_id="x")
    for change, cause in (
        ("ALTER TABLE profile DROP COLUMN bio", "all migrations are applied, so something was changed since"),
        (
            "DELETE FROM _yoyo_migration WHERE migration_id = '0004.commands'",
            "not applied: 0004.commands. Run: concordia-sql",
        ),
        ("DROP TABLE _yoyo_migration", "none is applied. Run: concordia-sql migrate"),
        ("CREATE SCHEMA app; ALTER TABLE profile SET SCHEMA app", "which the schema app has"),
    ):
        connection.execute(change.encode())
        with pytest.raises(NotMigrated, match=cause) as error:
            await querier.fetch(ask)
        assert "concordia-sql check" in str(error.value)


def test_in_a_transaction_the_cause_is_not_asked_for(connection: Connection) -> None:
    connection.execute("ALTER TABLE profile DROP COLUMN bio")
    with pytest.raises(NotMigrated, match="lacks migrations"), Querier(connection).transaction() as querier:
        querier.fetch(profile.GetProfile(user_id="x"))


def test_a_module_of_a_user_is_checked(tmp_path: Path, database_url: str) -> None:
    fits = reports(tmp_path / "fits", "SELECT organization.name FROM organization ORDER BY organization.id")
    assert check(database_url, fits) == []
    assert_checked(database_url, fits, strict=True)
    null = reports(tmp_path / "null", "SELECT profile.bio AS name FROM profile ORDER BY profile.id")
    (finding,) = check(database_url, null)
    assert str(finding).startswith("error: reports.ListRows: Row.name: can be NULL, and the field may not be None. ")
    with pytest.raises(AssertionError, match=r"does not fit:\nerror: reports\.ListRows: Row\.name: can be NULL"):
        assert_checked(database_url, null)


def test_a_warning_is_an_error_if_it_is_to_be_strict(connection: Connection, database_url: str) -> None:
    connection.execute("DROP INDEX session_expired_idx")
    assert_checked(database_url, profile)
    with pytest.raises(AssertionError, match="session_expired_idx"):
        assert_checked(database_url, profile, strict=True)


def test_a_module_is_named_too(database_url: str) -> None:
    assert check(database_url, "concordia_sql.profile") == []
    with pytest.raises(QuerierError, match=r"tests\.support\.rows names no query"):
        check(database_url, "tests.support.rows")
    with pytest.raises(ModuleNotFoundError):
        check(database_url, "no_such_module")


def test_modules_below_a_package_are_found(database_url: str, connection: Connection) -> None:
    package = types.ModuleType("concordia_sql.profile.outer")
    inner = types.ModuleType("concordia_sql.profile.outer.inner")
    inner.GetProfile = profile.GetProfile  # type: ignore[attr-defined]
    package.inner, package.other = inner, psycopg  # type: ignore[attr-defined]
    connection.execute("REVOKE ALL ON profile FROM public")
    assert check(database_url, package) == []
