import re
from datetime import datetime
from typing import Any

import attrs
import pytest

from concordia_sql import Querier, StatementError, auth
from tests.auth.expected import Connection, user_details
from tests.support.reading import made, rows
from tests.support.rows import insert

OLD, NEW = datetime(2026, 1, 1), datetime(2026, 2, 1, 9, 30, 0, 123456)


def test_every_user_comes_with_all_that_is_theirs(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "user"):
        assert querier.fetch(auth.GetUser(id=row["id"])) == user_details(sample, row)


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.GetUser(id="nobody")) is None
    assert Querier(sample).fetch(auth.GetUser(id="")) is None


def test_a_user_with_nothing_has_empty_relations(connection: Connection) -> None:
    row = insert(connection, "user", {"name": "سارة 🌿", "banned": None})
    counted = dict.fromkeys(("session_count", "account_count", "member_count", "invitation_count"), 0)
    empty: dict[str, object] = dict.fromkeys(("sessions", "accounts", "members", "invitations"), ())
    expected = made(auth.UserDetails, row, **empty, **counted, profile=None)
    assert Querier(connection).fetch(auth.GetUser(id=row["id"])) == expected


def test_relations_of_the_same_time_are_in_the_order_of_their_ids(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    for number, created_at in [(2, OLD), (1, NEW), (3, NEW), (4, OLD)]:
        organization_id = insert(connection, "organization", {"metadata": '{"é": "\\u0000"}'})["id"]
        mine = {"id": str(number), "user_id": user_id, "created_at": created_at}
        insert(connection, "session", mine)
        insert(connection, "account", mine)
        insert(connection, "member", {**mine, "organization_id": organization_id})
        sent = {"id": str(number), "inviter_id": user_id, "created_at": created_at}
        insert(connection, "invitation", {**sent, "organization_id": organization_id})
    user = Querier(connection).fetch(auth.GetUser(id=user_id))
    assert user is not None
    assert [session.id for session in user.sessions] == ["3", "1", "4", "2"]
    assert [account.id for account in user.accounts] == ["2", "4", "1", "3"]
    assert [member.id for member in user.members] == ["2", "4", "1", "3"]
    assert [invitation.id for invitation in user.invitations] == ["3", "1", "4", "2"]
    assert [session.created_at for session in user.sessions] == [NEW, NEW, OLD, OLD]


def test_what_is_another_users_is_left_out(connection: Connection) -> None:
    owner, other = insert(connection, "user"), insert(connection, "user")
    organization_id = insert(connection, "organization")["id"]
    for table in ("session", "account", "profile"):
        insert(connection, table, {"user_id": other["id"]})
    insert(connection, "member", {"user_id": other["id"], "organization_id": organization_id})
    insert(connection, "invitation", {"inviter_id": other["id"], "organization_id": organization_id})
    querier = Querier(connection)
    assert querier.fetch(auth.GetUser(id=owner["id"])) == user_details(connection, owner)
    assert querier.fetch(auth.GetUser(id=other["id"])) == user_details(connection, other)


def test_a_class_of_ones_own_reads_its_columns_alone(sample: Connection) -> None:
    @attrs.frozen
    class Device:
        token: str = attrs.field(repr=False)

    @attrs.frozen
    class Login:
        name: str
        sessions: tuple[Device, ...]

    query = auth.GetUser(id="user-1").into(Login)
    user = Querier(sample).fetch(query)
    assert user is not None
    assert {device.token for device in user.sessions} == {
        row["token"] for row in rows(sample, "session", user_id="user-1")
    }
    assert "user_agent" not in query.compose().text
    assert "FROM account" not in query.compose().text


SECRETS = ["token", "password", "access_token", "refresh_token", "id_token"]


def test_no_secret_is_read() -> None:
    for query in (auth.GetUser(id="u"), auth.ListSessions(user_id="u")):
        assert not [name for name in SECRETS if re.search(rf"\.{name},?$", query.compose().text, re.MULTILINE)]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_read_by_a_class_that_hides_it_alone(sample: Connection, name: str) -> None:
    """So none made of names from outside reads one, nor a field of all keys, and no repr shows it."""
    relation = "sessions" if name == "token" else "accounts"

    def login(field: Any) -> Any:
        field.type = str | None
        row = attrs.make_class("Row", {name: field}, frozen=True)
        return attrs.make_class("Login", {relation: attrs.field(type=tuple[row, ...])}, frozen=True)  # type: ignore[valid-type]

    query = auth.GetUser(id="user-1")
    with pytest.raises(StatementError, match=rf"Row\.{name} would show a secret; .* attrs\.field\(repr=False\)"):
        query.into(login(attrs.field()))
    with pytest.raises(StatementError, match=rf"Login\.{relation} would show a secret"):
        query.into(attrs.make_class("Login", {relation: attrs.field(type=tuple[dict[str, object], ...])}))
    user = Querier(sample).fetch(query.into(login(attrs.field(repr=False))))
    table = relation.removesuffix("s")
    assert user is not None
    found = [getattr(row, name) for row in getattr(user, relation)]
    assert sorted(map(str, found)) == sorted(str(row[name]) for row in rows(sample, table, user_id="user-1"))
    assert not any(text in repr(user) for text in found if text)


def test_no_relation_carries_the_user_again() -> None:
    assert 'AS "user"' not in auth.GetUser(id="user-1").compose().text
