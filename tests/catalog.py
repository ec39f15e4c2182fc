"""Every query of the library, and an example of each that finds something in the sample."""

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from concordia_sql import Query, auth, blog, profile, services

DOMAINS: tuple[ModuleType, ...] = (auth, profile, blog, services)


def query_classes() -> list[type[Query[Any]]]:
    """The query classes of all domains, by name."""
    found = [cls for domain in DOMAINS if hasattr(domain, "__all__") for cls in _public(domain)]
    return sorted(found, key=lambda cls: cls.name)


def _public(domain: ModuleType) -> Iterator[type[Query[Any]]]:
    for name in domain.__all__:
        value = getattr(domain, name)
        if inspect.isclass(value) and issubclass(value, Query):
            yield value
