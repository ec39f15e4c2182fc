"""The sample: what the documentation, the demo and other tests find in it, read by plain SELECTs."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

import psycopg
import pytest
from psycopg.rows import DictRow, TupleRow, dict_row
from psycopg.sql import SQL, Identifier

from concordia_sql.tools import sample
from concordia_sql.tools.sample.loader import SampleError

Connection = psycopg.Connection[TupleRow]

TABLES = [
    *("user", "session", "account", "verification", "organization", "member", "invitation", "profile"),
    *("blog_organizations", "blog_media", "blog_authors", "blog_categories", "blog_posts", "blog_translations"),
    *("blog_post_authors", "blog_post_categories", "blog_post_media", "blog_comments"),
    *("services_media", "services_categories", "services_listings", "services_translations", "services_media_links"),
    *("services_reviews", "services_availability", "services_bookings"),
]

# A column and the table whose id it holds.
REFERENCES = """
    session.user_id user, account.user_id user, profile.user_id user
    member.organization_id organization, member.user_id user
    invitation.organization_id organization, invitation.inviter_id user
    blog_authors.avatar_id blog_media, blog_authors.works_for_id blog_organizations
    blog_categories.featured_image_id blog_media, blog_categories.parent_id blog_categories
    blog_posts.organization_id blog_organizations, blog_translations.post_id blog_posts
    blog_post_authors.post_id blog_posts, blog_post_authors.author_id blog_authors
    blog_post_categories.post_id blog_posts, blog_post_categories.category_id blog_categories
    blog_post_media.post_id blog_posts, blog_post_media.media_id blog_media
    blog_comments.post_id blog_posts, blog_comments.parent_id blog_comments
    services_categories.featured_image_id services_media, services_categories.parent_id services_categories
    services_listings.category_id services_categories, services_listings.organization_id blog_organizations
    services_translations.service_id services_listings
    services_media_links.service_id services_listings, services_media_links.media_id services_media
    services_reviews.service_id services_listings, services_reviews.parent_id services_reviews
    services_availability.service_id services_listings, services_bookings.service_id services_listings
"""
UNENFORCED = """
    session.active_organization_id organization, services_listings.provider_id user
    services_reviews.author_id user, services_bookings.customer_id user, services_bookings.provider_id user
"""

LOCALIZED_FORMS = {"map", "plain", "empty", "null", "region", "right-to-left", "emoji"}
FORMS = {
    "same_as": {"list", "empty list", "plain"},
    "address": {"map", "list inside", "object inside", "empty object", "null", "right-to-left"},
    "seo_keywords": {"map to lists", "map", "empty", "null", "region", "right-to-left", "list", "empty list", "plain"},
    "canonical_url": {"map", "plain", "empty", "null", "region"},
}


@pytest.fixture
def loaded(connection: Connection) -> Connection:
    sample.load(connection)
    return connection


def references(text: str) -> list[tuple[str, str, str]]:
    """Table, column, and the table it refers to."""
    entries = [entry.replace(".", " ").split() for line in text.strip().splitlines() for entry in line.split(",")]
    return [(table, column, target) for table, column, target in entries]


def column(connection: Connection, table: str, name: str) -> list[Any]:
    query = SQL("SELECT {} FROM {}").format(Identifier(name), Identifier(table))
    return [value for (value,) in connection.execute(query)]


def select(connection: Connection, query: str, *parameters: object) -> list[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(query.encode(), parameters).fetchall()


def contents(connection: Connection) -> dict[str, Counter[str]]:
    """Every row of every table, as text."""
    query = SQL("SELECT t::text FROM {} AS t")
    return {name: Counter(text for (text,) in connection.execute(query.format(Identifier(name)))) for name in TABLES}


def count_rows(connection: Connection) -> dict[str, int]:
    return {name: rows.total() for name, rows in contents(connection).items()}


def truncate(connection: Connection) -> None:
    connection.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, TABLES))))


def depths(connection: Connection, table: str) -> dict[str, int]:
    """The level of each row of a self-referencing table, 1 for a root."""
    parents: dict[str, str | None] = dict(
        connection.execute(SQL("SELECT id, parent_id FROM {}").format(Identifier(table))).fetchall()
    )

    def depth(row_id: str) -> int:
        level = 0
        ancestor: str | None = row_id
        while ancestor is not None:
            ancestor = parents[ancestor]
            level += 1
        return level

    return {row_id: depth(row_id) for row_id in parents}


def forms_in(value: Any) -> set[str]:
    """The forms of a JSON value, by what it holds."""
    if isinstance(value, dict):
        regions = {"region" for language in value if "-" in language}
        return regions.union(*map(forms_in_map, value.values())) if value else {"empty object"}
    if isinstance(value, list):
        return {"list" if value else "empty list"}
    return {"plain" if value else "empty"}


def forms_in_map(value: Any) -> set[str]:
    """The forms of a value in a JSON object: what one language has."""
    if value is None:
        return {"null"}
    if isinstance(value, str):
        return {"map"} | forms_of_text(value) if value else {"empty"}
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return {"map to lists"}.union(*map(forms_of_text, value)) if value else {"empty"}
    return {"list inside" if isinstance(value, list) else "object inside"}


def forms_of_text(text: str) -> set[str]:
    right_to_left = any("\u0600" <= character <= "\u06ff" for character in text)
    emoji = any(character >= "\U0001f300" for character in text)
    return ({"right-to-left"} if right_to_left else set()) | ({"emoji"} if emoji else set())


def test_two_loads_give_the_same_rows(connection: Connection, database_url: str) -> None:
    """In another process, with another hash seed and time zone."""
    sample.load(connection)
    first = contents(connection)
    truncate(connection)
    program = "import sys, psycopg\n"
    program += "from concordia_sql.tools import sample\nsample.load(psycopg.connect(sys.argv[1], autocommit=True))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", program, database_url], env=environment, check=True)
    assert contents(connection) == first


def test_a_scale_multiplies_and_begins_with_the_smaller_one(connection: Connection) -> None:
    counts = sample.load(connection)
    smaller = contents(connection)
    truncate(connection)
    assert sample.load(connection, 2) == {name: 2 * count for name, count in counts.items()}
    larger = contents(connection)
    assert [name for name, rows in smaller.items() if rows - larger[name]] == []


def test_returns_the_rows_of_every_table_in_load_order(connection: Connection) -> None:
    counts = sample.load(connection)
    assert list(counts) == TABLES
    assert counts == count_rows(connection)
    assert min(counts.values()) > 0
    assert (counts["blog_posts"], counts["user"], counts["services_listings"]) == (50, 40, 30)
    assert 1900 <= counts["blog_comments"] <= 2100


def test_progress_reaches_the_total(connection: Connection) -> None:
    calls: dict[str, list[tuple[int, int]]] = {}
    counts = sample.load(
        connection, 3, progress=lambda name, done, total: calls.setdefault(name, []).append((done, total))
    )
    assert list(calls) == TABLES
    assert calls == {name: [(n // 3, n), (n // 3 * 2, n), (n, n)] for name, n in counts.items()}


def test_tables_are_vacuumed_and_analyzed(loaded: Connection) -> None:
    query = "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relkind = 'r' AND relallvisible = relpages"
    assert {row["relname"] for row in select(loaded, query, TABLES)} == set(TABLES)
    assert set(column(loaded, "pg_stats", "tablename")) >= set(TABLES)


@pytest.mark.parametrize("table", ["verification", "services_bookings"])
def test_refuses_a_database_that_holds_rows(connection: Connection, table: str) -> None:
    sample.load(connection)
    truncate_others = [name for name in TABLES if name != table]
    connection.execute("SET session_replication_role = replica")
    for name in truncate_others:
        connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
    before = contents(connection)
    with pytest.raises(SampleError, match=f"the table {table} holds rows"):
        sample.load(connection)
    assert contents(connection) == before


def test_a_failure_leaves_the_database_empty(connection: Connection) -> None:
    connection.execute("ALTER TABLE services_bookings ADD CONSTRAINT never CHECK (FALSE)")
    with pytest.raises(psycopg.errors.CheckViolation):
        sample.load(connection)
    assert count_rows(connection) == dict.fromkeys(TABLES, 0)


@pytest.mark.parametrize(
    "damage", ["DROP TABLE services_bookings", "ALTER TABLE profile DROP COLUMN website", "DROP SCHEMA public CASCADE"]
)
def test_refuses_a_database_that_is_not_migrated(connection: Connection, damage: str) -> None:
    connection.execute(damage.encode())
    with pytest.raises(SampleError, match="run: concordia-sql migrate"):
        sample.load(connection)
    tables = select(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    left = [row["tablename"] for row in tables if row["tablename"] in TABLES]
    assert [name for name in left if column(connection, name, "ctid")] == []


def test_refuses_a_scale_below_1(connection: Connection) -> None:
    with pytest.raises(SampleError, match="an integer from 1"):
        sample.load(connection, 0)


def test_refuses_a_connection_that_cannot_vacuum(connection: Connection, database_url: str) -> None:
    with psycopg.connect(database_url) as other, pytest.raises(SampleError, match="autocommit"):
        sample.load(other)
    with connection.transaction(), pytest.raises(SampleError, match="inside a transaction"):
        sample.load(connection)
    assert count_rows(connection) == dict.fromkeys(TABLES, 0)


def test_leaves_the_settings_of_the_session(connection: Connection) -> None:
    connection.execute("SET synchronous_commit = off")
    connection.execute("ALTER TABLE services_bookings ADD CONSTRAINT never CHECK (FALSE)")
    with pytest.raises(psycopg.errors.CheckViolation):
        sample.load(connection)
    assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)


def test_serves_a_connection_with_any_row_factory(database_url: str) -> None:
    connect = psycopg.Connection[DictRow].connect
    with connect(database_url, autocommit=True, row_factory=dict_row) as connection:
        assert sample.load(connection)["blog_posts"] == 50


def test_every_relation_holds_in_both_directions(loaded: Connection) -> None:
    """Some row refers to another, and some row has nobody who refers to it."""
    for table, name, target in references(REFERENCES):
        used = set(column(loaded, table, name)) - {None}
        ids = set(column(loaded, target, "id"))
        assert used, f"{table}.{name}"
        assert used < ids, f"{table}.{name}"


def test_a_parent_belongs_to_the_same_post_or_service(loaded: Connection) -> None:
    for table, owner in [("blog_comments", "post_id"), ("services_reviews", "service_id")]:
        rows = {row["id"]: row for row in select(loaded, f"SELECT id, parent_id, {owner} AS owner FROM {table}")}
        strays = [row for row in rows.values() if row["parent_id"] and rows[row["parent_id"]]["owner"] != row["owner"]]
        assert strays == []


def test_every_unenforced_reference_is_found_and_missed(loaded: Connection) -> None:
    for table, name, target in references(UNENFORCED):
        used = set(column(loaded, table, name)) - {None}
        ids = set(column(loaded, target, "id"))
        assert used & ids, f"{table}.{name}"
        assert used - ids, f"{table}.{name}"


def test_every_nullable_column_has_nulls_and_values(loaded: Connection) -> None:
    nullable = select(
        loaded,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_name = ANY (%s) AND table_schema = 'public' AND is_nullable = 'YES'",
        TABLES,
    )
    assert len(nullable) > 100
    for row in nullable:
        values = column(loaded, row["table_name"], row["column_name"])
        assert {value is None for value in values} == {True, False}, row


def test_every_json_column_has_every_form(loaded: Connection) -> None:
    columns = select(
        loaded,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_name = ANY (%s) AND table_schema = 'public' AND data_type = 'jsonb'",
        TABLES,
    )
    assert len(columns) > 40
    for row in columns:
        values = [value for value in column(loaded, row["table_name"], row["column_name"]) if value is not None]
        found = set[str]().union(*map(forms_in, values))
        assert found >= FORMS.get(row["column_name"], LOCALIZED_FORMS), row


def test_translations_are_in_four_languages_and_one_with_a_region(loaded: Connection) -> None:
    for table in ["blog_translations", "services_translations"]:
        assert set(column(loaded, table, "in_language")) == {"fr", "en", "ar", "zh", "pt-BR"}


def test_rows_are_in_every_state(loaded: Connection) -> None:
    def states(table: str) -> set[tuple[str, bool]]:
        rows = select(loaded, f"SELECT DISTINCT status, deleted_at IS NOT NULL AS is_deleted FROM {table}")
        return {(row["status"], row["is_deleted"]) for row in rows}

    posts, listings = states("blog_posts"), states("services_listings")
    assert posts >= {(status, False) for status in ("draft", "published", "archived", "deleted")} | {
        ("published", True)
    }
    active_or_not = ("pending_review", "active", "suspended", "archived", "draft", "deleted")
    assert listings >= {(status, False) for status in active_or_not} | {("active", True)}
    for table in ["blog_comments", "services_reviews"]:
        assert states(table) >= {(status, False) for status in ("pending", "approved", "rejected")} | {
            ("approved", True)
        }
    ends = {"cancelled_by_client", "cancelled_by_provider", "no_show", "completed"}
    assert set(column(loaded, "services_bookings", "status")) == {"pending", "confirmed", *ends}
    assert set(column(loaded, "services_listings", "price_type")) == {"hourly", "fixed", "free", "negotiable", None}
    for table in ["session", "invitation", "verification"]:
        states_of_expiry = select(loaded, f"SELECT DISTINCT expires_at > '2099-01-01' AS is_valid FROM {table}")
        assert {row["is_valid"] for row in states_of_expiry} == {True, False}
    assert select(loaded, "SELECT FROM blog_posts WHERE status = 'published' AND published_at IS NULL")


def test_some_moments_coincide_and_ids_do_not_sort_as_times_do(loaded: Connection) -> None:
    ties = {
        "blog_posts": "status, published_at",
        "services_listings": "status, created_at",
        "blog_comments": "parent_id, created_at",
        "services_reviews": "parent_id, created_at",
    }
    for table, columns in ties.items():
        moment = columns.split(", ")[1]
        tie = f"SELECT FROM {table} WHERE {moment} IS NOT NULL GROUP BY {columns} HAVING count(*) > 1"
        assert select(loaded, tie), table
    for table, id_from in [("blog_comments", len("comment-")), ("services_reviews", len("review-"))]:
        levels = depths(loaded, table)
        by_level = sorted((level, row_id) for row_id, level in levels.items() if level > 20)
        numbers = [int(row_id[id_from:]) for _, row_id in by_level]
        assert numbers != sorted(numbers), "replies are later than what they answer, but not by id"


def test_replies_are_no_earlier_than_what_they_answer(loaded: Connection) -> None:
    for table in ["blog_comments", "services_reviews"]:
        times = {row["id"]: row for row in select(loaded, f"SELECT id, parent_id, created_at FROM {table}")}
        replies = [row for row in times.values() if row["parent_id"]]
        assert all(row["created_at"] >= times[row["parent_id"]]["created_at"] for row in replies)


def test_threads_are_deep_and_wide(loaded: Connection) -> None:
    for table, owner, owners, deep, wide, replies in [
        ("blog_comments", "post_id", "blog_posts", sample.DEEP_THREAD_SLUG, sample.WIDE_THREAD_SLUG, 400),
        (
            "services_reviews",
            "service_id",
            "services_listings",
            sample.DEEP_REVIEWS_SLUG,
            sample.WIDE_REVIEWS_SLUG,
            200,
        ),
    ]:
        slugs = {row["id"]: row["slug"] for row in select(loaded, f"SELECT id, slug FROM {owners}")}
        rows = select(loaded, f"SELECT id, parent_id, {owner} AS owner, status, deleted_at FROM {table}")
        levels = depths(loaded, table)
        assert max(levels.values()) == 64
        in_deep = [row for row in rows if slugs[row["owner"]] == deep]
        assert sorted(levels[row["id"]] for row in in_deep) == list(range(1, 65))
        assert {(row["status"], row["deleted_at"]) for row in in_deep} == {("approved", None)}
        in_wide = [row["parent_id"] for row in rows if slugs[row["owner"]] == wide]
        assert Counter(in_wide).most_common(1)[0][1] == replies
        deleted = {row["id"] for row in rows if row["deleted_at"]}
        visible = [row for row in rows if row["status"] == "approved" and not row["deleted_at"]]
        assert [row for row in visible if row["parent_id"] in deleted]
        assert set(slugs) - {row["owner"] for row in rows}


def test_ratings(loaded: Connection) -> None:
    roots = "SELECT DISTINCT rating FROM services_reviews WHERE status = 'approved' AND parent_id IS NULL"
    replies = "SELECT DISTINCT rating FROM services_reviews WHERE parent_id IS NOT NULL"
    assert {row["rating"] for row in select(loaded, roots)} == {1, 2, 3, 4, 5}
    assert {row["rating"] for row in select(loaded, replies)} == {0}


def test_category_trees_have_several_roots_and_four_levels(loaded: Connection) -> None:
    for table in ["blog_categories", "services_categories"]:
        levels = Counter(depths(loaded, table).values())
        assert levels[1] >= 3
        assert max(levels) >= 4


def test_media_positions_are_text_that_does_not_sort_as_numbers(loaded: Connection) -> None:
    for table in ["blog_post_media", "services_media_links"]:
        assert set(column(loaded, table, "position")) == {None, "0", "2", "10"}
    pairs = Counter(
        (row["post_id"], row["media_id"]) for row in select(loaded, "SELECT post_id, media_id FROM blog_post_media")
    )
    assert max(pairs.values()) == 2, "the same media in one post twice, by type"


def ids_where(connection: Connection, table: str, wanted: str, condition: str, value: object) -> list[Any]:
    return [row[wanted] for row in select(connection, f"SELECT {wanted} FROM {table} WHERE {condition} = %s", value)]


def rows_with_ids(connection: Connection, table: str, ids: Iterable[Any]) -> list[dict[str, Any]]:
    return select(connection, f"SELECT * FROM {table} WHERE id = ANY (%s)", list(ids))


def test_my_post_has_everything(loaded: Connection) -> None:
    [post] = select(loaded, "SELECT * FROM blog_posts WHERE slug = %s", sample.MY_POST_SLUG)
    assert (post["status"], post["deleted_at"], post["id"]) == ("published", None, "post-1")
    assert None not in (post["published_at"], post["organization_id"])
    author_ids = ids_where(loaded, "blog_post_authors", "author_id", "post_id", post["id"])
    authors = rows_with_ids(loaded, "blog_authors", author_ids)
    assert len(authors) == 2
    assert sample.JOHN_DOE_SLUG in {author["slug"] for author in authors}
    assert all(author["avatar_id"] and author["works_for_id"] for author in authors)
    assert len(ids_where(loaded, "blog_post_categories", "category_id", "post_id", post["id"])) == 3
    assert sorted(ids_where(loaded, "blog_translations", "in_language", "post_id", post["id"])) == [
        "ar",
        "en",
        "fr",
        "zh",
    ]
    media = select(loaded, "SELECT * FROM blog_post_media WHERE post_id = %s", post["id"])
    assert len({link["media_id"] for link in media}) == 4
    assert {(link["type"], link["position"]) for link in media} == {
        ("cover", "0"),
        ("gallery", "2"),
        ("gallery", "10"),
        ("inline", None),
    }
    comments = select(loaded, "SELECT * FROM blog_comments WHERE post_id = %s", post["id"])
    assert len(comments) == 40


def test_the_well_known_comment_has_replies_to_several_levels(loaded: Connection) -> None:
    [root] = rows_with_ids(loaded, "blog_comments", [sample.COMMENT_ROOT_ID])
    assert (root["post_id"], root["parent_id"], root["status"], root["deleted_at"]) == (
        "post-1",
        None,
        "approved",
        None,
    )
    rows = select(loaded, "SELECT id, parent_id FROM blog_comments WHERE status = 'approved' AND deleted_at IS NULL")
    level, sizes = {sample.COMMENT_ROOT_ID}, []
    while level := {row["id"] for row in rows if row["parent_id"] in level}:
        sizes.append(len(level))
    assert len(sizes) == 6
    assert sizes[0] > 1


def test_forty_comments(loaded: Connection) -> None:
    [post] = select(loaded, "SELECT * FROM blog_posts WHERE slug = %s", sample.FORTY_COMMENTS_SLUG)
    assert (post["status"], post["deleted_at"]) == ("published", None)
    comments = select(loaded, "SELECT status, deleted_at FROM blog_comments WHERE post_id = %s", post["id"])
    assert comments == [{"status": "approved", "deleted_at": None}] * 40


def test_john_doe_wrote_posts_in_every_state(loaded: Connection) -> None:
    [author] = select(loaded, "SELECT * FROM blog_authors WHERE slug = %s", sample.JOHN_DOE_SLUG)
    assert author["display_name"]["en"] == "John Doe"
    post_ids = ids_where(loaded, "blog_post_authors", "post_id", "author_id", author["id"])
    posts = rows_with_ids(loaded, "blog_posts", post_ids)
    assert len([post for post in posts if post["status"] == "published" and not post["deleted_at"]]) >= 5
    assert {post["status"] for post in posts} == {"draft", "published", "archived", "deleted"}
    assert [post for post in posts if post["deleted_at"]]


def test_user_1_has_everything(loaded: Connection) -> None:
    assert sample.USER_1_ID in column(loaded, "user", "id")
    owned = {
        name: len(ids_where(loaded, name, "id", key, sample.USER_1_ID))
        for name, key in [
            ("session", "user_id"),
            ("account", "user_id"),
            ("member", "user_id"),
            ("invitation", "inviter_id"),
            ("profile", "user_id"),
        ]
    }
    assert owned == {"session": 4, "account": 2, "member": 3, "invitation": 3, "profile": 1}
    expiries = ids_where(loaded, "session", "expires_at", "user_id", sample.USER_1_ID)
    assert sorted(expiry.year == 2100 for expiry in expiries) == [False, True, True, True]
    assert ids_where(loaded, "services_listings", "id", "provider_id", sample.USER_1_ID)
    assert ids_where(loaded, "services_bookings", "id", "customer_id", sample.USER_1_ID)
    assert ids_where(loaded, "services_reviews", "id", "author_id", sample.USER_1_ID)


def test_my_listing_has_everything(loaded: Connection) -> None:
    [listing] = select(loaded, "SELECT * FROM services_listings WHERE slug = %s", sample.MY_LISTING_SLUG)
    assert (listing["status"], listing["deleted_at"], listing["provider_id"]) == ("active", None, sample.USER_1_ID)
    assert None not in (listing["category_id"], listing["organization_id"], listing["base_price"])
    owned = {
        name: len(ids_where(loaded, name, "service_id", "service_id", listing["id"]))
        for name in TABLES
        if name in ("services_translations", "services_media_links", "services_reviews")
        or name in ("services_availability", "services_bookings")
    }
    assert owned == {
        "services_translations": 4,
        "services_media_links": 4,
        "services_reviews": 15,
        "services_availability": 14,
        "services_bookings": 8,
    }
    reviews = {
        row["id"] for row in select(loaded, "SELECT id FROM services_reviews WHERE service_id = %s", listing["id"])
    }
    levels = depths(loaded, "services_reviews")
    assert max(levels[review] for review in reviews) == 4
    statuses = ids_where(loaded, "services_bookings", "status", "service_id", listing["id"])
    assert set(statuses) == set(column(loaded, "services_bookings", "status"))


def test_bookings_of_a_listing_never_coincide(loaded: Connection) -> None:
    dates = select(loaded, "SELECT service_id, booking_date FROM services_bookings")
    assert max(Counter((row["service_id"], row["booking_date"]) for row in dates).values()) == 1
