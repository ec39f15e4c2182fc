"""Organizations: created with an owner, changed, and deleted."""

from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from concordia_sql import UNSET, Conflict, MissingReference, Querier, auth
from tests.auth.calls import HOSTILE, LATER, clock_read
from tests.support.deletes import Rule, check
from tests.support.races import waiting
from tests.support.reading import made, row_or_none
from tests.support.rows import insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]


@pytest.fixture
def organization(connection: Connection) -> str:
    """An organization with a member, an invitation and a session, and another."""
    insert(connection, "user", {"id": "u"})
    insert(connection, "user", {"id": "v"})
    for each in ("o", "other"):
        insert(connection, "organization", {"id": each, "slug": each, "logo": "logo", "metadata": "{}"})
        insert(connection, "member", {"id": each, "organization_id": each, "user_id": "u", "role": "owner"})
        insert(connection, "invitation", {"id": each, "organization_id": each, "inviter_id": "u"})
        insert(connection, "session", {"id": each, "active_organization_id": each, "user_id": "u"})
    insert(connection, "session", {"id": "none", "user_id": "u"})
    return "o"


def test_an_organization_is_created_with_its_owner(connection: Connection, organization: str) -> None:
    command = auth.CreateOrganization(name=HOSTILE, slug="new", user_id="u", metadata='{"a": null}')
    with clock_read(connection) as now, watched(connection) as written:
        created = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "name": HOSTILE,
        "slug": "new",
        "logo": None,
        "created_at": now,
        "metadata": '{"a": null}',
    }
    owner = {
        "id": command.member_id,
        "organization_id": command.id,
        "user_id": "u",
        "role": "owner",
        "created_at": now,
    }
    assert created == made(auth.Organization, row)
    assert written.tables == {"organization": Changes(added=[row]), "member": Changes(added=[owner])}


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"slug": "other"}, Conflict, ("slug",)),
        ({"id": "o"}, Conflict, ("id",)),
        ({"member_id": "o"}, Conflict, ("id",)),
        ({"user_id": "nobody"}, MissingReference, ("user_id",)),
    ],
)
def test_an_organization_is_created_whole_or_not_at_all(
    connection: Connection, organization: str, given: dict[str, Any], error: type[Any], columns: Any
) -> None:
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(auth.CreateOrganization(**{"name": "n", "slug": "s", "user_id": "u", **given}))
    assert (caught.value.columns, written.tables) == (columns, {})


def test_what_is_given_is_changed_and_nothing_else(connection: Connection, organization: str) -> None:
    querier = Querier(connection)
    for command, change in (
        (auth.ChangeOrganization(id="o"), {}),
        (auth.ChangeOrganization(id="o", name=HOSTILE, slug="new"), {"name": HOSTILE, "slug": "new"}),
        (auth.ChangeOrganization(id="o", name=UNSET, logo=None, metadata="[]"), {"logo": None, "metadata": "[]"}),
    ):
        with watched(connection) as written:
            changed = querier.execute(command)
        assert changed == made(auth.Organization, row_or_none(connection, "organization", id="o") or {})
        assert written.tables == ({"organization": Changes(changed=[{"id": "o", **change}])} if change else {})


def test_no_organization_is_changed(connection: Connection, organization: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        assert querier.execute(auth.ChangeOrganization(id="nothing", name="")) is None
        with pytest.raises(Conflict) as caught:
            querier.execute(auth.ChangeOrganization(id="o", slug="other", name=""))
    assert (caught.value.columns, written.tables) == (("slug",), {})


@pytest.mark.parametrize("seed", range(4))
def test_an_organization_goes_with_members_and_invitations(connection: Connection, seed: int) -> None:
    """Sessions no longer work for it."""
    rule = Rule(
        lambda key: auth.DeleteOrganization(id=key),
        "organization",
        removes=[("member", "organization_id"), ("invitation", "organization_id")],
        detaches=[("session", "active_organization_id")],
    )
    check(connection, rule, seed)


def test_what_another_delete_left_is_left(connection: Connection, organization: str) -> None:
    """Sessions may work for what is gone."""
    insert(connection, "session", {"user_id": "u", "active_organization_id": "gone"})
    with watched(connection) as written:
        deleted = Querier(connection).execute(auth.DeleteOrganization(id="gone"))
    assert (deleted, written.tables) == (auth.DeletedOrganization(0, 0, 0, 0), {})


def test_a_delete_counts_what_came_while_it_waited(
    connection: Connection, database_url: str, organization: str
) -> None:
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            querier.execute(auth.AddMember(organization_id="o", user_id="v"))
            querier.execute(auth.InviteMember(organization_id="o", email="v", inviter_id="v", expires_at=LATER))
            answer = stack.enter_context(waiting(database_url, auth.DeleteOrganization(id="o")))
        assert answer.result() == auth.DeletedOrganization(organization=1, member=2, invitation=2, session_detached=1)


def test_nobody_becomes_a_member_of_what_is_being_deleted(
    connection: Connection, database_url: str, organization: str
) -> None:
    add = auth.AddMember(organization_id="o", user_id="v")
    with ExitStack() as stack:
        with Querier(connection).transaction() as querier:
            querier.execute(auth.DeleteOrganization(id="o"))
            answer = stack.enter_context(waiting(database_url, add))
        assert isinstance(answer.result(), MissingReference)
