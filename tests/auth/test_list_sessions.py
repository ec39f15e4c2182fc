from datetime import datetime

import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, past
from tests.support.reading import made, newest_first, paged, rows
from tests.support.rows import insert


@pytest.mark.parametrize("expired", [None, True, False])
def test_the_sessions_of_every_user(sample: Connection, *, expired: bool | None) -> None:
    querier = Querier(sample)
    for user in rows(sample, "user"):
        found = newest_first(rows(sample, "session", user_id=user["id"]))
        expected = [
            made(auth.ListedSession, row, cursor="") for row in found if expired in (None, past(row["expires_at"]))
        ]
        assert paged(querier, auth.ListSessions(user_id=user["id"], expired=expired), 2) == expected
        assert querier.fetch(auth.CountSessions(user_id=user["id"], expired=expired)).count == len(expected)


def test_an_unknown_user_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.ListSessions(user_id="nobody")) == []


def test_sessions_of_the_same_time_are_in_the_order_of_their_ids(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    for number, day in [("b", 1), ("a", 2), ("c", 2), ("d", 1)]:
        insert(connection, "session", {"id": number, "user_id": user_id, "created_at": datetime(2026, 3, day)})
    found = Querier(connection).fetch(auth.ListSessions(user_id=user_id))
    assert [session.id for session in found] == ["c", "a", "d", "b"]
