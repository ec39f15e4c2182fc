"""What a check says of databases that were broken as life breaks them, and of sound ones: nothing."""

from typing import NamedTuple
from urllib.parse import quote

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import auth, blog, profile, services
from concordia_sql.engine.checks.check import check
from concordia_sql.engine.checks.findings import Finding
from tests.support.rows import insert

Connection = psycopg.Connection[TupleRow]


MIGRATE = "Run: concordia-sql migrate"


class Broken(NamedTuple):
    """A change that breaks a database, and what a check says of it."""

    change: str
    level: str
    where: str
    what: str
    remedy: str
    mended: bool = True
    """Whether the remedy is a statement that mends it."""


ERRORS = [
    # columns
    Broken("ALTER TABLE profile DROP COLUMN bio", "error", "profile.bio", "missing", 'ADD COLUMN "bio" text;'),
    Broken(
        "ALTER TABLE profile RENAME COLUMN bio TO biography",
        *("error", "profile.bio", "is it biography now?", "ADD COLUMN", False),
    ),
    Broken(
        "ALTER TABLE blog_posts DROP COLUMN deleted_at CASCADE",
        *("error", "blog_posts.deleted_at", "missing", 'ADD COLUMN "deleted_at" timestamp without time zone;', False),
    ),
    Broken(
        "ALTER TABLE profile ADD COLUMN tenant text NOT NULL",
        *("error", "profile.tenant", "no command fills it", "SET DEFAULT …; or DROP NOT NULL;", False),
    ),
    Broken(
        "ALTER TABLE blog_comments ADD COLUMN post_type text NOT NULL",
        *("error", "blog_comments.post_type", "no command fills it", "SET DEFAULT", False),
    ),
    # types
    Broken(
        "ALTER TABLE services_reviews ALTER COLUMN rating TYPE text",
        *("error", "services_reviews.rating", "is of type text, not integer", 'USING "rating"::integer;'),
    ),
    Broken(
        "ALTER TABLE verification ALTER COLUMN used_at TYPE timestamptz",
        *("error", "verification.used_at", "timestamp with time zone", "timestamp without time zone;"),
    ),
    Broken(
        "ALTER TABLE profile ALTER COLUMN bio TYPE varchar(100)",
        *("error", "profile.bio", "character varying(100)", "TYPE text"),
    ),
    Broken(
        "ALTER TABLE blog_translations ALTER COLUMN headline TYPE json",
        *("error", "blog_translations.headline", "is of type json, not jsonb", "TYPE jsonb"),
    ),
    Broken(
        "ALTER TABLE services_listings ALTER COLUMN base_price TYPE numeric USING base_price::numeric",
        *("error", "services_listings.base_price", "is of type numeric, not text", "TYPE text"),
    ),
    Broken(
        "ALTER TABLE profile ALTER COLUMN id TYPE uuid USING id::uuid",
        *("error", "profile.id", "is of type uuid, not text", "TYPE text"),
    ),
    Broken(
        "ALTER TABLE profile ALTER COLUMN website TYPE text[] USING ARRAY[website]",
        *("error", "profile.website", "is of type text[]", "TYPE text"),
    ),
    # NULL
    Broken(
        'ALTER TABLE "user" ALTER COLUMN email DROP NOT NULL', "error", "user.email", "may be NULL", "SET NOT NULL;"
    ),
    Broken(
        "ALTER TABLE blog_posts ALTER COLUMN slug DROP NOT NULL",
        *("error", "blog_posts.slug", "may be NULL", "SET NOT NULL;"),
    ),
    Broken(
        "ALTER TABLE profile ALTER COLUMN bio SET NOT NULL",
        *("error", "profile.bio", "commands write NULL to it", "DROP NOT NULL;"),
    ),
    Broken(
        "ALTER TABLE blog_posts ALTER COLUMN published_at SET NOT NULL",
        *("error", "blog_posts.published_at", "commands write NULL to it", "DROP NOT NULL;"),
    ),
    # defaults
    Broken(
        "ALTER TABLE profile ALTER COLUMN created_at DROP DEFAULT",
        *("error", "profile.created_at", "has no default, not now()", "SET DEFAULT now();"),
    ),
    Broken(
        "ALTER TABLE services_bookings ALTER COLUMN status DROP DEFAULT",
        *("error", "services_bookings.status", "has no default", "SET DEFAULT 'pending'::text;"),
    ),
    Broken(
        "ALTER TABLE profile DROP COLUMN website;ALTER TABLE profile ADD website text GENERATED ALWAYS AS (bio) STORED",
        *("error", "profile.website", "is generated", "DROP EXPRESSION;"),
    ),
    # keys
    Broken(
        "ALTER TABLE profile DROP CONSTRAINT profile_user_id_unique",
        *("error", "profile (user_id)", "no unique key", 'CREATE UNIQUE INDEX CONCURRENTLY ON "profile" ("user_id");'),
    ),
    Broken(
        "ALTER TABLE blog_translations DROP CONSTRAINT blog_translations_post_id_in_language_key",
        *("error", "blog_translations (post_id, in_language)", "no unique key", '("post_id", "in_language");'),
    ),
    Broken(
        "ALTER TABLE blog_post_authors DROP CONSTRAINT blog_post_authors_pkey",
        *("error", "blog_post_authors (post_id, author_id)", "no unique key", "CREATE UNIQUE INDEX CONCURRENTLY"),
    ),
    Broken(
        "ALTER TABLE account DROP CONSTRAINT account_provider_id_account_id_key",
        *("error", "account (provider_id, account_id)", "no unique key", "CREATE UNIQUE INDEX CONCURRENTLY"),
    ),
    Broken(
        "ALTER TABLE member DROP CONSTRAINT member_organization_id_user_id_key;"
        "CREATE UNIQUE INDEX ON member (organization_id, user_id) WHERE role = 'owner'",
        *("error", "member (organization_id, user_id)", "no unique key", "CREATE UNIQUE INDEX CONCURRENTLY"),
    ),
    Broken(
        "ALTER TABLE profile DROP CONSTRAINT profile_user_id_unique;"
        "ALTER TABLE profile ADD UNIQUE (user_id) DEFERRABLE INITIALLY DEFERRED",
        *("error", "profile (user_id)", "or a deferred one", "CREATE UNIQUE INDEX CONCURRENTLY"),
    ),
    Broken(
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'profile_user_id_unique'::regclass",
        *("error", "profile (user_id)", "an index that is not valid", "CREATE UNIQUE INDEX CONCURRENTLY", False),
    ),
    # foreign keys
    Broken(
        "ALTER TABLE profile DROP CONSTRAINT profile_user_id_fkey",
        *("error", "profile (user_id)", "no foreign key to user", "ON DELETE CASCADE NOT VALID", False),
    ),
    Broken(
        "ALTER TABLE blog_comments DROP CONSTRAINT blog_comments_post_id_fkey",
        *("error", "blog_comments (post_id)", "no foreign key to blog_posts", 'REFERENCES "blog_posts" ("id")', False),
    ),
    Broken(
        "ALTER TABLE session DROP CONSTRAINT session_user_id_user_id_fk;"
        'ALTER TABLE session ADD FOREIGN KEY (user_id) REFERENCES "user" (id)',
        *("error", "session (user_id)", "ON DELETE is NO ACTION, not CASCADE", "ON DELETE CASCADE;", False),
    ),
    Broken(
        "ALTER TABLE blog_comments DROP CONSTRAINT blog_comments_post_id_fkey;"
        "ALTER TABLE blog_comments ADD FOREIGN KEY (post_id) REFERENCES blog_posts (id) ON DELETE CASCADE",
        *("error", "blog_comments (post_id)", "ON DELETE is CASCADE, not NO ACTION", "Drop the constraint", False),
    ),
    Broken(
        "ALTER TABLE blog_posts DROP CONSTRAINT blog_posts_organization_id_fkey;"
        "ALTER TABLE blog_posts ADD FOREIGN KEY (organization_id) REFERENCES blog_organizations ON DELETE SET NULL",
        *("error", "blog_posts (organization_id)", "ON DELETE is SET NULL", "Drop the constraint", False),
    ),
    Broken(
        "ALTER TABLE blog_translations DROP CONSTRAINT blog_translations_post_id_fkey;"
        "ALTER TABLE blog_translations ADD FOREIGN KEY (post_id) REFERENCES blog_posts (id) ON DELETE RESTRICT",
        *("error", "blog_translations (post_id)", "ON DELETE is RESTRICT", "Drop the constraint", False),
    ),
    Broken(
        "ALTER TABLE profile DISABLE TRIGGER ALL",
        *("error", "profile (user_id)", "is not enforced", "ENABLE TRIGGER ALL;", False),
    ),
    # tables
    Broken("DROP TABLE profile", "error", "profile", "the table is missing", "Restore it", False),
    Broken(
        "ALTER TABLE profile RENAME TO profiles; CREATE VIEW profile AS SELECT * FROM profiles;"
        "GRANT ALL ON profile TO service",
        *("error", "profile", "is a view, and a table is needed", "Drop or rename it", False),
    ),
    Broken(
        "CREATE SCHEMA app; ALTER TABLE profile SET SCHEMA app; GRANT USAGE ON SCHEMA app TO service",
        *("error", "search path", "profile, which the schema app has", 'SET search_path = "app"', False),
    ),
    Broken(
        "REVOKE USAGE ON SCHEMA public FROM service, public",
        *("error", "search path", "which the schema public has", "GRANT USAGE ON SCHEMA", False),
    ),
    # functions
    Broken("DROP FUNCTION refuse_command", "error", "function refuse_command", "does not raise", "Make it", False),
    Broken(
        "CREATE OR REPLACE FUNCTION refuse_command(reason text, detail text DEFAULT '') RETURNS void "
        "LANGUAGE sql AS 'SELECT'",
        *("error", "function refuse_command", "does not raise RC001", "Make it", False),
    ),
    Broken(
        "CREATE OR REPLACE FUNCTION refuse_command(reason text, detail text DEFAULT '') RETURNS void "
        "LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''%'', reason; END'",
        *("error", "function refuse_command", "does not raise RC001", "Make it", False),
    ),
    # migrations
    Broken("DELETE FROM _yoyo_migration", "error", "migrations", "none is applied", MIGRATE, False),
    Broken("DROP TABLE _yoyo_migration", "error", "migrations", "none is applied", MIGRATE, False),
    Broken(
        "DELETE FROM _yoyo_migration WHERE migration_id = '0004.commands'; DROP FUNCTION refuse_command;"
        "ALTER TABLE blog_comments DROP COLUMN deleted_at CASCADE",
        *("error", "migrations", "not applied: 0004.commands", MIGRATE, False),
    ),
    # row security
    Broken(
        "ALTER TABLE profile ENABLE ROW LEVEL SECURITY",
        *("error", "profile", "no policy, so all", "DISABLE ROW", False),
    ),
    # the server
    Broken(
        "ALTER DATABASE current SET session_replication_role = replica",
        *("error", "server", "no foreign key is enforced", "Set it to origin", False),
    ),
    Broken(
        "ALTER DATABASE current SET standard_conforming_strings = off",
        *("error", "server", "standard_conforming_strings is off", "Set it to on", False),
    ),
]
WARNINGS = [
    Broken(
        "ALTER TABLE profile ALTER COLUMN preferred_language SET DEFAULT 'en'",
        *("warning", "profile.preferred_language", "has the default 'en'::text", "SET DEFAULT 'fr'::text;"),
    ),
    Broken(
        "ALTER TABLE profile ALTER COLUMN preferred_language DROP DEFAULT",
        *("warning", "profile.preferred_language", "has no default", "SET DEFAULT 'fr'::text;"),
    ),
    Broken(
        "ALTER TABLE profile ALTER COLUMN bio SET DEFAULT ''",
        *("warning", "profile.bio", "none is expected", "DROP DEFAULT;"),
    ),
    Broken(
        'ALTER TABLE profile ALTER COLUMN username TYPE text COLLATE "C"',
        *("warning", "profile.username", "has the collation C", 'COLLATE "default";'),
    ),
    Broken(
        "ALTER TABLE profile ADD UNIQUE (username)",
        *("warning", "profile (username)", "a unique key that the code does not know", "Drop it", False),
    ),
    Broken(
        "ALTER TABLE profile DROP CONSTRAINT profile_user_id_fkey;"
        'ALTER TABLE profile ADD FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE NOT VALID',
        *("warning", "profile (user_id)", "is NOT VALID", "VALIDATE CONSTRAINT", False),
    ),
    Broken(
        "ALTER TABLE profile ALTER CONSTRAINT profile_user_id_fkey DEFERRABLE INITIALLY DEFERRED",
        *("warning", "profile (user_id)", "at COMMIT only", "NOT DEFERRABLE", False),
    ),
    Broken(
        'ALTER TABLE services_bookings ADD FOREIGN KEY (customer_id) REFERENCES "user" (id)',
        *("warning", "services_bookings (customer_id)", "a foreign key to user that the code", "Drop it", False),
    ),
    Broken(
        "DROP INDEX blog_posts_newest_idx",
        *("warning", "blog_posts: blog_posts_newest_idx", "the index is missing", "CREATE INDEX CONCURRENTLY"),
    ),
    Broken(
        "DROP INDEX blog_comments_roots_idx; CREATE INDEX blog_comments_roots_idx ON blog_comments (post_id, id)",
        *("warning", "blog_comments: blog_comments_roots_idx", "is another: btree (post_id, id)", "DROP INDEX", False),
    ),
    Broken(
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'session_expired_idx'::regclass",
        *("warning", "session: session_expired_idx", "is not valid", "DROP INDEX CONCURRENTLY", False),
    ),
    Broken(
        "CREATE INDEX leftover ON profile (bio);"
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'leftover'::regclass",
        *("warning", "profile: leftover", "slows writes", 'DROP INDEX CONCURRENTLY "leftover";'),
    ),
    Broken(
        "ALTER TABLE profile ADD CHECK (length(bio) < 100)",
        *("warning", "profile", "commands may break: CHECK", "Drop it", False),
    ),
    Broken(
        "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
        "CREATE TRIGGER stamp BEFORE UPDATE ON profile FOR EACH ROW EXECUTE FUNCTION stamp()",
        *("warning", "profile", "has the trigger stamp", "Drop it", False),
    ),
    Broken(
        "CREATE RULE quiet AS ON DELETE TO profile DO INSTEAD NOTHING",
        *("warning", "profile", "has the rule quiet", "Drop it", False),
    ),
    Broken("ALTER TABLE profile SET UNLOGGED", *("warning", "profile", "a crash of the server empties", "SET LOGGED;")),
    Broken(
        "ALTER TABLE profile ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON profile USING (TRUE)",
        *("warning", "profile", "row security hides rows", "BYPASSRLS", False),
    ),
    Broken(
        "INSERT INTO _yoyo_migration SELECT md5('9'), '0099.later', now()",
        *("warning", "migrations", "unknown to this release: 0099.later", "Deploy the release", False),
    ),
    Broken(
        "ALTER DATABASE current SET default_transaction_read_only = on",
        *("warning", "role", "read-only: commands fail", "default_transaction_read_only", False),
    ),
    Broken(
        "REVOKE ALL ON _yoyo_migration FROM service", "warning", "migrations", "may not read", "GRANT SELECT", False
    ),
]
EVERY = "profile.ChangeProfile, profile.DeleteProfile, profile.GetProfile and 2 more"
RIGHTS = [
    ("REVOKE SELECT ON profile FROM service", EVERY, "profile"),
    ("REVOKE INSERT ON profile FROM service", "profile.PutProfile", "profile"),
    ("REVOKE UPDATE ON profile FROM service", "profile.ChangeProfile, profile.PutProfile", "profile"),
    ("REVOKE DELETE ON profile FROM service", "profile.DeleteProfile", "profile"),
    ("REVOKE SELECT ON profile FROM service; GRANT SELECT (id) ON profile TO service", EVERY, "profile"),
]


@pytest.fixture
def service_url(connection: Connection, database_url: str) -> str:
    """The URL of a database for a role that may do what the library does, and owns nothing."""
    connection.execute(
        "DO $$ BEGIN CREATE ROLE service LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO service")
    return f"{database_url}{'&' if '?' in database_url else '?'}options={quote('-c role=service')}"


def run(connection: Connection, statements: str) -> None:
    """Run statements, in which `DATABASE current` is this one."""
    connection.execute(statements.replace("DATABASE current", f'DATABASE "{connection.info.dbname}"').encode())


def found(url: str) -> list[Finding]:
    return check(url, profile)


@pytest.mark.parametrize("broken", [*ERRORS, *WARNINGS], ids=lambda broken: broken.change[:80])
def test_what_is_broken_is_found_and_nothing_else(broken: Broken, connection: Connection, service_url: str) -> None:
    run(connection, broken.change)
    (finding,) = found(service_url)
    assert (finding.level, finding.where) == (broken.level, broken.where)
    assert broken.what in finding.what
    assert broken.remedy in finding.remedy


@pytest.mark.parametrize(
    "broken", [broken for broken in (*ERRORS, *WARNINGS) if broken.mended], ids=lambda broken: broken.change[:80]
)
def test_the_remedy_mends_it(broken: Broken, connection: Connection, service_url: str) -> None:
    run(connection, broken.change)
    for finding in found(service_url):
        for statement in finding.remedy.rstrip(";").split("; "):
            connection.execute(statement.encode())
    assert found(service_url) == []


@pytest.mark.parametrize(("change", "where", "what"), RIGHTS)
def test_rights_that_the_role_lacks_are_found(
    change: str, where: str, what: str, connection: Connection, service_url: str
) -> None:
    connection.execute(change.encode())
    errors = [finding for finding in found(service_url) if finding.where.startswith("profile.")]
    assert {finding.level for finding in errors} == {"error"}
    assert where in [finding.where for finding in errors if what in finding.what]
    assert all("Grant it to the role" in finding.remedy for finding in errors)


def test_a_constraint_has_any_name(connection: Connection, service_url: str) -> None:
    """As Drizzle names them, or with indexes in the place of keys."""
    for change in (
        "ALTER TABLE profile RENAME CONSTRAINT profile_user_id_fkey TO profile_user",
        "ALTER TABLE profile RENAME CONSTRAINT profile_user_id_unique TO one_profile",
        "DROP INDEX idx_services_availability_unique",
        "CREATE UNIQUE INDEX slots ON services_availability (start_time, service_id, day_of_week)",
        "ALTER INDEX blog_posts_newest_idx RENAME TO newest",
        "DROP INDEX blog_comments_thread_idx",
        "CREATE INDEX longer ON blog_comments (post_id, parent_id, created_at)",
        "ALTER TABLE blog_organizations ADD COLUMN fax_number text, ADD COLUMN employees int NOT NULL DEFAULT 0",
        "ALTER TABLE profile ALTER COLUMN created_at SET DEFAULT CURRENT_TIMESTAMP",
        "CREATE TABLE audit_logs (id text NOT NULL)",
        "INSERT INTO _yoyo_migration SELECT md5('8'), '0001.of-another-package', now()",
    ):
        connection.execute(change.encode())
    assert found(service_url) == []


def test_an_empty_database_has_one_fault(connection: Connection, service_url: str) -> None:
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")
    (finding,) = found(service_url)
    assert (finding.level, finding.where) == ("error", "migrations")


def test_a_sound_database_has_no_fault(database_url: str) -> None:
    """For every query and command, and with rows as without."""
    assert check(database_url, auth, profile, blog, services) == []


def test_what_is_found_holds_no_value_of_a_row(connection: Connection, service_url: str) -> None:
    user = insert(connection, "user", {"email": "secret@concordia.example"})
    insert(connection, "profile", {"user_id": user["id"], "bio": "secret"})
    connection.execute("ALTER TABLE profile ALTER COLUMN bio TYPE json USING to_json(bio)")
    connection.execute('ALTER TABLE "user" DROP COLUMN name')
    assert "secret" not in "\n".join(map(str, check(service_url, auth, profile)))


def test_a_check_writes_nothing(service_url: str) -> None:
    """So it can be made where nothing can be written, and says that."""
    (finding,) = found(f"{service_url}%20-c%20default_transaction_read_only%3Don")
    assert (finding.level, finding.where) == ("warning", "role")


def test_a_collation_that_changed_is_found_where_it_has_a_version(connection: Connection, service_url: str) -> None:
    of_this = "FROM pg_database WHERE datname = current_database()"
    versioned = connection.execute(f"SELECT pg_database_collation_actual_version(oid) IS NOT NULL {of_this}").fetchone()
    connection.execute("UPDATE pg_database SET datcollversion = '0' WHERE datname = current_database()")
    said = [(finding.level, finding.where) for finding in found(service_url)]
    assert said == ([("warning", "database")] if versioned == (True,) else [])
