from typing import Any

import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import SEEN_POSTS
from tests.support.reading import paged


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
