from concordia_sql import Querier, auth
from tests.auth.expected import Connection


def test_an_unknown_user_has_none(sample: Connection) -> None:
    """The counts of all users are compared beside the lists."""
    assert Querier(sample).fetch(auth.CountMemberships(user_id="nobody")).count == 0
