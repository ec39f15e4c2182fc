"""Which peers there are, and which of them can run here."""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
DRIZZLE = Path(__file__).parents[1] / "drizzle"


@attrs.frozen
class Kind:
    """A peer: its name in results, its title, the packages that it stands on, and how its process is started."""

    name: str
    title: str
    packages: tuple[str, ...]
    command: tuple[str, ...]
    is_loop: bool = False
    """Whether it is another peer on another event loop: measured with many callers only."""


def _python(name: str, title: str, *packages: str) -> Kind:
    return Kind(name, title, packages, (sys.executable, "-m", "benchmarks.peers", name))


def _on_uvloop(kind: Kind) -> Kind:
    return Kind(
        f"{kind.name}_uvloop",
        f"{kind.title}, uvloop",
        (*kind.packages, "uvloop"),
        (*kind.command, "uvloop"),
        is_loop=True,
    )


OURS = (
    _python("ours", "concordia_sql", "psycopg", "msgspec"),
    _python("ours_async", "concordia_sql, async", "psycopg", "msgspec"),
)
OURS_ON_UVLOOP = _on_uvloop(OURS[1])
_ASYNCPG = _python("asyncpg", "asyncpg by hand", "asyncpg", "msgspec")
_OTHERS = (
    OURS_ON_UVLOOP,
    _ASYNCPG,
    _on_uvloop(_ASYNCPG),
    _python("sqlalchemy", "SQLAlchemy", "sqlalchemy", "psycopg", "orjson"),
    _python("django", "Django", "django", "psycopg"),
    _python("tortoise", "Tortoise", "tortoise-orm", "asyncpg", "orjson"),
)


def _drizzle(name: str, title: str, package: str, *arguments: str) -> Kind:
    return Kind(name, title, (package, "pg"), ("node", str(DRIZZLE / "peer.js"), *arguments))


_NODE = (
    _drizzle("drizzle", "Drizzle", "drizzle-orm", "stable"),
    _drizzle("drizzle_prepared", "Drizzle, prepared", "drizzle-orm", "stable", "prepared"),
    _drizzle("drizzle_1", "Drizzle 1.0", "drizzle-orm-candidate", "candidate"),
    _drizzle("drizzle_1_prepared", "Drizzle 1.0, prepared", "drizzle-orm-candidate", "candidate", "prepared"),
)
TITLES = {"pgbench": "pgbench", **{kind.name: kind.title for kind in (*OURS, *_OTHERS, *_NODE)}}


def find_peers() -> tuple[list[Kind], dict[str, str]]:
    """The peers that can run, and for each other the reason why not. Installs the packages of Node's."""
    found, missing = list(OURS), {}
    for kind in _OTHERS:
        absent = [package for package in kind.packages if not any(importlib.metadata.distributions(name=package))]
        if absent:
            missing[kind.name] = f"{', '.join(absent)} is not installed: uv sync --group bench"
        else:
            found.append(kind)
    reason = _prepare_node()
    for kind in _NODE:
        if reason is None:
            found.append(kind)
        else:
            missing[kind.name] = reason
    return found, missing


def _prepare_node() -> str | None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node is not installed"
    packages = {package for kind in _NODE for package in kind.packages}
    if not all((DRIZZLE / "node_modules" / package).exists() for package in packages):
        command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=DRIZZLE, check=False, stdout=subprocess.DEVNULL).returncode:
            shutil.rmtree(DRIZZLE / "node_modules", ignore_errors=True)
            return "npm ci failed"
    return None
