"""Deletes in batches: each bounded, each a transaction of its own, and all together what one transaction does."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any, cast

import attrs
import psycopg
import pytest

from concordia_sql import AsyncDatabase, Batched, Database, Querier, QuerierError, Refused, auth, blog, services
from tests.support.generated import fill
from tests.support.reading import rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
Delete = Callable[[str, int], Batched[Any]]

DELETES: Mapping[str, tuple[str, Delete]] = {
    "DeleteUser": ("user", lambda key, limit: auth.DeleteUser(id=key, limit=limit)),
    "DeleteOrganization": ("organization", lambda key, limit: auth.DeleteOrganization(id=key, limit=limit)),
    "DeleteUserSessions": ("user", lambda key, limit: auth.DeleteUserSessions(user_id=key, limit=limit)),
    "blog.DeletePost": ("blog_posts", lambda key, limit: blog.DeletePost(id=key, limit=limit)),
    "blog.DeleteAuthor": ("blog_authors", lambda key, limit: blog.DeleteAuthor(id=key, limit=limit)),
    "blog.DeleteCategory": ("blog_categories", lambda key, limit: blog.DeleteCategory(id=key, limit=limit)),
    "blog.DeleteMedium": ("blog_media", lambda key, limit: blog.DeleteMedium(id=key, limit=limit)),
    "blog.DeleteOrganization": (
        "blog_organizations",
        lambda key, limit: blog.DeleteOrganization(id=key, limit=limit),
    ),
    "DeleteComment": (
        "blog_comments",
        lambda key, limit: blog.DeleteComment(id=key, replies="subtree", limit=limit),
    ),
    "DeleteListing": ("services_listings", lambda key, limit: services.DeleteListing(id=key, limit=limit)),
    "DeleteServiceCategory": (
        "services_categories",
        lambda key, limit: services.DeleteServiceCategory(id=key, limit=limit),
    ),
    "DeleteServiceMedium": ("services_media", lambda key, limit: services.DeleteServiceMedium(id=key, limit=limit)),
    "DeleteReview": (
        "services_reviews",
        lambda key, limit: services.DeleteReview(id=key, replies="subtree", limit=limit),
    ),
}
PURGES: Mapping[str, tuple[str, Callable[[int], Batched[Any]]]] = {
    "PurgePosts": ("blog_posts", lambda limit: blog.PurgePosts(deleted_before=NOON, limit=limit)),
    "PurgeListings": ("services_listings", lambda limit: services.PurgeListings(deleted_before=NOON, limit=limit)),
}


def total(querier: Querier, command: Batched[Any], *, at_most: int) -> Any:
    """What all batches did, each on tables that the next one finds; none beyond the limit."""
    done: dict[str, int] = {}
    result = None
    for result in querier.batches(command):
        now = attrs.asdict(result) if attrs.has(type(result)) else {"rows": result}
        batch = {name: number - done.get(name, 0) for name, number in now.items()}
        assert all(number <= at_most for number in batch.values()), batch
        done = now
    return result


def undated(tables: Mapping[str, Changes]) -> dict[str, Changes]:
    for changes in tables.values():
        for row in changes.changed:
            row.pop("updated_at")
    return {**tables}


@pytest.mark.parametrize("name", DELETES)
def test_batches_do_together_what_one_transaction_does(connection: Connection, name: str) -> None:
    """And one transaction refuses what batches of a row need more than one of for."""
    table, delete = DELETES[name]
    refused: list[str] = []
    for seed in range(10):
        fill(connection, Random(seed))
        for row in rows(connection, table):
            if rows(connection, table, id=row["id"]):  # else it is gone with another
                refused += compared(connection, lambda limit, key=row["id"]: delete(key, limit))  # type: ignore[misc]
        if refused:
            break
    assert {*refused} == {"too_many"}


def compared(connection: Connection, delete: Callable[[int], Batched[Any]]) -> list[str]:
    """Delete as a whole, and then in batches of a row; why a whole with the bound of a row is refused, if it is."""
    querier = Querier(connection, prepare=False)  # psycopg drops statements at a rollback
    refused: list[str] = []
    with connection.transaction() as transaction:
        with watched(connection) as expected:
            whole = querier.execute(delete(10_000))
        raise psycopg.Rollback(transaction)
    with connection.transaction() as transaction:
        try:
            assert querier.execute(delete(1)) == whole
        except Refused as error:
            refused.append(error.reason)
        raise psycopg.Rollback(transaction)
    with watched(connection) as written:
        parts = total(querier, delete(1), at_most=1)
    assert undated(written.tables) == undated(expected.tables)
    assert lasting(parts) == lasting(whole)
    return refused


def lasting(result: Any) -> Any:
    """What was done, but for the replies that were detached or moved, and then deleted."""
    passing = ("comments_detached", "reviews_detached", "_moved")
    if not attrs.has(type(result)):
        return result
    return {name: number for name, number in attrs.asdict(result).items() if not name.endswith(passing)}


@pytest.mark.parametrize("name", PURGES)
@pytest.mark.parametrize("limit", [1, 3])
def test_a_purge_in_batches_ends_with_all_that_is_old(connection: Connection, name: str, limit: int) -> None:
    """One that has much does not stop it."""
    table, purge = PURGES[name]
    fill(connection, Random(limit))
    connection.execute(
        f"UPDATE {table} SET deleted_at = '2020-01-01' WHERE id <> (SELECT min(id) FROM {table})".encode()
    )
    for number in range(2):
        insert(connection, table, {"id": f"old-{number}", "deleted_at": NOON - timedelta(days=1)})
    querier = Querier(connection, prepare=False)  # psycopg drops statements at a rollback
    with connection.transaction() as transaction:
        with watched(connection) as expected:
            querier.execute(purge(10_000))
        raise psycopg.Rollback(transaction)
    with watched(connection) as written:
        total(querier, purge(limit), at_most=limit)
    assert undated(written.tables) == undated(expected.tables)
    assert expected.tables[table].removed


THREADS: Mapping[str, Callable[[int], int | None]] = {
    "a chain": lambda number: number - 1 or None,
    "all below one": lambda number: 1 if number > 1 else None,
    "in twos": lambda number: number // 2 or None,
    "a cycle": lambda number: number - 1 or 12,
    "one with many below the first": lambda number: None if number == 1 else min(number - 1, 2),
}


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("shape", THREADS)
def test_a_thread_of_any_shape_goes_in_batches(connection: Connection, shape: str, newest_first: bool) -> None:
    """Also where replies are older than what they answer, and where they answer each other. Others' rows stay."""
    insert(connection, "blog_posts", {"id": "other", "slug": "other"})
    insert(connection, "blog_comments", {"id": "stray", "post_id": "other"})
    for limit in (1, 2, 5, 11, 12, 13):
        comment = blog.DeleteComment(id="01", replies="subtree", limit=limit)
        for command in (comment, blog.DeletePost(id="p", limit=limit)):
            if not rows(connection, "blog_posts", id="p"):
                insert(connection, "blog_posts", {"id": "p", "slug": "p"})
            grow(connection, THREADS[shape], newest_first=newest_first)
            done = total(Querier(connection, prepare=False), command, at_most=limit)
            assert done.blog_comments == 12
            assert [row["id"] for row in rows(connection, "blog_comments")] == ["stray"]
            assert len(rows(connection, "blog_posts")) == (2 if command is comment else 1)


def grow(connection: Connection, above: Callable[[int], int | None], *, newest_first: bool) -> None:
    """Twelve comments on one post."""
    for number in range(1, 13):
        moment = NOON.replace(minute=number if newest_first else 59 - number)
        insert(connection, "blog_comments", {"id": f"{number:02}", "post_id": "p", "created_at": moment})
    for number in range(1, 13):
        parent = above(number)
        values = [f"{parent:02}" if parent else None, f"{number:02}"]
        connection.execute("UPDATE blog_comments SET parent_id = %s WHERE id = %s", values)


def test_a_stopped_delete_goes_on_where_it_was(connection: Connection) -> None:
    """In between, nobody sees the post, and nothing is added to it."""
    querier = Querier(connection)
    insert(connection, "blog_posts", {"id": "p", "slug": "p", "status": "published"})
    for number in range(5):
        insert(connection, "blog_comments", {"id": f"c{number}", "post_id": "p"})
    delete = blog.DeletePost(id="p", limit=2)
    first = next(querier.batches(delete))
    assert (first.blog_posts, first.blog_comments) == (0, 2)
    assert querier.fetch(blog.GetPostById(id="p")) is None
    comment = blog.AddComment(
        post_id="p", author_name="a", author_email="a@b.example", content={}, status="pending", in_language="fr"
    )
    with pytest.raises(Refused) as refused:
        querier.execute(comment)
    assert refused.value.reason == "deleted_post"
    *_, rest = querier.batches(delete)
    assert (rest.blog_posts, rest.blog_comments) == (1, 3)
    assert [*querier.batches(delete)] == [blog.DeletedPost(*[0] * 7)]


def test_an_organization_keeps_an_owner_until_it_goes(connection: Connection) -> None:
    for number in range(6):
        insert(connection, "user", {"id": f"u{number}", "email": f"{number}@b.example"})
    insert(connection, "organization", {"id": "o", "slug": "o"})
    for number, role in enumerate(["member", "admin,owner", "member", "owner", "member", "owner"]):
        values = {"organization_id": "o", "user_id": f"u{number}", "role": role}
        insert(connection, "member", {**values, "created_at": NOON.replace(minute=number)})
    owners = []
    for done in Querier(connection).batches(auth.DeleteOrganization(id="o", limit=1)):
        left = rows(connection, "member")
        owners.append(sum("owner" in row["role"].split(",") for row in left))
        assert len(left) == 6 - done.member
    assert owners == [2, 2, 1, 1, 1, 0, 0]
    assert rows(connection, "organization") == []


PLACES = {
    "blog.DeletePost": ("post_id", "blog_post_media", ("cover", "gallery", "inline")),
    "blog.DeleteMedium": ("media_id", "blog_post_media", ("cover", "gallery", "inline")),
    "DeleteListing": ("service_id", "services_media_links", ("cover", "gallery")),
    "DeleteServiceMedium": ("media_id", "services_media_links", ("cover", "gallery")),
}


@pytest.mark.parametrize("name", PLACES)
def test_each_place_of_a_medium_is_a_row_of_its_own(connection: Connection, name: str) -> None:
    key, links, places = PLACES[name]
    tables = {"post_id": "blog_posts", "service_id": "services_listings", "media_id": f"{links.split('_')[0]}_media"}
    other = "media_id" if key != "media_id" else "post_id" if "post" in links else "service_id"
    insert(connection, tables[key], {"id": "gone"})
    for number in range(3):
        insert(connection, tables[other], {"id": str(number)})
        for place in places:
            insert(connection, links, {key: "gone", other: str(number), "type": place})
    _, delete = DELETES[name]
    done = attrs.asdict(total(Querier(connection), delete("gone", 1), at_most=1))
    assert {table: count for table, count in done.items() if count} == {tables[key]: 1, links: 3 * len(places)}


@pytest.mark.parametrize(
    ("limit", "command"),
    [
        (3, blog.DeletePost(id="p", limit=3)),
        (2, blog.DeleteComment(id="c0", replies="subtree", limit=2)),
        (1, blog.DeleteCategory(id="a", limit=1)),
        (1, auth.DeleteUserSessions(user_id="u", limit=1)),
        (1, auth.DeleteVerification(identifier="i", limit=1)),
    ],
)
def test_what_is_too_much_for_one_transaction_is_refused(
    connection: Connection, limit: int, command: Batched[Any]
) -> None:
    insert(connection, "blog_posts", {"id": "p"})
    insert(connection, "blog_comments", {"id": "c0", "post_id": "p"})
    insert(connection, "blog_comments", {"id": "c1", "post_id": "p", "parent_id": "c0"})
    insert(connection, "blog_comments", {"id": "c2", "post_id": "p", "parent_id": "c1"})
    insert(connection, "blog_categories", {"id": "a"})
    insert(connection, "blog_categories", {"id": "b", "parent_id": "a"})
    insert(connection, "user", {"id": "u"})
    for number in range(2):
        insert(connection, "session", {"id": f"s{number}", "user_id": "u"})
        insert(connection, "verification", {"id": f"v{number}", "identifier": "i"})
    querier = Querier(connection)
    with watched(connection) as written, pytest.raises(Refused) as refused:
        querier.execute(command)
    assert (refused.value.reason, refused.value.found) == ("too_many", str(limit))
    assert written.tables == {}
    with watched(connection) as written:
        querier.execute(attrs.evolve(cast("Any", command), limit=4))
    assert written.tables != {}


def test_a_tombstone_is_no_batch_that_never_ends(connection: Connection) -> None:
    insert(connection, "blog_posts", {"id": "p"})
    insert(connection, "blog_comments", {"id": "c", "post_id": "p"})
    insert(connection, "blog_comments", {"id": "r", "post_id": "p", "parent_id": "c"})
    *_, done = Querier(connection).batches(blog.DeleteComment(id="c", replies="tombstone"))
    assert done == blog.DeletedComment(0, 1, 0)
    assert {row["id"] for row in rows(connection, "blog_comments")} == {"c", "r"}


def test_batches_are_no_part_of_a_transaction(connection: Connection) -> None:
    querier = Querier(connection)
    with querier.transaction(), pytest.raises(QuerierError):
        next(querier.batches(blog.DeletePost(id="p")))


async def test_a_database_works_in_batches(connection: Connection, database_url: str) -> None:
    insert(connection, "user", {"id": "u"})
    for number in range(3):
        insert(connection, "session", {"id": f"s{number}", "user_id": "u"})
    async with AsyncDatabase(database_url) as asynchronous:
        found = [done async for done in asynchronous.batches(auth.DeleteUserSessions(user_id="u", limit=2))]
    with Database(database_url) as database:
        found += database.batches(auth.DeleteUserSessions(user_id="u", limit=2))
    assert found == [2, 3, 3, 0]
