"""Tortoise's ORM over asyncpg: a pool, collections by prefetch_related, objects by select_related.

The pool does not reset a connection after each call, which would be a second round trip. JSON is read by orjson, which
Tortoise takes where it is installed.
"""

from typing import Any
from uuid import uuid4

from tortoise import Tortoise
from tortoise.backends.base.config_generator import generate_config
from tortoise.connection import get_connection
from tortoise.expressions import F, Q, RawSQL
from tortoise.fields import ReverseRelation
from tortoise.functions import Coalesce, Count
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from benchmarks.peers.plain import RatingSummary, link, new_comments, new_post, plain, rating_summary
from benchmarks.peers.tortoise_models import (
    Author,
    Comment,
    Listing,
    MediumLink,
    Post,
    PostAuthor,
    PostCategory,
    PostMedium,
    Review,
    Session,
    Translation,
)

# A query set has no window functions or lateral joins, and Model.raw() no parameters. For more, the documentation has
# the connection's own statements: this one gives ids alone, so that the comments are read as models.
_FIRST_REPLIES = """
    SELECT reply.id
    FROM unnest($1::text[]) AS parent (id)
    CROSS JOIN LATERAL (
        SELECT id
        FROM blog_comments
        WHERE parent_id = parent.id AND deleted_at IS NULL AND status = 'approved'
        ORDER BY created_at, id
        LIMIT 3
    ) AS reply
"""


class Peer:
    """Serves the workloads."""

    def __init__(self, url: str, parameters: dict[str, Any], connections: int) -> None:
        self._url = url
        self._parameters = parameters
        self._connections = connections
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

    async def open(self) -> None:
        """Connect."""
        config = generate_config(self._url, {"models": ["benchmarks.peers.tortoise_models"]})
        pool = {"minsize": self._connections, "maxsize": self._connections, "reset": _do_not_reset}
        config["connections"]["default"]["credentials"].update(pool)
        await Tortoise.init(config, use_tz=False)
        await get_connection("default").create_connection(with_db=True)

    async def close(self) -> None:
        """Disconnect."""
        await Tortoise.close_connections()

    def plain(self, result: Any, form: dict[str, Any]) -> Any:
        """The result as plain data. It queries nothing: what the call did not load is an error."""
        return plain(result, form, _read)

    async def _post_page(self) -> Post:
        authors = Prefetch("authors", Author.all().select_related("works_for"))
        posts = _posts().prefetch_related(authors, "categories", "translations")
        return await posts.get(slug=self._parameters["slug"])

    async def _news(self) -> list[Post]:
        authors = Prefetch("authors", Author.all().select_related("works_for", "avatar"))
        media = Prefetch("media", PostMedium.all().select_related("media"))
        newest = _posts().annotate(newest=Coalesce("published_at", F("created_at")))
        newest = newest.order_by("-newest", "-id").limit(50)
        return await newest.prefetch_related(authors, "categories", media, "translations")

    async def _post(self) -> Post:
        return await _posts().get(slug=self._parameters["slug"])

    async def _thread(self, post_id: str) -> list[Comment]:
        return link(
            await Comment.filter(post_id=post_id, deleted_at=None, status="approved").order_by("created_at", "id")
        )

    async def _add_comment(self) -> Comment:
        return await Comment.create(id=uuid4().hex, **self._parameters["comment"])

    async def _french_post(self) -> Post:
        french = Prefetch("translations", Translation.filter(in_language="fr"))
        return await _posts().prefetch_related(french).get(slug=self._parameters["slug"])

    async def _session(self) -> Session:
        return await Session.get(token=self._parameters["token"]).select_related("user")

    async def _thread_page(self, post_id: str) -> list[Comment]:
        roots = Comment.filter(post_id=post_id, parent_id=None, deleted_at=None, status="approved")
        level = await roots.order_by("created_at", "id").limit(20)
        comments = [*level]
        for _ in range(3):
            level = await _first_replies([comment.id for comment in level])
            comments += level
        return link(comments)

    async def _listing_page(self) -> Listing:
        listings = Listing.filter(deleted_at=None, status="active", is_active=True)
        media = Prefetch("media", MediumLink.all().select_related("media"))
        listings = listings.select_related("category", "organization")
        listings = listings.prefetch_related("translations", media, "availability")
        listing = await listings.get(slug=self._parameters["listing"])
        listing.rating_summary = await _rating_summary(listing.id)
        return listing

    async def _create_post(self) -> Post:
        columns, translations = new_post(self._parameters)
        parts = self._parameters["post_parts"]
        async with in_transaction():
            post = await Post.create(**columns)
            await Translation.bulk_create([Translation(post=post, **each) for each in translations])
            await PostAuthor.bulk_create([PostAuthor(post=post, author_id=key) for key in parts["author_ids"]])
            links = [PostCategory(post=post, category_id=key) for key in parts["category_ids"]]
            await PostCategory.bulk_create(links)
            await PostMedium.bulk_create([PostMedium(post=post, **each) for each in parts["media"]])
        return post

    async def _add_comments(self) -> int:
        comments = [Comment(**each) for each in new_comments(self._parameters)]
        await Comment.bulk_create(comments)
        return len(comments)


def _posts() -> QuerySet[Post]:
    return Post.filter(deleted_at=None, status="published")


async def _first_replies(parents: list[str]) -> list[Comment]:
    found = await get_connection("default").execute_query_dict(_FIRST_REPLIES, [parents])
    return await Comment.filter(id__in=[row["id"] for row in found]).order_by("created_at", "id")


async def _rating_summary(listing_id: str) -> RatingSummary:
    reviews = Review.filter(
        service_id=listing_id, deleted_at=None, status="approved", parent_id=None, rating__range=(1, 5)
    )
    counts = {f"rated_{stars}": Count("id", _filter=Q(rating=stars)) for stars in range(1, 6)}
    average = RawSQL("avg(rating)")  # Avg gives that of an integer column as an integer
    (found,) = await reviews.annotate(average=average, **counts).values("average", *counts)
    return rating_summary([found[name] for name in counts], found["average"])


def _read(value: Any, name: str) -> Any:
    field = getattr(value, name)
    return list(field) if isinstance(field, ReverseRelation) else field


async def _do_not_reset(_: object) -> None:
    pass
