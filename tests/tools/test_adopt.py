"""A database that the application made is adopted: what stands in the way, what is added, what is taken back."""

from collections.abc import Iterator
from functools import cache
from types import ModuleType
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import CONCORDIA, Querier, auth, blog, profile, services
from concordia_sql.engine import migrating
from concordia_sql.engine.checks.catalogue import read_catalogue
from concordia_sql.engine.checks.check import check
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.migrating import migrate, rollback
from concordia_sql.engine.migration_files import read_migrations
from concordia_sql.tools.adopt import OWN, AdoptionError, adopt, inspect_database
from concordia_sql.tools.drizzle import drizzle_lines, dropped
from tests.support.application import DIRT, IN_THE_WAY, MENDED, copy_rows, counts, make_application, run_everything
from tests.support.databases import new_database
from tests.test_migrations import expected_tables

Connection = psycopg.Connection[TupleRow]
DOMAINS = (auth, profile, blog, services)
ADDED = ["0004.commands", "0005.keys", "0006.foreign_keys", "0007.indexes", "0008.orders", "0009.lists"]


@pytest.fixture(scope="module")
def application(server_url: str, sample: Connection) -> Iterator[str]:
    """The name of a database of the application, full of rows, to be copied."""
    with new_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            make_application(connection, expected_tables())
            copy_rows(sample, connection)
        yield urlsplit(url).path[1:]


@pytest.fixture
def url(server_url: str, application: str) -> Iterator[str]:
    """The URL of a database of the application, full of rows."""
    with new_database(server_url, template=application) as url:
        yield url


@pytest.fixture
def own(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True, options="-c TimeZone=UTC") as connection:
        yield connection


def errors(url: str, *modules: ModuleType) -> list[str]:
    """The errors of a check of all tables, and of the statements of few modules or one."""
    return [finding.where for finding in check(url, *(modules or [profile])) if finding.level == "error"]


def has_yoyo(connection: Connection) -> bool:
    return connection.execute("SELECT to_regclass('_yoyo_migration')").fetchone() != (None,)


def test_a_sound_database_is_adopted_used_and_given_back(url: str, own: Connection) -> None:
    before, tables = counts(own), read_catalogue(own)
    found = inspect_database(url)
    assert (found.misfits, found.obstacles, has_yoyo(own)) == ([], [], False)
    assert [finding.where for finding in found.required] == ["blog_comments.post_type"]
    assert adopt(url) == found
    assert found.marked == OWN
    assert adopt(url) == found  # again
    assert migrate(url, CONCORDIA) == ADDED
    assert counts(own) == before

    assert errors(url) == ["blog_comments.post_type"]
    own.execute("ALTER TABLE blog_comments ALTER COLUMN post_type SET DEFAULT 'post'")
    assert errors(url, *DOMAINS) == []
    run_everything(Querier(own))
    assert counts(own) == before

    own.execute("ALTER TABLE blog_comments ALTER COLUMN post_type DROP DEFAULT")
    assert rollback(url, CONCORDIA, to=OWN[0]) == [*OWN, *ADDED][::-1]
    assert (counts(own), {name: table for name, table in read_catalogue(own).items() if name in tables}) == (
        before,
        tables,
    )


def test_what_is_in_the_way_is_counted_and_listed_and_nothing_is_changed(url: str, own: Connection) -> None:
    own.execute(DIRT.encode())
    before = counts(own)
    found = adopt(url)
    assert {(each.table, each.rule): each.rows for each in found.obstacles} == IN_THE_WAY
    for each in found.obstacles:
        listed = own.execute(f"SELECT count(*) FROM ({each.query.rstrip(';')}) AS listed".encode())
        assert listed.fetchall() == [(each.rows,)]
    assert (found.marked, has_yoyo(own), counts(own)) == ((), False, before)
    comments = next(each for each in found.obstacles if each.table == "blog_comments")
    assert str(comments).splitlines() == [
        (
            "blog_comments: 3 rows against: post_id must refer to a row of blog_posts."
            " Mend them, or: --without-foreign-key blog_comments.post_id"
        ),
        (
            "    SELECT * FROM blog_comments WHERE blog_comments.post_id IS NOT NULL AND NOT EXISTS"
            " (SELECT FROM blog_posts AS parent WHERE parent.id = blog_comments.post_id);"
        ),
    ]


def test_dirt_that_is_no_obstacle_stays_and_a_foreign_key_may_be_left_out(url: str, own: Connection) -> None:
    own.execute((DIRT + MENDED).encode())
    own.execute("COMMENT ON COLUMN blog_comments.post_id IS 'The post.'")
    left_out = ["blog_comments.post_id"]
    before = counts(own)
    with pytest.raises(AdoptionError, match=r"added to blog_comments\.id; they are added to"):
        adopt(url, ["blog_comments.id"])
    assert adopt(url, left_out).marked == OWN
    assert migrate(url, CONCORDIA) == ADDED
    assert counts(own) == before
    own.execute("ALTER TABLE blog_comments ALTER COLUMN post_type SET DEFAULT 'post'")
    (finding,) = [finding for finding in check(url, profile) if finding.where.startswith("blog_comments (post")]
    assert (finding.level, "left out by choice" in finding.what) == ("warning", True)
    assert errors(url) == []
    run_everything(Querier(own))
    rollback(url, CONCORDIA, to=OWN[0])
    assert counts(own) == before


def test_what_is_in_the_way_fails_the_migration_which_goes_on_when_it_is_mended(url: str, own: Connection) -> None:
    """Rows that come between the adoption and the migration."""
    adopt(url)
    own.execute(DIRT.encode())
    with pytest.raises(MigrationError, match=r'0005\.keys: could not create unique index "account_provider') as caught:
        migrate(url, CONCORDIA)
    assert "credential" not in f"{caught.value} {caught.value.__cause__!r}"
    own.execute(MENDED.encode())
    with pytest.raises(MigrationError, match=r"0006\.foreign_keys: .*violates foreign key constraint"):
        migrate(url, CONCORDIA)
    own.execute("DELETE FROM blog_comments WHERE post_id = 'gone'")
    assert migrate(url, CONCORDIA) == ADDED[2:]
    assert errors(url) == ["blog_comments.post_type"]


class Killed(BaseException):
    """The end of a process."""


def test_killed_after_each_step_it_goes_on(url: str, own: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """And before the next one: the database is the same."""
    step = migrating._Run._step
    done: set[str] = set()

    def step_once(run: migrating._Run, statement: str) -> None:
        step(run, statement)
        if statement not in done:
            done.add(statement)
            raise Killed

    before = counts(own)
    adopt(url)
    monkeypatch.setattr(migrating, "read_migrations", cache(read_migrations))  # yoyo reads them slowly
    monkeypatch.setattr(migrating._Run, "_step", step_once)
    kills = 0
    while not is_done(url):
        kills += 1
    monkeypatch.undo()
    assert kills == len(done) == 88
    assert errors(url) == ["blog_comments.post_type"]
    log = own.execute("SELECT migration_id, count(*) FROM _yoyo_log WHERE operation = 'apply' GROUP BY 1 ORDER BY 1")
    assert log.fetchall() == [(name, 1) for name in ADDED]
    assert counts(own) == before


def is_done(url: str) -> bool:
    try:
        migrate(url, CONCORDIA)
    except Killed:
        return False
    return True


def test_killed_in_the_middle_of_the_foreign_keys_it_goes_on(url: str, own: Connection) -> None:
    adopt(url)
    migrate(url, CONCORDIA)
    rollback(url, CONCORDIA, to="0006.foreign_keys")
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
    with psycopg.connect(url) as holder:
        holder.execute("LOCK services_listings")
        with pytest.raises(MigrationError, match="lock timeout"):
            migrate(url, CONCORDIA, lock_timeout=0.05, patience=0)
        ((some,),) = own.execute(keys).fetchall()
    assert 6 < int(str(some)) < 32
    assert migrate(url, CONCORDIA) == ADDED[2:]
    assert own.execute(f"{keys} AND convalidated".encode()).fetchall() == [(32,)]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("DROP TABLE services_bookings", "services_bookings"),
        ("ALTER TABLE blog_comments RENAME COLUMN post_id TO entity_id", "blog_comments.post_id"),
        ("ALTER TABLE services_reviews ALTER COLUMN rating TYPE text", "services_reviews.rating"),
        ("ALTER TABLE blog_posts ADD COLUMN deleted_at timestamptz", "blog_posts.deleted_at"),
        ('ALTER TABLE "user" DROP CONSTRAINT user_email_unique', "user (email)"),
        (
            "ALTER TABLE blog_translations ADD FOREIGN KEY (post_id) REFERENCES blog_posts ON DELETE CASCADE",
            "blog_translations (post_id)",
        ),
        ("CREATE INDEX blog_posts_newest_idx ON blog_posts (published_at)", "blog_posts: blog_posts_newest_idx"),
    ],
)
def test_tables_of_another_form_are_not_adopted(url: str, own: Connection, change: str, where: str) -> None:
    own.execute(change.encode())
    found = adopt(url)
    assert [finding.where for finding in found.misfits] == [where]
    assert (found.marked, has_yoyo(own)) == ((), False)


def test_what_the_application_added_itself_is_kept_and_stays(url: str, own: Connection) -> None:
    """Its own soft deletes, keys and foreign keys, of any name."""
    own.execute(
        "ALTER TABLE blog_posts ADD COLUMN deleted_at timestamp;"
        "UPDATE blog_posts SET deleted_at = now() WHERE id = 'post-1';"
        "ALTER TABLE blog_post_authors ADD PRIMARY KEY (post_id, author_id);"
        "ALTER TABLE blog_post_media ADD CONSTRAINT links PRIMARY KEY (post_id, media_id, type);"
        "ALTER TABLE blog_comments ADD CONSTRAINT of_post FOREIGN KEY (post_id) REFERENCES blog_posts (id);"
    )
    tables = read_catalogue(own)
    adopt(url)
    migrate(url, CONCORDIA)
    assert errors(url) == ["blog_comments.post_type"]
    rollback(url, CONCORDIA, to=ADDED[0])
    assert {name: table for name, table in read_catalogue(own).items() if name in tables} == tables
    assert own.execute("SELECT id FROM blog_posts WHERE deleted_at IS NOT NULL").fetchall() == [("post-1",)]


def test_the_lines_for_drizzle_name_all_that_a_push_would_drop(url: str, own: Connection) -> None:
    names = "SELECT relname FROM pg_class WHERE relkind = 'i' AND relname !~ 'yoyo|toast'"
    references = "SELECT conname FROM pg_constraint WHERE contype = 'f'"
    columns = "SELECT table_name || '.deleted_at' FROM information_schema.columns WHERE column_name = 'deleted_at'"
    before = {*own.execute(names), *own.execute(references)}
    adopt(url)
    migrate(url, CONCORDIA)
    added = {*own.execute(names), *own.execute(references)} - before
    lines = "\n".join(drizzle_lines())
    assert len(added) == 105
    assert [name for (name,) in added if f'"{name}"' not in lines] == []
    assert lines.count('deletedAt: timestamp("deleted_at"),') == 4
    assert [name for (name,) in own.execute(columns) if name not in dropped()] == []
    assert "8 keys, 26 foreign keys, 71 indexes" in dropped()


LONG = """
UPDATE blog_comments SET status = (SELECT string_agg(md5(number::text), '') FROM generate_series(1, 84) AS number)
WHERE id = 'comment-root';
UPDATE blog_comments SET status = repeat('compressible', 10000) WHERE id = 'comment-1434';
UPDATE services_reviews SET status = (SELECT string_agg(md5(number::text), '') FROM generate_series(1, 75) AS number)
"""


def test_values_that_no_index_can_hold_are_in_the_way(url: str, own: Connection) -> None:
    """As PostgreSQL stores them: one of 2,688 bytes, and neither what it compresses nor one of 2,400 bytes."""
    own.execute(LONG.encode())
    found = adopt(url)
    (obstacle,) = found.obstacles
    assert (obstacle.table, obstacle.rows, found.marked) == ("blog_comments", 1, ())
    assert "an entry of an index holds at most 2690 bytes: id, status, post_id, parent_id" in obstacle.rule
    assert "SELECT * FROM blog_comments WHERE (coalesce(pg_column_size(" in obstacle.query
    listed = own.execute(f"SELECT id FROM ({obstacle.query.rstrip(';')}) AS listed".encode()).fetchall()
    assert listed == [("comment-root",)]
    own.execute("UPDATE blog_comments SET status = 'approved' WHERE id = 'comment-root'")
    adopt(url)
    assert migrate(url, CONCORDIA) == ADDED


def test_what_is_reported_as_too_long_is_refused_by_the_migration(url: str, own: Connection) -> None:
    adopt(url)
    own.execute(LONG.encode())
    with pytest.raises(MigrationError, match=r"0007\.indexes: index row size 27\d\d exceeds"):
        migrate(url, CONCORDIA)
