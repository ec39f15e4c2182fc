"""Invitations: into an organization, and accepted, rejected or canceled once."""

from contextlib import ExitStack
from datetime import UTC, timedelta, timezone
from typing import Any

import psycopg
import pytest

from concordia_sql import Conflict, MissingReference, NotFound, Querier, Refused, auth
from tests.auth.calls import LATER, clock_read
from tests.support.races import kinds, racers, waiting
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
ROUNDS = [(number, "SELECT FROM invitation" if number % 2 else None) for number in range(20)]


@pytest.fixture
def invitation(connection: Connection) -> str:
    """A pending invitation of anna@example.com, and others."""
    insert(connection, "user", {"id": "owner", "email": "owner@example.com"})
    insert(connection, "user", {"id": "anna", "email": "anna@example.com"})
    insert(connection, "user", {"id": "bob", "email": "bob@example.com"})
    insert(connection, "organization", {"id": "o"})
    insert(connection, "member", {"organization_id": "o", "user_id": "owner", "role": "owner"})
    insert(connection, "organization", {"id": "elsewhere"})
    for each, where in (("i", "o"), ("other", "elsewhere")):
        invite(connection, each, organization_id=where)
    return "i"


def invite(connection: Connection, key: str, **values: object) -> None:
    row = {"organization_id": "o", "email": "anna@example.com", "expires_at": LATER, "inviter_id": "owner", "id": key}
    insert(connection, "invitation", {**row, **values})


def test_somebody_is_invited(connection: Connection, invitation: str) -> None:
    command = auth.InviteMember(
        organization_id="o", email="Anna.ÉTÉ@Example.COM", inviter_id="owner", expires_at=LATER, role="admin,owner"
    )
    with clock_read(connection) as now, watched(connection) as written:
        created = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "organization_id": "o",
        "email": "anna.ÉtÉ@example.com",
        "role": "admin,owner",
        "status": "pending",
        "expires_at": LATER,
        "created_at": now,
        "inviter_id": "owner",
    }
    assert created == made(auth.Invitation, row)
    assert written.tables == {"invitation": Changes(added=[row])}


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"id": "i"}, Conflict, ("id",)),
        ({"organization_id": "nothing"}, MissingReference, ("organization_id",)),
        ({"inviter_id": "nobody"}, MissingReference, ("inviter_id",)),
    ],
)
def test_an_invitation_refers_to_what_is_there(
    connection: Connection, invitation: str, given: dict[str, Any], error: type[Any], columns: Any
) -> None:
    values = {"organization_id": "o", "email": "a", "inviter_id": "owner", "expires_at": LATER}
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(auth.InviteMember(**{**values, **given}))
    assert (caught.value.columns, written.tables) == (columns, {})


@pytest.mark.parametrize(("role", "becomes"), [(None, "member"), ("owner,admin", "owner,admin"), ("", "")])
def test_who_accepts_is_a_member(connection: Connection, invitation: str, role: str | None, becomes: str) -> None:
    connection.execute("UPDATE invitation SET role = %s", [role])
    with clock_read(connection) as now, watched(connection) as written:
        accepted = Querier(connection).execute(auth.AcceptInvitation(id="i", user_id="anna", member_id="m"))
    row = {"id": "m", "organization_id": "o", "user_id": "anna", "role": becomes, "created_at": now}
    assert accepted == made(auth.Member, row)
    assert written.tables == {
        "member": Changes(added=[row]),
        "invitation": Changes(changed=[{"id": "i", "status": "accepted"}]),
    }


@pytest.mark.parametrize("email", ["ANNA@Example.com", "anna@example.com"])
def test_an_address_is_the_same_in_upper_and_lower_case(connection: Connection, invitation: str, email: str) -> None:
    connection.execute("UPDATE invitation SET email = %s", [email])
    connection.execute("UPDATE \"user\" SET email = 'Anna@Example.COM' WHERE id = 'anna'")
    assert Querier(connection).execute(auth.AcceptInvitation(id="i", user_id="anna")).user_id == "anna"


def test_only_the_letters_a_to_z_have_a_lower_case(connection: Connection) -> None:
    """The lower case of the Kelvin sign is the letter k, and whose address has the one must not be the other."""
    insert(connection, "organization", {"id": "o"})
    insert(connection, "user", {"id": "kelvin", "email": "\u212aate@example.com"})
    insert(connection, "user", {"id": "kate", "email": "kate@example.com"})
    invitation = {"id": "i", "organization_id": "o", "inviter_id": "kate", "expires_at": LATER}
    insert(connection, "invitation", {**invitation, "email": "Kate@example.com", "status": "pending"})
    querier = Querier(connection)
    with pytest.raises(Refused, match="wrong_email"):
        querier.execute(auth.AcceptInvitation(id="i", user_id="kelvin"))
    for email, found in (("KATE@example.com", 1), ("\u212aate@example.com", 0)):
        assert len(querier.fetch(auth.ListInvitations(email=email))) == found
        assert querier.fetch(auth.CountInvitations(email=email)).count == found
        user = querier.fetch(auth.GetUserByEmail(email=email))
        assert user and user.id == ("kate" if found else "kelvin")
    with pytest.raises(Conflict):
        querier.execute(auth.CreateUser(name="n", email="\u212aate@example.com"))
    assert querier.execute(auth.AcceptInvitation(id="i", user_id="kate")).user_id == "kate"


@pytest.mark.parametrize(
    ("values", "user_id", "refusal"),
    [
        ({"status": "accepted"}, "anna", ("not_pending", "accepted")),
        ({"status": "rejected"}, "anna", ("not_pending", "rejected")),
        ({"status": "canceled", "expires_at": NOON}, "anna", ("not_pending", "canceled")),
        ({"expires_at": NOON}, "anna", ("expired", None)),
        ({}, "bob", ("wrong_email", None)),
        ({"status": "accepted", "expires_at": NOON}, "owner", ("wrong_email", None)),
    ],
)
def test_what_cannot_be_accepted(
    connection: Connection, invitation: str, values: dict[str, object], user_id: str, refusal: Any
) -> None:
    invite(connection, "mine", **values)
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(auth.AcceptInvitation(id="mine", user_id=user_id))
    assert (caught.value.reason, caught.value.found) == refusal
    assert written.tables == {}


def test_an_invitation_expires_at_its_moment(connection: Connection, invitation: str) -> None:
    """A moment is given in any zone."""
    querier = Querier(connection)
    moment = LATER.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-7)))
    with watched(connection) as written, pytest.raises(Refused) as caught:
        querier.execute(auth.AcceptInvitation(id="i", user_id="anna", now=moment))
    assert (caught.value.reason, written.tables) == ("expired", {})
    before = moment - timedelta(microseconds=1)
    assert querier.execute(auth.AcceptInvitation(id="i", user_id="anna", now=before)).user_id == "anna"


def test_a_member_is_not_made_one_again(connection: Connection, invitation: str) -> None:
    insert(connection, "member", {"id": "m", "organization_id": "o", "user_id": "anna"})
    querier = Querier(connection)
    for command, columns in (
        (auth.AcceptInvitation(id="i", user_id="anna"), ("organization_id", "user_id")),
        (auth.AcceptInvitation(id="i", user_id="anna", member_id="m"), ("id",)),
    ):
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            querier.execute(command)
        assert (caught.value.columns, written.tables) == (columns, {})


def test_accepting_what_is_not_there(connection: Connection, invitation: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        with pytest.raises(NotFound):
            querier.execute(auth.AcceptInvitation(id="nothing", user_id="anna"))
        with pytest.raises(MissingReference) as caught:
            querier.execute(auth.AcceptInvitation(id="i", user_id="nobody"))
    assert (caught.value.columns, written.tables) == (("user_id",), {})


@pytest.mark.parametrize("status", ["rejected", "canceled"])
def test_an_invitation_is_closed_once(connection: Connection, invitation: str, status: Any) -> None:
    connection.execute("UPDATE invitation SET expires_at = %s", [NOON])
    command = auth.ChangeInvitationStatus(id="i", status=status)
    with watched(connection) as written:
        closed = Querier(connection).execute(command)
    assert written.tables == {"invitation": Changes(changed=[{"id": "i", "status": status}])}
    assert closed == made(auth.Invitation, row_or_none(connection, "invitation", id="i") or {})
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(auth.ChangeInvitationStatus(id="i", status="canceled"))
    assert (caught.value.reason, caught.value.found, written.tables) == ("not_pending", status, {})


def test_an_invitation_that_is_not_there_is_not_closed(connection: Connection, invitation: str) -> None:
    with watched(connection) as written, pytest.raises(NotFound):
        Querier(connection).execute(auth.ChangeInvitationStatus(id="nothing", status="canceled"))
    assert written.tables == {}


def test_an_invitation_is_deleted(connection: Connection, invitation: str) -> None:
    row = row_or_none(connection, "invitation", id="i")
    command = auth.DeleteInvitation(id="i")
    with watched(connection) as written:
        assert [Querier(connection).execute(command) for _ in range(2)] == [1, 0]
    assert written.tables == {"invitation": Changes(removed=[row] if row else [])}


def test_an_invitation_is_accepted_once(connection: Connection, database_url: str, invitation: str) -> None:
    """By whoever comes first of the users whose addresses differ in case alone."""
    names = ["anna", "Anna", "aNna", "anNa", "annA", "ANna", "AnNa", "AnnA"]
    for name in names[1:]:
        insert(connection, "user", {"id": name, "email": f"{name}@example.com"})
    with racers(database_url, 8) as many:
        for number, waiting_for in ROUNDS:
            invite(connection, f"{number}")
            outcomes = many.race(
                *[auth.AcceptInvitation(id=f"{number}", user_id=name) for name in names], waiting_for=waiting_for
            )
            assert kinds(outcomes) == {"Member": 1, "not_pending": 7}
            (member,) = (each for each in outcomes if isinstance(each, auth.Member))
            assert [row["id"] for row in rows(connection, "member", organization_id="o", role="member")] == [member.id]
            connection.execute("DELETE FROM member WHERE role = 'member'")


def test_an_invitation_is_accepted_once_by_the_same_user(
    connection: Connection, database_url: str, invitation: str
) -> None:
    with racers(database_url, 8) as many:
        for number, waiting_for in ROUNDS:
            invite(connection, f"{number}")
            outcomes = many.race(
                *[auth.AcceptInvitation(id=f"{number}", user_id="anna") for _ in range(8)], waiting_for=waiting_for
            )
            assert kinds(outcomes) == {"Member": 1, "not_pending": 7}
            assert {each.found for each in outcomes if isinstance(each, Refused)} == {"accepted"}
            connection.execute("DELETE FROM member WHERE user_id = 'anna'")


def test_an_invitation_is_accepted_or_canceled(connection: Connection, database_url: str, invitation: str) -> None:
    with racers(database_url, 8) as many:
        for number, waiting_for in ROUNDS:
            invite(connection, f"{number}")
            accept = auth.AcceptInvitation(id=f"{number}", user_id="anna")
            cancel = auth.ChangeInvitationStatus(id=f"{number}", status="canceled")
            outcomes = many.race(*4 * (accept, cancel), waiting_for=waiting_for)
            (row,) = rows(connection, "invitation", id=f"{number}")
            members = rows(connection, "member", user_id="anna")
            done = "Member" if row["status"] == "accepted" else "Invitation"
            assert kinds(outcomes) == {done: 1, "not_pending": 7}
            assert (len(members), row["status"]) in [(1, "accepted"), (0, "canceled")]
            connection.execute("DELETE FROM member WHERE user_id = 'anna'")


def test_two_invitations_make_one_member(connection: Connection, database_url: str, invitation: str) -> None:
    with racers(database_url, 8) as many:
        for number in range(20):
            names = [f"{number}-{each}" for each in range(8)]
            for name in names:
                invite(connection, name)
            outcomes = many.race(*[auth.AcceptInvitation(id=name, user_id="anna") for name in names])
            assert kinds(outcomes) == {"Member": 1, "Conflict": 7}
            assert len(rows(connection, "member", user_id="anna")) == 1
            accepted = [row["id"] for row in rows(connection, "invitation", status="accepted") if row["id"] in names]
            assert len(accepted) == 1
            connection.execute("DELETE FROM member WHERE user_id = 'anna'")


@pytest.mark.usefixtures("invitation")
@pytest.mark.parametrize(
    ("lock", "command", "delete"),
    [
        (
            b"SELECT FROM organization WHERE id = 'o' FOR UPDATE",
            auth.AcceptInvitation(id="i", user_id="anna"),
            auth.DeleteOrganization(id="o"),
        ),
        (
            b"SELECT FROM \"user\" WHERE id = 'owner' FOR UPDATE",
            auth.AcceptInvitation(id="own", user_id="owner"),
            auth.DeleteUser(id="owner"),
        ),
    ],
    ids=["organization", "user"],
)
def test_accepting_waits_for_a_delete_and_holds_nothing_that_it_needs(
    connection: Connection, database_url: str, lock: bytes, command: Any, delete: Any
) -> None:
    """Else the two would wait for each other. The user is the inviter too, so that the invitation goes with them."""
    invite(connection, "own", email="owner@example.com", organization_id="elsewhere")
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            connection.execute(lock)
            answer = stack.enter_context(waiting(database_url, command))
            assert querier.execute(delete).invitation > 0
        assert isinstance(answer.result(), NotFound)


def test_who_is_deleted_meanwhile_is_no_member(connection: Connection, database_url: str, invitation: str) -> None:
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            querier.execute(auth.DeleteUser(id="anna"))
            answer = stack.enter_context(waiting(database_url, auth.AcceptInvitation(id="i", user_id="anna")))
        assert isinstance(answer.result(), MissingReference)
    assert [row["status"] for row in rows(connection, "invitation", id="i")] == ["pending"]


def test_the_time_is_that_of_the_database(connection: Connection, invitation: str) -> None:
    """By the database's clock, when no moment is given."""
    with clock_read(connection) as now:
        pass
    invite(connection, "past", expires_at=now - timedelta(seconds=1))
    invite(connection, "future", expires_at=now + timedelta(hours=1))
    querier = Querier(connection)
    with pytest.raises(Refused):
        querier.execute(auth.AcceptInvitation(id="past", user_id="anna"))
    assert querier.execute(auth.AcceptInvitation(id="future", user_id="anna")).organization_id == "o"
