from datetime import datetime

import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, past
from tests.support.reading import made, rows
from tests.support.rows import insert


def test_every_verification_used_expired_or_open(sample: Connection) -> None:
    querier = Querier(sample)
    expected = [
        made(auth.VerificationDetails, row, expired=past(row["expires_at"])) for row in rows(sample, "verification")
    ]
    found = [querier.fetch(auth.GetVerification(identifier=row.identifier)) for row in expected]
    assert found == expected
    assert {(row.expired, row.used_at is None) for row in expected} == {(True, False), (True, True), (False, True)}


def test_an_unknown_identifier_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.GetVerification(identifier="nobody@concordia.example")) is None


def test_the_newest_counts_used_or_not(connection: Connection) -> None:
    """Of two from the same time, the one with the greater id."""
    moments = [("c", 1), ("a", 2), ("b", 2), ("d", 1)]
    for number, day in moments:
        values = {"id": number, "identifier": "é@b.example", "created_at": datetime(2026, 3, day)}
        insert(connection, "verification", {**values, "used_at": datetime(2026, 3, day)})
    insert(connection, "verification", {"identifier": "other"})
    found = Querier(connection).fetch(auth.GetVerification(identifier="é@b.example"))
    assert found is not None
    assert found.id == "b"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize(("interval", "expired"), [("1 hour", False), ("-1 hour", True), ("0", True)])
def test_expiry_is_by_the_databases_clock_in_utc(
    connection: Connection, zone: str, interval: str, *, expired: bool
) -> None:
    """Whatever the zone of the connection."""
    connection.execute("SELECT set_config('TimeZone', %s, FALSE)", [zone])
    row = insert(connection, "verification")
    connection.execute(
        "UPDATE verification SET expires_at = clock_timestamp() AT TIME ZONE 'UTC' + %s::interval", [interval]
    )
    found = Querier(connection).fetch(auth.GetVerification(identifier=row["identifier"]))
    assert found is not None
    assert found.expired is expired


def test_neither_the_code_nor_the_identifier_is_shown(sample: Connection) -> None:
    """The identifier of a password reset holds its token."""
    row = rows(sample, "verification")[0]
    query = auth.GetVerification(identifier=row["identifier"])
    for shown in (repr(query), repr(Querier(sample).fetch(query))):
        assert row["value"] not in shown
        assert row["identifier"] not in shown
