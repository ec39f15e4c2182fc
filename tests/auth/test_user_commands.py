"""Users: created, changed, and deleted with all that is theirs."""

from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from concordia_sql import UNSET, Conflict, MissingReference, ParameterError, Querier, Refused, auth, profile
from tests.auth.calls import HOSTILE, LATER, clock_read
from tests.support.deletes import Rule, check
from tests.support.races import waiting
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]


@pytest.fixture
def user(connection: Connection) -> str:
    """A user with all that a column may hold, and another."""
    for each in ("u", "other"):
        values = {"id": each, "email": each, "username": each, "display_username": each.upper(), "role": "admin"}
        insert(connection, "user", {**values, "image": "x", "banned": True, "ban_reason": "x", "ban_expires": NOON})
    return "u"


def test_a_user_is_created(connection: Connection, user: str) -> None:
    command = auth.CreateUser(name=HOSTILE, email="نص@example.com")
    with clock_read(connection) as now, watched(connection) as written:
        created = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "name": HOSTILE,
        "email": "نص@example.com",
        "email_verified": False,
        "image": None,
        "username": None,
        "display_username": None,
        "role": None,
        "banned": False,
        "ban_reason": None,
        "ban_expires": None,
        "created_at": now,
        "updated_at": now,
    }
    assert created == made(auth.User, row)
    assert written.tables == {"user": Changes(added=[row])}


def test_a_user_is_created_with_all_that_is_given(connection: Connection) -> None:
    given: dict[str, Any] = {
        "id": "u",
        "name": "",
        "email": "a",
        "email_verified": True,
        "image": "i",
        "username": "n",
        "display_username": "N",
        "role": "admin,user",
        "banned": None,
        "ban_reason": "r",
        "ban_expires": LATER,
    }
    Querier(connection).execute(auth.CreateUser(**given))
    (row,) = rows(connection, "user")
    assert {name: row[name] for name in given} == given


@pytest.mark.parametrize("column", ["id", "email", "username"])
def test_no_two_users_are_the_same(connection: Connection, user: str, column: str) -> None:
    key: dict[str, Any] = {column: "other"}
    with watched(connection) as written, pytest.raises(Conflict) as caught:
        Querier(connection).execute(auth.CreateUser(**{"name": "n", "email": "e", **key}))
    assert (caught.value.columns, caught.value.deleted, written.tables) == ((column,), False, {})
    assert str(caught.value) == f"auth.CreateUser: user has a row with this {column}"
    if column != "id":
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            Querier(connection).execute(auth.ChangeUser(id="u", **key))
        assert (caught.value.columns, written.tables) == ((column,), {})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": HOSTILE, "email": "e", "email_verified": True, "banned": False},
        {"image": None, "username": None, "display_username": None, "role": None},
        {"name": UNSET, "banned": None, "ban_reason": None, "ban_expires": None},
        {"ban_expires": LATER, "image": "/i", "role": "a,b"},
    ],
)
def test_what_is_given_of_a_user_is_changed(connection: Connection, user: str, given: dict[str, Any]) -> None:
    with clock_read(connection) as now, watched(connection) as written:
        changed = Querier(connection).execute(auth.ChangeUser(id="u", **given))
    expected = {name: value for name, value in given.items() if value is not UNSET}
    assert written.tables == {"user": Changes(changed=[{"id": "u", **expected, "updated_at": now}])}
    assert changed == made(auth.User, row_or_none(connection, "user", id="u") or {})


@pytest.mark.parametrize("banned", [True, False, None])
def test_a_ban_ends_the_sessions_of_the_user(connection: Connection, user: str, banned: bool | None) -> None:
    for who in ("u", "other"):
        for number in range(2):
            insert(connection, "session", {"id": f"{who}-{number}", "user_id": who})
    with watched(connection) as written:
        Querier(connection).execute(auth.ChangeUser(id="u", banned=banned, ban_reason="r"))
    assert written.counts() == ({"session": -2} if banned else {})
    assert len(rows(connection, "session", user_id="u")) == (0 if banned else 2)


def test_more_sessions_than_a_ban_may_end_are_deleted_first(connection: Connection, user: str) -> None:
    for number in range(3):
        insert(connection, "session", {"id": f"s{number}", "user_id": "u"})
    querier = Querier(connection)
    with watched(connection) as written, pytest.raises(Refused) as caught:
        querier.execute(auth.ChangeUser(id="u", banned=True, limit=2))
    assert (caught.value.reason, caught.value.found, written.tables) == ("too_many", "2", {})
    assert querier.execute(auth.ChangeUser(id="u", banned=False, limit=2)) is not None
    querier.execute(auth.DeleteUserSessions(user_id="u", kept_id="s0"))
    querier.execute(auth.ChangeUser(id="u", banned=True, limit=1))
    assert rows(connection, "session", user_id="u") == []


def test_a_session_that_begins_meanwhile_ends_with_the_ban(
    connection: Connection, database_url: str, user: str
) -> None:
    session = auth.CreateSession(expires_at=LATER, token="t", user_id="u")
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            querier.execute(session)
            answer = stack.enter_context(waiting(database_url, auth.ChangeUser(id="u", banned=True)))
        assert answer.result().banned
    assert rows(connection, "session", user_id="u") == []


def test_an_address_and_a_username_are_stored_in_lower_case(connection: Connection) -> None:
    querier = Querier(connection)
    created = querier.execute(auth.CreateUser(name="Ada", email="Ada@Example.com", username="AdaL"))
    assert (created.email, created.username, created.display_username) == ("ada@example.com", "adal", "AdaL")
    with pytest.raises(Conflict):
        querier.execute(auth.CreateUser(name="Ada 2", email="ADA@example.COM"))
    with pytest.raises(Conflict):
        querier.execute(auth.CreateUser(name="Ada 2", email="b", username="ADAL"))
    changed = querier.execute(auth.ChangeUser(id=created.id, email="B@X", username="B"))
    assert changed and (changed.email, changed.username, changed.display_username) == ("b@x", "b", "B")


def test_nobody_is_changed(connection: Connection, user: str) -> None:
    with watched(connection) as written:
        assert Querier(connection).execute(auth.ChangeUser(id="nobody", name="n")) is None
    assert written.tables == {}


def test_a_user_has_a_name_and_an_address() -> None:
    nothing: Any = None
    for column in ("name", "email", "email_verified"):
        with pytest.raises(ParameterError):
            auth.ChangeUser(**{"id": "u", column: nothing})


RULE = Rule(
    lambda key: auth.DeleteUser(id=key),
    "user",
    removes=[
        ("session", "user_id"),
        ("account", "user_id"),
        ("member", "user_id"),
        ("invitation", "inviter_id"),
        ("profile", "user_id"),
    ],
)


@pytest.mark.parametrize("seed", range(4))
def test_a_user_goes_with_all_that_is_theirs(connection: Connection, seed: int) -> None:
    """What they wrote stays, as do bookings."""
    check(connection, RULE, seed)


def test_a_last_owner_goes_too(connection: Connection, user: str) -> None:
    querier = Querier(connection)
    organization = querier.execute(auth.CreateOrganization(name="o", slug="o", user_id="u"))
    assert querier.execute(auth.DeleteUser(id="u")).member == 1
    assert rows(connection, "member", organization_id=organization.id) == []
    assert len(rows(connection, "organization")) == 1


def test_a_delete_counts_what_came_and_went_while_it_waited(
    connection: Connection, database_url: str, user: str
) -> None:
    insert(connection, "session", {"id": "old", "user_id": "u"})
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            for token in ("a", "b"):
                querier.execute(auth.CreateSession(token=token, user_id="u", expires_at=LATER))
            querier.execute(auth.CreateAccount(account_id="a", provider_id="p", user_id="u"))
            querier.execute(profile.PutProfile(user_id="u"))
            querier.execute(auth.DeleteSession(id="old"))
            answer = stack.enter_context(waiting(database_url, auth.DeleteUser(id="u")))
        assert answer.result() == auth.DeletedUser(user=1, session=2, account=1, member=0, invitation=0, profile=1)


def test_nobody_signs_in_who_is_being_deleted(connection: Connection, database_url: str, user: str) -> None:
    sign_in = auth.CreateSession(token="a", user_id="u", expires_at=LATER)
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            querier.execute(auth.DeleteUser(id="u"))
            answer = stack.enter_context(waiting(database_url, sign_in))
        assert isinstance(answer.result(), MissingReference)
