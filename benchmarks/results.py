"""What a run measured: kept as JSON."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeAlias

import attrs
import msgspec

LIMIT = "pgbench"


@attrs.frozen
class Round:
    """The calls of one round, one at a time: what a call takes, in microseconds."""

    wall: float
    """The median."""
    client: float | None = None
    """How long the peer's processor works; None where the system does not tell."""
    server: float | None = None
    """How long the server's processor works for the peer's connections."""

    @property
    def work(self) -> float | None:
        """How long both processors work."""
        return None if self.client is None or self.server is None else self.client + self.server


@attrs.frozen
class Latency:
    """How long a call takes on one connection, in microseconds."""

    calls: int
    median: float
    p99: float
    rounds: tuple[Round, ...]

    @classmethod
    def of(cls, nanoseconds: Sequence[int], rounds: Sequence[Round]) -> Self:
        """Of the times of all calls."""
        ordered = sorted(nanoseconds)
        p99 = ordered[math.ceil(len(ordered) * 0.99) - 1]
        return cls(len(ordered), _rounded(statistics.median(ordered) / 1000), _rounded(p99 / 1000), tuple(rounds))


Figure: TypeAlias = Callable[[Round], float | None]


@attrs.frozen
class Ratio:
    """How many times another's time: the ratios of the rounds, each of two turns that are neighbours."""

    median: float
    low: float
    """A quarter of the ratios are below."""
    high: float
    """A quarter of the ratios are above."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[float | None, float | None]]) -> Self | None:
        """Of a time and the other's in each round; None where there are none."""
        ratios = [one / other for one, other in pairs if one and other]
        if not ratios:
            return None
        low, median, high = statistics.quantiles(ratios * 2 if len(ratios) == 1 else ratios, n=4, method="inclusive")
        return cls(median, low, high)

    @property
    def spread(self) -> float:
        """How far apart the middle half of the ratios is, as a part of their median."""
        return (self.high - self.low) / self.median


@attrs.frozen
class Throughput:
    """How many calls a second many callers make."""

    per_second: float
    cpu: float | None
    """How long the peer's processor works for a call, in microseconds; None for pgbench."""


@attrs.frozen
class Cold:
    """What a new process takes."""

    import_time: float
    """Milliseconds."""
    first_call: float
    """Milliseconds to connect and make a first call."""
    memory: float | None
    """Megabytes at most, after calls with large results; None where the system does not tell."""


@attrs.frozen
class Grown:
    """A workload with more rows."""

    given: int
    """How many posts or comments the result holds."""
    latency: Mapping[str, Latency]


@attrs.frozen
class Results:
    """What a run measured, of each peer by its name."""

    made_at: str
    """UTC."""
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    scale: int
    rounds: int
    callers: int
    missing: Mapping[str, str]
    """Peers that did not run, and why."""
    same_statement: Mapping[str, bool | None]
    """Whether pgbench sent the library's very statement, by workload; None where the server does not tell."""
    latency: Mapping[str, Mapping[str, Latency]]
    """By workload."""
    throughput: Mapping[str, Mapping[str, Throughput]]
    """By workload."""
    cold: Mapping[str, Cold]
    one_processor: Mapping[str, Mapping[str, Latency]]
    """By workload: where the server and the peer share one processor."""
    far: Mapping[str, Mapping[str, Latency]]
    """By workload: where the server is a millisecond away."""
    trips: Mapping[str, Mapping[str, int]]
    """By workload: how many round trips a call takes."""
    growth: Mapping[str, Mapping[int, Grown]] = attrs.field(factory=dict)
    """By workload, by how many rows there are."""

    def save(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read them."""
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def ratio(self, workload: str, peer: str) -> Ratio | None:
        """How many times pgbench's wall clock a peer's is; None where one of them did not run."""
        return ratio(self.latency.get(workload, {}), peer, lambda one: one.wall)

    def work_ratio(self, workload: str, peer: str) -> Ratio | None:
        """How many times as long the processors work for a peer as for pgbench."""
        return ratio(self.latency.get(workload, {}), peer, lambda one: one.work)


def ratio(latency: Mapping[str, Latency], peer: str, figure: Figure) -> Ratio | None:
    """How many times pgbench's a peer's figure is; None where one of them is not known."""
    if not {peer, LIMIT} <= latency.keys():
        return None
    rounds = zip(latency[peer].rounds, latency[LIMIT].rounds, strict=True)
    return Ratio.of((figure(one), figure(limit)) for one, limit in rounds)


def median(figures: Iterable[float | None]) -> float | None:
    """The median of those that are known; None where there are none."""
    known = [each for each in figures if each is not None]
    return statistics.median(known) if known else None


def _rounded(value: float) -> float:
    return round(value, 1)
