"""Threads as trees: whole, from a node down and from a node up; hidden nodes, orphans, cycles and deep chains."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concordia_sql import Querier
from tests.support.rows import NOON, Row, insert
from tests.support.threads import COMMENTS, REVIEWS, Connection, Kind, each_kind, make_many, make_thread, shown

Nested = tuple[str, list[Any]]


@pytest.fixture
def querier(connection: Connection) -> Querier:
    return Querier(connection)


def nested(node: Any) -> Nested:
    return node.id, [nested(reply) for reply in node.replies]


def expected(rows: list[Row], kept: set[str], parent: str | None, depth: int) -> list[Nested]:
    """What is kept below a node, down to a depth, oldest first."""
    below = [row for row in rows if row["parent_id"] == parent and row["id"] in kept]
    below.sort(key=lambda row: (row["created_at"], row["id"]))
    return [(row["id"], expected(rows, kept, row["id"], depth - 1)) for row in below] if depth >= 0 else []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.integers(0, 4) | st.just(99), max_size=12),
    st.sets(st.integers(0, 11)),
    st.fixed_dictionaries({"depth": st.integers(0, 4) | st.none(), "with_hidden": st.sampled_from([None, True])}),
    st.sampled_from([COMMENTS, REVIEWS]),
)
def test_trees_subtrees_and_paths_hold_what_is_shown(
    connection: Connection,
    parents: list[int],
    hidden: set[int],
    options: dict[str, Any],
    kind: Kind,
) -> None:
    querier = Querier(connection)
    depth, with_hidden = options["depth"], options["with_hidden"]
    with connection.transaction(force_rollback=True):
        rows = make_thread(connection, kind, parents, hidden)
        kept = {row["id"] for row in rows} if with_hidden else shown(rows)
        levels = 99 if depth is None else depth
        roots = querier.fetch(kind.tree(**{kind.owner: "owner"}, **options))
        assert list(map(nested, roots)) == expected(rows, kept, None, levels)
        for node in (node for root in roots for node in root.walk()):
            assert (node.content is None) == (node.is_hidden and not with_hidden)
        by_id = {row["id"]: row for row in rows}
        for id_, row in by_id.items():
            top = querier.fetch(kind.subtree(id=id_, **options))
            below = [nested(top)] if top else []
            assert below == ([(id_, expected(rows, kept, id_, levels - 1))] if id_ in kept else [])
            way: list[str] = []
            above: Row | None = row if id_ in kept else None
            while above is not None:
                way.append(above["id"])
                above = by_id.get(above["parent_id"])
            path = querier.fetch(kind.path(id=id_, with_hidden=with_hidden))
            assert [node.id for node in path] == way[::-1]
            assert [node.content is None for node in path] == [node.is_hidden and not with_hidden for node in path]


@each_kind
def test_a_deleted_node_is_hidden_as_an_unapproved_one_is(connection: Connection, querier: Querier, kind: Kind) -> None:
    make_thread(connection, kind, [0, 0, 1, 99])
    connection.execute(f"UPDATE {kind.nodes} SET deleted_at = now() WHERE id IN ('c0', 'c3')".encode())
    roots = querier.fetch(kind.tree(**{kind.owner: "owner"}))
    assert [(node.id, node.is_hidden, node.author_name is None) for root in roots for node in root.walk()] == [
        ("c0", True, True),
        ("c1", False, False),
        ("c2", False, False),
    ]


@each_kind
def test_cycles_and_orphans_stand_among_the_roots(connection: Connection, querier: Querier, kind: Kind) -> None:
    make_thread(connection, kind, [0, 0, 1, 99, 99])
    insert(connection, kind.owners, {"id": "other"})
    insert(
        connection,
        kind.nodes,
        {
            "id": "orphan",
            kind.owner: "other",
            "parent_id": "c1",
            "status": "approved",
            "created_at": NOON + timedelta(1),
        },
    )
    connection.execute(f"UPDATE {kind.nodes} SET parent_id = 'c2' WHERE id = 'c0'".encode())
    connection.execute(f"UPDATE {kind.nodes} SET parent_id = 'c3' WHERE id = 'c3'".encode())
    tree = querier.fetch(kind.tree(**{kind.owner: "owner"}))
    assert [(root.parent_id, nested(root)) for root in tree] == [
        ("c2", ("c0", [("c1", [("c2", [])])])),
        ("c3", ("c3", [])),
        (None, ("c4", [])),
    ]
    assert [nested(root) for root in querier.fetch(kind.tree(**{kind.owner: "owner"}, depth=9))] == [("c4", [])]
    other = querier.fetch(kind.tree(**{kind.owner: "other"}))
    assert [(root.parent_id, nested(root)) for root in other] == [("c1", ("orphan", []))]
    assert querier.fetch(kind.tree(**{kind.owner: "other"}, depth=0)) == []
    top = querier.fetch(kind.subtree(id="c1"))
    assert nested(top) == ("c1", [("c2", [("c0", [])]), ("orphan", [])])
    assert nested(querier.fetch(kind.subtree(id="c3"))) == ("c3", [])
    assert sorted(node.id for node in querier.fetch(kind.path(id="c1"))) == ["c0", "c1", "c2"]
    assert [node.id for node in querier.fetch(kind.path(id="c3"))] == ["c3"]
    page = querier.fetch(kind.page(**{kind.owner: "owner"}))
    assert [root.id for root in page.roots] == ["c4"]
    around = querier.fetch(kind.page(**{kind.owner: "owner"}, depth=99, after='["c1",null,null]'))
    assert [nested(root) for root in around.roots] == [("c2", [("c0", [])]), ("orphan", [])]


@each_kind
@pytest.mark.parametrize("status", ["approved", "pending"])
def test_chains_of_10000_end(connection: Connection, querier: Querier, kind: Kind, status: str) -> None:
    """All of them shown, or all but the last hidden."""
    make_many(
        connection, kind, 10_000, "nullif(number - 1, -1)", f"CASE number WHEN 9999 THEN 'approved' ELSE '{status}' END"
    )
    ids = [f"c{number}" for number in range(10_000)]
    (root,) = querier.fetch(kind.tree(**{kind.owner: "owner"}))
    assert [node.id for node in root.walk()] == ids
    top = querier.fetch(kind.subtree(id="c0"))
    assert [node.id for node in top.walk()] == ids
    top = querier.fetch(kind.subtree(id="c0", depth=2))
    assert [node.id for node in top.walk()] == ids[:3]
    assert [node.id for node in querier.fetch(kind.path(id="c9999"))] == ids
    (root,) = querier.fetch(kind.page(**{kind.owner: "owner"}, depth=5)).roots
    assert [node.id for node in root.walk()] == ids[:6]
