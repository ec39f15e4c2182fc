from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection


def test_every_comment_with_parent_and_post(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    shown = {row["id"]: row for row in expected.comments()}
    details = []
    for key in expected.keys("blog_comments")[::3]:
        found = querier.fetch(blog.GetCommentDetails(id=key))
        assert found == (expected.comment_details(shown[key]) if key in shown else None)
        details.append(found)
    assert None in details
    assert {comment.parent is None for comment in details if comment} == {True, False}
