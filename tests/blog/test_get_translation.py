from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.reading import made


def test_every_translation_with_its_post(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    found = expected.rows("blog_translations")
    assert found
    for row in found:
        post = expected.find(blog.Post, "blog_posts", row["post_id"])
        assert querier.fetch(blog.GetTranslation(id=row["id"])) == made(blog.TranslationDetails, row, post=post)


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(blog.GetTranslation(id="nothing")) is None
