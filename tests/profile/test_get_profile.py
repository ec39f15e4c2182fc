from concordia_sql import Querier, auth, profile
from tests.auth.expected import Connection, public_user
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import insert


def test_every_user_with_a_profile_and_without(sample: Connection) -> None:
    querier = Querier(sample)
    found = [querier.fetch(profile.GetProfile(user_id=user["id"])) for user in rows(sample, "user")]
    own = [row_or_none(sample, "profile", user_id=user["id"]) for user in rows(sample, "user")]
    assert None in own
    assert found == [row and made(profile.ProfileDetails, row, user=public_user(sample, row["user_id"])) for row in own]


def test_the_id_is_the_users(connection: Connection) -> None:
    user, other = insert(connection, "user"), insert(connection, "user")
    row = insert(connection, "profile", {"user_id": user["id"], "bio": "نبذة 🌿", "preferred_language": None})
    querier = Querier(connection)
    expected = made(profile.ProfileDetails, row, user=made(auth.PublicUser, user))
    assert querier.fetch(profile.GetProfile(user_id=user["id"])) == expected
    for unknown in (row["id"], other["id"], ""):
        assert querier.fetch(profile.GetProfile(user_id=unknown)) is None


def test_no_more_of_the_user_is_read_than_anybody_may_see() -> None:
    text = profile.GetProfile(user_id="user-1").compose().text
    assert not [name for name in ("email", "role", "banned", "ban_reason") if name in text]
