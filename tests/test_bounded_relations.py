"""The relations of a default class: the first 100 of each in its order, and how many there are, up to 1,000."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

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
