"""Posts: created with all that is theirs, changed, linked and replaced."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from concordia_sql import UNSET, Command, Conflict, MissingReference, ParameterError, Querier, blog
from concordia_sql.common import Replaced
from tests.support.races import racers
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
ARABIC = {"ar": "مرحبا 👩‍🍳", "en": None}


def translation(language: str, headline: Any = "Bonjour") -> blog.NewTranslation:
    return blog.NewTranslation(in_language=language, headline=headline, article_body={"fr": "…"}, excerpt="'; --")


@pytest.fixture
def post(connection: Connection) -> str:
    """A post with one of each, and another that must stay as it is."""
    for number in (1, 2, 3):
        insert(connection, "blog_authors", {"id": f"a{number}"})
        insert(connection, "blog_categories", {"id": f"c{number}"})
        insert(connection, "blog_media", {"id": f"m{number}"})
    for post in ("p", "other"):
        insert(connection, "blog_posts", {"id": post, "slug": post, "status": "draft"})
        insert(connection, "blog_post_authors", {"post_id": post, "author_id": "a1"})
        insert(connection, "blog_post_categories", {"post_id": post, "category_id": "c1"})
        insert(connection, "blog_post_media", {"post_id": post, "media_id": "m1", "type": "cover", "position": "0"})
        insert(connection, "blog_translations", {"id": f"{post}-fr", "post_id": post, "in_language": "fr"})
    return "p"


def test_a_post_is_created_with_all_that_is_its_own(connection: Connection, post: str) -> None:
    command = blog.CreatePost(
        slug="new",
        status="published",
        in_language="ar",
        published_at=NOON,
        translations=[translation("ar", ARABIC), translation("fr")],
        author_ids=["a2", "a3"],
        category_ids=["c1"],
        media=[
            blog.NewPostMedium(media_id="m1", type="cover"),
            blog.NewPostMedium(media_id="m1", type="inline", position="2"),
        ],
    )
    with watched(connection) as written:
        created = Querier(connection).execute(command)
    row = row_or_none(connection, "blog_posts", id=command.id)
    assert row is not None and row["created_at"] == row["updated_at"]
    assert created == made(blog.Post, row)
    assert (row["slug"], row["published_at"], row["is_featured"], row["allow_comments"]) == ("new", NOON, False, True)
    assert written.counts() == {
        "blog_posts": 1,
        "blog_post_authors": 2,
        "blog_post_categories": 1,
        "blog_post_media": 2,
        "blog_translations": 2,
    }
    own = {row["in_language"]: row for row in rows(connection, "blog_translations", post_id=command.id)}
    assert (own["ar"]["headline"], own["fr"]["headline"], own["fr"]["excerpt"]) == (ARABIC, "Bonjour", "'; --")
    assert (own["ar"]["seo_title"], own["ar"]["article_body"]) == (None, {"fr": "…"})
    assert {row["author_id"] for row in rows(connection, "blog_post_authors", post_id=command.id)} == {"a2", "a3"}
    places = {(row["type"], row["position"]) for row in rows(connection, "blog_post_media", post_id=command.id)}
    assert places == {("cover", None), ("inline", "2")}


def test_a_post_may_be_created_alone(connection: Connection) -> None:
    command = blog.CreatePost(slug="s", status="draft", in_language="fr")
    with watched(connection) as written:
        Querier(connection).execute(command)
    assert written.counts() == {"blog_posts": 1}


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"slug": "p"}, Conflict, ("slug",)),
        ({"id": "p"}, Conflict, ("id",)),
        ({"author_ids": ["a1", "a1"]}, Conflict, ("post_id", "author_id")),
        ({"translations": [translation("fr"), translation("fr")]}, Conflict, ("post_id", "in_language")),
        ({"author_ids": ["a1", "nobody"]}, MissingReference, ("author_id",)),
        ({"category_ids": ["nothing"]}, MissingReference, ("category_id",)),
        ({"organization_id": "nothing"}, MissingReference, ("organization_id",)),
        ({"media": [blog.NewPostMedium(media_id="nothing", type="cover")]}, MissingReference, ("media_id",)),
    ],
)
def test_a_post_is_created_whole_or_not_at_all(
    connection: Connection, post: str, given: dict[str, Any], error: type[Any], columns: Any
) -> None:
    whole: dict[str, Any] = {"slug": "new", "translations": [translation("ar")], "author_ids": ["a1"]}
    command = blog.CreatePost(status="draft", in_language="fr", **{**whole, **given})
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(command)
    assert caught.value.columns == columns
    assert written.tables == {}


def test_an_error_tells_the_row_and_no_value(connection: Connection, post: str) -> None:
    media = [blog.NewPostMedium(media_id=name, type="cover") for name in ("m1", "secret@example.com", "m2")]
    with pytest.raises(MissingReference) as caught:
        Querier(connection).execute(blog.CreatePost(slug="new", status="draft", in_language="fr", media=media))
    assert caught.value.row == 1
    assert str(caught.value) == "blog.CreatePost: row 1: there is no row for this media_id"


@pytest.mark.parametrize("deleted", [{"deleted_at": NOON}, {"status": "deleted"}])
def test_the_slug_of_a_deleted_post_is_taken(connection: Connection, post: str, deleted: dict[str, object]) -> None:
    insert(connection, "blog_posts", {"slug": "old", "status": "draft", **deleted})
    querier = Querier(connection)
    commands: list[Command[Any]] = [
        blog.CreatePost(slug="old", status="draft", in_language="fr"),
        blog.ChangePost(id="p", slug="old"),
    ]
    for command in commands:
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            querier.execute(command)
        assert (caught.value.columns, caught.value.deleted) == (("slug",), True)
        assert written.tables == {}
    with pytest.raises(Conflict) as caught:
        querier.execute(blog.ChangePost(id="p", slug="other"))
    assert (caught.value.columns, caught.value.deleted) == (("slug",), False)


def test_what_is_given_is_changed_and_nothing_else(connection: Connection, post: str) -> None:
    insert(connection, "blog_organizations", {"id": "o"})
    querier = Querier(connection)
    with watched(connection) as written:
        changed = querier.execute(blog.ChangePost(id="p", status="published", organization_id="o", license="CC"))
    row = row_or_none(connection, "blog_posts", id="p")
    assert row is not None and changed == made(blog.Post, row)
    (only,) = written.tables["blog_posts"].changed
    assert only.pop("updated_at") > NOON
    assert only == {"id": "p", "status": "published", "organization_id": "o", "license": "CC"}
    assert list(written.tables) == ["blog_posts"]
    with watched(connection) as written:
        querier.execute(blog.ChangePost(id="p", organization_id=None, license=UNSET, slug="p"))
    (only,) = written.tables["blog_posts"].changed
    assert {**only, "updated_at": None} == {"id": "p", "organization_id": None, "updated_at": None}


@pytest.mark.parametrize("values", [None, {"deleted_at": NOON}, {"status": "deleted"}])
def test_what_is_not_there_or_deleted_is_not_changed(connection: Connection, values: dict[str, object] | None) -> None:
    if values is not None:
        insert(connection, "blog_posts", {"id": "p", **values})
    with watched(connection) as written:
        assert Querier(connection).execute(blog.ChangePost(id="p", slug="new")) is None
    assert written.tables == {}


def test_a_translation_is_put_in_place_of_the_one_there_is(connection: Connection, post: str) -> None:
    querier = Querier(connection)
    given: dict[str, Any] = {"post_id": "p", "article_body": "b", "excerpt": "e"}
    with watched(connection) as written:
        replaced = querier.execute(blog.PutTranslation(in_language="fr", headline=ARABIC, **given))
        added = querier.execute(blog.PutTranslation(in_language="ar", headline="no", **given))
    (change,) = written.tables["blog_translations"].changed
    assert (replaced.id, replaced.headline, change["headline"]) == ("p-fr", ARABIC, ARABIC)
    assert (added.in_language, added.headline) == ("ar", "no")
    assert written.counts() == {"blog_translations": 1}
    with pytest.raises(MissingReference) as caught:
        querier.execute(blog.PutTranslation(in_language="fr", headline="", **{**given, "post_id": "nothing"}))
    assert caught.value.columns == ("post_id",)
    assert (querier.execute(blog.DeleteTranslation(id="p-fr")), querier.execute(blog.DeleteTranslation(id="p-fr"))) == (
        1,
        0,
    )


def test_links_are_made_once_and_taken_once(connection: Connection, post: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        assert [querier.execute(blog.LinkPostAuthor(post_id="p", author_id=each)) for each in ("a1", "a2", "a2")] == [
            0,
            1,
            0,
        ]
        assert [querier.execute(blog.LinkPostCategory(post_id="p", category_id=each)) for each in ("c1", "c2")] == [
            0,
            1,
        ]
        assert querier.execute(blog.LinkPostMedium(post_id="p", media_id="m1", type="cover", position="9")) == 1
        assert querier.execute(blog.LinkPostMedium(post_id="p", media_id="m1", type="gallery")) == 1
    assert written.counts() == {"blog_post_authors": 1, "blog_post_categories": 1, "blog_post_media": 1}
    assert written.tables["blog_post_media"].changed == [
        {"post_id": "p", "media_id": "m1", "type": "cover", "position": "9"}
    ]
    with watched(connection) as written:
        assert [querier.execute(blog.UnlinkPostAuthor(post_id="p", author_id="a2")) for _ in range(2)] == [1, 0]
        assert [querier.execute(blog.UnlinkPostCategory(post_id="p", category_id="c2")) for _ in range(2)] == [1, 0]
        unlink = blog.UnlinkPostMedium(post_id="p", media_id="m1", type="gallery")
        assert [querier.execute(unlink) for _ in range(2)] == [1, 0]
    assert written.counts() == {"blog_post_authors": -1, "blog_post_categories": -1, "blog_post_media": -1}
    for command in (
        blog.LinkPostAuthor(post_id="p", author_id="nobody"),
        blog.LinkPostCategory(post_id="nothing", category_id="c1"),
        blog.LinkPostMedium(post_id="p", media_id="nothing", type="cover"),
    ):
        with pytest.raises(MissingReference):
            querier.execute(command)


def test_replacing_leaves_what_stays_alone(connection: Connection, post: str) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        assert querier.execute(blog.ReplacePostAuthors(post_id="p", author_ids=["a1", "a3", "a3"])) == Replaced(1, 0, 0)
        assert querier.execute(blog.ReplacePostCategories(post_id="p", category_ids=["c2", "c3"])) == Replaced(2, 0, 1)
        media = [
            blog.NewPostMedium(media_id="m1", type="cover", position="1"),
            blog.NewPostMedium(media_id="m1", type="gallery"),
        ]
        assert querier.execute(blog.ReplacePostMedia(post_id="p", media=media)) == Replaced(1, 1, 0)
        assert querier.execute(blog.ReplacePostMedia(post_id="p", media=media)) == Replaced(0, 0, 0)
    assert written.counts() == {"blog_post_authors": 1, "blog_post_categories": 1, "blog_post_media": 1}
    assert all(row["post_id"] == "p" for each in written.tables.values() for row in (*each.added, *each.removed))
    with watched(connection) as written:
        assert querier.execute(blog.ReplacePostAuthors(post_id="p", author_ids=[])) == Replaced(0, 0, 2)
        assert querier.execute(blog.ReplacePostCategories(post_id="p", category_ids=[])) == Replaced(0, 0, 2)
        assert querier.execute(blog.ReplacePostMedia(post_id="p", media=[])) == Replaced(0, 0, 2)
    assert written.counts() == {"blog_post_authors": -2, "blog_post_categories": -2, "blog_post_media": -2}
    with watched(connection) as written, pytest.raises(MissingReference):
        querier.execute(blog.ReplacePostAuthors(post_id="other", author_ids=["a2", "nobody"]))
    assert written.tables == {}


def test_replacing_translations_keeps_those_of_the_same_language(connection: Connection, post: str) -> None:
    querier = Querier(connection)
    both = [translation("fr", ARABIC), translation("zh", {"zh": ""})]
    with watched(connection) as written:
        assert querier.execute(blog.ReplacePostTranslations(post_id="p", translations=both)) == Replaced(1, 1, 0)
        assert querier.execute(blog.ReplacePostTranslations(post_id="p", translations=both)) == Replaced(0, 0, 0)
    (change,) = written.tables["blog_translations"].changed
    assert (change["id"], change["headline"]) == ("p-fr", ARABIC)
    with watched(connection) as written:
        only = [translation("zh", {"zh": ""})]
        assert querier.execute(blog.ReplacePostTranslations(post_id="p", translations=only)) == Replaced(0, 0, 1)
    assert [row["id"] for row in written.tables["blog_translations"].removed] == ["p-fr"]
    for language in ("en", "zh"):
        twice = blog.ReplacePostTranslations(post_id="p", translations=[translation(language), translation(language)])
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            querier.execute(twice)
        assert (caught.value.columns, written.tables) == (("post_id", "in_language"), {})


def test_a_medium_given_twice_is_a_conflict(connection: Connection, post: str) -> None:
    for medium in ("m1", "m2"):
        media = [blog.NewPostMedium(media_id=medium, type="cover", position=position) for position in "12"]
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            Querier(connection).execute(blog.ReplacePostMedia(post_id="p", media=media))
        assert (caught.value.columns, written.tables) == (("post_id", "media_id", "type"), {})


def test_a_row_that_does_not_fit_is_named() -> None:
    wrong: Any = [translation("fr"), blog.NewTranslation(in_language="en", headline=5, article_body="", excerpt="")]  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"^blog.CreatePost: translations: Expected .* at \$\[1\].headline$"):
        blog.CreatePost(slug="p", status="draft", in_language="fr", translations=wrong)
    with pytest.raises(ParameterError, match="NUL"):
        blog.CreatePost(slug="p", status="draft", in_language="fr", translations=[translation("fr", {"fr": "a\0"})])


def test_replacing_waits_for_another(connection: Connection, database_url: str, post: str) -> None:
    """Two at once leave what one of them gave, never both."""
    calls = [blog.ReplacePostAuthors(post_id="p", author_ids=each) for each in (["a1", "a2"], ["a3"])]
    with racers(database_url, 2) as them:
        for _ in range(20):
            them.race(*calls)
            left = sorted(row["author_id"] for row in rows(connection, "blog_post_authors", post_id="p"))
            assert left in (["a1", "a2"], ["a3"])


def test_json_null_and_none_are_not_the_same(connection: Connection) -> None:
    """None is NULL."""
    author = Querier(connection).execute(blog.CreateAuthor(slug="a", display_name=ARABIC, bio=None, same_as=("x",)))
    assert rows(connection, "blog_authors", id=author.id, bio=None, display_name=ARABIC, same_as=["x"])
    with watched(connection) as written:
        Querier(connection).execute(blog.ChangeAuthor(id=author.id, same_as=None, job_title={"fr": "Éditrice"}))
    (change,) = written.tables["blog_authors"].changed
    assert (change["same_as"], change["job_title"]) == (None, {"fr": "Éditrice"})
    assert written.tables["blog_authors"] == Changes(changed=[change])
    assert connection.execute(
        "SELECT same_as IS NULL, display_name = %s FROM blog_authors", [Jsonb(ARABIC)]
    ).fetchone() == (
        True,
        True,
    )
