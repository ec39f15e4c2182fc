import pytest

from concordia_sql import ParameterError, Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.reading import paged


@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
def test_all_comments_of_a_status(sample: Connection, status: blog.CommentStatus) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=True)
    rows = expected.comments(status=status)
    found = paged(querier, blog.ListCommentsByStatus(status=status), 200)
    assert found == [expected.comment_details(row, blog.ModeratedComment, cursor="") for row in rows]
    assert querier.fetch(blog.CountCommentsByStatus(status=status, at_most=None)).count == len(rows) > 10


def test_a_status_is_required() -> None:
    with pytest.raises(ParameterError, match="blog.ListCommentsByStatus: status"):
        blog.ListCommentsByStatus(status=None)  # type: ignore[arg-type]
