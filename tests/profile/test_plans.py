"""The indexes that the headers of the statements promise."""

from typing import Any

import psycopg
import pytest

from concordia_sql import Query, profile
from tests.support.plans import used_indexes


@pytest.mark.parametrize(
    ("query", "indexes"),
    [
        (profile.GetProfile(user_id=""), {"profile_user_id_unique", "user_pkey"}),
        (
            profile.GetProfileByUsername(username=""),
            {"user_username_unique", "profile_user_id_unique", "user_pkey"},
        ),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else repr(value),
)
def test_each_statement_is_served_by_its_indexes(
    sample: psycopg.Connection[Any], query: Query[Any], indexes: set[str]
) -> None:
    assert used_indexes(sample, query) == indexes
