import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import SEEN_COMMENTS
from tests.blog.test_get_comment import insert_thread


@pytest.mark.parametrize(("status", "everything"), SEEN_COMMENTS)
def test_the_thread_of_every_post(sample: Connection, status: blog.CommentStatus | None, everything: bool) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=everything)
    for key in expected.keys("blog_posts"):
        found = querier.fetch(blog.GetCommentThread(post_id=key, status=status, with_unpublished=everything))
        assert found == expected.comment_thread(key, status)


def test_no_comments_are_no_roots(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.GetCommentThread(post_id="nothing")) == []


def test_orphans_and_the_first_of_a_cycle_are_roots(connection: Connection) -> None:
    parents = {"a": None, "b": "a", "orphan": "hidden", "hidden": None, "x": "z", "y": "x", "z": "y", "self": "self"}
    post = insert_thread(connection, parents)
    connection.execute("UPDATE blog_comments SET deleted_at = now() WHERE id = 'hidden'")
    found = Querier(connection).fetch(blog.GetCommentThread(post_id=post))
    assert [[comment.id for comment in root.walk()] for root in found] == [
        ["a", "b"],
        ["orphan"],
        ["self"],
        ["x", "y", "z"],
    ]
