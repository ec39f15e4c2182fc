"""The blog over HTTP, by Flask: `DATABASE_URL=postgresql://… gunicorn --preload --threads 8 examples.blog_flask:app`.

The database may be opened before the server forks, as `--preload` does: each child has connections of its own.
"""

import os
from contextlib import ExitStack

from flask import Flask, Response, abort, g, request
from opentelemetry import trace
from opentelemetry.propagate import extract

from concordia_sql import CONCORDIA, Database, JsonOptions, blog, deadline, paged
from concordia_sql.telemetry import Telemetry
from concordia_sql.web.flask import answer, arguments, body, install

COMMENT = ("author_name", "author_email", "content", "in_language", "rating", "parent_id")
"""What a visitor says of a comment. Its post is in the path."""
PUBLIC = JsonOptions(leave_out=["author_email", "email"])

db = Database(os.environ["DATABASE_URL"], max_size=20, max_waiting=100, requires=[CONCORDIA], observers=[Telemetry()])
tracer = trace.get_tracer("blog")
db.open()
app = Flask(__name__)
install(app)


@app.before_request
def begin() -> None:
    """Give each request a span, in the caller's trace, and two seconds in all: for every call, and for waiting."""
    g.limits = ExitStack()
    span = tracer.start_as_current_span(request.method, extract(request.headers), trace.SpanKind.SERVER)
    g.limits.enter_context(span)
    g.limits.enter_context(deadline(2))


@app.teardown_request
def end(_: BaseException | None) -> None:
    """The thread serves other requests."""
    g.limits.close()


@app.get("/health")
def health() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@app.get("/ready")
def ready() -> dict[str, int]:
    """Whether the database answers within a second; else 503 or 504."""
    db.ping(deadline=1)
    return {"idle": db.stats().idle}


@app.get("/posts")
def list_posts() -> Response:
    """A page of posts; `next` is the value of `after` for the next one."""
    query = arguments(blog.ListPosts, "author", "languages", "limit", "after")
    return answer(db.fetch(paged(query)), PUBLIC)


@app.get("/posts/<slug>")
def get_post(slug: str) -> Response:  # noqa: ARG001 - `arguments` takes it from the path
    """A post."""
    post = db.fetch(arguments(blog.GetPost, "slug", "languages"))
    return answer(post, PUBLIC) if post else abort(404)


@app.post("/posts/<post_id>/comments")
def add_comment(post_id: str) -> Response:  # noqa: ARG001 - `body` takes it from the path
    """A comment, which waits for moderation."""
    command = body(blog.AddComment, *COMMENT, status="pending", even_if_closed=False)
    return answer(db.execute(command), PUBLIC, status=201)
