"""The functions that shapes may call: as PostgreSQL's catalogue has them, neither aggregates nor sets."""

import psycopg
import pytest

from concordia_sql.engine.functions import PLAIN, SYNTAX


@pytest.fixture(scope="module")
def kinds(server_url: str) -> dict[str, set[tuple[str, bool]]]:
    """By name, what the functions of pg_catalog are: their kind, and whether they return a set."""
    found: dict[str, set[tuple[str, bool]]] = {}
    with psycopg.connect(server_url) as connection:
        for name, kind, is_set in connection.execute(
            "SELECT proname, prokind::text, proretset FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
        ):
            found.setdefault(name, set()).add((kind, is_set))
    return found


def test_every_listed_function_gives_one_value_for_each_row(kinds: dict[str, set[tuple[str, bool]]]) -> None:
    assert [name for name in sorted(PLAIN) if kinds.get(name) != {("f", False)}] == []


def test_no_key_word_that_may_come_before_a_bracket_gathers_or_makes_rows(
    kinds: dict[str, set[tuple[str, bool]]],
) -> None:
    """But for `any` and the like, which are no functions in a SELECT."""
    found = {name: kinds[name] for name in SYNTAX if name in kinds}
    assert all(each == {("f", False)} for each in found.values()), found
