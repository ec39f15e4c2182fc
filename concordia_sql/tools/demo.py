"""The demo: the six queries of Concordia's documentation, a listing page and commands, as one writes them."""

import statistics
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs
from rich.console import Console
from rich.pretty import Pretty
from rich.syntax import Syntax
from rich.text import Text

import concordia_sql
from concordia_sql import CONCORDIA, Database, Querier, Query, auth, blog, profile, services
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import embedded, sample

_RUNS = 50
_END = """\
Each query and each command is one round trip. The times are medians of {runs}
runs, in turn on one connection; the bare one is of libpq alone, which runs the
same prepared statement and leaves the answer as bytes.

Go on: [bold]{command} list[/] names all queries,
[bold]serve[/] runs a server to try them on."""


@attrs.frozen
class _Scene:
    """The code that runs a query of the documentation and sets `query`, and what is then asked of its result."""

    title: str
    code: str
    asked: tuple[str, ...]


_SCENES = (
    _Scene(
        "A user with all sessions",
        """
        query = auth.GetUser(id="user-1")
        user = db.fetch(query)  # UserDetails | None
        """,
        (
            "[(session.ip_address, session.expires_at) for session in user.sessions]",
            "[(member.role, member.organization.name) for member in user.members]",
        ),
    ),
    _Scene(
        "A post with authors, their organizations, categories and translations",
        """
        query = blog.GetPost(slug="my-post")
        post = db.fetch(query)  # PostDetails | None
        """,
        (
            "[(author.slug, author.organization.name) for author in post.authors]",
            "[best_text(category.name, ['fr', 'en']) for category in post.categories]",
            "[translation.headline for translation in post.translations]",
        ),
    ),
    _Scene(
        "All posts by an author, with their translations",
        """
        query = blog.GetAuthor(slug="john-doe")
        author = db.fetch(query)  # AuthorWithPosts | None
        """,
        (
            "len(author.posts)",
            "[(post.slug, len(post.translations)) for post in author.posts[:3]]",
        ),
    ),
    _Scene(
        "A comment with all its replies, to any depth",
        """
        query = blog.GetComment(id="comment-root")
        comment = db.fetch(query)  # CommentNode | None

        def line(each):
            return f"{each.author_name}: {best_text(each.content, ['fr', 'en'])}"
        """,
        ("comment.render(line)",),
    ),
    _Scene(
        "A post's French headline: no other column is read",
        """
        @attrs.frozen
        class Headline:
            headline: Localized

        @attrs.frozen
        class Card:
            slug: str
            translations: tuple[Headline, ...]

        query = blog.GetPost(slug="my-post", languages=["fr"]).into(Card)
        card = db.fetch(query)  # Card | None
        """,
        ("card",),
    ),
    _Scene(
        "A post with everything, its comments and their replies too",
        """
        query = blog.GetPost(slug="my-post").into(blog.FullPost)
        post = db.fetch(query)  # FullPost | None
        """,
        (
            "[(medium.link_type, medium.position) for medium in post.media]",
            "[len(list(comment.walk())) for comment in post.comments]",
        ),
    ),
    _Scene(
        "The page of a service, with opening hours and rating",
        """
        query = services.GetListing(slug="my-listing", languages=["fr"])
        listing = db.fetch(query)  # ListingDetails | None
        """,
        (
            "listing.category.slug, listing.organization.name, listing.provider.name",
            "[(slot.day_of_week, slot.start_time) for slot in listing.availability[:3]]",
            "listing.rating_summary",
        ),
    ),
    _Scene(
        "A free slot, booked: of those who try at once, one gets it",
        """
        now = datetime(2026, 3, 15, 12)
        query = services.ListFreeSlots(
            service_id=listing.id, from_date="2026-03-16", days=7, now=now
        )
        slot = db.fetch(query)[0]  # FreeSlot
        booking = db.execute(  # Booking
            services.CreateBooking(
                service_id=listing.id,
                customer_id="user-2",
                booking_date=slot.booking_date,
                booking_time=slot.booking_time,
                now=now,
            )
        )
        """,
        ("slot", "booking.status, booking.total_price, booking.currency"),
    ),
    _Scene(
        "A delete, tried out: what would go, by table",
        """
        would_go = db.dry_run(blog.DeletePost(id=post.id))  # DeletedPost
        """,
        ("would_go",),
    ),
)


def run(console: Console) -> None:
    """Start a server with the sample, and show the queries."""
    with console.status("Starting PostgreSQL …") as status, embedded.start() as url:
        status.update("Migrating …")
        migrate(url, CONCORDIA)
        with Database(url, max_size=1, requires=[CONCORDIA]) as database, database.querier() as querier:
            status.update("Loading the sample …")
            counts = sample.load(querier.connection)
            status.stop()
            version = querier.connection.info.parameter_status("server_version")
            console.print(
                f"[bold]concordia_sql[/] on PostgreSQL {version}, {sum(counts.values()):,} rows of sample data\n"
            )
            domains = {"auth": auth, "profile": profile, "blog": blog, "services": services}
            names: dict[str, Any] = {
                **{name: getattr(concordia_sql, name) for name in concordia_sql.__all__},
                **domains,
                "attrs": attrs,
                "datetime": datetime,
                "db": querier,
            }
            for number, scene in enumerate(_SCENES, start=1):
                _show(console, names, number, scene)
    console.print(_END.format(runs=_RUNS, command=sys.argv[0]), highlight=False, soft_wrap=True)


def _show(console: Console, names: dict[str, Any], number: int, scene: _Scene) -> None:
    """Run a scene, in which the names of those before it are known."""
    code = textwrap.dedent(scene.code).strip()
    names.pop("query", None)
    exec(code, names)  # noqa: S102 - what is shown is what runs
    console.rule(f"[bold]{number}. {scene.title}", align="left")
    console.print(_highlighted(code))
    for expression in scene.asked:
        console.print(_highlighted(f">>> {expression}", "pycon"))
        result = eval(expression, names)  # noqa: S307 - as above
        console.print(Text(result, overflow="ellipsis", no_wrap=True) if isinstance(result, str) else Pretty(result))
    if "query" in names:
        fetch, bare = _times(names["db"], names["query"])
        console.print(f"[dim]{fetch:.2f} ms, bare {bare:.2f} ms[/]", highlight=False)
    console.print()


def _highlighted(code: str, language: str = "python") -> Syntax:
    return Syntax(code, language, theme="ansi_dark", background_color="default", word_wrap=True)


def _times(querier: Querier, query: Query[Any]) -> tuple[float, float]:
    """The median time of a fetch, and of libpq alone running the same prepared text, in milliseconds."""
    pgconn: Any = querier.connection.pgconn
    values = [None if text is None else text.encode() for text in querier._session.texts(query.compose(), query)]
    pgconn.prepare(b"bare", query.compose().encoded)
    runs: dict[Callable[[], object], list[float]] = {
        lambda: querier.fetch(query): [],
        lambda: pgconn.exec_prepared(b"bare", values): [],
    }
    for _ in range(_RUNS):
        for call, times in runs.items():
            begin = time.perf_counter()
            call()
            times.append(time.perf_counter() - begin)
    querier.connection.execute("DEALLOCATE bare")
    fetch, bare = (statistics.median(times) * 1000 for times in runs.values())
    return fetch, bare
