"""The blog over HTTP, by Litestar: `DATABASE_URL=postgresql://… uvicorn examples.blog_litestar:app --workers 2`.

Each worker opens its database in the lifespan, after the fork, so that no connection is shared.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send
from opentelemetry import trace
from opentelemetry.propagate import extract

from concordia_sql import CONCORDIA, AsyncDatabase, JsonOptions, Page, blog, deadline, paged
from concordia_sql.telemetry import Telemetry
from concordia_sql.web.litestar import ResultPlugin, arguments, body

COMMENT = ("author_name", "author_email", "content", "in_language", "rating", "parent_id")
"""What a visitor says of a comment. Its post is in the path."""

db = AsyncDatabase(
    os.environ["DATABASE_URL"], max_size=20, max_waiting=100, requires=[CONCORDIA], observers=[Telemetry()]
)
tracer = trace.get_tracer("blog")


@asynccontextmanager
async def lifespan(_: Litestar) -> AsyncIterator[None]:
    """Open the database before the first request, and close it after the last."""
    async with db:
        yield


@contextmanager
def limits(scope: Scope) -> Iterator[None]:
    """The span of a request, in the caller's trace, and its two seconds in all: for every call, and for waiting."""
    caller = extract({name.decode(): value.decode("latin-1") for name, value in scope["headers"]})
    with tracer.start_as_current_span(str(scope["type"]), caller, trace.SpanKind.SERVER), deadline(2):
        yield


def limited(app: ASGIApp) -> ASGIApp:
    """Pass requests on within their limits; the lifespan has none."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        with limits(scope) if scope["type"] == ScopeType.HTTP else nullcontext():
            await app(scope, receive, send)

    return call


@get("/health")
async def health() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@get("/ready")
async def ready() -> dict[str, int]:
    """Whether the database answers within a second; else 503 or 504."""
    await db.ping(deadline=1)
    return {"idle": db.stats().idle}


@get("/posts", dependencies={"wanted": arguments(blog.ListPosts, "author", "languages", "limit", "after")})
async def list_posts(wanted: NamedDependency[blog.ListPosts]) -> Page[blog.ListedPost]:
    """A page of posts; `next` is the value of `after` for the next one."""
    return await db.fetch(paged(wanted))


@get("/posts/{slug:str}", dependencies={"wanted": arguments(blog.GetPost, "slug", "languages")})
async def get_post(wanted: NamedDependency[blog.GetPost]) -> blog.PostDetails:
    """A post."""
    found = await db.fetch(wanted)
    if found is None:
        raise NotFoundException
    return found


@post(
    "/posts/{post_id:str}/comments",
    dependencies={"command": body(blog.AddComment, *COMMENT, status="pending", even_if_closed=False)},
)
async def add_comment(command: NamedDependency[blog.AddComment]) -> blog.Comment:
    """A comment, which waits for moderation."""
    return await db.execute(command)


app = Litestar(
    [health, ready, list_posts, get_post, add_comment],
    lifespan=[lifespan],
    middleware=[limited],
    plugins=[ResultPlugin(JsonOptions(leave_out=["author_email", "email"]))],
)
