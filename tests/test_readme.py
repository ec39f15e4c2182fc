"""The examples of the README run as they stand, one after the other, on the sample; its figures are those of a run."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from benchmarks.results import Results
from concordia_sql import Database
from concordia_sql.tools import sample

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def examples(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def run(example: str, names: dict[str, object]) -> None:
    exec(compile(example, "README.md", "exec"), names)


def test_the_readme(database_url: str, connection: psycopg.Connection[TupleRow], tmp_path: Path) -> None:
    sample.load(connection)
    first, *others = examples(README, "python")
    (statement,) = examples(README, "sql")
    file = tmp_path / "sql" / "reports" / "list_prolific_authors.sql"
    file.parent.mkdir(parents=True)
    file.write_text(statement, "utf-8")
    names: dict[str, object] = {"__name__": "myapp", "__file__": str(tmp_path / "reports.py"), "url": database_url}
    run(first.replace("postgresql://…", database_url), names)
    with Database(database_url) as names["db"]:
        for example in others:
            run(example, names)
    for name in ("news", "page", "rest", "names", "authors", "made"):
        assert names[name]


def test_a_type_checker_knows_what_the_comments_say(tmp_path: Path) -> None:
    """`# list[Card]` after an assignment is its type."""
    text = "from typing import assert_type\nfrom concordia_sql import Page\n" + "\ndb.open()\n".join(
        examples(README, "python")
    )
    said = re.compile(r"^( *)(\w+)( = .*?)  +# (.*)$", re.MULTILINE)
    assert len(said.findall(text)) == 8
    code = tmp_path / "readme.py"
    code.write_text(said.sub(r"\1\2\3\n\1assert_type(\2, \4)", text), "utf-8")
    # The examples are one file here, and use names again.
    checker = [
        sys.executable,
        "-m",
        "mypy",
        "--allow-redefinition",
        "--no-incremental",
        "--config-file",
        str(ROOT / "pyproject.toml"),
    ]
    done = subprocess.run([*checker, str(code)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_its_figures_are_those_of_the_run() -> None:
    """Ratios of medians of a post with its relations, as the page of the benchmarks has them."""
    latency = Results.load(ROOT / "docs" / "benchmarks" / "results.json").latency["W1"]
    text = " ".join(README.read_text("utf-8").split())
    said = {
        "pgbench": r"takes ([\d.]+) times as long as pgbench",
        "sqlalchemy": r"SQLAlchemy takes ([\d.]+) times",
        "django": r"Django ([\d.]+) times",
        "drizzle_prepared": r"Drizzle's prepared query ([\d.]+) times",
        "asyncpg": r"asyncpg by hand ([\d.]+) times",
    }
    assert len(re.findall(r"[\d.]+ times", text)) == len(said), "a figure that is not compared"
    ours = latency["ours"].median
    for peer, pattern in said.items():
        (figure,) = re.findall(pattern, text)
        ratio = ours / latency[peer].median if peer == "pgbench" else latency[peer].median / ours
        assert figure == f"{ratio:.1f}", peer


def test_it_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) < 150


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "benchmarks/README.md"]
)
def test_links_lead_somewhere(page: str) -> None:
    """Those of the site's pages are looked up as it is built."""
    path = ROOT / page
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
