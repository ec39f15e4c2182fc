from datetime import datetime
from typing import Any

import attrs
import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, session_details
from tests.support.reading import rows
from tests.support.rows import insert

ANY: dict[str, Any] = {"expired": None, "banned": None}


def test_every_session_comes_with_its_user_and_organization(sample: Connection) -> None:
    querier = Querier(sample)
    found = [querier.fetch(auth.GetSession(token=row["token"], **ANY)) for row in rows(sample, "session")]
    assert found == [session_details(sample, row) for row in rows(sample, "session")]
    assert {session.expired for session in found if session} == {True, False}
    assert {session.active_organization is None for session in found if session} == {True, False}


def test_an_unknown_token_is_none(sample: Connection) -> None:
    token = rows(sample, "session")[0]["token"]
    for unknown in ("", token.upper() + "x", token[:-1], "%"):
        assert Querier(sample).fetch(auth.GetSession(token=unknown)) is None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize(("interval", "expired"), [("1 hour", False), ("-1 hour", True), ("0", True)])
def test_expiry_is_by_the_databases_clock_in_utc(
    connection: Connection, zone: str, interval: str, *, expired: bool
) -> None:
    """Whatever the zone of the connection."""
    connection.execute("SELECT set_config('TimeZone', %s, FALSE)", [zone])
    row = insert(connection, "session", {"user_id": insert(connection, "user")["id"]})
    connection.execute(
        "UPDATE session SET expires_at = clock_timestamp() AT TIME ZONE 'UTC' + %s::interval", [interval]
    )
    querier = Querier(connection)
    session = querier.fetch(auth.GetSession(token=row["token"], expired=None))
    assert session is not None
    assert session.expired is expired
    for wanted in (True, False):
        found = querier.fetch(auth.GetSession(token=row["token"], expired=wanted))
        assert (found is not None) is (wanted is expired)
    assert (querier.fetch(auth.GetSession(token=row["token"])) is None) is expired


@pytest.mark.parametrize(
    ("banned", "until", "is_banned"),
    [
        (None, None, False),
        (False, "1 hour", False),
        (True, None, True),
        (True, "1 hour", True),
        (True, "-1 hour", False),
        (True, "infinity", True),
    ],
)
def test_a_banned_user_has_no_session(
    connection: Connection, until: str | None, *, banned: bool | None, is_banned: bool
) -> None:
    user_id = insert(connection, "user", {"banned": banned})["id"]
    moment = "%s::timestamp" if until == "infinity" else "clock_timestamp() AT TIME ZONE 'UTC' + %s::interval"
    connection.execute(f'UPDATE "user" SET ban_expires = {moment}'.encode(), [until])
    row = insert(connection, "session", {"user_id": user_id, "expires_at": datetime(9999, 1, 1)})
    querier = Querier(connection)
    assert (querier.fetch(auth.GetSession(token=row["token"])) is None) is is_banned
    for wanted in (True, False):
        found = querier.fetch(auth.GetSession(token=row["token"], banned=wanted).into(Id))
        assert (found is not None) is (wanted is is_banned)


@attrs.frozen
class Id:
    id: str


def test_an_organization_is_active_for_its_members_alone(connection: Connection) -> None:
    user_id, organization_id = insert(connection, "user")["id"], insert(connection, "organization")["id"]
    row = {"user_id": user_id, "active_organization_id": organization_id, "expires_at": datetime(9999, 1, 1)}
    query = auth.GetSession(token=insert(connection, "session", row)["token"])
    insert(connection, "member", {"organization_id": organization_id, "user_id": insert(connection, "user")["id"]})
    before = Querier(connection).fetch(query)
    insert(connection, "member", {"organization_id": organization_id, "user_id": user_id})
    after = Querier(connection).fetch(query)
    assert before and after
    assert (before.active_organization, before.active_organization_id) == (None, organization_id)
    assert after.active_organization and after.active_organization.id == organization_id


def test_an_organization_that_is_gone_is_none(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    row = insert(connection, "session", {"user_id": user_id, "active_organization_id": "gone"})
    session = Querier(connection).fetch(auth.GetSession(token=row["token"], **ANY))
    assert session is not None
    assert session.active_organization is None
    assert session.active_organization_id == "gone"


def test_the_token_is_not_shown(sample: Connection) -> None:
    query = auth.GetSession(token=rows(sample, "session")[0]["token"], **ANY)
    assert query.token not in repr(query)
    assert query.token not in repr(Querier(sample).fetch(query))
