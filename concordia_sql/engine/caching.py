"""functools.lru_cache, typed so that type checkers keep the type of the function."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def cache(function: F) -> F:
    """Call the function once for each set of arguments, of which the last 2,000 are kept.

    Classes may be arguments, and a program may make classes for as long as it runs.
    """
    return cast("F", functools.lru_cache(maxsize=2_000)(function))
