from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection, listed
from tests.blog.filters import ORGANIZATIONS, few
from tests.services.filters import Filters
from tests.support.reading import paged


@few
@given(filters=ORGANIZATIONS, limit=st.sampled_from([1, 500]))
def test_organizations_that_fit_all_filters(sample: Connection, filters: Filters, limit: int) -> None:
    found = paged(Querier(sample), blog.ListOrganizations(**filters), limit)  # type: ignore[arg-type]
    expected = Blog(sample).by_slug("blog_organizations", **filters)
    assert found == [listed(blog.ListedOrganization, row) for row in expected]
