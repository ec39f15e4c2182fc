"""Nothing is added below what is deleted or not to be seen, nor where no comments or reviews are taken."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg
import pytest

from concordia_sql import Command, Querier, Refused, blog, services
from tests.support.races import overlap
from tests.support.reading import rows
from tests.support.rows import insert
from tests.support.writes import watched
from tests.test_races import COMMENT, RACES, REVIEW

Connection = psycopg.Connection[Any]
DELETED: list[Mapping[str, object]] = [{"deleted_at": datetime(2026, 1, 1)}, {"status": "deleted"}]
COMMENTS: list[Callable[..., Command[Any]]] = [
    lambda **given: blog.AddComment(post_id="p", **COMMENT, **given),
    lambda **given: blog.AddComments(comments=[blog.NewComment(post_id="p", **COMMENT)], **given),
]
REVIEWS: list[Callable[..., Command[Any]]] = [
    lambda **given: services.AddReview(service_id="l", **REVIEW, **given),
    lambda **given: services.AddReviews(reviews=[services.NewReview(service_id="l", **REVIEW)], **given),
]


@pytest.mark.parametrize("deleted", DELETED)
@pytest.mark.parametrize(("table", "owner"), [("blog_posts", "p"), ("services_listings", "l")])
def test_nothing_is_added_below_what_is_deleted(
    connection: Connection, table: str, owner: str, deleted: Mapping[str, object]
) -> None:
    """By any command that makes a row refer to it."""
    insert(
        connection,
        table,
        {"id": owner, "duration_minutes": 60, **deleted} if owner == "l" else {"id": owner, **deleted},
    )
    for refer in RACES[table][1]:
        with watched(connection) as written, pytest.raises(Refused) as caught:
            Querier(connection).execute(refer(""))
        assert caught.value.reason in (f"deleted_{'post' if owner == 'p' else 'service'}", "not_active")
        assert written.tables == {}


@pytest.mark.parametrize("add", COMMENTS)
def test_a_post_that_takes_no_comments(connection: Connection, add: Callable[..., Command[Any]]) -> None:
    insert(connection, "blog_posts", {"id": "p", "allow_comments": False})
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(add())
    assert (caught.value.reason, written.tables) == ("comments_closed", {})
    Querier(connection).execute(add(even_if_closed=True))
    assert len(rows(connection, "blog_comments", post_id="p")) == 1


@pytest.mark.parametrize("add", REVIEWS)
def test_a_listing_that_takes_no_reviews(connection: Connection, add: Callable[..., Command[Any]]) -> None:
    insert(connection, "services_listings", {"id": "l", "allow_reviews": False})
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(add())
    assert (caught.value.reason, written.tables) == ("reviews_closed", {})
    Querier(connection).execute(add(even_if_closed=True))
    assert len(rows(connection, "services_reviews", service_id="l")) == 1


@pytest.mark.parametrize(
    ("table", "hidden"),
    [
        ("blog_posts", {"status": "draft"}),
        ("blog_posts", {"status": "archived"}),
        ("services_listings", {"status": "suspended"}),
        ("services_listings", {"is_active": False}),
    ],
)
def test_what_visitors_do_not_see_takes_nothing_of_theirs(
    connection: Connection, table: str, hidden: Mapping[str, object]
) -> None:
    """Unless the command says so; and then it may still be closed or deleted."""
    of_posts = table == "blog_posts"
    adds, below = (COMMENTS, "blog_comments") if of_posts else (REVIEWS, "services_reviews")
    hidden_reason, noun = ("not_published", "comments") if of_posts else ("not_active", "reviews")
    insert(connection, table, {"id": "p" if of_posts else "l", **hidden})

    def refused(add: Callable[..., Command[Any]], **given: bool) -> str:
        with watched(connection) as written, pytest.raises(Refused) as caught:
            Querier(connection).execute(add(**given))
        assert written.tables == {}
        return caught.value.reason

    for add in adds:
        assert refused(add) == refused(add, even_if_closed=True) == hidden_reason
        Querier(connection).execute(add(with_unpublished=True))
    assert len(rows(connection, below)) == len(adds)
    for change, reason in (
        (f"allow_{noun} = FALSE", f"{noun}_closed"),
        ("deleted_at = now()", "deleted_post" if of_posts else "deleted_service"),
    ):
        connection.execute(f"UPDATE {table} SET {change}".encode())
        assert {refused(add, with_unpublished=True) for add in adds} == {reason}


def test_which_of_many_is_closed_is_said(connection: Connection) -> None:
    for id_, allowed in (("p", True), ("q", False)):
        insert(connection, "blog_posts", {"id": id_, "allow_comments": allowed})
    insert(connection, "blog_posts", {"id": "r", "status": "draft"})
    for owners, reason in (("ppqqr", "comments_closed"), ("pprrq", "not_published")):
        new = [blog.NewComment(post_id=id_, **COMMENT) for id_ in owners]
        with pytest.raises(Refused) as caught:
            Querier(connection).execute(blog.AddComments(comments=new))
        assert (caught.value.reason, caught.value.found) == (reason, "2")


@pytest.mark.parametrize(
    ("table", "close", "add"),
    [
        ("blog_posts", blog.SoftDeletePost(id="p"), COMMENTS[0]()),
        ("blog_posts", blog.ChangePost(id="p", allow_comments=False), COMMENTS[1]()),
        ("blog_posts", blog.ChangePost(id="p", status="draft"), COMMENTS[0]()),
        ("blog_posts", blog.ChangePost(id="p", status="draft"), COMMENTS[1]()),
        ("services_listings", services.ChangeListing(id="l", status="suspended"), REVIEWS[0]()),
        ("services_listings", services.ChangeListing(id="l", is_active=False), REVIEWS[1]()),
        ("services_listings", services.SoftDeleteListing(id="l"), REVIEWS[0]()),
        ("services_listings", services.ChangeListing(id="l", allow_reviews=False), REVIEWS[1]()),
    ],
)
def test_who_closes_meanwhile_comes_first_or_waits(
    connection: Connection, database_url: str, table: str, close: Command[Any], add: Command[Any]
) -> None:
    insert(connection, table, {"id": "p" if table == "blog_posts" else "l"})
    _, refused = overlap(database_url, close, add)
    assert isinstance(refused, Refused)
    assert rows(connection, "blog_comments") == rows(connection, "services_reviews") == []
