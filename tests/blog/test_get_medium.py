from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.reading import made


def test_every_medium_with_the_posts_that_use_it(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    uses = 0
    for row in expected.rows("blog_media"):
        links = [link for link in expected.rows("blog_post_media") if link["media_id"] == row["id"]]
        posts = tuple(
            made(blog.LinkedPost, post, link_type=link["type"], position=link["position"])
            for post in expected.posts()
            for link in sorted(links, key=lambda link: link["type"])
            if link["post_id"] == post["id"]
        )
        uses += len(posts)
        found = querier.fetch(blog.GetMedium(id=row["id"]))
        assert found == made(blog.MediumDetails, row, posts=posts, post_count=len(posts))
    assert uses > 50


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.GetMedium(id="nothing")) is None
