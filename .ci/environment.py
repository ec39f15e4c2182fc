"""Makes the environment of the Makefile in .venv, when it is missing or older than what it is made of."""

import fcntl
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

VENV = Path(".venv")
READY = VENV / "ready"  # it holds the Python that made the environment
MADE_OF = [Path("pyproject.toml"), Path("uv.lock")]
FORBIDDEN = "\"'`$\\:\n"  # the first line of a script cannot name them


def is_ready() -> bool:
    """Whether the environment is current, and of this Python."""
    newest = max(path.stat().st_mtime for path in MADE_OF)
    return READY.exists() and READY.stat().st_mtime >= newest and READY.read_text() == sys.executable


def fail(problem: str) -> NoReturn:
    """End with one line."""
    sys.exit(f"The environment cannot be made: {problem}")


def run(*command: str | Path, doing: str) -> None:
    """Run a command, which says nothing unless it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | cache(), check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        sys.stderr.write(f"{said}\n")
        fail(f"{doing} failed, as said above. PyPI must be within reach.")


def cache() -> dict[str, str]:
    """Where uv keeps what it fetched: with the environment, where the home cannot be written in."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~"))  # noqa: PTH111 - there may be no home
    is_usable = home.is_dir() and os.access(home, os.W_OK)
    return {} if "UV_CACHE_DIR" in os.environ or is_usable else {"UV_CACHE_DIR": f"{VENV}/cache"}


def make() -> None:
    """Make the environment anew for another Python, else bring it up to date."""
    try:
        __import__("ensurepip")
    except ImportError:
        fail("this Python has no ensurepip: install python3-venv, or name another: make PYTHON=…")
    if not READY.exists() or READY.read_text() != sys.executable:
        run(sys.executable, "-m", "venv", "--clear", VENV, doing="making .venv")
    lock = tomllib.loads(Path("uv.lock").read_text())
    (uv,) = (package for package in lock["package"] if package["name"] == "uv")
    hashes = " ".join(f"--hash={file['hash']}" for file in [uv["sdist"], *uv["wheels"]])
    (VENV / "uv.txt").write_text(f"uv=={uv['version']} {hashes}\n")
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    run(VENV / "bin" / "python", *pip, "install", "--require-hashes", "-r", VENV / "uv.txt", doing="installing uv")
    run(VENV / "bin" / "uv", "sync", "--frozen", "--system-certs", doing="installing the packages")
    READY.write_text(sys.executable)


if forbidden := sorted(set(FORBIDDEN) & set(os.getcwd())):  # noqa: PTH109 - as text
    fail(f"the folder's path holds {' '.join(map(repr, forbidden))}: rename it")
if not is_ready():
    fcntl.flock(os.open(".", os.O_RDONLY), fcntl.LOCK_EX)  # until this process ends: two may be started at once
    if not is_ready():
        make()
