import pytest

from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.reading import Row, made, paged
from tests.support.rows import NOON, insert


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_every_use_of_every_medium(sample: Connection, limit: int) -> None:
    querier, expected = Querier(sample), Blog(sample)
    posts = {post["id"]: post for post in expected.posts()}
    most = 0
    for row in expected.rows("blog_media"):
        uses = [
            made(blog.ListedLinkedPost, posts[name], link_type=use, position=link["position"], cursor="")
            for (name, use), link in sorted(
                ((link["post_id"], link["type"]), link) for link in expected.rows("blog_post_media", media_id=row["id"])
            )
            if name in posts
        ]
        most = max(most, len(uses))
        assert paged(querier, blog.ListMediumPosts(media_id=row["id"]), limit) == uses
    assert most > 2


def test_a_post_that_uses_it_twice_on_two_pages_and_drafts_where_asked_for(connection: Connection) -> None:
    insert(connection, "blog_media", {"id": "image"})
    posts: dict[str, Row] = {
        "b": {"status": "published"},
        "a": {"status": "draft"},
        "x": {"status": "published", "deleted_at": NOON},
    }
    for name, values in posts.items():
        insert(connection, "blog_posts", {"id": name, **values})
        for use in ("gallery", "cover"):
            insert(connection, "blog_post_media", {"post_id": name, "media_id": "image", "type": use})
    querier = Querier(connection)
    for drafts, expected in (
        (False, [("b", "cover"), ("b", "gallery")]),
        (True, [("a", "cover"), ("a", "gallery"), ("b", "cover"), ("b", "gallery")]),
    ):
        found = paged(querier, blog.ListMediumPosts(media_id="image", with_unpublished=drafts), 1)
        assert [(post.id, post.link_type) for post in found] == expected


def test_an_unknown_medium_has_none(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.ListMediumPosts(media_id="nothing")) == []
