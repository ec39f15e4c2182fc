from concordia_sql import Querier, auth, profile
from tests.auth.expected import Connection, public_user
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import insert


def test_every_user_with_a_username(sample: Connection) -> None:
    querier = Querier(sample)
    users = [user for user in rows(sample, "user") if user["username"] is not None]
    own = [row_or_none(sample, "profile", user_id=user["id"]) for user in users]
    assert None in own
    assert [querier.fetch(profile.GetProfileByUsername(username=user["username"])) for user in users] == [
        row and made(profile.ProfileDetails, row, user=public_user(sample, row["user_id"])) for row in own
    ]


def test_the_username_is_the_users_not_the_profiles(connection: Connection) -> None:
    user, other = (insert(connection, "user", {"username": username}) for username in ("ليلى", "b"))
    row = insert(connection, "profile", {"user_id": user["id"], "username": "b"})
    querier = Querier(connection)
    expected = made(profile.ProfileDetails, row, user=made(auth.PublicUser, user))
    assert querier.fetch(profile.GetProfileByUsername(username="ليلى")) == expected
    assert querier.fetch(profile.GetProfileByUsername(username="b")) is None
    insert(connection, "profile", {"user_id": other["id"], "username": "b"})
    found = querier.fetch(profile.GetProfileByUsername(username="b"))
    assert found is not None
    assert found.user_id == other["id"]
    assert querier.fetch(profile.GetProfileByUsername(username="")) is None
