"""The database that is measured: the library's sample, and two threads that are larger than any in it."""

from collections import defaultdict
from typing import Any, LiteralString

import psycopg
import yoyo
from psycopg.sql import SQL, Identifier

from benchmarks.queries import AddThread
from concordia_sql import CONCORDIA, Querier
from concordia_sql.tools import sample

SCALE = 100
MANY_COMMENTS = 10_000
OTHER_COMMENTS = 200_000
_MANY_COMMENTS_SLUG = "many-comments"
_OTHER_COMMENTS_SLUG = "other-comments"
READER = "benchmark@concordia.example"
"""Who writes the comments of W6 and W12."""
NEW_COMMENTS = 10_000

Connection = psycopg.Connection[Any]


def prepare(
    url: str, scale: int = SCALE, many_comments: int = MANY_COMMENTS, other_comments: int = OTHER_COMMENTS
) -> None:
    """Fill an empty database; one that is filled already stays as it is.

    Raises SampleError for a database that holds other rows.
    """
    with yoyo.get_backend(url.replace("postgresql:", "postgresql+psycopg:", 1)) as backend:
        backend.apply_migrations(backend.to_apply(yoyo.read_migrations(*CONCORDIA.migrations)))
    with connect(url) as connection:
        if _value(connection, "SELECT count(*) FROM blog_posts WHERE slug = %s", _OTHER_COMMENTS_SLUG):
            return
        sample.load(connection, scale)
        querier = Querier(connection)
        querier.execute(AddThread(slug=_MANY_COMMENTS_SLUG, comments=many_comments))
        querier.execute(AddThread(slug=_OTHER_COMMENTS_SLUG, comments=other_comments))
        connection.execute("VACUUM (ANALYZE) blog_comments, blog_posts")


def connect(url: str) -> Connection:
    """A connection for preparing and checking."""
    return psycopg.connect(url, autocommit=True, options="-c TimeZone=UTC")


def find_parameters(connection: Connection, new_comments: int = NEW_COMMENTS) -> dict[str, Any]:
    """What the workloads ask for and write: the same for every peer."""
    post_id: LiteralString = "SELECT id FROM blog_posts WHERE slug = %s"
    return {
        "slug": sample.MY_POST_SLUG,
        "listing": sample.MY_LISTING_SLUG,
        "forty_comments": _value(connection, post_id, sample.FORTY_COMMENTS_SLUG),
        "many_comments": _value(connection, post_id, _MANY_COMMENTS_SLUG),
        "other_comments": _value(connection, post_id, _OTHER_COMMENTS_SLUG),
        "token": _value(connection, "SELECT min(token) FROM session WHERE user_id = %s", sample.USER_1_ID),
        "comment": {
            "post_id": _value(connection, post_id, sample.MY_POST_SLUG),
            "author_name": "Ada Lovelace",
            "author_email": READER,
            "content": {"en": "Well said. I would add a word on the last part: it holds for small numbers only."},
            "status": "pending",
            "in_language": "en",
        },
        "new_comments": new_comments,
        "post": _new_post(_first(connection, "blog_organizations", 1)[0]),
        "post_parts": {
            "translations": [_new_translation(language) for language in ("ar", "en", "fr", "zh")],
            "author_ids": _first(connection, "blog_authors", 2),
            "category_ids": _first(connection, "blog_categories", 3),
            "media": [
                {"media_id": key, "type": "inline", "position": str(place)}
                for place, key in enumerate(_first(connection, "blog_media", 4))
            ],
        },
    }


def _new_post(organization_id: str) -> dict[str, Any]:
    """The columns of W11's post, but for its id and slug. None is NULL, which pgbench cannot send."""
    return {
        "status": "published",
        "published_at": "2019-01-01T12:30:00.123456",
        "display_in_home": False,
        "display_in_blog": True,
        "is_featured": False,
        "reading_time": "7",
        "word_count": "1400",
        "time_required": "PT7M",
        "allow_comments": True,
        "in_language": "fr",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "discussion_url": "https://concordia.example/discussion",
        "url": "https://concordia.example/post",
        "identifier": "benchmark",
        "organization_id": organization_id,
    }


def _new_translation(language: str) -> dict[str, Any]:
    return {
        "in_language": language,
        "headline": {language: "A post with all that is its own"},
        "article_body": {language: "One paragraph follows another, as they do in posts. " * 40},
        "excerpt": {language: "One paragraph follows another."},
    }


def _first(connection: Connection, table: str, number: int) -> list[str]:
    query = SQL("SELECT id FROM {} ORDER BY id LIMIT {}").format(Identifier(table), number)
    return [row[0] for row in connection.execute(query)]


def remove_written(connection: Connection) -> None:
    """Remove what W6, W11 and W12 wrote."""
    connection.execute("DELETE FROM blog_comments WHERE author_email = %s", [READER])
    posts: LiteralString = "SELECT id FROM blog_posts WHERE slug LIKE 'benchmark-%'"
    for table in ("blog_translations", "blog_post_authors", "blog_post_categories", "blog_post_media"):
        connection.execute(SQL("DELETE FROM {} WHERE post_id IN ({})").format(Identifier(table), SQL(posts)))
    connection.execute("DELETE FROM blog_posts WHERE slug LIKE 'benchmark-%'")
    connection.execute("VACUUM (ANALYZE) blog_comments, blog_posts, blog_translations")


def read_columns(connection: Connection) -> dict[str, dict[str, str]]:
    """The columns of each table, with their types."""
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, type_name in connection.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY ordinal_position"
    ):
        columns[table][column] = type_name
    return columns


def clear_statistics(connection: Connection) -> bool:
    """Begin to count statements anew. Returns whether the server can, with pg_stat_statements."""
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("SELECT pg_stat_statements_reset()")
    except psycopg.Error:
        return False
    return True


def count_statements(connection: Connection) -> set[int]:
    """The statements that ran on this database since, as PostgreSQL numbers them."""
    rows = connection.execute(
        "SELECT queryid FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' "
        "AND query NOT IN ('BEGIN', 'ROLLBACK') "
        "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return {row[0] for row in rows}


def _value(connection: Connection, query: LiteralString, *values: object) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
