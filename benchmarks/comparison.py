"""Two runs compared by their ratios to pgbench, which hold from machine to machine better than times do."""

import attrs

from benchmarks.peers.catalog import OURS
from benchmarks.results import Results

TOLERANCE = 1.15
"""How much a ratio may grow before it is a regression: two runs of one commit differ by less."""


@attrs.frozen
class Change:
    """A figure of the library's in two runs: how many times pgbench's median it is."""

    workload: str
    peer: str
    old: float
    new: float

    @property
    def is_regression(self) -> bool:
        """Whether it grew by more than the tolerance."""
        return self.new > self.old * TOLERANCE


def compare(old: Results, new: Results) -> list[Change]:
    """What the library's figures were and are, for each workload that both runs have."""
    return [
        Change(workload, kind.name, before, after)
        for workload in new.latency
        for kind in OURS
        if (before := old.ratio(workload, kind.name)) is not None
        and (after := new.ratio(workload, kind.name)) is not None
    ]
