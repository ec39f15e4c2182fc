"""The demo: the six queries of Concordia's documentation as one writes them, their results and their times."""

import contextlib
import statistics
import time
from collections.abc import Callable
from typing import Any

import attrs
from psycopg.adapt import PyFormat, Transformer
from rich.console import Console
from rich.pretty import Pretty
from rich.syntax import Syntax
from rich.tree import Tree as Branch

from concordia_sql import Database, Localized, Querier, Query, auth, best_text, blog, embedded, sample
from concordia_sql.adapters import Adaptation
from concordia_sql.migrate import migrate

_RUNS = 60


@attrs.frozen
class Headline:
    """Of a translation, its headline."""

    headline: Localized


@attrs.frozen
class FrenchPost:
    """Of a post, its slug and the headlines of its translations."""

    slug: str
    translations: tuple[Headline, ...]


@attrs.frozen
class _Scene:
    """A query of the documentation, the code that runs it, and what a caller then writes."""

    title: str
    code: str
    query: Query[Any]
    shown: tuple[str, ...] = ()


_SCENES = (
    _Scene(
        "A user with all sessions",
        'user = db.fetch(auth.GetUser(id="user-1"))',
        auth.GetUser(id="user-1"),
        ("user.name", "len(user.sessions)", "user.sessions[0].expires_at", "user.members[0].organization.name"),
    ),
    _Scene(
        "A post with authors and their organizations, categories, translations",
        'post = db.fetch(blog.GetPost(slug="my-post"))',
        blog.GetPost(slug="my-post"),
        (
            "[translation.headline for translation in post.translations]",
            "[(author.slug, author.organization.name) for author in post.authors]",
            "[best_text(category.name, ['en', 'fr']) for category in post.categories]",
            "[(medium.link_type, medium.position) for medium in post.media]",
        ),
    ),
    _Scene(
        "An author's posts with their translations",
        'author = db.fetch(blog.GetAuthor(slug="john-doe"))',
        blog.GetAuthor(slug="john-doe"),
        (
            "author.avatar.url",
            "len(author.posts)",
            "[(post.slug, len(post.translations)) for post in author.posts[:3]]",
        ),
    ),
    _Scene(
        "A comment with all its replies, to any depth",
        'comment = db.fetch(blog.GetComment(id="comment-root"))',
        blog.GetComment(id="comment-root"),
    ),
    _Scene(
        "Only the French translation: nothing else is read",
        "@attrs.frozen\nclass Headline:\n    headline: Localized\n\n\n"
        "@attrs.frozen\nclass FrenchPost:\n    slug: str\n    translations: tuple[Headline, ...]\n\n\n"
        'french = db.fetch(blog.GetPost(slug="my-post", languages=["fr"]).into(FrenchPost))',
        blog.GetPost(slug="my-post", languages=["fr"]).into(FrenchPost),
        ("french",),
    ),
    _Scene(
        "The post with everything, comments and replies included",
        'whole = db.fetch(blog.GetPost(slug="my-post").into(blog.FullPost))',
        blog.GetPost(slug="my-post").into(blog.FullPost),
        (
            "len(whole.comments)",
            "sum(1 for comment in whole.comments for _ in comment.walk())",
            "max(len(comment.replies) for comment in whole.comments)",
        ),
    ),
)


def run(console: Console) -> None:
    """Start a server, make the schema, load the sample, and show the six queries."""
    with contextlib.ExitStack() as stack:
        with console.status("Starting an embedded PostgreSQL, making the schema, loading the sample …"):
            url = stack.enter_context(embedded.start())
            migrate(url)
            querier = stack.enter_context(stack.enter_context(Database(url)).querier())
            rows = sum(sample.load(querier.connection).values())
        version = querier.connection.info.parameter_status("server_version")
        console.print(f"PostgreSQL {version}, {rows:,} rows of sample data; each query is one round trip.\n")
        for number, scene in enumerate(_SCENES, start=1):
            _show(console, querier, number, scene)
    console.print("Go on with [bold].venv/bin/concordia-sql list[/], [bold]… show blog.GetPost[/], and README.md.")


def _show(console: Console, querier: Querier, number: int, scene: _Scene) -> None:
    console.rule(f"[bold]{number}. {scene.title}", align="left")
    console.print(Syntax(scene.code, "python", background_color="default"))
    result = querier.fetch(scene.query)
    if isinstance(result, blog.CommentNode):
        console.print(_thread(result))
    names = {scene.code.rpartition("\n")[2].partition(" =")[0]: result, "best_text": best_text}
    for expression in scene.shown:
        value = eval(expression, names)  # noqa: S307 - one of the texts above: so what is shown is what it gives
        console.print(Syntax(f">>> {expression}", "pycon", background_color="default"))
        console.print(Pretty(value, max_length=4, max_string=60))
    fetch, bare = _times(querier, scene.query)
    console.print(f"[dim]{fetch:.2f} ms; PostgreSQL's bare answer to the same SQL takes {bare:.2f} ms.[/]\n")


def _thread(root: blog.CommentNode) -> Branch:
    branches: dict[str | None, Branch] = {}
    for comment in root.walk():
        text = f"[bold]{comment.author_name}[/]: {best_text(comment.content, ['fr', 'en'])}"
        above = branches.get(comment.parent_id)
        branches[comment.id] = Branch(text) if above is None else above.add(text)
    return branches[root.id]


def _times(querier: Querier, query: Query[Any]) -> tuple[float, float]:
    """The median time of a fetch, and of libpq alone running the same prepared text, alternating; in milliseconds."""
    composed, pgconn = query.compose(), querier.connection.pgconn
    values = composed.values(query)
    transformer: Any = Transformer(Adaptation(querier.connection))
    parameters = transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
    pgconn.prepare(b"bare", composed.encoded)
    calls: dict[Callable[[], object], list[float]] = {
        lambda: querier.fetch(query): [],
        lambda: pgconn.exec_prepared(b"bare", parameters): [],
    }
    for _ in range(_RUNS):
        for call, times in calls.items():
            begin = time.perf_counter()
            call()
            times.append(time.perf_counter() - begin)
    querier.connection.execute("DEALLOCATE bare")
    fetch, bare = (statistics.median(times) * 1e3 for times in calls.values())
    return fetch, bare
