"""What queries and commands cost: the blocks that the server reads for them, under the plans that the library uses."""

import contextlib
import itertools
import re
import typing
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random
from typing import Any, Literal

import attrs
import psycopg
from psycopg.sql import Literal as SqlLiteral

from concordia_sql import Batched, Command, Cursor, Many, Querier, Query, Statement, auth, blog, services
from concordia_sql.engine.compose import Composed
from concordia_sql.tools import sample
from tests.support.catalog import OF_QUERY, VALUES, example, filters
from tests.support.databases import new_database
from tests.support.deletes import RowOf
from tests.support.random_commands import choices, table_of
from tests.support.rows import insert
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
    """What a statement read, what it gave or wrote, how long the server took for it, and how many rows it handled."""

    blocks: int
    rows: int
    milliseconds: float
    handled: int


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
    connection.execute(
        "SET session_replication_role = replica"
    )  # without checks of references, which take a third of it
    sample.load(connection, size)
    _skew(connection, 500 * size)
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("SET plan_cache_mode = force_generic_plan")


def forget(connection: Connection) -> None:
    """Drop the statistics, as if no table had ever been analyzed."""
    connection.execute("DELETE FROM pg_statistic")
    connection.execute("UPDATE pg_class SET reltuples = -1 WHERE relnamespace = 'public'::regnamespace")
    connection.execute(
        "VACUUM pg_class, pg_statistic"
    )  # or else the dead rows would be read at the first use of a table


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
        f"""INSERT INTO services_reviews
        (id, service_id, parent_id, author_name, author_email, content, rating, status, in_language, created_at)
        SELECT 'reply-' || i, service_id, id, 'a', 'a', '"x"', 0, 'pending', 'fr', {moment}
        FROM services_reviews, generate_series(1, {many // 5}) i WHERE id = 'review-1'""",
        *_skewed_comments(many // 5, moment),
        *_skewed_posts_and_listings(many // 5, moment),
        *_skewed_links(),
        f"""INSERT INTO blog_post_media (post_id, media_id, type)
        SELECT id, '{OF_QUERY["blog.GetMedium"]["id"]}', 'gallery' FROM blog_posts ON CONFLICT DO NOTHING""",
        f"""INSERT INTO services_media_links (service_id, media_id, type)
        SELECT id, '{OF_QUERY["services.GetServiceMedium"]["id"]}', 'gallery' FROM services_listings
        ON CONFLICT DO NOTHING""",
    ):
        connection.execute(text.encode())


def _skewed_comments(many: int, moment: str) -> Iterator[str]:
    """Roots of post-5, half rejected, of the draft post-4, replies to comment-root and a chain of hidden ones."""
    for post, name, parent, status in (
        ("post-5", "hot", "NULL", "CASE WHEN i % 2 = 0 THEN 'rejected' ELSE 'approved' END"),
        ("post-4", "draft", "NULL", "'approved'"),
        ("post-1", "below", "'comment-root'", "'pending'"),
        ("post-7", "chain", "'chain-' || nullif(i - 1, 0)", "CASE WHEN i = 100 THEN 'approved' ELSE 'pending' END"),
    ):
        yield f"""INSERT INTO blog_comments
        (id, post_id, parent_id, author_name, author_email, content, status, in_language, created_at)
        SELECT '{name}-' || i, '{post}', {parent}, 'a', 'a', '"x"', {status}, 'fr', {moment}
        FROM generate_series(1, {100 if name == "chain" else many}) i"""


def _skewed_posts_and_listings(many: int, moment: str) -> Iterator[str]:
    """Old ones, half of them drafts, in a tree of 51 categories; authors and categories of all, of the old, of none."""
    kinds = "unnest('{all,old,none,wide}'::text[]) AS kind"
    yield f"""INSERT INTO blog_authors (id, slug, display_name) SELECT kind, kind, '"n"' FROM {kinds}"""
    for categories in ("blog_categories", "services_categories"):
        yield f"""INSERT INTO {categories} (id, slug, name) SELECT kind, kind, '"n"' FROM {kinds}"""
        yield f"""INSERT INTO {categories} (id, slug, name, parent_id)
        SELECT 'wide-' || i, 'wide-' || i, '"n"', 'wide' FROM generate_series(0, 49) i"""
    yield f"""INSERT INTO blog_posts (id, slug, status, in_language, created_at)
    SELECT 'many-' || i, 'many-' || i, CASE WHEN i % 2 = 0 THEN 'draft' ELSE 'published' END, 'fr', {moment}
    FROM generate_series(1, {many}) i"""
    for links in ("blog_post_authors", "blog_post_categories"):
        yield f"INSERT INTO {links} SELECT id, 'all' FROM blog_posts"
        yield f"INSERT INTO {links} SELECT id, 'old' FROM blog_posts WHERE id LIKE 'many-%'"
    yield f"""INSERT INTO blog_post_categories
    SELECT 'many-' || i, 'wide-' || i / 2 % 50 FROM generate_series(1, {many}) i"""
    yield f"""INSERT INTO services_listings (id, slug, category_id, provider_id, status, created_at)
    SELECT 'many-' || i, 'many-' || i, CASE WHEN i % 4 < 2 THEN 'old' ELSE 'wide-' || i / 4 % 50 END, 'user-1',
        CASE WHEN i % 2 = 0 THEN 'draft' ELSE 'active' END, {moment}
    FROM generate_series(1, {many}) i"""


def _skewed_links() -> Iterator[str]:
    """The oldest post and listing, with authors and media that have nothing else that is asked for."""
    yield """INSERT INTO blog_posts (id, slug, status, in_language, created_at)
    VALUES ('linked', 'linked', 'published', 'fr', '2000-01-01')"""
    yield """INSERT INTO services_listings (id, slug, category_id, provider_id, status, created_at)
    VALUES ('linked', 'linked', 'old', 'many-1', 'active', '2000-01-01')"""
    yield """INSERT INTO blog_post_authors
    SELECT 'linked', id FROM blog_authors WHERE slug <> 'john-doe' AND id NOT IN ('all', 'old', 'none')"""
    for links, media, query in (
        ("blog_post_media", "blog_media", "blog.GetMedium"),
        ("services_media_links", "services_media", "services.GetServiceMedium"),
    ):
        yield f"INSERT INTO {links} SELECT 'linked', id, 'gallery' FROM {media} WHERE id <> '{OF_QUERY[query]['id']}'"


def add_many(connection: Connection, many: int) -> None:
    """Add posts and listings that have two of everything, of two authors, two categories, one medium and one user."""
    post_medium, listing_medium = (OF_QUERY[name]["id"] for name in ("blog.GetMedium", "services.GetServiceMedium"))
    one = f"generate_series(1, {many}) i"
    two = f"{one}, unnest('{{all,old}}'::text[]) AS kind"
    gone = "CASE WHEN i % 100 = 0 THEN now() END"
    connection.execute("SET session_replication_role = replica")
    for text in (
        f"""INSERT INTO blog_posts (id, slug, status, in_language, deleted_at)
        SELECT 'more-' || i, 'more-' || i, 'published', 'fr', {gone} FROM {one}""",
        f"""INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
        SELECT 'more-' || i || kind, 'more-' || i, kind, '"x"', '"x"', '"x"' FROM {two}""",
        f"INSERT INTO blog_post_authors SELECT 'more-' || i, kind FROM {two}",
        f"INSERT INTO blog_post_categories SELECT 'more-' || i, kind FROM {two}",
        f"INSERT INTO blog_post_media (post_id, media_id, type) SELECT 'more-' || i, '{post_medium}', kind FROM {two}",
        f"""INSERT INTO services_listings (id, slug, category_id, provider_id, status, deleted_at)
        SELECT 'more-' || i, 'more-' || i, 'old', 'user-1', 'active', {gone} FROM {one}""",
        f"""INSERT INTO services_translations (id, service_id, in_language, title, description)
        SELECT 'more-' || i || kind, 'more-' || i, kind, '"x"', '"x"' FROM {two}""",
        f"""INSERT INTO services_availability (id, service_id, day_of_week, start_time, end_time)
        SELECT 'more-' || i || kind, 'more-' || i, 1, kind, kind FROM {two}""",
        f"""INSERT INTO services_media_links (service_id, media_id, type)
        SELECT 'more-' || i, '{listing_medium}', kind FROM {two}""",
        f"""INSERT INTO services_bookings
        (id, service_id, customer_id, provider_id, booking_date, booking_time, duration_minutes)
        SELECT 'more-' || i || kind, 'more-' || i, 'user-1', 'user-2', '2026-03-15', '10:00', 60 FROM {two}""",
        f"""INSERT INTO account (id, account_id, provider_id, user_id, updated_at)
        SELECT 'more-' || i || kind, 'more-' || i, kind, 'user-1', now() FROM {two}""",
    ):
        connection.execute(text.encode())
    connection.execute("RESET session_replication_role")


def add_of_four(connection: Connection, case: RowOf, many: int) -> None:
    """Add many rows to a table, of which four others have each a quarter. What else a row refers to may be nowhere."""
    _, parent, table, column, others = case
    connection.execute("SET session_replication_role = replica")
    for number in range(4):
        insert(connection, parent, {"id": str(number)})
    insert(connection, table, {column: "0", **dict.fromkeys(others, "first")})
    own = [f"'{name}', 'of four ' || i" for (name,) in connection.execute(_OWN, [table]) if name != column]
    values = ", ".join([*own, f"'{column}', (i * 7919 % 4)::text"])
    connection.execute(
        f"""INSERT INTO {table}
        SELECT made.*
        FROM {table} AS kept
        CROSS JOIN generate_series(1, {many}) AS i
        CROSS JOIN jsonb_populate_record(kept, jsonb_build_object({values})) AS made
        WHERE kept.{column} = '0'""".encode()
    )
    connection.execute("RESET session_replication_role")


_OWN = """
SELECT DISTINCT pg_attribute.attname
FROM pg_index
INNER JOIN pg_attribute ON pg_attribute.attrelid = pg_index.indrelid AND pg_attribute.attnum = any(pg_index.indkey)
WHERE pg_index.indrelid = to_regclass(%s) AND pg_index.indisunique AND pg_attribute.atttypid = 'text'::regtype
"""
"""The texts in which two rows of a table must differ."""


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
    blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return Cost(blocks, round(rows), explained["Execution Time"], round(sum(_handled(plan))))


def _handled(plan: dict[str, Any]) -> Iterator[float]:
    """The rows that each node of a plan gives or drops, each time that it runs."""
    dropped = [count for name, count in plan.items() if name.startswith("Rows Removed by")]
    yield plan["Actual Loops"] * (plan["Actual Rows"] + sum(dropped))
    for each in plan.get("Plans", []):
        yield from _handled(each)


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


def calls(query_class: type[Query[Any]], pairs: int | None = None, triples: int = 0) -> Iterator[Query[Any]]:
    """The query with no filter, each, pairs and triples, for values that many rows, few or none have, in each order.

    Of pairs all are given, or so many, of triples so many: the same each time.
    """
    yield from single_calls(query_class)
    for number, most in ((2, pairs), (3, triples)):
        sets = [*_sets(query_class, number)]
        random = Random(query_class.query_name)
        for values in sets if most is None else random.sample(sets, min(most, len(sets))):
            yield from _given(query_class, values)


def _sets(query_class: type[Query[Any]], number: int) -> Iterator[dict[str, Any]]:
    for fields in itertools.combinations(_varied(query_class).items(), number):
        for values in itertools.product(*(values for _, values in fields)):
            yield dict(zip((name for name, _ in fields), values, strict=True))


def single_calls(query_class: type[Query[Any]]) -> Iterator[Query[Any]]:
    """The query with no filter and with each, as `calls` has them."""
    yield from _given(query_class, {})
    for name, values in _varied(query_class).items():
        for value in values:
            yield from _given(query_class, {name: value})


def _given(query_class: type[Query[Any]], values: dict[str, Any]) -> Iterator[Query[Any]]:
    """The query with these values, in each order, if they fit. One of a status that visitors do not see asks for it."""
    known = filters(query_class)
    shown = any(each.endswith("status") for each in values) and "with_unpublished" in known
    hidden = {"with_unpublished": True} if shown and "with_unpublished" not in values else {}
    for order in itertools.product(*query_class._choices.values()):
        with contextlib.suppress(ValueError):  # no such value fits
            changed = {**hidden, **values, **dict(zip(query_class._choices, order, strict=True))}
            yield attrs.evolve(typing.cast("Any", example(query_class)), **changed)


def _varied(query_class: type[Query[Any]]) -> dict[str, list[Any]]:
    """The parameters that a query filters by, and their values but for those that its example has without filters."""
    hints = typing.get_type_hints(query_class, include_extras=True)
    varied = {}
    for field in attrs.fields(typing.cast("Any", query_class)):
        if field.name not in {"after", *query_class._choices}:
            is_filter = field.default is None
            value = getattr(example(query_class, [field.name] if is_filter else []), field.name)
            others = _others(query_class, field.name, hints[field.name], value)
            varied[field.name] = [*([value] if is_filter else []), *others]
    return {name: values for name, values in varied.items() if values}


def _others(query_class: type[Query[Any]], name: str, hint: Any, value: object) -> Iterable[object]:
    listed = [each for part in _parts(hint) if typing.get_origin(part) is Literal for each in typing.get_args(part)]
    if listed:
        return [each for each in listed if each != value]
    if isinstance(value, bool):
        return [not value]
    others = OTHERS.get(f"{query_class.query_name}.{name}", OTHERS.get(name, ()))
    return [ABSENT, *others] if isinstance(value, str) else others


OTHERS: dict[str, tuple[object, ...]] = {
    "at_most": (1,),
    "author": ("all", "old", "none"),
    "author_id": ("many-7",),
    "blog.GetAuthor.slug": ("all", "old", "none"),
    "blog.GetComment.id": ("chain-1", "chain-100"),
    "blog.GetCommentPath.id": ("chain-1", "chain-100"),
    "blog.GetCommentSubtree.id": ("chain-1", "chain-100"),
    "blog.GetCategory.slug": ("all", "wide", "none"),
    "blog.GetPost.slug": ("linked",),
    "blog.GetPostById.id": ("linked",),
    "category": ("all", "old", "wide", "none"),
    "customer_id": ("many-7",),
    "depth": (0, 10),
    "from_date": ("1900-01-01", "2100-01-01"),
    "language": ("ar", "xx"),
    "limit": (1,),
    "organization_id": ("organization-7",),
    "parent": ("wide", "none"),
    "post_id": ("post-4", "post-5", "post-7", "many-7"),
    "provider_id": ("many-7",),
    "rating": (0, 3),
    "replies": (0, 100),
    "service_id": ("listing-4", "many-7"),
    "services.GetListing.slug": ("linked",),
    "services.GetListingById.id": ("linked",),
    "services.GetServiceCategory.slug": ("old", "wide", "none"),
    "to_date": ("1900-01-01", "2100-01-01"),
    "top": ("wide", "none"),
    "user_id": ("many-7",),
}
"""More values of parameters: those of which many rows, few or none are; of post-5 half the comments are shown."""


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    if typing.get_origin(hint) is not Literal:
        for part in typing.get_args(hint):
            yield from _parts(part)


@attrs.frozen
class _Placed:
    cursor: Cursor


def far_behind(connection: Connection, query_class: type[Query[Any]]) -> Iterator[Query[Any]]:
    """One row after 2,000 rows of a list or the last one, or after a page of a thread, without filters and with each.

    Whoever reads all rows in front of it reads more than one row may cost.
    """
    if "after" not in query_class._fields:
        return
    querier = Querier(connection, prepare=False)
    is_list = issubclass(query_class, Many)
    for query in single_calls(query_class):
        cursor = None
        for _ in range(4 if is_list else 1):
            found = _placed(querier, query, cursor, is_list=is_list)
            cursor = found or cursor
            if not found:
                break
        if cursor:
            yield attrs.evolve(typing.cast("Any", query), after=cursor, limit=1)


def _placed(querier: Querier, query: Any, after: Cursor | None, *, is_list: bool) -> Cursor | None:
    """The cursor of the last row of a large page of a list, or of the next page of a thread."""
    if is_list:
        rows = querier.fetch(attrs.evolve(query, after=after, limit=500).into(_Placed))
        return rows[-1].cursor if rows else None
    page = querier.fetch(attrs.evolve(query, after=after, limit=10))
    return getattr(page, "next", None)


def command_examples(connection: Connection, command_class: type[Command[Any]]) -> Iterator[Command[Any]]:
    """The command for the rows to which most others belong, then for others that have many."""
    first = command_example(connection, command_class)
    yield first
    for values in MORE_OF_COMMAND.get(command_class, ()):
        yield attrs.evolve(typing.cast("Any", first), **values)


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

_REPLIES: tuple[dict[str, Any], ...] = ({"replies": "subtree"}, {"replies": "tombstone"})
MORE_OF_COMMAND: dict[Any, tuple[dict[str, Any], ...]] = {
    auth.ChangeMemberRole: ({"user_id": "many-7", "role": "admin"},),
    auth.CreateSession: ({"user_id": "many-7"},),
    auth.DeleteExpiredSessions: ({"limit": 500},),
    auth.DeleteOrganization: ({"limit": 500}, {"id": "organization-2"}),
    auth.DeleteUser: ({"limit": 500}, {"id": "many-7"}),
    auth.DeleteUserSessions: ({"limit": 500},),
    auth.RemoveMember: ({"user_id": "many-7"},),
    blog.AddComment: ({"post_id": "post-5"}, {"post_id": "post-5", "parent_id": "hot-1"}),
    blog.DeleteAuthor: ({"id": "all"}, {"id": "none"}),
    blog.DeleteCategory: ({"id": "all"}, {"id": "wide"}, {"id": "wide-1"}, {"id": "none"}),
    blog.DeleteComment: tuple({"id": node, **way} for node in ("chain-1", "comment-root", "hot-1") for way in _REPLIES),
    blog.DeleteMedium: ({"id": OF_QUERY["blog.GetMedium"]["id"]},),
    blog.DeletePost: ({"id": "post-5"}, {"id": "post-7"}, {"id": "many-7"}),
    blog.MoveCategory: ({"id": "wide-1", "parent_id": "none"},),
    blog.MoveComment: ({"id": "chain-100", "parent_id": "chain-50"},),
    blog.PurgeComments: ({"limit": 500},),
    blog.PurgePosts: ({"limit": 500},),
    services.DeleteListing: ({"id": "many-7"},),
    services.DeleteReview: tuple({"id": "review-1", **way} for way in _REPLIES),
    services.DeleteServiceCategory: ({"id": "old"}, {"id": "wide"}, {"id": "wide-1"}, {"id": "none"}),
    services.DeleteServiceMedium: ({"id": OF_QUERY["services.GetServiceMedium"]["id"]},),
    services.MoveServiceCategory: ({"id": "wide-1", "parent_id": "none"},),
    services.PurgeReviews: ({"limit": 500},),
    services.ReplaceListingAvailability: ({"service_id": "many-7"},),
}
"""Other values: of rows that have many or none, each way to delete, and larger batches."""


def _value(connection: Connection, table: str, name: str, hint: Any) -> Any:
    if other := table_of(table, name):
        return HOT.get(other) or connection.execute(f'SELECT min(id) FROM "{other}"'.encode()).fetchone()[0]  # type: ignore[index]
    if any(attrs.has(part) for part in _parts(hint) if isinstance(part, type)):
        return []
    given = {**VALUES, **OF_QUERY}
    return given[name] if name in VALUES else choices(table, name, hint)[0]
