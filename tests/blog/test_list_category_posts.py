from itertools import product

import attrs
import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import STATUSES
from tests.support.reading import paged
from tests.support.rows import insert


@attrs.frozen
class Found:
    id: str
    cursor: str


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("subtree", [False, True])
def test_the_posts_of_every_category(sample: Connection, status: blog.PostStatus | None, subtree: bool) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for category in expected.rows("blog_categories"):
        slug = category["slug"]
        ids = {
            post
            for key in (expected.below(slug) if subtree else [category["id"]])
            for post in expected.post_ids("category", key)
        }
        rows = [row for row in expected.posts(status=status) if row["id"] in ids]
        found = paged(querier, blog.ListCategoryPosts(category=slug, subtree=subtree, status=status), 5)
        assert found == [expected.post_details(row, cls=blog.ListedPost, cursor="") for row in rows]
        count = querier.fetch(blog.CountCategoryPosts(category=slug, subtree=subtree, status=status))
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
        FROM generate_series(1, 9000) AS i
    """.encode()
    )
    connection.execute("INSERT INTO blog_post_categories SELECT 'p' || i, 'a' FROM generate_series(1, 3000) AS i")
    connection.execute("INSERT INTO blog_post_categories SELECT 'p' || i, 'b' FROM generate_series(1, 3300, 3) AS i")
    connection.execute("VACUUM ANALYZE")
    querier, expected = Querier(connection), Blog(connection)
    statuses: tuple[blog.PostStatus | None, ...] = (None, "draft")
    for subtree, status in product((False, True), statuses):
        ids = {post for key in ("a", "b")[: 1 + subtree] for post in expected.post_ids("category", key)}
        query = blog.ListCategoryPosts(category="a", subtree=subtree, status=status)
        found = paged(querier, query.into(Found), 450)
        assert [post.id for post in found] == [row["id"] for row in expected.posts(status=status) if row["id"] in ids]
