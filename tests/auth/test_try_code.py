"""Codes that are short enough to be guessed: every guess counts, whoever makes how many at once."""

import contextlib
from datetime import UTC, timedelta, timezone
from typing import Any

import psycopg
import pytest

from concordia_sql import ParameterError, Querier, Refused, auth
from tests.auth.calls import HOSTILE, LATER, clock_read
from tests.support.both import awaited_database
from tests.support.races import kinds, racers, waiting
from tests.support.reading import made, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]


def given(connection: Connection, value: str, **values: object) -> dict[str, Any]:
    """A code for anna, and another's, which stays as it is."""
    insert(connection, "verification", {"identifier": "bob", "value": "123456:0", "expires_at": LATER})
    return insert(connection, "verification", {"identifier": "anna", "value": value, "expires_at": LATER, **values})


def tried(connection: Connection, code: str, **values: Any) -> auth.Verification | None:
    return Querier(connection).execute(auth.TryCode(identifier="anna", code=code, **values))


def values(connection: Connection) -> list[str]:
    return [row["value"] for row in rows(connection, "verification", identifier="anna")]


@pytest.mark.parametrize("value", ["123456", "123456:0", "123456:2", "123456:02"])
def test_a_right_code_is_given_once(connection: Connection, value: str) -> None:
    row = given(connection, value)
    with watched(connection) as written:
        assert tried(connection, "123456") == made(auth.Verification, row)
        assert tried(connection, "123456") is None
    assert written.tables == {"verification": Changes(removed=[row])}


def test_a_wrong_guess_counts_until_the_last(connection: Connection) -> None:
    """And the right code is refused then."""
    row = given(connection, "123456")
    for number in (1, 2):
        with clock_read(connection) as now, watched(connection) as written:
            assert tried(connection, "654321") is None
        changed = {"id": row["id"], "value": f"123456:{number}", "updated_at": now}
        assert written.tables == {"verification": Changes(changed=[changed])}
    assert tried(connection, "654321") is None
    assert values(connection) == []
    assert tried(connection, "123456") is None


@pytest.mark.parametrize(("attempts", "left"), [(1, []), (2, ["1:1"]), (100, ["1:1"])])
def test_how_many_attempts_there_are_is_for_the_caller_to_say(
    connection: Connection, attempts: int, left: list[str]
) -> None:
    given(connection, "1")
    assert tried(connection, "2", attempts=attempts) is None
    assert values(connection) == left
    for wrong in (0, 101, -1):
        with pytest.raises(ParameterError, match="attempts"):
            tried(connection, "2", attempts=wrong)


@pytest.mark.parametrize(
    ("value", "code", "is_right", "left"),
    [
        ("123456:3", "123456", False, []),  # as Better Auth leaves it after the last
        ("123456:999999999", "123456", False, []),
        ("123456:9999999999", "123456", False, ["123456:9999999999:1"]),
        ("123456:9999999999", "123456:9999999999", True, []),
        ("12:34:56:1", "12:34:56", True, []),
        ("12:34:56:1", "12", False, ["12:34:56:2"]),
        ("123456:NaN", "123456", False, ["123456:NaN:1"]),
        ("123456:-1", "123456", False, ["123456:-1:1"]),
        ("123456: 1", "123456", False, ["123456: 1:1"]),
        ("123456:1\n", "123456", False, ["123456:1\n:1"]),
        ("123456:٣", "123456", False, ["123456:٣:1"]),
        ("123456:", "123456", False, ["123456::1"]),
        ("123456:0", "123456:0", False, ["123456:1"]),
        ("123456:0", "12345_", False, ["123456:1"]),
        ("123456:0", "123456 ", False, ["123456:1"]),
        ("12\n34:1", "12\n34", True, []),
        ("", "0", False, [":1"]),
        (":1", ":1", False, [":2"]),
        ("user-1", "user-1", True, []),  # what else Better Auth keeps: an id, or JSON
        ('{"email":"a","attempt":0}', "0}", False, ['{"email":"a","attempt":0}:1']),
        (HOSTILE, HOSTILE, True, []),
    ],
)
def test_a_value_of_any_form_is_tried_safely(
    connection: Connection, value: str, code: str, *, is_right: bool, left: list[str]
) -> None:
    given(connection, value)
    assert (tried(connection, code) is not None) is is_right
    assert values(connection) == left


@pytest.mark.parametrize("code", ["", "\0", "1" * 513, "\ud800"])
def test_what_is_no_code_is_refused_before_the_database(code: str) -> None:
    with pytest.raises(ParameterError, match="auth.TryCode: code"):
        auth.TryCode(identifier="anna", code=code)


def test_a_code_that_is_stored_as_a_hash(connection: Connection) -> None:
    given(connection, f"{auth.hashed('123456')}:0", identifier=auth.hashed("anna"))
    querier = Querier(connection)
    assert querier.execute(auth.TryCode(identifier=auth.hashed("anna"), code="123456")) is None
    assert querier.execute(auth.TryCode(identifier=auth.hashed("anna"), code=auth.hashed("123456"))) is not None


def test_a_code_expires_at_its_moment(connection: Connection) -> None:
    """A moment is given in any zone. What has expired is deleted."""
    moment = LATER.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=5, minutes=30)))
    given(connection, "1")
    assert tried(connection, "1", now=moment) is None
    assert values(connection) == []
    given(connection, "1")
    assert tried(connection, "1", now=moment - timedelta(microseconds=1)) is not None


def test_the_time_is_that_of_the_database(connection: Connection) -> None:
    with clock_read(connection) as now:
        pass
    for moment, is_open in ((now - timedelta(seconds=1), False), (now + timedelta(hours=1), True)):
        given(connection, "1", expires_at=moment)
        assert (tried(connection, "1") is not None) is is_open
        assert values(connection) == []


@pytest.mark.parametrize("code", ["1", "2"])
def test_nothing_is_said_of_what_there_is(connection: Connection, code: str) -> None:
    given(connection, "1", used_at=NOON)
    assert tried(connection, code) is None
    assert values(connection) == []
    with watched(connection) as written:
        assert Querier(connection).execute(auth.TryCode(identifier="nobody", code=code)) is None
    assert written.tables == {}


@pytest.mark.parametrize("code", ["new", "old", "older", "wrong"])
def test_the_newest_counts_and_those_before_it_go(connection: Connection, code: str) -> None:
    """Better Auth adds one each time that it sends a code. Of two at the same time, the one with the greater id."""
    for number, (value, moment) in enumerate({"old": NOON, "new": NOON, "older": NOON - timedelta(hours=1)}.items()):
        given(connection, value, id=f"{number}", created_at=moment)
    assert (tried(connection, code) is not None) is (code == "new")
    assert values(connection) == ([] if code == "new" else ["new:1"])


def test_more_codes_than_are_deleted_at_once_are_refused(connection: Connection) -> None:
    for _ in range(2):
        given(connection, "1")
    with watched(connection) as written, pytest.raises(Refused) as caught:
        tried(connection, "1", limit=1)
    assert (caught.value.reason, caught.value.found, written.tables) == ("too_many", "1", {})
    assert tried(connection, "1", limit=2) is not None


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_a_wrong_guess_is_committed(connection: Connection, database_url: str, mode: str) -> None:
    """Also one of a batch; a transaction that is rolled back takes its guesses back with it."""
    guess = auth.TryCode(identifier="anna", code="2", attempts=10)
    given(connection, "1")
    async with awaited_database(mode, database_url) as db:
        assert await db.execute(guess) is None
        assert values(connection) == ["1:1"]
        assert await db.execute_batch(guess, guess) == (None, None)
        assert await db.dry_run(guess) is None
        assert values(connection) == ["1:3"]
        assert await db.execute(auth.TryCode(identifier="anna", code="1", attempts=10)) is not None


def test_of_guesses_at_once_each_counts(connection: Connection, database_url: str) -> None:
    wrong = [auth.TryCode(identifier="anna", code=f"{number}", attempts=100) for number in range(2, 14)]
    with racers(database_url, 12) as many:
        for number in range(10):
            given(connection, "1:0")
            waiting_for = "SELECT FROM verification" if number % 2 else None
            assert many.race(*wrong, waiting_for=waiting_for) == [None] * 12
            assert values(connection) == ["1:12"]
            last = auth.TryCode(identifier="anna", code="1", attempts=13)
            assert kinds(many.race(*[last] * 12, waiting_for=waiting_for)) == {"Verification": 1, "NoneType": 11}
            assert values(connection) == []


def test_of_guesses_at_once_no_more_are_allowed_than_attempts(connection: Connection, database_url: str) -> None:
    """Of 8 guesses with 3 attempts, the right one is found only if it is among the first 3."""
    calls = [auth.TryCode(identifier="anna", code=f"{number}") for number in range(8)]
    with racers(database_url, 8) as many:
        for number in range(10):
            given(connection, "7")
            outcomes = many.race(*calls, waiting_for="SELECT FROM verification" if number % 2 else None)
            assert kinds(outcomes).get("Verification", 0) <= 1
            assert outcomes[:7] == [None] * 7
            assert values(connection) == []


@pytest.mark.parametrize("code", ["1", "2"])
def test_a_code_that_another_writer_takes_meanwhile_is_not_found(
    connection: Connection, database_url: str, code: str
) -> None:
    """Better Auth deletes a verification to try its code, and adds it anew with one guess more."""
    row = given(connection, "1:1")
    with contextlib.ExitStack() as stack:
        with connection.transaction():
            connection.execute("DELETE FROM verification WHERE id = %s", [row["id"]])
            insert(connection, "verification", {"identifier": "anna", "value": "1:2", "expires_at": LATER})
            guess = auth.TryCode(identifier="anna", code=code, attempts=10)
            future = stack.enter_context(waiting(database_url, guess))
        assert future.result() is None
    assert values(connection) == ["1:2"]


def test_no_secret_is_shown() -> None:
    assert "secret" not in repr(auth.TryCode(identifier="secret", code="secret"))
