from itertools import product

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, member_details
from tests.support.reading import rows


def test_every_organization_with_every_user(sample: Connection) -> None:
    members = {(row["organization_id"], row["user_id"]): row for row in rows(sample, "member")}
    querier = Querier(sample)
    pairs = list(
        product([row["id"] for row in rows(sample, "organization")], [row["id"] for row in rows(sample, "user")])
    )
    assert members.keys() < set(pairs)
    for organization_id, user_id in pairs:
        row = members.get((organization_id, user_id))
        expected = None if row is None else member_details(sample, row)
        assert querier.fetch(auth.GetMember(organization_id=organization_id, user_id=user_id)) == expected
