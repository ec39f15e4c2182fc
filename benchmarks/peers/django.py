"""Django's ORM over psycopg: a connection that stays, collections by prefetch_related, objects by select_related."""

from typing import Any
from uuid import uuid4

import django
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Avg, Count, Manager, Prefetch, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber
from psycopg.conninfo import conninfo_to_dict

settings.configure(
    INSTALLED_APPS=["benchmarks.peers.django_app"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None}},
    USE_TZ=False,
    TIME_ZONE="UTC",
)
django.setup()

from benchmarks.peers.django_app.models import (  # noqa: E402 - models need the settings
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
from benchmarks.peers.plain import RatingSummary, link, new_comments, new_post, plain, rating_summary  # noqa: E402


class Peer:
    """Serves the workloads."""

    def __init__(self, url: str, parameters: dict[str, Any], connections: int) -> None:
        self._url = url
        self._parameters = parameters
        self._connections = connections  # one for each thread
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
        server = conninfo_to_dict(self._url)
        connections.settings["default"].update(
            NAME=server.get("dbname", ""),
            USER=server.get("user", ""),
            PASSWORD=server.get("password", ""),
            HOST=server.get("host", ""),
            PORT=server.get("port", ""),
        )
        connection.ensure_connection()

    def close(self) -> None:
        """Disconnect."""
        connections.close_all()

    def plain(self, result: Any, form: dict[str, Any]) -> Any:
        """The result as plain data. It queries nothing: what the call did not load is an error."""
        with connection.execute_wrapper(_refuse):
            return plain(result, form, _read)

    def _post_page(self) -> Post:
        authors = Prefetch("authors", Author.objects.select_related("works_for"))
        posts = _posts().prefetch_related(authors, "categories", "translations")
        return posts.get(slug=self._parameters["slug"])

    def _news(self) -> list[Post]:
        authors = Prefetch("authors", Author.objects.select_related("works_for", "avatar"))
        media = Prefetch("media", PostMedium.objects.select_related("media"))
        newest = _posts().order_by(Coalesce("published_at", "created_at").desc(), "-id")
        return list(newest.prefetch_related(authors, "categories", media, "translations")[:50])

    def _post(self) -> Post:
        return _posts().get(slug=self._parameters["slug"])

    def _thread(self, post_id: str) -> list[Comment]:
        return link(_shown_comments().filter(post_id=post_id))

    def _add_comment(self) -> Comment:
        return Comment.objects.create(id=uuid4().hex, **self._parameters["comment"])

    def _french_post(self) -> Post:
        french = Prefetch("translations", Translation.objects.filter(in_language="fr"))
        return _posts().prefetch_related(french).get(slug=self._parameters["slug"])

    def _session(self) -> Session:
        return Session.objects.select_related("user").get(token=self._parameters["token"])

    def _thread_page(self, post_id: str) -> list[Comment]:
        level = list(_shown_comments().filter(post_id=post_id, parent_id=None)[:20])
        comments = [*level]
        place = Window(RowNumber(), partition_by="parent_id", order_by=["created_at", "id"])
        for _ in range(3):
            replies = _shown_comments().filter(parent_id__in=[comment.id for comment in level])
            level = list(replies.annotate(place=place).filter(place__lte=3))
            comments += level
        return link(comments)

    def _listing_page(self) -> Listing:
        listings = Listing.objects.filter(deleted_at=None, status="active", is_active=True)
        media = Prefetch("media", MediumLink.objects.select_related("media"))
        listings = listings.select_related("category", "organization")
        listings = listings.prefetch_related("translations", media, "availability")
        listing = listings.get(slug=self._parameters["listing"])
        listing.rating_summary = _rating_summary(listing.id)
        return listing

    def _create_post(self) -> Post:
        columns, translations = new_post(self._parameters)
        parts = self._parameters["post_parts"]
        with transaction.atomic():
            post = Post.objects.create(**columns)
            Translation.objects.bulk_create([Translation(post=post, **each) for each in translations])
            PostAuthor.objects.bulk_create([PostAuthor(post=post, author_id=key) for key in parts["author_ids"]])
            links = [PostCategory(post=post, category_id=key) for key in parts["category_ids"]]
            PostCategory.objects.bulk_create(links)
            PostMedium.objects.bulk_create([PostMedium(post=post, **each) for each in parts["media"]])
        return post

    def _add_comments(self) -> int:
        return len(Comment.objects.bulk_create([Comment(**each) for each in new_comments(self._parameters)]))


def _posts() -> "QuerySet[Post]":
    return Post.objects.filter(deleted_at=None, status="published")


def _shown_comments() -> "QuerySet[Comment]":
    return Comment.objects.filter(deleted_at=None, status="approved").order_by("created_at", "id")


def _rating_summary(listing_id: str) -> RatingSummary:
    reviews = Review.objects.filter(
        service_id=listing_id, deleted_at=None, status="approved", parent_id=None, rating__range=(1, 5)
    )
    counts = {f"rated_{stars}": Count("id", filter=Q(rating=stars)) for stars in range(1, 6)}
    found = reviews.aggregate(Avg("rating"), **counts)
    return rating_summary([found[name] for name in counts], found["rating__avg"])


def _read(value: Any, name: str) -> Any:
    field = getattr(value, name)
    return list(field.all()) if isinstance(field, Manager) else field


def _refuse(*_: object) -> None:
    raise RuntimeError("a query for what should have been loaded")
