"""What the Makefile says where the environment cannot be made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def make(folder: Path, *arguments: str, **environment: str) -> list[str]:
    """The lines that a first make writes in a new checkout, which must fail."""
    (folder / ".ci").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "uv.lock", ".ci/environment.py"):
        shutil.copy(ROOT / name, folder / name)
    command = ["make", ".venv/ready", f"PYTHON={sys.executable}", *arguments]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=folder, env=outside | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert not (folder / ".venv" / "ready").exists()
    return [line for line in done.stderr.splitlines() if not line.startswith("make: ")]


@pytest.mark.parametrize("name", ['a "quoted" one', "it's", "$HOME", "`id`", "a\\b"])
def test_a_folder_that_scripts_cannot_name_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    (line,) = make(tmp_path / name)
    assert line.startswith("The environment cannot be made: the folder's path holds ")


def test_an_older_python_is_refused_in_a_line(tmp_path: Path) -> None:
    old = tmp_path / "a python"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10); $2"\n')
    old.chmod(0o755)
    (line,) = make(tmp_path / "folder", f"PYTHON={old}")
    assert line == "Python 3.11 or newer is needed, and this is older: make PYTHON=python3.13"


def test_a_make_without_a_network_says_so_in_its_last_line(tmp_path: Path) -> None:
    """By a Python whose path has a space, in a folder whose path has one."""
    python = tmp_path / "a python"
    python.symlink_to(sys.executable)
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:1")
    said = make(tmp_path / "a folder", f"PYTHON={python}", PIP_RETRIES="0", **nowhere)
    assert said[-1] == "The environment cannot be made: installing uv failed, as said above. PyPI must be within reach."
