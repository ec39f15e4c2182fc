"""The blog over HTTP, by FastAPI: `DATABASE_URL=postgresql://… uvicorn examples.blog_fastapi:app --workers 2`.

Each worker opens its database in the lifespan, after the fork, so that no connection is shared.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Annotated

from fastapi import FastAPI, HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from concordia_sql import CONCORDIA, AsyncDatabase, JsonOptions, Page, blog, deadline, paged
from concordia_sql.web.fastapi import arguments, body, install

COMMENT = ("author_name", "author_email", "content", "in_language", "rating", "parent_id")
"""What a visitor says of a comment. Its post is in the path."""

db = AsyncDatabase(os.environ["DATABASE_URL"], max_size=20, max_waiting=100, requires=[CONCORDIA])


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open the database before the first request, and close it after the last."""
    async with db:
        yield


class InTime:
    """Gives each request two seconds in all: for waiting for a connection, and for every call."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the lifespan has no limit."""
        with deadline(2) if scope["type"] == "http" else nullcontext():
            await self.inner(scope, receive, send)


app = FastAPI(lifespan=lifespan)
app.add_middleware(InTime)
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
