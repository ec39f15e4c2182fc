"""Purges: a row that was deleted, or that expires, exactly at the moment that is given."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from concordia_sql import Command, Querier, auth, blog, services
from tests.support.reading import rows
from tests.support.rows import NOON, insert

MICROSECOND = timedelta(microseconds=1)
DELETED: dict[str, Any] = {
    "blog_posts": blog.PurgePosts,
    "blog_comments": blog.PurgeComments,
    "services_listings": services.PurgeListings,
    "services_reviews": services.PurgeReviews,
}
EXPIRED: dict[str, Any] = {"session": auth.DeleteExpiredSessions, "verification": auth.DeleteExpiredVerifications}


@pytest.fixture
def owners(connection: psycopg.Connection[Any]) -> dict[str, dict[str, str]]:
    """What a row of each table refers to."""
    insert(connection, "user", {"id": "u"})
    insert(connection, "blog_posts", {"id": "owner"})
    insert(connection, "services_listings", {"id": "owner"})
    return {
        "session": {"user_id": "u"},
        "blog_comments": {"post_id": "owner"},
        "services_reviews": {"service_id": "owner"},
    }


@pytest.mark.parametrize(
    ("table", "by"),
    [*((table, "deleted_at") for table in DELETED), ("blog_posts", "updated_at"), ("services_listings", "updated_at")],
)
def test_what_was_deleted_before_a_moment_goes_and_not_what_was_at_it(
    connection: psycopg.Connection[Any], owners: dict[str, dict[str, str]], table: str, by: str
) -> None:
    """Of a post or listing with the status `deleted` alone, the moment is that of its last change."""
    status = {"status": "deleted"} if by == "updated_at" else {}
    for key, moment in {"before": NOON - MICROSECOND, "at": NOON, "after": NOON + MICROSECOND}.items():
        insert(connection, table, {"id": key, by: moment, **status, **owners.get(table, {})})
    purged(connection, DELETED[table](deleted_before=NOON))
    assert {row["id"] for row in rows(connection, table)} - {"owner"} == {"at", "after"}


@pytest.mark.parametrize("table", EXPIRED)
def test_what_expires_at_a_moment_has_expired(
    connection: psycopg.Connection[Any], owners: dict[str, dict[str, str]], table: str
) -> None:
    for key, moment in {"before": NOON - MICROSECOND, "at": NOON, "after": NOON + MICROSECOND}.items():
        insert(connection, table, {"id": key, "expires_at": moment, **owners.get(table, {})})
    assert purged(connection, EXPIRED[table](now=NOON)) == 2
    assert [row["id"] for row in rows(connection, table)] == ["after"]


def purged(connection: psycopg.Connection[Any], command: Command[Any]) -> Any:
    return Querier(connection).execute(command)
