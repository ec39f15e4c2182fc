"""SQLAlchemy's ORM over psycopg: a Session for each call, collections by selectinload, objects by joinedload.

Autocommit, so that a read costs no transaction, and orjson for JSON: both are settings that its documentation offers.
"""

from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import ColumnElement, Select, create_engine, func, insert, select, true
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from benchmarks.peers import sqlalchemy_models as models
from benchmarks.peers.plain import RatingSummary, link, new_comments, new_post, plain, rating_summary
from benchmarks.peers.sqlalchemy_models import Author, Comment, Listing, MediumLink, Post, PostMedium, Review


class Peer:
    """Serves the workloads."""

    plain = staticmethod(plain)

    def __init__(self, url: str, parameters: dict[str, Any], connections: int) -> None:
        self._parameters = parameters
        self._engine = create_engine(
            url.replace("postgresql:", "postgresql+psycopg:", 1),
            pool_size=connections,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            json_deserializer=orjson.loads,
        )
        self._transactions = self._engine.execution_options(isolation_level="READ COMMITTED")
        self.calls = {
            "W1": self._post_page,
            "W2": self._news,
            "W3": self._post,
            "W4": lambda: self._thread(parameters["forty_comments"]),
            "W5": lambda: self._thread(parameters["many_comments"]),
            "W6": self._add_comment,
            "W7": self._french_post,
            "W8": self._session,
            "W9": lambda: self._thread_page(parameters["other_comments"]),
            "W10": self._listing_page,
            "W11": self._create_post,
            "W12": self._add_comments,
        }

    def open(self) -> None:
        """Connect."""
        self._engine.connect().close()

    def close(self) -> None:
        """Disconnect."""
        self._engine.dispose()

    def _post_page(self) -> Post | None:
        statement = _posts().where(Post.slug == self._parameters["slug"])
        statement = statement.options(
            selectinload(Post.authors).joinedload(Author.organization),
            selectinload(Post.categories),
            selectinload(Post.translations),
        )
        with Session(self._engine) as session:
            return session.scalar(statement)

    def _news(self) -> list[Post]:
        statement = _posts().where(Post.status == "published")
        statement = statement.order_by(func.coalesce(Post.published_at, Post.created_at).desc(), Post.id.desc())
        statement = statement.limit(50).options(
            selectinload(Post.authors).options(joinedload(Author.organization), joinedload(Author.avatar)),
            selectinload(Post.categories),
            selectinload(Post.media).joinedload(PostMedium.medium, innerjoin=True),
            selectinload(Post.translations),
        )
        with Session(self._engine) as session:
            return list(session.scalars(statement))

    def _post(self) -> Post | None:
        with Session(self._engine) as session:
            return session.scalar(_posts().where(Post.slug == self._parameters["slug"]))

    def _thread(self, post_id: str) -> list[Comment]:
        statement = select(Comment).where(
            Comment.post_id == post_id, Comment.deleted_at.is_(None), Comment.status == "approved"
        )
        with Session(self._engine) as session:
            return link(session.scalars(statement.order_by(Comment.created_at, Comment.id)).all())

    def _add_comment(self) -> Comment:
        comment = Comment(id=uuid4().hex, **self._parameters["comment"])
        with Session(self._engine, expire_on_commit=False) as session:
            session.add(comment)
            session.commit()
        return comment

    def _french_post(self) -> Post | None:
        statement = _posts().where(Post.slug == self._parameters["slug"])
        french = Post.translations.and_(models.Translation.in_language == "fr")
        with Session(self._engine) as session:
            return session.scalar(statement.options(selectinload(french)))

    def _session(self) -> models.Session | None:
        statement = select(models.Session).where(models.Session.token == self._parameters["token"])
        with Session(self._engine) as session:
            return session.scalar(statement.options(joinedload(models.Session.user, innerjoin=True)))

    def _thread_page(self, post_id: str) -> list[Comment]:
        roots = _first_comments(20, Comment.post_id == post_id, Comment.parent_id.is_(None))
        with Session(self._engine) as session:
            level = session.scalars(roots).all()
            comments = [*level]
            for _ in range(3):
                level = session.scalars(_first_replies([comment.id for comment in level])).all()
                comments += level
        return link(comments)

    def _listing_page(self) -> Listing | None:
        statement = select(Listing).where(Listing.deleted_at.is_(None), Listing.status == "active", Listing.is_active)
        statement = statement.where(Listing.slug == self._parameters["listing"])
        statement = statement.options(
            joinedload(Listing.category),
            joinedload(Listing.organization),
            selectinload(Listing.translations),
            selectinload(Listing.media).joinedload(MediumLink.medium, innerjoin=True),
            selectinload(Listing.availability),
        )
        with Session(self._engine) as session:
            listing = session.scalar(statement)
            if listing is not None:
                listing.rating_summary = _rating_summary(session, listing.id)
            return listing

    def _create_post(self) -> Post:
        columns, translations = new_post(self._parameters)
        parts = self._parameters["post_parts"]
        post = Post(**columns)
        post.translations = [models.Translation(**each) for each in translations]
        post.media = [PostMedium(**each) for each in parts["media"]]
        authors = [{"post_id": post.id, "author_id": key} for key in parts["author_ids"]]
        categories = [{"post_id": post.id, "category_id": key} for key in parts["category_ids"]]
        with Session(self._transactions, expire_on_commit=False) as session:
            session.add(post)
            session.flush()
            session.execute(insert(models.PostAuthor), authors)
            session.execute(insert(models.PostCategory), categories)
            session.commit()
        return post

    def _add_comments(self) -> int:
        comments = new_comments(self._parameters)
        with Session(self._transactions) as session:
            session.execute(insert(Comment), comments)
            session.commit()
        return len(comments)


def _posts() -> Select[tuple[Post]]:
    return select(Post).where(Post.deleted_at.is_(None), Post.status == "published")


def _first_comments(limit: int, *conditions: ColumnElement[bool]) -> Select[tuple[Comment]]:
    statement = select(Comment).where(*conditions, Comment.deleted_at.is_(None), Comment.status == "approved")
    return statement.order_by(Comment.created_at, Comment.id).limit(limit)


def _first_replies(parents: list[str]) -> Select[tuple[Comment]]:
    parent = aliased(Comment)
    first = _first_comments(3, Comment.parent_id == parent.id).correlate(parent).lateral()
    reply = aliased(Comment, first)
    statement = select(reply).select_from(parent).join(first, true()).where(parent.id.in_(parents))
    return statement.order_by(reply.created_at, reply.id)


def _rating_summary(session: Session, listing_id: str) -> RatingSummary:
    counts = [func.count().filter(Review.rating == stars) for stars in range(1, 6)]
    statement = select(func.avg(Review.rating), *counts).where(
        Review.service_id == listing_id,
        Review.deleted_at.is_(None),
        Review.status == "approved",
        Review.parent_id.is_(None),
        Review.rating.between(1, 5),
    )
    average, *distribution = session.execute(statement).one()
    return rating_summary(distribution, average)
