"""Codes: put in place of the one before, and used once."""

import contextlib
from datetime import UTC, timedelta, timezone
from typing import Any

import psycopg
import pytest

from concordia_sql import Conflict, NotFound, Querier, Refused, auth
from tests.auth.calls import HOSTILE, LATER, clock_read
from tests.support.races import kinds, racers, waiting
from tests.support.reading import made, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]


@pytest.fixture
def code(connection: Connection) -> str:
    """A code for anna, and one for bob with the same value."""
    for each in ("anna", "bob"):
        insert(connection, "verification", {"id": each, "identifier": each, "value": "123", "expires_at": LATER})
    return "123"


def test_a_code_is_put_in_place_of_all_before(connection: Connection, code: str) -> None:
    """Another writer leaves several for an identifier."""
    insert(connection, "verification", {"identifier": "anna", "used_at": NOON})
    before = sorted(rows(connection, "verification", identifier="anna"), key=lambda row: row["id"])
    command = auth.PutVerification(identifier="anna", value=HOSTILE, expires_at=LATER)
    with clock_read(connection) as now, watched(connection) as written:
        put = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "identifier": "anna",
        "value": HOSTILE,
        "expires_at": LATER,
        "used_at": None,
        "created_at": now,
        "updated_at": now,
    }
    assert put == made(auth.Verification, row)
    assert written.tables == {"verification": Changes(added=[row], removed=before)}


def test_more_codes_than_are_replaced_are_deleted_first(connection: Connection, code: str) -> None:
    insert(connection, "verification", {"identifier": "anna"})
    put = auth.PutVerification(identifier="anna", value="456", expires_at=NOON, limit=1)
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(put)
    assert (caught.value.reason, caught.value.found, written.tables) == ("too_many", "1", {})
    Querier(connection).execute(auth.PutVerification(identifier="anna", value="456", expires_at=NOON, limit=2))
    assert [row["value"] for row in rows(connection, "verification", identifier="anna")] == ["456"]


def test_a_code_is_put_where_there_is_none(connection: Connection, code: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        querier.execute(auth.PutVerification(identifier=HOSTILE, value="", expires_at=NOON, id="anna-s"))
        querier.execute(auth.PutVerification(identifier="anna", value="456", expires_at=NOON, id="anna"))
    assert written.counts() == {"verification": 1}
    with watched(connection) as written, pytest.raises(Conflict) as caught:
        querier.execute(auth.PutVerification(identifier="anna", value="456", expires_at=NOON, id="bob"))
    assert (caught.value.columns, written.tables) == (("id",), {})


def test_a_code_is_used_once(connection: Connection, code: str) -> None:
    use = auth.UseVerification(identifier="anna", value="123")
    with clock_read(connection) as now, watched(connection) as written:
        used = Querier(connection).execute(use)
    assert written.tables == {
        "verification": Changes(
            changed=[{"id": "anna", "used_at": now, "expires_at": now - timedelta(days=1), "updated_at": now}]
        ),
    }
    (row,) = rows(connection, "verification", id="anna")
    assert used == made(auth.Verification, row)
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(use)
    assert (caught.value.reason, caught.value.found, written.tables) == ("already_used", None, {})


@pytest.mark.parametrize("values", [{}, {"used_at": NOON}, {"expires_at": NOON}])
def test_nothing_is_said_of_a_code_to_who_does_not_know_it(connection: Connection, values: dict[str, object]) -> None:
    insert(connection, "verification", {"identifier": "anna", "value": "123", "expires_at": LATER, **values})
    insert(connection, "verification", {"identifier": "bob", "value": "456", "expires_at": LATER})
    for identifier, value in (("anna", "456"), ("anna", ""), ("anna", HOSTILE), ("nobody", "123"), ("ANNA", "123")):
        with watched(connection) as written, pytest.raises(Refused) as caught:
            Querier(connection).execute(auth.UseVerification(identifier=identifier, value=value))
        assert (caught.value.reason, caught.value.found, written.tables) == ("invalid", None, {})
        assert str(caught.value) == "auth.UseVerification: invalid"


def test_a_code_expires_at_its_moment(connection: Connection, code: str) -> None:
    """A moment is given in any zone."""
    moment = LATER.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=5, minutes=30)))
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(auth.UseVerification(identifier="anna", value="123", now=moment))
    assert (caught.value.reason, caught.value.found, written.tables) == ("expired", None, {})
    before = moment - timedelta(microseconds=1)
    assert Querier(connection).execute(auth.UseVerification(identifier="anna", value="123", now=before)).used_at


def test_the_time_is_that_of_the_database(connection: Connection) -> None:
    with clock_read(connection) as now:
        pass
    for identifier, moment in (("past", now - timedelta(seconds=1)), ("future", now + timedelta(hours=1))):
        insert(connection, "verification", {"identifier": identifier, "value": "1", "expires_at": moment})
    with pytest.raises(Refused):
        Querier(connection).execute(auth.UseVerification(identifier="past", value="1"))
    assert Querier(connection).execute(auth.UseVerification(identifier="future", value="1")).identifier == "future"


def test_the_newest_code_alone_may_be_used(connection: Connection) -> None:
    """Where another writer leaves several: of two at the same time, the one with the greater id."""
    for each, created_at in (("a", NOON), ("b", NOON), ("c", NOON - timedelta(microseconds=1))):
        values = {"id": each, "identifier": "anna", "value": each, "created_at": created_at, "expires_at": LATER}
        insert(connection, "verification", values)
    for value in ("a", "c"):
        with pytest.raises(Refused) as caught:
            Querier(connection).execute(auth.UseVerification(identifier="anna", value=value))
        assert caught.value.reason == "invalid"
    assert Querier(connection).execute(auth.UseVerification(identifier="anna", value="b")).id == "b"


def test_once_one_is_used_those_before_it_are_gone(connection: Connection) -> None:
    """They would be the newest as soon as the used one is deleted, which has expired."""
    for value, moment in (("old", NOON), ("new", NOON + timedelta(hours=1))):
        row = {"identifier": "anna", "value": value, "expires_at": LATER, "created_at": moment}
        insert(connection, "verification", row)
    querier = Querier(connection)
    with watched(connection) as written, pytest.raises(Refused) as caught:
        querier.execute(auth.UseVerification(identifier="anna", value="new", limit=1))
    assert (caught.value.reason, caught.value.found, written.tables) == ("too_many", "1", {})
    querier.execute(auth.UseVerification(identifier="anna", value="new"))
    assert querier.execute(auth.DeleteExpiredVerifications()) == 1
    with pytest.raises(Refused) as caught:
        querier.execute(auth.UseVerification(identifier="anna", value="old"))
    assert caught.value.reason == "invalid"


def test_what_another_writer_adds_meanwhile_stays(connection: Connection, database_url: str) -> None:
    """It has come after the one that is used, whose row it waits for."""
    insert(connection, "verification", {"id": "a", "identifier": "anna", "value": "old", "expires_at": LATER})
    with contextlib.ExitStack() as stack:
        with connection.transaction():
            connection.execute("SELECT FROM verification FOR UPDATE")
            use = auth.UseVerification(identifier="anna", value="old")
            future = stack.enter_context(waiting(database_url, use))
            insert(connection, "verification", {"id": "b", "identifier": "anna", "value": "new", "expires_at": LATER})
        assert future.result().id == "a"
    assert {row["id"]: row["used_at"] is None for row in rows(connection, "verification")} == {"a": False, "b": True}


def test_what_there_is_for_an_identifier_is_deleted(connection: Connection, code: str) -> None:
    insert(connection, "verification", {"identifier": "anna", "used_at": NOON})
    delete = auth.DeleteVerification(identifier="anna")
    with watched(connection) as written:
        assert [Querier(connection).execute(delete) for _ in range(2)] == [2, 0]
    assert written.counts() == {"verification": -2}
    assert [row["id"] for row in rows(connection, "verification")] == ["bob"]


@pytest.mark.parametrize("command", [auth.DeleteExpiredVerifications, auth.DeleteExpiredSessions])
def test_what_has_expired_is_deleted_in_batches(connection: Connection, database_url: str, command: Any) -> None:
    """The longest ago first; others that somebody is at work on are left."""
    table = "session" if command is auth.DeleteExpiredSessions else "verification"
    owner = {"user_id": insert(connection, "user", {})["id"]} if table == "session" else {}
    for number in range(5):
        insert(connection, table, {"id": f"{number}", "expires_at": NOON - timedelta(days=number % 3), **owner})
    insert(connection, table, {"id": "later", "expires_at": NOON + timedelta(microseconds=1), **owner})
    querier = Querier(connection)
    moment = NOON.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-3)))
    assert querier.execute(command(now=NOON - timedelta(days=2))) == 1
    assert {row["id"] for row in rows(connection, table)} == {"0", "1", "3", "4", "later"}
    with psycopg.connect(database_url) as other:
        other.execute(f"SELECT FROM {table} WHERE id = '1' FOR UPDATE".encode())
        assert querier.execute(command(limit=2, now=moment)) == 2
    assert {row["id"] for row in rows(connection, table)} == {"1", "3", "later"}
    assert [querier.execute(command(limit=1, now=moment)) for _ in range(3)] == [1, 1, 0]
    insert(connection, table, {"id": "never", "expires_at": LATER, **owner})
    assert querier.execute(command()) == 1
    assert [row["id"] for row in rows(connection, table)] == ["never"]


def test_of_callers_at_once_one_uses_a_code(connection: Connection, database_url: str) -> None:
    with racers(database_url, 12) as many:
        for number in range(20):
            insert(connection, "verification", {"identifier": f"{number}", "value": "1", "expires_at": LATER})
            use = auth.UseVerification(identifier=f"{number}", value="1")
            outcomes = many.race(*[use] * 12, waiting_for="SELECT FROM verification" if number % 2 else None)
            assert kinds(outcomes) == {"Verification": 1, "already_used": 11}


def test_of_codes_put_at_once_one_is_left(connection: Connection, database_url: str) -> None:
    """Whether there was one before or not, and it is one that came back."""
    with racers(database_url, 8) as many:
        for number in range(20):
            for waiting_for in (None, "SELECT FROM verification"):
                values = [f"{each}" for each in range(8)]
                puts = [auth.PutVerification(identifier=f"{number}", value=each, expires_at=LATER) for each in values]
                outcomes = many.race(*puts, waiting_for=waiting_for)
                assert kinds(outcomes) == {"Verification": 8}
                (row,) = rows(connection, "verification", identifier=f"{number}")
                assert made(auth.Verification, row) in outcomes


def test_a_code_that_is_replaced_meanwhile_is_used_before_or_not_at_all(
    connection: Connection, database_url: str
) -> None:
    querier = Querier(connection)
    with racers(database_url, 8) as many:
        for number in range(20):
            querier.execute(auth.PutVerification(identifier="anna", value=f"{number}", expires_at=LATER))
            use = auth.UseVerification(identifier="anna", value=f"{number}")
            put = auth.PutVerification(identifier="anna", value="new", expires_at=LATER)
            outcomes = many.race(*[*[use] * 7, put], waiting_for="SELECT FROM verification" if number % 2 else None)
            assert not any(isinstance(each, NotFound) for each in outcomes)
            assert kinds(outcomes[:7]).get("Verification", 0) <= 1
            (row,) = rows(connection, "verification")
            assert (row["value"], row["used_at"]) == ("new", None)


def test_no_secret_is_shown() -> None:
    for command in (
        auth.PutVerification(identifier="secret", value="secret", expires_at=LATER),
        auth.UseVerification(identifier="secret", value="secret"),
        auth.DeleteVerification(identifier="secret"),
    ):
        assert "secret" not in repr(command)
