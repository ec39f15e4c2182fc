"""Every list once more, as a plain SELECT of what it may show, and a database in which each has much to sort."""

from collections.abc import Mapping
from typing import Any

import attrs
import psycopg

from tests.support.generated import TABLES


@attrs.frozen
class Plain:
    """A list: the table of its rows, what they are ordered by, and a condition for each field."""

    table: str
    order: tuple[str, ...]
    where: str = "TRUE"
    """What holds without a field; `%(name)s` is the value of one."""
    conditions: Mapping[str, str] = {}
    """What a field asks for."""
    is_newest_first: bool = False
    moves: tuple[str, ...] = ()
    """Columns by which it is ordered, which another row may take over."""
    key: tuple[str, ...] = ("id",)
    """The columns that tell its rows apart."""


def _equal(*names: str) -> Mapping[str, str]:
    return {name: f"r.{name} = %({name})s" for name in names}


def _by_slug(name: str, table: str, column: str) -> Mapping[str, str]:
    return {name: f"r.{column} = (SELECT id FROM {table} WHERE slug = %({name})s)"}


def _seen(alias: str, shown: str, *, may_be_deleted: bool = True) -> str:
    """Whether a post or listing may be read, as `with_unpublished` and `of_deleted` say."""
    live = f"({alias}.deleted_at IS NULL AND {alias}.status <> 'deleted')"
    of_deleted = f" OR (%(of_deleted)s::boolean AND NOT {live})" if may_be_deleted else ""
    return f"(({live} AND (({shown}) OR %(with_unpublished)s::boolean)){of_deleted})"


SHOWN_POST, SHOWN_LISTING = "{0}.status = 'published'", "{0}.status = 'active' AND {0}.is_active"
_POST = _seen("r", SHOWN_POST.format("r"), may_be_deleted=False)
_LISTING = _seen("r", SHOWN_LISTING.format("r"), may_be_deleted=False)
_OF_POST = f"EXISTS (SELECT FROM blog_posts p WHERE p.id = r.post_id AND {_seen('p', SHOWN_POST.format('p'))})"
_OF_LISTING = (
    f"EXISTS (SELECT FROM services_listings p WHERE p.id = r.service_id AND {_seen('p', SHOWN_LISTING.format('p'))})"
)
_APPROVED = "r.deleted_at IS NULL AND (r.status = 'approved' OR %(with_unpublished)s::boolean)"
_HAS_ROLE = {"role": "%(role)s = ANY (string_to_array(r.role, ','))"}
_OLDEST: dict[str, Any] = {"order": ("r.created_at", "r.id"), "moves": ("created_at",)}
_NEWEST: dict[str, Any] = {**_OLDEST, "is_newest_first": True}
_MOMENT: dict[str, Any] = {
    "order": ("coalesce(r.published_at, r.created_at)", "r.id"),
    "moves": ("published_at", "created_at"),
    "is_newest_first": True,
}
_BELOW = """
(
    WITH RECURSIVE below AS (
        SELECT id FROM {0} WHERE slug = %(category)s
        UNION SELECT c.id FROM {0} c JOIN below ON c.parent_id = below.id
    ) SELECT id FROM below
)
"""
_USED = "EXISTS (SELECT FROM {0} p WHERE p.id = r.{1} AND {2})"
_DAY = r"CASE WHEN trim(r.booking_date) ~ '^\d{4}-\d\d?-\d\d?$' THEN trim(r.booking_date)::date END"

PLAIN: Mapping[str, Plain] = {
    "auth.ListUsers": Plain(
        "user",
        **_NEWEST,
        conditions={
            **_HAS_ROLE,
            "banned": "coalesce(r.banned, FALSE) = %(banned)s",
            "text": "strpos(lower(r.name) || '|' || lower(r.email), lower(%(text)s)) > 0",
        },
    ),
    "auth.ListSessions": Plain(
        "session",
        **_NEWEST,
        where="r.user_id = %(user_id)s",
        conditions={"expired": "(r.expires_at <= timezone('UTC', now())) = %(expired)s"},
    ),
    "auth.ListAccounts": Plain("account", **_OLDEST, where="r.user_id = %(user_id)s"),
    "auth.ListMembers": Plain(
        "member", **_OLDEST, where="r.organization_id = %(organization_id)s", conditions=_HAS_ROLE
    ),
    "auth.ListMemberships": Plain("member", **_OLDEST, where="r.user_id = %(user_id)s"),
    "auth.ListInvitations": Plain(
        "invitation",
        **_NEWEST,
        conditions={
            **_equal("organization_id", "inviter_id", "status"),
            "email": "lower(r.email) = lower(%(email)s)",
            "open": "(r.status = 'pending' AND r.expires_at > timezone('UTC', now())) = %(open)s",
        },
    ),
    "blog.ListPosts": Plain(
        "blog_posts",
        **_MOMENT,
        where=_POST,
        conditions={
            **_equal("status", "is_featured", "display_in_home"),
            **_by_slug("organization", "blog_organizations", "organization_id"),
            "author": "r.id IN (SELECT post_id FROM blog_post_authors JOIN blog_authors a ON a.id = author_id "
            "WHERE a.slug = %(author)s)",
            "category": "r.id IN (SELECT post_id FROM blog_post_categories "
            "JOIN blog_categories c ON c.id = category_id WHERE c.slug = %(category)s)",
            "language": "r.id IN (SELECT post_id FROM blog_translations WHERE in_language = %(language)s)",
            "slug_contains": "strpos(lower(r.slug), lower(%(slug_contains)s)) > 0",
        },
    ),
    "blog.ListAuthors": Plain(
        "blog_authors",
        ("r.slug", "r.id"),
        conditions={
            **_equal("display_in_home", "display_in_blog", "is_featured"),
            **_by_slug("organization", "blog_organizations", "works_for_id"),
        },
    ),
    "blog.ListCategories": Plain(
        "blog_categories",
        ("r.slug", "r.id"),
        conditions={
            **_equal("display_in_menu", "display_in_home", "display_in_blog", "is_featured"),
            **_by_slug("parent", "blog_categories", "parent_id"),
        },
    ),
    "blog.ListCategoryPosts": Plain(
        "blog_posts",
        **_MOMENT,
        where=f"{_POST} AND EXISTS (SELECT FROM blog_post_categories l JOIN blog_categories c ON c.id = l.category_id "
        "WHERE l.post_id = r.id AND (c.slug = %(category)s OR %(subtree)s AND c.id IN "
        f"{_BELOW.format('blog_categories')}))",
        conditions=_equal("status"),
    ),
    "blog.ListMediumPosts": Plain(
        "blog_post_media",
        ("r.post_id", "r.type"),
        where="r.media_id = %(media_id)s AND "
        + _USED.format("blog_posts", "post_id", _seen("p", SHOWN_POST.format("p"), may_be_deleted=False)),
        key=("post_id", "type"),
    ),
    "blog.ListPostAuthors": Plain(
        "blog_post_authors", ("r.author_id",), where=f"r.post_id = %(post_id)s AND {_OF_POST}", key=("author_id",)
    ),
    "blog.ListPostCategories": Plain(
        "blog_post_categories",
        ("r.category_id",),
        where=f"r.post_id = %(post_id)s AND {_OF_POST}",
        key=("category_id",),
    ),
    "blog.ListPostMedia": Plain(
        "blog_post_media",
        ("r.media_id", "r.type"),
        where=f"r.post_id = %(post_id)s AND {_OF_POST}",
        key=("media_id", "type"),
    ),
    "blog.ListTranslations": Plain(
        "blog_translations", ("r.in_language", "r.id"), where=f"r.post_id = %(post_id)s AND {_OF_POST}"
    ),
    "blog.ListMissingTranslations": Plain(
        "blog_posts",
        **_MOMENT,
        where=f"{_POST} AND NOT EXISTS (SELECT FROM blog_translations t WHERE t.post_id = r.id "
        "AND t.in_language = %(language)s)",
        conditions=_equal("status"),
    ),
    "blog.ListOrganizations": Plain(
        "blog_organizations", ("r.slug", "r.id"), conditions=_equal("is_active", "is_featured")
    ),
    "blog.ListComments": Plain(
        "blog_comments",
        **_OLDEST,
        where=f"r.post_id = %(post_id)s AND {_APPROVED} AND {_OF_POST}",
        conditions=_equal("status"),
    ),
    "blog.ListCommentsByStatus": Plain(
        "blog_comments", **_OLDEST, where=f"r.status = %(status)s AND {_APPROVED} AND {_OF_POST}"
    ),
    "services.ListListings": Plain(
        "services_listings",
        order=("r.created_at", "r.id"),
        moves=("created_at",),
        is_newest_first=True,
        where=_LISTING,
        conditions={
            **_equal("status", "provider_id", "price_type", "is_featured", "display_in_home", "is_mobile"),
            **_by_slug("organization", "blog_organizations", "organization_id"),
            "category": f"r.category_id IN {_BELOW.format('services_categories')}",
            "language": "r.id IN (SELECT service_id FROM services_translations WHERE in_language = %(language)s)",
        },
    ),
    "services.ListServiceCategories": Plain(
        "services_categories",
        ("r.sort_order", "r.slug", "r.id"),
        moves=("sort_order",),
        conditions={
            **_equal("display_in_menu", "display_in_home", "is_active", "is_featured"),
            **_by_slug("parent", "services_categories", "parent_id"),
        },
    ),
    "services.ListMediumListings": Plain(
        "services_media_links",
        ("r.service_id", "r.type"),
        where="r.media_id = %(media_id)s AND "
        + _USED.format("services_listings", "service_id", _seen("p", SHOWN_LISTING.format("p"), may_be_deleted=False)),
        key=("service_id", "type"),
    ),
    "services.ListListingMedia": Plain(
        "services_media_links",
        ("r.media_id", "r.type"),
        where=f"r.service_id = %(service_id)s AND {_OF_LISTING}",
        key=("media_id", "type"),
    ),
    "services.ListServiceTranslations": Plain(
        "services_translations", ("r.in_language", "r.id"), where=f"r.service_id = %(service_id)s AND {_OF_LISTING}"
    ),
    "services.ListReviews": Plain(
        "services_reviews",
        **_NEWEST,
        where=f"r.service_id = %(service_id)s AND {_APPROVED} AND {_OF_LISTING}",
        conditions=_equal("status", "rating"),
    ),
    "services.ListReviewsByStatus": Plain(
        "services_reviews", **_OLDEST, where=f"r.status = %(status)s AND {_APPROVED} AND {_OF_LISTING}"
    ),
    "services.ListReviewsByAuthor": Plain(
        "services_reviews",
        **_NEWEST,
        where=f"r.author_id = %(author_id)s AND {_APPROVED} AND {_OF_LISTING}",
        conditions=_equal("status"),
    ),
    "services.ListAvailability": Plain(
        "services_availability",
        ("r.day_of_week", "r.start_time", "r.id"),
        where=f"r.service_id = %(service_id)s AND {_OF_LISTING}",
        conditions=_equal("day_of_week"),
    ),
    "services.ListBookings": Plain(
        "services_bookings",
        ("r.booking_date", "r.booking_time", "r.id"),
        moves=("booking_date", "booking_time"),
        conditions={
            **_equal("service_id", "customer_id", "provider_id", "status"),
            "from_date": f"{_DAY} >= %(from_date)s::date",
            "to_date": f"{_DAY} <= %(to_date)s::date",
        },
    ),
}  # fmt: skip


HOT: Mapping[str, list[object]] = {
    **{name: ["p1", "p2", "p3", "p4"] for name in ("post_id", "service_id")},
    **{name: ["u1", "u2", "u3"] for name in ("user_id", "author_id", "customer_id", "provider_id")},
    "media_id": ["d1", "d2"],
    "organization_id": ["o1", "o2"],
    "email": ["e0@x.example", "E1@X.example"],
}
"""Values of fields that many rows have."""


def plain_rows(
    connection: psycopg.Connection[Any], plain: Plain, widest: Mapping[str, object], given: Mapping[str, object]
) -> list[tuple[tuple[str, ...], bool]]:
    """The keys of all rows of the widest reading in their order, each with whether the given fields choose it."""
    fields = {"with_unpublished": None, "of_deleted": None}
    chosen = [plain.where, *(plain.conditions[name] for name in given if name in plain.conditions)]
    places = {f"wide_{name}": value for name, value in {**fields, **widest}.items()}
    way = " DESC" if plain.is_newest_first else ""
    text = (
        f"SELECT ARRAY[{', '.join(f'r.{name}' for name in plain.key)}], coalesce({' AND '.join(chosen)}, FALSE) "
        f'FROM "{plain.table}" AS r WHERE {plain.where.replace("%(", "%(wide_")} '
        f"ORDER BY {', '.join(key + way for key in plain.order)}"
    )
    found = connection.execute(text.encode(), {**fields, **given, **places}).fetchall()
    return [(tuple(key), fits) for key, fits in found]


def fill_many(connection: psycopg.Connection[Any]) -> None:
    """Thousands of posts, listings and users, many at one moment, with links of which few have most."""
    connection.execute(_FILL.encode())
    connection.execute(b"ANALYZE")
    assert {
        table for table in TABLES if connection.execute(f'SELECT FROM "{table}" LIMIT 1'.encode()).fetchone() is None
    } == {"profile"}


_FILL = r"""
CREATE FUNCTION pick(seed text, bound int) RETURNS int LANGUAGE sql IMMUTABLE
AS $$ SELECT ('x' || substr(md5(seed), 1, 7))::bit(28)::int % bound $$;
-- The least are the most frequent.
CREATE FUNCTION skew(seed text, bound int) RETURNS int LANGUAGE sql IMMUTABLE
AS $$ SELECT (bound * (pick(seed, 1000) / 1000.0) ^ 4)::int $$;
CREATE FUNCTION moment(seed text) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE pick(seed || 'm', 60)
        WHEN 0 THEN timestamp 'infinity'
        WHEN 1 THEN timestamp '-infinity'
        WHEN 2 THEN timestamp '0044-03-15 12:00 BC'
        WHEN 3 THEN timestamp '12345-06-07 08:09:10.5'
        ELSE timestamp '2026-01-01' + pick(seed, 300) * interval '1 microsecond'
    END
$$;
SET session_replication_role = replica;  -- no foreign keys to check
INSERT INTO "user" (id, name, email, role, banned, created_at, updated_at)
SELECT 'u' || i, 'Name ' || i % 7, 'U' || i || '@x.example',
    (ARRAY['admin', 'user', 'user,admin', NULL, 'user'])[1 + skew('r' || i, 4)],
    (ARRAY[NULL, FALSE, TRUE])[1 + pick('b' || i, 3)], moment('u' || i), now()
FROM generate_series(1, 2500) i;
INSERT INTO session (id, expires_at, token, user_id, created_at, updated_at)
SELECT 's' || i, CASE WHEN i % 3 = 0 THEN timestamp '2000-01-01' ELSE 'infinity' END, 't' || i,
    'u' || 1 + skew('s' || i, 9), moment('s' || i), now() FROM generate_series(1, 600) i;
INSERT INTO account (id, account_id, provider_id, user_id, created_at, updated_at)
SELECT 'a' || i, 'a' || i, 'p', 'u' || 1 + skew('a' || i, 9), moment('a' || i), now() FROM generate_series(1, 300) i;
INSERT INTO organization (id, name, slug, created_at)
SELECT 'o' || i, 'n', 'o' || i, now() FROM generate_series(1, 60) i;
INSERT INTO member (id, organization_id, user_id, role, created_at)
SELECT 'm' || i, 'o' || 1 + i % 3, 'u' || 1 + i / 3, (ARRAY['member', 'owner', 'member,owner'])[1 + skew('k' || i, 2)],
    moment('k' || i) FROM generate_series(1, 900) i;
INSERT INTO member (id, organization_id, user_id, created_at)
SELECT 'm' || u || '-' || o, 'o' || o, 'u' || u, moment('k' || u || o)
FROM generate_series(1, 3) u, generate_series(4, 60) o;
INSERT INTO invitation (id, organization_id, email, status, expires_at, created_at, inviter_id)
SELECT 'i' || i, 'o' || 1 + skew('o' || i, 3), 'E' || skew('e' || i, 5) || '@x.example',
    (ARRAY['pending', 'accepted', 'rejected', 'canceled'])[1 + skew('t' || i, 3)],
    CASE WHEN i % 3 = 0 THEN timestamp '2000-01-01' ELSE 'infinity' END, moment('i' || i), 'u' || 1 + skew('v' || i, 4)
FROM generate_series(1, 600) i;
INSERT INTO blog_organizations (id, name, slug, is_active, is_featured)
SELECT 'g' || i, 'n', (ARRAY['é', 'B', 'a', '_'])[1 + i % 4] || i, i % 3 > 0, i % 2 > 0 FROM generate_series(1, 60) i;
INSERT INTO blog_media (id, url, type) SELECT 'd' || i, 'u', 'image' FROM generate_series(1, 60) i;
INSERT INTO services_media (id, url, type) SELECT 'd' || i, 'u', 'image' FROM generate_series(1, 60) i;
INSERT INTO blog_authors (id, slug, display_name, works_for_id, display_in_home, display_in_blog, is_featured)
SELECT 'w' || i, (ARRAY['é', 'B', 'a', '_'])[1 + i % 4] || i, '"n"', 'g' || 1 + skew('w' || i, 9), i % 2 > 0, i % 3 > 0,
    i % 5 > 0 FROM generate_series(1, 90) i;
INSERT INTO blog_categories (id, slug, name, parent_id, display_in_home, display_in_menu, display_in_blog, is_featured)
SELECT 'c' || i, (ARRAY['é', 'B', 'a', '_'])[1 + i % 4] || i, '"n"', CASE WHEN i > 4 THEN 'c' || i / 4 END, i % 2 > 0,
    i % 3 > 0, i % 5 > 0, i % 7 > 0 FROM generate_series(1, 90) i;
INSERT INTO services_categories
    (id, slug, name, parent_id, sort_order, display_in_home, display_in_menu, is_active, is_featured)
SELECT 'c' || i, (ARRAY['é', 'B', 'a', '_'])[1 + i % 4] || i, '"n"', CASE WHEN i > 4 THEN 'c' || i / 4 END,
    pick('z' || i, 4) - 1, i % 2 > 0, i % 3 > 0, i % 5 > 0, i % 7 > 0 FROM generate_series(1, 90) i;
INSERT INTO blog_posts
    (id, slug, status, published_at, display_in_home, is_featured, in_language, organization_id, deleted_at, created_at)
SELECT 'p' || i, 'Post-' || i || (ARRAY['', '_x', '%y'])[1 + i % 3],
    (ARRAY['published', 'draft', 'archived', 'deleted'])[1 + skew('s' || i, 3)],
    CASE WHEN i % 3 > 0 THEN moment('p' || i) END, i % 2 > 0, i % 5 > 0, 'fr', 'g' || 1 + skew('g' || i, 9),
    CASE WHEN pick('d' || i, 9) = 0 THEN now() END, moment('c' || i) FROM generate_series(1, 3000) i;
INSERT INTO services_listings (id, slug, category_id, provider_id, organization_id, status, price_type, is_mobile,
    is_active, is_featured, display_in_home, deleted_at, created_at)
SELECT 'p' || i, 'l' || i, 'c' || 1 + skew('c' || i, 40), 'u' || 1 + skew('u' || i, 9), 'g' || 1 + skew('g' || i, 9),
    (ARRAY['active', 'draft', 'suspended', 'archived', 'deleted'])[1 + skew('s' || i, 4)],
    (ARRAY['hourly', 'fixed', 'free'])[1 + i % 3], i % 2 > 0, i % 9 > 0, i % 5 > 0, i % 4 > 0,
    CASE WHEN pick('d' || i, 9) = 0 THEN now() END, moment('c' || i) FROM generate_series(1, 3000) i;
INSERT INTO blog_post_authors
SELECT DISTINCT 'p' || 1 + pick('p' || i, 3000), 'w' || 1 + skew('w' || i, 40) FROM generate_series(1, 6000) i;
INSERT INTO blog_post_authors
SELECT 'p' || 1 + i % 4, 'w' || i / 4 FROM generate_series(4, 200) i ON CONFLICT DO NOTHING;
INSERT INTO blog_post_categories
SELECT DISTINCT 'p' || 1 + pick('p' || i, 3000), 'c' || 1 + skew('w' || i, 40) FROM generate_series(1, 6000) i;
INSERT INTO blog_post_categories
SELECT 'p' || 1 + i % 4, 'c' || i / 4 FROM generate_series(4, 200) i ON CONFLICT DO NOTHING;
INSERT INTO blog_post_media (post_id, media_id, type)
SELECT DISTINCT 'p' || 1 + skew('p' || i, 300), 'd' || 1 + skew('w' || i, 9), (ARRAY['cover', 'inline'])[1 + i % 2]
FROM generate_series(1, 2000) i;
INSERT INTO services_media_links (service_id, media_id, type)
SELECT DISTINCT 'p' || 1 + skew('p' || i, 300), 'd' || 1 + skew('w' || i, 9), (ARRAY['cover', 'gallery'])[1 + i % 2]
FROM generate_series(1, 2000) i;
INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
SELECT 't' || i || l, 'p' || i, l, '"h"', '"b"', '"e"'
FROM generate_series(1, 3000) i, unnest(ARRAY['fr', 'pt-BR', 'zh']) l
WHERE pick(l || i, 3) > 0 AND (l <> 'zh' OR i % 50 = 0);
INSERT INTO services_translations (id, service_id, in_language, title, description)
SELECT 't' || i || l, 'p' || i, l, '"h"', '"b"'
FROM generate_series(1, 3000) i, unnest(ARRAY['fr', 'pt-BR', 'zh']) l
WHERE pick(l || i, 3) > 0 AND (l <> 'zh' OR i % 50 = 0);
INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
SELECT 'l' || i, 'p' || 1 + i % 4, 'x' || i / 4, '"h"', '"b"', '"e"' FROM generate_series(1, 200) i;
INSERT INTO services_translations (id, service_id, in_language, title, description)
SELECT 'l' || i, 'p' || 1 + i % 4, 'x' || i / 4, '"h"', '"b"' FROM generate_series(1, 200) i;
INSERT INTO blog_comments
    (id, post_id, author_name, author_email, content, status, in_language, deleted_at, created_at)
SELECT 'n' || i, 'p' || 1 + skew('p' || i, 60), 'n', 'e', '"c"',
    (ARRAY['approved', 'pending', 'rejected'])[1 + skew('s' || i, 2)], 'fr',
    CASE WHEN pick('d' || i, 9) = 0 THEN now() END, moment('n' || i) FROM generate_series(1, 2000) i;
INSERT INTO services_reviews
    (id, service_id, author_name, author_email, author_id, content, rating, status, in_language, deleted_at, created_at)
SELECT 'n' || i, 'p' || 1 + skew('p' || i, 60), 'n', 'e', 'u' || 1 + skew('u' || i, 9), '"c"', pick('r' || i, 6),
    (ARRAY['approved', 'pending', 'rejected'])[1 + skew('s' || i, 2)], 'fr',
    CASE WHEN pick('d' || i, 9) = 0 THEN now() END, moment('n' || i) FROM generate_series(1, 2000) i;
INSERT INTO services_availability (id, service_id, day_of_week, start_time, end_time)
SELECT 'v' || i, 'p' || 1 + i % 9, pick('y' || i, 7), to_char(i / 9 * interval '1 minute', 'HH24:MI'), '23:59'
FROM generate_series(1, 900) i;
INSERT INTO services_bookings
    (id, service_id, customer_id, provider_id, booking_date, booking_time, duration_minutes, status)
SELECT 'b' || i, 'p' || 1 + skew('p' || i, 9), 'u' || 1 + skew('u' || i, 9), 'u' || 1 + skew('v' || i, 9),
    (ARRAY['2026-03-15', '2026-03-16', '2026-3-15', ' 2026-03-14', 'soon'])[1 + pick('d' || i, 5)],
    to_char(pick('t' || i, 9) * interval '1 hour', 'HH24:MI'), 60,
    (ARRAY['pending', 'confirmed', 'completed', 'no_show'])[1 + skew('s' || i, 3)] FROM generate_series(1, 2000) i;
"""
