"""The relations of a default class: the first 100 of each in its order, and how many there are, up to 1,000."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Querier, Query, auth, blog, services
from tests.support.rows import insert

ROWS = {
    "organization": ("slug, name, created_at", "'o' || i, 'n', made"),
    '"user"': ("name, email", "'n', 'u' || i"),
    "session": ("token, expires_at, user_id, created_at, updated_at", "'t' || i, made, 'one', made, made"),
    "account": ("account_id, provider_id, user_id, created_at, updated_at", "'a' || i, 'p', 'one', made, made"),
    "member": (
        "organization_id, user_id, created_at",
        "CASE WHEN even THEN 'one' ELSE id END, CASE WHEN even THEN id ELSE 'one' END, made",
    ),
    "invitation": (
        "organization_id, email, expires_at, inviter_id, created_at",
        "'one', 'e', made, 'one', made",
    ),
    "blog_posts": (
        "slug, status, in_language, organization_id, published_at",
        "'s' || i, 'published', 'fr', 'one', made",
    ),
    "blog_authors": ("slug, display_name, works_for_id", "id, '{}', 'one'"),
    "blog_categories": ("slug, name, parent_id", "id, '{}', 'one'"),
    "blog_media": ("url, type", "'u', 'image'"),
    "blog_translations": (
        "post_id, in_language, headline, article_body, excerpt",
        "'one', lpad(i::text, 4, '0'), '{}', '{}', '{}'",
    ),
    "services_categories": ("slug, name, parent_id", "id, '{}', 'one'"),
    "services_media": ("url, type", "'u', 'image'"),
    "services_translations": (
        "service_id, in_language, title, description",
        "'one', lpad(i::text, 4, '0'), '{}', '{}'",
    ),
    "services_availability": (
        "service_id, day_of_week, start_time, end_time",
        "'one', 1, lpad(i::text, 4, '0'), '23:59'",
    ),
    "services_listings": (
        "slug, provider_id, in_language, organization_id, created_at, status",
        "id, 'p', 'fr', 'one', made, 'active'",
    ),
}
LINKS = (
    "INSERT INTO blog_post_authors SELECT id, 'one' FROM blog_posts WHERE id <> 'one'",
    "INSERT INTO blog_post_media SELECT id, 'one', 'cover' FROM blog_posts WHERE id <> 'one'",
    "INSERT INTO services_media_links SELECT id, 'one', 'cover' FROM services_listings WHERE id <> 'one'",
    "INSERT INTO blog_post_authors SELECT 'one', id FROM blog_authors WHERE id <> 'one'",
    "INSERT INTO blog_post_categories SELECT 'one', id FROM blog_categories WHERE id <> 'one'",
    "INSERT INTO blog_post_media SELECT 'one', id, 'gallery', (9999 - id::int)::text FROM blog_media WHERE id <> 'one'",
    """INSERT INTO services_media_links
    SELECT 'one', id, 'gallery', (9999 - id::int)::text FROM services_media WHERE id <> 'one'""",
)
PARENTS: Mapping[str, Mapping[str, str]] = {
    "user": {},
    "organization": {"slug": "one"},
    "blog_organizations": {"slug": "one"},
    "blog_authors": {"slug": "one"},
    "blog_categories": {"slug": "one"},
    "blog_media": {},
    "blog_posts": {"slug": "one", "status": "published", "published_at": "2020-01-01"},
    "services_categories": {"slug": "one"},
    "services_media": {},
    "services_listings": {"slug": "one", "status": "active", "created_at": "2020-01-01"},
}
FIRST = [f"{number:05}" for number in range(1, 101)]


def newest(most: int) -> list[str]:
    return [f"{number:05}" for number in range(most, most - 100, -1)]


def numbered(parity: int) -> list[str]:
    """Of members, every second row is of one user, the others are of one organization."""
    return [f"{number:05}" for number in range(2 - parity, 2 - parity + 200, 2)]


CASES: Sequence[tuple[Query[Any], str, str, list[str]]] = [
    (auth.GetUser(id="one"), "sessions", "session_count", newest(2010)),
    (auth.GetUser(id="one"), "accounts", "account_count", FIRST),
    (auth.GetUser(id="one"), "members", "member_count", numbered(1)),
    (auth.GetUser(id="one"), "invitations", "invitation_count", newest(2010)),
    (auth.GetOrganization(id="one"), "members", "member_count", numbered(0)),
    (auth.GetOrganizationBySlug(slug="one"), "invitations", "invitation_count", newest(2010)),
    (blog.GetAuthor(slug="one"), "posts", "post_count", newest(2010)),
    (blog.GetOrganization(slug="one"), "posts", "post_count", newest(2010)),
    (blog.GetOrganization(slug="one"), "authors", "author_count", FIRST),
    (blog.GetMedium(id="one"), "posts", "post_count", newest(2010)),
    (blog.GetCategory(slug="one"), "children", "child_count", FIRST),
    (services.GetServiceCategory(slug="one"), "children", "child_count", FIRST),
    (services.GetOrganizationWithListings(slug="one"), "listings", "listing_count", newest(2010)),
    (services.GetServiceMedium(id="one"), "listings", "listing_count", newest(2010)),
    (blog.GetPost(slug="one"), "authors", "author_count", FIRST),
    (blog.GetPost(slug="one"), "categories", "category_count", FIRST),
    (blog.GetPost(slug="one"), "media", "medium_count", newest(2010)),
    (blog.GetPostById(id="one"), "translations", "translation_count", FIRST),
    (services.GetListing(slug="one"), "translations", "translation_count", FIRST),
    (services.GetListing(slug="one"), "media", "medium_count", newest(2010)),
    (services.GetListingById(id="one"), "availability", "availability_count", FIRST),
]


def test_a_default_class_has_the_first_of_many_rows(connection: psycopg.Connection[Any]) -> None:
    for table, given in PARENTS.items():
        insert(connection, table, {"id": "one", **given})
    for table, (columns, values) in ROWS.items():
        connection.execute(
            f"""INSERT INTO {table} (id, {columns})
            SELECT id, {values} FROM (
                SELECT i, lpad(i::text, 5, '0') AS id, i % 2 = 0 AS even,
                    '2026-01-01'::timestamp + i * interval '1 min' AS made
                FROM generate_series(1, 2010) AS i
            ) AS many""".encode()
        )
    for statement in LINKS:
        connection.execute(statement.encode())
    querier = Querier(connection)
    for query, relation, count, ids in CASES:
        found: Any = querier.fetch(query)
        assert [row.id for row in getattr(found, relation)] == ids, (query, relation)
        assert getattr(found, count) == 1000, (query, count)


OF_POSTS = {
    "blog_authors": ("slug, display_name", "back, '{}'"),
    "blog_categories": ("slug, name", "back, '{}'"),
    "blog_media": ("url, type", "'u', 'image'"),
    "blog_translations": (
        "in_language, post_id, headline, article_body, excerpt",
        "'fr-' || back, 'one', '{}', '{}', '{}'",
    ),
    "blog_post_authors": ("post_id, author_id", ""),
    "blog_post_categories": ("post_id, category_id", ""),
    "blog_post_media": ("post_id, media_id, type, position", ", 'cover', (5000 - i)::text"),
}
OF_LISTINGS = {
    "services_media": ("url, type", "'u', 'image'"),
    "services_media_links": ("service_id, media_id, type, position", ", 'cover', (5000 - i)::text"),
    "services_translations": ("in_language, service_id, title, description", "'fr-' || back, 'one', '{}', '{}'"),
    "services_availability": ("start_time, end_time, service_id, day_of_week", "back, 'e', 'one', i % 2"),
}
RELATIONS = ("authors", "categories", "media", "translations", "availability")
COUNTS = {
    "authors": "author_count",
    "categories": "category_count",
    "media": "medium_count",
    "translations": "translation_count",
    "availability": "availability_count",
}


@attrs.frozen
class Linked:
    id: str


def add_links(connection: psycopg.Connection[Any], number: int) -> None:
    """A post and a listing with so many rows of each relation. The last is the first in the order of each."""
    insert(connection, "blog_posts", {"id": "one", "slug": "one"})
    insert(connection, "services_listings", {"id": "one", "slug": "one"})
    for table, (columns, values) in {**OF_POSTS, **OF_LISTINGS}.items():
        is_link = not values or values[0] == ","
        connection.execute(
            f"""INSERT INTO {table} ({columns if is_link else f"id, {columns}"})
            SELECT {"'one', id" if is_link else "id, "}{values} FROM (
                SELECT i, lpad(i::text, 5, '0') AS id, lpad((5000 - i)::text, 5, '0') AS back
                FROM generate_series(1, {number}) AS i
            ) AS many""".encode()
        )


def first(relation: str, number: int) -> list[str]:
    """The ids of the first rows, the last that was added first; of the times of the week, those of Sunday first."""
    numbers = [*range(number, 0, -1)]
    if relation == "availability":
        numbers.sort(key=lambda each: each % 2)
    return [f"{each:05}" for each in numbers[:100]]


def ids(row: Any, relation: str) -> list[str]:
    return [each.id for each in getattr(row, relation)]


ROOTS: Sequence[tuple[Sequence[str], Any, Any, Any]] = [
    (RELATIONS[:4], blog.GetPost, blog.GetPostById, blog.ListPosts),
    (RELATIONS[2:], services.GetListing, services.GetListingById, services.ListListings),
]


@pytest.mark.parametrize("number", [99, 100, 101, 1001])
def test_so_has_one_of_what_is_linked_to_a_row(connection: psycopg.Connection[Any], number: int) -> None:
    add_links(connection, number)
    querier = Querier(connection)
    for relations, by_slug, by_id, listed in ROOTS:
        for query in (by_slug(slug="one"), by_id(id="one")):
            found = querier.fetch(query)
            for relation in relations:
                assert ids(found, relation) == first(relation, number), (query, relation)
                assert getattr(found, COUNTS[relation]) == min(number, 1000), (query, relation)
        (row,) = querier.fetch(listed())
        for relation in relations:
            assert ids(row, relation) == first(relation, number), (listed, relation)
            assert getattr(row, COUNTS[relation]) == min(number, 1000), (listed, relation)


@pytest.mark.parametrize("number", [0, 100, 101])
def test_so_has_a_class_that_names_one_relation_or_its_count(connection: psycopg.Connection[Any], number: int) -> None:
    add_links(connection, number)
    querier = Querier(connection)
    for relations, by_slug, _, listed in ROOTS:
        for relation in relations:
            rows = attrs.make_class("Rows", {relation: attrs.field(type=tuple[Linked, ...])}, frozen=True)
            count = attrs.make_class("Count", {COUNTS[relation]: attrs.field(type=int)}, frozen=True)
            for query in (by_slug(slug="one"), listed()):
                found = querier.fetch(query.into(rows))
                counted = querier.fetch(query.into(count))
                (row, of_it) = (found[0], counted[0]) if isinstance(found, list) else (found, counted)
                assert ids(row, relation) == first(relation, number), (query, relation)
                assert getattr(of_it, COUNTS[relation]) == number, (query, relation)


def test_so_have_posts_of_an_author_their_translations(connection: psycopg.Connection[Any]) -> None:
    add_links(connection, 101)
    found = Querier(connection).fetch(blog.GetAuthor(slug="04999"))
    assert found
    assert [ids(post, "translations") for post in found.posts] == [first("translations", 101)]


def test_translations_are_counted_in_the_languages_that_are_asked_for(connection: psycopg.Connection[Any]) -> None:
    add_links(connection, 3)
    querier = Querier(connection)
    queries: Sequence[Any] = (blog.GetPost(slug="one"), services.GetListing(slug="one"))
    for query in queries:
        found: Any = querier.fetch(attrs.evolve(query, languages=["fr-04998"]))
        assert (ids(found, "translations"), found.translation_count) == (["00002"], 1)
