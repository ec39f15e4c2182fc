"""What type checkers refuse: each line must be an error of mypy and of pyright, of the kind named. Never run."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnusedVariable=false
# ruff: noqa: B018, F841, RUF059
from pathlib import Path

import attrs

from concordia_sql import (
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
    tree.into(Card)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    subtree.into(Card)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


async def awaited(db: AsyncDatabase | AsyncQuerier) -> None:
    db.fetch(GetCard(slug="x"))  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    (await db.fetch(GetCard(slug="x"))).slug  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    db.fetch(GetCard(slug="x")).slug  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    await db.fetch("SELECT 1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Trees(Tree[Card]):  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeArguments]
    pass


def nodes(node: Node) -> None:
    node.replies  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
