"""docs/scale.md says of each statement what Citus allows: it is judged here by PostgreSQL's plan of it."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.catalog import command_classes, query_classes
from tests.support.shards import KEYS, judged

PAGE = (Path(__file__).parents[1] / "docs" / "scale.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| (one shard|all shards|not as it is) \| (.+) \|$", PAGE, re.MULTILINE))
CLASSES = [*query_classes(), *command_classes()]


def test_the_page_judges_each_statement_as_its_plan_does(sample: psycopg.Connection[Any]) -> None:
    found: dict[str, set[str]] = {}
    for made in CLASSES:
        found.setdefault(judged(sample, made), set()).add(made.query_name)
    del found["anywhere"]
    assert {judgement: set(re.findall(r"`(\w+\.\w+)`", row)) for judgement, row in ROWS.items()} == found


def test_the_page_names_the_key_of_each_distributed_table() -> None:
    assert dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", PAGE, re.MULTILINE)) == KEYS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT id FROM blog_posts", "anywhere"),
        ("SELECT id FROM blog_comments WHERE post_id = $1::text", "one shard"),
        ("SELECT id FROM blog_comments WHERE id = $1::text", "all shards"),
        ("SELECT id FROM blog_comments WHERE id = $1::text FOR UPDATE", "not as it is"),
        ("SELECT id FROM blog_comments WHERE post_id = $1::text FOR UPDATE", "one shard"),
        ("SELECT (SELECT count(*) FROM blog_comments c WHERE c.post_id = p.id) FROM blog_posts p", "not as it is"),
        (
            """WITH RECURSIVE t AS (
                SELECT id FROM blog_comments WHERE post_id = $1::text
                UNION SELECT c.id FROM t, blog_comments c WHERE c.parent_id = t.id
            ) SELECT id FROM t""",
            "not as it is",
        ),
    ],
)
def test_the_judge(sample: psycopg.Connection[Any], text: str, expected: str) -> None:
    class Composed:
        encoded = text.encode()
        before = ()

    class Made:
        @staticmethod
        def _compose(_: object) -> type[Composed]:
            return Composed

    made: Any = Made
    assert judged(sample, made) == expected
