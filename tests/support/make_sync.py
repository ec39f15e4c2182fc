"""Makes the sync modules of the engine from the async ones: `make sync` writes them, a test compares them."""

import re
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "concordia_sql" / "engine"
SOURCES = sorted(ENGINE.glob("async_*.py"))

REPLACEMENTS = {
    r"\b(async|await) ": "",
    r"\bAwaitable\[(\w+)\]": r"\1",
    r"\basynccontextmanager\b": "contextmanager",
    r"\bAbstractAsyncContextManager\b": "AbstractContextManager",
    r"\b__a(enter|exit)__": r"__\1__",
    r"\baclosing\b": "closing",
    r"\basyncio\b": "time",  # for its `sleep`
    r"\b(_?)Async(?=[A-Z])": r"\1",  # AsyncQuerier, psycopg.AsyncConnection, AsyncIterator
    r"\basync_(?=\w)": "",
    r"(?<=\w)_async\b": "",  # psycopg.waiting.wait_async
    r"\b(a|A)n? task\b": r"\1 thread",
    r"\btask(s?)\b": r"thread\1",
    r"\bcall that is cancelled\b": "call that is interrupted",
}
"""The words of async code, docstrings and comments, with those of sync code in their place."""


def target_of(source: Path) -> Path:
    """The sync module of an async one."""
    return source.with_name(source.name.removeprefix("async_"))


def sync_of(source: Path) -> str:
    """The text of the sync module."""
    text = source.read_text("utf-8")
    for pattern, replacement in REPLACEMENTS.items():
        text = re.sub(pattern, replacement, text)
    head = f"# Made from {source.name} by `make sync`: change that module, not this one.\n"
    return _ruff("format", _ruff("check", head + text, "--fix", "--exit-zero"))


def _ruff(command: str, text: str, *options: str) -> str:
    ruff = str(Path(sys.executable).with_name("ruff"))
    run = [ruff, command, "--quiet", *options, "--stdin-filename", str(ENGINE / "querier.py"), "-"]
    return subprocess.run(run, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    for source in SOURCES:
        target_of(source).write_text(sync_of(source), "utf-8")
