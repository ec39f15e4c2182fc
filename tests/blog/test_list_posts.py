from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordia_sql import ParameterError, Querier, blog
from tests.blog.expected import Blog, Connection
from tests.blog.filters import POSTS, few
from tests.services.filters import Filters
from tests.support.costs import cost
from tests.support.reading import paged
from tests.support.rows import insert
from tests.test_readme import examples


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


def many_posts(connection: Connection) -> None:
    """Every second post has author and category "half", every fifth "some", the category below it; three at a time."""
    for key in ("half", "some"):
        insert(connection, "blog_authors", {"id": key, "slug": key})
        insert(connection, "blog_categories", {"id": key, "slug": key, "parent_id": "half" if key == "some" else None})
    connection.execute("""
        INSERT INTO blog_posts (id, slug, status, in_language, created_at)
        SELECT 'p' || i, 'post-' || i, CASE WHEN i % 3 = 0 THEN 'draft' ELSE 'published' END, 'fr',
            '2026-01-01'::timestamp + i / 3 * interval '1 second'
        FROM generate_series(1, 5000) AS i
    """)
    for kind in ("author", "category"):
        table = "blog_post_authors" if kind == "author" else "blog_post_categories"
        for key, step in (("half", 2), ("some", 5)):
            connection.execute(
                f"INSERT INTO {table} SELECT 'p' || i, %s FROM generate_series(1, 5000, {step}) AS i".encode(), [key]
            )
    connection.execute("VACUUM ANALYZE")
    connection.execute("SET plan_cache_mode = force_generic_plan")


def test_links_that_more_posts_have_than_are_sorted(connection: Connection) -> None:
    many_posts(connection)
    expected = Blog(connection, with_unpublished=True)
    given: list[Filters] = [
        {"author": "half"},
        {"author": "some"},
        {"author": "half", "category": "some"},
        {"author": "half", "status": "draft", "slug_contains": "ost-4"},
        {"slug_contains": "post"},
    ]
    for filters in given:
        query: Any = blog.ListPosts(**filters, with_unpublished=True)  # type: ignore[arg-type]
        found = paged(Querier(connection), query, 100)
        rows = expected.posts(**filters)  # type: ignore[arg-type]
        assert [post.id for post in found] == [row["id"] for row in rows], filters
        assert cost(connection, query).blocks < 8000, filters


def test_of_two_links_only_those_that_have_both_are_looked_up(connection: Connection) -> None:
    """Whichever of them more posts have, and where all of these are old."""
    many_posts(connection)
    for key in ("all", "old"):
        insert(connection, "blog_authors", {"id": key, "slug": key})
        insert(connection, "blog_categories", {"id": key, "slug": key})
        last = 1100 if key == "old" else 5000
        for table in ("blog_post_authors", "blog_post_categories"):
            connection.execute(
                f"INSERT INTO {table} SELECT 'p' || i, %s FROM generate_series(1, %s) AS i".encode(), [key, last]
            )
    connection.execute("VACUUM ANALYZE")
    expected = Blog(connection, with_unpublished=True)
    for author, category in (("all", "old"), ("old", "all")):
        query = blog.ListPosts(author=author, category=category, with_unpublished=True, limit=10)
        rows = expected.posts(author=author, category=category)
        assert [post.id for post in Querier(connection).fetch(query)] == [row["id"] for row in rows[:10]]
        assert cost(connection, query).blocks < 8000


def test_a_part_of_a_slug_is_found_by_its_parts(connection: Connection) -> None:
    """By the indexes that the page of deploys names."""
    (block,) = examples(Path(__file__).parents[2] / "docs" / "operate" / "deploy.md", "sql")
    for statement in block.split(";"):
        connection.execute(statement.encode())
    many_posts(connection)
    insert(connection, "blog_posts", {"id": "found", "slug": "a-100%\\-Slug_of", "status": "draft"})
    connection.execute("VACUUM ANALYZE")
    for text in ("100%\\-sLUG_", "nothing"):
        query = blog.ListPosts(slug_contains=text, with_unpublished=True)
        assert [post.id for post in Querier(connection).fetch(query)] == ["found"] * (text != "nothing")
        assert cost(connection, query).blocks < 100
        assert cost(connection, blog.CountPosts(slug_contains=text, with_unpublished=True)).blocks < 100


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
