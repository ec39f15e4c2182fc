"""The examples of a page, run as a reader would: files are written, Python and commands run, from top to bottom."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
_BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_PROGRAMS = ("concordia-sql", "pytest")


@attrs.frozen
class Block:
    """A block of code, and the file that it is the text of, if one stands above it."""

    language: str
    text: str
    file: str | None


def blocks(page: Path) -> Iterator[Block]:
    """All blocks of a page."""
    for found in _BLOCK.finditer(page.read_text("utf-8")):
        yield Block(found["language"], found["text"], found["file"])


def commands(block: Block) -> Iterator[str]:
    """The lines of a shell's block that call the library or the tests, without what follows ` # `."""
    for line in block.text.splitlines():
        if line.startswith(_PROGRAMS):
            yield line.partition("  #")[0].strip()


def run_page(page: Path, folder: Path, names: dict[str, Any], environment: Mapping[str, str] | None = None) -> None:
    """Run a page's Python in one namespace, and its commands if an environment is given. The folder gets its files."""
    for block in blocks(page):
        if block.file is not None:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.language == "python":
            exec(compile(block.text, page.name, "exec"), names)
        elif block.language == "sh" and environment is not None:
            for command in commands(block):
                _run(command, folder, environment)


def _run(command: str, folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        f"{BIN}/{command}", shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
