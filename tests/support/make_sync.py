"""Makes the sync modules of the engine from the async ones: `make sync` writes them, a test compares them.

In an async module it first makes what only repeats itself: the overloads of a method that takes many statements.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
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


def written(source: Path) -> str:
    """The text of an async module, with what is between the comments that name `make sync` made anew."""
    return ruff("format", re.sub(_MADE, _made, source.read_text("utf-8")))


_MADE = r"(?s)( *# Made by `make sync`: (\w+) of (\d+) (\w+)\n)(.*?)( *# End\n)"


def _made(match: re.Match[str]) -> str:
    head, method, most, kind, _, end = match.groups()
    counts = range(1, int(most) + 1)
    if method == "types":
        return head + "".join(f'R{number} = TypeVar("R{number}")\n' for number in counts) + end
    overloads = [_overload(method, kind, counts[:count]) for count in counts[1:]]
    return head + "".join(overloads) + _overload_of_any(method, kind) + end


def _overload(method: str, kind: str, numbers: Sequence[int]) -> str:
    statements = ", ".join(f"{kind.lower()}{number}: {kind}[R{number}]" for number in numbers)
    results = ", ".join(f"R{number}" for number in numbers)
    head = f"async def {method}(self, {statements}, /, *, deadline: float | None = None)"
    return f"    @overload\n    {head} -> tuple[{results}]: ...\n"


def _overload_of_any(method: str, kind: str) -> str:
    head = f"async def {method}(self, *statements: {kind}[R], deadline: float | None = None)"
    return f"    @overload\n    {head} -> tuple[R, ...]: ...\n"


def sync_of(source: Path) -> str:
    """The text of the sync module."""
    text = source.read_text("utf-8")
    for pattern, replacement in REPLACEMENTS.items():
        text = re.sub(pattern, replacement, text)
    head = f"# Made from {source.name} by `make sync`: change that module, not this one.\n"
    return ruff("format", ruff("check", head + text, "--fix", "--exit-zero"))


def ruff(command: str, text: str, *options: str) -> str:
    """The text as ruff leaves it, by the rules for the engine."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    run = [ruff, command, "--quiet", *options, "--stdin-filename", str(ENGINE / "querier.py"), "-"]
    return subprocess.run(run, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    for source in SOURCES:
        source.write_text(written(source), "utf-8")
        target_of(source).write_text(sync_of(source), "utf-8")
