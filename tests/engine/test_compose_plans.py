"""PostgreSQL plans what a class asks for and nothing else: shapes cost as if they were written out by hand."""

from collections.abc import Iterator
from typing import Any, LiteralString

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Literal

from concordia_sql import Querier, Query, auth, blog, services
from tests.support.reading import rows

Connection = psycopg.Connection[TupleRow]
Plan = dict[str, Any]


def plan_of(connection: Connection, asked: Query[Any], *, options: LiteralString = "FORMAT JSON") -> list[Plan]:
    """The nodes of the plan for any values, with indexes preferred."""
    composed = asked.compose()
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(b"PREPARE planned AS " + composed.encoded)
        values = SQL(", ").join(map(Literal, composed.values(asked)))
        arguments = SQL("({})").format(values) if composed.parameters else SQL("")
        explain = SQL("EXPLAIN ({}) EXECUTE planned {}").format(SQL(options), arguments)
        ((plan,),) = connection.execute(explain).fetchall()
        connection.execute("DEALLOCATE planned")
    return list(nodes(plan[0]["Plan"]))


def nodes(node: Plan) -> Iterator[Plan]:
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)


def tables(plan: list[Plan]) -> set[str]:
    return {node["Relation Name"] for node in plan if "Relation Name" in node}


@attrs.frozen
class Slug:
    slug: str


@attrs.frozen
class ListingPrice:
    price_type: str


@attrs.frozen
class Text:
    headline: object


@attrs.frozen
class AuthorCard(Slug):
    display_name: object


@attrs.frozen
class Url:
    url: str


@attrs.frozen
class Face(Slug):
    avatar: Url | None


@attrs.frozen
class PostCard(Slug):
    authors: tuple[AuthorCard, ...]


@attrs.frozen
class PostWithFaces(Slug):
    authors: tuple[Face, ...]


@attrs.frozen
class PostWithPictures(Slug):
    media: tuple[Url, ...]


@attrs.frozen
class PostWithTexts(Slug):
    translations: tuple[Text, ...]


@attrs.frozen
class AuthorWithPosts(Slug):
    posts: tuple[PostWithTexts, ...]


@attrs.frozen
class AuthorWithSlugs(Slug):
    posts: tuple[Slug, ...]


@attrs.frozen
class PostOfOrganization(Slug):
    """Its author and its organization have no relation, though others of that name do."""

    organization: Slug | None
    authors: tuple[Slug, ...]


@attrs.frozen
class Token:
    token: str = attrs.field(repr=False)


@attrs.frozen
class UserTokens:
    email: str
    sessions: tuple[Token, ...]


POST = blog.GetPost(slug="x")
LINKS = {"blog_posts", "blog_post_authors", "blog_authors"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (POST.into(Slug), {"blog_posts"}),
        (POST.into(PostCard), LINKS),
        (POST.into(PostWithFaces), {*LINKS, "blog_media"}),
        (POST.into(PostWithPictures), {"blog_posts", "blog_post_media", "blog_media"}),
        (POST.into(PostWithTexts), {"blog_posts", "blog_translations"}),
        (POST.into(PostOfOrganization), {*LINKS, "blog_organizations"}),
        (blog.GetPost(slug="x", languages=["fr"], comment_status="approved").into(Slug), {"blog_posts"}),
        (blog.ListPosts().into(Slug), {"blog_posts"}),
        (blog.ListPosts(status="published", is_featured=True).into(PostCard), LINKS),
        (blog.ListPosts(author="x").into(Slug), LINKS),
        (blog.ListPosts(after='["2026-01-01T00:00:00", "x"]', limit=3).into(PostWithTexts),
         {"blog_posts", "blog_translations"}),
        (services.ListListings(language="fr").into(ListingPrice), {"services_listings", "services_translations"}),
        (blog.GetAuthor(slug="x").into(Slug), {"blog_authors"}),
        (blog.GetAuthor(slug="x").into(AuthorWithSlugs), LINKS),
        (blog.GetAuthor(slug="x").into(AuthorWithPosts), {*LINKS, "blog_translations"}),
        (blog.GetAuthor(slug="x").into(Face), {"blog_authors", "blog_media"}),
        (auth.GetUser(id="x").into(UserTokens), {"user", "session"}),
        (blog.GetComment(id="x"), {"blog_comments", "blog_posts"}),
    ],
    ids=lambda value: getattr(value, "result_class", type).__name__,
)  # fmt: skip
def test_no_relation_is_planned_that_nobody_asks_for(sample: Connection, asked: Query[Any], expected: set[str]) -> None:
    assert tables(plan_of(sample, asked)) == expected


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (POST, "blog_posts_slug_unique"),
        (POST.into(Slug), "blog_posts_slug_unique"),
        (blog.GetAuthor(slug="x"), "blog_authors_slug_unique"),
        (auth.GetUser(id="x"), "user_pkey"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_filter_outside_the_shapes_reaches_the_index(sample: Connection, asked: Query[Any], index: str) -> None:
    """The row that is asked for is found by one look into an index, however deep its shape lies."""
    (found,) = [node for node in plan_of(sample, asked) if node.get("Index Name") == index and node["Plan Rows"] == 1]
    assert "$1" in found["Index Cond"]


def test_relations_of_rows_beyond_the_limit_are_not_computed(sample: Connection) -> None:
    asked = blog.ListPosts(limit=3).into(PostCard)
    assert len(rows(sample, "blog_posts")) > 30
    plan = plan_of(sample, asked, options="ANALYZE, TIMING OFF, FORMAT JSON")
    loops = [node["Actual Loops"] for node in plan if node.get("Relation Name") == "blog_post_authors"]
    assert loops == [3]
    (posts,) = [node for node in plan if node.get("Relation Name") == "blog_posts"]
    assert posts["Index Name"] == "blog_posts_newest_idx"


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_the_order_inside_holds_outside(sample: Connection, mode: LiteralString) -> None:
    posts = [row for row in rows(sample, "blog_posts") if row["deleted_at"] is None and row["status"] == "published"]
    posts.sort(key=lambda row: (row["published_at"] or row["created_at"], row["id"]), reverse=True)
    with sample.transaction(force_rollback=True):
        sample.execute(SQL("SET LOCAL plan_cache_mode = {}").format(SQL(mode)))
        found = Querier(sample).fetch(blog.ListPosts(limit=500).into(PostCard))
    assert [post.slug for post in found] == [row["slug"] for row in posts][:500]
