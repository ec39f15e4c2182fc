"""Trees of categories, with what is in them counted, and the way to a category: in the blog and in the marketplace."""

from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concordia_sql import Querier, blog, services
from tests.support.rows import insert
from tests.support.threads import Connection


class Kind(NamedTuple):
    tree: Any
    counted: Any
    column: str
    path: Any
    table: str


POSTS = Kind(blog.GetCategoryTree, blog.CountedCategoryNode, "post_count", blog.GetCategoryPath, "blog_categories")
LISTINGS = Kind(
    services.GetServiceCategoryTree,
    services.CountedCategoryNode,
    "listing_count",
    services.GetServiceCategoryPath,
    "services_categories",
)
each_kind = pytest.mark.parametrize("kind", [POSTS, LISTINGS], ids=lambda kind: kind.table)


Nested = tuple[str, list[Any]]


def make(connection: Connection, kind: Kind, parents: list[int]) -> dict[str, str | None]:
    """Categories c00, c01, …, the slug as the id: the parent of each is the one at the place given, or none."""
    above: dict[str, str | None] = {}
    for place, parent in enumerate(parents):
        id_ = f"c{place:02}"
        above[id_] = f"c{parent:02}" if parent < place else None
        insert(connection, kind.table, {"id": id_, "slug": id_, "parent_id": above[id_]})
    return above


def nested(node: Any) -> Nested:
    return node.id, [nested(child) for child in node.children]


def expected(above: dict[str, str | None], id_: str, depth: int) -> Nested:
    children = [child for child, parent in sorted(above.items()) if parent == id_ and depth > 0]
    return id_, [expected(above, child, depth - 1) for child in children]


def way(above: dict[str, str | None], id_: str) -> list[str]:
    parent = above[id_]
    return [*(way(above, parent) if parent else ()), id_]


PARENTS = st.lists(st.integers(0, 4) | st.just(99), min_size=1, max_size=10)
IN_A_DATABASE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@IN_A_DATABASE
@given(PARENTS, st.integers(0, 4) | st.none(), st.sampled_from([POSTS, LISTINGS]))
def test_trees_and_paths(connection: Connection, parents: list[int], depth: int | None, kind: Kind) -> None:
    querier = Querier(connection)
    with connection.transaction(force_rollback=True):
        above = make(connection, kind, parents)
        levels = 99 if depth is None else depth
        roots = [id_ for id_, parent in above.items() if parent is None]
        assert list(map(nested, querier.fetch(kind.tree(depth=depth)))) == [
            expected(above, id_, levels) for id_ in roots
        ]
        for id_ in above:
            (top,) = querier.fetch(kind.tree(top=id_, depth=depth))
            assert nested(top) == expected(above, id_, levels)
            assert [category.id for category in querier.fetch(kind.path(slug=id_))] == way(above, id_)


STATES: dict[str, list[dict[str, object]]] = {
    "blog_categories": [
        {"status": "published"},
        {"status": "published", "deleted_at": "2026-01-01"},
        {"status": "draft"},
        {"status": "deleted"},
    ],
    "services_categories": [
        {"status": "active"},
        {"status": "active", "deleted_at": "2026-01-01"},
        {"status": "active", "is_active": False},
        {"status": "suspended"},
    ],
}
"""Of each kind, first the one that counts."""


@IN_A_DATABASE
@given(
    PARENTS,
    st.lists(st.tuples(st.integers(0, 5).map(lambda state: state % 4), st.sets(st.integers(0, 9))), max_size=8),
    st.sampled_from([POSTS, LISTINGS]),
)
def test_what_is_below_each_is_counted_once(
    connection: Connection, parents: list[int], items: list[tuple[int, set[int]]], kind: Kind
) -> None:
    querier = Querier(connection)
    with connection.transaction(force_rollback=True):
        above = make(connection, kind, parents)
        counts: dict[str, set[int]] = {id_: set() for id_ in above}
        for number, (state, places) in enumerate(items):
            within = [f"c{place:02}" for place in sorted(places) if place < len(parents)]
            if kind is POSTS:
                insert(connection, "blog_posts", {"id": str(number), **STATES[kind.table][state]})
                for id_ in within:
                    insert(connection, "blog_post_categories", {"post_id": str(number), "category_id": id_})
            else:
                within = within[:1]
                values = {"id": str(number), "category_id": next(iter(within), None), **STATES[kind.table][state]}
                insert(connection, "services_listings", values)
            for upper in (upper for id_ in within if state == 0 for upper in way(above, id_)):
                counts[upper].add(number)
        roots = querier.fetch(kind.tree().into(kind.counted))
        assert {node.id: getattr(node, kind.column) for root in roots for node in root.walk()} == {
            id_: len(found) for id_, found in counts.items()
        }


@each_kind
def test_cycles_end(connection: Connection, kind: Kind) -> None:
    querier = Querier(connection)
    make(connection, kind, [0, 0, 1, 99, 99])
    connection.execute(f"UPDATE {kind.table} SET parent_id = 'c02' WHERE id = 'c00'".encode())
    connection.execute(f"UPDATE {kind.table} SET parent_id = 'c03' WHERE id = 'c03'".encode())
    cycle: Nested = ("c00", [("c01", [("c02", [])])])
    assert list(map(nested, querier.fetch(kind.tree()))) == [cycle, ("c03", []), ("c04", [])]
    assert list(map(nested, querier.fetch(kind.tree(top="c01")))) == [cycle]
    assert list(map(nested, querier.fetch(kind.tree(top="c03")))) == [("c03", [])]
    assert list(map(nested, querier.fetch(kind.tree(depth=5)))) == [("c04", [])]
    assert sorted(category.id for category in querier.fetch(kind.path(slug="c01"))) == ["c00", "c01", "c02"]
    counted = querier.fetch(kind.tree().into(kind.counted))
    assert [getattr(node, kind.column) for root in counted for node in root.walk()] == [0] * 5


@each_kind
def test_chains_of_10000_end(connection: Connection, kind: Kind) -> None:
    querier = Querier(connection)
    connection.execute("SET session_replication_role = replica")  # no foreign keys to check
    connection.execute(
        f"""
        INSERT INTO {kind.table} (id, slug, name, parent_id)
        SELECT 'c' || number, 'c' || number, '"name"', 'c' || nullif(number - 1, -1)
        FROM generate_series(0, 9999) AS number
        """.encode()
    )
    ids = [f"c{number}" for number in range(10_000)]
    (root,) = querier.fetch(kind.tree())
    assert [node.id for node in root.walk()] == ids
    assert [category.id for category in querier.fetch(kind.path(slug="c9999"))] == ids
    (root,) = querier.fetch(kind.tree(top="c5", depth=2))
    assert [node.id for node in root.walk()] == ids[5:8]


@each_kind
def test_an_unknown_category_has_neither_tree_nor_path(connection: Connection, kind: Kind) -> None:
    querier = Querier(connection)
    assert querier.fetch(kind.tree(top="none")) == []
    assert querier.fetch(kind.path(slug="none")) == []
