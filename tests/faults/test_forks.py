"""Databases that are opened before a fork, as a server with a preloaded application and multiprocessing do."""

import pytest

from tests.faults import run_alone


@pytest.mark.parametrize("scene", ["used_before", "closed_in_the_child", "asynchronous"])
def test_each_process_has_connections_of_its_own(database_url: str, scene: str) -> None:
    """In a process of its own, which has no other threads."""
    done = run_alone("forking", scene, database_url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
