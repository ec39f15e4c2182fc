"""Rows become trees as an independent reading of them says, whatever their order, orphans and cycles."""

from pathlib import Path
from typing import Any, cast

import attrs
import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from concordia_sql import Many, Node, Querier, ResultError, StatementError, Subtree, Tree
from concordia_sql.engine.tree import children_field, link
from tests.support.statements import query, write

# A node of the expected tree: its id and its children.
Expected = tuple[str, tuple[Any, ...]]


@attrs.frozen(eq=False, repr=False)
class Twig(Node):
    id: str
    parent_id: str | None
    leaf: str = attrs.field(default="", repr=False)
    twigs: tuple["Twig", ...] = ()


@attrs.frozen(eq=False, repr=False)
class OtherTwig(Twig):
    pass


def expected_trees(pairs: list[tuple[str, str | None]], top: str | None) -> list[Expected]:
    """The trees of (id, parent id), found by following each row's parents, one after the other."""
    order = [id_ for id_, _ in pairs]
    parents = {id_: parent if parent in order and id_ != top else None for id_, parent in pairs}
    for id_ in order:
        above, place = [id_], parents[id_]
        while place is not None and place not in above:
            above.append(place)
            place = parents[place]
        if place == id_:  # it is in a cycle, of which it is the first row, or this would have been cut before
            parents[id_] = None

    def tree(id_: str) -> Expected:
        return id_, tuple(tree(child) for child in order if parents[child] == id_)

    return [tree(id_) for id_ in order if parents[id_] is None]


def as_expected(node: Twig) -> Expected:
    return node.id, tuple(as_expected(child) for child in node.twigs)


@st.composite
def forests(draw: st.DrawFn) -> list[tuple[str, str | None]]:
    """Rows in any order, the parent of each a row, itself, none or one that is not there."""
    ids = draw(st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10))
    return [(id_, draw(st.sampled_from([None, "absent", *ids]))) for id_ in ids]


@given(forests())
@example([])
@example([("a", "b"), ("b", "c"), ("c", "b"), ("d", "c")])
@example([("c", "b"), ("d", "c"), ("b", "c"), ("a", "a")])
def test_trees_are_those_that_following_parents_gives(pairs: list[tuple[str, str | None]]) -> None:
    assert [as_expected(root) for root in link([Twig(*pair) for pair in pairs])] == expected_trees(pairs, None)


@given(forests().filter(bool), st.data())
def test_the_top_is_a_root_whatever_its_parent(pairs: list[tuple[str, str | None]], data: st.DataObject) -> None:
    rows = [Twig(*pair) for pair in pairs]
    top = data.draw(st.sampled_from(rows))
    assert [as_expected(root) for root in link(rows, top)] == expected_trees(pairs, top.id)


@pytest.mark.parametrize("pairs", [[("a", None), ("a", None)], [("a", "a"), ("a", "a")], [("a", None), ("a", "a")]])
def test_rows_that_share_an_id_are_no_tree(pairs: list[tuple[str, str | None]]) -> None:
    with pytest.raises(ResultError, match=r"^rows of a tree share an id$"):
        link([Twig(*pair) for pair in pairs])


def test_equality_is_of_the_whole_tree_the_hash_of_the_id() -> None:
    def tree(leaf: str = "", *, order: int = 1) -> Twig:
        return Twig("a", None, twigs=(Twig("b", "a"), Twig("c", "a", twigs=(Twig("d", "c", leaf),)))[::order])

    assert tree() == tree()
    assert tree() != tree("x")
    assert tree() != tree(order=-1)
    assert tree() != Twig("a", None)
    assert Twig("a", None) != OtherTwig("a", None)
    assert Twig("a", None).__eq__("a") is NotImplemented
    assert len({tree(), tree("x"), tree()}) == 2
    assert hash(tree()) == hash(tree("x"))


def test_the_repr_shows_the_columns_and_how_many_children_there_are() -> None:
    twig = Twig("a", None, "5ecret", (Twig("b", "a"), Twig("c", "a")))
    assert repr(twig) == "Twig(id='a', parent_id=None, twigs=<2>)"
    assert repr(OtherTwig("a", "b")) == "OtherTwig(id='a', parent_id='b', twigs=<0>)"


@attrs.frozen
class Forest:
    name: str
    twigs: tuple[Twig, ...]


def test_trees_of_statements_and_of_json(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    values = (
        "(VALUES ('c', 'b', 'x'), ('a', NULL, 'y'), ('b', 'a', 'z'), ('d', 'gone', '')) AS twigs (id, parent_id, leaf)"
    )
    rows = write(tmp_path, "mine/rows.sql", f"-- Twigs.\nSELECT twigs.id, twigs.parent_id, twigs.leaf FROM {values}")
    json = write(
        tmp_path, "mine/json.sql", f"-- Twigs.\nSELECT 'wood' AS name, json_agg(twigs.*) AS twigs FROM {values}"
    )

    @query(rows)
    class All(Tree[Twig]):
        pass

    @query(rows)
    class First(Subtree[Twig]):
        pass

    @query(json)
    class Wood(Many[Forest]):
        pass

    roots = [Twig("a", None, "y", (Twig("b", "a", "z", (Twig("c", "b", "x"),)),)), Twig("d", "gone")]
    querier = Querier(connection)
    assert querier.fetch(All()) == roots
    assert querier.fetch(All().into(OtherTwig))[1] == OtherTwig("d", "gone")
    assert querier.fetch(First()) == Twig("c", "b", "x")
    assert querier.fetch(First().into(OtherTwig)) == OtherTwig("c", "b", "x")
    assert querier.fetch(Wood()) == [Forest("wood", tuple(roots))]


def test_a_subtree_that_is_not_there_is_none(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    @query(write(tmp_path, "mine/none.sql", "-- None.\nSELECT '' AS id, '' AS parent_id, '' AS leaf WHERE FALSE"))
    class First(Subtree[Twig]):
        pass

    assert Querier(connection).fetch(First()) is None


def test_a_statement_that_gives_a_row_twice_is_named(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    body = "SELECT twigs.id, twigs.parent_id, '' AS leaf FROM (VALUES ('a', 'a'), ('a', 'a')) AS twigs (id, parent_id)"

    @query(write(tmp_path, "mine/twice.sql", f"-- Twigs.\n{body}"))
    class Twice(Tree[Twig]):
        pass

    @query(
        write(tmp_path, "mine/twice.sql", f"-- Twigs.\nSELECT json_agg(t.*) AS twigs, 'x' AS name FROM ({body}) AS t")
    )
    class Both(Many[Forest]):
        pass

    for asked, where in {
        Twice(): "mine.Twice: ",
        Twice().into(OtherTwig): "mine.Twice: ",
        Both(): "mine.Both: row 0: column twigs: ",
    }.items():
        with pytest.raises(ResultError, match=f"^{where}rows of a tree share an id$"):
            Querier(connection).fetch(cast("Many[Any]", asked))


@attrs.frozen
class ByValue(Node):
    id: str
    parent_id: str | None
    below: tuple["ByValue", ...] = ()


@attrs.frozen(eq=False)
class WithRepr(Node):
    id: str
    parent_id: str | None
    below: tuple["WithRepr", ...] = ()


@attrs.frozen
class Row:
    id: str
    parent_id: str | None


@attrs.frozen(eq=False, repr=False)
class NodeLast(Row, Node):
    below: tuple["NodeLast", ...] = ()


@attrs.frozen(eq=False, repr=False)
class Childless(Node):
    id: str
    parent_id: str | None


@attrs.frozen(eq=False, repr=False)
class InLists(Node):
    id: str
    parent_id: str | None
    below: list["InLists"] = attrs.field(factory=list)


@attrs.frozen(eq=False, repr=False)
class Twice(Node):
    id: str
    parent_id: str | None
    left: tuple["Twice", ...] = ()
    right: tuple["Twice", ...] = ()


@attrs.frozen(eq=False, repr=False)
class WithoutDefault(Node):
    id: str
    parent_id: str | None
    below: tuple["WithoutDefault", ...]


@attrs.frozen(eq=False, repr=False)
class WithoutParent(Node):
    id: str
    below: tuple["WithoutParent", ...] = ()


@pytest.mark.parametrize("node_class", [ByValue, WithRepr, NodeLast])
def test_a_node_compares_and_shows_itself_as_node_does(node_class: type[Node]) -> None:
    with pytest.raises(StatementError) as caught:
        children_field(node_class)
    assert str(caught.value) == (
        f"{node_class.__name__}: a node names Node as its first base, "
        "and is decorated with @attrs.frozen(eq=False, repr=False)"
    )


@pytest.mark.parametrize("node_class", [Childless, InLists, Twice, WithoutDefault, WithoutParent])
def test_a_node_has_an_id_a_parent_and_children(node_class: type[Node]) -> None:
    with pytest.raises(StatementError) as caught:
        children_field(node_class)
    name = node_class.__name__
    assert str(caught.value) == (
        f'{name}: a node has id, parent_id and one field tuple["{name}", ...] = () for its children'
    )
