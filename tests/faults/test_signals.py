"""Exceptions that a signal's handler raises at any instant of a sync call: Ctrl-C, time limits of job queues."""

import pytest

from tests.faults import run_alone


@pytest.mark.parametrize("scene", ["fetch", "fetch_slowly", "transaction", "stream", "querier"])
@pytest.mark.usefixtures("other")
def test_no_connection_is_lost_or_poisoned(database_url: str, scene: str) -> None:
    """In a process of its own: in this one the exception would also come into what measures the coverage."""
    done = run_alone("signalling", scene, database_url)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
