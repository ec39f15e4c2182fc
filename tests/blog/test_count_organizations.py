from hypothesis import given

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import ORGANIZATIONS, few
from tests.services.filters import Filters


@few
@given(filters=ORGANIZATIONS)
def test_as_many_as_fit_all_filters(sample: Connection, filters: Filters) -> None:
    expected = Blog(sample).rows("blog_organizations", **filters)
    assert Querier(sample).fetch(blog.CountOrganizations(**filters)).count == len(expected)  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(blog.CountOrganizations()).count == 0
