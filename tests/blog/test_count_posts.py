from hypothesis import given

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import POSTS, few
from tests.services.filters import Filters


@few
@given(filters=POSTS)
def test_as_many_as_fit_all_filters(sample: Connection, filters: Filters) -> None:
    found = Querier(sample).fetch(blog.CountPosts(**filters)).count  # type: ignore[arg-type]
    expected = Blog(sample, with_unpublished=bool(filters.pop("with_unpublished")))
    assert found == len(expected.posts(**filters))  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(blog.CountPosts()).count == 0
