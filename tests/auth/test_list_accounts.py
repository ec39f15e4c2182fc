from datetime import datetime

from concordia_sql import Querier, auth
from tests.auth.expected import Connection
from tests.support.reading import made, oldest_first, paged, rows
from tests.support.rows import insert


def test_the_accounts_of_every_user(sample: Connection) -> None:
    querier = Querier(sample)
    for user in rows(sample, "user"):
        found = oldest_first(rows(sample, "account", user_id=user["id"]))
        expected = [made(auth.ListedAccount, row, cursor="") for row in found]
        assert paged(querier, auth.ListAccounts(user_id=user["id"]), 2) == expected
        assert querier.fetch(auth.CountAccounts(user_id=user["id"])).count == len(expected)


def test_an_unknown_user_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.ListAccounts(user_id="nobody")) == []


def test_accounts_of_the_same_time_are_in_the_order_of_their_ids(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    for number, day in [("b", 2), ("d", 1), ("a", 2), ("c", 1)]:
        insert(connection, "account", {"id": number, "user_id": user_id, "created_at": datetime(2026, 3, day)})
    found = Querier(connection).fetch(auth.ListAccounts(user_id=user_id))
    assert [account.id for account in found] == ["c", "d", "a", "b"]
