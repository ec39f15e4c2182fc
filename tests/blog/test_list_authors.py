from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import AUTHORS, few
from tests.services.filters import Filters
from tests.support.reading import paged


@few
@given(filters=AUTHORS, limit=st.sampled_from([1, 500]))
def test_authors_that_fit_all_filters(sample: Connection, filters: Filters, limit: int) -> None:
    expected = Blog(sample)
    found = paged(Querier(sample), blog.ListAuthors(**filters), limit)  # type: ignore[arg-type]
    assert found == [
        expected.author_details(row, blog.ListedAuthor, cursor="")
        for row in expected.authors(**filters)  # type: ignore[arg-type]
    ]


def test_a_list_goes_on_after_a_slug_that_is_gone(sample: Connection) -> None:
    found = Querier(sample).fetch(blog.ListAuthors(after='["j", ""]', limit=1))
    assert [author.slug for author in found] == ["john-doe"]
