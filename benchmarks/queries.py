"""The workloads as queries of the library: what its peers send, and what pgbench does.

The peers read e-mail addresses too, which Concordia's own classes leave out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs

from concordia_sql import CONCORDIA, Affected, Command, Library, Query, ReturningOne, auth, blog, command, services
from concordia_sql.common import JsonObject
from concordia_sql.engine import Node
from concordia_sql.threads.nodes import ThreadPage

_LIBRARY = Library(Path(__file__).parent / "sql", uses=[CONCORDIA])


@attrs.frozen
class AuthorWithOrganization(blog.AuthorWithEmail):
    """W1: an author of a post."""

    organization: blog.Organization | None


@attrs.frozen
class PostPage(blog.Post):
    """W1: a post as a page shows it."""

    authors: tuple[AuthorWithOrganization, ...]
    categories: tuple[blog.Category, ...]
    translations: tuple[blog.Translation, ...]


@attrs.frozen
class FrenchPost(blog.Post):
    """W7: a post with its translations."""

    translations: tuple[blog.Translation, ...]


@attrs.frozen
class NewsAuthor(blog.AuthorWithEmail):
    """W2: an author of a post."""

    avatar: blog.Medium | None
    organization: blog.Organization | None


@attrs.frozen
class NewsPost(blog.Post):
    """W2: a post of a list."""

    authors: tuple[NewsAuthor, ...]
    categories: tuple[blog.Category, ...]
    media: tuple[blog.LinkedMedium, ...]
    translations: tuple[blog.Translation, ...]


@attrs.frozen(eq=False, repr=False)
class CommentNode(Node, blog.CommentWithEmail):
    """W4, W5, W9: a comment of a thread."""

    replies: tuple["CommentNode", ...] = ()


@attrs.frozen
class CommentPage(ThreadPage):
    """W9: a page of comments, whose class asks for no counts of replies, which the peers do not count either."""

    roots: tuple[CommentNode, ...]


@attrs.frozen
class UserSession(auth.SessionSecrets):
    """W8: a session with its user."""

    user: auth.User


@attrs.frozen
class ListingPage(services.Listing):
    """W10: a listing as a page shows it."""

    category: services.Category | None
    organization: blog.Organization | None
    translations: tuple[services.Translation, ...]
    media: tuple[services.LinkedMedium, ...]
    availability: tuple[services.AvailabilitySlot, ...]
    rating_summary: services.RatingSummary


@command("bench/add_comment.sql", library=_LIBRARY)
class AddComment(ReturningOne[blog.CommentWithEmail]):
    """W6: add a comment and give it back."""

    id: str
    post_id: str
    author_name: str
    author_email: str
    content: JsonObject
    status: str
    in_language: str


@command("bench/add_thread.sql", library=_LIBRARY)
class AddThread(Affected):
    """Add a post with a thread of that many comments."""

    slug: str
    comments: int


@command("bench/add_posts.sql", library=_LIBRARY)
class AddPosts(Affected):
    """Add copies of every post, older than all there are: one for each number, which none has had before."""

    numbers: Sequence[int]


def make_query(workload: str, parameters: Mapping[str, Any]) -> Query[Any] | Command[Any]:
    """The query or command of a workload."""
    return _MAKERS[workload](parameters)


def _create_post(
    published_at: str, translations: Sequence[Mapping[str, Any]], media: Sequence[Mapping[str, Any]], **given: Any
) -> blog.CreatePost:
    return blog.CreatePost(
        slug=f"benchmark-{uuid4().hex}",
        published_at=datetime.fromisoformat(published_at),
        translations=[blog.NewTranslation(**translation) for translation in translations],
        media=[blog.NewPostMedium(**medium) for medium in media],
        **given,
    )


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Query[Any] | Command[Any]]] = {
    "W1": lambda given: blog.GetPost(slug=given["slug"]).into(PostPage),
    "W2": lambda _: blog.ListPosts(status="published", limit=50).into(NewsPost),
    "W3": lambda given: blog.GetPost(slug=given["slug"]).into(blog.Post),
    "W4": lambda given: blog.GetCommentThread(post_id=given["forty_comments"]).into(CommentNode),
    "W5": lambda given: blog.GetCommentThread(post_id=given["many_comments"], limit=1_000_000).into(CommentNode),
    "W6": lambda given: AddComment(id=uuid4().hex, **given["comment"]),
    "W7": lambda given: blog.GetPost(slug=given["slug"], languages=["fr"]).into(FrenchPost),
    "W8": lambda given: auth.GetSession(token=given["token"], expired=None, banned=None).into(UserSession),
    "W9": lambda given: blog.GetCommentPage(post_id=given["other_comments"], with_hidden=False).into(CommentPage),
    "W10": lambda given: services.GetListing(slug=given["listing"]).into(ListingPage),
    "W11": lambda given: _create_post(**given["post"], **given["post_parts"]),
    "W12": lambda given: blog.AddComments(
        comments=[
            blog.NewComment(**{**given["comment"], "content": {"en": f"Comment {number}"}})
            for number in range(given["new_comments"])
        ]
    ),
}
