import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection
from tests.support.rows import insert


@pytest.mark.parametrize(
    ("role", "count"), [(None, 3), ("admin", 2), ("owner", 1), ("member", 0), ("adm", 0), ("owner,admin", 0)]
)
def test_a_role_counts_alone_and_among_others(connection: Connection, role: str | None, count: int) -> None:
    """The counts of the sample are compared beside the lists."""
    organization_id = insert(connection, "organization")["id"]
    for own in ("owner,admin", "admin", "administrator"):
        user_id = insert(connection, "user")["id"]
        insert(connection, "member", {"organization_id": organization_id, "user_id": user_id, "role": own})
    assert Querier(connection).fetch(auth.CountMembers(organization_id=organization_id, role=role)).count == count


def test_an_unknown_organization_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(auth.CountMembers(organization_id="gone")).count == 0
