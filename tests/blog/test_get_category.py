from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.reading import made
from tests.support.rows import insert


def test_every_category_with_parent_and_children(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for row in expected.rows("blog_categories"):
        assert querier.fetch(blog.GetCategory(slug=row["slug"])) == expected.category_details(row)


def test_posts_for_a_class_that_names_them(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for row in expected.rows("blog_categories"):
        posts = tuple(made(blog.Post, post) for post in expected.posts(category=row["slug"]))
        found = querier.fetch(blog.GetCategory(slug=row["slug"]).into(blog.CategoryWithPosts))
        assert found == expected.category_details(row, blog.CategoryWithPosts, posts=posts)


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.GetCategory(slug="nothing")) is None


def test_a_category_that_is_its_own_parent(connection: Connection) -> None:
    insert(connection, "blog_categories", {"id": "self", "slug": "self"})
    connection.execute("UPDATE blog_categories SET parent_id = id")
    found = Querier(connection).fetch(blog.GetCategory(slug="self"))
    assert found is not None
    assert found.parent is not None
    assert (found.parent.id, [child.id for child in found.children]) == ("self", ["self"])
