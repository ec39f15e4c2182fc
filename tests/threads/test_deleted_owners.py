"""What is below a deleted post or listing: no query reads it, unless that is asked for."""

from typing import Any, cast

import attrs
import pytest

from concordia_sql import Querier, Query
from concordia_sql.common import Count
from concordia_sql.engine.columns import columns_of, is_result_class
from tests.support.catalog import query_classes, required
from tests.support.rows import insert
from tests.support.threads import Connection

OWNERS = {"blog_posts": "post_id", "services_listings": "service_id"}
BELOW = {
    "blog_posts": ("blog_comments", "blog_translations"),
    "services_listings": ("services_reviews", "services_translations", "services_availability"),
}
LINKED = {
    "blog_post_authors": ("blog_authors", "author_id"),
    "blog_post_categories": ("blog_categories", "category_id"),
    "blog_post_media": ("blog_media", "media_id"),
    "services_media_links": ("services_media", "media_id"),
}
ASKED = ("of_deleted", "with_hidden")
NAMED: dict[str, Any] = {
    "id": "below",
    "author_id": "user",
    "status": "approved",
    **dict.fromkeys(OWNERS.values(), "owner"),
    **{f"{name}s": ["owner"] for name in OWNERS.values()},
}
"""The parameters that find the rows of `fill`."""


def asked_of(query_class: type[Query[Any]]) -> list[str]:
    """The fields by which it is asked for what is below something deleted."""
    return [field.name for field in attrs.fields(cast("Any", query_class)) if field.name in ASKED]


READS = [cls for cls in query_classes() if asked_of(cls)]


@pytest.fixture
def querier(connection: Connection) -> Querier:
    insert(connection, "user", {"id": "user"})
    for owners, key in OWNERS.items():
        insert(connection, owners, {"id": "owner"})
        for table in BELOW[owners]:
            more = {"status": "approved"} if table.endswith(("comments", "reviews")) else {}
            more |= {"author_id": "user"} if table.endswith("reviews") else {}
            insert(connection, table, {"id": "below", key: "owner", **more})
    for links, (table, key) in LINKED.items():
        owner = OWNERS["blog_posts" if links.startswith("blog") else "services_listings"]
        insert(connection, table, {"id": "below"})
        insert(connection, links, {owner: "owner", key: "below"})
    return Querier(connection)


def test_every_query_of_such_rows_can_be_asked() -> None:
    """Bookings are no such rows: they are kept for the accounts. Free times are those of what is offered."""
    counts = {cls for cls in READS if ".Count" in cls.query_name}
    rows = {
        cls
        for cls in query_classes()
        if is_result_class(cls.result_class)
        and {*OWNERS.values()} & {*columns_of(cls.result_class), *required(cls)}
        and cls.query_name != "services.ListFreeSlots"
    }
    assert {cls for cls in rows if "Booking" not in cls.query_name} | counts == {*READS}


@pytest.mark.parametrize("query_class", READS, ids=lambda cls: cls.query_name)
def test_it_is_read_where_it_is_asked_for_alone(
    connection: Connection, querier: Querier, query_class: type[Query[Any]]
) -> None:
    given = {name: NAMED[name] for name in required(query_class)}
    (asked,) = asked_of(query_class)
    assert found(querier.fetch(query_class(**given))) == ["below"]
    for deleted in ("deleted_at = now()", "deleted_at = NULL, status = 'deleted'"):
        for owners in OWNERS:
            connection.execute(f"UPDATE {owners} SET {deleted}".encode())
        assert found(querier.fetch(query_class(**given))) == []
        assert found(querier.fetch(query_class(**given, **{asked: False}))) == []
        assert found(querier.fetch(query_class(**given, **{asked: True}))) == ["below"]


def found(result: Any) -> list[str]:
    """The ids in a result, in its pages too; the number of a count."""
    if isinstance(result, Count):
        return ["below"] * result.count
    listed = result if isinstance(result, list) else [result]
    return [node.id for each in listed for node in getattr(each, "roots", [each]) if node is not None]
