import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, session_details
from tests.support.reading import rows
from tests.support.rows import insert


def test_every_session_comes_with_its_user_and_organization(sample: Connection) -> None:
    querier = Querier(sample)
    found = [querier.fetch(auth.GetSession(token=row["token"])) for row in rows(sample, "session")]
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
    session = Querier(connection).fetch(auth.GetSession(token=row["token"]))
    assert session is not None
    assert session.expired is expired


def test_an_organization_that_is_gone_is_none(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    row = insert(connection, "session", {"user_id": user_id, "active_organization_id": "gone"})
    session = Querier(connection).fetch(auth.GetSession(token=row["token"]))
    assert session is not None
    assert session.active_organization is None
    assert session.active_organization_id == "gone"


def test_the_token_is_not_shown(sample: Connection) -> None:
    query = auth.GetSession(token=rows(sample, "session")[0]["token"])
    assert query.token not in repr(query)
    assert query.token not in repr(Querier(sample).fetch(query))
