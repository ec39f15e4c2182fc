from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.rows import insert


def test_every_author_with_posts(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for row in expected.rows("blog_authors"):
        assert querier.fetch(blog.GetAuthor(slug=row["slug"])) == expected.author_with_posts(row)
        french = querier.fetch(blog.GetAuthor(slug=row["slug"], languages=["fr"]))
        assert french == expected.author_with_posts(row, ["fr"])


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.GetAuthor(slug="nobody")) is None


def test_an_author_without_avatar_organization_and_posts(connection: Connection) -> None:
    insert(connection, "blog_authors", {"slug": "alone", "display_name": "وحيد 🌙"})
    found = Querier(connection).fetch(blog.GetAuthor(slug="alone"))
    assert found is not None
    assert (found.display_name, found.avatar, found.organization, found.posts) == ("وحيد 🌙", None, None, ())


def test_deleted_posts_are_left_out_and_ties_broken_by_id(connection: Connection) -> None:
    author = insert(connection, "blog_authors", {"slug": "one"})["id"]
    for key, values in {"b": {}, "a": {}, "c": {}, "x": {"status": "deleted"}}.items():
        insert(connection, "blog_posts", {"id": key, "created_at": "2026-01-01", **values})
        insert(connection, "blog_post_authors", {"post_id": key, "author_id": author})
    found = Querier(connection).fetch(blog.GetAuthor(slug="one"))
    assert found is not None
    assert [post.id for post in found.posts] == ["c", "b", "a"]
