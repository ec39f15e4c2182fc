"""The limit: pgbench sends the library's own statement, prepared, and drops what comes back."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from benchmarks import placement
from benchmarks.database import Connection, clear_statistics, count_statements
from benchmarks.queries import make_query
from concordia_sql import Command, Querier
from concordia_sql.engine.compose import Composed
from concordia_sql.engine.isolation import READ_COMMITTED
from concordia_sql.tools import embedded


def warm_up(calls: int) -> int:
    """How many calls before them are not counted: in the first five, PostgreSQL plans anew each time."""
    return max(6, min(calls, 20))


@attrs.frozen
class Timed:
    """Calls, one after the other."""

    nanoseconds: list[int]
    """How long each takes."""
    client: int | None
    """How many nanoseconds pgbench's processor works for all of them; None where that was not asked."""
    server: int | None
    """The same of the server's."""


def time(url: str, workload: str, parameters: Mapping[str, Any], calls: int, *, with_work: bool) -> Timed:
    """Time calls. How long processors work for them can be told on Linux, if the server runs on this machine."""
    first = warm_up(calls)
    with tempfile.TemporaryDirectory() as folder:
        options = ("-t", str(first + calls + 1), "-l", f"--log-prefix={folder}/log")
        work = Path(folder) / "work"
        _run(url, workload, parameters, options, Path(folder), head=_note_work(work, first, first + calls) * with_work)
        (log,) = Path(folder).glob("log.*")
        lines = log.read_text().splitlines()[first:-1]
        noted = [placement.work_in(line) for line in work.read_text().splitlines()] if work.exists() else []
    times = [int(line.split()[2]) * 1000 for line in lines]
    if not with_work:
        return Timed(times, None, None)
    client, server, client_after, server_after = noted
    return Timed(times, client_after - client, server_after - server)


def _note_work(file: Path, *calls: int) -> str:
    """What pgbench does before each call: after so many, it notes how long processors have worked for both sides."""
    return f"""\\set number :number + 1
\\if {" or ".join(f":number = {call + 1}" for call in calls)}
\\shell cat /proc/$PPID/schedstat >> {file}
SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 99), ' ', 1) AS work \\gset
\\shell echo :work >> {file}
\\endif
"""


def load(url: str, workload: str, parameters: Mapping[str, Any], callers: int, seconds: float) -> float:
    """How many calls a second so many callers make."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("-T", str(max(1, round(seconds))), "-c", str(callers), "-j", "2")
        output = _run(url, workload, parameters, options, Path(folder))
    match = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", output)
    assert match, output
    return float(match[1])


def same_statement(connection: Connection, url: str, workload: str, parameters: Mapping[str, Any]) -> bool | None:
    """Whether PostgreSQL counts pgbench's calls and the library's as one statement; None when it does not count."""
    if not clear_statistics(connection):
        return None
    query = make_query(workload, parameters)
    querier = Querier(connection)
    querier.execute(query) if isinstance(query, Command) else querier.fetch(query)
    ours = count_statements(connection)
    clear_statistics(connection)
    with tempfile.TemporaryDirectory() as folder:
        _run(url, workload, parameters, ("-t", "1"), Path(folder))
    before = len(query.compose().before)
    return len(ours) == 1 + before + bool(before) and ours == count_statements(connection)


def script(workload: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """pgbench's script for a workload, and the variables in it.

    A command of several statements is sent at once, as the library does, and rolled back: its rows name each other by
    ids inside of JSON, and pgbench can make no new ones there.
    """
    query = make_query(workload, parameters)
    composed = query.compose()
    statements = [*map(_statement, (*composed.before, composed))]
    if composed.before:  # sent first, as by the library
        statements.insert(0, READ_COMMITTED.decode())
    text = ";\n".join(statements)
    variables = {
        name: _text(value)
        for each in (*composed.before, composed)
        for name, value in zip(each.parameters, each.values(query), strict=True)
    }
    if composed.before:
        return f"\\startpipeline\nBEGIN;\n{text};\nROLLBACK;\n\\endpipeline\n", variables
    if isinstance(query, Command):
        return f"\\set id random(1, 9000000000000000000)\n{text};\n", variables
    return f"{text};\n", variables


def _statement(composed: Composed) -> str:
    text = re.sub(r"(?<=\d):(?=[a-z_])", ": ", composed.text)  # the bound of a slice is no variable of pgbench's
    for number, name in enumerate(composed.parameters, 1):  # pgbench numbers every `:name` anew: one of each
        text = re.sub(rf"\${number}\b", f":{name}", text, count=1)
    return text


def _text(value: object) -> str:
    if value is None:
        return "null"  # pgbench sends no NULL; where one is sent, JSON's null means the same
    return "{" + ",".join(map(json.dumps, value)) + "}" if isinstance(value, tuple) else str(value)


def _run(
    url: str, workload: str, parameters: Mapping[str, Any], options: tuple[str, ...], folder: Path, *, head: str = ""
) -> str:
    text, variables = script(workload, parameters)
    (folder / "script.sql").write_text(head + text)
    command = [
        *(str(embedded.bin_folder() / "pgbench"), "-n", "-M", "prepared", "-f", str(folder / "script.sql")),
        *(f"--define={name}={value}" for name, value in {**variables, "number": "0"}.items()),
        *options,
        url,
    ]
    # As the library's connections have them.
    settings = {**os.environ, "PGOPTIONS": "-c plan_cache_mode=force_generic_plan -c jit=off"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=settings)
    if done.returncode:
        raise RuntimeError(f"pgbench failed:\n{done.stderr}")
    return done.stdout
