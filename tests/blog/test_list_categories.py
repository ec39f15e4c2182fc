from hypothesis import given

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import CATEGORIES, few
from tests.services.filters import Filters


@few
@given(filters=CATEGORIES)
def test_categories_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    expected = Blog(sample)
    found = Querier(sample).fetch(blog.ListCategories(**filters))  # type: ignore[arg-type]
    assert found == [
        expected.category_details(row)
        for row in expected.categories(**filters)  # type: ignore[arg-type]
    ]
