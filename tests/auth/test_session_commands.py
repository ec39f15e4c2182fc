"""Sessions: begun, changed, ended. Those that have expired are deleted as verifications are."""

from typing import Any

import psycopg
import pytest

from concordia_sql import UNSET, Conflict, MissingReference, Querier, auth
from tests.auth.calls import HOSTILE, LATER, clock_read
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]


@pytest.fixture
def session(connection: Connection) -> str:
    """A session with all that a column may hold, and others, of the user and of another."""
    for user, sessions in (("anna", ("s", "expired", "third")), ("bob", ("other",))):
        insert(connection, "user", {"id": user})
        for each in sessions:
            values = {"id": each, "token": f"token-{each}", "user_id": user, "ip_address": "::1", "user_agent": "x"}
            insert(connection, "session", {**values, "active_organization_id": "o", "impersonated_by": "bob"})
    return "s"


def test_a_session_is_begun(connection: Connection, session: str) -> None:
    command = auth.CreateSession(expires_at=LATER, token=HOSTILE, user_id="bob", user_agent=HOSTILE)
    with clock_read(connection) as now, watched(connection) as written:
        created = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "expires_at": LATER,
        "token": HOSTILE,
        "ip_address": None,
        "user_agent": HOSTILE,
        "user_id": "bob",
        "active_organization_id": None,
        "impersonated_by": None,
        "created_at": now,
        "updated_at": now,
    }
    assert created == made(auth.Session, row)
    assert written.tables == {"session": Changes(added=[row])}


def test_a_session_is_begun_with_all_that_is_given(connection: Connection, session: str) -> None:
    """An organization that is not there is no error."""
    given: dict[str, Any] = {
        "id": "new",
        "expires_at": NOON,
        "token": "new",
        "user_id": "anna",
        "ip_address": "127.0.0.1",
        "user_agent": "",
        "active_organization_id": "nothing",
        "impersonated_by": "nobody",
    }
    Querier(connection).execute(auth.CreateSession(**given))
    (row,) = rows(connection, "session", id="new")
    assert {name: row[name] for name in given} == given


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"token": "token-other"}, Conflict, ("token",)),
        ({"id": "other"}, Conflict, ("id",)),
        ({"user_id": "nobody"}, MissingReference, ("user_id",)),
    ],
)
def test_a_session_has_a_user_and_a_token_of_its_own(
    connection: Connection, session: str, given: dict[str, Any], error: type[Any], columns: Any
) -> None:
    values = {"expires_at": LATER, "token": "new", "user_id": "bob"}
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(auth.CreateSession(**{**values, **given}))
    assert (caught.value.columns, written.tables) == (columns, {})
    assert "token-other" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"expires_at": LATER, "ip_address": UNSET},
        {"ip_address": None, "user_agent": None, "active_organization_id": None, "impersonated_by": None},
        {"ip_address": "", "user_agent": HOSTILE, "active_organization_id": "p", "impersonated_by": "q"},
    ],
)
def test_what_is_given_of_a_session_is_changed(connection: Connection, session: str, given: dict[str, Any]) -> None:
    with clock_read(connection) as now, watched(connection) as written:
        changed = Querier(connection).execute(auth.ChangeSession(id="s", **given))
    expected = {name: value for name, value in given.items() if value is not UNSET}
    assert written.tables == {"session": Changes(changed=[{"id": "s", **expected, "updated_at": now}])}
    assert changed == made(auth.Session, row_or_none(connection, "session", id="s") or {})


def test_no_session_is_changed(connection: Connection, session: str) -> None:
    with watched(connection) as written:
        assert Querier(connection).execute(auth.ChangeSession(id="nothing", expires_at=LATER)) is None
    assert written.tables == {}


def test_a_session_is_ended(connection: Connection, session: str) -> None:
    (row,) = rows(connection, "session", id="s")
    with watched(connection) as written:
        assert [Querier(connection).execute(auth.DeleteSession(id="s")) for _ in range(2)] == [1, 0]
    assert written.tables == {"session": Changes(removed=[row])}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"user_id": "anna"}, {"other"}),
        ({"user_id": "anna", "kept_id": "s"}, {"other", "s"}),
        ({"user_id": "anna", "kept_id": "other"}, {"other"}),
        ({"user_id": "nobody"}, {"s", "expired", "third", "other"}),
    ],
)
def test_the_sessions_of_a_user_are_ended(
    connection: Connection, session: str, given: dict[str, Any], left: set[str]
) -> None:
    with watched(connection) as written:
        ended = Querier(connection).execute(auth.DeleteUserSessions(**given))
    assert {row["id"] for row in rows(connection, "session")} == left
    assert (ended, written.counts()) == (4 - len(left), {"session": len(left) - 4} if len(left) < 4 else {})


def test_no_token_is_shown(connection: Connection, session: str) -> None:
    command = auth.CreateSession(expires_at=LATER, token="secret", user_id="bob")
    assert "secret" not in repr(command) + repr(Querier(connection).execute(command))
