from datetime import datetime

import pytest

from concordia_sql import ParameterError, Querier, auth
from tests.auth.expected import Connection, member_user, members
from tests.support.reading import made, paged, rows
from tests.support.rows import insert

OLD, NEW = datetime(2026, 1, 1), datetime(2026, 2, 1, 9, 30, 0, 123456)


@pytest.mark.parametrize("role", [None, "owner", "admin", "member", "OWNER", ""])
@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_the_members_of_every_organization(sample: Connection, role: str | None, limit: int) -> None:
    querier = Querier(sample)
    for organization in rows(sample, "organization"):
        expected = [
            made(auth.ListedMember, row, user=member_user(sample, row["user_id"]), cursor="")
            for row in members(sample, organization["id"], role)
        ]
        query = auth.ListMembers(organization_id=organization["id"], role=role)
        assert paged(querier, query, limit) == expected
        assert querier.fetch(auth.CountMembers(organization_id=organization["id"], role=role)).count == len(expected)


def insert_members(connection: Connection) -> str:
    """An organization with members from two moments, one of them in two roles."""
    organization_id: str = insert(connection, "organization")["id"]
    for number, created_at, role in [
        ("d", NEW, "member"),
        ('é"\\', OLD, "owner,admin"),
        ("a", NEW, "admin"),
        ("c", OLD, "administrator"),
    ]:
        user_id = insert(connection, "user")["id"]
        values = {"organization_id": organization_id, "user_id": user_id, "created_at": created_at}
        insert(connection, "member", {"id": number, "role": role, **values})
    return organization_id


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_members_of_the_same_time_are_in_the_order_of_their_ids(connection: Connection, limit: int) -> None:
    query = auth.ListMembers(organization_id=insert_members(connection))
    assert [member.id for member in paged(Querier(connection), query, limit)] == ["c", 'é"\\', "a", "d"]


def test_a_role_counts_alone_and_among_others(connection: Connection) -> None:
    query = auth.ListMembers(organization_id=insert_members(connection), role="admin")
    assert [member.id for member in Querier(connection).fetch(query)] == ['é"\\', "a"]


def test_a_list_goes_on_after_a_row_that_is_gone(connection: Connection) -> None:
    organization_id = insert_members(connection)
    querier = Querier(connection)
    *_, last = querier.fetch(auth.ListMembers(organization_id=organization_id, limit=2))
    connection.execute("DELETE FROM member WHERE id = %s", [last.id])
    found = querier.fetch(auth.ListMembers(organization_id=organization_id, after=last.cursor))
    assert [member.id for member in found] == ["a", "d"]


@pytest.mark.parametrize("wrong", ["", "c", '["c"]', '["2026-01-01T00:00:00", 1]', '{"id": "c"}'])
def test_what_is_no_cursor_is_refused(wrong: str) -> None:
    with pytest.raises(ParameterError, match=r"auth\.ListMembers: after"):
        auth.ListMembers(organization_id="organization-1", after=wrong)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_limit_is_from_1_to_500(limit: int) -> None:
    with pytest.raises(ParameterError, match=r"auth\.ListMembers: limit"):
        auth.ListMembers(organization_id="organization-1", limit=limit)
