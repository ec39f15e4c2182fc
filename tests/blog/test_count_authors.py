from hypothesis import given

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import AUTHORS, few
from tests.services.filters import Filters


@few
@given(filters=AUTHORS)
def test_as_many_as_fit_all_filters(sample: Connection, filters: Filters) -> None:
    expected = Blog(sample).authors(**filters)  # type: ignore[arg-type]
    assert Querier(sample).fetch(blog.CountAuthors(**filters)).count == len(expected)  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(blog.CountAuthors()).count == 0
