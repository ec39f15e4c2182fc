"""What each query and command costs: rows, milliseconds and blocks at two sizes of the sample, and the dearest."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import attrs
import psycopg

from benchmarks.page import DOCS, markdown
from benchmarks.tables import Table
from concordia_sql import CONCORDIA, Command, Query, Statement
from concordia_sql.engine.bounds import field_names
from concordia_sql.engine.migrating import migrate
from tests.support.catalog import command_classes, query_classes
from tests.support.costs import Connection, Cost, command_example, cost, load, price, single_calls

SIZES = (10, 100)
WORST = 10


@attrs.frozen
class Line:
    """A query or command, the values that make it dear, and what it costs at each size."""

    name: str
    given: str
    costs: Sequence[Cost]
    why: str


def measure(server_url: str, say: Callable[[str], None]) -> list[Line]:
    """What all cost, each by the dearest of its calls at the larger size, in databases that the server has then."""
    found: dict[str, list[Cost]] = {}
    dearest: dict[str, Statement[Any]] = {}
    for size in reversed(SIZES):
        say(f"the sample at {size}")
        with psycopg.connect(server_url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE costs_{size}".encode())
        url = urlsplit(server_url)._replace(path=f"/costs_{size}").geturl()
        migrate(url, CONCORDIA)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            load(connection, size)
            for statement_class in (*query_classes(), *command_classes()):
                name = statement_class.query_name
                # A command is for rows of this size, since its ids are not in the other.
                again = name in dearest and issubclass(statement_class, Query)
                calls = [dearest[name]] if again else [*_calls(connection, statement_class)]
                tried = [(_warm_cost(connection, call), call) for call in calls]
                best, dearest[name] = max(tried, key=lambda pair: pair[0].blocks)
                found.setdefault(name, []).insert(0, best)
    return [Line(name, _given(dearest[name]), costs, _why(type(dearest[name]))) for name, costs in found.items()]


def _why(statement_class: type[Statement[Any]]) -> str:
    fields = field_names(statement_class)
    usual = "what it counts, up to `at_most`" if "at_most" in fields else "what it shows or writes"
    return price(statement_class) or usual


def _calls(connection: Connection, statement_class: type[Statement[Any]]) -> Iterator[Statement[Any]]:
    if not issubclass(statement_class, Query):
        yield command_example(connection, cast("type[Command[Any]]", statement_class))
        return
    yield from single_calls(statement_class)


def _warm_cost(connection: Connection, statement: Statement[Any]) -> Cost:
    """The second of two runs, when the server has all in its memory."""
    cost(connection, statement)
    return cost(connection, statement)


def _given(statement: Statement[Any]) -> str:
    fields: Mapping[str, Any] = {field.name: field.default for field in attrs.fields(cast("Any", type(statement)))}
    return ", ".join(
        name for name, default in fields.items() if default is None and getattr(statement, name) is not None
    )


def write(lines: Sequence[Line], docs: Path = DOCS) -> None:
    """Write the section of the page."""
    (docs / "benchmarks" / "costs.md").write_text(make_section(lines))


def make_section(lines: Sequence[Line]) -> str:
    """The section's text."""
    small, large = SIZES
    head = ("", "with", *[f"{what}, at {size}" for size in SIZES for what in ("rows", "ms", "blocks")])
    worst = sorted(lines, key=lambda line: line.costs[-1].blocks, reverse=True)[:WORST]
    text = [
        "Of each query and command the dearest of its calls, with each of its filters: the rows that it gives or",
        "writes, the server's milliseconds, and the blocks of 8 kB that it reads, on the sample at",
        f"{small} and {large}, where a user, an organization and a listing have {500 * small:,} and {500 * large:,}",
        "rows more, a review a fifth as many hidden replies, and a tree of categories as many old posts",
        "and listings, half of them drafts. Plans are generic, all blocks are in memory, deletes work in",
        "batches of 20 rows.",
        "`make bench-costs` writes this section.",
        "",
        "The ten that read the most, and why:",
        "",
        *markdown(Table("", ("", "blocks", "rows", "why"), tuple(_worst(line) for line in worst))),
        "",
        *markdown(Table("", head, tuple(_row(line) for line in lines))),
    ]
    return "\n".join(text) + "\n"


def _worst(line: Line) -> tuple[str, ...]:
    last = line.costs[-1]
    return line.name, f"{last.blocks:,}", f"{last.rows:,}", line.why


def _row(line: Line) -> tuple[str, ...]:
    figures = [(f"{each.rows:,}", f"{each.milliseconds:.2f}", f"{each.blocks:,}") for each in line.costs]
    return line.name, line.given, *itertools.chain.from_iterable(figures)
