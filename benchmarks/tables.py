"""Results as tables of texts, for the terminal and for the page."""

from collections.abc import Callable, Mapping

import attrs

from benchmarks.peers.catalog import TITLES
from benchmarks.results import Latency, Results
from benchmarks.workloads import GROWING


@attrs.frozen
class Table:
    """A table: its first column names the rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def make_tables(results: Results) -> list[Table]:
    """All figures of a run, a row for each peer."""
    return [
        _latency_table("Median time of a call", results, lambda latency: latency.median),
        _latency_table("99th percentile", results, lambda latency: latency.p99),
        _spread_table(results),
        _cpu_table(results),
        *(_throughput_table(results, workload) for workload in results.throughput),
        *(_growth_table(results, workload) for workload in results.growth),
        _cold_table(results),
    ]


def peers_of(found: Mapping[str, object]) -> list[str]:
    """The names in their order: the limit, ours, the others."""
    return [name for name in TITLES if name in found]


def time_text(microseconds: float) -> str:
    """A time with three digits and its unit."""
    if microseconds < 1000:
        return f"{microseconds:.3g} µs" if microseconds < 100 else f"{microseconds:.0f} µs"
    milliseconds = microseconds / 1000
    if milliseconds < 1000:
        return f"{milliseconds:.3g} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.3g} s"


def ratio_text(ratio: float) -> str:
    """How many times as much, in two digits or more."""
    return f"{ratio:.1f}x" if ratio < 9.95 else f"{ratio:.0f}x"


def _latency_table(title: str, results: Results, value: Callable[[Latency], float]) -> Table:
    """pgbench's times, and how many times as much each peer takes; times where there is no pgbench."""

    def text(latency: Mapping[str, Latency], peer: str) -> str:
        if peer not in latency:
            return "-"
        limit = latency.get("pgbench")
        if limit is None or peer == "pgbench":
            return time_text(value(latency[peer]))
        return ratio_text(value(latency[peer]) / value(limit))

    rows = [(TITLES[peer], *(text(each, peer) for each in results.latency.values())) for peer in _peers(results)]
    return Table(f"{title}, as times of pgbench's", ("", *results.latency), tuple(rows))


def _spread_table(results: Results) -> Table:
    rows = [
        (
            TITLES[peer],
            *(
                ratio_text(latency[peer].p99 / latency[peer].median) if peer in latency else "-"
                for latency in results.latency.values()
            ),
        )
        for peer in _peers(results)
    ]
    return Table("99th percentile, as times of the peer's own median", ("", *results.latency), tuple(rows))


def _cpu_table(results: Results) -> Table:
    rows = [
        (TITLES[peer], *(time_text(latency[peer].cpu or 0) for latency in results.latency.values()))
        for peer in _peers(results)
        if peer != "pgbench"
    ]
    return Table("Work of the client's processor for a call", ("", *results.latency), tuple(rows))


def _throughput_table(results: Results, workload: str) -> Table:
    found = results.throughput[workload]
    limit = found["pgbench"].per_second
    rows = [
        (
            TITLES[peer],
            f"{found[peer].per_second:,.0f}",
            f"{found[peer].per_second / limit:.0%}",
            "-" if (cpu := found[peer].cpu) is None else time_text(cpu),
        )
        for peer in peers_of(found)
    ]
    head = ("", "calls a second", "of pgbench's", "processor")
    return Table(f"{workload} with {results.callers} callers", head, tuple(rows))


def _growth_table(results: Results, workload: str) -> Table:
    """Each peer's median for each number of rows, and how many times that for the fewest."""
    growth = results.growth[workload]
    smallest = growth[min(growth)].latency
    peers = peers_of(smallest)
    rows = []
    for number, grown in growth.items():
        times = [(grown.latency[peer].median, smallest[peer].median) for peer in peers]
        texts = (text for median, first in times for text in (time_text(median), ratio_text(median / first)))
        rows.append((f"{number:,}", f"{grown.given:,}", *texts))
    head = (GROWING[workload], "in the result", *(text for peer in peers for text in (TITLES[peer], "ratio")))
    return Table(f"{workload} with more {GROWING[workload]}", head, tuple(rows))


def _cold_table(results: Results) -> Table:
    rows = [
        (
            TITLES[peer],
            time_text(results.cold[peer].import_time * 1000),
            time_text(results.cold[peer].first_call * 1000),
            "-" if (memory := results.cold[peer].memory) is None else f"{memory:.0f} MB",
        )
        for peer in peers_of(results.cold)
    ]
    return Table("A new process", ("", "import", "connect and first W1", "most memory"), tuple(rows))


def _peers(results: Results) -> list[str]:
    return peers_of(next(iter(results.latency.values())))
