"""`python -m benchmarks`: run them, write the page, compare two runs."""

import sys
from contextlib import nullcontext
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.comparison import TOLERANCE, compare
from benchmarks.costs import measure as measure_costs
from benchmarks.costs import write as write_costs
from benchmarks.driver import Plan, WrongResult
from benchmarks.measure import measure
from benchmarks.page import DOCS, write_page
from benchmarks.peers.catalog import TITLES
from benchmarks.process import PeerError
from benchmarks.results import Results
from benchmarks.tables import make_tables, ratio_text
from benchmarks.workloads import QUICK
from concordia_sql import ConcordiaError
from concordia_sql.tools import embedded

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WIDTH = 100


@click.group()
def main() -> None:
    """Measure the library beside its peers and beside the limit."""


@main.command()
@click.option("--database", "url", help="An empty database, or one of an earlier run; else a server is started.")
@click.option("--quick", is_flag=True, help="W1, W3 and W4 in three rounds: within two minutes.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there, as JSON.")
def run(url: str | None, output: Path | None, *, quick: bool) -> None:
    """Check that all peers give the same, measure them, and print the figures."""
    plan = (
        Plan(QUICK, rounds=5, starts=1, seconds=1, one_processor=(), far=(), posts=(), comments=()) if quick else Plan()
    )
    server = nullcontext(url) if url else embedded.start()
    try:
        with server as database:
            results = measure(database, plan, lambda text: click.echo(text, err=True))
    except (PeerError, WrongResult, ConcordiaError) as error:
        raise click.ClickException(str(error)) from error
    _print(results)
    if output is not None:
        results.save(output)


@main.command()
@click.argument("results", type=_FILE)
def page(results: Path) -> None:
    """Write docs/benchmarks.md and its charts from the figures of a run."""
    write_page(Results.load(results))


@main.command()
def costs() -> None:
    """Measure what each query and command reads at two sizes, and write that section of docs/benchmarks.md."""
    with embedded.start() as server:
        write_costs(measure_costs(server, lambda text: click.echo(text, err=True)))
    write_page(Results.load(DOCS / "benchmarks" / "results.json"))


@main.command(name="compare")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
def compare_runs(old: Path, new: Path) -> None:
    """Compare two runs by their ratios to pgbench. Fails when one of the library's has grown beyond its spread."""
    changes = compare(Results.load(old), Results.load(new))
    table = RichTable("", "", "old", "new", "")
    for change in changes:
        verdict = "slower" if change.is_regression else ""
        old_text, new_text = (f"{ratio_text(each.median)} ±{each.spread / 2:.0%}" for each in (change.old, change.new))
        table.add_row(change.workload, TITLES[change.peer], old_text, new_text, verdict)
    Console().print(table)
    if any(change.is_regression for change in changes):
        click.echo(f"slower: beyond the spread of both runs, and by more than {TOLERANCE - 1:.0%}", err=True)
        sys.exit(1)


def _print(results: Results) -> None:
    console = Console()
    console.width = max(console.width, _WIDTH)
    for table in make_tables(results):
        shown = RichTable(table.head[0], title=table.title, title_justify="left", box=box.SIMPLE)
        for name in table.head[1:]:
            shown.add_column(name, justify="right")
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)


if __name__ == "__main__":
    main()
