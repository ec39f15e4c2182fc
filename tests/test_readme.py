"""The examples of the README and of the pages run as they stand, one after the other, on the sample."""

import re
from pathlib import Path

import pytest

from concordia_sql import Database

ROOT = Path(__file__).parents[1]


def examples(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_readme(sample_url: str, tmp_path: Path) -> None:
    first, *others = examples(ROOT / "README.md", "python")
    (statement,) = examples(ROOT / "README.md", "sql")
    folder = tmp_path / "sql" / "reports"
    folder.mkdir(parents=True)
    (folder / "list_prolific_authors.sql").write_text(statement, "utf-8")
    names: dict[str, object] = {"__name__": "myapp", "__file__": str(tmp_path / "queries.py"), "url": sample_url}
    exec(compile(first.replace("postgresql://…", sample_url), "README.md", "exec"), names)
    with Database(sample_url) as names["db"]:
        for example in others:
            exec(compile(example, "README.md", "exec"), names)
    assert names["headline"] == "Bonjour"
    assert names["authors"]


def test_from_drizzle(sample_url: str) -> None:
    names: dict[str, object] = {"__name__": "drizzle", "url": sample_url}
    for example in examples(ROOT / "docs" / "drizzle.md", "python"):
        exec(compile(example, "drizzle.md", "exec"), names)
    db = names["db"]
    assert isinstance(db, Database)
    db.close()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/drizzle.md"])
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
