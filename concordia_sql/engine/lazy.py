"""Packages whose names are imported when they are first used, so that a program loads what it needs."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping

_modules: dict[str, None] = {}
"""The modules from which packages have names."""


def lazily(package: str, names: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package. `names` are those that it has from each module, with spaces between."""
    homes = {name: module for module, of_module in names.items() for name in of_module.split()}
    _modules.update(dict.fromkeys(names))

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=sys.modules[package])
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted({*vars(sys.modules[package]), *homes})


def load_others() -> Iterator[None]:
    """Import all modules that packages have names from, one at each step. Those of the latest packages come first."""
    for module in reversed(list(_modules)):
        importlib.import_module(module)
        yield
