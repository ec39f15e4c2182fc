"""Every list, on databases at random: its pages, its cursors, and its count under each filter."""

import base64
import itertools
import json
import re
import typing
from collections.abc import Iterator
from random import Random
from typing import Any, Literal, cast

import attrs
import psycopg
import pytest

from concordia_sql import Cursor, ParameterError, Querier, Query, blog, services
from tests.support.catalog import query_classes, required
from tests.support.databases import new_database
from tests.support.generated import TABLES, fill
from tests.support.reading import paged
from tests.support.rows import PUBLIC

COUNTS: dict[Any, str] = {
    cls: cls.query_name.replace(".Count", ".List") for cls in query_classes() if ".Count" in cls.query_name
}
LISTS: dict[str, Any] = {cls.query_name: cls for cls in query_classes() if ".List" in cls.query_name}
PAGED = [
    cls
    for cls in LISTS.values()
    if "after" in {field.name for field in attrs.fields(cast("Any", cls))}
    and cls is not services.ListFreeSlots  # whose slots are no rows; its own tests read its pages
]
SOURCES = {
    "author": "SELECT slug FROM blog_authors",
    "author_id": "SELECT author_id FROM services_reviews",
    "category": "SELECT slug FROM blog_categories UNION SELECT slug FROM services_categories",
    "customer_id": "SELECT customer_id FROM services_bookings",
    "email": "SELECT upper(email) FROM invitation",
    "inviter_id": "SELECT inviter_id FROM invitation",
    "media_id": "SELECT media_id FROM blog_post_media UNION SELECT media_id FROM services_media_links",
    "organization": "SELECT slug FROM blog_organizations",
    "organization_id": "SELECT id FROM organization",
    "parent": "SELECT slug FROM blog_categories UNION SELECT slug FROM services_categories",
    "post_id": "SELECT id FROM blog_posts",
    "provider_id": "SELECT provider_id FROM services_listings UNION SELECT provider_id FROM services_bookings",
    "service_id": "SELECT id FROM services_listings",
    "user_id": 'SELECT id FROM "user"',
}
"""Where the values of filters are found."""
KNOWN = {
    "blog_posts": "published",
    "blog_comments": "approved",
    "services_listings": "active",
    "services_reviews": "approved",
}
"""A status that some rows of each table have for certain."""
GIVEN: dict[str, list[object]] = {
    "day_of_week": [0, 1],
    "from_date": ["2026-03-16"],
    "language": ["fr", "pt-BR", "zh"],
    "rating": [0, 3],
    "role": ["owner", "admin", "none"],
    "slug_contains": ["o", "%"],
    "text": ["A", "_"],
    "to_date": ["2026-03-15"],
}
"""Values of the others, but for those that a type names."""


@pytest.fixture(scope="module", params=[0, 100])
def database(
    request: pytest.FixtureRequest, server_url: str, concordia_template: str
) -> Iterator[psycopg.Connection[Any]]:
    """Filled with few rows, with all that hurts among them; orders have ties, and times a microsecond apart."""
    with (
        new_database(server_url, concordia_template) as url,
        psycopg.connect(url, autocommit=True, options="-c TimeZone=UTC") as connection,
    ):
        fill_all(connection, request.param)
        yield connection


def fill_all(connection: psycopg.Connection[Any], first_seed: int) -> None:
    """Fill the tables so that none is left empty, and a list by status has rows."""
    for seed in itertools.count(first_seed):
        fill(connection, Random(seed))
        if all(
            connection.execute(f'SELECT FROM "{table}" LIMIT 1'.encode()).fetchone() is not None for table in TABLES
        ):
            break
    for table, status in KNOWN.items():
        some = f"id IN (SELECT id FROM {table} LIMIT 8)"
        connection.execute(f"UPDATE {table} SET status = '{status}', deleted_at = NULL WHERE {some}".encode())


def test_each_count_has_its_list() -> None:
    assert {*COUNTS.values()} <= {*LISTS}
    for count, name in COUNTS.items():
        own = {field.name for field in attrs.fields(cast("Any", LISTS[name]))}
        counted = {field.name for field in attrs.fields(cast("Any", count))} - {"at_most"}
        assert counted | {"with_unpublished"} & own == own - {"limit", "after", "languages"}


@pytest.mark.parametrize("count", COUNTS, ids=lambda cls: cls.query_name)
def test_a_count_is_that_of_its_list_under_each_filter(database: psycopg.Connection[Any], count: Any) -> None:
    querier, listing = Querier(database), LISTS[COUNTS[count]]
    found = set()
    for given in calls(database, count):
        query: Any = listing(**given)
        rows = paged(querier, query, 2) if listing in PAGED else querier.fetch(query)
        assert querier.fetch(count(**given)).count == len(rows), given
        found.add(bool(rows))
    assert True in found


@pytest.mark.parametrize("count", COUNTS, ids=lambda cls: cls.query_name)
def test_a_count_goes_up_to_its_bound(database: psycopg.Connection[Any], count: Any) -> None:
    querier = Querier(database)
    exact = [(given, querier.fetch(count(**given, at_most=None)).count) for given in calls(database, count)]
    assert max(number for _, number in exact) > 0
    for given, number in exact:
        assert querier.fetch(count(**given, at_most=1)).count == min(number, 1), given


@pytest.mark.parametrize("listing", PAGED, ids=lambda cls: cls.query_name)
def test_pages_of_one_row_are_the_list(database: psycopg.Connection[Any], listing: Any) -> None:
    """So that each cursor says all that the order goes by, to the microsecond."""
    querier = Querier(database)
    for given in calls(database, listing):
        whole = [attrs.evolve(row, cursor=Cursor("")) for row in querier.fetch(listing(**given, limit=500))]
        assert paged(querier, listing(**given), 1) == whole


@pytest.mark.parametrize("listing", PAGED, ids=lambda cls: cls.query_name)
def test_a_cursor_takes_what_the_order_goes_by_and_nothing_else(
    database: psycopg.Connection[Any], listing: Any
) -> None:
    querier = Querier(database)
    page = next(page for given in calls(database, listing) if (page := querier.fetch(listing(**given))))
    usual = next(calls(database, listing))
    text = page[0].cursor
    assert re.fullmatch(r"[\w-]+", text, re.ASCII)  # needs no escaping in an address
    keys = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert listing(**usual, after=json.dumps(keys)).after == json.dumps(keys)
    identity = [page[0].id, *([page[0].link_type] if hasattr(page[0], "link_type") else [])]
    assert keys[-len(identity) :] == identity
    for place, key in enumerate(keys):
        is_number = isinstance(key, int)
        is_moment = place < len(keys) - 1 and isinstance(key, str) and "T" in key
        for wrong in ["5" if is_number else 5, None, [key], *(["x", str(key)[:10]] if is_moment else [])]:
            with pytest.raises(ParameterError):
                listing(**usual, after=json.dumps([*keys[:place], wrong, *keys[place + 1 :]]))
        if not is_moment and not is_number:
            listing(**usual, after=json.dumps([*keys[:place], "x", *keys[place + 1 :]]))
    for wrong_number in (keys[:-1], [*keys, "x"]):
        with pytest.raises(ParameterError):
            listing(**usual, after=json.dumps(wrong_number))


FORGED = [
    *(2**31, -(2**31) - 1, 2**63, 10**400, 1.5, True, "", "%", "infinity", "2026-01-01", "0000-01-01T00:00:00"),
    *(f"2026-01-01T00:00:00{zone}" for zone in ("", "Z", "+15:59", "+16:00", "-23:59", " BC")),
    *("\u0662\u0660\u0662\u0666-01-01T00:00:00", "294276-12-31T23:59:59.9999999", "4714-01-01T00:00:00 BC"),
]
"""What may stand in a cursor that no row has."""


def forged(keys: list[Any]) -> Iterator[str]:
    """A cursor with each of its keys forged in turn."""
    for place, wrong in itertools.product(range(len(keys)), FORGED):
        yield json.dumps([*keys[:place], wrong, *keys[place + 1 :]])


def is_read(querier: Querier, listing: Any, **values: object) -> bool:
    """Whether the query takes the values, and then the server too."""
    try:
        asked = listing(**values)
    except ParameterError:
        return False
    querier.fetch(asked)
    return True


@pytest.mark.parametrize("listing", PAGED, ids=lambda cls: cls.query_name)
def test_a_forged_cursor_is_refused_before_the_server(database: psycopg.Connection[Any], listing: Any) -> None:
    querier, usual = Querier(database), next(calls(database, listing))
    text = next(page for given in calls(database, listing) if (page := querier.fetch(listing(**given))))[0].cursor
    keys = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert {is_read(querier, listing, **usual, after=after) for after in forged(keys)} == {True, False}


@pytest.mark.parametrize("sort", ["newest", "oldest", "best"])
@pytest.mark.parametrize("keys", [[None, "2026-01-01T00:00:00", "x"], ["x", "2026-01-01T00:00:00", "y"]])
def test_a_forged_cursor_of_a_thread_is_refused_before_the_server(
    database: psycopg.Connection[Any], sort: str, keys: list[Any]
) -> None:
    querier = Querier(database)
    listed = {
        is_read(querier, services.GetReviewPage, service_id="x", sort=sort, after=after)
        for after in itertools.chain(forged(keys), forged([*keys, 5]))
    }
    if sort != "best":
        listed |= {is_read(querier, blog.GetCommentPage, post_id="x", sort=sort, after=after) for after in forged(keys)}
    assert listed == {True, False}


def calls(database: psycopg.Connection[Any], cls: type[Query[Any]]) -> Iterator[dict[str, Any]]:
    """The required fields with some values each; for the first of these, each other filter with each of its values."""
    hints = typing.get_type_hints(cls)
    fixed: list[dict[str, Any]] = [{}]
    for name in required(cls):
        fixed = [{**each, name: value} for each in fixed for value in values_of(database, name, hints[name])]
    for number, given in enumerate(fixed):
        yield given
        for name in {*hints} & {field.name for field in attrs.fields(cast("Any", cls)) if field.default is None}:
            if number < 3 and name not in ("after", "languages"):
                for value in values_of(database, name, hints[name]):
                    hidden = name == "status" and "with_unpublished" in hints and value not in PUBLIC.values()
                    yield {**given, name: value, **({"with_unpublished": True} if hidden else {})}


def values_of(database: psycopg.Connection[Any], name: str, hint: Any) -> list[Any]:
    for alternative in (hint, *typing.get_args(hint)):
        if typing.get_origin(alternative) is Literal:
            return list(typing.get_args(alternative))
        if alternative is bool:
            return [True, False]
    if name in SOURCES:
        found = [value for (value,) in database.execute(SOURCES[name].encode()) if value is not None]
        return sorted({*found})[:8]
    return GIVEN[name]
