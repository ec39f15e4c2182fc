"""The blog over HTTP, by FastAPI: `DATABASE_URL=postgresql://… uvicorn examples.blog_fastapi:app --workers 2`.

Each worker opens its database in the lifespan, after the fork, so that no connection is shared.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Annotated

from fastapi import FastAPI, HTTPException
from opentelemetry import trace
from opentelemetry.propagate import extract
from starlette.types import ASGIApp, Receive, Scope, Send

from concordia_sql import CONCORDIA, AsyncDatabase, JsonOptions, Page, blog, deadline, paged
from concordia_sql.telemetry import Telemetry
from concordia_sql.web.fastapi import arguments, body, install

COMMENT = ("author_name", "author_email", "content", "in_language", "rating", "parent_id")
"""What a visitor says of a comment. Its post is in the path."""

db = AsyncDatabase(
    os.environ["DATABASE_URL"], max_size=20, max_waiting=100, requires=[CONCORDIA], observers=[Telemetry()]
)
tracer = trace.get_tracer("blog")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open the database before the first request, and close it after the last."""
    async with db:
        yield


class Request:
    """Gives each request a span, in the caller's trace, and two seconds in all: for every call, and for waiting."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the lifespan has no limit."""
        with limits(scope) if scope["type"] == "http" else nullcontext():
            await self.inner(scope, receive, send)


@contextmanager
def limits(scope: Scope) -> Iterator[None]:
    """The span and the deadline of a request."""
    caller = extract({name.decode(): value.decode("latin-1") for name, value in scope["headers"]})
    with tracer.start_as_current_span(scope["method"], caller, trace.SpanKind.SERVER), deadline(2):
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(Request)
install(app, JsonOptions(leave_out=["author_email", "email"]))


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@app.get("/ready")
async def ready() -> dict[str, int]:
    """Whether the database answers within a second; else 503 or 504."""
    await db.ping(deadline=1)
    return {"idle": db.stats().idle}


@app.get("/posts")
async def list_posts(
    query: Annotated[blog.ListPosts, arguments(blog.ListPosts, "author", "languages", "limit", "after")],
) -> Page[blog.ListedPost]:
    """A page of posts; `next` is the value of `after` for the next one."""
    return await db.fetch(paged(query))


@app.get("/posts/{slug}")
async def get_post(query: Annotated[blog.GetPost, arguments(blog.GetPost, "slug", "languages")]) -> blog.PostDetails:
    """A post."""
    post = await db.fetch(query)
    if post is None:
        raise HTTPException(404)
    return post


@app.post("/posts/{post_id}/comments", status_code=201)
async def add_comment(
    command: Annotated[blog.AddComment, body(blog.AddComment, *COMMENT, status="pending", even_if_closed=False)],
) -> blog.Comment:
    """A comment, which waits for moderation."""
    return await db.execute(command)
