"""Members of organizations: added, changed and removed, but never the last owner."""

from typing import Any

import psycopg
import pytest

from concordia_sql import Command, Conflict, MissingReference, Querier, Refused, auth
from tests.auth.calls import clock_read
from tests.support.races import kinds, racers
from tests.support.reading import made, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]


@pytest.fixture
def organization(connection: Connection) -> str:
    """An organization with an owner and a member, who own another one each."""
    for user in ("owner", "anna", "bob"):
        insert(connection, "user", {"id": user})
    for each in ("o", "owner-s", "anna-s"):
        insert(connection, "organization", {"id": each})
    join(connection, "o", "owner", "owner")
    join(connection, "o", "anna", "member")
    join(connection, "owner-s", "owner", "owner")
    join(connection, "anna-s", "anna", "owner")
    return "o"


def join(connection: Connection, organization_id: str, user_id: str, role: str) -> None:
    id = f"{organization_id}-{user_id}"  # noqa: A001
    insert(connection, "member", {"id": id, "organization_id": organization_id, "user_id": user_id, "role": role})


def test_a_user_becomes_a_member(connection: Connection, organization: str) -> None:
    with clock_read(connection) as now, watched(connection) as written:
        added = Querier(connection).execute(auth.AddMember(id="m", organization_id="o", user_id="bob"))
    row = {"id": "m", "organization_id": "o", "user_id": "bob", "role": "member", "created_at": now}
    assert added == made(auth.Member, row)
    assert written.tables == {"member": Changes(added=[row])}


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"user_id": "anna"}, Conflict, ("organization_id", "user_id")),
        ({"id": "o-anna"}, Conflict, ("id",)),
        ({"organization_id": "nothing"}, MissingReference, ("organization_id",)),
        ({"user_id": "nobody"}, MissingReference, ("user_id",)),
    ],
)
def test_who_cannot_become_a_member(
    connection: Connection, organization: str, given: dict[str, Any], error: type[Any], columns: Any
) -> None:
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(auth.AddMember(**{"organization_id": "o", "user_id": "bob", **given}))
    assert (caught.value.columns, written.tables) == (columns, {})


@pytest.mark.parametrize("role", ["owner", "admin,owner", "';--نص\\%s{}:id"])
def test_a_role_is_changed(connection: Connection, organization: str, role: str) -> None:
    command = auth.ChangeMemberRole(organization_id="o", user_id="anna", role=role)
    with watched(connection) as written:
        changed = Querier(connection).execute(command)
    row = {"id": "o-anna", "organization_id": "o", "user_id": "anna", "role": role, "created_at": NOON}
    assert changed == made(auth.Member, row)
    assert written.tables == {"member": Changes(changed=[{"id": "o-anna", "role": role}])}


def test_a_member_is_removed(connection: Connection, organization: str) -> None:
    (row,) = rows(connection, "member", id="o-anna")
    leave = auth.RemoveMember(organization_id="o", user_id="anna")
    with watched(connection) as written:
        assert [Querier(connection).execute(leave) for _ in range(2)] == [1, 0]
    assert written.tables == {"member": Changes(removed=[row])}


def test_who_is_no_member_is_neither_changed_nor_removed(connection: Connection, organization: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        for where, who in (("o", "bob"), ("o", "nobody"), ("nothing", "owner"), ("anna-s", "owner")):
            assert querier.execute(auth.ChangeMemberRole(organization_id=where, user_id=who, role="owner")) is None
            assert querier.execute(auth.RemoveMember(organization_id=where, user_id=who)) == 0
    assert written.tables == {}


def leaving(user_id: str) -> list[Command[Any]]:
    """The ways of an owner to be one no more."""
    return [
        auth.RemoveMember(organization_id="o", user_id=user_id),
        auth.ChangeMemberRole(organization_id="o", user_id=user_id, role="admin"),
        auth.ChangeMemberRole(organization_id="o", user_id=user_id, role="coowner,owner-to-be"),
    ]


@pytest.mark.parametrize("role", ["owner", "owner,admin", "admin,owner"])
@pytest.mark.parametrize("others", ["member", "admin", "coowner", ""])
def test_the_last_owner_stays(connection: Connection, organization: str, role: str, others: str) -> None:
    connection.execute("UPDATE member SET role = %s WHERE id = 'o-owner'", [role])
    connection.execute("UPDATE member SET role = %s WHERE id = 'o-anna'", [others])
    for command in leaving("owner"):
        with watched(connection) as written, pytest.raises(Refused) as caught:
            Querier(connection).execute(command)
        assert (caught.value.reason, caught.value.found, written.tables) == ("last_owner", None, {})


def test_the_last_owner_may_change_the_other_roles(connection: Connection, organization: str) -> None:
    command = auth.ChangeMemberRole(organization_id="o", user_id="owner", role="admin,owner")
    changed = Querier(connection).execute(command)
    assert changed is not None and changed.role == "admin,owner"


@pytest.mark.parametrize("role", ["owner", "admin,owner"])
@pytest.mark.parametrize("way", range(3))
def test_an_owner_may_go_when_another_stays(connection: Connection, organization: str, role: str, way: int) -> None:
    connection.execute("UPDATE member SET role = %s WHERE id = 'o-anna'", [role])
    with watched(connection) as written:
        Querier(connection).execute(leaving("owner")[way])
    assert list(written.tables) == ["member"]
    with pytest.raises(Refused):
        Querier(connection).execute(leaving("anna")[way])


@pytest.mark.parametrize("number", [2, 8])
def test_of_owners_who_leave_at_once_one_stays(
    connection: Connection, database_url: str, organization: str, number: int
) -> None:
    names = [f"owner-{each}" for each in range(number)]
    for name in names:
        insert(connection, "user", {"id": name})
    with racers(database_url, number) as many:
        for turn in range(20):
            connection.execute("DELETE FROM member WHERE organization_id = 'o'")
            for name in names:
                join(connection, "o", name, "owner")
            ways = [(0, 0), (1, 1), (0, 1)][turn % 3]  # all leave, all step down, or some each
            commands = [leaving(name)[ways[place % 2]] for place, name in enumerate(names)]
            outcomes = many.race(*commands, waiting_for="SELECT FROM member" if turn % 2 else None)
            assert kinds(outcomes).pop("last_owner") == 1
            assert len([each for each in outcomes if isinstance(each, int | auth.Member)]) == number - 1
            assert len(rows(connection, "member", organization_id="o", role="owner")) == 1
