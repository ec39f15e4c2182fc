from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.reading import made


def test_every_organization_with_posts_and_authors(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for row in expected.rows("blog_organizations"):
        posts = tuple(made(blog.Post, post) for post in expected.posts(organization=row["slug"]))
        authors = tuple(made(blog.Author, author) for author in expected.authors(organization=row["slug"]))
        found = querier.fetch(blog.GetOrganization(slug=row["slug"]))
        counted = {"post_count": len(posts), "author_count": len(authors)}
        assert found == made(blog.OrganizationDetails, row, posts=posts, authors=authors, **counted)


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.GetOrganization(slug="nothing")) is None
