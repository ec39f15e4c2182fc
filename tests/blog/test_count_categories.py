from hypothesis import given

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import CATEGORIES, few
from tests.services.filters import Filters


@few
@given(filters=CATEGORIES)
def test_as_many_as_fit_all_filters(sample: Connection, filters: Filters) -> None:
    expected = Blog(sample).categories(**filters)  # type: ignore[arg-type]
    assert Querier(sample).fetch(blog.CountCategories(**filters)).count == len(expected)  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(blog.CountCategories()).count == 0
