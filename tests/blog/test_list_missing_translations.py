from typing import Any

import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import SEEN_POSTS
from tests.support.reading import paged
from tests.support.rows import insert


@pytest.mark.parametrize(("status", "everything"), SEEN_POSTS)
@pytest.mark.parametrize("language", ["fr", "zh", "pt-BR", "xx"])
def test_posts_without_a_translation(
    sample: Connection, language: str, status: blog.PostStatus | None, everything: bool
) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=everything)
    there = {row["post_id"] for row in expected.rows("blog_translations", in_language=language)}
    rows = [row for row in expected.posts(status=status) if row["id"] not in there]
    asked: Any = {"language": language, "status": status, "with_unpublished": everything}
    found = paged(querier, blog.ListMissingTranslations(**asked), 4)
    assert found == [expected.post_details(row, cls=blog.ListedPost, cursor="") for row in rows]
    assert querier.fetch(blog.CountMissingTranslations(**asked)).count == len(rows)


def test_those_that_lack_it_are_older_than_all_that_are_tried(connection: Connection) -> None:
    """A page of two tries 200 posts; if all of these have a translation, all others are read."""
    connection.execute("""
        INSERT INTO blog_posts (id, slug, status, in_language, created_at)
        SELECT 'p' || i, 'p' || i, CASE WHEN i % 2 = 0 THEN 'draft' ELSE 'published' END, 'fr',
            '2026-01-01'::timestamp + i / 3 * interval '1 second'
        FROM generate_series(1, 500) AS i
    """)
    for number in range(8, 501):
        insert(connection, "blog_translations", {"post_id": f"p{number}", "in_language": "fr"})
    expected = Blog(connection, with_unpublished=True)
    for status in (None, "draft"):
        asked: Any = {"language": "fr", "status": status, "with_unpublished": True}
        found = paged(Querier(connection), blog.ListMissingTranslations(**asked), 2)
        lacking = [row["id"] for row in expected.posts(status=status) if int(row["id"][1:]) < 8]
        assert [post.id for post in found] == lacking
