"""The benchmarks measure the same work for every peer: what is checked before it is timed. No figure is tested."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import starmap
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import attrs
import pytest
from click.testing import CliRunner
from psycopg.sql import SQL, Identifier

from benchmarks import database, machine, measure, pgbench, placement, reference
from benchmarks.__main__ import main
from benchmarks.comparison import Change, compare
from benchmarks.driver import Plan, Run, WrongResult
from benchmarks.page import DOCS, write_page
from benchmarks.peers.catalog import OURS, find_peers
from benchmarks.process import PeerError, Process
from benchmarks.results import Cold, Grown, Latency, Ratio, Results, Round, Throughput
from benchmarks.workloads import WORKLOADS, Form, Workload
from concordia_sql.tools import embedded
from tests.support.proxy import proxied

NAME = "benchmarks_test"


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    """A database of the benchmarks', with small threads."""
    with database.connect(server_url) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(NAME)))
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(NAME)))
        found = urlsplit(server_url)._replace(path=f"/{NAME}").geturl()
        database.prepare(found, scale=1, many_comments=300, other_comments=500)
        yield found
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(NAME)))


@pytest.fixture(scope="module")
def rows(url: str) -> Iterator[database.Connection]:
    with database.connect(url) as connection:
        yield connection


@pytest.fixture(scope="module")
def run(url: str, rows: database.Connection) -> Iterator[Run]:
    """Every peer that can run here, each in its process."""
    with ExitStack() as stack:
        yield Run(url, rows, find_peers()[0], database.find_parameters(rows, new_comments=50), stack)


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_every_peer_gives_what_the_tables_hold(run: Run, workload: Workload) -> None:
    run.check(workload)


@pytest.mark.parametrize("name", [name for name, each in WORKLOADS.items() if not each.writes])
def test_one_changed_row_of_any_table_is_a_difference_for_every_peer(
    run: Run, rows: database.Connection, name: str
) -> None:
    workload = WORKLOADS[name]
    expected = reference.read(rows, name, run.parameters)
    shown = _rows_in(workload.form, expected)
    assert shown.keys() == _tables(workload.form)
    for change, undo in [*starmap(_by_a_microsecond, shown.items()), *_changes_of_links(name, expected)]:
        assert rows.execute(change).rowcount == 1, change
        for peer in run.peers:
            assert run.difference(workload, run.result(peer, workload), expected), (peer.kind.title, change)
        rows.execute(undo)
    run.check(workload)


def test_a_comment_that_is_stored_otherwise_is_a_difference_for_every_peer(run: Run, rows: database.Connection) -> None:
    workload = WORKLOADS["W6"]
    for peer in run.peers:
        result = run.result(peer, workload)
        rows.execute("UPDATE blog_comments SET rating = 5 WHERE id = %s", [result["id"]])
        expected = reference.read(rows, "W6", run.parameters, result)
        assert run.difference(workload, result, expected) == "W6.rating"


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        (
            "W11",
            "UPDATE blog_translations SET excerpt = '{}' WHERE post_id = %s AND in_language = 'en'",
            "translations[1].excerpt",
        ),
        ("W11", "DELETE FROM blog_post_authors WHERE post_id = %s", "author_ids"),
        ("W11", "DELETE FROM blog_post_categories WHERE post_id = %s", "category_ids"),
        ("W11", "UPDATE blog_post_media SET position = '7' WHERE post_id = %s", "media[0].position"),
        ("W12", 'DELETE FROM blog_comments WHERE content = \'{"en": "Comment 49"}\' AND %s', ""),
    ],
)
def test_what_is_written_otherwise_is_a_difference_for_every_peer(
    run: Run, rows: database.Connection, name: str, change: str, path: str
) -> None:
    for peer in run.peers:
        result = run.result(peer, WORKLOADS[name])
        stored, given = reference.stored(rows, name, run.parameters, result)
        assert stored == given, peer.kind.title
        rows.execute(change.encode(), [result["id"] if name == "W11" else True])
        stored, given = reference.stored(rows, name, run.parameters, result)
        found = reference.difference(stored, given, "stored")
        assert found == (f"stored.{path}" if path else "stored"), peer.kind.title
        database.remove_written(rows)


def test_what_is_written_otherwise_stops_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "stored", lambda *_: ([], [{}]))
    with pytest.raises(WrongResult, match=r"^concordia_sql: W12: stored is not what the tables hold$"):
        run.check(WORKLOADS["W12"])


@pytest.mark.parametrize("name", [name for name, each in WORKLOADS.items() if each.writes])
def test_what_is_written_is_removed(run: Run, rows: database.Connection, name: str) -> None:
    tables = {"W6": 1, "W11": 5, "W12": 1}
    database.remove_written(rows)
    before = _counts(rows)
    run.result(run.peers[0], WORKLOADS[name])
    assert sum(_counts(rows)[table] != number for table, number in before.items()) == tables[name]
    database.remove_written(rows)
    assert _counts(rows) == before


def test_a_wrong_peer_stops_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "read", lambda *_: {**_post(run), "slug": "another"})
    with pytest.raises(WrongResult, match=r"^concordia_sql: W3\.slug is not what the tables hold$"):
        run.check(WORKLOADS["W3"])


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_pgbench_sends_the_statement_of_the_library(run: Run, rows: database.Connection, workload: Workload) -> None:
    assert run.same_statement(workload) is (True if _counts_statements(rows) and workload.has_limit else None)


def test_another_statement_stops_the_run(run: Run, rows: database.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgbench, "script", lambda *_: ("SELECT 1;\n", {}))
    if _counts_statements(rows):
        with pytest.raises(WrongResult, match="W3 is not the library's statement"):
            run.same_statement(WORKLOADS["W3"])


def test_the_large_threads_are_trees(rows: database.Connection) -> None:
    query = """
        WITH RECURSIVE level AS (
            SELECT id, post_id, 1 AS depth FROM blog_comments WHERE parent_id IS NULL
            UNION ALL
            SELECT reply.id, reply.post_id, depth + 1
            FROM level INNER JOIN blog_comments AS reply ON reply.parent_id = level.id
        )
        SELECT post_id, count(*), max(depth) FROM level WHERE post_id LIKE '%-comments' GROUP BY 1 ORDER BY 1
    """
    assert rows.execute(query).fetchall() == [("many-comments", 300, 5), ("other-comments", 500, 5)]


def test_a_database_that_is_prepared_stays(url: str, rows: database.Connection) -> None:
    before = rows.execute("SELECT count(*) FROM blog_comments").fetchone()
    database.prepare(url)
    assert rows.execute("SELECT count(*) FROM blog_comments").fetchone() == before


def test_a_failing_peer_says_why(url: str) -> None:
    with Process(OURS[0]) as peer:
        with pytest.raises(PeerError, match="KeyError: 'W99'"):
            peer.ask("first", workload="W99", url=url, parameters={}, connections=1)
        assert peer.ask("time", workload="W3", calls=0)["nanoseconds"] == []


def test_a_run_measures_every_peer(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(measure, "find_peers", lambda: ([*OURS], {"other": "it is not installed"}))
    plan = Plan(
        workloads=("W3", "W6"),
        rounds=2,
        starts=1,
        callers=2,
        seconds=0.1,
        one_processor=("W3",),
        far=("W3", "W6"),
        few_rounds=1,
        posts=(50, 150),
        comments=(20, 100),
    )
    monkeypatch.setattr(measure, "_beats_the_limit", lambda _: False)  # a round of a few calls proves nothing
    results = measure.measure(url, plan, print)
    assert {name: set(peers) for name, peers in results.latency.items()} == {
        name: {"pgbench", "ours", "ours_async"} for name in ("W3", "W6")
    }
    assert {latency.calls for latency in results.latency["W3"].values()} == {2 * WORKLOADS["W3"].calls}
    assert {len(latency.rounds) for latency in results.latency["W3"].values()} == {2}
    if can_see_work(url):
        assert all((each.work or 0) > 0 for latency in results.latency["W6"].values() for each in latency.rounds)
    assert results.one_processor["W3"].keys() == {"pgbench", "ours", "ours_async"}
    assert all(latency.median >= 1000 for found in results.far.values() for latency in found.values())
    assert results.trips == {name: {"ours": 1, "ours_async": 1} for name in ("W3", "W6")}
    assert results.throughput["W1"].keys() == {"pgbench", "ours", "ours_async"}
    assert results.cold.keys() == {"ours", "ours_async"}
    assert {name: list(growth) for name, growth in results.growth.items()} == {
        "W2": [50, 150],
        "W5": [20, 100],
        "W9": [20, 100],
    }
    assert results.growth["W5"][100].latency.keys() == {"pgbench", "ours"}
    assert [results.growth["W2"][150].given, results.growth["W5"][100].given] == [50, 100]
    assert {"commit", "Python", "PostgreSQL", "psycopg"} <= results.versions.keys()
    assert results.missing == {"other": "it is not installed"}
    results.save(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == results


def processors(process: int) -> set[int]:
    """Those that a process of this machine may run on, where the system lets it choose."""
    return os.sched_getaffinity(process) if hasattr(os, "sched_getaffinity") else {0}


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("place", [0, 1, None])
def test_server_and_peers_have_their_place_while_calls_are_timed(run: Run, place: int | None, *, fails: bool) -> None:
    everywhere, peer = processors(0), run.peers[0].id
    with embedded.start() as url, database.connect(url) as connection:
        server = connection.info.backend_pid
        with suppress(ZeroDivisionError), placement.placed(connection, [peer], place):
            assert processors(peer) == processors(0)
            if len(everywhere) > 1:
                assert (processors(peer) == processors(server)) == (place is None)
                assert processors(server) == {sorted(everywhere)[place or 0]}
            with database.connect(url) as later:
                assert processors(later.info.backend_pid) == processors(server)
            _ = 1 // (not fails)
        assert [processors(each) for each in (0, peer, server)] == [everywhere] * 3


def can_see_work(url: str) -> bool:
    return urlsplit(url).hostname is None and Path("/proc/self/schedstat").exists()


def test_the_work_of_the_server_is_that_of_its_connections(url: str, rows: database.Connection) -> None:
    before = placement.server_work(rows)
    with database.connect(url) as connection:
        connection.execute("SELECT count(*) FROM generate_series(1, 300000)")
        after = placement.server_work(rows)
    work = placement.work_between(before, after)
    assert (work is not None) == can_see_work(url)
    assert work is None or work > 1_000_000


def test_a_connection_that_is_closed_takes_no_work_from_others() -> None:
    assert placement.work_between({1: 500, 2: 7}, {2: 9, 3: 4}) == 2 + 4
    assert placement.work_between(None, {2: 9}) is None
    assert placement.work_between({2: 9}, None) is None


def test_a_distant_server_answers_after_a_millisecond(url: str) -> None:
    with proxied(url, round_trip=0.001) as proxy, database.connect(proxy.url) as connection:
        before, began = proxy.trips, monotonic()
        for number in range(3):
            assert connection.execute("SELECT %s::int", [number]).fetchone() == (number,)
        assert monotonic() - began >= 3 * 0.001
        assert proxy.trips == before + 3


def test_the_version_of_every_package_is_told(run: Run, rows: database.Connection) -> None:
    versions = machine.describe_versions(rows, [*run.kinds])
    assert versions.keys() >= {package for kind in run.kinds for package in kind.packages}


def test_latency_is_median_and_99th_percentile() -> None:
    rounds = (Round(100.5, 3, 2),)
    assert Latency.of([*range(1000, 200_001, 1000)], rounds) == Latency(200, 100.5, 198.0, rounds)


def test_a_ratio_is_the_median_of_those_of_neighbours() -> None:
    ratio = Ratio.of([(20, 10), (30, 10), (80, 20), (None, 10), (500, 100)])
    assert ratio == Ratio(median=3.5, low=2.75, high=4.25)
    assert Ratio.of([(15, 10)]) == Ratio(1.5, 1.5, 1.5)
    assert Ratio.of([(None, 10), (10, None)]) is None


@pytest.mark.parametrize("beaten", [0, 1, 3])
def test_a_workload_whose_limit_is_beaten_is_timed_again_and_then_left_out(
    url: str, rows: database.Connection, run: Run, monkeypatch: pytest.MonkeyPatch, beaten: int
) -> None:
    """pgbench sends the same and drops the answer: where it takes longer, what was timed is the machine."""
    limits = iter([200.0] * beaten + [100.0] * 3)

    def latency(*_: object) -> dict[str, Latency]:
        return _latencies(ours=150, pgbench=next(limits))

    monkeypatch.setattr(run, "latency", latency)
    timed = measure.time_workload(run, WORKLOADS["W3"], Plan(), is_same=True)
    assert timed == (None if beaten == 3 else _latencies(ours=150, pgbench=100))
    monkeypatch.setattr(run, "latency", lambda *_: _latencies(ours=150, pgbench=200))
    assert measure.time_workload(run, WORKLOADS["W3"], Plan(), is_same=False) == _latencies(ours=150, pgbench=200)


def test_a_ratio_that_grows_is_a_regression(tmp_path: Path) -> None:
    old, new = _results(ours=150), _results(ours=180)
    assert compare(old, new) == [Change("W3", "ours", Ratio(1.5, 1.5, 1.5), Ratio(1.8, 1.8, 1.8))]
    old.save(tmp_path / "old.json")
    new.save(tmp_path / "new.json")
    slower = CliRunner().invoke(main, ["compare", str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert (slower.exit_code, "slower" in slower.output) == (1, True)
    faster = CliRunner().invoke(main, ["compare", str(tmp_path / "new.json"), str(tmp_path / "old.json")])
    assert (faster.exit_code, "slower" in faster.output) == (0, False)


def test_a_ratio_within_the_spread_is_no_regression() -> None:
    assert Change("W3", "ours", Ratio(1.5, 1.4, 1.7), Ratio(1.8, 1.75, 1.9)).is_regression
    assert not Change("W3", "ours", Ratio(1.5, 1.4, 1.8), Ratio(1.8, 1.75, 1.9)).is_regression
    assert not Change("W3", "ours", Ratio(1.5, 1.5, 1.5), Ratio(1.6, 1.6, 1.6)).is_regression


def test_runs_are_compared_by_the_work_of_processors_where_both_know_it() -> None:
    with_work = attrs.evolve(_results(), latency={"W3": _latencies(ours=150, pgbench=100, work=30, limit=10)})
    (change,) = compare(with_work, with_work)
    assert change.old == change.new == Ratio(3, 3, 3)
    (change,) = compare(_results(), with_work)
    assert change.old == change.new == Ratio(1.5, 1.5, 1.5)


def test_a_slower_machine_is_no_regression() -> None:
    (change,) = compare(_results(ours=150), _results(ours=300, pgbench=200))
    assert not change.is_regression


def test_the_page_shows_the_figures(tmp_path: Path) -> None:
    write_page(_results(ours=150), tmp_path)
    text = (tmp_path / "benchmarks.md").read_text()
    assert "| pgbench | 100 µs |" in text
    assert "| concordia_sql | 1.5x |" in text
    assert "| concordia_sql | 1,000 | 50% | 100 µs |" in text
    assert "| concordia_sql | 2.0x |" in text
    assert "| concordia_sql | ±0% |" in text
    assert "| concordia_sql | 1.45 ms · 1 |" in text
    assert "| 2,000 | 134 | 3 ms | 3.0x | 15 ms | 10x |" in text
    assert "What was tried" not in text
    for name in ("latency.svg", "throughput.svg", "growth.svg"):
        assert f"(benchmarks/{name})" in text
        ElementTree.parse(tmp_path / "benchmarks" / name)
    assert "150 µs · 1.5x" in (tmp_path / "benchmarks" / "latency.svg").read_text()
    assert "15 ms · 10x" in (tmp_path / "benchmarks" / "growth.svg").read_text()


@pytest.mark.parametrize("chart", sorted((DOCS / "benchmarks").glob("*.svg")), ids=lambda path: path.stem)
def test_a_chart_fits_a_page(chart: Path) -> None:
    """No text is cut off or lies on another, as wide as it is in DejaVu Sans, a wide font."""
    root = ElementTree.fromstring(chart.read_text())
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    assert width <= 800
    assert height <= (420 if chart.stem == "summary" else 1_600)
    boxes = []
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        wide = sum(4.9 if letter in " ,.·iljtfr" else 11.7 if letter in "mwMW" else 7.6 for letter in text.text or "")
        wide *= int(text.attrib["font-size"]) / 12 * (1.11 if text.get("font-weight") == "bold" else 1)
        left = int(text.attrib["x"]) - (wide if text.get("text-anchor") == "end" else 0)
        boxes.append((left, left + wide, int(text.attrib["y"])))
    assert all(left >= 0 and right <= width and 12 <= y <= height for left, right, y in boxes)
    for (left, right, y), (other, end, line) in itertools.combinations(boxes, 2):
        assert right <= other or end <= left or abs(y - line) >= 12


def test_the_page_says_what_was_tried(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "tried.md").write_text("Slots: **no gain**.\n\n- binary results\n")
    write_page(_results(ours=150), tmp_path)
    text = (tmp_path / "benchmarks.md").read_text()
    assert "\n\n## What was tried\n\nSlots: **no gain**.\n\n- binary results\n\n## Where\n" in text


def test_the_documentation_shows_the_run_that_it_holds(tmp_path: Path) -> None:
    shutil.copytree(DOCS / "benchmarks", tmp_path / "benchmarks", ignore=shutil.ignore_patterns("*.svg"))
    write_page(Results.load(DOCS / "benchmarks" / "results.json"), tmp_path)
    for path in ("benchmarks.md", *(f"benchmarks/{chart.name}" for chart in (tmp_path / "benchmarks").glob("*.svg"))):
        assert (DOCS / path).read_text() == (tmp_path / path).read_text()


def _counts(rows: database.Connection) -> dict[str, Any]:
    tables = (name for name in database.read_columns(rows) if name.startswith("blog_"))
    counted = {name: rows.execute(SQL("SELECT count(*) FROM {}").format(Identifier(name))) for name in tables}
    return {name: cursor.fetchone() for name, cursor in counted.items()}


def _tables(form: Form) -> set[str]:
    tables = {form.table} if form.table else set()
    return tables.union(*map(_tables, form.relations.values()))


def _rows_in(form: Form, value: Any) -> dict[str, str]:
    """The id of a row of each table that a result shows."""
    if value is None:
        return {}
    if isinstance(value, list):
        return {table: key for item in value for table, key in _rows_in(form, item).items()}
    found = {form.table: value["id"]} if form.table else {}
    for name, relation in form.relations.items():
        found |= _rows_in(relation, value[name])
    return found | _rows_in(form, value["replies"] if form.is_tree else None)


def _by_a_microsecond(table: str, key: str) -> tuple[bytes, bytes]:
    """A change of a row, and what undoes it."""
    text = "UPDATE \"{}\" SET created_at = created_at {} interval '1 microsecond' WHERE id = '{}'"
    return text.format(table, "+", key).encode(), text.format(table, "-", key).encode()


def _changes_of_links(name: str, expected: Any) -> list[tuple[bytes, bytes]]:
    """Changes of rows that a result does not show as objects, each with what undoes it."""
    if name == "W1":
        link = f"'{expected['id']}', '{expected['authors'][0]['id']}'"
        delete = f"DELETE FROM blog_post_authors WHERE (post_id, author_id) = ({link})"
        return [(delete.encode(), f"INSERT INTO blog_post_authors VALUES ({link})".encode())]
    if name == "W2":
        post = next(post for post in expected if post["media"])
        return [_of_position("blog_post_media", "post_id", post["id"])]
    if name == "W10":
        text = """
            UPDATE services_reviews SET status = '{}' WHERE id = (
                SELECT min(id) FROM services_reviews
                WHERE service_id = '{}' AND status = '{}' AND parent_id IS NULL AND rating > 0 AND deleted_at IS NULL
            )
        """
        change, undo = (
            text.format(new, expected["id"], old) for old, new in (("approved", "tried"), ("tried", "approved"))
        )
        return [_of_position("services_media_links", "service_id", expected["id"]), (change.encode(), undo.encode())]
    return []


def _of_position(table: str, column: str, key: str) -> tuple[bytes, bytes]:
    text = "UPDATE {} SET position = {} WHERE {} = '{}' AND type = 'cover'"
    change, undo = "position || '7'", "left(position, -1)"
    return text.format(table, change, column, key).encode(), text.format(table, undo, column, key).encode()


def _post(run: Run) -> dict[str, Any]:
    post: dict[str, Any] = run.result(run.peers[0], WORKLOADS["W3"])
    return post


def _counts_statements(rows: database.Connection) -> bool:
    row = rows.execute("SHOW shared_preload_libraries").fetchone()
    assert row
    return "pg_stat_statements" in row[0]


def _latency(median: float, p99: float, work: float | None = None) -> Latency:
    return Latency(10, median, p99, (Round(median, work, None if work is None else 0.0),))


def _latencies(
    ours: float, pgbench: float, work: float | None = None, limit: float | None = None
) -> dict[str, Latency]:
    return {"pgbench": _latency(pgbench, pgbench, limit), "ours": _latency(ours, 2 * ours, work)}


def _results(ours: float = 150, pgbench: float = 100) -> Results:
    return Results(
        made_at="2026-11-22 12:00",
        machine={"processor": "One", "processors": "2", "memory": "4 GiB", "system": "Linux"},
        versions={"commit": "abc", "Python": "3.11"},
        scale=1,
        rounds=1,
        callers=16,
        missing={"drizzle": "Node is not installed"},
        same_statement={"W3": True},
        latency={"W3": _latencies(ours, pgbench)},
        one_processor={"W3": _latencies(30, 20)},
        far={"W3": _latencies(1_450, 1_250)},
        trips={"W3": {"ours": 1}},
        throughput={"W1": {"pgbench": Throughput(2000, None), "ours": Throughput(1000, 100)}},
        cold={"ours": Cold(100, 10, 50)},
        growth={
            "W9": {
                200: Grown(66, {"pgbench": _latency(1000, 1000), "ours": _latency(1500, 1500)}),
                2000: Grown(134, {"pgbench": _latency(3000, 3000), "ours": _latency(15000, 15000)}),
            }
        },
    )
