"""What a run measured: kept as JSON."""

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import attrs
import msgspec


@attrs.frozen
class Latency:
    """How long a call takes on one connection, in microseconds."""

    calls: int
    median: float
    p99: float
    cpu: float | None
    """How long the peer's processor works for a call; None for pgbench."""

    @classmethod
    def of(cls, nanoseconds: Sequence[int], cpu: int | None) -> Self:
        """Of the times of all calls, and the processor's for all together."""
        ordered = sorted(nanoseconds)
        p99 = ordered[math.ceil(len(ordered) * 0.99) - 1]
        per_call = None if cpu is None else _rounded(cpu / len(ordered) / 1000)
        return cls(len(ordered), _rounded(statistics.median(ordered) / 1000), _rounded(p99 / 1000), per_call)


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
    growth: Mapping[str, Mapping[int, Grown]] = attrs.field(factory=dict)
    """By workload, by how many rows there are."""

    def save(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read them."""
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def ratio(self, workload: str, peer: str) -> float | None:
        """How many times pgbench's median a peer's is; None where one of them did not run."""
        peers = self.latency.get(workload, {})
        return peers[peer].median / peers["pgbench"].median if {peer, "pgbench"} <= peers.keys() else None


def _rounded(value: float) -> float:
    return round(value, 1)
