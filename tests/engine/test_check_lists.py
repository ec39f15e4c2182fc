"""What a check says of lists of a user: of their cursors, and of the counts beside them."""

import types
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import pytest

from concordia_sql import Library, Many, One, check, cursor, query
from concordia_sql.engine.checks.findings import Finding
from tests.support.statements import write


@attrs.frozen
class Row:
    id: str
    cursor: str


KEYS = "post.created_at, post.id"
LIST = """
SELECT post.id, json_build_array({keys})::text AS cursor
FROM blog_posts AS post
WHERE
    post.deleted_at IS NULL
    AND post.status = :status -- when :status
    AND ({compared}) {operator} ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY {order}
LIMIT :limit
"""
COUNT = """
SELECT count(*) AS total
FROM (
    SELECT FROM blog_posts
    WHERE
        {condition}
        AND status = :status -- when :status
    LIMIT :at_most
) AS counted
"""


def list_of(
    keys: str = KEYS, compared: str = KEYS, operator: str = "<", order: str = "post.created_at DESC, post.id DESC"
) -> str:
    return LIST.format(keys=keys, compared=compared, operator=operator, order=order)


def found(
    root: Path, url: str, text: str, types_of_keys: Sequence[Any], count: str | None = None, **filters: Any
) -> list[Finding]:
    """What is said of a list, and of a count with these filters."""
    write(root, "own/list.sql", f"-- Rows.\n{text}")
    listing = types.new_class("ListPosts", (Many[Row],))
    listing.__annotations__ = {"status": str | None, "after": str | None, "limit": int}
    listing.status, listing.limit = None, 50  # type: ignore[attr-defined]
    listing.after = attrs.field(default=None, converter=cursor(*types_of_keys))  # type: ignore[attr-defined]
    module: Any = types.ModuleType("lists")
    library = Library(root)
    module.ListPosts = query("own/list.sql", library=library)(listing)
    if count is not None:
        write(root, "own/count.sql", f"-- Their number.\n{count}")
        counting = types.new_class("CountPosts", (One[int],))
        counting.__annotations__ = {**filters, "at_most": int | None}
        for name in (*filters, "at_most"):
            setattr(counting, name, None)
        module.CountPosts = query("own/count.sql", library=library)(counting)
    return check(url, module)


def test_a_sound_list_and_its_count(tmp_path: Path, sample_url: str) -> None:
    count = COUNT.format(condition="blog_posts.deleted_at IS NULL")
    assert found(tmp_path, sample_url, list_of(), TIME_AND_ID, count, status=str | None) == []
    ascending = list_of(operator=">", order="post.created_at, post.id ASC")
    assert found(tmp_path, sample_url, ascending, TIME_AND_ID) == []
    assert found(tmp_path, sample_url, ONE_KEY.format(operator=">"), (str,)) == []
    assert found(tmp_path, sample_url, NULLS_LAST, (datetime | None, str)) == []


@pytest.mark.parametrize("field", ["status", "slug"])
def test_the_filters_of_a_list_that_finds_its_rows_in_a_with(tmp_path: Path, sample_url: str, field: str) -> None:
    text = f"""WITH few AS (SELECT id FROM blog_posts WHERE status = :status LIMIT :limit),
    page AS (SELECT id FROM few){list_of()}"""
    text = text.replace("post.status = :status", "post.id = any(ARRAY(SELECT id FROM page))")
    count = COUNT.format(condition="blog_posts.deleted_at IS NULL").replace(
        "status = :status -- when :status",
        f"id IN (SELECT id FROM blog_posts WHERE {field} = :{field}) -- when :{field}",
    )
    findings = found(tmp_path, sample_url, text, TIME_AND_ID, count, **{field: str | None})
    assert [finding.where for finding in findings] == ([] if field == "status" else ["own.CountPosts"] * 2)


TIME_AND_ID = (datetime, str)


@pytest.mark.parametrize(("order", "ways"), [("DESC", "<"), ("ASC", ">")])
@pytest.mark.parametrize("operator", ["<", ">"])
def test_a_comparison_in_what_the_list_reads_from(
    tmp_path: Path, sample_url: str, order: str, ways: str, operator: str
) -> None:
    text = f"""
    WITH filtered AS (
        SELECT post.*, coalesce(post.published_at, post.created_at) AS moment FROM blog_posts AS post
        WHERE
            TRUE
            AND post.status = :status -- when :status
            AND (coalesce(post.published_at, post.created_at), post.id) -- when :after
            {operator} ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
    )
    SELECT listed.id, json_build_array(listed.moment, listed.id)::text AS cursor
    FROM (SELECT filtered.* FROM filtered WHERE filtered.deleted_at IS NULL) AS listed
    ORDER BY listed.moment {order}, listed.id {order}
    LIMIT :limit
    """
    findings = found(tmp_path, sample_url, text, TIME_AND_ID)
    assert [finding.level for finding in findings] == ["error"] * (operator != ways)


class Mistake(NamedTuple):
    text: str
    keys: Sequence[Any]
    level: str
    said: str


ONE_KEY = """
SELECT post.id, json_build_array(post.id)::text AS cursor
FROM blog_posts AS post
WHERE
    TRUE
    AND post.status = :status -- when :status
    AND post.id {operator} :after::json ->> 0 -- when :after
ORDER BY post.id
LIMIT :limit
"""
PUBLISHED = KEYS.replace("created_at", "published_at")
NULLS_LAST = """
SELECT post.id, json_build_array(post.published_at, post.id)::text AS cursor
FROM (
    SELECT blog_posts.id, blog_posts.published_at
    FROM blog_posts
    WHERE
        TRUE
        AND blog_posts.status = :status -- when :status
) AS post
WHERE
    TRUE
    AND (post.published_at, post.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
    OR post.published_at IS NULL -- when :after
    AND ((:after::json ->> 0) IS NOT NULL OR post.id > :after::json ->> 1) -- when :after
ORDER BY post.published_at, post.id
LIMIT :limit
"""
"""A list whose first key may be NULL: each page has what comes after its cursor nonetheless."""
MISTAKES = {
    "type": Mistake(list_of(), (datetime, int), "error", "refuses the cursors of the rows, which hold timestamp, text"),
    "date": Mistake(list_of(), (date, str), "error", "refuses the cursors of the rows"),
    "too few": Mistake(list_of(), (datetime,), "error", "refuses the cursors of the rows"),
    "too many": Mistake(list_of(), (datetime, str, str), "error", "refuses the cursors of the rows"),
    "swapped types": Mistake(list_of(), (str, datetime), "error", "refuses the cursors of the rows"),
    "order of keys": Mistake(
        list_of(order="post.id DESC, post.created_at DESC"),
        TIME_AND_ID,
        "warning",
        "order of id, created_at",
    ),
    "another key": Mistake(
        list_of(order="post.updated_at DESC, post.id DESC"),
        TIME_AND_ID,
        "warning",
        "order of updated_at, id",
    ),
    "key left out": Mistake(list_of(order="post.created_at DESC"), TIME_AND_ID, "warning", "may miss or repeat"),
    "direction": Mistake(list_of(operator=">"), TIME_AND_ID, "error", "are those > it, and"),
    "two directions": Mistake(
        list_of(order="post.created_at DESC, post.id"),
        TIME_AND_ID,
        "error",
        "and the order is DESC, ASC",
    ),
    "direction of one key": Mistake(
        ONE_KEY.format(operator="<"), (str,), "error", "are those < it, and the order is ASC"
    ),
    "key that can be NULL": Mistake(
        list_of(PUBLISHED, PUBLISHED, "<", "post.published_at DESC, post.id DESC"),
        *(TIME_AND_ID, "error", "refuses the cursor of a row whose key 1 is NULL"),
    ),
    "key that can be NULL and is compared": Mistake(
        list_of(PUBLISHED, PUBLISHED, "<", "post.published_at DESC, post.id DESC"),
        *((datetime | None, str), "error", "no page after a cursor has a row whose key 1 is NULL"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_cursor_is_found(name: str, tmp_path: Path, sample_url: str) -> None:
    mistake = MISTAKES[name]
    (finding,) = found(tmp_path, sample_url, mistake.text, mistake.keys)
    assert (finding.level, finding.where) == (mistake.level, "own.ListPosts.after")
    assert mistake.said in finding.what


LIVE = "blog_posts.deleted_at IS NULL"


@pytest.mark.parametrize(
    ("count", "filters", "said"),
    [
        (COUNT.format(condition="TRUE"), {"status": str | None}, "has not the condition deleted_at is null of own"),
        (
            COUNT.format(condition=f"{LIVE} AND is_featured"),
            {"status": str | None},
            "the condition is_featured, which",
        ),
        (
            COUNT.format(condition=LIVE).replace("AND status = :status -- when :status", ""),
            {},
            "has no filter status, which own.ListPosts has",
        ),
        (
            COUNT.format(condition=f"{LIVE}\nAND slug = :slug -- when :slug\n"),
            {"status": str | None, "slug": str | None},
            "has the filter slug, which own.ListPosts has not",
        ),
        (
            COUNT.format(condition=LIVE).replace("status = :status", "status <> :status"),
            {"status": str | None},
            "has not the condition status = :status of own.ListPosts",
        ),
    ],
)
def test_a_count_that_differs_from_its_list_is_found(
    count: str, filters: dict[str, Any], said: str, tmp_path: Path, sample_url: str
) -> None:
    findings = found(tmp_path, sample_url, list_of(), TIME_AND_ID, count, **filters)
    assert {(finding.level, finding.where) for finding in findings} == {("warning", "own.CountPosts")}
    assert any(said in finding.what for finding in findings)
