from datetime import datetime

import attrs
import pytest
from psycopg.types.json import Jsonb

from concordia_sql import Localized, ParameterError, Querier, ResultError, blog, make_converter
from tests.blog.expected import Blog, Connection
from tests.blog.filters import SEEN_COMMENTS
from tests.support.reading import made
from tests.support.rows import NOON, insert


@pytest.mark.parametrize("everything", [False, True])
def test_every_post_with_everything(sample: Connection, everything: bool) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=everything)
    posts = {row["slug"]: row for row in expected.posts()}
    slugs = expected.keys("blog_posts", "slug")
    assert len(slugs) > len(posts) > 30
    for slug in slugs:
        found = querier.fetch(blog.GetPost(slug=slug, with_unpublished=everything))
        assert found == (expected.post_details(posts[slug]) if slug in posts else None)


@pytest.mark.parametrize("languages", [[], ["fr"], ["ar", "en"], ["FR", "xx"], ["en", "en"]])
def test_translations_in_some_languages(sample: Connection, languages: list[str]) -> None:
    querier, expected = Querier(sample), Blog(sample)
    for row in expected.posts():
        found = querier.fetch(blog.GetPost(slug=row["slug"], languages=languages))
        assert found == expected.post_details(row, languages)


@pytest.mark.parametrize(("status", "everything"), SEEN_COMMENTS)
def test_comments_for_a_class_that_names_them(
    sample: Connection, status: blog.CommentStatus | None, everything: bool
) -> None:
    querier, expected = Querier(sample), Blog(sample, with_unpublished=everything)
    for row in expected.posts():
        query = blog.GetPost(slug=row["slug"], comment_status=status, with_unpublished=everything).into(blog.FullPost)
        comments = tuple(expected.comment_thread(row["id"], status))
        assert querier.fetch(query) == expected.post_details(row, cls=blog.FullPost, comments=comments)


def test_an_unknown_slug_is_none(sample: Connection) -> None:
    for slug in ["nothing", "", "MY-POST", "' OR TRUE --", "my-post%", "مقال 🎉"]:
        assert Querier(sample).fetch(blog.GetPost(slug=slug)) is None


def test_a_post_with_nothing(connection: Connection) -> None:
    row = insert(connection, "blog_posts", {"slug": "bare"})
    relations: dict[str, object] = {
        "organization": None,
        "authors": (),
        "categories": (),
        "media": (),
        "translations": (),
    }
    relations |= {"author_count": 0, "category_count": 0, "medium_count": 0, "translation_count": 0}
    assert Querier(connection).fetch(blog.GetPost(slug="bare")) == made(blog.PostDetails, row, **relations)
    full = Querier(connection).fetch(blog.GetPost(slug="bare").into(blog.FullPost))
    assert full == made(blog.FullPost, row, **relations, comments=())


@pytest.mark.parametrize("deleted", [{"deleted_at": NOON}, {"status": "deleted"}])
def test_a_deleted_post_is_none(connection: Connection, deleted: dict[str, object]) -> None:
    insert(connection, "blog_posts", {"slug": "gone", **deleted})
    assert Querier(connection).fetch(blog.GetPost(slug="gone")) is None


@pytest.mark.parametrize("status", ["draft", "archived", "a status of others"])
def test_any_other_status_is_shown_to_who_asks_for_it(connection: Connection, status: str) -> None:
    insert(connection, "blog_posts", {"slug": "here", "status": status})
    assert Querier(connection).fetch(blog.GetPost(slug="here")) is None
    found = Querier(connection).fetch(blog.GetPost(slug="here", with_unpublished=True))
    assert found is not None
    assert found.status == status


def test_media_are_ordered_by_position_as_a_number(connection: Connection) -> None:
    """Then by id and use; what is no number comes last, as NULL does, and nothing raises."""
    post = insert(connection, "blog_posts", {"slug": "media"})["id"]
    links = [
        ("b", "gallery", "0"),
        ("c", "gallery", "2"),
        ("a", "gallery", "10"),
        ("b", "cover", "10"),
        ("d", "cover", None),
        ("d", "inline", None),
        ("e", "cover", "first"),
        ("f", "cover", "-1"),
    ]
    for medium in sorted({medium for medium, _, _ in links}):
        insert(connection, "blog_media", {"id": medium})
    for medium, use, position in reversed(links):
        values = {"post_id": post, "media_id": medium, "type": use, "position": position}
        insert(connection, "blog_post_media", values)
    found = Querier(connection).fetch(blog.GetPost(slug="media"))
    assert found is not None
    assert [(medium.id, medium.link_type, medium.position) for medium in found.media] == links


TEXTS = [
    {"fr": "Bonjour", "en": "Hello"},
    "Bonjour",
    "",
    {},
    {"ar": "مرحبا بكم", "zh": "你好", "pt-BR": "Olá"},
    {"fr": "", "en": None},
    {"fr": 'Café 👩‍🍳 "cité" \\ \n\t'},
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_every_form(connection: Connection, text: object) -> None:
    post = insert(connection, "blog_posts", {"slug": "texts"})["id"]
    texts = dict.fromkeys(["headline", "article_body", "excerpt", "seo_title", "canonical_url"], text)
    insert(connection, "blog_translations", {"post_id": post, **texts})
    found = Querier(connection).fetch(blog.GetPost(slug="texts"))
    assert found is not None
    assert [getattr(found.translations[0], name) for name in texts] == [text] * len(texts)


@pytest.mark.parametrize(
    "keywords", [{"fr": ["mot", "clé"]}, {"fr": []}, ["un", "deux 🎉"], [], "un, deux", {"fr": None}]
)
def test_key_words_of_every_form(connection: Connection, keywords: object) -> None:
    post = insert(connection, "blog_posts", {"slug": "words"})["id"]
    insert(connection, "blog_translations", {"post_id": post, "seo_keywords": keywords})
    (expected,) = Blog(connection).translations(post)
    found = Querier(connection).fetch(blog.GetPost(slug="words"))
    assert found is not None
    assert found.translations == (expected,)


@pytest.mark.parametrize("address", [{"city": "Lyon", "lines": ["1", {"x": None}]}, "1 rue de la Paix", {}, None])
@pytest.mark.parametrize("same_as", [["https://a.example", "https://b.example"], [], "https://a.example", None])
def test_addresses_and_links_of_every_form(connection: Connection, address: object, same_as: object) -> None:
    organization = insert(connection, "blog_organizations", {"address": address, "same_as": same_as})
    insert(connection, "blog_posts", {"slug": "where", "organization_id": organization["id"]})
    found = Querier(connection).fetch(blog.GetPost(slug="where"))
    assert found is not None
    assert found.organization == Blog(connection).find(blog.Organization, "blog_organizations", organization["id"])


def test_null_in_json_is_none(connection: Connection) -> None:
    post = insert(connection, "blog_posts", {"slug": "null"})["id"]
    insert(connection, "blog_translations", {"post_id": post, "seo_title": Jsonb(None)})
    found = Querier(connection).fetch(blog.GetPost(slug="null"))
    assert found is not None
    assert found.translations[0].seo_title is None


@pytest.mark.parametrize(
    "headline", [["a secret"], 7, True, {"fr": ["a secret"]}, {"fr": {"a secret": 1}}, Jsonb(None)]
)
def test_json_of_an_unexpected_form_names_its_path_and_no_value(connection: Connection, headline: object) -> None:
    post = insert(connection, "blog_posts", {"slug": "odd"})["id"]
    insert(connection, "blog_translations", {"post_id": post, "headline": headline})
    with pytest.raises(ResultError, match=r"blog\.GetPost: column translations: .* at \$\[0\]\.headline") as error:
        Querier(connection, converter=make_converter(strict=True)).fetch(blog.GetPost(slug="odd"))
    assert "a secret" not in str(error.value)


def test_ties_are_broken_by_id(connection: Connection) -> None:
    """Slugs and languages are unique: of what a post has, its comments alone may tie."""
    post = insert(connection, "blog_posts", {"slug": "ties"})["id"]
    for comment in ["b", "a", "c"]:
        insert(connection, "blog_comments", {"id": comment, "post_id": post, "created_at": datetime(2026, 1, 1)})
    found = Querier(connection).fetch(blog.GetPost(slug="ties").into(blog.FullPost))
    assert found is not None
    assert [comment.id for comment in found.comments] == ["a", "b", "c"]


def test_only_what_a_class_names_is_read(sample: Connection) -> None:
    @attrs.frozen
    class Name:
        display_name: Localized

    @attrs.frozen
    class Card:
        slug: str
        authors: tuple[Name, ...]

    query = blog.GetPost(slug="my-post").into(Card)
    post = Querier(sample).fetch(query)
    assert post is not None
    assert len(post.authors) == 2
    assert not [
        table for table in ("blog_media", "blog_organizations", "blog_categories") if table in query.compose().text
    ]


@pytest.mark.parametrize("languages", ["fr", [1], [None], ["a\0"], ["\ud800"]])
def test_languages_are_a_list_of_texts(languages: object) -> None:
    with pytest.raises(ParameterError, match="blog.GetPost: languages"):
        blog.GetPost(slug="my-post", languages=languages)  # type: ignore[arg-type]


@pytest.mark.parametrize("slug", [None, 1, "a\0b", "\udfff", ["my-post"]])
def test_a_slug_is_a_text(slug: object) -> None:
    with pytest.raises(ParameterError, match="blog.GetPost: slug"):
        blog.GetPost(slug=slug)  # type: ignore[arg-type]
