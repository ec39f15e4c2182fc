"""Makes the `__init__` of packages whose names are imported at their first use: `make sync` writes it, a test compares.

That of a domain names what its modules define. Docstrings, and what is imported from elsewhere, are kept.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.support.make_sync import ruff

PACKAGE = Path(__file__).parents[2] / "concordia_sql"
_DOMAINS = [PACKAGE / domain for domain in ("auth", "profile", "blog", "services")]
SOURCES = [folder / "__init__.py" for folder in (PACKAGE, PACKAGE / "engine", *_DOMAINS)]
_KEPT = "# The imports for type checkers are written by hand, the rest by `make sync`."
_FOUND = "# Made by `make sync` from the modules of this folder; imports from elsewhere are kept."
_INIT = '''"""{docstring}"""

{note}
from typing import TYPE_CHECKING

from {lazily} import lazily

if TYPE_CHECKING:
{imports}
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {{{names}}},
    )

__all__ = {exported}
'''


def exports_of(source: Path) -> str:
    """The text of a package's `__init__`."""
    package = ".".join(source.parent.relative_to(PACKAGE.parent).parts)
    tree = ast.parse(source.read_text("utf-8"))
    modules = {
        node.module: [alias.name for alias in node.names]
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
    }
    if source.parent in _DOMAINS:
        modules = {module: names for module, names in modules.items() if not module.startswith(f"{package}.")}
        modules |= {f"{package}.{path.stem}": list(_defined(path)) for path in source.parent.glob("[!_]*.py")}
    exported = [name for names in modules.values() for name in names]
    text = _INIT.format(
        docstring=ast.get_docstring(tree),
        note=_FOUND if source.parent in _DOMAINS else _KEPT,
        lazily="concordia_sql.engine.lazy" if package == "concordia_sql.engine" else "concordia_sql.engine",
        imports="\n".join(f"    from {module} import {', '.join(names)}" for module, names in modules.items() if names),
        names="".join(_entries(modules)),
        exported=sorted([*exported, "lazily"] if package == "concordia_sql.engine" else exported),
    )
    return ruff("format", ruff("check", text, "--fix", "--exit-zero"))


def _entries(modules: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The names of each module, as one text in lines that are not too long."""
    for module, names in sorted(modules.items()):
        text = " ".join(sorted(names))
        if len(text) > 70:
            lines = textwrap.fill(text, 120, initial_indent=" " * 16, subsequent_indent=" " * 16)
            text = f'""\n{lines}\n{" " * 12}""'
        if names:
            yield f'"{module}": "{text}",\n'


def _defined(path: Path) -> Iterator[str]:
    """The classes, functions and type aliases of a module that are public."""
    for node in ast.parse(path.read_text("utf-8")).body:
        name = node.name if isinstance(node, ast.ClassDef | ast.FunctionDef) else ""
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        if name and not name.startswith("_"):
            yield name


if __name__ == "__main__":
    for each in SOURCES:
        each.write_text(exports_of(each), "utf-8")
