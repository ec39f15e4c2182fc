from datetime import datetime
from itertools import product
from pathlib import Path

import pytest

from concordia_sql import Querier, auth
from tests.auth.expected import Connection, users
from tests.support.costs import cost
from tests.support.reading import made, paged
from tests.support.rows import insert
from tests.test_readme import examples

ROLES = [None, "admin", "user", "ADMIN", "", "admin,user"]
BANNED = [None, True, False]


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_all_users(sample: Connection, limit: int) -> None:
    expected = [made(auth.ListedUser, row, cursor="") for row in users(sample)]
    assert len(expected) == 40
    assert paged(Querier(sample), auth.ListUsers(), limit) == expected


def insert_users(connection: Connection) -> None:
    """Users of every kind, from two moments."""
    names = ["Zoé 🌿", "ZOÉ", "سارة", "100%", "1000", "a_b", "aXb", "back\\slash", "o'brien", "two\nlines"]
    roles = [None, "admin", "user", "user,admin", "administrator"]
    for number, (name, role, banned) in enumerate(product(names, roles, BANNED)):
        values = {"name": name, "role": role, "banned": banned, "email": f"n{number}@b.example"}
        insert(connection, "user", {**values, "created_at": datetime(2026, 3, 1 + number % 2)})


def test_filters_alone_and_together(connection: Connection) -> None:
    insert_users(connection)
    querier = Querier(connection)
    texts = [None, "", "zoé", "É 🌿", "سا", "%", "_", "\\", "'", "\n", "N7@B.", "1", "nothing"]
    for role, banned, text in product(ROLES, BANNED, texts):
        expected = [row["id"] for row in users(connection, role, text, banned=banned)]
        query = auth.ListUsers(role=role, banned=banned, text=text, limit=500)
        assert [user.id for user in querier.fetch(query)] == expected
        assert querier.fetch(auth.CountUsers(role=role, banned=banned, text=text)).count == len(expected)


@pytest.mark.parametrize(("role", "banned", "text"), [(None, None, None), ("admin", False, "zoé"), (None, True, "1")])
def test_pages_of_users_of_the_same_time(
    connection: Connection, role: str | None, text: str | None, *, banned: bool | None
) -> None:
    insert_users(connection)
    expected = [row["id"] for row in users(connection, role, text, banned=banned)]
    query = auth.ListUsers(role=role, banned=banned, text=text)
    assert [user.id for user in paged(Querier(connection), query, 4)] == expected


@pytest.mark.parametrize("role", [None, "a"])
def test_a_text_that_more_have_than_are_sorted(connection: Connection, role: str | None) -> None:
    connection.execute("""
        INSERT INTO "user" (id, name, email, role, created_at)
        SELECT 'u' || i, 'Name', 'u' || i, CASE WHEN i % 2 = 0 THEN 'b,a' WHEN i % 3 = 0 THEN 'a' END,
            '2026-01-01'::timestamp + i / 3 * interval '1 second'
        FROM generate_series(1, 2500) AS i
    """)
    expected = [row["id"] for row in users(connection, role, "NAM")]
    assert len(expected) > 1000
    assert [user.id for user in paged(Querier(connection), auth.ListUsers(role=role, text="NAM"), 400)] == expected


def test_a_text_is_found_by_its_parts(connection: Connection) -> None:
    """By the indexes that the page of deploys names."""
    (block,) = examples(Path(__file__).parents[2] / "docs" / "operate" / "deploy.md", "sql")
    for statement in block.split(";"):
        connection.execute(statement.encode())
    connection.execute("""
        INSERT INTO "user" (id, name, email) SELECT md5(i::text), md5('n' || i), md5('e' || i)
        FROM generate_series(1, 20000) AS i
    """)
    insert(connection, "user", {"id": "found", "name": "a 100% \\ Name_of", "email": "x"})
    connection.execute("VACUUM ANALYZE")
    connection.execute("SET plan_cache_mode = force_generic_plan")
    for text in ("100% \\ name_", "nobody"):
        query = auth.ListUsers(text=text)
        assert [user.id for user in Querier(connection).fetch(query)] == ["found"] * (text != "nobody")
        assert cost(connection, query).blocks < 100
        assert cost(connection, auth.CountUsers(text=text)).blocks < 100


def test_a_list_goes_on_after_a_row_that_is_gone(connection: Connection) -> None:
    for number, day in [("b", 1), ("a", 2), ("c", 2), ("d", 1)]:
        insert(connection, "user", {"id": number, "created_at": datetime(2026, 3, day)})
    querier = Querier(connection)
    *_, last = querier.fetch(auth.ListUsers(limit=2))
    connection.execute('DELETE FROM "user" WHERE id = %s', [last.id])
    assert last.id == "a"
    assert [user.id for user in querier.fetch(auth.ListUsers(after=last.cursor))] == ["d", "b"]


def test_a_role_that_the_statistics_do_not_know(connection: Connection) -> None:
    """All users of a sample have one role, so that the planner takes any role to be that of all."""
    connection.execute(
        "INSERT INTO \"user\" (id, name, email, role) SELECT i, 'n', i, 'user' FROM generate_series(1, 20000) AS i"
    )
    connection.execute("VACUUM ANALYZE")
    insert(connection, "user", {"id": "found", "role": "moderator", "created_at": datetime(2020, 1, 1)})
    connection.execute("SET plan_cache_mode = force_generic_plan")
    assert cost(connection, auth.ListUsers(role="moderator")).blocks < 100
    assert cost(connection, auth.CountUsers(role="moderator")).blocks < 100
