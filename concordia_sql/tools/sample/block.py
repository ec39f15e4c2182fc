"""A block is the unit of the scale: the same structure each time, with ids, texts and times of its own.

Only block 0 holds the well-known rows. A table's function yields the rows of one block, each by column name.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias, TypeVar

import attrs

T = TypeVar("T")

Row: TypeAlias = Mapping[str, object]
Rows: TypeAlias = Iterator[Row]
Table: TypeAlias = Callable[[int, Random], Rows]
"""A table's rows in the block of that number: each with the same columns in the same order."""

NOW = datetime(2026, 1, 1)
"""The sample's present, in UTC. It is fixed, so that every load writes the same rows."""

NEVER = datetime(2100, 1, 1)
"""When what has not expired expires."""

_STRIDE = 7919  # a prime, so that it visits every number of a block once


@attrs.frozen
class Kind:
    """Something with an id: the prefix of its ids, and how many ids a block has."""

    prefix: str
    per_block: int
    is_uuid: bool = False

    def number(self, block: int, index: int) -> int:
        """The number in an id, from 1. It does not follow the index, so that ids do not sort as times do."""
        return block * self.per_block + index * _STRIDE % self.per_block + 1

    def id(self, block: int, index: int) -> str:
        """The id of the block's row at that index: "post-17", or a UUID."""
        name = f"{self.prefix}-{self.number(block, index)}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name)) if self.is_uuid else name


def or_null(value: T, index: int, every: int) -> T | None:
    """The value, or None in each `every`-th row; never in the first."""
    return None if index % every == every - 1 else value


def past(random: Random) -> datetime:
    """A moment in the year before NOW, to the half day, so that some coincide."""
    return NOW - timedelta(hours=12 * random.randrange(60, 730))


def stamps(random: Random) -> Row:
    """A row's created_at and updated_at."""
    created_at = past(random)
    return {
        "created_at": created_at,
        "updated_at": created_at + timedelta(minutes=random.randrange(30 * 24 * 60)),
    }
