"""Two runs compared by their ratios to pgbench, which hold from machine to machine better than times do."""

import attrs

from benchmarks.peers.catalog import OURS
from benchmarks.results import Ratio, Results

TOLERANCE = 1.1
"""How much a ratio may grow before it is a regression: two runs of one commit differ by less."""


@attrs.frozen
class Change:
    """A figure of the library's in two runs: how many times as long processors work for it as for pgbench."""

    workload: str
    peer: str
    old: Ratio
    new: Ratio

    @property
    def is_regression(self) -> bool:
        """Whether it grew by more than the tolerance, and the middle halves of both runs lie apart."""
        return self.new.low > self.old.high and self.new.median > self.old.median * TOLERANCE


def compare(old: Results, new: Results) -> list[Change]:
    """What the library's figures were and are, for each workload that both runs have.

    They are those of the processors; of the wall clock, where one of the runs could not tell how long these worked.
    """
    found = []
    for workload in new.latency:
        for kind in OURS:
            pairs = (
                (old.work_ratio(workload, kind.name), new.work_ratio(workload, kind.name)),
                (old.ratio(workload, kind.name), new.ratio(workload, kind.name)),
            )
            known = next(((before, after) for before, after in pairs if before and after), None)
            if known is not None:
                found.append(Change(workload, kind.name, *known))
    return found
