"""The bound of a whole thread: how many nodes it has at most, and which."""

from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Querier, blog, services
from tests.support.costs import cost
from tests.support.reading import rows
from tests.support.threads import Kind, each_kind, make_many

POST, LISTING = "post-1", "listing-1"
WHOLE: list[Any] = [
    blog.GetCommentThread(post_id=POST),
    services.ListReviewThreads(service_id=LISTING),
    blog.GetCommentTree(post_id=POST, with_hidden=True),
    services.GetReviewTree(service_id=LISTING, with_hidden=True),
]
BELOW: list[Any] = [
    blog.GetComment(id="comment-root"),
    services.GetReviewThread(id="review-1"),
    blog.GetCommentSubtree(id="comment-root", with_hidden=True),
    services.GetReviewSubtree(id="review-1", with_hidden=True),
]


def nodes(found: Any) -> list[Any]:
    return [node for root in (found if isinstance(found, list) else [found]) for node in root.walk()]


@pytest.mark.parametrize("query", WHOLE, ids=lambda query: query.query_name)
@pytest.mark.parametrize("limit", [1, 4, 10_000])
def test_a_thread_has_the_oldest(sample: psycopg.Connection[Any], query: Any, limit: int) -> None:
    querier = Querier(sample)
    every = sorted(nodes(querier.fetch(attrs.evolve(query, limit=None))), key=lambda node: (node.created_at, node.id))
    found = sorted(nodes(querier.fetch(attrs.evolve(query, limit=limit))), key=lambda node: (node.created_at, node.id))
    assert len(every) > 4
    assert [node.id for node in found] == [node.id for node in every[:limit]]


@pytest.mark.parametrize("query", BELOW, ids=lambda query: query.query_name)
@pytest.mark.parametrize("limit", [1, 2, 4, 10_000])
def test_what_is_below_a_node_begins_with_it(sample: psycopg.Connection[Any], query: Any, limit: int) -> None:
    """No upper level lacks a node while a lower one has any, and each node has its parent."""
    querier = Querier(sample)
    every = nodes(querier.fetch(attrs.evolve(query, limit=None)))
    found = nodes(querier.fetch(attrs.evolve(query, limit=limit)))
    assert found[0].id == query.id
    assert len(every) > 4
    assert len(found) == min(limit, len(every))
    tables = ("blog_comments", "services_reviews")
    parents = {row["id"]: row["parent_id"] for table in tables for row in rows(sample, table)}
    depths = sorted(depth(parents, node.id, query.id) for node in every)
    assert sorted(depth(parents, node.id, query.id) for node in found) == depths[:limit]


@each_kind
def test_a_depth_stops_the_reading_itself(connection: psycopg.Connection[Any], kind: Kind) -> None:
    make_many(connection, kind, 20_000, "CASE WHEN number > 0 THEN number - 1 END")
    connection.execute(f"ANALYZE {kind.nodes}".encode())
    connection.execute("SET plan_cache_mode = force_generic_plan")
    for levels in (0, 5):
        tree = kind.tree(**{kind.owner: "owner"}, depth=levels)
        assert [node.id for node in nodes(Querier(connection).fetch(tree))] == [f"c{n}" for n in range(levels + 1)]
        assert cost(connection, tree).blocks < 200
        (found,) = Querier(connection).fetch(attrs.evolve(tree, limit=1))
        assert nodes(found) == [found]


def depth(parents: dict[str, str], key: str, top: str) -> int:
    steps = 0
    while key != top:
        key, steps = parents[key], steps + 1
    return steps
