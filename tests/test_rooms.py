"""The rooms of the package, read from its imports: who may know whom."""

import ast
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


def test_importing_the_engine_loads_no_domain() -> None:
    program = "import sys, concordia_sql.engine; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name for name in run.stdout.split() if name.startswith("concordia_sql.")}
    assert "concordia_sql.engine" in loaded
    assert {name for name in loaded if room_of(name) in DOMAINS[:5]} == set()


@pytest.mark.parametrize("source", make_exports.SOURCES, ids=lambda path: path.parent.name)
def test_a_domain_names_what_its_modules_define_as_make_sync_writes(source: Path) -> None:
    assert source.read_text("utf-8") == make_exports.exports_of(source)
