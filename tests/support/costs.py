"""What queries and commands cost: the blocks that the server reads for them, under the plans that the library uses."""

import contextlib
import itertools
import re
import typing
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

import attrs
import psycopg
from psycopg.sql import Literal as SqlLiteral

from concordia_sql import Batched, Command, Querier, Query, Statement, auth, blog, services
from concordia_sql.engine.compose import Composed
from concordia_sql.tools import sample
from tests.support.catalog import OF_QUERY, VALUES, example, filters, required
from tests.support.databases import new_database
from tests.support.random_commands import choices, table_of
from tests.support.rules import COMMANDS

Connection = psycopg.Connection[Any]
NOW = datetime(2026, 1, 1)
FAR = datetime(2100, 1, 1)
ABSENT = "of nobody and nothing"
HOT = {
    "user": "user-1",
    "organization": "organization-1",
    "blog_posts": "post-1",
    "services_listings": "listing-1",
}
"""The rows to which most others belong."""


@attrs.frozen
class Cost:
    """What a statement read, what it gave or wrote, and how long the server took for it."""

    blocks: int
    rows: int
    milliseconds: float


@contextlib.contextmanager
def sized(server_url: str, template: str, size: int | None = None) -> Iterator[Connection]:
    """A database like the template; a size adds the sample, with many rows more of one listing and one user."""
    with (
        new_database(server_url, template) as url,
        psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection,
    ):
        if size:
            load(connection, size)
        connection.execute("SET plan_cache_mode = force_generic_plan")
        yield connection


def load(connection: Connection, size: int) -> None:
    """Fill an empty database, and plan as the library does."""
    sample.load(connection, size)
    _skew(connection, 500 * size)
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("SET plan_cache_mode = force_generic_plan")


def forget(connection: Connection) -> None:
    """Drop the statistics, as if no table had ever been analyzed."""
    connection.execute("DELETE FROM pg_statistic")
    connection.execute("UPDATE pg_class SET reltuples = -1 WHERE relnamespace = 'public'::regnamespace")


def _skew(connection: Connection, many: int) -> None:
    moment = "'2020-01-01'::timestamp + i * interval '1 min'"
    for table, columns, values in (
        ('"user"', "id, name, email, created_at", f"'many-' || i, 'n', 'many-' || i, {moment}"),
        (
            "member",
            "id, organization_id, user_id, created_at",
            f"'many-' || i, 'organization-1', 'many-' || i, {moment}",
        ),
        (
            "services_reviews",
            "id, service_id, author_name, author_email, author_id, content, rating, status, in_language, created_at",
            f"'many-' || i, 'listing-1', 'a', 'a', 'user-1', '\"x\"', 1 + i % 5, 'pending', 'fr', {moment}",
        ),
        (
            "session",
            "id, expires_at, token, user_id, updated_at",
            f"'many-' || i, {moment}, 'many-' || i, CASE WHEN i % 10 = 0 THEN 'user-1' ELSE 'many-' || i END, now()",
        ),
    ):
        connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {many}) i".encode()
        )
    for text in (
        """INSERT INTO invitation (id, organization_id, email, expires_at, inviter_id)
        VALUES ('invitation-of-many', 'organization-2', 'many-1', '2100-01-01', 'user-1')""",
        """INSERT INTO verification (id, identifier, value, expires_at) VALUES ('many', 'many-1', '1', '2100-01-01')""",
        """INSERT INTO services_bookings
        (id, service_id, customer_id, provider_id, booking_date, booking_time, duration_minutes)
        VALUES ('booking-of-many', 'listing-1', 'user-1', 'user-2', '2026-03-15', '10:00', 60)""",
        f"""INSERT INTO blog_post_media (post_id, media_id, type)
        SELECT id, '{OF_QUERY["blog.GetMedium"]["id"]}', 'gallery' FROM blog_posts ON CONFLICT DO NOTHING""",
        f"""INSERT INTO services_media_links (service_id, media_id, type)
        SELECT id, '{OF_QUERY["services.GetServiceMedium"]["id"]}', 'gallery' FROM services_listings
        ON CONFLICT DO NOTHING""",
    ):
        connection.execute(text.encode())


def cost(connection: Connection, statement: Statement[Any]) -> Cost:
    """What a statement costs, with those that run before it. What a command writes is rolled back."""
    composed = statement.compose()
    try:
        with connection.transaction(force_rollback=True):
            costs = [_explained(connection, each, statement) for each in (*composed.before, composed)]
    finally:
        connection.execute("DEALLOCATE ALL")
    return Cost(*map(sum, zip(*map(attrs.astuple, costs), strict=True)))


def _explained(connection: Connection, composed: Composed, statement: Statement[Any]) -> Cost:
    texts = Querier(connection, prepare=False)._session.texts(composed, statement)
    literals = ", ".join("NULL" if text is None else SqlLiteral(text).as_string() for text in texts)
    connection.execute(b"DEALLOCATE ALL")
    connection.execute(b"PREPARE costed AS " + composed.encoded)
    arguments = f"({literals})" if literals else ""
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE costed{arguments}"
    (([explained],),) = connection.execute(explain.encode())
    plan = explained["Plan"]
    rows = plan["Actual Rows"] + sum(_written(plan))
    return Cost(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], round(rows), explained["Execution Time"])


def _written(plan: dict[str, Any]) -> Iterator[float]:
    """The rows that go into each node that writes."""
    below: list[dict[str, Any]] = plan.get("Plans", [])
    if plan["Node Type"] == "ModifyTable":
        yield sum(each["Actual Rows"] for each in below if each.get("Parent Relationship") == "Outer")
    for each in below:
        yield from _written(each)


def price(statement: type[Statement[Any]]) -> str | None:
    """Why the statement may cost more, as its header says."""
    text = statement.source.path.read_text("utf-8")
    found = re.search(r"^-- cost: (.+)$", text, re.MULTILINE)
    return found[1] if found else None


def calls(query_class: type[Query[Any]]) -> Iterator[Query[Any]]:
    """The query with each filter and pair of filters, each of them also for each value that is rare or absent."""
    names = filters(query_class)
    for count in range(3):
        for chosen in itertools.combinations(names, count):
            yield example(query_class, chosen)
    yield from other_values(query_class)


def other_values(query_class: type[Query[Any]]) -> Iterator[Query[Any]]:
    """The query with each filter for the values that its example does not have."""
    hints = typing.get_type_hints(query_class, include_extras=True)
    for name in {*filters(query_class), *required(query_class)}:
        base = example(query_class, [name])
        for value in _others(hints[name], getattr(base, name)):
            with contextlib.suppress(ValueError):  # no such value fits
                hidden = {"with_unpublished": True} if name.endswith("status") and "with_unpublished" in hints else {}
                yield attrs.evolve(typing.cast("Any", base), **{name: value}, **hidden)


def _others(hint: Any, value: object) -> Iterable[object]:
    listed = [each for part in _parts(hint) if typing.get_origin(part) is Literal for each in typing.get_args(part)]
    if listed:
        return [each for each in listed if each != value]
    if isinstance(value, bool):
        return [not value]
    return [ABSENT] if isinstance(value, str) else []


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    if typing.get_origin(hint) is not Literal:
        for part in typing.get_args(hint):
            yield from _parts(part)


def in_the_middle(connection: Connection, query_class: type[Query[Any]]) -> Iterator[Query[Any]]:
    """A list after a row in its middle, without filters and with each of them."""
    if "after" not in query_class._fields:
        return
    querier = Querier(connection, prepare=False)
    for chosen in ((), *((name,) for name in filters(query_class))):
        query: Any = example(query_class, chosen)
        rows: Any = querier.fetch(attrs.evolve(query, limit=50))
        if isinstance(rows, list) and rows:
            yield attrs.evolve(query, after=rows[len(rows) // 2].cursor)


def command_example(connection: Connection, command_class: type[Command[Any]]) -> Command[Any]:
    """The command for the rows to which most others belong, in batches where it can."""
    table = COMMANDS[command_class][0] if command_class in COMMANDS else "services_bookings"
    values: dict[str, Any] = {**OF_COMMAND.get(command_class, {})}
    hints = typing.get_type_hints(command_class, include_extras=True)
    for field in attrs.fields(typing.cast("Any", command_class)):
        name, hint = field.name, hints[field.name]
        if issubclass(command_class, Batched) and name in ("limit", "in_batches"):
            values[name] = 20 if name == "limit" else True
        elif field.default is attrs.NOTHING and name not in values:
            values[name] = _value(connection, table, name, hint)
    return command_class(**values)


OF_COMMAND: dict[Any, dict[str, Any]] = {
    auth.AcceptInvitation: {"id": "invitation-of-many", "user_id": "many-1"},
    auth.AddMember: {"organization_id": "organization-2", "user_id": "many-1"},
    auth.ChangeInvitationStatus: {"id": "invitation-of-many", "status": "rejected"},
    auth.RemoveMember: {"organization_id": "organization-1", "user_id": "many-1"},
    auth.TryCode: {"identifier": "many-1", "code": "1"},
    auth.UseVerification: {"identifier": "many-1", "value": "1"},
    blog.MoveCategory: {"parent_id": None},
    blog.MoveComment: {"parent_id": None},
    blog.PurgeComments: {"deleted_before": FAR},
    blog.PurgePosts: {"deleted_before": FAR},
    blog.ReplacePostAuthors: {"author_ids": []},
    blog.ReplacePostCategories: {"category_ids": []},
    services.ChangeBookingStatus: {"id": "booking-of-many", "status": "confirmed", "now": NOW},
    services.CreateAvailabilitySlot: {"day_of_week": 1, "start_time": "05:10", "end_time": "05:20"},
    services.CreateBooking: {
        "service_id": "listing-1",
        "customer_id": "user-2",
        "booking_date": "2026-03-16",
        "booking_time": "10:00",
        "now": NOW,
    },
    services.MoveReview: {"parent_id": None},
    services.MoveServiceCategory: {"parent_id": None},
    services.PurgeListings: {"deleted_before": FAR},
    services.PurgeReviews: {"deleted_before": FAR},
}
"""Values without which a command would be refused, or a purge would find nothing."""


def _value(connection: Connection, table: str, name: str, hint: Any) -> Any:
    if other := table_of(table, name):
        return HOT.get(other) or connection.execute(f'SELECT min(id) FROM "{other}"'.encode()).fetchone()[0]  # type: ignore[index]
    if any(attrs.has(part) for part in _parts(hint) if isinstance(part, type)):
        return []
    given = {**VALUES, **OF_QUERY}
    return given[name] if name in VALUES else choices(table, name, hint)[0]
