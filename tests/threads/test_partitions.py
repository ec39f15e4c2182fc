"""Pages of threads in partitions and under row security: rows are found by their places, which no table has twice."""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from concordia_sql import Querier
from tests.support.rows import NOON, insert
from tests.support.threads import Connection, Kind, each_kind

OWNERS = [f"owner-{number}" for number in range(8)]
PARTED = """
ALTER TABLE {nodes} RENAME TO whole;
CREATE TABLE {nodes} (LIKE whole INCLUDING DEFAULTS, PRIMARY KEY ({owner}, id)) PARTITION BY HASH ({owner});
CREATE TABLE part_0 PARTITION OF {nodes} FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE part_1 PARTITION OF {nodes} FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE part_2 PARTITION OF {nodes} FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO {nodes} SELECT * FROM whole;
DROP TABLE whole;
"""


@pytest.fixture
def visitor(connection: Connection) -> Iterator[str]:
    """A role that a policy lets see some rows."""
    role = f"visitor_{uuid4().hex}"
    connection.execute(f"CREATE ROLE {role}".encode())
    yield role
    connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def fill(connection: Connection, kind: Kind, random: Random) -> None:
    """Threads of several owners, written in turn, in which every tenth node is hidden."""
    for owner in OWNERS:
        insert(connection, kind.owners, {"id": owner})
    ids: dict[str, list[str]] = {owner: [] for owner in OWNERS}
    for number in range(160):
        owner = random.choice(OWNERS)
        parent = random.choice(ids[owner]) if ids[owner] and random.random() < 0.7 else None
        node: dict[str, str | None] = {"id": f"{number:03}", kind.owner: owner, "parent_id": parent}
        insert(connection, kind.nodes, {**node, "deleted_at": NOON if number % 10 == 0 else None})
        ids[owner].append(f"{number:03}")


def pages(connection: Connection, kind: Kind) -> list[Any]:
    """Pages of all threads, each by itself and all together, in both orders."""
    querier, found = Querier(connection), []
    for sizes in ({"limit": 3, "replies": 2, "depth": 2}, {"limit": 50, "replies": 100, "depth": 100}):
        for sort in ("oldest", "newest"):
            found += querier.fetch(kind.pages(**{f"{kind.owner}s": OWNERS}, sort=sort, **sizes))
            for owner in OWNERS:
                first = querier.fetch(kind.page(**{kind.owner: owner}, sort=sort, **sizes))
                found.append(first)
                if first.next is not None:
                    found.append(querier.fetch(kind.page(**{kind.owner: owner}, sort=sort, after=first.next, **sizes)))
    return found


@each_kind
def test_partitions_give_the_pages_that_one_table_gives(connection: Connection, kind: Kind) -> None:
    fill(connection, kind, Random(0))
    expected = pages(connection, kind)
    connection.execute(PARTED.format(nodes=kind.nodes, owner=kind.owner).encode())
    places = connection.execute(f"SELECT ctid FROM {kind.nodes}".encode()).fetchall()
    assert len({*places}) < len(places)
    assert pages(connection, kind) == expected
    connection.execute(f"UPDATE {kind.nodes} SET updated_at = created_at".encode())  # to other places
    assert pages(connection, kind) == expected


@each_kind
@pytest.mark.parametrize("parted", [False, True])
def test_a_role_gets_the_pages_of_the_rows_that_it_sees(
    connection: Connection, visitor: str, kind: Kind, parted: bool
) -> None:
    fill(connection, kind, Random(1))
    connection.execute(f"ALTER TABLE {kind.nodes} DROP CONSTRAINT {kind.nodes}_parent_id_fkey".encode())
    if parted:
        connection.execute(PARTED.format(nodes=kind.nodes, owner=kind.owner).encode())
    connection.execute(
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {visitor}; ALTER TABLE {kind.nodes} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY own ON {kind.nodes} USING (id::int % current_setting('app.part')::int <> 0);"
        f"SET app.part = 3; SET ROLE {visitor}".encode()
    )
    actual = pages(connection, kind)
    connection.execute(f"RESET ROLE; DELETE FROM {kind.nodes} WHERE id::int % 3 = 0".encode())
    assert actual == pages(connection, kind)
