from concordia_sql import Querier, auth
from tests.auth.expected import Connection


def test_an_unknown_user_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.CountSessions(user_id="nobody")).count == 0


def test_the_first_user_has_four(sample: Connection) -> None:
    """The counts of all users are compared beside the lists."""
    assert Querier(sample).fetch(auth.CountSessions(user_id="user-1")).count == 4
