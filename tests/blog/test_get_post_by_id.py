from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection


def test_every_post_with_everything(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    shown = {row["id"]: row for row in expected.posts()}
    keys = expected.keys("blog_posts")
    assert len(keys) > len(shown) > 30
    for key in keys:
        found = querier.fetch(blog.GetPostById(id=key, languages=["fr"]))
        assert found == (expected.post_details(shown[key], ["fr"]) if key in shown else None)
