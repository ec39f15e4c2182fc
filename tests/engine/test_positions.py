"""Places in the log: how they follow each other, and which of them hold no record before them."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from concordia_sql.engine import async_replicas, positions, standbys
from concordia_sql.engine.positions import Position, Positions, Scope, lsn_of

BLOCK, SEGMENT = 8192, 16 * 2**20


def given(connection: psycopg.Connection[TupleRow], lsn: str, file: str) -> PGresult:
    """What a server says of its position."""
    return connection.pgconn.exec_(f"SELECT '{lsn}', '{file}'".encode())


def test_a_position_has_the_timeline_of_its_file(connection: psycopg.Connection[TupleRow]) -> None:
    positions = Positions(10)
    positions.identify(b"1", BLOCK, SEGMENT)
    found = positions.read(given(connection, "1A/2B3C4D50", "0000000B0000001A0000002B"))
    assert found == Position(11, 0x1A2B3C4D50)
    assert positions.read(connection.pgconn.exec_(b"SELECT 1 / 0")) is None


def test_the_header_of_a_page_holds_no_record(connection: psycopg.Connection[TupleRow]) -> None:
    positions = Positions(10)
    positions.identify(b"1", BLOCK, SEGMENT)
    for lsn, expected in (
        ("0/4000028", "0/4000000"),  # the first page of a file
        ("0/4002018", "0/4002000"),
        ("0/4002028", "0/4002028"),  # a record that began before the page may end there
        ("0/4001018", "0/4001018"),
        ("0/4002020", "0/4002020"),
    ):
        found = positions.read(given(connection, lsn, "000000010000000000000004"))
        assert found == Position(1, lsn_of(expected.encode()))


def test_a_later_timeline_is_later() -> None:
    scope = Scope()
    for position in (Position(1, 900), Position(2, 100), Position(1, 950), Position(2, 90)):
        scope.note(position)
    assert scope.position == Position(2, 100)


def test_threads_take_nothing_from_each_other() -> None:
    scope, start = Scope(), threading.Barrier(8)

    def note(first: int) -> None:
        start.wait()
        for lsn in range(first, 4000, 8):
            scope.note(Position(1, lsn))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(8)))
    assert scope.position == Position(1, 3999)


def test_a_doubt_ends_with_a_position_that_was_asked_for_later() -> None:
    scope = Scope()
    assert not scope.in_doubt
    scope.doubt()
    scope.note(Position(1, 1), asked=0)
    assert scope.in_doubt
    scope.note(Position(1, 2), asked=float("inf"))
    assert not scope.in_doubt


def test_no_clock_that_jumps_is_asked() -> None:
    """That of this machine, or of a server: bounds come from places in the log, and from Python's monotonic clock."""
    for module in (positions, standbys, async_replicas):  # the sync one is made of it
        text = Path(str(module.__file__)).read_text("utf-8")
        assert re.findall(r"^(?=.*time).*import.*$", text, re.MULTILINE) == ["from time import monotonic"]
        assert not re.search(r"\b(now|clock|xact|timestamp|timeofday)\w*\(", text)


def test_the_floor_is_the_first_that_is_young_enough() -> None:
    positions = Positions(10)
    assert (positions.floor, positions.needed()) == (None, None)
    for asked in range(100, 120, 2):
        positions.sample(asked, Position(1, asked), 2)
    assert positions.floor == Position(1, 110)
    assert positions.known_until == 120  # when the next is due, it is ten seconds old
    positions.note(Position(1, 105), 118)
    assert positions.needed() == Position(1, 110)
    positions.note(Position(1, 117), 118)
    assert positions.needed() == Position(1, 117)
