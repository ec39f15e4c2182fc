"""Results as JSON, read by Python's own reader, and its schema."""

import datetime
import decimal
import ipaddress
import json
import subprocess
import sys
import types
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import (
    Database,
    JsonOptions,
    Library,
    Localized,
    Many,
    Node,
    Page,
    Querier,
    QuerierError,
    StatementError,
    blog,
    json_schema,
    localize,
    paged,
    query,
    services,
    to_json,
)
from concordia_sql.blog.results import CommentNode
from tests.support.statements import write

NOON = datetime.datetime(2026, 3, 15, 12)


@attrs.frozen(eq=False, repr=False)
class Reply(Node):
    id: str
    parent_id: str | None
    at: datetime.datetime
    content: Localized | None = None
    replies: tuple["Reply", ...] = ()


def chain(length: int) -> Reply:
    top = Reply(str(length), None, NOON, {"fr": "oui", "en": "yes"})
    for number in range(length - 1, 0, -1):
        top = Reply(str(number), None, NOON, {"fr": "oui", "en": "yes"}, (top,))
    return top


@attrs.frozen
class Everything:
    at: datetime.datetime
    there: datetime.datetime
    day: datetime.date
    price: decimal.Decimal
    key: uuid.UUID
    host: ipaddress.IPv4Address
    values: dict[str, object]
    trees: tuple[Reply, ...]


def test_each_kind_of_value() -> None:
    there = datetime.datetime(2026, 3, 15, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    key = uuid.UUID(int=7)
    host = ipaddress.IPv4Address("10.0.0.1")
    value = Everything(
        NOON, there, NOON.date(), decimal.Decimal("1.10"), key, host, {"a": [1, None, NOON]}, (chain(2), chain(1))
    )
    leaf = {"id": "1", "parent_id": None, "at": "2026-03-15T12:00:00Z", "content": {"fr": "oui", "en": "yes"}}
    assert json.loads(to_json(value)) == {
        "at": "2026-03-15T12:00:00Z",
        "there": "2026-03-15T10:00:00Z",
        "day": "2026-03-15",
        "price": "1.10",
        "key": str(key),
        "host": "10.0.0.1",
        "values": {"a": [1, None, "2026-03-15T12:00:00Z"]},
        "trees": [leaf | {"replies": [leaf | {"id": "2", "replies": []}]}, leaf | {"replies": []}],
    }


def test_texts_in_one_language_and_fields_left_out() -> None:
    options = JsonOptions(languages=["de", "fr"], leave_out=["at", "parent_id"])
    assert json.loads(to_json([chain(2), None], options)) == [
        {"id": "1", "content": "oui", "replies": [{"id": "2", "content": "oui", "replies": []}]},
        None,
    ]
    assert json.loads(to_json(chain(2), JsonOptions(leave_out=["replies", "at", "content"]))) == {
        "id": "1",
        "parent_id": None,
    }


def test_a_tree_of_any_depth() -> None:
    text = to_json(chain(50_000))
    assert text.count(b'"replies":[') == 50_000
    assert text.count(b"{") - 50_000 == text.count(b"]")  # of each node, its text by language and its list


def test_a_type_without_json_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="an object of Thing"):
        to_json([type("Thing", (), {})()])


@pytest.mark.parametrize("wrong", [{"languages": "fr"}, {"leave_out": "email"}])
def test_one_text_in_place_of_a_list(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="is a list of"):
        JsonOptions(**wrong)


def test_a_misspelt_name_to_leave_out() -> None:
    options = JsonOptions(leave_out=["emial", "email"])
    for _ in range(2):
        with pytest.raises(ValueError, match=r"^leave_out: no result class has a field emial$"):
            to_json([chain(1)], options)
        with pytest.raises(ValueError, match="emial"):
            json_schema(list[Reply], options)
    assert to_json([], JsonOptions(leave_out=["of nobody"])) == b"[]"


@pytest.mark.parametrize("proven", [False, True])
def test_a_class_that_was_refused_spoils_no_other(tmp_path: Path, *, proven: bool) -> None:
    """It may still be alive: a traceback holds it. That of a proven library is refused at its first use."""

    @attrs.frozen
    class Wrong:
        name: str = attrs.field(converter=str)

    write(tmp_path, "towns/get.sql", "-- A town.\nSELECT 'Linz' AS name")
    town = types.new_class("GetTown", (Many[Wrong],))
    decorate: Callable[[Any], Any] = query("towns/get.sql", library=Library(tmp_path, proven=proven))
    with pytest.raises(StatementError, match="has a converter") as of_query:
        decorate(town)().compose()
    with pytest.raises(StatementError, match="has a converter") as of_another_class:
        blog.GetAuthor(slug="a").into(Wrong)
    with pytest.raises(ValueError, match=r"^leave_out: no result class has a field emial$"):
        to_json([chain(1)], JsonOptions(leave_out=["emial"]))
    del of_query, of_another_class


LEFT_OUT = """
import attrs
from concordia_sql import JsonOptions, blog, to_json
Town = attrs.make_class("Town", ["name"])
print(to_json(Town("Linz"), JsonOptions(leave_out=["author_email", "expires_at"])))
"""


@pytest.mark.parametrize(
    ("imported", "problem"),
    [
        ("from concordia_sql.auth import *", ""),
        ("import concordia_sql.auth", ""),
        ("import concordia_sql.profile", "ValueError: leave_out: no result class has a field expires_at"),
    ],
    ids=["all of the domain", "the domain", "another domain"],
)
def test_a_name_to_leave_out_of_a_class_that_is_not_used_yet(imported: str, problem: str) -> None:
    """Classes of the packages that are imported count, though their modules are not loaded before."""
    run = subprocess.run(
        [sys.executable, "-c", imported + LEFT_OUT], capture_output=True, text=True, check=False, timeout=600
    )
    assert [run.stderr and run.stderr.splitlines()[-1], "Linz" in run.stdout] == [problem, not problem]


@attrs.frozen
class Moments:
    naive: datetime.datetime
    early: datetime.datetime
    exact: tuple[datetime.datetime, ...]


def test_times_are_read_back_equal() -> None:
    early = datetime.datetime(7, 1, 2, 3, 4, 5, 60)
    zone = datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))
    aware = datetime.datetime(2026, 3, 15, 12, 0, 0, 500_000, zone)
    written = json.loads(to_json(Moments(NOON, early, (aware, datetime.datetime.max))))
    assert written == {
        "naive": "2026-03-15T12:00:00Z",
        "early": "0007-01-02T03:04:05.000060Z",
        "exact": ["2026-03-15T17:30:00.500000Z", "9999-12-31T23:59:59.999999Z"],
    }


def test_texts_by_language_are_those_of_localize(sample_url: str) -> None:
    """At any depth, for each class that the queries of lists give."""
    with Database(sample_url) as database:
        results = database.fetch_batch(
            blog.ListPosts(), services.ListListings(), blog.GetCommentThread(post_id="post-1"), blog.ListCategories()
        )
    for languages in (["fr", "en"], ["de"], ["pt-BR", "ar"]):
        for result in results:
            assert to_json(result, JsonOptions(languages=languages)) == to_json(localize(result, languages))


def test_the_schema_says_what_is_written() -> None:
    options = JsonOptions(languages=["fr"], leave_out=["parent_id"])
    for each in (JsonOptions(), options):
        (written,) = json.loads(to_json([chain(1)], each))
        properties = json_schema(Reply, each)["$defs"]["Reply"]
        assert list(properties["properties"]) == properties["required"] == list(written)
    schema = json_schema(Page[CommentNode], options)
    page = schema["$defs"][schema["$ref"].rpartition("/")[2]]["properties"]
    assert page["items"] == {"type": "array", "items": {"$ref": "#/$defs/CommentNode"}}
    comment = schema["$defs"]["CommentNode"]["properties"]
    assert comment["content"] == {"type": "string"}
    assert comment["created_at"] == {"type": "string", "format": "date-time"}
    assert json_schema(int | None) == {"anyOf": [{"type": "integer"}, {"type": "null"}]}


def test_a_node_of_a_page_says_what_it_leaves_out(sample_url: str) -> None:
    query = blog.GetCommentPage(post_id="post-1", replies=1, depth=1)
    with Database(sample_url) as database:
        page = database.fetch(query)
    written = json.loads(to_json(page))
    pairs = list(zip(written["roots"], page.roots, strict=True))
    assert any(root.more for root in page.roots)
    assert [(one["more"], one["hidden_count"]) for one, _ in pairs] == [
        (root.more, root.hidden_count) for _, root in pairs
    ]
    assert {"more", "hidden_count"} <= json_schema(blog.CommentPage)["$defs"]["PagedComment"]["properties"].keys()


def test_every_result_class_has_a_schema_and_its_json(sample_url: str) -> None:
    with Database(sample_url) as database:
        for rows in (database.fetch(blog.ListPosts()), database.fetch(services.ListListings())):
            schema = json_schema(type(rows[0]))
            names = schema["$defs"][type(rows[0]).__name__]["required"]
            assert [list(row) for row in json.loads(to_json(rows))] == [names] * len(rows)


def test_pages_have_each_row_once(sample: psycopg.Connection[TupleRow]) -> None:
    querier = Querier(sample)
    every = querier.fetch(blog.ListPosts(limit=500))
    for size in (1, 7, len(every) - 1, len(every), len(every) + 1):
        found: list[blog.ListedPost] = []
        after, pages = None, 0
        while pages == 0 or after:
            page = querier.fetch(paged(blog.ListPosts(limit=size, after=after)))
            found += page.items
            after, pages = page.next, pages + 1
        assert found == every
        assert pages == -(-len(every) // size)
    assert querier.fetch(paged(blog.ListPosts(slug_contains="nothing at all"))) == Page((), None)
    assert len(querier.fetch(paged(blog.ListPosts(limit=500))).items) == len(every)


@pytest.mark.parametrize("query", [blog.GetCommentPath(id="c"), blog.ListPosts().into(blog.PostDetails)])
def test_what_gives_no_page(query: Any) -> None:
    with pytest.raises(QuerierError, match="a page needs"):
        paged(query)


def test_a_page_of_a_page() -> None:
    with pytest.raises(QuerierError, match="gives a page already"):
        paged(paged(blog.ListPosts()))  # type: ignore[arg-type]
