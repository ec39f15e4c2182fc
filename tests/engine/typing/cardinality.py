"""What type checkers know of every call: what comes back, at every depth, sync and async. Checked, never run."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar, assert_type

import attrs

from concordia_sql import (
    Affected,
    AsyncDatabase,
    AsyncQuerier,
    AsyncReader,
    Command,
    Cursor,
    Database,
    JsonObject,
    Keywords,
    Library,
    Limit,
    Localized,
    Many,
    Maybe,
    Node,
    One,
    Querier,
    Query,
    Reader,
    ReturningMany,
    ReturningMaybe,
    ReturningOne,
    Subtree,
    Tree,
    auth,
    blog,
    command,
    cursor,
    query,
    services,
)

T = TypeVar("T")
LIBRARY = Library(Path("sql"))


@attrs.frozen
class Card:
    slug: str


@attrs.frozen(eq=False, repr=False)
class Reply(Node):
    id: str
    parent_id: str | None
    replies: tuple["Reply", ...] = ()


@attrs.frozen
class Page(Generic[T]):
    rows: tuple[T, ...]


@query("mine/get_card.sql", library=LIBRARY)
class GetCard(One[Card]):
    slug: str


@query("mine/list_cards.sql", library=LIBRARY)
class ListCards(Many[Card]):
    limit: Limit = 50
    after: str | None = attrs.field(default=None, converter=cursor(datetime, str))


@query("mine/count_cards.sql", library=LIBRARY)
class CountCards(One[int]):
    pass


@query("mine/list_slugs.sql", library=LIBRARY)
class ListSlugs(Many[str | None]):
    pass


@query("mine/get_page.sql", library=LIBRARY)
class GetPage(Maybe[Page[Card]]):
    pass


@command("mine/add_cards.sql", library=LIBRARY)
class AddCards(ReturningMany[str]):
    pass


@command("mine/change_card.sql", library=LIBRARY)
class ChangeCard(ReturningMaybe[Card]):
    pass


@command("mine/add_card.sql", library=LIBRARY)
class AddCard(ReturningOne[Card]):
    slug: str


@command("mine/delete_cards.sql", library=LIBRARY)
class DeleteCards(Affected):
    slug: str


Post: TypeAlias = blog.PostDetails | None
Thread: TypeAlias = list[blog.CommentNode]
Changed: TypeAlias = blog.Post | None


def what_each_cardinality_gives(db: Database | Querier, tree: Tree[Reply], subtree: Subtree[Reply]) -> None:
    assert_type(db.fetch(GetCard(slug="x")), Card)
    assert_type(db.fetch(blog.GetPost(slug="x")), blog.PostDetails | None)
    assert_type(db.fetch(ListCards(limit=5)), list[Card])
    assert_type(db.fetch(tree), list[Reply])
    assert_type(db.fetch(subtree), Reply | None)
    assert_type(db.fetch(blog.ListPosts(status="published")), list[blog.ListedPost])
    assert_type(db.fetch(blog.GetCommentThread(post_id="x")), list[blog.CommentNode])
    assert_type(db.fetch(blog.GetComment(id="x")), blog.CommentNode | None)
    assert_type(db.execute(AddCard(slug="x")), Card)
    assert_type(db.execute(DeleteCards(slug="x")), int)


def values_of_one_column_and_generic_classes(db: Database | Querier) -> None:
    assert_type(db.fetch(CountCards()), int)
    assert_type(db.fetch(ListSlugs()), list[str | None])
    assert_type(db.execute(AddCards()), list[str])
    assert_type(db.fetch(GetPage()), Page[Card] | None)
    assert_type(db.fetch(GetCard(slug="x").into(Page[Card])), Page[Card])
    assert_type(db.execute(ChangeCard()), Card | None)


def functions_of_any_query_or_command(db: Database, query: Query[T], command: Command[T], many: Many[T]) -> list[T]:
    assert_type(db.dry_run(command), T)
    return [db.fetch(query), db.execute(command), *db.fetch(many)]


async def what_each_cardinality_gives_when_awaited(
    db: AsyncDatabase | AsyncQuerier, tree: Tree[Reply], subtree: Subtree[Reply]
) -> None:
    assert_type(await db.fetch(GetCard(slug="x")), Card)
    assert_type(await db.fetch(blog.GetPost(slug="x")), blog.PostDetails | None)
    assert_type(await db.fetch(ListCards(limit=5)), list[Card])
    assert_type(await db.fetch(tree), list[Reply])
    assert_type(await db.fetch(subtree), Reply | None)
    assert_type(await db.execute(AddCard(slug="x")), Card)
    assert_type(await db.execute(DeleteCards(slug="x")), int)


def into_keeps_the_cardinality(db: Database, tree: Tree[Reply], subtree: Subtree[Reply]) -> None:
    assert_type(GetCard(slug="x").into(blog.Post), One[blog.Post])
    assert_type(blog.GetPost(slug="x").into(Card), Maybe[Card])
    assert_type(ListCards().into(blog.Post), Many[blog.Post])
    assert_type(tree.into(blog.CommentNode), Tree[blog.CommentNode])
    assert_type(subtree.into(blog.CommentNode), Subtree[blog.CommentNode])
    assert_type(AddCard(slug="x").into(blog.Post), ReturningOne[blog.Post])
    assert_type(ChangeCard().into(blog.Post), ReturningMaybe[blog.Post])
    assert_type(AddCards().into(blog.Post), ReturningMany[blog.Post])
    assert_type(db.execute(AddCard(slug="x").into(blog.Post)), blog.Post)
    assert_type(db.fetch(GetCard(slug="x").into(blog.Post)), blog.Post)
    assert_type(db.fetch(blog.GetPost(slug="x").into(Card)), Card | None)
    assert_type(db.fetch(blog.ListPosts().into(Card)), list[Card])
    assert_type(db.fetch(tree.into(blog.CommentNode)), list[blog.CommentNode])
    assert_type(db.fetch(subtree.into(blog.CommentNode)), blog.CommentNode | None)


def a_batch_is_a_tuple_of_results(db: Database | Querier) -> None:
    one, maybe, many = GetCard(slug="x"), blog.GetPost(slug="x"), ListCards()
    thread, narrow = blog.GetCommentThread(post_id="x"), blog.ListPosts().into(Card)
    assert_type(db.fetch_batch(one, maybe), tuple[Card, blog.PostDetails | None])
    assert_type(db.fetch_batch(one, maybe, many), tuple[Card, blog.PostDetails | None, list[Card]])
    assert_type(
        db.fetch_batch(one, maybe, many, thread),
        tuple[Card, blog.PostDetails | None, list[Card], list[blog.CommentNode]],
    )
    assert_type(
        db.fetch_batch(one, maybe, many, thread, narrow),
        tuple[Card, blog.PostDetails | None, list[Card], list[blog.CommentNode], list[Card]],
    )
    six = db.fetch_batch(one, maybe, many, thread, narrow, one)
    assert_type(six, tuple[Card, Post, list[Card], Thread, list[Card], Card])
    seven = db.fetch_batch(one, maybe, many, thread, narrow, one, maybe)
    assert_type(seven, tuple[Card, Post, list[Card], Thread, list[Card], Card, Post])
    eight = db.fetch_batch(one, maybe, many, thread, narrow, one, maybe, many)
    assert_type(eight, tuple[Card, Post, list[Card], Thread, list[Card], Card, Post, list[Card]])
    assert_type(db.fetch_batch(one), tuple[Card, ...])
    assert_type(db.fetch_batch(*(GetCard(slug=slug) for slug in "abc")), tuple[Card, ...])


async def a_batch_is_a_tuple_of_results_when_awaited(db: AsyncDatabase | AsyncQuerier) -> None:
    one, maybe, many = GetCard(slug="x"), blog.GetPost(slug="x"), ListCards()
    thread, narrow = blog.GetCommentThread(post_id="x"), blog.ListPosts().into(Card)
    assert_type(await db.fetch_batch(one, maybe), tuple[Card, blog.PostDetails | None])
    assert_type(await db.fetch_batch(one, maybe, many), tuple[Card, blog.PostDetails | None, list[Card]])
    assert_type(
        await db.fetch_batch(one, maybe, many, thread),
        tuple[Card, blog.PostDetails | None, list[Card], list[blog.CommentNode]],
    )
    assert_type(
        await db.fetch_batch(one, maybe, many, thread, narrow),
        tuple[Card, blog.PostDetails | None, list[Card], list[blog.CommentNode], list[Card]],
    )
    eight = await db.fetch_batch(one, maybe, many, thread, narrow, one, maybe, many)
    assert_type(eight, tuple[Card, Post, list[Card], Thread, list[Card], Card, Post, list[Card]])
    assert_type(await db.fetch_batch(*[GetCard(slug=slug) for slug in "abc"]), tuple[Card, ...])


def readers(db: Database, querier: Querier) -> None:
    readers: list[Reader] = [db, querier, db.reader]
    for reader in readers:
        assert_type(reader.fetch(blog.GetPost(slug="a")), blog.PostDetails | None)
    both = db.reader.fetch_batch(blog.GetPost(slug="a"), blog.ListPosts())
    assert_type(both, tuple[blog.PostDetails | None, list[blog.ListedPost]])
    assert_type(db.position(), str | None)


async def readers_when_awaited(db: AsyncDatabase, querier: AsyncQuerier) -> None:
    readers: list[AsyncReader] = [db, querier, db.reader]
    for reader in readers:
        assert_type(await reader.fetch(blog.GetPost(slug="a")), blog.PostDetails | None)


def rows_of_a_stream(database: Database, querier: Querier) -> None:
    with database.stream(blog.ListPosts().into(Card)) as rows, querier.stream(ListCards()) as others:
        assert_type(rows, Iterator[Card])
        for row in others:
            assert_type(row, Card)
    reader: Reader = database.reader
    with reader.stream(ListCards()) as cards:
        assert_type(cards, Iterator[Card])


async def rows_of_a_stream_when_awaited(database: AsyncDatabase, querier: AsyncQuerier) -> None:
    async with database.stream(blog.ListPosts().into(Card)) as rows, querier.stream(ListCards()) as others:
        assert_type(rows, AsyncIterator[Card])
        async for row in others:
            assert_type(row, Card)
    reader: AsyncReader = database.reader
    async with reader.stream(ListCards()) as cards:
        assert_type(cards, AsyncIterator[Card])


def transactions(database: Database) -> None:
    with database.transaction() as transaction, transaction.transaction() as inner:
        assert_type(inner, Querier)
        assert_type(inner.execute(AddCard(slug="x")), Card)


async def transactions_when_awaited(database: AsyncDatabase) -> None:
    async with database.transaction() as transaction, transaction.transaction() as inner:
        assert_type(inner, AsyncQuerier)
        assert_type(await inner.execute(AddCard(slug="x")), Card)


def commands(db: Database | Querier) -> None:
    changed, deleted = blog.ChangePost(id="x", license=None), blog.DeletePost(id="x")
    assert_type(db.execute(changed), blog.Post | None)
    assert_type(db.execute(blog.CreatePost(slug="x", status="draft", in_language="fr")), blog.Post)
    assert_type(db.execute(blog.ModerateComments(seen=[], status="approved")), list[blog.Comment])
    assert_type(db.execute(blog.AddComments(comments=[])), int)
    assert_type(db.dry_run(deleted), blog.DeletedPost)
    assert_type(db.execute_batch(changed, deleted), tuple[blog.Post | None, blog.DeletedPost])
    new, more, gone = AddCard(slug="x"), AddCards(), DeleteCards(slug="x")
    eight = db.execute_batch(new, more, gone, changed, deleted, new, more, gone)
    assert_type(eight, tuple[Card, list[str], int, Changed, blog.DeletedPost, Card, list[str], int])
    assert_type(db.execute_batch(*[AddCard(slug=slug) for slug in "abc"]), tuple[Card, ...])
    assert_type(db.retry(lambda querier: querier.execute(deleted)), blog.DeletedPost)
    assert_type([*db.batches(deleted)], list[blog.DeletedPost])
    assert_type([*db.batches(auth.DeleteExpiredSessions())], list[int])
    with db.transaction(isolation="serializable", read_only=True, deferrable=True) as transaction:
        assert_type(transaction, Querier)


async def commands_when_awaited(db: AsyncDatabase | AsyncQuerier) -> None:
    changed, deleted = blog.ChangePost(id="x", license=None), blog.DeletePost(id="x")
    assert_type(await db.dry_run(deleted), blog.DeletedPost)
    assert_type(await db.execute_batch(changed, deleted), tuple[blog.Post | None, blog.DeletedPost])
    new, more, gone = AddCard(slug="x"), AddCards(), DeleteCards(slug="x")
    eight = await db.execute_batch(new, more, gone, changed, deleted, new, more, gone)
    assert_type(eight, tuple[Card, list[str], int, Changed, blog.DeletedPost, Card, list[str], int])
    assert_type(await db.execute_batch(*[AddCard(slug=slug) for slug in "abc"]), tuple[Card, ...])
    assert_type(await db.retry(lambda querier: querier.execute(deleted)), blog.DeletedPost)
    assert_type([done async for done in db.batches(deleted)], list[blog.DeletedPost])
    async with db.transaction(isolation="repeatable read") as transaction:
        assert_type(transaction, AsyncQuerier)


def fields_at_every_depth(db: Database) -> None:
    user = db.fetch(auth.GetUser(id="x"))
    assert user is not None
    assert_type(user.email, str)
    assert_type(user.created_at, datetime)
    assert_type(user.sessions[0].id, str)
    assert_type(user.sessions[0].ip_address, str | None)

    post = db.fetch(blog.GetPost(slug="x", languages=["fr"]))
    assert post is not None
    assert_type(post.published_at, datetime | None)
    assert_type(post.organization, blog.Organization | None)
    assert_type(post.authors[0].display_name, Localized)
    assert_type(post.authors[0].organization, blog.Organization | None)
    assert_type(post.categories[0].seo_keywords, Keywords | None)
    assert_type(post.translations[0].headline, Localized)
    if (organization := post.authors[0].organization) is not None:
        assert_type(organization.address, str | JsonObject | None)

    for comment in db.fetch(blog.GetCommentThread(post_id="x")):
        assert_type(comment.replies, tuple[blog.CommentNode, ...])
        for node in comment.walk():
            assert_type(node, blog.CommentNode)
            assert_type(node.parent_id, str | None)

    for listing in db.fetch(services.ListListings()):
        assert_type(listing.cursor, Cursor)
        assert_type(listing.translations[0].title, Localized)
        assert_type(listing.provider, auth.PublicUser | None)
