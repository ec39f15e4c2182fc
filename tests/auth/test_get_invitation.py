import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, invitation_details
from tests.support.reading import rows
from tests.support.rows import insert


def test_every_invitation_comes_with_its_organization_and_inviter(sample: Connection) -> None:
    querier = Querier(sample)
    expected = [invitation_details(sample, row) for row in rows(sample, "invitation")]
    assert [querier.fetch(auth.GetInvitation(id=invitation.id)) for invitation in expected] == expected
    assert {invitation.open for invitation in expected} == {True, False}


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.GetInvitation(id="nothing")) is None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize(
    ("status", "interval", "is_open"),
    [
        ("pending", "1 hour", True),
        ("pending", "-1 hour", False),
        ("pending", "0", False),
        ("accepted", "1 hour", False),
        ("of another writer", "1 hour", False),
    ],
)
def test_open_is_pending_and_not_expired_by_the_databases_clock(
    connection: Connection, zone: str, status: str, interval: str, *, is_open: bool
) -> None:
    """Whatever the zone of the connection."""
    connection.execute("SELECT set_config('TimeZone', %s, FALSE)", [zone])
    owner = {
        "organization_id": insert(connection, "organization")["id"],
        "inviter_id": insert(connection, "user")["id"],
    }
    row = insert(connection, "invitation", {**owner, "status": status})
    connection.execute(
        "UPDATE invitation SET expires_at = clock_timestamp() AT TIME ZONE 'UTC' + %s::interval", [interval]
    )
    found = Querier(connection).fetch(auth.GetInvitation(id=row["id"]))
    assert found is not None
    assert found.open is is_open
