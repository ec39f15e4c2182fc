"""What a node does with the tree below it, at any depth: walk, copy, pickle, JSON, text; and how rows are linked."""

import copy
import json
import pickle
from datetime import datetime
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import Node
from concordia_sql.engine.tree import link

DEEP = 100_000


@attrs.frozen(eq=False, repr=False)
class Reply(Node):
    id: str
    parent_id: str | None
    tags: tuple[str, ...]
    at: datetime
    replies: tuple["Reply", ...] = ()


def reply(id_: int, parent: int | None) -> Reply:
    return Reply(str(id_), None if parent is None else str(parent), ("a",), datetime(2026, 3, 15, 12))


def chain(depth: int) -> Reply:
    (root,) = link([reply(number, number - 1 if number else None) for number in range(depth)])
    return root


@pytest.fixture(scope="module")
def deep() -> Reply:
    return chain(DEEP)


SMALL = (reply(0, None), reply(1, 0), reply(2, 1), reply(3, 0), reply(4, 2))


def small() -> Reply:
    (root,) = link([attrs.evolve(row) for row in SMALL])
    return root


def test_a_deep_tree_is_walked_compared_and_shown(deep: Reply) -> None:
    assert [node.id for node in deep.walk()] == [str(number) for number in range(DEEP)]
    assert deep == chain(DEEP)
    assert deep != chain(DEEP - 1)
    assert repr(deep) == (
        "Reply(id='0', parent_id=None, tags=('a',), at=datetime.datetime(2026, 3, 15, 12, 0), replies=<1>)"
    )


def test_a_deep_tree_is_pickled_and_copied(deep: Reply) -> None:
    for copied in (pickle.loads(pickle.dumps(deep)), copy.copy(deep), copy.deepcopy(deep)):
        assert copied is not deep
        assert copied == deep


def test_a_deep_tree_becomes_json(deep: Reply) -> None:
    rows = json.loads(json.dumps(deep.to_rows()))
    assert [row["depth"] for row in rows] == list(range(DEEP))
    assert rows[-1] == {
        "id": str(DEEP - 1),
        "parent_id": str(DEEP - 2),
        "tags": ["a"],
        "at": "2026-03-15T12:00:00",
        "depth": DEEP - 1,
    }


def test_a_deep_tree_becomes_text_that_grows_with_its_nodes(deep: Reply) -> None:
    lines = deep.render(lambda node: node.id).split("\n")
    assert lines[:3] == ["0", "  1", "    2"]
    assert {len(line) - len(line.lstrip()) for line in lines[40:]} == {80}
    assert len(lines) == DEEP


def test_rows_and_text_are_in_the_order_of_the_walk() -> None:
    assert [(row["id"], row["depth"]) for row in small().to_rows()] == [
        ("0", 0),
        ("1", 1),
        ("2", 2),
        ("4", 3),
        ("3", 1),
    ]
    assert small().render(lambda node: f"{node.id}\nx") == "0 x\n  1 x\n    2 x\n      4 x\n  3 x"


def test_a_part_of_a_tree_is_copied_alone() -> None:
    part = small().replies[0]
    copied = pickle.loads(pickle.dumps(part))
    assert copied == part
    assert [node.id for node in copied.walk()] == ["1", "2", "4"]


@given(st.lists(st.integers(-1, 8), max_size=8), st.randoms(use_true_random=False))
def test_every_row_is_linked_once_whatever_the_order(parents: list[int], random: Random) -> None:
    """Parents may be any row, before or after, itself, or none that is there: each row stands in one place."""
    rows = [reply(number, parent) for number, parent in enumerate(parents)]
    random.shuffle(rows)
    nodes = [node for root in link(rows) for node in root.walk()]
    assert sorted(node.id for node in nodes) == sorted(row.id for row in rows)
    for node in nodes:
        assert all(child.parent_id == node.id for child in node.replies)


@given(st.lists(st.integers(0, 30), max_size=30))
def test_a_copy_is_the_same_tree(parents: list[int]) -> None:
    rows = [reply(0, None), *(reply(number + 1, parent % (number + 1)) for number, parent in enumerate(parents))]
    (root,) = link(rows)
    copied = pickle.loads(pickle.dumps(root))
    assert copied == root
    assert [(node.id, len(node.replies)) for node in copied.walk()] == [
        (node.id, len(node.replies)) for node in root.walk()
    ]
