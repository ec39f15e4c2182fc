"""Makes the `__init__` of each domain, which names what its modules define: `make sync` writes it, a test compares it.

Its docstring, and what it imports from elsewhere, are kept.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.make_sync import ruff

PACKAGE = Path(__file__).parents[2] / "concordia_sql"
_NOTE = "# Made by `make sync` from the modules of this folder; imports from elsewhere are kept."
SOURCES = [PACKAGE / domain / "__init__.py" for domain in ("auth", "profile", "blog", "services")]


def exports_of(source: Path) -> str:
    """The text of a domain's `__init__`."""
    package = f"{PACKAGE.name}.{source.parent.name}"
    tree = ast.parse(source.read_text("utf-8"))
    imported = {
        node.module: [alias.name for alias in node.names]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(f"{package}.")
    }
    for path in source.parent.glob("[!_]*.py"):
        imported[f"{package}.{path.stem}"] = list(_defined(path))
    imports = "\n".join(f"from {module} import {', '.join(names)}" for module, names in imported.items() if names)
    names = sorted(name for names in imported.values() for name in names)
    head = f'"""{ast.get_docstring(tree)}"""\n\n{_NOTE}\n'
    return ruff("format", ruff("check", f"{head}{imports}\n\n__all__ = {names}\n", "--fix", "--exit-zero"))


def _defined(path: Path) -> Iterator[str]:
    """The classes and type aliases of a module that are public."""
    for node in ast.parse(path.read_text("utf-8")).body:
        name = node.name if isinstance(node, ast.ClassDef) else ""
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        if name and not name.startswith("_"):
            yield name


if __name__ == "__main__":
    for each in SOURCES:
        each.write_text(exports_of(each), "utf-8")
