"""Ids that are made: UUIDs of version 7, later ones behind earlier ones."""

import time
import uuid

from concordia_sql import new_id


def test_ids_differ_and_hold_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = [uuid.UUID(new_id()) for _ in range(1000)]
    after = time.time_ns() // 1_000_000
    assert len(set(made)) == 1000
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}
    assert all(before <= each.int >> 80 <= after for each in made)


def test_a_later_id_stands_behind() -> None:
    first, begun = new_id(), time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == begun:
        pass
    assert first < new_id()
