"""JSON of another writer that does not fit: one such row leaves a page readable, unless one asks for strictness."""

import datetime
import logging
from pathlib import Path
from typing import Annotated, Any

import attrs
import psycopg
import pytest
from psycopg.types.json import Jsonb

from concordia_sql import Cursor, Many, Otherwise, Querier, ResultError, auth, blog, make_converter
from tests.support.reading import paged
from tests.support.rows import insert
from tests.support.statements import query, said, write

Connection = psycopg.Connection[Any]
LINKS = ("https://a.example", "https://b.example")
CASES: list[tuple[str, object, object]] = [
    ("display_name", None, ""),
    ("display_name", 5, ""),
    ("display_name", ["5ecret"], ""),
    ("display_name", {"fr": ["5ecret"], "en": "Hello", "ar": None}, {"en": "Hello", "ar": None}),
    ("bio", {"fr": {"fr": "5ecret"}}, {}),
    ("bio", None, None),
    ("seo_keywords", {"fr": ["mot", 5], "en": 5, "ar": "a"}, {"fr": ("mot",), "en": "", "ar": "a"}),
    ("seo_keywords", ["mot", {}], ("mot",)),
    ("same_as", '["https://a.example","https://b.example"]', LINKS),
    ("same_as", [*LINKS, 5], LINKS),
    ("same_as", "https://a.example", ("https://a.example",)),
    ("same_as", "[5ecret", ("[5ecret",)),
    ("same_as", {"x": "5ecret"}, ()),
]


@pytest.fixture
def authors(connection: Connection) -> Connection:
    """Three, of whom each wrote one of three posts."""
    for id_ in "abc":
        insert(connection, "blog_authors", {"id": id_, "slug": id_, "display_name": {"fr": id_}})
        insert(connection, "blog_posts", {"id": id_, "slug": id_, "status": "published"})
        insert(connection, "blog_post_authors", {"post_id": id_, "author_id": id_})
    return connection


@pytest.mark.parametrize(("column", "stored", "read"), CASES)
def test_a_row_that_does_not_fit_is_read_as_far_as_it_does(
    authors: Connection, caplog: pytest.LogCaptureFixture, column: str, stored: object, read: object
) -> None:
    """In a column of its own and in a relation alike; the others are as they are."""
    authors.execute(f"UPDATE blog_authors SET {column} = %s WHERE id = 'b'".encode(), [Jsonb(stored)])
    querier = Querier(authors)
    with caplog.at_level(logging.WARNING):
        flat = querier.fetch(blog.ListAuthors())
        nested = [author for slug in "abc" for author in fetched(querier, slug)]
    assert [getattr(author, column) for author in flat if author.id == "b"] == [read]
    assert [attrs.evolve(author, cursor=Cursor("")) for author in flat][::2] == [
        blog.ListedAuthor(**attrs.asdict(author, recurse=False), cursor=Cursor("")) for author in nested[::2]
    ]
    assert getattr(nested[1], column) == read
    assert "5ecret" not in caplog.text
    assert len(caplog.records) <= 2


def fetched(querier: Querier, slug: str) -> tuple[blog.AuthorDetails, ...]:
    post = querier.fetch(blog.GetPost(slug=slug))
    assert post is not None
    return post.authors


@pytest.mark.parametrize(("column", "stored"), [("display_name", None), ("bio", ["5ecret"]), ("same_as", "5ecret")])
def test_who_asks_for_strictness_gets_an_error(authors: Connection, column: str, stored: object) -> None:
    authors.execute(f"UPDATE blog_authors SET {column} = %s WHERE id = 'b'".encode(), [Jsonb(stored)])
    querier = Querier(authors, converter=make_converter(strict=True))
    for asked in (blog.ListAuthors(), blog.GetPost(slug="b")):
        with pytest.raises(ResultError, match=rf"^blog\..*{column}") as caught:
            querier.fetch(asked)
        assert "5ecret" not in said(caught.value)
    assert len(querier.fetch(blog.ListOrganizations())) == 0


@attrs.frozen
class Thing:
    size: Annotated[int, Otherwise(lambda value: len(str(value)))]
    name: str


@attrs.frozen
class Box:
    things: tuple[Thing, ...]


@pytest.mark.parametrize(
    ("things", "sizes"),
    [
        ('[{"size": 1, "name": "a"}, {"size": "long", "name": "b"}]', [1, 4]),
        ('[{"size": null, "name": "a"}]', [4]),
        ('[{"size": "long", "name": 5}]', None),
        ('[{"size": "long"}]', None),
        ('{"size": 1}', None),
    ],
)
def test_a_type_of_ones_own_says_what_is_read_and_the_others_are_strict(
    connection: Connection, tmp_path: Path, things: str, sizes: list[int] | None
) -> None:
    @query(write(tmp_path, "mine/list.sql", f"-- Boxes.\nSELECT '{things}'::json AS things ORDER BY 1 = 1"))
    class List(Many[Box]):
        pass

    querier = Querier(connection)
    if sizes is None:
        with pytest.raises(ResultError, match=r"^mine\.List: .*column things: "):
            querier.fetch(List())
    else:
        assert [thing.size for thing in querier.fetch(List())[0].things] == sizes


MOMENTS = [
    ("infinity", datetime.datetime.max),
    ("-infinity", datetime.datetime.min),
    ("10000-02-29 12:00", datetime.datetime.max),
    ("294276-12-31", datetime.datetime.max),
    ("0045-02-28 12:00:00.5 BC", datetime.datetime.min),
    ("4713-12-31 BC", datetime.datetime.min),
    ("9999-12-31 23:59:59.999999", datetime.datetime.max),
]


@pytest.mark.parametrize(("stored", "read"), MOMENTS)
def test_a_time_that_python_does_not_have_is_the_nearest(
    authors: Connection, caplog: pytest.LogCaptureFixture, stored: str, read: datetime.datetime
) -> None:
    """In a column of its own and in a relation alike; the list goes on after it, to either side."""
    authors.execute("UPDATE blog_posts SET published_at = %s::timestamp WHERE id = 'b'", [stored])
    querier = Querier(authors)
    with caplog.at_level(logging.WARNING):
        listed = querier.fetch(blog.ListPosts())
        (nested,) = [post for post in medium(querier, authors).posts if post.id == "b"]
    found = {post.id: post.published_at for post in listed}
    assert found == {"a": None, "b": read, "c": None}
    assert listed[0 if read > datetime.datetime(2000, 1, 1) else -1].id == "b"
    assert nested.published_at == read
    for size in (1, 2):
        assert [post.id for post in paged(querier, blog.ListPosts(), size)] == [post.id for post in listed]
    assert stored not in caplog.text


def medium(querier: Querier, connection: Connection) -> blog.MediumDetails:
    """One that all posts use."""
    insert(connection, "blog_media", {"id": "m"})
    for post in "abc":
        insert(connection, "blog_post_media", {"post_id": post, "media_id": "m"})
    found = querier.fetch(blog.GetMedium(id="m"))
    assert found is not None
    return found


def test_a_session_may_never_expire(connection: Connection) -> None:
    insert(connection, "user", {"id": "u"})
    insert(connection, "session", {"token": "t", "user_id": "u"})
    connection.execute("UPDATE session SET expires_at = 'infinity'")
    querier = Querier(connection)
    session, user = querier.fetch(auth.GetSession(token="t")), querier.fetch(auth.GetUser(id="u"))
    assert session and user
    assert [session.expires_at, user.sessions[0].expires_at] == [datetime.datetime.max] * 2
    strict = Querier(connection, converter=make_converter(strict=True))
    for asked in (auth.GetSession(token="t"), auth.GetUser(id="u")):
        with pytest.raises(ResultError, match=r"^auth\.Get\w+: column (expires_at|sessions)"):
            strict.fetch(asked)
