import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection, listed
from tests.blog.test_get_comment import insert_thread
from tests.support.reading import paged


@pytest.mark.parametrize("status", [None, "pending", "approved", "rejected"])
@pytest.mark.parametrize("limit", [9, 500])
def test_the_comments_of_every_post(sample: Connection, status: blog.CommentStatus | None, limit: int) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for key in expected.keys("blog_posts"):
        rows = expected.comments(post_id=key, status=status)
        found = paged(querier, blog.ListComments(post_id=key, status=status), limit)
        assert found == [listed(blog.ListedComment, row) for row in rows]
        assert querier.fetch(blog.CountComments(post_id=key, status=status)).count == len(rows)


def test_comments_of_one_moment_are_in_the_order_of_their_ids(connection: Connection) -> None:
    post = insert_thread(connection, {"b": None, "é": "b", "a": None, "🎉": None})
    found = paged(Querier(connection), blog.ListComments(post_id=post), 1)
    assert [comment.id for comment in found] == ["a", "b", "é", "🎉"]
