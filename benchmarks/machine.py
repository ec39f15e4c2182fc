"""Where a run was made: the machine, and the versions of everything that was measured."""

import importlib.metadata
import json
import os
import platform
import subprocess
from pathlib import Path

from benchmarks.database import Connection
from benchmarks.peers.catalog import DRIZZLE, ROOT, Kind


def describe_machine() -> dict[str, str]:
    """The processor, how many there are, the memory and the system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
    }


def describe_versions(connection: Connection, kinds: list[Kind]) -> dict[str, str]:
    """The commit, Python, PostgreSQL, Node and the peers' packages."""
    packages = {package for kind in kinds if kind.command[0] != "node" for package in kind.packages}
    versions = {"commit": _commit(), "Python": platform.python_version()}
    versions["PostgreSQL"] = connection.info.parameter_status("server_version") or ""
    versions |= {package: importlib.metadata.version(package) for package in sorted(packages)}
    if any(kind.command[0] == "node" for kind in kinds):
        versions["Node"] = _output("node", "--version").removeprefix("v")
        packages = json.loads((DRIZZLE / "package.json").read_text())["dependencies"]
        versions |= {package: version.rpartition("@")[2] for package, version in packages.items()}
    return versions


def _commit() -> str:
    changed = _output("git", "status", "--porcelain", "--untracked-files=no")
    return _output("git", "rev-parse", "--short", "HEAD") + (" and changes" if changed else "")


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
