"""Rows that are added in one call keep the order in which they are given, wherever they are read."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncQuerier, Querier, blog, services
from tests.support.rows import insert

Connection = psycopg.Connection[Any]
NUMBER = 20
NAMES = [str(number) for number in range(NUMBER)]


def comment(name: str, **given: Any) -> dict[str, Any]:
    kept = {"post_id": "p", "author_email": "e", "content": "c", "status": "approved", "in_language": "fr"}
    return {**kept, "author_name": name, **given}


def review(name: str) -> dict[str, Any]:
    kept = {"service_id": "l", "author_email": "e", "content": "c", "status": "approved", "in_language": "fr"}
    return {**kept, "author_name": name, "rating": 3}


def walked(nodes: Sequence[Any]) -> list[str]:
    return [node.author_name for node in nodes]


READS: list[Callable[[Querier], list[str]]] = [
    lambda querier: walked(querier.fetch(blog.ListComments(post_id="p"))),
    lambda querier: walked(querier.fetch(blog.ListCommentsByStatus(status="approved"))),
    lambda querier: walked(querier.fetch(blog.GetCommentThread(post_id="p"))),
    lambda querier: walked(querier.fetch(blog.GetCommentTree(post_id="p"))),
    lambda querier: walked(querier.fetch(blog.GetCommentPage(post_id="p", limit=NUMBER)).roots),
    lambda querier: walked(querier.fetch(blog.GetCommentPage(post_id="p", limit=NUMBER, sort="newest")).roots)[::-1],
    lambda querier: walked(querier.fetch(services.ListReviews(service_id="l")))[::-1],
    lambda querier: walked(querier.fetch(services.ListReviewsByStatus(status="approved"))),
    lambda querier: walked(querier.fetch(services.ListReviewThreads(service_id="l"))),
    lambda querier: walked(querier.fetch(services.GetReviewTree(service_id="l"))),
    lambda querier: walked(querier.fetch(services.GetReviewPage(service_id="l", limit=NUMBER)).roots),
    lambda querier: walked(querier.fetch(services.GetReviewPage(service_id="l", limit=NUMBER, sort="best")).roots)[
        ::-1
    ],
]


@pytest.fixture
def parents(connection: Connection) -> None:
    insert(connection, "blog_posts", {"id": "p"})
    insert(connection, "services_listings", {"id": "l"})


@pytest.mark.usefixtures("parents")
@pytest.mark.parametrize("made_in_order", [True, False])
def test_rows_of_one_command(connection: Connection, made_in_order: bool) -> None:
    """Whatever their ids say, which are those of the moments at which they were made."""
    order = NAMES if made_in_order else NAMES[::-1]
    comments = {name: blog.NewComment(**comment(name)) for name in order}
    reviews = {name: services.NewReview(**review(name)) for name in order}
    querier = Querier(connection)
    with querier.transaction() as transaction:
        for part in (NAMES[:5], NAMES[5:]):
            transaction.execute(blog.AddComments(comments=[comments[name] for name in part]))
            transaction.execute(services.AddReviews(reviews=[reviews[name] for name in part]))
    for read in READS:
        assert read(querier) == NAMES


@pytest.mark.usefixtures("parents")
@pytest.mark.parametrize("made_in_order", [True, False])
async def test_commands_of_one_batch(
    connection: Connection, async_connection: psycopg.AsyncConnection[Any], made_in_order: bool
) -> None:
    order = NAMES if made_in_order else NAMES[::-1]
    comments = {name: blog.AddComment(**comment(name)) for name in order}
    reviews = {name: services.AddReview(**review(name)) for name in order}
    querier = Querier(connection)
    querier.execute_batch(*[comments[name] for name in NAMES[:10]], *[reviews[name] for name in NAMES[:10]])
    in_background = AsyncQuerier(async_connection)
    await in_background.execute_batch(*[comments[name] for name in NAMES[10:]], *[reviews[name] for name in NAMES[10:]])
    for read in READS:
        assert read(querier) == NAMES


def test_posts_and_listings_of_one_batch_are_newest_first(connection: Connection) -> None:
    posts = [blog.CreatePost(slug=name, status="draft", in_language="fr", id=f"{99 - int(name):02}") for name in NAMES]
    listings = [services.CreateListing(slug=name, provider_id="u", id=f"{99 - int(name):02}") for name in NAMES]
    querier = Querier(connection)
    querier.execute_batch(*posts, *listings)
    assert [post.slug for post in querier.fetch(blog.ListPosts(with_unpublished=True))] == NAMES[::-1]
    assert [listing.slug for listing in querier.fetch(services.ListListings(with_unpublished=True))] == NAMES[::-1]
