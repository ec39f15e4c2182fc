"""What type checkers refuse: each line must be an error of mypy and of pyright, of the kind named. Never run."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnusedVariable=false
# ruff: noqa: B018, F841, RUF059
from pathlib import Path

import attrs

from concordia_sql import (
    Affected,
    AsyncDatabase,
    AsyncQuerier,
    Database,
    Library,
    Maybe,
    Node,
    Querier,
    Subtree,
    Tree,
    auth,
    blog,
    command,
    cursor,
    query,
)

LIBRARY = Library(Path("sql"))


@attrs.frozen
class Card:
    slug: str


@query("mine/get_card.sql", library=LIBRARY)
class GetCard(Maybe[Card]):
    slug: str
    limit: int = 1
    after: str | None = attrs.field(default=None, converter=cursor(str))


@command("mine/delete_cards.sql", library=LIBRARY)
class DeleteCards(Affected):
    pass


@command("mine/wrong.sql", library=LIBRARY)
class NoCommand(Maybe[Card]):  # type: ignore[type-var]
    pass


@query("mine/wrong.sql", library=LIBRARY)
class NoQuery(Affected):  # type: ignore[type-var]
    pass


class Plain:
    pass


def parameters() -> None:
    GetCard()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    GetCard("x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    GetCard(slug=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    GetCard(slug=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    GetCard(slug="x", limit="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    GetCard(slug="x", after=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    GetCard(slug="x", lang="fr")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    blog.ListPosts(status="live")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    blog.GetPost(slug="x", languages=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    auth.GetUser(id=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def values(asked: GetCard, post: blog.Post) -> None:
    asked.slug = "y"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    post.slug = "y"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    asked.title  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def results(db: Database | Querier) -> None:
    db.fetch(blog.GetPost(slug="x")).slug  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    db.fetch(GetCard(slug="x").into(Card)).slug  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    db.fetch(blog.ListPosts()).slug  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    db.fetch(blog.ListPosts())[0].comments  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    title: int = db.fetch(blog.ListPosts())[0].slug  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    card: Card = db.fetch(GetCard(slug="x"))  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    cards: list[Card] = db.fetch(GetCard(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    one, two, three = db.fetch_batch(GetCard(slug="x"), blog.ListPosts())  # type: ignore[misc]  # pyright: ignore[reportAssignmentType]
    db.fetch_batch(GetCard(slug="x"), blog.ListPosts())[1].slug  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def calls(db: Database, tree: Tree[blog.CommentNode], subtree: Subtree[blog.CommentNode]) -> None:
    db.fetch("SELECT 1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.fetch(GetCard)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.fetch(Card(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.fetch_batch(GetCard(slug="x"), "SELECT 1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    db.stream(GetCard(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    blog.ListPosts().into(Card(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    blog.ListPosts().into(int)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    blog.ListPosts().into(Plain)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    blog.ListPosts().into(dict[str, int])  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    blog.ListPosts().into(Card | None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    blog.DeletePost(id="x").into(int)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    DeleteCards().into(Card)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    tree.into(Card)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    subtree.into(Card)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


def reads_and_writes(db: Database, querier: Querier) -> None:
    db.execute(GetCard(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.execute(blog.ListPosts().into(Card))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.batches(DeleteCards())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.dry_run(GetCard(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.fetch(blog.DeletePost(id="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.fetch(DeleteCards())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    querier.stream(blog.ModerateComments(seen=[], status="spam"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    db.fetch_batch(GetCard(slug="x"), DeleteCards())  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    db.execute_batch(DeleteCards(), GetCard(slug="x"))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]


async def reads_and_writes_awaited(db: AsyncDatabase | AsyncQuerier) -> None:
    await db.execute(GetCard(slug="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await db.fetch(DeleteCards())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def awaited(db: AsyncDatabase | AsyncQuerier) -> None:
    db.fetch(GetCard(slug="x"))  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    (await db.fetch(GetCard(slug="x"))).slug  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    db.fetch(GetCard(slug="x")).slug  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    await db.fetch("SELECT 1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Trees(Tree[Card]):  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeArguments]
    pass


def nodes(node: Node) -> None:
    node.replies  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
