import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import STATUSES
from tests.support.reading import paged


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["fr", "zh", "pt-BR", "xx"])
def test_posts_without_a_translation(sample: Connection, language: str, status: blog.PostStatus | None) -> None:
    querier, expected = Querier(sample), Blog(sample)
    there = {row["post_id"] for row in expected.rows("blog_translations", in_language=language)}
    rows = [row for row in expected.posts(status=status) if row["id"] not in there]
    found = paged(querier, blog.ListMissingTranslations(language=language, status=status), 4)
    assert found == [expected.post_details(row, cls=blog.ListedPost, cursor="") for row in rows]
    assert querier.fetch(blog.CountMissingTranslations(language=language, status=status)).count == len(rows)
