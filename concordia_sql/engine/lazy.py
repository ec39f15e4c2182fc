"""Packages whose names are imported when they are first used, so that a program loads what it needs."""

import importlib
import sys
from collections.abc import Callable, Mapping


def lazily(package: str, names: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package. `names` are those that it has from each module, with spaces between."""
    homes = {name: module for module, of_module in names.items() for name in of_module.split()}

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=sys.modules[package])
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted({*vars(sys.modules[package]), *homes})
