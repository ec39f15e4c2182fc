from typing import Any

import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection, listed
from tests.blog.filters import SEEN_COMMENTS
from tests.blog.test_get_comment import insert_thread
from tests.support.reading import paged


@pytest.mark.parametrize(("status", "everything"), SEEN_COMMENTS)
@pytest.mark.parametrize("limit", [9, 500])
def test_the_comments_of_every_post(
    sample: Connection, status: blog.CommentStatus | None, everything: bool, limit: int
) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=everything)
    for key in expected.keys("blog_posts"):
        rows = expected.comments(post_id=key, status=status)
        asked: Any = {"post_id": key, "status": status, "with_unpublished": everything}
        found = paged(querier, blog.ListComments(**asked), limit)
        assert found == [listed(blog.ListedComment, row) for row in rows]
        assert querier.fetch(blog.CountComments(**asked)).count == len(rows)


def test_comments_of_one_moment_are_in_the_order_of_their_ids(connection: Connection) -> None:
    post = insert_thread(connection, {"b": None, "é": "b", "a": None, "🎉": None})
    found = paged(Querier(connection), blog.ListComments(post_id=post), 1)
    assert [comment.id for comment in found] == ["a", "b", "é", "🎉"]
