"""Threads of comments and reviews: who answers whom, when, and what moderators and authors did about it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

from concordia_sql.tools.sample.block import NOW, Row
from concordia_sql.tools.sample.texts import GIVEN_NAMES, LANGUAGES, REGION, REMARKS, full_name, localized

Thread: TypeAlias = Sequence[int | None]
"""Each remark's parent by its index in the thread, None for a root. Parents come first."""


def chain(depth: int) -> Thread:
    """One root and replies one below the other, `depth` levels in all."""
    return [None, *range(depth - 1)]


def star(replies: int) -> Thread:
    """One root with that many replies."""
    return [None, *[0] * replies]


def tree(random: Random, size: int) -> Thread:
    """Several roots with replies at random."""
    return [random.randrange(index) if index and random.random() < 0.7 else None for index in range(size)]


def remarks(thread: Thread, ids: Sequence[str], random: Random, *, moderated: bool) -> Iterator[Row]:
    """The columns that comments and reviews share. Moderated: some are not approved, some deleted."""
    for index, (parent, created_at) in enumerate(zip(thread, _times(thread, random), strict=True)):
        person = random.randrange(len(GIVEN_NAMES))
        language = REGION if index % 29 == 28 else LANGUAGES[index % 4]
        deleted_at = created_at + timedelta(days=1) if moderated and index % 19 == 6 else None
        yield {
            "id": ids[index],
            "parent_id": None if parent is None else ids[parent],
            "author_name": full_name(person, language),
            "author_email": f"reader-{person}@concordia.example",
            "content": localized(random.choice(REMARKS), index, [language]),
            "status": _status(index) if moderated else "approved",
            "in_language": language,
            "deleted_at": deleted_at,
            "created_at": created_at,
            "updated_at": deleted_at or created_at,
        }


def _times(thread: Thread, random: Random) -> list[datetime]:
    """When each remark was made: after NOW, no earlier than its parent, some at the same moment."""
    times: list[datetime] = []
    for index, parent in enumerate(thread):
        earliest = NOW + timedelta(days=random.randrange(90)) if parent is None else times[parent]
        later = timedelta(seconds=random.randrange(7200), microseconds=random.randrange(1_000_000))
        times.append(max(earliest, times[-1]) if index % 7 == 3 else earliest + later)
    return times


def _status(index: int) -> str:
    if index % 13 == 9:
        return "pending"
    return "rejected" if index % 17 == 10 else "approved"
