"""A rule for what deletes must do, tried on every row of random databases."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import attrs
import psycopg
from psycopg import Rollback

from concordia_sql import Command, Querier, auth, blog, services
from tests.support.generated import fill
from tests.support.reading import rows
from tests.support.writes import Changes, Row, watched

Reference = tuple[str, str]
"""A table, and its column that refers to the deleted row."""

RowOf = tuple[Any, str, str, str, Mapping[str, str]]
"""A delete, its table, a table that refers to it, by which column, and what else a row of that table refers to."""

POST = ("post_id", "blog_posts")
LISTING = ("service_id", "services_listings")
USER = ("user_id", "user")
REFERENCES: list[RowOf] = [
    (auth.DeleteUser, "user", "session", "user_id", {}),
    (auth.DeleteUser, "user", "account", "user_id", {}),
    (auth.DeleteUser, "user", "member", "user_id", {"organization_id": "organization"}),
    (auth.DeleteUser, "user", "invitation", "inviter_id", {"organization_id": "organization"}),
    (auth.DeleteOrganization, "organization", "member", "organization_id", dict([USER])),
    (auth.DeleteOrganization, "organization", "invitation", "organization_id", {"inviter_id": "user"}),
    (auth.DeleteOrganization, "organization", "session", "active_organization_id", dict([USER])),
    (blog.DeletePost, "blog_posts", "blog_translations", "post_id", {}),
    (blog.DeletePost, "blog_posts", "blog_comments", "post_id", {}),
    (blog.DeletePost, "blog_posts", "blog_post_authors", "post_id", {"author_id": "blog_authors"}),
    (blog.DeletePost, "blog_posts", "blog_post_categories", "post_id", {"category_id": "blog_categories"}),
    (blog.DeletePost, "blog_posts", "blog_post_media", "post_id", {"media_id": "blog_media"}),
    (blog.DeleteAuthor, "blog_authors", "blog_post_authors", "author_id", dict([POST])),
    (blog.DeleteCategory, "blog_categories", "blog_post_categories", "category_id", dict([POST])),
    (blog.DeleteMedium, "blog_media", "blog_post_media", "media_id", dict([POST])),
    (blog.DeleteMedium, "blog_media", "blog_authors", "avatar_id", {}),
    (blog.DeleteMedium, "blog_media", "blog_categories", "featured_image_id", {}),
    (blog.DeleteOrganization, "blog_organizations", "blog_posts", "organization_id", {}),
    (blog.DeleteOrganization, "blog_organizations", "blog_authors", "works_for_id", {}),
    (blog.DeleteOrganization, "blog_organizations", "services_listings", "organization_id", {}),
    (services.DeleteListing, "services_listings", "services_translations", "service_id", {}),
    (services.DeleteListing, "services_listings", "services_reviews", "service_id", {}),
    (services.DeleteListing, "services_listings", "services_bookings", "service_id", {}),
    (services.DeleteListing, "services_listings", "services_availability", "service_id", {}),
    (services.DeleteListing, "services_listings", "services_media_links", "service_id", {"media_id": "services_media"}),
    (services.DeleteServiceCategory, "services_categories", "services_listings", "category_id", {}),
    (services.DeleteServiceMedium, "services_media", "services_media_links", "media_id", dict([LISTING])),
    (services.DeleteServiceMedium, "services_media", "services_categories", "featured_image_id", {}),
]  # fmt: skip
"""A delete, its table, a table that refers to it, by which column, and what else a row of that table refers to."""


@attrs.frozen
class Rule:
    """The rows that are deleted with a row, and those that are only detached from it."""

    command: Callable[[str], Command[Any]]
    table: str
    removes: Sequence[Reference] = ()
    detaches: Sequence[Reference] = ()
    heir: Callable[[Row, Row], str | None] = lambda _row, _child: None
    """The new reference of a detached row, given the deleted row and the detached one."""


def check(connection: psycopg.Connection[Any], rule: Rule, seed: int) -> None:
    """Delete each row of a random database, and a row that does not exist."""
    querier = Querier(connection)
    fill(connection, Random(seed))
    nothing = querier.execute(rule.command("nothing"))
    assert set(attrs.asdict(nothing).values()) == {0}
    for row in rows(connection, rule.table):
        with watched(connection) as tried:
            foreseen = querier.dry_run(rule.command(row["id"]))
        assert tried.tables == {}
        with connection.transaction() as transaction:
            expected = {**_removed(connection, rule, row), **_detached(connection, rule, row)}
            with watched(connection) as written:
                counted = querier.execute(rule.command(row["id"]))
            assert _undated(written.tables) == {
                table: changes for table, changes in expected.items() if changes != Changes()
            }
            found = {name: number for name, number in attrs.asdict(counted).items() if number}
            assert (found, foreseen) == (_counts(rule, expected), counted)
            raise Rollback(transaction)


def _removed(connection: psycopg.Connection[Any], rule: Rule, row: Row) -> dict[str, Changes]:
    gone: dict[str, list[Row]] = {rule.table: [row]}
    for table, column in rule.removes:
        gone.setdefault(table, []).extend(rows(connection, table, **{column: row["id"]}))
    return {table: Changes(removed=sorted(each, key=_key)) for table, each in gone.items()}


def _detached(connection: psycopg.Connection[Any], rule: Rule, row: Row) -> dict[str, Changes]:
    found = {
        (table, column): [each for each in rows(connection, table, **{column: row["id"]}) if each["id"] != row["id"]]
        for table, column in rule.detaches
    }
    removed = _removed(connection, rule, row)
    return {
        table: Changes(
            removed=removed[table].removed if table in removed else [],
            changed=[{"id": each["id"], column: rule.heir(row, each)} for each in sorted(detached, key=_key)],
        )
        for (table, column), detached in found.items()
    }


def _counts(rule: Rule, expected: Mapping[str, Changes]) -> dict[str, int]:
    counts = {table: len(changes.removed) for table, changes in expected.items()}
    detached = {f"{table}_detached": len(expected[table].changed) for table, _ in rule.detaches}
    return {name: number for name, number in {**counts, **detached}.items() if number}


def _undated(tables: Mapping[str, Changes]) -> dict[str, Changes]:
    """Changed rows without the time of their change, which each must have."""
    for changes in tables.values():
        for row in changes.changed:
            row.pop("updated_at")
    return dict(tables)


def _key(row: Row) -> Any:
    """In the order of `Changes`, by the primary key."""
    return row["id"] if "id" in row else tuple(value for name, value in row.items() if name != "position")
