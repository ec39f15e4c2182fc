from concordia_sql import Querier, auth
from tests.auth.expected import Connection, user_details
from tests.support.reading import rows
from tests.support.rows import insert


def test_every_user_with_a_username_is_found(sample: Connection) -> None:
    querier = Querier(sample)
    named = [row for row in rows(sample, "user") if row["username"] is not None]
    assert len(named) > 20
    for row in named:
        assert querier.fetch(auth.GetUserByUsername(username=row["username"])) == user_details(sample, row)


def test_a_username_is_looked_up_in_lower_case(connection: Connection) -> None:
    insert(connection, "user", {"username": "ANNA"})
    row = insert(connection, "user", {"username": "ليلى🌙x", "display_username": "Layla"})
    querier = Querier(connection)
    for username in ("ليلى🌙x", "ليلى🌙X"):
        assert querier.fetch(auth.GetUserByUsername(username=username)) == user_details(connection, row)
    for unknown in ("", "anna", "ANNA", "Layla", "ليلى"):
        assert querier.fetch(auth.GetUserByUsername(username=unknown)) is None
