"""The page of the documentation that shows a run: `docs/benchmarks.md` with its charts."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.chart import Bar, Panel, draw
from benchmarks.peers.catalog import OURS, OURS_ON_UVLOOP, ROOT, TITLES
from benchmarks.results import Results
from benchmarks.tables import Table, make_tables, peers_of, ratio_text, time_text
from benchmarks.workloads import GROWING, WORKLOADS

DOCS = ROOT / "docs"
_SUMMARY = ("W1", "W2")
"""The workloads of the README's chart."""
_TRIED = "tried.md"
"""What was tried to be faster: written by hand, beside the charts."""
_COSTS = "costs.md"
"""What each query and command costs, as `python -m benchmarks costs` writes it."""


def write_page(results: Results, docs: Path = DOCS) -> None:
    """Write the page, its charts and the figures themselves."""
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latency.svg").write_text(_latency_chart(results, [*results.latency]))
    (folder / "summary.svg").write_text(_latency_chart(results, [name for name in _SUMMARY if name in results.latency]))
    (folder / "throughput.svg").write_text(_throughput_chart(results))
    if results.growth:
        (folder / "growth.svg").write_text(_growth_chart(results))
    results.save(folder / "results.json")
    tried, costs = (path.read_text() if path.exists() else None for path in (folder / _TRIED, folder / _COSTS))
    (docs / "benchmarks.md").write_text(make_page(results, tried, costs))


def make_page(results: Results, tried: str | None = None, costs: str | None = None) -> str:
    """The page's text; `tried` and `costs` are those of the sections on what was tried, and on what all costs."""
    lines = [
        "# Benchmarks",
        "",
        "*For those who want figures before they choose, or who look for a regression.*",
        "",
        "What the library takes beside what you would pick instead, and beside the limit: `pgbench`, which sends the",
        "library's own statement, prepared, and drops what comes back. All figures are of one run; 2.0x says that a",
        "call takes two times as long as pgbench's, as the median of the rounds. `make bench` runs them on your",
        "machine, `make bench-check` says whether a ratio has grown since this run, and",
        "[benchmarks/README.md](../benchmarks/README.md) says what is measured and how.",
        "",
        "![Median time of a call](benchmarks/latency.svg)",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {WORKLOADS[name].title} |" for name in results.latency),
    ]
    for table in make_tables(results):
        lines += ["", f"## {table.title}", "", *markdown(table)]
        if "callers" in table.title:
            lines += ["", "![Calls a second](benchmarks/throughput.svg)"]
    if results.growth:
        lines += ["", "![Median time of a call with more rows](benchmarks/growth.svg)"]
    if costs is not None:
        lines += ["", "## What each query and command costs", "", costs.strip()]
    if tried is not None:
        lines += ["", "## What was tried", "", tried.strip()]
    lines += ["", "## Where", "", *_where(results)]
    return "\n".join(lines) + "\n"


def markdown(table: Table) -> list[str]:
    """The lines of a table."""
    rule = "|".join(["---", *["---:"] * (len(table.head) - 1)])
    return [f"| {' | '.join(table.head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in table.rows)]


def _where(results: Results) -> list[str]:
    machine = results.machine
    where = f"{machine['processors']} x {machine['processor']}, {machine['memory']}, {machine['system']}"
    lines = [
        f"Made at {results.made_at} UTC on {where}; {results.rounds} rounds, the sample at scale {results.scale}.",
        "",
        ", ".join(f"{name} {version}" for name, version in results.versions.items()) + ".",
    ]
    if results.missing:
        left_out = "; ".join(f"{TITLES.get(name, name)} ({reason})" for name, reason in results.missing.items())
        lines += ["", f"Left out: {left_out}."]
    return lines


def _latency_chart(results: Results, workloads: Sequence[str]) -> str:
    panels = []
    for workload in workloads:
        latency = results.latency[workload]
        bars = [
            Bar(TITLES[peer], latency[peer].median, _time_and_ratio(results, workload, peer), _kind(peer))
            for peer in peers_of(latency)
        ]
        panels.append(Panel(f"{workload}  {WORKLOADS[workload].title}", bars))
    return draw("Median time of a call, and how many times pgbench's that is: shorter is better", panels)


def _time_and_ratio(results: Results, workload: str, peer: str) -> str:
    text, ratio = time_text(results.latency[workload][peer].median), results.ratio(workload, peer)
    return text if ratio is None else f"{text} · {ratio_text(ratio.median)}"


def _growth_chart(results: Results) -> str:
    ours = OURS[0].name
    panels = []
    for workload, growth in results.growth.items():
        first = growth[min(growth)].latency[ours].median
        bars = [
            Bar(
                f"{number:,} {GROWING[workload]}",
                grown.latency[ours].median,
                f"{time_text(grown.latency[ours].median)} · {ratio_text(grown.latency[ours].median / first)}",
                "ours",
            )
            for number, grown in growth.items()
        ]
        panels.append(Panel(f"{workload}  {_growing_title(workload)}", bars))
    return draw("Median time of a call with more rows, and how many times that with the fewest", panels)


def _growing_title(workload: str) -> str:
    return WORKLOADS[workload].title.replace(" of 10,000 comments", "").replace(" of 200,000 comments", "")


def _throughput_chart(results: Results) -> str:
    panels = [
        Panel(
            f"{workload}  {WORKLOADS[workload].title}",
            [
                Bar(TITLES[peer], found[peer].per_second, f"{found[peer].per_second:,.0f}", _kind(peer))
                for peer in peers_of(found)
            ],
        )
        for workload, found in results.throughput.items()
    ]
    return draw(f"Calls a second of {results.callers} callers: longer is better", panels)


def _kind(peer: str) -> str:
    if peer == "pgbench":
        return "limit"
    return "ours" if peer in {kind.name for kind in (*OURS, OURS_ON_UVLOOP)} else "other"
