"""Profiles: one for a user, put, changed and deleted."""

from typing import Any

import psycopg
import pytest

from concordia_sql import UNSET, Conflict, MissingReference, Querier, profile
from tests.auth.calls import HOSTILE, clock_read
from tests.support.races import kinds, racers
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]

FIELDS = ["username", "full_name", "bio", "avatar_url", "location", "website", "preferred_language"]
GIVEN: list[dict[str, Any]] = [
    {},
    {"bio": HOSTILE, "full_name": UNSET},
    dict.fromkeys(FIELDS, "de"),
    dict.fromkeys(FIELDS),
]


@pytest.fixture
def user(connection: Connection) -> str:
    """A user without a profile, and two who have one with all that a column may hold."""
    for each in ("new", "anna", "bob"):
        insert(connection, "user", {"id": each})
    for each in ("anna", "bob"):
        insert(connection, "profile", {"id": f"of-{each}", "user_id": each, **{name: name for name in FIELDS}})
    return "new"


@pytest.mark.parametrize("given", GIVEN)
def test_a_profile_is_put_where_there_is_none(connection: Connection, user: str, given: dict[str, Any]) -> None:
    command = profile.PutProfile(user_id="new", **given)
    with clock_read(connection) as now, watched(connection) as written:
        put = Querier(connection).execute(command)
    row = {
        "id": command.id,
        "user_id": "new",
        **dict.fromkeys(FIELDS),
        "preferred_language": "fr",
        **{name: value for name, value in given.items() if value is not UNSET},
        "created_at": now,
        "updated_at": now,
    }
    assert put == made(profile.Profile, row)
    assert written.tables == {"profile": Changes(added=[row])}


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("command", [profile.PutProfile, profile.ChangeProfile])
def test_what_is_given_of_a_profile_is_changed(
    connection: Connection, user: str, given: dict[str, Any], command: Any
) -> None:
    with clock_read(connection) as now, watched(connection) as written:
        changed = Querier(connection).execute(command(user_id="anna", **given))
    expected = {name: value for name, value in given.items() if value is not UNSET}
    assert written.tables == {"profile": Changes(changed=[{"id": "of-anna", **expected, "updated_at": now}])}
    assert changed == made(profile.Profile, row_or_none(connection, "profile", user_id="anna") or {})


def test_a_profile_has_a_user_and_an_id_of_its_own(connection: Connection, user: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        assert querier.execute(profile.ChangeProfile(user_id="new", bio="")) is None
        with pytest.raises(MissingReference) as missing:
            querier.execute(profile.PutProfile(user_id="nobody"))
        with pytest.raises(Conflict) as conflict:
            querier.execute(profile.PutProfile(user_id="new", id="of-bob"))
    assert (missing.value.columns, conflict.value.columns, written.tables) == (("user_id",), ("id",), {})


def test_a_profile_is_deleted(connection: Connection, user: str) -> None:
    (row,) = rows(connection, "profile", user_id="anna")
    delete = profile.DeleteProfile(user_id="anna")
    with watched(connection) as written:
        assert [Querier(connection).execute(delete) for _ in range(2)] == [1, 0]
    assert written.tables == {"profile": Changes(removed=[row])}


def test_of_profiles_put_at_once_one_is_there_with_all_that_was_given(
    connection: Connection, database_url: str
) -> None:
    with racers(database_url, 14) as many:
        for number in range(20):
            insert(connection, "user", {"id": f"{number}"})
            puts = [profile.PutProfile(**{"user_id": f"{number}", name: name[:8]}) for name in FIELDS * 2]
            outcomes = many.race(*puts)
            assert kinds(outcomes) == {"Profile": 14}
            (row,) = rows(connection, "profile", user_id=f"{number}")
            assert {name: row[name] for name in FIELDS} == {name: name[:8] for name in FIELDS}
            assert {each.id for each in outcomes} == {row["id"]}
