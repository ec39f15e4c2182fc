from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import grown
from tests.support.rows import insert


def test_all_categories_below_their_roots(sample: Connection) -> None:
    found = Marketplace(sample).categories()
    expected = [grown(services.CategoryNode, row, found, "children") for row in found if row["parent_id"] is None]
    assert len(expected) < len(found)
    assert Querier(sample).fetch(services.GetServiceCategoryTree()) == expected


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.GetServiceCategoryTree()) == []


def test_of_a_cycle_the_first_is_a_root(connection: Connection) -> None:
    for name, sort_order in [("a", 2), ("b", 1), ("c", 3)]:
        insert(connection, "services_categories", {"id": name, "sort_order": sort_order})
    for name, parent in [("a", "c"), ("b", "a"), ("c", "b")]:
        connection.execute("UPDATE services_categories SET parent_id = %s WHERE id = %s", [parent, name])
    (root,) = Querier(connection).fetch(services.GetServiceCategoryTree())
    assert [node.id for node in root.walk()] == ["b", "c", "a"]
