"""The peers of a run: each workload is checked for every peer, then timed, peers alternating."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any, Literal, TypeAlias

import attrs

from benchmarks import database, pgbench, placement, reference
from benchmarks.peers.catalog import Kind
from benchmarks.process import Process
from benchmarks.results import Cold, Latency, Round, Throughput
from benchmarks.workloads import WORKLOADS, Workload
from tests.support.proxy import Proxy

Report = Callable[[str], None]
Where: TypeAlias = Literal["apart", "one processor", "far"]
"""Server and peers on processors of their own, or on one; or the server is far away, and all run anywhere."""
_LARGE = {"W2": 3, "W5": 3}
"""The workloads after which a process has held its most memory, and how often they are called."""


class WrongResult(Exception):
    """A peer does not give what the tables hold: its figures would say nothing."""


@attrs.frozen
class Plan:
    """How much is measured."""

    workloads: Sequence[str] = tuple(WORKLOADS)
    scale: int = database.SCALE
    rounds: int = 10
    one_processor: Sequence[str] = ("W1", "W3", "W6")
    far: Sequence[str] = ("W1", "W2", "W3", "W6", "W7", "W10", "W11")
    few_rounds: int = 4
    """How often workloads are timed on one processor, and with a server that is far away."""
    starts: int = 3
    """How often each peer is started anew, for the figures of many callers and of a new process."""
    callers: int = 16
    seconds: float = 3
    """How long the callers call after each start."""
    posts: Sequence[int] = (500, 5_000, 50_000)
    comments: Sequence[int] = (200, 2_000, 20_000, 200_000)
    """How many there are when growth is measured. None: it is not."""


class Run:
    """The peers of a run, each in its process, on one database."""

    def __init__(
        self,
        url: str,
        connection: database.Connection,
        kinds: Sequence[Kind],
        parameters: Mapping[str, Any],
        stack: ExitStack,
    ) -> None:
        self._url = url
        self._connection = connection
        self._columns = database.read_columns(connection)
        self.parameters = parameters
        self.kinds = kinds
        self.peers = [stack.enter_context(Process(kind)) for kind in kinds]
        for peer in self.peers:
            peer.ask("open", **self._settings(1))

    def check(self, workload: Workload) -> Any:
        """Compare every peer's result with the tables. Returns what the tables hold. Raises WrongResult."""
        expected: Any = None
        for peer in self.peers:
            result = self.result(peer, workload)
            expected = reference.read(self._connection, workload.name, self.parameters, result)
            path = self.difference(workload, result, expected)
            if path is None and workload.writes:
                stored = reference.stored(self._connection, workload.name, self.parameters, result)
                path = reference.difference(*stored, f"{workload.name}: stored")
            if path is not None:
                raise WrongResult(f"{peer.kind.title}: {path} is not what the tables hold")
            if workload.writes:
                database.remove_written(self._connection)
        return expected

    def result(self, peer: Process, workload: Workload) -> Any:
        """What a peer gives, as plain data."""
        return peer.ask("check", workload=workload.name, form=workload.form.describe(self._columns))["plain"]

    def difference(self, workload: Workload, result: Any, expected: Any) -> str | None:
        """Where two results, as plain data, differ first; None when they are the same."""
        result, expected = (reference.canonical(each, workload.form, self._columns) for each in (result, expected))
        return reference.difference(result, expected, workload.name)

    def same_statement(self, workload: Workload) -> bool | None:
        """Whether pgbench sends the library's very statement. Raises WrongResult when it does not."""
        if not workload.has_limit:
            return None
        same = pgbench.same_statement(self._connection, self._url, workload.name, self.parameters)
        if same is False:
            raise WrongResult(f"pgbench: {workload.name} is not the library's statement")
        if workload.writes:
            database.remove_written(self._connection)
        return same

    def latency(self, workload: Workload, rounds: int, where: Where = "apart") -> dict[str, Latency]:
        """How long calls take, one at a time, on new connections.

        The memory that a workload left to a connection's server process makes the next one faster on it.
        """
        times: dict[str, list[int]] = defaultdict(list)
        found: dict[str, list[Round]] = defaultdict(list)
        for peer in self.peers:
            peer.ask("open", **self._settings(1))
            peer.ask("time", workload=workload.name, calls=min(workload.calls, 20))
        limit = [None] if workload.has_limit else []
        for number, turn in enumerate(_turns([*limit, *self.peers], rounds)):
            with self._placed(where, number):
                for peer in turn:
                    timed = self._limit(workload) if peer is None else self._time(peer, workload)
                    name = "pgbench" if peer is None else peer.kind.name
                    times[name] += timed.nanoseconds
                    found[name].append(_round(timed))
                if workload.writes:
                    database.remove_written(self._connection)
        return {name: Latency.of(each, found[name]) for name, each in times.items()}

    def _placed(self, where: Where, number: int) -> AbstractContextManager[None]:
        if where == "far":
            return nullcontext()
        place = None if where == "one processor" else number
        return placement.placed(self._connection, [peer.id for peer in self.peers], place)

    def _limit(self, workload: Workload) -> pgbench.Timed:
        with_work = placement.server_work(self._connection) is not None
        return pgbench.time(self._url, workload.name, self.parameters, workload.calls, with_work=with_work)

    def _time(self, peer: Process, workload: Workload) -> pgbench.Timed:
        before = placement.server_work(self._connection)
        answer = peer.ask("time", workload=workload.name, calls=workload.calls)
        server = placement.work_between(before, placement.server_work(self._connection))
        return pgbench.Timed(answer["nanoseconds"], answer["cpu"], server)

    def behind(self, proxy: Proxy, stack: ExitStack) -> "Run":
        """The same peers, started anew, with the server behind a proxy."""
        return Run(proxy.url, self._connection, self.kinds, self.parameters, stack)

    def trips(self, workload: Workload, proxy: Proxy) -> dict[str, int]:
        """How many round trips a call takes, by a proxy that counts them."""
        found = {}
        for peer in self.peers:
            before = proxy.trips
            peer.ask("time", workload=workload.name, calls=1)
            found[peer.kind.name] = proxy.trips - before
        if workload.writes:
            database.remove_written(self._connection)
        return found

    def throughput(self, workload: Workload, plan: Plan, kinds: Sequence[Kind]) -> dict[str, Throughput]:
        """How many calls many callers make, each peer with a connection for each caller."""
        found: dict[str, list[Throughput]] = defaultdict(list)
        for turn in _turns([None, *kinds], plan.starts):
            for kind in turn:
                if kind is None:
                    rate = pgbench.load(self._url, workload.name, self.parameters, plan.callers, plan.seconds)
                    found["pgbench"].append(Throughput(rate, None))
                else:
                    found[kind.name].append(self._load(kind, workload, plan.callers, plan.seconds))
        return {name: _mean(each) for name, each in found.items()}

    def cold(self, workload: Workload, starts: int) -> dict[str, Cold]:
        """What new processes take."""
        found: dict[str, list[Cold]] = defaultdict(list)
        for turn in _turns(self.kinds, starts):
            for kind in turn:
                found[kind.name].append(self._cold(kind, workload))
        return {name: _median(each) for name, each in found.items()}

    def _load(self, kind: Kind, workload: Workload, callers: int, seconds: float) -> Throughput:
        with Process(kind) as peer:
            peer.ask("open", **self._settings(callers))
            peer.ask("load", workload=workload.name, callers=callers, seconds=seconds / 3)
            answer = peer.ask("load", workload=workload.name, callers=callers, seconds=seconds)
        return Throughput(answer["calls"] / answer["nanoseconds"] * 1e9, answer["cpu"] / answer["calls"] / 1000)

    def _cold(self, kind: Kind, workload: Workload) -> Cold:
        with Process(kind) as peer:
            first = peer.ask("first", workload=workload.name, **self._settings(1))
            for name, calls in _LARGE.items():
                peer.ask("time", workload=name, calls=calls)
            memory = peer.most_memory()
        return Cold(peer.import_time / 1e6, first["nanoseconds"] / 1e6, memory)

    def _settings(self, connections: int) -> dict[str, Any]:
        return {"url": self._url, "parameters": self.parameters, "connections": connections}


def _turns(items: Sequence[Any], rounds: int) -> Iterator[Sequence[Any]]:
    """The items in each round, each time another one first."""
    for number in range(rounds):
        start = number % len(items)
        yield [*items[start:], *items[:start]]


def _round(timed: pgbench.Timed) -> Round:
    calls = len(timed.nanoseconds)
    client, server = (None if work is None else round(work / calls / 1000, 1) for work in (timed.client, timed.server))
    return Round(round(statistics.median(timed.nanoseconds) / 1000, 1), client, server)


def _median(each: Sequence[Cold]) -> Cold:
    memory = [one.memory for one in each if one.memory is not None]
    return Cold(
        import_time=round(statistics.median(one.import_time for one in each), 1),
        first_call=round(statistics.median(one.first_call for one in each), 1),
        memory=round(statistics.median(memory), 1) if memory else None,
    )


def _mean(each: Sequence[Throughput]) -> Throughput:
    cpu = [one.cpu for one in each if one.cpu is not None]
    per_second = statistics.mean(one.per_second for one in each)
    return Throughput(round(per_second, 1), round(statistics.mean(cpu), 1) if cpu else None)
