"""Databases that are opened before a fork, as a server with a preloaded application and multiprocessing do."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("scene", ["used_before", "closed_in_the_child", "asynchronous"])
def test_each_process_has_connections_of_its_own(database_url: str, scene: str) -> None:
    """In a process of its own, which has no other threads."""
    run = [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.faults.forking", scene, database_url]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
