"""Accounts: the ways of a user to sign in."""

from typing import Any

import psycopg
import pytest

from concordia_sql import UNSET, Conflict, MissingReference, Querier, auth
from tests.auth.calls import HOSTILE, LATER, clock_read
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]

SECRETS: dict[str, Any] = {
    "access_token": "secret-a",
    "refresh_token": "secret-r",
    "id_token": "secret-i",
    "password": "secret-p",
}


@pytest.fixture
def account(connection: Connection) -> str:
    """An account with all that a column may hold, and another of the same user."""
    insert(connection, "user", {"id": "u"})
    for each in ("a", "other"):
        values = {"id": each, "account_id": each, "provider_id": "p", "user_id": "u", "scope": "s", **SECRETS}
        insert(connection, "account", {**values, "access_token_expires_at": NOON, "refresh_token_expires_at": NOON})
    return "a"


@pytest.mark.parametrize(
    "given", [{}, {"scope": HOSTILE, "access_token_expires_at": LATER, "refresh_token_expires_at": NOON, **SECRETS}]
)
def test_an_account_is_created(connection: Connection, account: str, given: dict[str, Any]) -> None:
    command = auth.CreateAccount(account_id=HOSTILE, provider_id="p", user_id="u", **given)
    with clock_read(connection) as now, watched(connection) as written:
        created = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "account_id": HOSTILE,
        "provider_id": "p",
        "user_id": "u",
        **dict.fromkeys(SECRETS),
        "access_token_expires_at": None,
        "refresh_token_expires_at": None,
        "scope": None,
        "created_at": now,
        "updated_at": now,
        **given,
    }
    assert created == made(auth.Account, row)
    assert written.tables == {"account": Changes(added=[row])}


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"account_id": "other"}, Conflict, ("provider_id", "account_id")),
        ({"id": "other"}, Conflict, ("id",)),
        ({"user_id": "nobody"}, MissingReference, ("user_id",)),
    ],
)
def test_an_account_is_of_one_user(
    connection: Connection, account: str, given: dict[str, Any], error: type[Any], columns: Any
) -> None:
    values = {"account_id": "new", "provider_id": "p", "user_id": "u"}
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(auth.CreateAccount(**{**values, **given}))
    assert (caught.value.columns, written.tables) == (columns, {})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {**dict.fromkeys(SECRETS), "scope": UNSET},
        {"access_token_expires_at": None, "refresh_token_expires_at": None, "scope": None},
        {"access_token_expires_at": LATER, "refresh_token_expires_at": LATER, "password": HOSTILE, "scope": ""},
    ],
)
def test_what_is_given_of_an_account_is_changed(connection: Connection, account: str, given: dict[str, Any]) -> None:
    with clock_read(connection) as now, watched(connection) as written:
        changed = Querier(connection).execute(auth.ChangeAccount(id="a", **given))
    expected = {name: value for name, value in given.items() if value is not UNSET}
    assert written.tables == {"account": Changes(changed=[{"id": "a", **expected, "updated_at": now}])}
    assert changed == made(auth.Account, row_or_none(connection, "account", id="a") or {})


def test_no_account_is_changed(connection: Connection, account: str) -> None:
    with watched(connection) as written:
        assert Querier(connection).execute(auth.ChangeAccount(id="nothing", scope="")) is None
    assert written.tables == {}


def test_an_account_is_deleted(connection: Connection, account: str) -> None:
    (row,) = rows(connection, "account", id="a")
    with watched(connection) as written:
        assert [Querier(connection).execute(auth.DeleteAccount(id="a")) for _ in range(2)] == [1, 0]
    assert written.tables == {"account": Changes(removed=[row])}


def test_no_secret_is_shown(connection: Connection, account: str) -> None:
    querier = Querier(connection)
    create = auth.CreateAccount(account_id="new", provider_id="p", user_id="u", **SECRETS)
    change = auth.ChangeAccount(id="a", **SECRETS)
    assert "secret" not in "".join(map(repr, [create, change, querier.execute(create), querier.execute(change)]))
