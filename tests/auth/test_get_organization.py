from datetime import datetime

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, organization_details
from tests.support.reading import made, rows
from tests.support.rows import insert


def test_every_organization_comes_with_its_members_and_invitations(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "organization"):
        assert querier.fetch(auth.GetOrganization(id=row["id"])) == organization_details(sample, row)


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.GetOrganization(id="gone")) is None


def test_an_organization_of_nobody(connection: Connection) -> None:
    row = insert(connection, "organization", {"name": "ورشة 🛠"})
    insert(connection, "organization")
    expected = made(auth.OrganizationDetails, row, members=(), member_count=0, invitations=(), invitation_count=0)
    assert Querier(connection).fetch(auth.GetOrganization(id=row["id"])) == expected


def test_relations_of_the_same_time_are_in_the_order_of_their_ids(connection: Connection) -> None:
    ours, theirs = (insert(connection, "organization")["id"] for _ in range(2))
    for number, day in [("b", 1), ("a", 2), ("c", 2), ("d", 1)]:
        user_id = insert(connection, "user")["id"]
        ours_on = {"id": number, "organization_id": ours, "created_at": datetime(2026, 3, day)}
        insert(connection, "member", {**ours_on, "user_id": user_id})
        insert(connection, "invitation", {**ours_on, "inviter_id": user_id})
        insert(connection, "member", {"organization_id": theirs, "user_id": user_id})
        insert(connection, "invitation", {"organization_id": theirs, "inviter_id": user_id})
    found = Querier(connection).fetch(auth.GetOrganization(id=ours))
    assert found is not None
    assert [member.id for member in found.members] == ["b", "d", "a", "c"]
    assert [invitation.id for invitation in found.invitations] == ["c", "a", "d", "b"]


def test_members_see_no_more_of_a_user_than_the_address() -> None:
    text = auth.GetOrganization(id="organization-1").compose().text
    assert '"user".email' in text
    assert not [name for name in ("role", "banned", "ban_reason", "email_verified") if f'"user".{name}' in text]
