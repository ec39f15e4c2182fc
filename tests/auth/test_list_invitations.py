from datetime import datetime
from itertools import product
from typing import Any

import pytest

from concordia_sql import ParameterError, Querier, auth
from tests.auth.expected import Connection, invitation_details, invitations
from tests.support.reading import made, paged, rows
from tests.support.rows import insert

NEVER, LONG_AGO = datetime(2100, 1, 1), datetime(2000, 1, 1)


@pytest.mark.parametrize("limit", [1, 5, 500])
def test_all_invitations_come_with_organization_and_inviter(sample: Connection, limit: int) -> None:
    expected = [
        made(
            auth.ListedInvitation,
            row,
            organization=(details := invitation_details(sample, row)).organization,
            inviter=details.inviter,
            open=details.open,
            cursor="",
        )
        for row in invitations(sample)
    ]
    assert len(expected) == 12
    assert paged(Querier(sample), auth.ListInvitations(), limit) == expected


def test_filters_alone_and_together(connection: Connection) -> None:
    """Of one invitation of each kind; all but the last letter of the ids are the same, as are many times."""
    organizations = [insert(connection, "organization")["id"] for _ in range(2)]
    inviters = [insert(connection, "user")["id"] for _ in range(2)]
    statuses: list[auth.InvitationStatus] = ["pending", "accepted"]
    kinds = product(organizations, inviters, ["Élise@b.example", "ÉLISE@B.EXAMPLE", "b@b.example"], statuses)
    for number, (organization_id, inviter_id, email, status) in enumerate(kinds):
        values = {"organization_id": organization_id, "inviter_id": inviter_id, "email": email, "status": status}
        for expires_at in (NEVER, LONG_AGO):
            created_at = datetime(2026, 3, 1 + number % 3)
            insert(connection, "invitation", {**values, "expires_at": expires_at, "created_at": created_at})
    querier = Querier(connection)
    choices = product(
        [None, "Élise@B.example", "élise@b.example", "Élise@", "%"],
        [None, *organizations],
        [None, *inviters, "nobody"],
        [None, *statuses],
        [None, True, False],
    )
    for chosen in choices:
        filters: dict[str, Any] = dict(
            zip(("email", "organization_id", "inviter_id", "status", "open"), chosen, strict=True)
        )
        expected = [row["id"] for row in invitations(connection, **filters)]
        query = auth.ListInvitations(**filters, limit=500)
        assert [invitation.id for invitation in querier.fetch(query)] == expected
        assert [invitation.id for invitation in paged(querier, query, 7)] == expected
        assert querier.fetch(auth.CountInvitations(**filters)).count == len(expected)


def test_a_list_goes_on_after_a_row_that_is_gone(connection: Connection) -> None:
    owner = {
        "organization_id": insert(connection, "organization")["id"],
        "inviter_id": insert(connection, "user")["id"],
    }
    for number, day in [("b", 1), ("a", 2), ("c", 2), ("d", 1)]:
        insert(connection, "invitation", {"id": number, "created_at": datetime(2026, 3, day), **owner})
    querier = Querier(connection)
    *_, last = querier.fetch(auth.ListInvitations(limit=2))
    connection.execute("DELETE FROM invitation WHERE id = %s", [last.id])
    assert [row["id"] for row in rows(connection, "invitation", id="a")] == []
    assert [row.id for row in querier.fetch(auth.ListInvitations(after=last.cursor))] == ["d", "b"]


def test_a_status_is_one_of_four() -> None:
    with pytest.raises(ParameterError, match=r"auth\.ListInvitations: status"):
        auth.ListInvitations(status="cancelled")  # type: ignore[arg-type]
