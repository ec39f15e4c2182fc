"""The lists of what one post has: its authors, categories, media and translations."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection, listed
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
