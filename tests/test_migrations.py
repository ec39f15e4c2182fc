"""The migrations make the schema as it is written down here, undo it wholly, and run as deploys run them."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import LiteralString, NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest
import yoyo
from psycopg.rows import TupleRow

from concordia_sql.tools.embedded import bin_folder
from tests.support.databases import new_database

Connection = psycopg.Connection[TupleRow]

ROOT = Path(__file__).parents[1]
MIGRATIONS = ROOT / "migrations"
REFUSE_COMMAND = ROOT / "concordia_sql" / "engine" / "migrations" / "refuse_command.sql"

# Each table's columns in order: "name type! unique = default". A type that is not named is text, ts is a
# timestamp without time zone, ! is NOT NULL, stamps are created_at ts! = now(), updated_at ts! = now().
# The primary key is id where no other is named.
TABLES = """
user: id!, name!, email! unique, email_verified bool! = false, image, username unique, display_username, role,
    banned bool = false, ban_reason, ban_expires ts, stamps
session: id!, expires_at ts!, token! unique, ip_address, user_agent, user_id!, active_organization_id,
    impersonated_by, created_at ts! = now(), updated_at ts!
account: id!, account_id!, provider_id!, user_id!, access_token, refresh_token, id_token,
    access_token_expires_at ts, refresh_token_expires_at ts, scope, password, created_at ts! = now(),
    updated_at ts!
    ; unique (provider_id, account_id)
verification: id!, identifier!, value!, expires_at ts!, used_at ts, stamps
organization: id!, name!, slug! unique, logo, created_at ts!, metadata
member: id!, organization_id!, user_id!, role! = 'member', created_at ts!
    ; unique (organization_id, user_id)
invitation: id!, organization_id!, email!, role, status! = 'pending', expires_at ts!, created_at ts! = now(),
    inviter_id!
profile: id!, user_id! unique, username, full_name, bio, avatar_url, location, website,
    preferred_language = 'fr', stamps

blog_organizations: id!, name!, slug! unique, alternate_name jsonb, legal_name jsonb, description jsonb,
    slogan jsonb, url, logo, image, email, telephone, address jsonb, same_as jsonb, founding_date ts,
    is_active bool! = true, is_featured bool! = false, stamps
blog_media: id!, url!, content_url, type!, encoding_format, width, height, duration, license,
    copyright_holder, caption jsonb, description jsonb, alt jsonb, thumbnail_url, stamps
blog_authors: id!, slug! unique, given_name jsonb, family_name jsonb, display_name jsonb!, bio jsonb,
    job_title jsonb, email unique, avatar_id, avatar_url, website, same_as jsonb, works_for_id,
    display_in_home bool! = false, display_in_blog bool! = true, is_featured bool! = false, seo_title jsonb,
    seo_description jsonb, seo_keywords jsonb, canonical_url jsonb, stamps
blog_categories: id!, slug! unique, name jsonb!, description jsonb, featured_image_id,
    display_in_home bool! = false, display_in_menu bool! = true, display_in_blog bool! = true,
    is_featured bool! = false, parent_id, seo_title jsonb, seo_description jsonb, seo_keywords jsonb,
    canonical_url jsonb, stamps
blog_posts: id!, slug! unique, status!, published_at ts, display_in_home bool! = false,
    display_in_blog bool! = true, is_featured bool! = false, reading_time, word_count, time_required,
    allow_comments bool! = true, in_language!, license, discussion_url, url, identifier, organization_id, stamps,
    deleted_at ts
blog_translations: id!, post_id!, in_language!, headline jsonb!, alternative_headline jsonb,
    article_body jsonb!, excerpt jsonb!, seo_title jsonb, seo_description jsonb, seo_keywords jsonb,
    canonical_url jsonb, stamps
    ; unique (post_id, in_language)
blog_post_authors: post_id!, author_id!
    ; primary key (post_id, author_id)
blog_post_categories: post_id!, category_id!
    ; primary key (post_id, category_id)
blog_post_media: post_id!, media_id!, type!, position
    ; primary key (post_id, media_id, type)
blog_comments: id!, post_id!, parent_id, author_name!, author_email!, content jsonb!, rating int = 0, status!,
    in_language!, stamps, deleted_at ts

services_media: id!, url!, content_url, type!, encoding_format, width, height, duration, license,
    copyright_holder, caption jsonb, description jsonb, alt jsonb, thumbnail_url, stamps
services_categories: id!, slug! unique, name jsonb!, description jsonb, icon, featured_image_id, parent_id,
    sort_order int! = 0, display_in_home bool! = false, display_in_menu bool! = true, is_active bool! = true,
    is_featured bool! = false, seo_title jsonb, seo_description jsonb, stamps
services_listings: id!, slug! unique, category_id, provider_id!, organization_id, status! = 'pending_review',
    base_price, price_type, currency = 'EUR', duration_minutes int, is_mobile bool! = false,
    max_participants int, booking_advance_hours int, cancellation_hours int, is_active bool! = true,
    is_featured bool! = false, display_in_home bool! = false, allow_reviews bool! = true, in_language! = 'fr',
    stamps, deleted_at ts
services_translations: id!, service_id!, in_language!, title jsonb!, description jsonb!,
    short_description jsonb, seo_title jsonb, seo_description jsonb, seo_keywords jsonb, canonical_url jsonb,
    stamps
    ; unique (service_id, in_language)
services_media_links: service_id!, media_id!, type!, position
    ; primary key (service_id, media_id, type)
services_reviews: id!, service_id!, parent_id, author_name!, author_email!, author_id, content jsonb!,
    rating int!, status! = 'pending', in_language!, stamps, deleted_at ts
services_availability: id!, service_id!, day_of_week int!, start_time!, end_time!, is_available bool! = true,
    created_at ts! = now()
    ; unique index (service_id, day_of_week, start_time)
services_bookings: id!, service_id!, customer_id!, provider_id!, booking_date!, booking_time!,
    duration_minutes int!, total_price, currency = 'EUR', status! = 'pending', customer_message,
    provider_response, cancelled_at ts, completed_at ts, stamps
"""

FOREIGN_KEYS = """
session.user_id -> "user" cascade
account.user_id -> "user" cascade
member.organization_id -> organization cascade
member.user_id -> "user" cascade
invitation.organization_id -> organization cascade
invitation.inviter_id -> "user" cascade
profile.user_id -> "user" cascade
blog_authors.avatar_id -> blog_media
blog_authors.works_for_id -> blog_organizations
blog_categories.featured_image_id -> blog_media
blog_categories.parent_id -> blog_categories
blog_posts.organization_id -> blog_organizations
blog_translations.post_id -> blog_posts
blog_post_authors.post_id -> blog_posts
blog_post_authors.author_id -> blog_authors
blog_post_categories.post_id -> blog_posts
blog_post_categories.category_id -> blog_categories
blog_post_media.post_id -> blog_posts
blog_post_media.media_id -> blog_media
blog_comments.post_id -> blog_posts
blog_comments.parent_id -> blog_comments
services_categories.featured_image_id -> services_media
services_categories.parent_id -> services_categories
services_listings.category_id -> services_categories
services_listings.organization_id -> blog_organizations
services_translations.service_id -> services_listings
services_media_links.service_id -> services_listings
services_media_links.media_id -> services_media
services_reviews.service_id -> services_listings
services_reviews.parent_id -> services_reviews
services_availability.service_id -> services_listings
services_bookings.service_id -> services_listings
"""

REFERENCES_WITHOUT_FOREIGN_KEY = """
session.active_organization_id
services_listings.provider_id
services_reviews.author_id
services_bookings.customer_id
services_bookings.provider_id
"""

# What the queries filter by and order by, beyond single references.
FILTERS_AND_ORDERS = """
session (user_id, expires_at)
session (expires_at, id)
verification (expires_at, id)
verification (identifier)
invitation (created_at DESC, id DESC)
invitation (lower(email), created_at DESC, id DESC)
invitation (organization_id, created_at DESC, id DESC)
invitation (inviter_id, created_at DESC, id DESC)
invitation (status, created_at DESC, id DESC)
member (organization_id, created_at, id)
blog_comments (post_id, status, created_at, id)
services_reviews (service_id, status, created_at, id)
services_reviews (service_id, rating, created_at, id)
services_reviews (author_id, created_at, id)
services_listings (price_type, created_at DESC, id DESC)
services_listings (is_mobile, created_at DESC, id DESC)
user (created_at DESC, id DESC)
blog_posts (COALESCE(published_at, created_at) DESC, id DESC)
blog_posts (status, COALESCE(published_at, created_at) DESC, id DESC)
blog_posts (organization_id, COALESCE(published_at, created_at) DESC, id DESC)
blog_comments (post_id, parent_id)
blog_comments (parent_id, created_at, id)
blog_comments (post_id, created_at, id)
blog_comments (status, created_at, id)
services_listings (created_at DESC, id DESC)
services_listings (status, created_at DESC, id DESC)
services_listings (category_id, created_at DESC, id DESC)
services_listings (organization_id, created_at DESC, id DESC)
services_listings (provider_id, created_at DESC, id DESC)
services_reviews (service_id, parent_id)
services_reviews (parent_id, created_at, id)
services_reviews (service_id, created_at, id)
services_reviews (status, created_at, id)
services_bookings (service_id, booking_date, booking_time)
services_bookings (customer_id, booking_date)
services_bookings (provider_id, booking_date)
services_bookings (booking_date, booking_time, id)
services_bookings (status, booking_date, booking_time, id)
blog_comments (post_id, created_at, id) WHERE (parent_id IS NULL)
services_reviews (service_id, created_at, id) WHERE (parent_id IS NULL)
services_reviews (service_id, rating, created_at, id) WHERE (parent_id IS NULL)
blog_posts (COALESCE(deleted_at, updated_at), id) WHERE ((deleted_at IS NOT NULL) OR (status = 'deleted'::text))
blog_comments (deleted_at, id) WHERE (deleted_at IS NOT NULL)
services_listings (COALESCE(deleted_at, updated_at), id) WHERE ((deleted_at IS NOT NULL) OR (status = 'deleted'::text))
services_reviews (deleted_at, id) WHERE (deleted_at IS NOT NULL)
"""


class Column(NamedTuple):
    name: str
    type: str
    not_null: bool
    default: str | None


class Index(NamedTuple):
    table: str
    keys: list[str]
    unique: bool
    partial: bool
    definition: str

    def leads_with(self, table: str, column: str) -> bool:
        return self.table == table and self.keys[0] == column and not self.partial


def expected_columns(columns: str) -> list[Column]:
    types = {"bool": "boolean", "int": "integer", "ts": "timestamp without time zone"}
    result: list[Column] = []
    for column in columns.replace("stamps", "created_at ts! = now(), updated_at ts! = now()").split(","):
        match = re.fullmatch(r"\s*(\w+)( bool| int| ts| jsonb)?(!)?( unique)?(?: = (.+?))?\s*", column)
        assert match, f"not a column: {column!r}"
        name, type_, not_null, _, default = match.groups()
        type_ = types.get(type_.strip(), type_.strip()) if type_ else "text"
        default = default + "::text" if default and default.startswith("'") else default
        result.append(Column(name, type_, bool(not_null), default))
    return result


def expected_tables() -> dict[str, tuple[str, str]]:
    """Each table's columns and its keys, as they are written above."""
    found = re.findall(r"^(\w+): ([^:;]+)(?:;(.*))?$", TABLES, re.MULTILINE)
    assert len(found) == TABLES.count(":")
    return {table: (columns, keys) for table, columns, keys in found}


def expected_keys(columns: str, keys: str) -> set[str]:
    result = {f"UNIQUE ({name})" for name in re.findall(r"(\w+)!? unique", columns)}
    for kind, names in re.findall(r"(unique|primary key) (\(.+\))", keys):
        result.add(f"{kind.upper()} {names}")
    return result if "primary key" in keys else result | {"PRIMARY KEY (id)"}


def expected_references(facts: str) -> list[tuple[str, str]]:
    return [(table, column) for table, column in re.findall(r"^(\w+)\.(\w+)", facts, re.MULTILINE)]


@pytest.fixture
def database(server_url: str) -> Iterator[str]:
    with new_database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def migrated_url(server_url: str) -> Iterator[str]:
    """The URL of a database with every migration applied, for reading only."""
    with new_database(server_url) as url:
        with yoyo.get_backend(yoyo_url(url)) as backend:
            backend.apply_migrations(read_migrations())
        yield url


@pytest.fixture(scope="module")
def migrated(migrated_url: str) -> Iterator[Connection]:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        yield connection


def read_migrations() -> "yoyo.migrations.MigrationList":  # pyright: ignore[reportAttributeAccessIssue]
    return yoyo.read_migrations(str(MIGRATIONS))


def yoyo_url(url: str) -> str:
    return urlsplit(url)._replace(scheme="postgresql+psycopg").geturl()


def run_yoyo(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [Path(sysconfig.get_path("scripts")) / "yoyo", *arguments],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def dump(url: str) -> str:
    """The whole schema by pg_dump, without yoyo's own tables."""
    yoyos_own = ["--exclude-table=_yoyo_*", "--exclude-table=yoyo_*"]
    return subprocess.run(
        [bin_folder() / "pg_dump", "--schema-only", "--restrict-key=same", *yoyos_own, f"--dbname={url}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def read(connection: Connection, query: LiteralString) -> list[TupleRow]:
    return connection.execute(query).fetchall()


def read_indexes(connection: Connection) -> list[Index]:
    rows = read(
        connection,
        """
        SELECT
            pg_class.relname,
            ARRAY(
                SELECT pg_get_indexdef(pg_index.indexrelid, position, TRUE)
                FROM generate_series(1, pg_index.indnkeyatts) AS position
                ORDER BY position
            ),
            pg_index.indisunique,
            pg_index.indpred IS NOT NULL,
            pg_get_indexdef(pg_index.indexrelid)
        FROM pg_index
        INNER JOIN pg_class ON pg_class.oid = pg_index.indrelid
        WHERE
            pg_class.relnamespace = 'public'::regnamespace
            AND pg_class.relname NOT LIKE '%yoyo%'
        """,
    )
    return [Index(*row) for row in rows]


def read_constraints(connection: Connection, kinds: str) -> list[tuple[str, str]]:
    """The table and definition of each constraint of these kinds, as pg_constraint.contype names them."""
    rows = connection.execute(
        """
        SELECT pg_class.relname, pg_get_constraintdef(pg_constraint.oid)
        FROM pg_constraint
        INNER JOIN pg_class ON pg_class.oid = pg_constraint.conrelid
        WHERE
            pg_class.relnamespace = 'public'::regnamespace
            AND pg_class.relname NOT LIKE '%%yoyo%%'
            AND pg_constraint.contype = ANY(string_to_array(%s, NULL))
        """,
        [kinds],
    ).fetchall()
    return [(table, definition) for table, definition in rows]


def test_columns_have_the_written_order_type_null_rule_and_default(migrated: Connection) -> None:
    rows = read(
        migrated,
        """
        SELECT
            pg_class.relname,
            pg_attribute.attname,
            format_type(pg_attribute.atttypid, pg_attribute.atttypmod),
            pg_attribute.attnotnull,
            pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid)
        FROM pg_class
        INNER JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid
        LEFT JOIN pg_attrdef
            ON
                pg_attrdef.adrelid = pg_attribute.attrelid
                AND pg_attrdef.adnum = pg_attribute.attnum
        WHERE
            pg_class.relnamespace = 'public'::regnamespace
            AND pg_class.relkind = 'r'
            AND pg_class.relname NOT LIKE '%yoyo%'
            AND pg_attribute.attnum > 0
        ORDER BY pg_class.relname, pg_attribute.attnum
        """,
    )
    actual: dict[str, list[Column]] = {}
    for table, *column in rows:
        actual.setdefault(table, []).append(Column(*column))

    assert actual == {table: expected_columns(columns) for table, (columns, _) in expected_tables().items()}


def test_primary_and_unique_keys_are_the_written_ones(migrated: Connection) -> None:
    expected = {
        (table, key) for table, (columns, keys) in expected_tables().items() for key in expected_keys(columns, keys)
    }

    assert sorted(read_constraints(migrated, "pu")) == sorted(expected)
    indexes = [index.definition for index in read_indexes(migrated) if index.unique]
    written = [(table, *re.findall("unique index (.+)", keys)) for table, (_, keys) in expected_tables().items()]
    only_indexes = [(table, columns) for table, *found in written for columns in found]
    assert only_indexes
    assert len(indexes) == len(expected) + len(only_indexes)
    for table, columns in only_indexes:
        assert [index for index in indexes if index.endswith(f"{table} USING btree {columns}")]


def test_foreign_keys_have_the_written_delete_rules(migrated: Connection) -> None:
    written = re.findall(r"^(\w+)\.(\w+) -> (\S+)( cascade)?$", FOREIGN_KEYS, re.MULTILINE)
    expected = [
        (table, f"FOREIGN KEY ({column}) REFERENCES {target}(id){' ON DELETE CASCADE' if cascade else ''}")
        for table, column, target, cascade in written
    ]

    assert sorted(read_constraints(migrated, "f")) == sorted(expected)


def test_the_schema_has_no_checks_exclusions_triggers_views_or_types_and_one_function(
    migrated_url: str, migrated: Connection
) -> None:
    kinds = set(re.findall(r"^CREATE (?:UNIQUE )?(\w+)", dump(migrated_url), re.MULTILINE))

    assert kinds == {"TABLE", "INDEX", "FUNCTION"}
    assert re.findall(r"^CREATE FUNCTION public\.(\w+)", dump(migrated_url), re.MULTILINE) == ["refuse_command"]
    assert read_constraints(migrated, "cxt") == []


def test_the_function_that_refuses_is_the_engines() -> None:
    """So that it does not matter which of the migrations come first, where both are applied."""
    function = re.compile(r"^CREATE OR REPLACE FUNCTION .*?^\$\$;$", re.MULTILINE | re.DOTALL)
    texts = [path.read_text("utf-8") for path in (MIGRATIONS / "0004.commands.sql", REFUSE_COMMAND)]
    ours, engines = [function.findall(text) for text in texts]
    assert ours == engines != []


@pytest.mark.parametrize(
    ("table", "column"),
    expected_references(FOREIGN_KEYS) + expected_references(REFERENCES_WITHOUT_FOREIGN_KEY),
)
def test_every_reference_leads_an_index(migrated: Connection, table: str, column: str) -> None:
    assert [index for index in read_indexes(migrated) if index.leads_with(table, column)]


def test_an_index_serves_every_filter_and_order(migrated: Connection) -> None:
    defined = {
        f"{index.table} {keys}"
        for index in read_indexes(migrated)
        for keys in re.findall(r" USING btree (.+)$", index.definition)
    }

    assert [wanted for wanted in FILTERS_AND_ORDERS.strip().splitlines() if wanted not in defined] == []


def test_no_index_is_the_beginning_of_another(migrated: Connection) -> None:
    """But for those that the application makes: their names are in mixed case."""
    indexes = read_indexes(migrated)
    redundant = [
        (shorter.definition, longer.definition)
        for shorter in indexes
        for longer in indexes
        if shorter is not longer
        and shorter.table == longer.table
        and shorter.keys == longer.keys[: len(shorter.keys)]
        and "Id_idx" not in shorter.definition
        and not (shorter.unique or shorter.partial or longer.partial)
    ]

    assert redundant == []


@pytest.mark.parametrize("name", ["0005.keys", "0007.indexes", "0008.orders", "0009.lists"])
def test_each_index_that_is_built_concurrently_is_replaced_if_it_is_invalid_and_dropped(name: str) -> None:
    text, back = [(MIGRATIONS / f"{name}{kind}.sql").read_text("utf-8") for kind in ("", ".rollback")]
    built = re.findall(r"^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (\w+)", text, re.MULTILINE)
    assert built
    assert re.findall(r"^ {12}'(\w+)',?$", text, re.MULTILINE) == built
    dropped = re.findall(r"^DROP INDEX CONCURRENTLY IF EXISTS (\w+);$|^ {16}'(\w+)',?$", back, re.MULTILINE)
    assert {name for names in dropped for name in names if name} == {*built}


def test_an_invalid_index_is_replaced_by_yoyo_alone(database: str) -> None:
    with yoyo.get_backend(yoyo_url(database)) as backend, psycopg.connect(database, autocommit=True) as connection:
        migrations = list(backend.to_apply(read_migrations()))
        (place,) = [place for place, migration in enumerate(migrations) if migration.id == "0007.indexes"]
        for migration in migrations[:place]:
            backend.apply_one(migration)
        connection.execute("CREATE INDEX session_expired_idx ON session (expires_at)")
        connection.execute("UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'session_expired_idx'::regclass")
        backend.apply_one(migrations[place])
        found = [index.keys for index in read_indexes(connection) if "session_expired_idx" in index.definition]
        assert found == [["expires_at", "id"]]


def test_each_migration_is_undone_by_its_rollback_and_applies_again(database: str) -> None:
    with yoyo.get_backend(yoyo_url(database)) as backend:
        migrations = list(backend.to_apply(read_migrations()))
        before: list[str] = []
        for migration in migrations:
            before.append(dump(database))
            backend.apply_one(migration)
        complete = dump(database)

        for migration, state in reversed(list(zip(migrations, before, strict=True))):
            backend.rollback_one(migration)
            assert dump(database) == state, f"{migration.id} was not undone"

        backend.apply_migrations(read_migrations())
        assert dump(database) == complete


def test_each_migration_has_a_rollback_and_follows_the_one_before() -> None:
    migrations = sorted(read_migrations(), key=attrgetter("id"))
    files = [path.name for path in MIGRATIONS.glob("*.sql")]

    assert sorted(files) == sorted(
        f"{migration.id}{kind}.sql" for migration in migrations for kind in ("", ".rollback")
    )
    assert [migration.id[:5] for migration in migrations] == [f"{n:04}." for n in range(1, len(migrations) + 1)]
    assert [migration.depends for migration in migrations] == [
        set(),
        *({before} for before in migrations[:-1]),
    ]


def test_yoyo_applies_from_the_repository_with_its_yoyo_ini(database: str, migrated_url: str) -> None:
    result = run_yoyo("apply", "--batch", folder=ROOT, DATABASE_URL=yoyo_url(database))

    assert result.returncode == 0, result.stderr
    assert dump(database) == dump(migrated_url)


def test_yoyo_applies_from_anywhere_out_of_the_package(database: str, migrated_url: str, tmp_path: Path) -> None:
    result = run_yoyo("apply", "--batch", "-d", yoyo_url(database), "package:concordia_sql:migrations", folder=tmp_path)

    assert result.returncode == 0, result.stderr
    assert dump(database) == dump(migrated_url)


def test_a_second_apply_does_nothing(database: str) -> None:
    def apply() -> list[TupleRow]:
        result = run_yoyo("apply", "--batch", folder=ROOT, DATABASE_URL=yoyo_url(database))
        assert result.returncode == 0, result.stderr
        with psycopg.connect(database) as connection:
            return read(connection, "SELECT migration_id, operation FROM _yoyo_log ORDER BY migration_id")

    first = apply()

    assert first == [(migration.id, "apply") for migration in sorted(read_migrations(), key=attrgetter("id"))]
    assert apply() == first


def test_yoyo_ini_without_a_database_fails_and_says_what_is_missing() -> None:
    result = run_yoyo("apply", "--batch", folder=ROOT)

    assert result.returncode != 0
    assert "DATABASE_URL" in result.stderr
