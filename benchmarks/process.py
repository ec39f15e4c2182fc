"""A peer's process, from outside: requests and answers, a JSON object a line."""

import json
import subprocess
from pathlib import Path
from typing import Any, Self

from benchmarks.peers.catalog import ROOT, Kind


class PeerError(Exception):
    """A peer failed: the message is its traceback."""


class Process:
    """A peer that runs."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._process = subprocess.Popen(
            kind.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self.id = self._process.pid
        self.import_time = int(self._read()["import"])
        """What importing the library and the peer's own classes took, in nanoseconds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, request: str, **values: Any) -> dict[str, Any]:
        """The answer to a request. Raises PeerError with the peer's traceback."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": request, **values}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def most_memory(self) -> float | None:
        """Megabytes that it has held at most; None where the system does not tell.

        Not by `getrusage`, whose figure begins with the memory of the process that started it.
        """
        status = Path(f"/proc/{self.id}/status")
        if not status.exists():
            return None
        (kilobytes,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(kilobytes) / 1024

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self.kind.title} ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerError(f"{self.kind.title}:\n{answer['error']}")
        return answer
