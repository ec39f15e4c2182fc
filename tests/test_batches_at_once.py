"""Deletes in batches that meet others who remove or move what a batch was to take: nothing is lost, nothing is left."""

import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
import pytest

from concordia_sql import Batched, Database, Querier, Refused, blog, services
from tests.support.deletes import REFERENCES
from tests.support.pooler import pooled
from tests.support.races import overlap
from tests.support.reading import rows
from tests.support.rows import NOON, insert

Connection = psycopg.Connection[Any]
LATER = datetime(2100, 1, 1)


@pytest.mark.parametrize("does", ["removes", "moves"])
@pytest.mark.parametrize("case", REFERENCES, ids=lambda case: f"{case[0].query_name}-{case[2]}")
def test_a_batch_meets_one_who_has_a_row_that_it_would_take(
    connection: Connection, database_url: str, case: tuple[Any, str, str, str, Mapping[str, str]], does: str
) -> None:
    """Of three rows a batch takes two: each is somebody else's once."""
    delete, parent, table, column, others = case
    insert(connection, parent, {"id": "other"})
    querier = Querier(connection)
    for number in range(3):
        insert(connection, parent, {"id": "gone"})
        made = []
        for place in range(3):
            given = {name: insert(connection, other)["id"] for name, other in others.items()}
            made.append(insert(connection, table, {column: "gone", **given, **_unique(table, f"{number}{place}")}))
        which = _key(made[number])
        change = f"UPDATE {table} SET \"{column}\" = 'other'" if does == "moves" else f"DELETE FROM {table}"
        condition = " AND ".join(f'"{name}" = %s' for name in which)

        def touch(own: Querier, text: str = f"{change} WHERE {condition}", which: Mapping[str, Any] = which) -> None:
            own.connection.execute(text.encode(), [*which.values()])

        command: Batched[Any] = delete(id="gone", limit=2, in_batches=True)
        _, first = overlap(database_url, touch, command)
        assert not isinstance(first, Exception), first
        *_, total = querier.batches(command)
        assert rows(connection, parent, id="gone") == []
        assert rows(connection, table, **{column: "gone"}) == []
        assert getattr(first, parent) + getattr(total, parent) == 1
        kept = rows(connection, table, **{column: "other"})
        assert len(kept) == (number + 1 if does == "moves" else 0)


THREADS: list[tuple[Any, str, str, str, Mapping[str, str]]] = [
    (blog.DeleteComment, "blog_comments", "blog_comments", "parent_id", {"post_id": "blog_posts"}),
    (services.DeleteReview, "services_reviews", "services_reviews", "parent_id", {"service_id": "services_listings"}),
]
"""Deletes of a node with all below it."""


@pytest.mark.parametrize("case", [*REFERENCES, *THREADS], ids=lambda case: f"{case[0].query_name}-{case[2]}")
def test_batches_go_on_where_all_that_one_would_take_is_gone(
    connection: Connection, database_url: str, case: tuple[Any, str, str, str, Mapping[str, str]]
) -> None:
    """Of two rows each is the one that a batch would take, whichever that is, and somebody else's."""
    delete, parent, table, column, others = case
    whole = {"replies": "subtree"} if case in THREADS else {}
    for number in range(2):
        above = {name: insert(connection, other)["id"] for name, other in others.items()} if case in THREADS else {}
        insert(connection, parent, {"id": "gone", **above})
        made = []
        for place in range(2):
            given = above or {name: insert(connection, other)["id"] for name, other in others.items()}
            made.append(insert(connection, table, {column: "gone", **given, **_unique(table, f"{number}{place}")}))
        which = _key(made[number])
        text = f"DELETE FROM {table} WHERE " + " AND ".join(f'"{name}" = %s' for name in which)

        def remove(own: Querier, text: str = text, which: Mapping[str, Any] = which) -> None:
            own.connection.execute(text.encode(), [*which.values()])

        command: Batched[Any] = delete(id="gone", limit=1, **whole)

        def run(own: Querier, command: Batched[Any] = command) -> list[Any]:
            return [*own.batches(command)]

        _, totals = overlap(database_url, remove, run)
        assert not isinstance(totals, Exception), totals
        assert rows(connection, parent, id="gone") == []
        assert rows(connection, table, **{column: "gone"}) == []


def _unique(table: str, place: str) -> dict[str, Any]:
    """What keeps the rows of one parent apart."""
    if table in ("blog_translations", "services_translations"):
        return {"in_language": f"l{place}"}
    if table == "services_availability":
        return {"start_time": f"{place}:00"}
    return {}


def _key(row: Mapping[str, Any]) -> dict[str, Any]:
    """What tells a row from the others: its id, or what a link names."""
    return {"id": row["id"]} if "id" in row else {name: row[name] for name in row if name.endswith("_id")}


def test_what_a_command_locked_is_its_own_behind_a_pooler(connection: Connection, database_url: str) -> None:
    """Also after a savepoint was rolled back, and with more clients than connections. Nothing is left for the next."""
    for number in range(40):
        post = {"id": f"{number}", "deleted_at": NOON if number < 30 else None}
        insert(connection, "blog_posts", post)
        insert(connection, "blog_comments", {"post_id": f"{number}"})
    with pooled(database_url, size=2) as url, Database(url, max_size=6) as database, ThreadPoolExecutor(6) as pool:
        purges = [blog.PurgePosts(deleted_before=LATER, limit=3)] * 14

        def purge(command: blog.PurgePosts) -> int:
            return database.execute(command).blog_posts

        purged = sum(pool.map(purge, purges))
        with database.transaction() as querier:
            with contextlib.suppress(Refused), querier.transaction():
                querier.execute(blog.DeletePost(id="31"))
                querier.execute(blog.DeletePost(id="32", limit=1))
            querier.execute(blog.DeletePost(id="33"))
            assert querier.execute(blog.DeletePost(id="nothing")) == blog.DeletedPost(*[0] * 7)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as client:
            for _ in range(4):
                assert client.execute("SELECT current_setting('concordia.deleted', TRUE)").fetchone() in [
                    (None,),
                    ("",),
                ]
    left = {row["id"] for row in rows(connection, "blog_posts")}
    kept = {f"{number}" for number in range(30, 40) if number != 33}
    commented = {row["post_id"] for row in rows(connection, "blog_comments")}
    assert len(left) == 40 - purged - 1
    assert purged > 0
    assert kept <= commented <= left  # a post goes after its comments, perhaps in a later batch
