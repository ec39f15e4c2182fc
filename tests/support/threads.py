"""Threads of comments and of reviews, which have the same queries: makes them, and says which nodes are shown."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
import pytest

from concordia_sql import blog, services
from tests.support.rows import NOON, Row, insert

Connection = psycopg.Connection[Any]


class Kind(NamedTuple):
    """A kind of thread: what its queries and tables are called."""

    page: Any
    pages: Any
    tree: Any
    subtree: Any
    path: Any
    owner: str
    owners: str
    nodes: str


COMMENTS = Kind(
    blog.GetCommentPage,
    blog.ListCommentPages,
    blog.GetCommentTree,
    blog.GetCommentSubtree,
    blog.GetCommentPath,
    "post_id",
    "blog_posts",
    "blog_comments",
)
REVIEWS = Kind(
    services.GetReviewPage,
    services.ListReviewPages,
    services.GetReviewTree,
    services.GetReviewSubtree,
    services.GetReviewPath,
    "service_id",
    "services_listings",
    "services_reviews",
)
each_kind = pytest.mark.parametrize("kind", [COMMENTS, REVIEWS], ids=lambda kind: kind.nodes)


def make_thread(connection: Connection, kind: Kind, parents: list[int], hidden: Collection[int] = ()) -> list[Row]:
    """A thread with a node for each number, the index of its parent. Without one before it, a node is a root."""
    insert(connection, kind.owners, {"id": "owner"})
    return [
        insert(
            connection,
            kind.nodes,
            {
                "id": f"c{place}",
                kind.owner: "owner",
                "parent_id": f"c{parent}" if parent < place else None,
                "status": "pending" if place in hidden else "approved",
                "created_at": NOON + timedelta(seconds=place // 3),
                "rating": place % 3,
            },
        )
        for place, parent in enumerate(parents)
    ]


def shown(rows: list[Row]) -> set[str]:
    """The ids of the comments that are not hidden, and of all above them."""
    parents = {row["id"]: row["parent_id"] for row in rows}
    found: set[str] = set()
    for row in rows:
        if row["status"] == "approved" and row["deleted_at"] is None:
            above = row["id"]
            while above is not None and above not in found:
                found.add(above)
                above = parents[above]
    return found


def make_many(connection: Connection, kind: Kind, count: int, parent: str, status: str = "'approved'") -> None:
    """A thread of nodes c0, c1, … a second apart: SQL of their `number` says each one's parent and status."""
    insert(connection, kind.owners, {"id": "owner"})
    connection.execute("SET session_replication_role = replica")  # no foreign keys to check
    connection.execute(
        f"""
        INSERT INTO {kind.nodes} (
            id, {kind.owner}, parent_id, author_name, author_email, content, status, in_language, rating, created_at
        )
        SELECT
            'c' || number, 'owner', 'c' || {parent}, 'a', 'a', '"text"', {status}, 'fr', number % 7,
            timestamp '2026-01-01' + number * interval '1 second'
        FROM generate_series(0, {count - 1}) AS number
        """.encode()
    )
