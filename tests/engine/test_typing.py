"""Type checkers infer what `tests/engine/typing` says, and refuse what it says they refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = "tests/engine/typing"


@pytest.mark.parametrize(
    "command",
    [["mypy", "--strict", FOLDER], ["pyright", "--stats", "-p", FOLDER, "--pythonpath", sys.executable]],
    ids=["mypy", "pyright"],
)
def test_a_type_checker_agrees(command: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 source files" in run.stdout  # a checker of nothing finds no error
