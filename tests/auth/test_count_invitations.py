from datetime import datetime

import pytest

from concordia_sql import ParameterError, Querier, auth
from tests.auth.expected import Connection
from tests.support.rows import insert


def test_open_ones_to_an_address(connection: Connection) -> None:
    """All filters are compared beside the list."""
    owner = {
        "organization_id": insert(connection, "organization")["id"],
        "inviter_id": insert(connection, "user")["id"],
    }
    for email, year in [("a@b.example", 2100), ("A@b.example", 2100), ("a@b.example", 2000), ("b@b.example", 2100)]:
        insert(connection, "invitation", {"email": email, "expires_at": datetime(year, 1, 1), **owner})
    querier = Querier(connection)
    assert querier.fetch(auth.CountInvitations()).count == 4
    assert querier.fetch(auth.CountInvitations(email="a@B.example", open=True)).count == 2
    assert querier.fetch(auth.CountInvitations(email="a@B.example", open=False)).count == 1
    assert querier.fetch(auth.CountInvitations(email="c@b.example")).count == 0


def test_a_status_is_one_of_four() -> None:
    with pytest.raises(ParameterError, match=r"auth\.CountInvitations: status"):
        auth.CountInvitations(status="")  # type: ignore[arg-type]
