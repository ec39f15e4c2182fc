from itertools import product
from typing import Any

import attrs
import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import SEEN_POSTS
from tests.support.reading import paged
from tests.support.rows import insert


@attrs.frozen
class Found:
    id: str
    cursor: str


@pytest.mark.parametrize(("status", "everything"), SEEN_POSTS)
@pytest.mark.parametrize("subtree", [False, True])
def test_the_posts_of_every_category(
    sample: Connection, status: blog.PostStatus | None, everything: bool, subtree: bool
) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=everything)
    for category in expected.rows("blog_categories"):
        slug = category["slug"]
        ids = {
            post
            for key in (expected.below(slug) if subtree else [category["id"]])
            for post in expected.post_ids("category", key)
        }
        rows = [row for row in expected.posts(status=status) if row["id"] in ids]
        asked: Any = {"category": slug, "subtree": subtree, "status": status, "with_unpublished": everything}
        found = paged(querier, blog.ListCategoryPosts(**asked), 5)
        assert found == [expected.post_details(row, cls=blog.ListedPost, cursor="") for row in rows]
        count = querier.fetch(blog.CountCategoryPosts(**asked))
        assert count.count == len(rows)


def test_categories_in_a_cycle_end(connection: Connection) -> None:
    for key, parent in {"a": None, "b": "a", "c": "b"}.items():
        insert(connection, "blog_categories", {"id": key, "slug": key, "parent_id": parent})
        insert(connection, "blog_posts", {"id": key})
        insert(connection, "blog_post_categories", {"post_id": key, "category_id": key})
    connection.execute("UPDATE blog_categories SET parent_id = 'c' WHERE id = 'a'")
    found = Querier(connection).fetch(blog.ListCategoryPosts(category="b", subtree=True))
    assert [post.id for post in found] == ["c", "b", "a"]


@pytest.mark.parametrize("moment", ["i / 3", "-i / 3"], ids=["old", "new"])
def test_a_category_of_more_posts_than_are_sorted(connection: Connection, moment: str) -> None:
    """Its posts are the newest, or the oldest: then none of those that are tried is among them."""
    insert(connection, "blog_categories", {"id": "a", "slug": "a"})
    insert(connection, "blog_categories", {"id": "b", "slug": "b", "parent_id": "a"})
    connection.execute(
        f"""
        INSERT INTO blog_posts (id, slug, status, in_language, created_at)
        SELECT 'p' || i, 'p' || i, CASE WHEN i % 4 = 0 THEN 'draft' ELSE 'published' END, 'fr',
            '2026-01-01'::timestamp + {moment} * interval '1 second'
        FROM generate_series(1, 4500) AS i
    """.encode()
    )
    connection.execute("INSERT INTO blog_post_categories SELECT 'p' || i, 'a' FROM generate_series(1, 1200) AS i")
    connection.execute("INSERT INTO blog_post_categories SELECT 'p' || i, 'b' FROM generate_series(1, 1400, 3) AS i")
    connection.execute("VACUUM ANALYZE")
    querier, everything = Querier(connection), Blog(connection, with_unpublished=True)
    statuses: tuple[blog.PostStatus, ...] = ("published", "draft")
    for subtree, status in product((False, True), statuses):
        ids = {post for key in ("a", "b")[: 1 + subtree] for post in everything.post_ids("category", key)}
        expected = [row["id"] for row in everything.posts(status=status) if row["id"] in ids]
        asked: Any = {"category": "a", "subtree": subtree, "status": status, "with_unpublished": True}
        query = blog.ListCategoryPosts(**asked)
        assert [post.id for post in paged(querier, query.into(Found), 20)] == expected
        assert querier.fetch(blog.CountCategoryPosts(**asked, at_most=None)).count == len(expected)
