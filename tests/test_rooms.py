"""The rooms of the package, read from its imports: who may know whom."""

import ast
import importlib
import itertools
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import concordia_sql
from concordia_sql.tools import cli
from tests.support import make_exports

PACKAGE = Path(concordia_sql.__file__).parent
DOMAINS = ("auth", "profile", "blog", "services", "threads", "common", "values", "concordia")


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_of(path): path
    for path in PACKAGE.rglob("*.py")
    if not {"sql", "migrations"} & {*path.relative_to(PACKAGE).parts}
}


def imports_of(path: Path) -> set[str]:
    """The modules of this package that a module imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            packages = itertools.accumulate(name.split("."), "{}.{}".format)
            found.update([package for package in packages if package in MODULES][-1:])
    return found


IMPORTS = {module: imports_of(path) for module, path in MODULES.items()}


def room_of(module: str) -> str:
    return [*module.split("."), ""][1]


each_module = pytest.mark.parametrize("module", sorted(MODULES))


@each_module
def test_the_engine_knows_no_domain_and_no_tool_and_a_domain_no_tool(module: str) -> None:
    rooms = {room_of(imported) for imported in IMPORTS[module]}
    if room_of(module) == "engine":
        assert rooms <= {"engine"}
    if room_of(module) in DOMAINS:
        assert rooms <= {"engine", *DOMAINS}


@each_module
def test_domains_and_tools_use_the_engines_public_names(module: str) -> None:
    if room_of(module) in DOMAINS:
        assert {name for name in IMPORTS[module] if room_of(name) == "engine"} <= {"concordia_sql.engine"}


def test_imports_make_no_circle() -> None:
    packages = {module for module, path in MODULES.items() if path.name == "__init__.py"}
    graph = {
        module: {imported for imported in imports if imported not in packages or module not in packages}
        for module, imports in IMPORTS.items()
    }
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError


def test_every_module_is_reached() -> None:
    """From the public names, a domain's name, the command line, the name of a framework or the plugin."""
    starts = ["concordia_sql", *(f"concordia_sql.{name}" for name in DOMAINS[:4]), "concordia_sql.tools.cli"]
    starts += [f"concordia_sql.web.{name}" for name in ("fastapi", "flask", "litestar")]
    starts += ["concordia_sql.telemetry", "concordia_sql.testing", "concordia_sql.__main__"]
    starts += [f"concordia_sql.tools.cli.{name}" for name in cli.MODULES.values()]
    reached: set[str] = set()
    while starts:
        module = starts.pop()
        if module not in reached:
            reached.add(module)
            starts += [*IMPORTS[module], module.rpartition(".")[0]] if "." in module else IMPORTS[module]
    assert reached == MODULES.keys()


@each_module
def test_no_module_is_too_long(module: str) -> None:
    assert len(MODULES[module].read_text("utf-8").splitlines()) <= 600


def loaded_by(imports: str) -> set[str]:
    """The modules that are loaded in a new process that imports this and nothing else."""
    program = f"import sys; {imports}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {*run.stdout.split()}


def test_packages_import_their_names_at_their_first_use() -> None:
    packages = {f"concordia_sql.{name}" for name in DOMAINS[:4]}
    loaded = loaded_by(f"import {', '.join(packages)}")
    expected = {*packages, "concordia_sql", "concordia_sql.engine", "concordia_sql.engine.lazy"}
    assert {name for name in loaded if name.startswith("concordia_sql")} == expected
    assert loaded & {"asyncio", "attrs", "cattrs", "msgspec", "psycopg"} == set()


@pytest.mark.parametrize(
    ("imports", "rooms"),
    [
        ("import concordia_sql.engine.queries", {"engine"}),
        ("from concordia_sql import AsyncDatabase, Database", {"engine"}),
        ("from concordia_sql.blog import GetPost", {"engine", "blog", "threads", "common", "values", "concordia"}),
        ("from concordia_sql.auth import GetSession", {"engine", "auth", "common", "values", "concordia"}),
    ],
)
def test_a_name_loads_only_the_rooms_that_it_needs(imports: str, rooms: set[str]) -> None:
    loaded = {name for name in loaded_by(imports) if name.startswith("concordia_sql.")}
    assert {room_of(name) for name in loaded} == rooms
    assert "concordia_sql.engine.checks.check" not in loaded


@pytest.mark.parametrize("source", make_exports.SOURCES, ids=lambda path: path.parent.name)
def test_a_package_has_the_names_that_it_lists_and_no_others(source: Path) -> None:
    package = importlib.import_module(module_of(source))
    assert {*package.__all__} <= {*dir(package)}
    for name in package.__all__:
        assert getattr(package, name) is vars(package)[name]
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'Nothing'"):
        package.Nothing  # noqa: B018 - it is looked up


@pytest.mark.parametrize("source", make_exports.SOURCES, ids=lambda path: path.parent.name)
def test_a_package_is_as_make_sync_writes_it(source: Path) -> None:
    assert source.read_text("utf-8") == make_exports.exports_of(source)
