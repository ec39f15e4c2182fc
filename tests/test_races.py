"""Deletes that meet what refers to the row: whoever comes first, both end as if one had come after the other."""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any, TypeAlias

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from concordia_sql import Command, ConcordiaError, Querier, auth, blog, profile, services
from tests.support.races import overlap, racers, waiting
from tests.support.reading import rows
from tests.support.rows import insert
from tests.support.statements import text_of

Connection = psycopg.Connection[Any]
Make: TypeAlias = Callable[[str], Command[Any]]
"""A command on the rows of one number, whose ids end with it."""

LATER = datetime(2100, 1, 1)
COMMENT: dict[str, Any] = {
    "author_name": "n",
    "author_email": "e",
    "content": "c",
    "status": "approved",
    "in_language": "fr",
}
REVIEW: dict[str, Any] = {**COMMENT, "rating": 5}
TEXTS: dict[str, Any] = {"in_language": "en", "headline": "h", "article_body": "b", "excerpt": "e"}
SERVICE_TEXTS: dict[str, Any] = {"in_language": "en", "title": "t", "description": "d"}
TIME: dict[str, Any] = {"day_of_week": 1, "start_time": "09:00", "end_time": "12:00"}


def post(n: str, **given: Any) -> Command[Any]:
    return blog.CreatePost(slug=f"new{n}", status="draft", in_language="fr", **given)


def listing(n: str, **given: Any) -> Command[Any]:
    return services.CreateListing(slug=f"new{n}", provider_id="u", **given)


RACES: Mapping[str, tuple[Make, list[Make]]] = {
    "user": (
        lambda n: auth.DeleteUser(id=f"u{n}"),
        [
            lambda n: auth.CreateSession(expires_at=LATER, token=f"t{n}", user_id=f"u{n}"),
            lambda n: auth.CreateAccount(account_id=f"a{n}", provider_id="p", user_id=f"u{n}"),
            lambda n: auth.AddMember(organization_id=f"o{n}", user_id=f"u{n}"),
            lambda n: auth.CreateOrganization(name="n", slug=f"new{n}", user_id=f"u{n}"),
            lambda n: auth.InviteMember(organization_id=f"o{n}", email="e", inviter_id=f"u{n}", expires_at=LATER),
            lambda n: auth.AcceptInvitation(id=f"i{n}", user_id=f"u{n}"),
            lambda n: profile.PutProfile(user_id=f"u{n}"),
        ],
    ),
    "organization": (
        lambda n: auth.DeleteOrganization(id=f"o{n}"),
        [
            lambda n: auth.AddMember(organization_id=f"o{n}", user_id=f"u{n}"),
            lambda n: auth.InviteMember(organization_id=f"o{n}", email="e", inviter_id=f"u{n}", expires_at=LATER),
            lambda n: auth.AcceptInvitation(id=f"i{n}", user_id=f"u{n}"),
        ],
    ),
    "blog_posts": (
        lambda n: blog.DeletePost(id=f"p{n}"),
        [
            lambda n: blog.AddComment(post_id=f"p{n}", **COMMENT),
            lambda n: blog.AddComments(comments=[blog.NewComment(post_id=f"p{n}", **COMMENT)]),
            lambda n: blog.PutTranslation(post_id=f"p{n}", **TEXTS),
            lambda n: blog.ReplacePostTranslations(post_id=f"p{n}", translations=[blog.NewTranslation(**TEXTS)]),
            lambda n: blog.LinkPostAuthor(post_id=f"p{n}", author_id=f"a{n}"),
            lambda n: blog.ReplacePostAuthors(post_id=f"p{n}", author_ids=[f"a{n}"]),
            lambda n: blog.LinkPostCategory(post_id=f"p{n}", category_id=f"c{n}"),
            lambda n: blog.ReplacePostCategories(post_id=f"p{n}", category_ids=[f"c{n}"]),
            lambda n: blog.LinkPostMedium(post_id=f"p{n}", media_id=f"m{n}", type="cover"),
            lambda n: blog.ReplacePostMedia(
                post_id=f"p{n}", media=[blog.NewPostMedium(media_id=f"m{n}", type="cover")]
            ),
        ],
    ),
    "blog_authors": (
        lambda n: blog.DeleteAuthor(id=f"a{n}"),
        [
            lambda n: blog.LinkPostAuthor(post_id=f"p{n}", author_id=f"a{n}"),
            lambda n: blog.ReplacePostAuthors(post_id=f"p{n}", author_ids=[f"a{n}"]),
            lambda n: post(n, author_ids=[f"a{n}"]),
        ],
    ),
    "blog_categories": (
        lambda n: blog.DeleteCategory(id=f"c{n}"),
        [
            lambda n: blog.LinkPostCategory(post_id=f"p{n}", category_id=f"c{n}"),
            lambda n: blog.ReplacePostCategories(post_id=f"p{n}", category_ids=[f"c{n}"]),
            lambda n: post(n, category_ids=[f"c{n}"]),
            lambda n: blog.CreateCategory(slug=f"new{n}", name="n", parent_id=f"c{n}"),
            lambda n: blog.MoveCategory(id=f"cc{n}", parent_id=f"c{n}"),
        ],
    ),
    "blog_media": (
        lambda n: blog.DeleteMedium(id=f"m{n}"),
        [
            lambda n: blog.LinkPostMedium(post_id=f"p{n}", media_id=f"m{n}", type="cover"),
            lambda n: blog.ReplacePostMedia(
                post_id=f"p{n}", media=[blog.NewPostMedium(media_id=f"m{n}", type="cover")]
            ),
            lambda n: post(n, media=[blog.NewPostMedium(media_id=f"m{n}", type="cover")]),
            lambda n: blog.CreateAuthor(slug=f"new{n}", display_name="n", avatar_id=f"m{n}"),
            lambda n: blog.ChangeAuthor(id=f"a{n}", avatar_id=f"m{n}"),
            lambda n: blog.CreateCategory(slug=f"new{n}", name="n", featured_image_id=f"m{n}"),
            lambda n: blog.ChangeCategory(id=f"c{n}", featured_image_id=f"m{n}"),
        ],
    ),
    "blog_organizations": (
        lambda n: blog.DeleteOrganization(id=f"b{n}"),
        [
            lambda n: post(n, organization_id=f"b{n}"),
            lambda n: blog.ChangePost(id=f"p{n}", organization_id=f"b{n}"),
            lambda n: blog.CreateAuthor(slug=f"new{n}", display_name="n", works_for_id=f"b{n}"),
            lambda n: blog.ChangeAuthor(id=f"a{n}", works_for_id=f"b{n}"),
            lambda n: listing(n, organization_id=f"b{n}"),
            lambda n: services.ChangeListing(id=f"l{n}", organization_id=f"b{n}"),
        ],
    ),
    "blog_comments": (
        lambda n: blog.DeleteComment(id=f"k{n}", replies="subtree"),
        [
            lambda n: blog.AddComment(post_id=f"p{n}", parent_id=f"k{n}", **COMMENT),
            lambda n: blog.AddComments(comments=[blog.NewComment(post_id=f"p{n}", parent_id=f"k{n}", **COMMENT)]),
            lambda n: blog.MoveComment(id=f"kk{n}", parent_id=f"k{n}"),
        ],
    ),
    "services_listings": (
        lambda n: services.DeleteListing(id=f"l{n}"),
        [
            lambda n: services.AddReview(service_id=f"l{n}", **REVIEW),
            lambda n: services.AddReviews(reviews=[services.NewReview(service_id=f"l{n}", **REVIEW)]),
            lambda n: services.PutServiceTranslation(service_id=f"l{n}", **SERVICE_TEXTS),
            lambda n: services.ReplaceListingTranslations(
                service_id=f"l{n}", translations=[services.NewServiceTranslation(**SERVICE_TEXTS)]
            ),
            lambda n: services.LinkServiceMedium(service_id=f"l{n}", media_id=f"sm{n}", type="cover"),
            lambda n: services.ReplaceListingMedia(
                service_id=f"l{n}", media=[services.NewListingMedium(media_id=f"sm{n}", type="cover")]
            ),
            lambda n: services.CreateAvailabilitySlot(service_id=f"l{n}", **TIME),
            lambda n: services.ReplaceListingAvailability(
                service_id=f"l{n}", availability=[services.NewAvailabilitySlot(**TIME)]
            ),
            lambda n: services.CreateBooking(
                service_id=f"l{n}",
                customer_id="c",
                booking_date="2026-03-15",
                booking_time="10:00",
                now=datetime(2026, 1, 1),
            ),
        ],
    ),
    "services_categories": (
        lambda n: services.DeleteServiceCategory(id=f"sc{n}"),
        [
            lambda n: listing(n, category_id=f"sc{n}"),
            lambda n: services.ChangeListing(id=f"l{n}", category_id=f"sc{n}"),
            lambda n: services.CreateServiceCategory(slug=f"new{n}", name="n", parent_id=f"sc{n}"),
            lambda n: services.MoveServiceCategory(id=f"scc{n}", parent_id=f"sc{n}"),
        ],
    ),
    "services_media": (
        lambda n: services.DeleteServiceMedium(id=f"sm{n}"),
        [
            lambda n: services.LinkServiceMedium(service_id=f"l{n}", media_id=f"sm{n}", type="cover"),
            lambda n: services.ReplaceListingMedia(
                service_id=f"l{n}", media=[services.NewListingMedium(media_id=f"sm{n}", type="cover")]
            ),
            lambda n: listing(n, media=[services.NewListingMedium(media_id=f"sm{n}", type="cover")]),
            lambda n: services.CreateServiceCategory(slug=f"new{n}", name="n", featured_image_id=f"sm{n}"),
            lambda n: services.ChangeServiceCategory(id=f"sc{n}", featured_image_id=f"sm{n}"),
        ],
    ),
    "services_reviews": (
        lambda n: services.DeleteReview(id=f"r{n}", replies="subtree"),
        [
            lambda n: services.AddReview(service_id=f"l{n}", parent_id=f"r{n}", **REVIEW),
            lambda n: services.AddReviews(
                reviews=[services.NewReview(service_id=f"l{n}", parent_id=f"r{n}", **REVIEW)]
            ),
            lambda n: services.MoveReview(id=f"rr{n}", parent_id=f"r{n}"),
        ],
    ),
}  # fmt: skip
"""By table: the delete of a row, and every command that makes another row refer to it."""


def fill(connection: Connection, n: str) -> None:
    """A row of each table, of this number."""
    insert(connection, "user", {"id": f"u{n}", "email": f"u{n}"})
    insert(connection, "organization", {"id": f"o{n}"})
    sent = {"organization_id": f"o{n}", "inviter_id": insert(connection, "user")["id"], "email": f"u{n}"}
    insert(connection, "invitation", {"id": f"i{n}", **sent, "status": "pending", "expires_at": LATER})
    insert(connection, "blog_organizations", {"id": f"b{n}"})
    insert(connection, "blog_media", {"id": f"m{n}"})
    insert(connection, "blog_authors", {"id": f"a{n}"})
    insert(connection, "services_media", {"id": f"sm{n}"})
    insert(connection, "blog_posts", {"id": f"p{n}", "status": "published"})
    insert(connection, "services_listings", {"id": f"l{n}", "status": "active", "duration_minutes": 60})
    for table, name in (("blog_categories", "c"), ("services_categories", "sc")):
        insert(connection, table, {"id": f"{name}{n}"})
        insert(connection, table, {"id": f"{name}c{n}" if name == "sc" else f"cc{n}"})
    for name in ("k", "kk"):
        insert(connection, "blog_comments", {"id": f"{name}{n}", "post_id": f"p{n}"})
    for name in ("r", "rr"):
        insert(connection, "services_reviews", {"id": f"{name}{n}", "service_id": f"l{n}"})


@pytest.mark.parametrize("table", RACES)
def test_what_refers_to_a_row_meets_its_delete(connection: Connection, database_url: str, table: str) -> None:
    delete, referring = RACES[table]
    for number, refer in enumerate(referring):
        early, late = f"-{number}-early", f"-{number}-late"
        fill(connection, early)
        referred, deleted = overlap(database_url, refer(early), delete(early))
        assert not isinstance(referred, Exception)
        assert getattr(deleted, table) >= 1, (refer(early), deleted)
        fill(connection, late)
        deleted, refused = overlap(database_url, delete(late), refer(late))
        assert getattr(deleted, table) >= 1
        assert refused is None or isinstance(refused, ConcordiaError), (refer(late), refused)


def test_the_races_are_all(connection: Connection) -> None:
    """Each foreign key has a command that writes it among those that race with the delete of what it leads to."""
    keys = connection.execute(
        """
        SELECT trim(BOTH '"' FROM confrelid::regclass::text), trim(BOTH '"' FROM conrelid::regclass::text)
        FROM pg_constraint
        WHERE contype = 'f'
        """
    ).fetchall()
    assert {parent for parent, _ in keys} == {*RACES}
    for parent, child in keys:
        texts = [text_of(refer("").source) for refer in RACES[parent][1]]
        assert any(re.search(rf'(INSERT INTO|UPDATE) "?{child}\b', text) for text in texts), (parent, child)


@pytest.mark.parametrize(
    ("table", "moderate"),
    [
        (
            "blog_comments",
            lambda names: blog.ModerateComments(
                seen=[blog.SeenComment(id=name, status="pending") for name in names], status="approved"
            ),
        ),
        (
            "services_reviews",
            lambda names: services.ModerateReviews(
                seen=[services.SeenReview(id=name, status="pending") for name in names], status="approved"
            ),
        ),
    ],
)
def test_moderators_lock_in_one_order(
    connection: Connection, database_url: str, table: str, moderate: Callable[[str], Command[Any]]
) -> None:
    """By id, in whichever order they give them: else two of them wait for each other."""
    parent = {"blog_comments": "blog_posts", "services_reviews": "services_listings"}[table]
    insert(connection, parent, {"id": "parent"})
    for name in "abc":
        column = "post_id" if table == "blog_comments" else "service_id"
        insert(connection, table, {"id": name, column: "parent", "status": "pending"})
    for given in ("abc", "cba", "bca"):
        connection.execute(f"UPDATE {table} SET status = 'pending'".encode())
        with ExitStack() as stack:
            with connection.transaction():
                connection.execute(f"SELECT FROM {table} WHERE id = 'b' FOR UPDATE".encode())
                answer = stack.enter_context(waiting(database_url, moderate(given)))
                free = connection.execute(f"SELECT id FROM {table} FOR UPDATE SKIP LOCKED".encode()).fetchall()
            assert {id_ for (id_,) in free} == {"b", "c"}
            assert [each.id for each in answer.result()] == [*given]


GATE = """
CREATE ROLE {role} LOGIN;
GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};
CREATE FUNCTION gate() RETURNS boolean LANGUAGE sql AS 'SELECT pg_advisory_xact_lock_shared(1) IS NOT NULL';
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY gate ON {table} USING (gate());
"""


@pytest.mark.parametrize(
    ("purge", "table", "key"),
    [
        (blog.PurgePosts, "blog_posts", ("blog_comments", "post_id")),
        (blog.PurgeComments, "blog_comments", ("blog_comments", "parent_id")),
        (services.PurgeListings, "services_listings", ("services_reviews", "service_id")),
        (services.PurgeReviews, "services_reviews", ("services_reviews", "parent_id")),
    ],
)
def test_a_purge_takes_what_was_added_while_it_looked(
    connection: Connection, database_url: str, purge: Any, table: str, key: tuple[str, str]
) -> None:
    """A gate stops it after it began to read and before it locked, which nothing else does reliably."""
    child, column = key
    given: dict[str, Any] = {"deleted_at": datetime(2026, 1, 1)}
    if table == child:
        given["post_id" if table == "blog_comments" else "service_id"] = "q"
        insert(connection, "blog_posts" if table == "blog_comments" else "services_listings", {"id": "q"})
    insert(connection, table, {"id": "p", **given})
    role = f"gated_{connection.info.dbname}"
    connection.execute(GATE.format(role=role, table=table).encode())
    try:
        with ExitStack() as stack:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(1)")
                as_role = make_conninfo(database_url, options=f"-c role={role}")
                answer = stack.enter_context(waiting(as_role, purge(deleted_before=LATER)))
                own = {column: "p", **({key: value for key, value in given.items() if key != "deleted_at"})}
                insert(connection, child, {"id": "late", **own})
            purged = answer.result()
        assert not isinstance(purged, Exception)
        left = {row["id"] for row in rows(connection, child)}
        assert left == ({"p", "late"} if table == child else set())
    finally:
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


@pytest.mark.parametrize(
    ("fill_in", "put"),
    [
        (("blog_posts", "p"), blog.PutTranslation(post_id="p", **TEXTS)),
        (("services_listings", "l"), services.PutServiceTranslation(service_id="l", **SERVICE_TEXTS)),
        (("user", "u"), profile.PutProfile(user_id="u")),
    ],
)
def test_one_put_sent_twice_at_once_is_put_once(
    connection: Connection, database_url: str, fill_in: tuple[str, str], put: Command[Any]
) -> None:
    """With its id, as by who tries again: the second changes what the first has made."""
    table, id_ = fill_in
    child = {"blog_posts": "blog_translations", "services_listings": "services_translations", "user": "profile"}[table]
    insert(connection, table, {"id": id_})
    first, second = overlap(database_url, put, put)
    assert first.id == second.id
    connection.execute(f"DELETE FROM {child}".encode())
    with racers(database_url, 4) as them:
        for _ in range(5):
            outcomes = them.race(*[put] * 4, waiting_for=f'SELECT FROM "{table}"')
            assert {getattr(each, "id", each) for each in outcomes} == {first.id}
            assert len(rows(connection, child)) == 1
            connection.execute(f"DELETE FROM {child}".encode())
    assert Querier(connection).execute(put).id == first.id
