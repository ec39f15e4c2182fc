"""Pages of threads: following every cursor gives each node once, and a page reads little of a large thread."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Literal

from concordia_sql import ParameterError, Querier, Query, blog
from concordia_sql.pager import Sort
from tests.rows import NOON, insert

Connection = psycopg.Connection[Any]
Row = dict[str, Any]


def follow(querier: Querier, post_id: str, sort: Sort, **sizes: Any) -> Iterator[blog.CommentPage]:
    """Every page that a cursor leads to, the first one first."""
    waiting: list[str | None] = [None]
    while waiting:
        page = querier.fetch(blog.GetCommentPage(post_id=post_id, sort=sort, after=waiting.pop(), **sizes))
        yield page
        nodes = [node for root in page.roots for node in root.walk()]
        waiting += [cursor for cursor in [page.next, *(node.more for node in nodes)] if cursor]


def ids_of(page: blog.CommentPage) -> list[str]:
    return [node.id for root in page.roots for node in root.walk()]


def make_thread(connection: Connection, parents: list[int], hidden: Collection[int] = ()) -> list[Row]:
    """A post with a comment for each number: the place of its parent, or none where that is itself or behind it."""
    insert(connection, "blog_posts", {"id": "post"})
    made: list[Row] = []
    for place, parent in enumerate(parents):
        made.append(
            insert(
                connection,
                "blog_comments",
                {
                    "id": f"c{place}",
                    "post_id": "post",
                    "parent_id": f"c{parent}" if parent < place else None,
                    "status": "pending" if place in hidden else "approved",
                    "created_at": NOON + timedelta(seconds=place // 3),
                },
            )
        )
    return made


def shown(rows: list[Row]) -> set[str]:
    """The ids of the comments that are not hidden, and of all above them."""
    parents = {row["id"]: row["parent_id"] for row in rows}
    found: set[str] = set()
    for row in rows:
        if row["status"] == "approved" and row["deleted_at"] is None:
            above = row["id"]
            while above is not None and above not in found:
                found.add(above)
                above = parents[above]
    return found


@pytest.fixture
def querier(connection: Connection) -> Querier:
    return Querier(connection)


def rolled_back(connection: Connection) -> Any:
    return connection.transaction(force_rollback=True)


SIZES = st.fixed_dictionaries({"limit": st.integers(1, 4), "replies": st.integers(0, 3), "depth": st.integers(0, 3)})
PARENTS = st.lists(st.integers(0, 12), max_size=14)
IN_A_DATABASE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@IN_A_DATABASE
@given(PARENTS, st.sets(st.integers(0, 13)), SIZES, st.sampled_from(["oldest", "newest"]))
def test_every_cursor_followed_gives_each_shown_comment_once(
    connection: Connection, parents: list[int], hidden: set[int], sizes: dict[str, int], sort: Sort
) -> None:
    querier = Querier(connection)
    with rolled_back(connection):
        rows = make_thread(connection, parents, hidden)
        found = [id_ for page in follow(querier, "post", sort, **sizes) for id_ in ids_of(page)]
        assert sorted(found) == sorted(shown(rows))


@IN_A_DATABASE
@given(
    PARENTS,
    SIZES,
    st.sampled_from(["oldest", "newest"]),
    st.lists(st.tuples(st.booleans(), st.integers(0, 13), st.integers(-3, 30)), max_size=12),
)
def test_it_does_so_while_others_write_between_the_pages(
    connection: Connection, parents: list[int], sizes: dict[str, int], sort: Sort, writes: list[tuple[bool, int, int]]
) -> None:
    """Whatever is there from the first page to the last is given once; what comes or goes, at most once."""
    querier = Querier(connection)
    with rolled_back(connection):
        staying = {row["id"] for row in make_thread(connection, parents)}
        found: list[str] = []
        for page in follow(querier, "post", sort, **sizes):
            found += ids_of(page)
            if writes:
                adds, place, seconds = writes.pop()
                id_ = f"c{place}"
                if adds:
                    parent = id_ if place < len(parents) else None
                    time = NOON + timedelta(seconds=seconds)
                    insert(
                        connection,
                        "blog_comments",
                        {"post_id": "post", "parent_id": parent, "status": "approved", "created_at": time},
                    )
                elif connection.execute(
                    "DELETE FROM blog_comments WHERE id = %s AND NOT EXISTS "
                    "(SELECT FROM blog_comments AS reply WHERE reply.parent_id = %s)",
                    [id_, id_],
                ).rowcount:
                    staying.discard(id_)
        assert len(found) == len(set(found))
        assert staying <= set(found)


@pytest.mark.parametrize("sort", ["oldest", "newest"])
def test_roots_are_in_the_order_asked_for_and_replies_oldest_first(
    connection: Connection, querier: Querier, sort: Sort
) -> None:
    rows = make_thread(connection, [0, 1, 0, 0, 1, 5, 6, 0, 8])
    in_order = sorted(rows, key=lambda row: (row["created_at"], row["id"]))
    roots: list[str] = []
    page = querier.fetch(blog.GetCommentPage(post_id="post", sort=sort, limit=2))
    while True:
        roots += [root.id for root in page.roots]
        for root in page.roots:
            expected = [row["id"] for row in in_order if row["parent_id"] == root.id]
            assert [reply.id for reply in root.replies] == expected[:3]
        if page.next is None:
            break
        page = querier.fetch(blog.GetCommentPage(post_id="post", sort=sort, limit=2, after=page.next))
    expected = [row["id"] for row in in_order if row["parent_id"] is None]
    assert roots == (expected if sort == "oldest" else expected[::-1])


def test_each_comment_says_how_many_replies_it_has_and_how_many_are_not_shown(
    connection: Connection, querier: Querier
) -> None:
    make_thread(connection, [0, 0, 0, 0, 1, 1, 1, 3, 8], hidden={2})
    page = querier.fetch(blog.GetCommentPage(post_id="post", replies=2, depth=1))
    root = page.roots[0]
    assert [(node.id, node.reply_count, node.hidden_count) for node in root.walk()] == [
        ("c0", 2, 0),
        ("c1", 3, 3),
        ("c3", 1, 1),
    ]
    assert root.more is None
    more = querier.fetch(blog.GetCommentPage(post_id="post", replies=2, depth=1, limit=2, after=root.replies[0].more))
    assert ids_of(more) == ["c4", "c5"]
    last = querier.fetch(blog.GetCommentPage(post_id="post", replies=2, depth=1, limit=2, after=more.next))
    assert (ids_of(last), last.next) == (["c6"], None)


def test_a_hidden_comment_with_a_shown_one_below_has_no_content(connection: Connection, querier: Querier) -> None:
    make_thread(connection, [0, 0, 1, 2, 4], hidden={0, 1, 2, 4})
    (root,) = querier.fetch(blog.GetCommentPage(post_id="post")).roots
    assert [(node.id, node.is_hidden, node.content is None, node.author_email is None) for node in root.walk()] == [
        ("c0", True, True, True),
        ("c1", True, True, True),
        ("c2", True, True, True),
        ("c3", False, False, False),
    ]
    everything = querier.fetch(blog.GetCommentPage(post_id="post", with_hidden=True))
    assert ids_of(everything) == ["c0", "c1", "c2", "c3", "c4"]
    assert all(node.content for root in everything.roots for node in root.walk())


def test_a_post_without_comments_has_an_empty_page(querier: Querier) -> None:
    assert querier.fetch(blog.GetCommentPage(post_id="none")) == blog.CommentPage("none", (), None)


@pytest.mark.parametrize(
    "after", ["", "[]", "[1,2,3]", '["a"]', '["a","b","c"]', "[null,null,null,null]", '["\\u0000",null,null]']
)
def test_what_is_no_cursor_is_refused(after: str) -> None:
    with pytest.raises(ParameterError, match="not a cursor"):
        blog.GetCommentPage(post_id="post", after=after)


def test_the_first_pages_of_many_posts_are_those_of_each(connection: Connection, querier: Querier) -> None:
    make_thread(connection, [0, 1, 0, 0, 1, 5, 6, 0, 8], hidden={1})
    insert(connection, "blog_posts", {"id": "other"})
    for number in range(4):
        insert(connection, "blog_comments", {"post_id": "other", "status": "approved", "in_language": f"l{number}"})
    ids = ["other", "none", "post", "other"]
    for sort in ("oldest", "newest"):
        pages = querier.fetch(blog.ListCommentPages(post_ids=ids, sort=sort, limit=2, replies=2, depth=2))
        assert pages == [
            querier.fetch(blog.GetCommentPage(post_id=id_, sort=sort, limit=2, replies=2, depth=2))
            for id_ in ["other", "none", "post"]
        ]


def rows_read(connection: Connection, query: Query[Any]) -> int:
    """How many rows the scans of tables and indexes of the query gave or threw away."""
    composed = query.compose()
    connection.execute(b"PREPARE analyzed AS " + composed.encoded)
    given = [list(value) if isinstance(value, tuple) else value for value in composed.values(query)]
    values = SQL(", ").join(map(Literal, given))
    explain = SQL("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE analyzed ({})").format(values)
    ((plan,),) = connection.execute(explain).fetchall()
    connection.execute("DEALLOCATE analyzed")
    return round(sum(_read(plan[0]["Plan"])))


def _read(node: dict[str, Any]) -> Iterator[float]:
    if "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield node["Actual Loops"] * (node["Actual Rows"] + removed)
    for below in node.get("Plans", ()):
        yield from _read(below)


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_a_page_reads_little_of_a_large_thread(connection: Connection, mode: str) -> None:
    """20,000 roots, each with nine replies, one below another or all side by side."""
    insert(connection, "blog_posts", {"id": "post"})
    connection.execute("ALTER TABLE blog_comments SET UNLOGGED")
    connection.execute("SET session_replication_role = replica")  # no foreign keys to check
    connection.execute(
        """
        INSERT INTO blog_comments (
            id, post_id, parent_id, author_name, author_email, content, status, in_language, created_at
        )
        SELECT
            'c' || number, 'post',
            CASE
                WHEN number % 10 = 0 THEN NULL
                WHEN number % 20 < 10 THEN 'c' || number - 1
                ELSE 'c' || number / 10 * 10
            END,
            'a', 'a', '"text"', 'approved', 'fr', timestamp '2026-01-01' + number * interval '1 second'
        FROM generate_series(0, 199999) AS number
        """
    )
    connection.execute("ANALYZE blog_comments")
    connection.execute(f"SET plan_cache_mode = {mode}".encode())
    first = blog.GetCommentPage(post_id="post")
    middle = blog.GetCommentPage(post_id="post", sort="newest", after='[null,"2026-01-02T00:00:00","c"]')
    replies = blog.GetCommentPage(post_id="post", after='["c10",null,null]')
    for query in (first, middle, replies, blog.ListCommentPages(post_ids=["post", "none"])):
        assert 10 < rows_read(connection, query) < 1000
