"""Pages of threads: following every cursor gives each node once, and a page reads little of a large thread."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier, Literal

from concordia_sql import ParameterError, Querier, Query
from tests.support.rows import NOON, insert
from tests.support.threads import COMMENTS, REVIEWS, Connection, Kind, each_kind, make_many, make_thread, shown

EVERY = [(kind, sort) for kind in (COMMENTS, REVIEWS) for sort in ("oldest", "newest")]
each_sort = pytest.mark.parametrize(("kind", "sort"), [*EVERY, (REVIEWS, "best")])


Page = Any


def page_of(kind: Kind, **fields: Any) -> Any:
    return kind.page(**{kind.owner: "owner", **fields})


def follow(querier: Querier, kind: Kind, sort: str, **sizes: Any) -> Iterator[Page]:
    """Every page that a cursor leads to, the first one first."""
    waiting: list[str | None] = [None]
    for _ in range(200):
        if not waiting:
            return
        page = querier.fetch(page_of(kind, sort=sort, after=waiting.pop(), **sizes))
        yield page
        nodes = [node for root in page.roots for node in root.walk()]
        waiting += [cursor for cursor in [page.next, *(node.more for node in nodes)] if cursor]
    raise AssertionError("the cursors lead nowhere")


def ids_of(page: Page) -> list[str]:
    return [node.id for root in page.roots for node in root.walk()]


@pytest.fixture
def querier(connection: Connection) -> Querier:
    return Querier(connection)


def rolled_back(connection: Connection) -> Any:
    return connection.transaction(force_rollback=True)


SIZES = st.fixed_dictionaries({"limit": st.integers(1, 4), "replies": st.integers(0, 2), "depth": st.integers(0, 3)})
PARENTS = st.lists(st.integers(0, 4) | st.just(99), max_size=16)
"""Most are replies to the first ones; 99 is a root."""
IN_A_DATABASE = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@IN_A_DATABASE
@given(PARENTS, st.sets(st.integers(0, 13)), SIZES, st.sampled_from([*EVERY, (REVIEWS, "best")]))
def test_every_cursor_followed_gives_each_shown_comment_once(
    connection: Connection, parents: list[int], hidden: set[int], sizes: dict[str, int], kind_and_sort: tuple[Kind, str]
) -> None:
    kind, sort = kind_and_sort
    querier = Querier(connection)
    with rolled_back(connection):
        rows = make_thread(connection, kind, parents, hidden)
        pages = list(follow(querier, kind, sort, **sizes))
        assert sorted(id_ for page in pages for id_ in ids_of(page)) == sorted(shown(rows))
        assert all(page.roots for page in pages[1:])


@IN_A_DATABASE
@given(
    PARENTS,
    SIZES,
    st.sampled_from(EVERY),
    st.lists(st.tuples(st.booleans(), st.integers(0, 13), st.integers(-3, 30)), max_size=12),
)
def test_it_does_so_while_others_write_between_the_pages(
    connection: Connection,
    parents: list[int],
    sizes: dict[str, int],
    kind_and_sort: tuple[Kind, str],
    writes: list[tuple[bool, int, int]],
) -> None:
    """Whatever is there from the first page to the last is given once; what comes or goes, at most once."""
    querier = Querier(connection)
    kind, sort = kind_and_sort
    with rolled_back(connection):
        staying = {row["id"] for row in make_thread(connection, kind, parents)}
        found: list[str] = []
        for page in follow(querier, kind, sort, **sizes):
            found += ids_of(page)
            if writes:
                adds, place, seconds = writes.pop()
                id_ = f"c{place}"
                if adds:
                    parent = id_ if id_ in staying else None
                    time = NOON + timedelta(seconds=seconds)
                    insert(
                        connection,
                        kind.nodes,
                        {kind.owner: "owner", "parent_id": parent, "status": "approved", "created_at": time},
                    )
                elif connection.execute(
                    f"DELETE FROM {kind.nodes} WHERE id = %s AND NOT EXISTS "
                    f"(SELECT FROM {kind.nodes} AS reply WHERE reply.parent_id = %s)".encode(),
                    [id_, id_],
                ).rowcount:
                    staying.discard(id_)
        assert len(found) == len(set(found))
        assert staying <= set(found)


@each_sort
def test_roots_are_in_the_order_asked_for_and_replies_oldest_first(
    connection: Connection, querier: Querier, kind: Kind, sort: str
) -> None:
    rows = make_thread(connection, kind, [0, 1, 0, 0, 1, 5, 6, 0, 8])
    by_age = sorted(rows, key=lambda row: (row["created_at"], row["id"]))
    roots: list[str] = []
    after: str | None = None
    while after or not roots:
        page = querier.fetch(page_of(kind, sort=sort, limit=2, after=after))
        after = page.next
        roots += [root.id for root in page.roots]
        for root in page.roots:
            replies = [row["id"] for row in by_age if row["parent_id"] == root.id]
            assert [reply.id for reply in root.replies] == replies[:3]
    expected = [row for row in by_age if row["parent_id"] is None]
    if sort != "oldest":
        expected.reverse()
    if sort == "best":
        expected.sort(key=lambda row: -row["rating"])
    assert roots == [row["id"] for row in expected]


@each_kind
def test_each_node_says_how_many_replies_it_has_and_how_many_are_not_shown(
    connection: Connection, querier: Querier, kind: Kind
) -> None:
    make_thread(connection, kind, [0, 0, 0, 0, 1, 1, 1, 3, 8], hidden={2})
    page = querier.fetch(page_of(kind, replies=2, depth=1))
    root = page.roots[0]
    assert [(node.id, node.reply_count, node.hidden_count) for node in root.walk()] == [
        ("c0", 2, 0),
        ("c1", 3, 3),
        ("c3", 1, 1),
    ]
    assert root.more is None
    more = querier.fetch(page_of(kind, replies=2, depth=1, limit=2, after=root.replies[0].more))
    assert ids_of(more) == ["c4", "c5"]
    last = querier.fetch(page_of(kind, replies=2, depth=1, limit=2, after=more.next))
    assert (ids_of(last), last.next) == (["c6"], None)


@each_kind
def test_replies_are_counted_up_to_1000(connection: Connection, querier: Querier, kind: Kind) -> None:
    make_many(connection, kind, 1002, "CASE WHEN number > 0 THEN 0 END")
    (root,) = querier.fetch(page_of(kind)).roots
    assert (root.reply_count, root.hidden_count) == (1000, 997)


@each_kind
def test_a_hidden_node_with_a_shown_one_below_has_no_content(
    connection: Connection, querier: Querier, kind: Kind
) -> None:
    rows = make_thread(connection, kind, [0, 0, 1, 2, 4], hidden={0, 1, 2, 4})
    (root,) = querier.fetch(page_of(kind)).roots
    written = ["author_name", "content", "rating", *(["author_id"] if kind is REVIEWS else [])]
    for node, row in zip(root.walk(), rows, strict=False):
        is_hidden = row["status"] != "approved"
        assert (node.id, node.is_hidden) == (row["id"], is_hidden)
        assert [getattr(node, name) for name in written] == [None if is_hidden else row[name] for name in written]
    everything = querier.fetch(page_of(kind, with_hidden=True))
    assert ids_of(everything) == ["c0", "c1", "c2", "c3", "c4"]
    assert [node.content for root in everything.roots for node in root.walk()] == [row["content"] for row in rows]


@each_kind
def test_an_owner_without_a_thread_has_an_empty_page(querier: Querier, kind: Kind) -> None:
    page = querier.fetch(page_of(kind))
    assert (page.roots, page.next) == ((), None)


@each_kind
@pytest.mark.parametrize(
    "after", ["", "[]", "[1,2,3]", '["a"]', '["a","b","c"]', "[null,null,null,null,null]", '["\\u0000",null,null]']
)
def test_what_is_no_cursor_is_refused(kind: Kind, after: str) -> None:
    with pytest.raises(ParameterError, match="not a cursor"):
        page_of(kind, after=after)


@each_sort
def test_the_first_pages_of_many_threads_are_those_of_each(
    connection: Connection, querier: Querier, kind: Kind, sort: str
) -> None:
    make_thread(connection, kind, [0, 1, 0, 0, 1, 5, 6, 0, 8], hidden={1})
    insert(connection, kind.owners, {"id": "other"})
    for _ in range(4):
        insert(connection, kind.nodes, {kind.owner: "other", "status": "approved"})
    sizes = {"sort": sort, "limit": 2, "replies": 2, "depth": 2}
    pages = querier.fetch(kind.pages(**{f"{kind.owner}s": ["other", "none", "owner", "other"]}, **sizes))
    assert pages == [querier.fetch(page_of(kind, **{kind.owner: id_}, **sizes)) for id_ in ["other", "none", "owner"]]


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


@each_kind
@pytest.mark.parametrize("mode", ["generic", "custom"])
def test_a_page_reads_little_of_a_large_thread(connection: Connection, kind: Kind, mode: str) -> None:
    """20,000 roots, each with nine replies, one below another or all side by side."""
    parent = "CASE WHEN number % 10 > 0 THEN CASE WHEN number % 20 < 10 THEN number - 1 ELSE number / 10 * 10 END END"
    make_many(connection, kind, 200_000, parent)
    connection.execute(f"ANALYZE {kind.nodes}".encode())
    connection.execute(f"SET plan_cache_mode = force_{mode}_plan".encode())
    queries = [
        page_of(kind),
        page_of(kind, sort="newest", after='[null,"2026-01-02T00:00:00","c"]' if kind is COMMENTS else None),
        page_of(kind, after='["c10",null,null]'),
        kind.pages(**{f"{kind.owner}s": ["owner", "none"]}),
    ]
    if kind is REVIEWS:
        queries += [
            page_of(kind, sort="best"),
            page_of(kind, sort="best", after='[null,"2026-01-02T00:00:00","c",3]'),
        ]
    for query in queries:
        assert 10 < rows_read(connection, query) < 1000


def test_a_page_has_a_bound_as_a_whole_and_its_cursors_lead_to_the_rest(
    connection: Connection, querier: Querier
) -> None:
    kind = COMMENTS  # whose statements reviews have too
    make_thread(connection, kind, [99])
    given = {kind.owner: "owner", "status": "approved", "created_at": NOON}
    sample = insert(connection, kind.nodes, {**given, "id": "sample"})
    names = [name for name in sample if name not in ("id", "parent_id")]
    columns = SQL(", ").join(map(Identifier, names))
    many = SQL(
        "INSERT INTO {nodes} (id, parent_id, {columns}) SELECT {id}, {parent}, {columns} FROM {nodes}, "
        "generate_series(1, 50) AS root, generate_series({first}, {last}) AS reply WHERE id = 'sample'"
    )
    for first, last, id_, parent in (
        (0, 0, SQL("'r' || root"), SQL("NULL")),
        (1, 100, SQL("'r' || root || '-' || reply"), SQL("'r' || root")),
    ):
        texts = {"nodes": Identifier(kind.nodes), "columns": columns, "id": id_, "parent": parent}
        connection.execute(many.format(**texts, first=first, last=last))
    connection.execute("ANALYZE")
    sizes: dict[str, Any] = {"limit": 500, "replies": 100, "depth": 100}
    pages = [ids_of(page) for page in follow(querier, kind, "oldest", **sizes)]
    assert len(pages[0]) == 5_000
    found = [id_ for page in pages for id_ in page]
    assert len(found) == len(set(found)) == 2 + 50 * 101
    sizes["limit"] = 50
    first = querier.fetch(kind.pages(**{f"{kind.owner}s": ["owner", "other", "third"]}, **sizes))
    assert [len(ids_of(page)) for page in first] == [5_000 // 3, 0, 0]
