"""Deletes of the blog: what goes, what is detached, and what no fault leaves half done."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from concordia_sql import Conflict, Querier, Refused, blog
from tests.support.deletes import Rule, check
from tests.support.generated import fill
from tests.support.races import blocked
from tests.support.reading import made, rows
from tests.support.rows import NOON, insert
from tests.support.writes import watched

Connection = psycopg.Connection[Any]

OWN = ["blog_translations", "blog_post_authors", "blog_post_categories", "blog_post_media", "blog_comments"]


def parent_without_cycle(row: dict[str, Any], child: dict[str, Any]) -> str | None:
    return None if row["parent_id"] in (row["id"], child["id"]) else row["parent_id"]


RULES = [
    Rule(lambda key: blog.DeleteAuthor(id=key), "blog_authors", removes=[("blog_post_authors", "author_id")]),
    Rule(
        lambda key: blog.DeleteCategory(id=key),
        "blog_categories",
        removes=[("blog_post_categories", "category_id")],
        detaches=[("blog_categories", "parent_id")],
        heir=parent_without_cycle,
    ),
    Rule(
        lambda key: blog.DeleteMedium(id=key),
        "blog_media",
        removes=[("blog_post_media", "media_id")],
        detaches=[("blog_authors", "avatar_id"), ("blog_categories", "featured_image_id")],
    ),
    Rule(
        lambda key: blog.DeleteOrganization(id=key),
        "blog_organizations",
        detaches=[
            ("blog_posts", "organization_id"),
            ("blog_authors", "works_for_id"),
            ("services_listings", "organization_id"),
        ],
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.table)
@pytest.mark.parametrize("seed", range(2))
def test_a_delete_does_what_its_rule_says(connection: Connection, rule: Rule, seed: int) -> None:
    check(connection, rule, seed)


@pytest.mark.parametrize("seed", range(2))
def test_a_post_goes_with_all_that_is_its_own(connection: Connection, seed: int) -> None:
    """At random, comments answer those on other posts too: they are detached."""
    querier = Querier(connection)
    fill(connection, Random(seed))
    assert querier.execute(blog.DeletePost(id="nothing")) == blog.DeletedPost(*[0] * 7)
    for post in rows(connection, "blog_posts"):
        own = {row["id"] for row in rows(connection, "blog_comments", post_id=post["id"])}
        strays = [
            row["id"]
            for row in rows(connection, "blog_comments")
            if row["parent_id"] in own and row["post_id"] != post["id"]
        ]
        before = {table: len(rows(connection, table, post_id=post["id"])) for table in OWN}
        with watched(connection) as tried:
            foreseen = querier.dry_run(blog.DeletePost(id=post["id"]))
        assert tried.tables == {}
        with watched(connection) as written:
            counted = querier.execute(blog.DeletePost(id=post["id"]))
        assert counted == foreseen == blog.DeletedPost(blog_posts=1, **before, blog_comments_detached=len(strays))
        assert written.counts() == {table: -number for table, number in {**before, "blog_posts": 1}.items() if number}
        changed = [row for each in written.tables.values() for row in each.changed]
        assert [(row["id"], row["parent_id"]) for row in changed] == [(each, None) for each in sorted(strays)]
    assert rows(connection, "blog_comments") == rows(connection, "blog_translations") == []


@pytest.fixture
def post(connection: Connection) -> str:
    """A post with a comment and its reply."""
    insert(connection, "blog_posts", {"id": "p", "slug": "p", "status": "published"})
    insert(connection, "blog_translations", {"post_id": "p"})
    insert(connection, "blog_comments", {"id": "c", "post_id": "p"})
    insert(connection, "blog_comments", {"id": "r", "post_id": "p", "parent_id": "c"})
    return "p"


def test_a_delete_whose_backend_is_killed_leaves_everything(
    connection: Connection, database_url: str, post: str
) -> None:
    errors: list[BaseException] = []
    with watched(connection) as written, connection.transaction():
        connection.execute("SELECT FROM blog_comments WHERE id = 'r' FOR UPDATE")
        thread, pid = blocked(database_url, connection, errors, blog.DeletePost(id="p"))
        connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        thread.join()
    assert [type(error) for error in errors] == [psycopg.errors.AdminShutdown]
    assert written.tables == {}


def test_a_delete_in_a_deadlock_leaves_everything(connection: Connection, database_url: str, post: str) -> None:
    errors: list[BaseException] = []
    connection.execute("SET deadlock_timeout = '1min'")  # so that it is the delete that finds it
    with watched(connection) as written, connection.transaction():
        connection.execute("SELECT FROM blog_comments WHERE id = 'r' FOR UPDATE")
        thread, _ = blocked(database_url, connection, errors, blog.DeletePost(id="p"))
        connection.execute("SELECT FROM blog_posts WHERE id = 'p' FOR UPDATE")
        thread.join()
    assert [type(error) for error in errors] == [psycopg.errors.DeadlockDetected]
    assert written.tables == {}


def test_a_delete_that_breaks_a_constraint_leaves_everything(connection: Connection, post: str) -> None:
    connection.execute("CREATE TABLE pins (id text PRIMARY KEY, post_id text REFERENCES blog_posts)")
    connection.execute("INSERT INTO pins VALUES ('pin', 'p')")
    with watched(connection) as written, pytest.raises(psycopg.errors.ForeignKeyViolation) as caught:
        Querier(connection).execute(blog.DeletePost(id="p"))
    assert caught.value.__notes__ == ["while running blog.DeletePost"]
    assert written.tables == {}


def test_a_post_is_deleted_softly_and_restored_as_it_was(connection: Connection, post: str) -> None:
    querier = Querier(connection)
    (before,) = rows(connection, "blog_posts")
    with watched(connection) as written:
        deleted = querier.execute(blog.SoftDeletePost(id="p"))
    (change,) = written.tables["blog_posts"].changed
    assert deleted == made(blog.Post, {**before, **change})
    assert (set(change), list(written.tables)) == ({"id", "deleted_at", "updated_at"}, ["blog_posts"])
    assert querier.fetch(blog.GetPost(slug="p")) is None
    with watched(connection) as written:
        assert querier.execute(blog.SoftDeletePost(id="p")) is None
        assert querier.execute(blog.SoftDeletePost(id="nothing")) is None
        assert querier.execute(blog.ChangePost(id="p", status="draft")) is None
    assert written.tables == {}
    restored = querier.execute(blog.RestorePost(id="p"))
    (after,) = rows(connection, "blog_posts")
    assert restored == made(blog.Post, after)
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    assert querier.execute(blog.RestorePost(id="p")) is None
    assert querier.execute(blog.RestorePost(id="nothing")) is None


def test_what_another_writer_deleted_has_no_status_to_go_back_to(connection: Connection) -> None:
    insert(connection, "blog_posts", {"id": "p", "status": "deleted"})
    assert Querier(connection).execute(blog.SoftDeletePost(id="p")) is None
    with pytest.raises(Refused) as caught:
        Querier(connection).execute(blog.RestorePost(id="p"))
    assert (caught.value.reason, caught.value.found) == ("no_former_status", None)


def test_posts_are_purged_in_batches(connection: Connection, database_url: str) -> None:
    """The longest ago first; those that are not deleted, deleted since, or in use by others stay."""
    for number in range(4):
        values = {"id": f"old-{number}", "status": "draft", "deleted_at": NOON - timedelta(days=4 - number)}
        insert(connection, "blog_posts", values)
        insert(connection, "blog_comments", {"post_id": f"old-{number}"})
    insert(connection, "blog_posts", {"id": "others", "status": "deleted", "updated_at": NOON - timedelta(days=9)})
    insert(connection, "blog_posts", {"id": "new", "status": "draft", "deleted_at": NOON})
    insert(connection, "blog_posts", {"id": "live", "status": "draft"})
    querier = Querier(connection)
    purge = blog.PurgePosts(deleted_before=NOON, limit=2)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT FROM blog_posts WHERE id = 'old-0' FOR UPDATE")
        first = querier.execute(purge)
    assert (first.blog_posts, first.blog_comments) == (2, 1)
    assert {row["id"] for row in rows(connection, "blog_posts")} == {"old-0", "old-2", "old-3", "new", "live"}
    assert [querier.execute(purge).blog_posts for _ in range(4)] == [0, 2, 1, 0]
    assert {row["id"] for row in rows(connection, "blog_posts")} == {"new", "live"}
    assert rows(connection, "blog_comments") == []


def test_a_slug_is_free_when_its_post_is_purged(connection: Connection, post: str) -> None:
    querier = Querier(connection)
    querier.execute(blog.SoftDeletePost(id="p"))
    again = blog.CreatePost(slug="p", status="draft", in_language="fr")
    with pytest.raises(Conflict):
        querier.execute(again)
    assert querier.execute(blog.PurgePosts(deleted_before=datetime(2100, 1, 1))).blog_posts == 1
    assert querier.execute(again).slug == "p"
