"""The examples of the README and of the pages run as they stand, one after the other, on the sample."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

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
    assert names["news"]
    assert names["rest"]
    assert names["names"]
    assert names["authors"]
    assert names["restored"]


def test_a_type_checker_knows_what_the_comments_say(tmp_path: Path) -> None:
    """`# list[Card]` after an assignment is its type."""
    text = "from typing import assert_type\nurl = ''\n" + "\n".join(examples(README, "python")).replace(
        "\nimport attrs", "db = Database(url)\nimport attrs", 1
    )
    said = re.compile(r"^( *)(\w+)( = .*?)  +# (.*)$", re.MULTILINE)
    assert len(said.findall(text)) == 14
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


def test_from_drizzle(sample_url: str) -> None:
    names: dict[str, object] = {"__name__": "drizzle", "url": sample_url}
    for example in examples(ROOT / "docs" / "drizzle.md", "python"):
        exec(compile(example, "drizzle.md", "exec"), names)
    db = names["db"]
    assert isinstance(db, Database)
    db.close()


def test_services(sample_url: str) -> None:
    with Database(sample_url) as db:
        names: dict[str, object] = {"__name__": "services", "url": sample_url, "db": db}
        for example in examples(ROOT / "docs" / "services.md", "python"):
            exec(compile(example, "services.md", "exec"), names)
    assert names["page"]
    assert names["app"]


def test_values(sample_url: str) -> None:
    with Database(sample_url) as db:
        names: dict[str, object] = {"__name__": "values", "url": sample_url, "db": db}
        for example in examples(ROOT / "docs" / "values.md", "python"):
            exec(compile(example, "values.md", "exec"), names)
    assert names["post"]
    assert names["french"]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/drizzle.md",
        "docs/architecture.md",
        "docs/services.md",
        "docs/values.md",
        "docs/adopt.md",
        "docs/deploy.md",
    ],
)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
