"""What a first make does, and what it says where the environment cannot be made."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def checkout(folder: Path) -> Path:
    """A new checkout of what a first make reads."""
    (folder / ".ci").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "uv.lock", ".ci/environment.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


OBEY = "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 1); os.execvp(sys.argv[1], sys.argv[1:])"
"""Runs a command without what root alone may (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE): to write in any folder."""


def start(folder: Path, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """A first make in a checkout."""
    command = [sys.executable, "-c", OBEY, "make", ".venv/ready", f"PYTHON={sys.executable}", *arguments]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=outside | environment, stdout=pipe, stderr=pipe, text=True)


def make(folder: Path, *arguments: str, **environment: str) -> list[str]:
    """The lines that a first make writes in a new checkout, which must fail."""
    done = start(checkout(folder), *arguments, **environment)
    _, said = done.communicate()
    assert done.returncode == 2
    assert not (folder / ".venv" / "ready").exists()
    return [line for line in said.splitlines() if not line.startswith("make: ")]


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


STAND_IN = """#!/bin/sh
case "$2" in
    venv)
        echo venv >> steps
        sleep 0.3
        mkdir -p .venv/bin
        printf '#!/bin/sh\\necho "$*" >> steps; sleep 0.3\\n' > .venv/bin/python
        printf '#!/bin/sh\\necho "uv $* $UV_CACHE_DIR" >> steps; sleep 0.3\\n' > .venv/bin/uv
        chmod +x .venv/bin/* ;;
    *) exec {python} -c "import sys; sys.executable = '$0'; $2" ;;
esac
"""
"""A Python whose venv, pip and uv fetch nothing, and note what is asked of them."""


PIP = "-m pip --quiet --disable-pip-version-check install --require-hashes -r .venv/uv.txt"


def steps_in(folder: Path) -> list[str]:
    """What was asked of it, in order."""
    return (folder / "steps").read_text().splitlines()


def stand_in(folder: Path) -> str:
    path = folder / "python"
    path.write_text(STAND_IN.replace("{python}", sys.executable))
    path.chmod(0o755)
    return f"PYTHON={path}"


def test_of_two_first_makes_at_once_one_makes_the_environment(tmp_path: Path) -> None:
    folder, python = checkout(tmp_path / "folder"), stand_in(tmp_path)
    both = [start(folder, python, UV_CACHE_DIR="elsewhere") for _ in range(2)]
    assert [each.communicate() for each in both] == [("", "")] * 2
    assert [each.returncode for each in both] == [0, 0]
    assert steps_in(folder) == ["venv", PIP, "uv sync --frozen --system-certs elsewhere"]
    assert re.fullmatch(r"uv==[\d.]+( --hash=sha256:[0-9a-f]{64})+\n", (folder / ".venv" / "uv.txt").read_text())


@pytest.mark.parametrize("kind", ["read-only", "missing", "a file"])
def test_where_there_is_no_home_to_write_in_the_cache_is_the_environments(tmp_path: Path, kind: str) -> None:
    folder, python, home = checkout(tmp_path / "folder"), stand_in(tmp_path), tmp_path / "home"
    if kind == "read-only":
        home.mkdir(0o555)
    elif kind == "a file":
        home.touch()
    one = start(folder, python, HOME=str(home), XDG_CACHE_HOME="")
    assert (one.communicate(), one.returncode) == (("", ""), 0)
    assert steps_in(folder) == ["venv", PIP, "uv sync --frozen --system-certs .venv/cache"]
    assert kind == "a file" or not list(home.glob("*"))
