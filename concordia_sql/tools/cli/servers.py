"""`seed`, `serve`, `demo`: the sample, and a server to try it on."""

import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import Database, Querier
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import embedded, sample
from concordia_sql.tools.catalogue import Catalogue
from concordia_sql.tools.cli.shared import database_option, find_queries, libraries_of, modules_argument
from concordia_sql.tools.sample.loader import TABLES

_scale = click.option(
    *("--scale",), type=click.IntRange(min=1), default=1, show_default=True, help="1 is 50 posts and 2,000 comments."
)


@click.command()
@_scale
@database_option
def seed(scale: int, url: str) -> None:
    """Load the sample into an empty, migrated database."""
    with Database(url, max_size=1) as database, database.querier() as querier:
        _load(querier, scale)


@click.command()
@modules_argument
@click.option("--folder", type=click.Path(path_type=Path), help="Where the data is kept; else it is temporary.")
@_scale
@click.option("--web", is_flag=True, help="Show the tables and queries in a browser on this machine too.")
@click.option(
    *("--replicas",), type=click.IntRange(0, 9), default=0, show_default=True, help="How many standbys there are."
)
def serve(modules: Sequence[str], folder: Path | None, scale: int, replicas: int, *, web: bool) -> None:
    """Run a server with Concordia's tables and the sample, or those of your modules' libraries, until Ctrl-C.

    Prints its URL, then those of its standbys. A folder keeps the data: the sample is loaded only when it is empty.
    --web prints the URL of a catalogue too: the tables, and each query with its SQL, its plan and a form to run it.
    Commands are rolled back.
    """
    libraries = libraries_of(modules)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        embedded.start(folder) as url,
        contextlib.ExitStack() as stack,
    ):
        migrate(url, *libraries)
        with Database(url, max_size=1, requires=libraries) as database, database.querier() as querier:
            if CONCORDIA in libraries and querier.connection.execute('SELECT FROM "user" LIMIT 1').fetchone() is None:
                _load(querier, scale)
        urls = [url, *(stack.enter_context(embedded.start_standby(url)) for _ in range(replicas))]
        click.echo(
            f"Serving until Ctrl-C, {'with temporary data' if folder is None else f'data in {folder}'}. "
            f"{'Its URL, and those of its standbys' if replicas else 'Its URL'}:",
            err=True,
        )
        click.echo("\n".join(urls))
        if web:
            catalogue = stack.enter_context(Catalogue(url, find_queries(modules)))
            click.echo(f"The catalogue, for a browser on this machine: {catalogue.address}", err=True)
        while True:
            signal.pause()


@click.command()
def demo() -> None:
    """Run the queries of Concordia's documentation."""
    from concordia_sql.tools import demo  # noqa: PLC0415 - nothing else needs its queries

    demo.run(Console())


def _load(querier: Querier, scale: int) -> None:
    """Load the sample behind a bar, and say how much that was."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=len(TABLES) * scale)
        counts = sample.load(
            querier.connection, scale, progress=lambda table, *_: bars.update(bar, advance=1, description=table)
        )
    click.echo(f"Loaded {sum(counts.values()):,} rows into {len(counts)} tables.", err=True)
