"""Roles with the rights that `grants` prints do what they are for, and no more."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import CONCORDIA, Command, Querier, auth, blog, profile, services
from concordia_sql.engine.checks.check import check
from concordia_sql.engine.migrating import migrate, rollback
from concordia_sql.tools.grants import KINDS, Kind, grants
from tests.support.application import run_everything
from tests.support.catalog import command_classes, example, query_classes
from tests.support.databases import new_database

Connection = psycopg.Connection[TupleRow]
NOW = datetime(2026, 1, 1)
PURGES: list[Command[object]] = [
    blog.PurgePosts(deleted_before=NOW),
    blog.PurgeComments(deleted_before=NOW),
    services.PurgeListings(deleted_before=NOW),
    services.PurgeReviews(deleted_before=NOW),
    auth.DeleteExpiredSessions(),
    auth.DeleteExpiredVerifications(),
]
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def role(server_url: str) -> Iterator[str]:
    """A role whose name must be quoted."""
    name = f"Role {uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'CREATE ROLE "{name}" LOGIN'.encode())
        yield name
        server.execute(f'DROP ROLE "{name}"'.encode())


As = Callable[[Kind], str]


@pytest.fixture
def as_role(connection: Connection, database_url: str, role: str) -> Iterator[As]:
    """Grants a role the rights of a kind, twice; the URL of the database for it."""

    def given(kind: Kind) -> str:
        for _ in range(2):
            connection.execute(grants(role, kind, [CONCORDIA]).encode())
        return url_as(database_url, role)

    yield given
    connection.execute(f'DROP OWNED BY "{role}"'.encode())


def url_as(url: str, role: str) -> str:
    option = quote(f"-c role={role.replace(' ', chr(92) + ' ')} -c TimeZone=UTC")
    return f"{url}{'&' if '?' in url else '?'}options={option}"


def connect(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def test_a_service_runs_everything_and_cannot_change_a_table(as_role: As) -> None:
    url = as_role("service")
    assert check(url, auth, profile, blog, services) == []
    with connect(url) as connection:
        run_everything(Querier(connection))
        for forbidden in ("TRUNCATE profile", "ALTER TABLE profile ADD x int", "CREATE TABLE x (y int)"):
            with pytest.raises(DENIED):
                connection.execute(forbidden.encode())


def test_a_readonly_role_runs_every_query_and_writes_nothing(as_role: As) -> None:
    with connect(as_role("readonly")) as connection:
        querier = Querier(connection)
        for query_class in query_classes():
            querier.fetch(example(query_class))
        for statement in ("DELETE FROM profile", "UPDATE profile SET bio = NULL", "INSERT INTO profile DEFAULT VALUES"):
            with pytest.raises(DENIED):
                connection.execute(statement.encode())


def test_a_purger_has_each_right_that_it_needs_and_no_other(as_role: As, connection: Connection, role: str) -> None:
    assert {*map(type, PURGES)} == {each for each in command_classes() if re.search("Purge|Expired", each.__name__)}
    with connect(as_role("purger")) as own:
        querier = Querier(own)
        for command in PURGES:
            querier.execute(command)
        rights = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = %s AND table_name <> '_yoyo_migration'",
            [role],
        ).fetchall()
        assert len(rights) > 30
        for table, right in rights:
            connection.execute(f'REVOKE {right} ON {table} FROM "{role}"'.encode())
            assert any(is_denied(querier, command) for command in PURGES), f"{right} on {table} is not needed"
            connection.execute(f'GRANT {right} ON {table} TO "{role}"'.encode())


def is_denied(querier: Querier, command: Command[object]) -> bool:
    try:
        querier.dry_run(command)
    except DENIED:
        return True
    return False


@pytest.mark.parametrize("owner", ["a superuser", "another role", "the migrator"])
def test_a_migrator_applies_and_takes_back(server_url: str, role: str, owner: str) -> None:
    other = f"owner_{uuid4().hex}"
    with new_database(server_url) as url, connect(url) as connection:
        connection.execute(f'CREATE ROLE "{other}"'.encode())
        connection.execute(f'GRANT CREATE, USAGE ON SCHEMA public TO "{other}"'.encode())
        if owner != "the migrator":
            migrate(url_as(url, other) if owner == "another role" else url, CONCORDIA)
            rollback(url_as(url, other) if owner == "another role" else url, CONCORDIA, to="0006.foreign_keys")
        connection.execute(grants(role, "migrator", [CONCORDIA]).encode())
        migrate(url_as(url, role), CONCORDIA)
        rollback(url_as(url, role), CONCORDIA, to="0001.auth")
        migrate(url_as(url, role), CONCORDIA)
        connection.execute(grants(role, "service", [CONCORDIA]).encode())
        assert check(url_as(url, role), profile) == []
        connection.execute(f'DROP OWNED BY "{role}" CASCADE; DROP OWNED BY "{other}" CASCADE'.encode())
        connection.execute(f'DROP ROLE "{other}"'.encode())


def test_names_are_quoted() -> None:
    for kind in KINDS:
        text = grants('x"; DROP TABLE profile; --', kind, [CONCORDIA], "my schema")
        assert 'TO "x""; DROP TABLE profile; --";' in text
        assert '"my schema"' in text
