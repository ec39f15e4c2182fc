"""Public by default: no query shows what visitors may not see, unless that is asked for by name."""

from collections.abc import Iterator
from typing import Any, cast

import attrs
import msgspec
import psycopg
import pytest

from concordia_sql import ParameterError, Querier, Query, blog, services
from concordia_sql.common import Count
from concordia_sql.engine.columns import columns_of, is_result_class, nested_classes
from concordia_sql.web.output import to_json
from tests.support.catalog import example, query_classes
from tests.support.reading import rows

Connection = psycopg.Connection[Any]

MODERATORS = {
    *("blog.ListCommentsByStatus", "blog.CountCommentsByStatus"),
    *("services.ListReviewsByStatus", "services.CountReviewsByStatus"),
}
"""Queries that are named for what visitors do not see."""
PARTIES = {"services.GetBooking", "services.ListBookings"}
"""Those of bookings, whose parties see what was booked."""


def parameters(query_class: type[Query[Any]]) -> frozenset[str]:
    """The parameters of a query's statement and of the shapes that it uses."""
    source = query_class.source
    return source.parameters.union(*(shape.source.parameters for shape in source.shapes()))


READS = [cls for cls in query_classes() if "with_unpublished" in parameters(cls)]
NAMED = MODERATORS | PARTIES
OWNERS = {"blog_posts": "draft", "services_listings": "suspended"}
NODES = {"blog_comments": "pending", "services_reviews": "rejected"}
BELOW = ["blog_translations", "services_translations", "services_availability"]
FULL: list[Query[Any]] = [
    blog.GetPost(slug="my-post").into(blog.FullPost),
    blog.GetCategory(slug="category-1").into(blog.CategoryWithPosts),
    services.GetListing(slug="my-listing").into(services.ListingWithReviews),
    services.GetServiceCategory(slug="service-category-1").into(services.CategoryWithListings),
]
"""Queries of classes that name what is unbounded."""


@pytest.fixture
def connection(sample_copy: str) -> Iterator[Connection]:
    """A transaction in a copy of the sample that is rolled back."""
    with (
        psycopg.connect(sample_copy, autocommit=True, options="-c TimeZone=UTC") as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


def hide(connection: Connection, statuses: dict[str, str]) -> set[object]:
    """Give all rows of these tables another status. Returns the ids of what visitors then must not see."""
    for table, status in statuses.items():
        connection.execute(f"UPDATE {table} SET status = '{status}' WHERE deleted_at IS NULL".encode())
    hidden = [*OWNERS, *NODES, *BELOW] if statuses == OWNERS else [*statuses]
    return {row["id"] for table in hidden for row in rows(connection, table)}


def ids(result: object) -> set[object]:
    """The ids of the objects in a result, at any depth."""
    found: set[object] = set()
    waiting = [msgspec.json.decode(to_json(result))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found.add(value.get("id"))
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def test_every_query_of_such_rows_can_be_asked_for_all() -> None:
    named = {cls.query_name for cls in READS if "with_unpublished" in cls._fields}
    assert named == {cls.query_name for cls in READS}
    by_default = {cls.query_name for cls in READS if attrs.fields_dict(cast("Any", cls))["with_unpublished"].default}
    assert by_default == NAMED


@pytest.mark.parametrize("statuses", [OWNERS, NODES], ids=["owners", "nodes"])
def test_no_query_shows_what_visitors_may_not_see(connection: Connection, statuses: dict[str, str]) -> None:
    querier, hidden = Querier(connection), hide(connection, statuses)
    queries = [example(cls) for cls in query_classes() if cls.query_name not in NAMED]
    for query in [*queries, *FULL]:
        result = querier.fetch(query)
        assert not ids(result) & hidden, query.query_name
        if type(query) in READS and isinstance(result, Count) and (statuses == OWNERS or "Comment" in query.query_name):
            assert result.count == 0, query.query_name


def test_no_query_of_pages_gives_an_address_of_a_person() -> None:
    """That of an organization is the one that it publishes. Users, members and invitations are of accounts."""
    found = {
        (cls.query_name, column)
        for cls in query_classes()
        if not cls.query_name.startswith("auth.") and is_result_class(cls.result_class)
        for each in nested_classes(cls.result_class)
        for column in columns_of(each)
        if "email" in column and "Organization" not in each.__name__
    }
    assert found == {(name, "author_email") for name in MODERATORS if "List" in name}


@pytest.mark.parametrize("statuses", [OWNERS, NODES], ids=["owners", "nodes"])
def test_who_asks_for_it_sees_it(connection: Connection, statuses: dict[str, str]) -> None:
    querier = Querier(connection)
    seen = {cls: querier.fetch(example(cls)) for cls in READS if cls.query_name not in NAMED}
    hide(connection, statuses)
    for cls, before in seen.items():
        asked: Any = attrs.evolve(cast("Any", example(cls)), with_unpublished=True)
        assert ids(before) <= ids(querier.fetch(asked)), cls.query_name


@pytest.mark.parametrize(
    ("query_class", "given"),
    [
        (blog.ListPosts, {"status": "draft"}),
        (blog.GetPost, {"slug": "my-post", "comment_status": "pending"}),
        (blog.CountComments, {"post_id": "post-1", "status": "rejected"}),
        (services.ListListings, {"status": "suspended"}),
        (services.ListReviewsByAuthor, {"author_id": "user-1", "status": "pending"}),
    ],
)
def test_a_status_that_visitors_do_not_see_is_refused(query_class: Any, given: dict[str, object]) -> None:
    for asked in (None, False):
        with pytest.raises(ParameterError, match=r"status: another status than '\w+' is read with_unpublished=True"):
            query_class(**given, with_unpublished=asked)
    query_class(**given, with_unpublished=True)
