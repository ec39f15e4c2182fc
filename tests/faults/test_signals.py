"""Exceptions that a signal's handler raises at any instant of a sync call: Ctrl-C, time limits of job queues."""

import sys
from collections import deque
from types import FrameType
from typing import Any

import pytest

from concordia_sql.engine.leases import move
from tests.faults import run_alone
from tests.support.standbys import replicated


@pytest.mark.parametrize("scene", ["fetch", "fetch_slowly", "transaction", "stream", "querier", "twice", "ticking"])
@pytest.mark.usefixtures("other")
def test_no_connection_is_lost_or_poisoned(database_url: str, scene: str) -> None:
    """In a process of its own: in this one the exception would also come into what measures the coverage."""
    done = run_alone("signalling", scene, database_url)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_no_connection_to_a_standby_is_lost_or_poisoned() -> None:
    with replicated({}) as servers:
        done = run_alone("signalling", "reader", servers.primary, *servers.standbys)
        assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_what_is_lent_is_in_one_queue_or_the_other_at_any_instant() -> None:
    """Between all steps of the interpreter, where a handler may run."""
    source, target = deque(["a", "b"]), deque[str]()
    seen: list[list[str]] = []

    def look(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not move.__code__:
            return None
        frame.f_trace_opcodes = True
        seen.append(sorted([*source, *target]))
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        assert move(source, target)
    finally:
        sys.settrace(before)
    assert (source, target) == (deque(["a"]), deque(["b"]))
    assert len(seen) > 5
    assert all(each == ["a", "b"] for each in seen)
