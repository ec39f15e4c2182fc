from hypothesis import given

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import CATEGORIES, few
from tests.services.filters import Filters
from tests.support.reading import paged


@few
@given(filters=CATEGORIES)
def test_categories_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    expected = Blog(sample)
    found = paged(Querier(sample), blog.ListCategories(**filters), 3)  # type: ignore[arg-type]
    assert found == [
        expected.category_details(row, blog.ListedCategory, cursor="")
        for row in expected.categories(**filters)  # type: ignore[arg-type]
    ]
