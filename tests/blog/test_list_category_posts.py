from typing import Any

import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import SEEN_POSTS
from tests.support.reading import paged
from tests.support.rows import insert


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
