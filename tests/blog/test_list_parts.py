"""The lists of what one post has: its authors, categories, media and translations."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection, listed
from tests.support.costs import cost
from tests.support.reading import paged
from tests.support.rows import NOON, insert

LISTS: dict[Any, tuple[str, type[Any], Callable[[Any], Any]]] = {
    blog.ListPostAuthors: ("authors", blog.ListedAuthor, lambda row: row.id),
    blog.ListPostCategories: ("categories", blog.ListedPostCategory, lambda row: row.id),
    blog.ListPostMedia: ("media", blog.ListedLinkedMedium, lambda row: (row.id, row.link_type)),
    blog.ListTranslations: ("translations", blog.ListedTranslation, lambda row: row.in_language),
}
"""The relation of a post that each list has, the class of its rows, and its order."""


@pytest.mark.parametrize("limit", [1, 2, 500])
@pytest.mark.parametrize("listing", LISTS)
def test_a_relation_of_every_post(sample: Connection, listing: Any, limit: int) -> None:
    querier, expected = Querier(sample), Blog(sample)
    relation, cls, order = LISTS[listing]
    most = 0
    for row in expected.posts():
        parts = sorted(getattr(expected.post_details(row), relation), key=order)
        rows = [listed(cls, attrs.asdict(part, recurse=False)) for part in parts]
        assert paged(querier, listing(post_id=row["id"]), limit) == rows
        most = max(most, len(rows))
    assert most > 1
    assert querier.fetch(listing(post_id="nothing")) == []


@pytest.mark.parametrize("listing", LISTS)
def test_drafts_and_deleted_posts_where_they_are_asked_for(connection: Connection, listing: Any) -> None:
    posts: dict[str, dict[str, object]] = {
        "shown": {"status": "published"},
        "draft": {"status": "draft"},
        "gone": {"status": "published", "deleted_at": NOON},
        "deleted": {"status": "deleted"},
    }
    for table in ("blog_authors", "blog_categories", "blog_media"):
        insert(connection, table, {"id": "one"})
    for name, values in posts.items():
        insert(connection, "blog_posts", {"id": name, **values})
        insert(connection, "blog_post_authors", {"post_id": name, "author_id": "one"})
        insert(connection, "blog_post_categories", {"post_id": name, "category_id": "one"})
        insert(connection, "blog_post_media", {"post_id": name, "media_id": "one", "type": "cover"})
        insert(connection, "blog_translations", {"post_id": name, "in_language": "fr"})
    querier = Querier(connection)
    for given, seen in (
        ({}, {"shown"}),
        ({"with_unpublished": True}, {"shown", "draft"}),
        ({"of_deleted": True}, {"shown", "gone", "deleted"}),
        ({"with_unpublished": True, "of_deleted": True}, {*posts}),
    ):
        assert {name for name in posts if querier.fetch(listing(post_id=name, **given))} == seen


@pytest.mark.parametrize("listing", LISTS)
def test_the_last_page_of_many_costs_no_more_than_the_first(connection: Connection, listing: Any) -> None:
    insert(connection, "blog_posts", {"id": "one"})
    for text in (
        "INSERT INTO blog_authors (id, slug, display_name) SELECT id, id, '{}' FROM many",
        "INSERT INTO blog_categories (id, slug, name) SELECT id, id, '{}' FROM many",
        "INSERT INTO blog_media (id, url, type) SELECT id, '', 'image' FROM many",
        "INSERT INTO blog_post_authors SELECT 'one', id FROM many",
        "INSERT INTO blog_post_categories SELECT 'one', id FROM many",
        "INSERT INTO blog_post_media SELECT 'one', id, 'cover' FROM many",
        """INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
        SELECT id, 'one', id, '{}', '{}', '{}' FROM many""",
    ):
        connection.execute(f"WITH many AS (SELECT i::text AS id FROM generate_series(1, 500) i) {text}".encode())
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("SET plan_cache_mode = force_generic_plan")
    first = listing(post_id="one", limit=10)
    rows = Querier(connection).fetch(attrs.evolve(first, limit=500))
    last = attrs.evolve(first, after=rows[489].cursor)
    assert Querier(connection).fetch(last) == rows[490:]
    assert cost(connection, last).blocks <= 2 * cost(connection, first).blocks
