from datetime import datetime

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, organization
from tests.support.reading import made, oldest_first, paged, rows
from tests.support.rows import insert


def test_the_memberships_of_every_user(sample: Connection) -> None:
    querier = Querier(sample)
    sizes = set()
    for user in rows(sample, "user"):
        expected = [
            made(auth.ListedMembership, row, organization=organization(sample, row["organization_id"]), cursor="")
            for row in oldest_first(rows(sample, "member", user_id=user["id"]))
        ]
        sizes.add(len(expected))
        assert paged(querier, auth.ListMemberships(user_id=user["id"]), 2) == expected
        assert querier.fetch(auth.CountMemberships(user_id=user["id"])).count == len(expected)
    assert max(sizes) > 1


def test_memberships_of_the_same_time_are_in_the_order_of_their_ids(connection: Connection) -> None:
    user_id = insert(connection, "user")["id"]
    for number, day in [("b", 2), ("d", 1), ("a", 2), ("c", 1)]:
        organization_id = insert(connection, "organization")["id"]
        values = {"organization_id": organization_id, "user_id": user_id, "created_at": datetime(2026, 3, day)}
        insert(connection, "member", {"id": number, **values})
    found = Querier(connection).fetch(auth.ListMemberships(user_id=user_id))
    assert [member.id for member in found] == ["c", "d", "a", "b"]
