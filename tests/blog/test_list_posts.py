from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import ParameterError, Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import POSTS, few
from tests.services.filters import Filters
from tests.support.reading import paged
from tests.support.rows import insert


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_all_posts_newest_first(sample: Connection, limit: int) -> None:
    expected = Blog(sample)
    found = paged(Querier(sample), blog.ListPosts(), limit)
    assert found == [expected.post_details(row, cls=blog.ListedPost, cursor="") for row in expected.posts()]


@few
@given(filters=POSTS, limit=st.sampled_from([2, 500]))
def test_posts_that_fit_all_filters(sample: Connection, filters: Filters, limit: int) -> None:
    found = paged(Querier(sample), blog.ListPosts(**filters), limit)  # type: ignore[arg-type]
    expected = Blog(sample, with_unpublished=bool(filters.pop("with_unpublished")))
    assert [row.id for row in found] == [row["id"] for row in expected.posts(**filters)]  # type: ignore[arg-type]


def test_each_filter_finds_some_and_leaves_some_out(sample: Connection) -> None:
    querier = Querier(sample)
    everything = len(querier.fetch(blog.ListPosts(limit=500)))
    for query in (
        blog.ListPosts(status="archived", with_unpublished=True),
        blog.ListPosts(author="john-doe"),
        blog.ListPosts(category="category-1"),
        blog.ListPosts(organization="blog-organization-1"),
        blog.ListPosts(is_featured=True),
        blog.ListPosts(is_featured=False),
        blog.ListPosts(display_in_home=True),
        blog.ListPosts(language="zh"),
        blog.ListPosts(slug_contains="MY-"),
    ):
        assert 0 < len(querier.fetch(query)) < everything, query


def test_wildcards_are_text(connection: Connection) -> None:
    for slug in ["a_b", "axb", "a%b", "a\\b"]:
        insert(connection, "blog_posts", {"slug": slug})
    for text in ["_", "%", "\\"]:
        (found,) = Querier(connection).fetch(blog.ListPosts(slug_contains=text, with_unpublished=True))
        assert text in found.slug


def test_a_page_goes_on_after_a_row_that_is_gone(connection: Connection) -> None:
    """With ties in the time, broken by id, to the microsecond, and with drafts, which have no time of publication."""
    moment = datetime(2026, 3, 15, 12, 0, 0, 123456)
    later, sooner = moment + timedelta(microseconds=1), moment - timedelta(microseconds=1)
    for key, values in {
        "a": {"published_at": moment},
        "b": {"created_at": moment},
        "c": {"published_at": sooner, "created_at": later},
        "d": {"published_at": later, "created_at": sooner},
    }.items():
        insert(connection, "blog_posts", {"id": key, **values})
    querier = Querier(connection)
    first, second = querier.fetch(blog.ListPosts(limit=2))
    assert (first.id, second.id) == ("d", "b")
    connection.execute("DELETE FROM blog_posts WHERE id = 'b'")
    rest = querier.fetch(blog.ListPosts(limit=2, after=second.cursor))
    assert [post.id for post in rest] == ["a", "c"]
    assert querier.fetch(blog.ListPosts(after=rest[-1].cursor)) == []


@pytest.mark.parametrize("limit", [0, -1, 501, True, "10", None, 2**70])
def test_a_limit_is_1_to_500(limit: object) -> None:
    with pytest.raises(ParameterError, match="blog.ListPosts: limit"):
        blog.ListPosts(limit=limit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "after", ["", "x", "[]", "{}", "null", '["2026-01-01"]', '["soon", "a"]', '["2026-01-01T00:00:00", 1]', "\ud800", 7]
)
def test_a_malformed_cursor_is_refused(after: object) -> None:
    with pytest.raises(ParameterError, match="blog.ListPosts: after"):
        blog.ListPosts(after=after)  # type: ignore[arg-type]


def test_a_status_is_one_of_the_known(sample: Connection) -> None:
    with pytest.raises(ParameterError, match=r"blog\.ListPosts: status: .*'published'") as error:
        blog.ListPosts(status="a secret")  # type: ignore[arg-type]
    assert "a secret" not in str(error.value)
