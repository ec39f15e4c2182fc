"""The commands of a deploy, as a user types them."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.rows import TupleRow

from concordia_sql.tools import cli
from tests.support.application import DIRT, MENDED, make_application
from tests.support.databases import new_database
from tests.test_migrations import expected_tables

Connection = psycopg.Connection[TupleRow]


def run(*arguments: str, url: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, arguments, env={"DATABASE_URL": url}, catch_exceptions=False)


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with new_database(server_url) as url:
        yield url


def test_migrate_applies_says_so_and_goes_back(url: str) -> None:
    dry = run("migrate", "--dry-run", url=url)
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert dry.stdout.startswith("-- 0001.auth\n-- The tables of Better Auth")
    assert "CREATE INDEX CONCURRENTLY IF NOT EXISTS user_newest_idx" in dry.stdout
    done = run("migrate", url=url)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-2:] == ["0009.lists (9 of 9)", "Applied 9."]
    assert run("migrate", "--dry-run", url=url).output == ""
    assert run("migrate", url=url).stderr == "Nothing to do.\n"
    back = run("migrate", "--rollback", "0006.foreign_keys", url=url)
    assert back.stderr.splitlines()[-2:] == ["0006.foreign_keys, back (4 of 4)", "Took back 4."]
    failed = run("migrate", "--rollback", "0009.none", url=url)
    assert (failed.exit_code, "0009.none is not applied; applied are 0001.auth" in failed.stderr) == (1, True)
    assert run("migrate", "--dry-run", "--rollback", "0001.auth", url=url).exit_code == 2


def test_migrate_is_for_the_libraries_of_modules(url: str) -> None:
    done = run("migrate", "tests.support.bakery", url=url)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, "Applied 2.")
    assert run("migrate", "no.such.module", url=url).exit_code == 1
    assert (
        'GRANT SELECT ON "public"."loaves" TO "web";'
        in run("grants", "web", "tests.support.bakery", "--kind=readonly").stdout
    )


def test_an_application_is_adopted_once_nothing_is_in_the_way(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        make_application(connection, expected_tables())
        connection.execute(DIRT.encode())
    refused = run("migrate", url=url)
    assert refused.exit_code == 1
    assert refused.stderr.endswith("If another program made the tables: concordia-sql adopt\n")
    blocked = run("adopt", url=url)
    assert blocked.exit_code == 1
    assert "blog_comments: 3 rows against: post_id must refer to a row of blog_posts." in blocked.stdout
    assert "blog_comments.post_type: is NOT NULL without a default" in blocked.stdout
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(MENDED.encode())
    without = ["--without-foreign-key", "blog_comments.post_id"]
    dry = run("adopt", "--dry-run", *without, url=url)
    assert (dry.exit_code, "Would mark as applied: 0001.auth, 0002.blog, 0003.services." in dry.stdout) == (0, True)
    done = run("adopt", *without, url=url)
    assert "Marked as applied" in done.stdout
    assert '  unique("member_organization_id_user_id_key").on(table.organizationId, table.userId),' in done.stdout
    assert "blog_comments_post_id_fkey" not in done.stdout
    assert run("migrate", url=url).stderr.endswith("Applied 6.\n")


def test_what_is_in_the_way_of_an_adoption_is_given_as_json(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        make_application(connection, expected_tables())
    found = run("adopt", "--dry-run", "--json", url=url)
    (required,) = json.loads(found.stdout)
    assert (found.exit_code, required["level"], required["where"]) == (0, "warning", "blog_comments.post_type")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO blog_post_authors SELECT * FROM (VALUES ('post', 'author'), ('post', 'author')) AS twice"
        )
    found = run("adopt", "--json", url=url)
    first = next(each for each in json.loads(found.stdout) if "unique" in each["what"])
    assert (found.exit_code, first["level"], first["where"], first["rows"]) == (1, "error", "blog_post_authors", 2)
    assert first["query"].startswith("SELECT * FROM blog_post_authors WHERE")
