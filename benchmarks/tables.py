"""Results as tables of texts, for the terminal and for the page."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from benchmarks.peers.catalog import TITLES
from benchmarks.results import LIMIT, Figure, Latency, Results, median, ratio
from benchmarks.workloads import GROWING

Latencies: TypeAlias = Mapping[str, Mapping[str, Latency]]
"""By workload, by peer."""


@attrs.frozen
class Table:
    """A table: its first column names the rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def make_tables(results: Results) -> list[Table]:
    """All figures of a run, a row for each peer."""
    latency = results.latency
    tables = [
        _ratio_table("Median time of a call, as times of pgbench's", latency, lambda one: one.wall),
        _spread_table("Spread of these ratios: a half of the rounds is as near", latency, lambda one: one.wall),
        _ratio_table("Work of all processors for a call, as times of pgbench's", latency, lambda one: one.work),
        _spread_table("Spread of the ratios of work", latency, lambda one: one.work),
        _client_table(latency),
        _slowest_table(latency),
        _own_table(latency),
    ]
    if results.one_processor:
        title = "On one processor: median time of a call"
        tables.append(_ratio_table(title, results.one_processor, lambda one: one.wall))
    if results.far:
        tables.append(_far_table(results))
    return [
        *tables,
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


def _table(title: str, found: Latencies, text: Callable[[str, str], str]) -> Table:
    """A column for each workload, a row for each peer: the text of both, if it ran."""
    peers = peers_of({peer: None for latency in found.values() for peer in latency})
    rows = [
        (TITLES[peer], *(text(workload, peer) if peer in latency else "-" for workload, latency in found.items()))
        for peer in peers
    ]
    return Table(title, ("", *found), tuple(rows))


def _ratio_table(title: str, found: Latencies, value: Figure) -> Table:
    """pgbench's figures, and how many times as much each peer's are; figures where there is no pgbench."""

    def text(workload: str, peer: str) -> str:
        times = ratio(found[workload], peer, value)
        if times is not None and peer != LIMIT:
            return ratio_text(times.median)
        figure = median(map(value, found[workload][peer].rounds))
        return "-" if figure is None else time_text(figure)

    return _table(title, found, text)


def _spread_table(title: str, found: Latencies, value: Figure) -> Table:
    def text(workload: str, peer: str) -> str:
        times = ratio(found[workload], peer, value)
        return "-" if times is None or peer == LIMIT else f"±{times.spread / 2:.0%}"

    return _table(title, found, text)


def _client_table(found: Latencies) -> Table:
    def text(workload: str, peer: str) -> str:
        work = median(one.client for one in found[workload][peer].rounds)
        return "-" if work is None else time_text(work)

    return _table("Work of the client's processor for a call", found, text)


def _slowest_table(found: Latencies) -> Table:
    def text(workload: str, peer: str) -> str:
        limit, slowest = found[workload].get(LIMIT), found[workload][peer].p99
        return time_text(slowest) if limit is None or peer == LIMIT else ratio_text(slowest / limit.p99)

    return _table("99th percentile, as times of pgbench's", found, text)


def _own_table(found: Latencies) -> Table:
    def text(workload: str, peer: str) -> str:
        latency = found[workload][peer]
        return ratio_text(latency.p99 / latency.median)

    return _table("99th percentile, as times of the peer's own median", found, text)


def _far_table(results: Results) -> Table:
    """Times, with the number of round trips; pgbench's trips are those of its statement, begin and end included."""

    def text(workload: str, peer: str) -> str:
        number = results.trips[workload].get(peer)
        return time_text(results.far[workload][peer].median) + (f" · {number}" if number else "")

    return _table("A server 1 ms away: median time of a call, and its round trips", results.far, text)


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
