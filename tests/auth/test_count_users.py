import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection
from tests.support.rows import insert


def test_nobody(connection: Connection) -> None:
    assert Querier(connection).fetch(auth.CountUsers()).count == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (auth.CountUsers(), 3),
        (auth.CountUsers(role="admin"), 1),
        (auth.CountUsers(banned=False), 2),
        (auth.CountUsers(banned=True), 1),
        (auth.CountUsers(text="ÉL"), 1),
        (auth.CountUsers(role="admin", banned=True), 0),
    ],
)
def test_each_filter(connection: Connection, query: auth.CountUsers, count: int) -> None:
    """All of them together are compared beside the list."""
    insert(connection, "user", {"name": "Élise", "role": "user,admin", "banned": None})
    insert(connection, "user", {"banned": True})
    insert(connection, "user", {"banned": False})
    assert Querier(connection).fetch(query).count == count
