"""How calls grow with the rows: W2 with more posts in the tables, W5 and W9 with more comments in the thread."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from psycopg.sql import SQL, Identifier

from benchmarks import database
from benchmarks.driver import Plan, Report, Run
from benchmarks.peers.catalog import OURS
from benchmarks.queries import AddPosts, AddThread
from benchmarks.results import Grown
from benchmarks.workloads import GROWING, WORKLOADS
from concordia_sql import Querier

_POSTS_OF_A_SCALE = 50
_ROUNDS = 2


def measure_growth(url: str, plan: Plan, report: Report) -> Mapping[str, Mapping[int, Grown]]:
    """The times of pgbench and of the library, in a database beside `url`'s, which is dropped again.

    Raises WrongResult and PeerError.
    """
    found: dict[str, dict[int, Grown]] = {name: {} for name in GROWING}
    if not plan.posts:
        return {}
    with _database(url) as other, database.connect(other) as connection:
        database.prepare(other, plan.posts[0] // _POSTS_OF_A_SCALE, 1, 1)
        querier = Querier(connection)
        parameters = database.find_parameters(connection)

        def measure(rows: int, *names: str) -> None:
            with ExitStack() as stack:
                run = Run(other, connection, OURS[:1], parameters, stack)
                for name in names:
                    report(f"timing {name} with {rows:,} {GROWING[name]}")
                    given = _count(run.check(WORKLOADS[name]))
                    found[name][rows] = Grown(given, run.latency(WORKLOADS[name], _ROUNDS))

        posts = plan.posts[0]
        for more in plan.posts:
            if more > posts:
                first = posts // plan.posts[0]
                querier.execute(AddPosts(numbers=[*range(first, first + more // posts - 1)]))
                posts = more
            connection.execute("VACUUM (ANALYZE)")
            measure(more, "W2")
        for comments in plan.comments:
            thread = f"thread-{comments}"
            querier.execute(AddThread(slug=thread, comments=comments))
            connection.execute("VACUUM (ANALYZE) blog_comments, blog_posts")
            parameters |= {"many_comments": thread, "other_comments": thread}
            measure(comments, "W9", "W5")
    return found


def _count(objects: Sequence[Mapping[str, Any]]) -> int:
    """How many posts or comments there are, those below others too."""
    return len(objects) + sum(_count(each.get("replies", ())) for each in objects)


@contextmanager
def _database(url: str) -> Generator[str]:
    """The URL of a new database beside that one."""
    other = urlsplit(url)._replace(path=urlsplit(url).path + "_benchmark_growth")
    name = Identifier(other.path.removeprefix("/"))
    with database.connect(url) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(name))
        connection.execute(SQL("CREATE DATABASE {}").format(name))
        try:
            yield other.geturl()
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))
