"""A peer's process, `python -m benchmarks.peers ours_async [uvloop]`: reads requests, an object a line, and answers."""

import asyncio
import importlib
import inspect
import json
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def main(name: str, loop: str | None = None) -> None:
    """Serve until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    start = time.perf_counter_ns()
    module = importlib.import_module(f"benchmarks.peers.{name}")
    imported = {"import": time.perf_counter_ns() - start}
    if inspect.iscoroutinefunction(module.Peer.open):
        server: _Server = _AsyncServer(module.Peer, importlib.import_module(loop).new_event_loop if loop else None)
    else:
        server = _Server(module.Peer)
    print(json.dumps(imported), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(server, request.pop("do"))(**request)
        except Exception:  # noqa: BLE001 - whatever a library raises
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer, default=str), file=answers, flush=True)
    server.close()


class _Server:
    """Answers requests for a peer whose calls return."""

    def __init__(self, make_peer: Callable[..., Any]) -> None:
        self._make_peer = make_peer
        self._peer: Any = None
        self._threads: ThreadPoolExecutor | None = None

    def open(self, **settings: Any) -> dict[str, Any]:
        """Connect, anew if it is connected."""
        self.close()
        self._peer = self._make_peer(**settings)
        self._run(self._peer.open())
        return {}

    def close(self) -> None:
        if self._peer is not None:
            self._run(self._peer.close())

    def first(self, workload: str, **settings: Any) -> dict[str, Any]:
        """How long it takes to connect and make a first call."""
        start = time.perf_counter_ns()
        self.open(**settings)
        self._run(self._call(workload)())
        return {"nanoseconds": time.perf_counter_ns() - start}

    def check(self, workload: str, form: dict[str, Any]) -> dict[str, Any]:
        """The result, as plain data in that form."""
        return {"plain": self._peer.plain(self._run(self._call(workload)()), form)}

    def time(self, workload: str, calls: int) -> dict[str, Any]:
        """How long each of the calls takes, and how long the processor works for all of them."""
        start = time.process_time_ns()
        return {"nanoseconds": self._time(self._call(workload), calls), "cpu": time.process_time_ns() - start}

    def load(self, workload: str, callers: int, seconds: float) -> dict[str, Any]:
        """How many calls so many callers make in that time."""
        start, cpu = time.perf_counter_ns(), time.process_time_ns()
        calls = self._load(self._call(workload), callers, start + int(seconds * 1e9))
        return {"calls": calls, "nanoseconds": time.perf_counter_ns() - start, "cpu": time.process_time_ns() - cpu}

    def _call(self, workload: str) -> Callable[[], Any]:
        call: Callable[[], Any] = self._peer.calls[workload]
        return call

    def _run(self, result: Any) -> Any:
        return result

    def _time(self, call: Callable[[], Any], calls: int) -> list[int]:
        times: list[int] = []
        for _ in range(calls):
            start = time.perf_counter_ns()
            call()
            times.append(time.perf_counter_ns() - start)
        return times

    def _load(self, call: Callable[[], Any], callers: int, end: int) -> int:
        def run(_: int) -> int:
            calls = 0
            while time.perf_counter_ns() < end:
                call()
                calls += 1
            return calls

        if self._threads is None:  # kept for the next time: a thread may have a connection of its own
            self._threads = ThreadPoolExecutor(callers)
        return sum(self._threads.map(run, range(callers)))


class _AsyncServer(_Server):
    """Answers requests for a peer whose calls are awaited."""

    def __init__(
        self, make_peer: Callable[..., Any], make_loop: Callable[[], asyncio.AbstractEventLoop] | None
    ) -> None:
        super().__init__(make_peer)
        self._runner = asyncio.Runner(loop_factory=make_loop)

    def _run(self, result: Any) -> Any:
        return self._runner.run(result)

    def _time(self, call: Callable[[], Any], calls: int) -> list[int]:
        async def run() -> list[int]:
            times: list[int] = []
            for _ in range(calls):
                start = time.perf_counter_ns()
                await call()
                times.append(time.perf_counter_ns() - start)
            return times

        return self._runner.run(run())

    def _load(self, call: Callable[[], Any], callers: int, end: int) -> int:
        async def run() -> int:
            calls = 0
            while time.perf_counter_ns() < end:
                await call()
                calls += 1
            return calls

        async def run_all() -> int:
            return sum(await asyncio.gather(*(run() for _ in range(callers))))

        return self._runner.run(run_all())


main(*sys.argv[1:])
