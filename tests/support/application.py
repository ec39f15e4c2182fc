"""Databases as Concordia's application makes them, by Drizzle: what they lack, name otherwise and have besides."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from concordia_sql import Command, Querier, Query, services
from concordia_sql.engine.errors import Conflict, MissingReference, NotFound, Refused
from tests.support.catalog import command_classes, example, query_classes

Connection = psycopg.Connection[TupleRow]

REFERENCES = [
    ("session", "user_id", "user"),
    ("account", "user_id", "user"),
    ("member", "organization_id", "organization"),
    ("member", "user_id", "user"),
    ("invitation", "organization_id", "organization"),
    ("invitation", "inviter_id", "user"),
]
"""The foreign keys, each with ON DELETE CASCADE."""
INDEXES = """
CREATE INDEX "account_userId_idx" ON account (user_id);
CREATE INDEX "member_userId_idx" ON member (user_id);
CREATE INDEX "member_organizationId_idx" ON member (organization_id);
CREATE INDEX "session_userId_idx" ON session (user_id);
CREATE INDEX invitation_email_idx ON invitation (email);
CREATE INDEX "invitation_organizationId_idx" ON invitation (organization_id);
CREATE INDEX verification_identifier_idx ON verification (identifier);
CREATE UNIQUE INDEX organization_slug_uidx ON organization (slug);
CREATE UNIQUE INDEX idx_services_availability_unique ON services_availability (service_id, day_of_week, start_time);
"""
MORE = """
ALTER TABLE blog_comments ADD COLUMN post_type text NOT NULL;
ALTER TABLE blog_organizations ADD COLUMN contact_point jsonb, ADD COLUMN fax_number text, ADD COLUMN founder jsonb,
    ADD COLUMN number_of_employees int, ADD COLUMN tax_id text;
CREATE TABLE audit_logs (id text PRIMARY KEY, action text NOT NULL);
CREATE TABLE rate_limit (id text PRIMARY KEY, key text, count int, last_request bigint);
CREATE TABLE notification (id text PRIMARY KEY, user_id text NOT NULL);
"""
JOINS = ("blog_post_authors", "blog_post_categories", "blog_post_media", "services_media_links")
FILL: Mapping[str, LiteralString] = {"post_type": "'post'"}
"""What the application writes to the columns that it has besides."""
DIRT = """
INSERT INTO blog_comments (id, post_id, author_name, author_email, content, status, in_language, post_type)
    SELECT 'orphan-' || number, 'gone', 'Ann', 'ann@example.com', '"Bonjour"', 'approved', 'fr', 'post'
    FROM generate_series(1, 3) AS number;
INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
    SELECT 'twice', post_id, in_language, 'null', 'null', 'null' FROM blog_translations ORDER BY id LIMIT 1;
INSERT INTO account (id, account_id, provider_id, user_id, updated_at)
    SELECT 'twice', account_id, provider_id, user_id, 'infinity' FROM account ORDER BY id LIMIT 1;
INSERT INTO member (id, organization_id, user_id, created_at)
    SELECT 'twice', organization_id, user_id, now() FROM member ORDER BY id LIMIT 1;
INSERT INTO blog_post_authors SELECT * FROM blog_post_authors ORDER BY post_id, author_id LIMIT 2;
INSERT INTO services_translations (id, service_id, in_language, title, description)
    VALUES ('stray', 'gone', 'fr', '"t"', '"d"');
UPDATE blog_authors SET same_as = to_jsonb('["https://example.com"]'::text) WHERE slug = 'john-doe';
UPDATE services_availability SET start_time = '9:00', end_time = '10:00 ' WHERE id = 'availability-1';
UPDATE services_bookings SET booking_time = '09:00:00' WHERE id = 'booking-1';
UPDATE invitation SET role = NULL WHERE id = (SELECT min(id) FROM invitation);
"""
IN_THE_WAY = {
    ("account", "provider_id, account_id must be unique"): 2,
    ("blog_comments", "post_id must refer to a row of blog_posts"): 3,
    ("blog_post_authors", "post_id, author_id must be unique"): 4,
    ("blog_translations", "post_id, in_language must be unique"): 2,
    ("member", "organization_id, user_id must be unique"): 2,
    ("services_translations", "service_id must refer to a row of services_listings"): 1,
}
"""The rows of DIRT that the added keys do not allow, by table and rule."""
MENDED = """
DELETE FROM account WHERE id = 'twice';
DELETE FROM member WHERE id = 'twice';
DELETE FROM blog_translations WHERE id = 'twice';
DELETE FROM services_translations WHERE id = 'stray';
DELETE FROM blog_post_authors AS one USING blog_post_authors AS other
    WHERE (one.post_id, one.author_id) = (other.post_id, other.author_id) AND one.ctid > other.ctid;
"""
"""What mends them, but for the comments."""


def make_application(connection: Connection, tables: dict[str, tuple[str, str]]) -> None:
    """Make the tables from their columns as `test_migrations` writes them down."""
    from tests.test_migrations import expected_columns

    for table, (columns, _) in tables.items():
        parts = []
        for column in expected_columns(columns):
            if column.name == "deleted_at":
                continue
            key = " PRIMARY KEY" if column.name == "id" else ""
            default = f" DEFAULT {column.default}" if column.default else ""
            parts.append(f"{column.name} {column.type}{key}{' NOT NULL' if column.not_null else ''}{default}")
        for name in columns.split(","):
            if " unique" in name:
                column_name = name.split()[0].rstrip("!")
                parts.append(f"CONSTRAINT {table}_{column_name}_unique UNIQUE ({column_name})")
        connection.execute(f'CREATE TABLE "{table}" ({", ".join(parts)})'.encode())
    for table, column_name, parent in REFERENCES:
        connection.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column_name}_{parent}_id_fk "
            f'FOREIGN KEY ({column_name}) REFERENCES "{parent}" (id) ON DELETE CASCADE'.encode()
        )
    connection.execute((INDEXES + MORE).encode())


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of all tables of the application. What is soft-deleted is there again."""
    from concordia_sql.tools.sample.loader import TABLES

    for table in TABLES:
        own = target.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0", [table]
        )
        names = [name for (name,) in own]
        there = {
            name
            for (name,) in source.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s))", [table]
            )
        }
        names = [name for name in names if name in there or name in FILL]
        read = [SQL(FILL[name]) if name in FILL else Identifier(name) for name in names]
        selected = SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(SQL(", ").join(read), Identifier(table))
        into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), SQL(", ").join(map(Identifier, names)))
        with source.cursor().copy(selected) as out, target.cursor().copy(into) as copied:
            for block in out:
                copied.write(block)


def counts(connection: Connection) -> dict[str, int]:
    """The number of rows of each table, but for yoyo's."""
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return {
        name: int(str(count))
        for (name,) in names
        if "yoyo" not in name
        for (count,) in connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(name)))
    }


def commands() -> Iterator[Command[object]]:
    """Each command once, with values that may or may not fit the rows."""
    from random import Random

    from tests.support.model import Model
    from tests.support.random_commands import Maker
    from tests.support.rules import COMMANDS

    maker = Maker(Random(1), Model())
    for command_class in command_classes():
        if command_class in COMMANDS:
            yield maker._made(command_class, COMMANDS[command_class][0])
    now = datetime(2026, 3, 1, 12)
    yield services.CreateBooking(
        service_id="listing-1", customer_id="user-1", booking_date="2026-03-16", booking_time="10:00", now=now
    )
    yield services.ChangeBookingStatus(id="booking-1", status="completed", now=now)


def run_everything(querier: Querier) -> None:
    """Run each query, and each command without what it writes. Refusals are answers too."""
    queries: list[Query[object]] = [example(query_class) for query_class in query_classes()]
    for query in queries:
        querier.fetch(query)
    every = list(commands())
    assert {type(command) for command in every} == {*command_classes()}
    for command in every:
        try:
            querier.dry_run(command)
        except (Refused, Conflict, MissingReference, NotFound):
            continue
