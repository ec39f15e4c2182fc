"""functools.cache that keeps the type of the function, for type checkers."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def cache(function: F) -> F:
    """Call the function once for each set of arguments."""
    return cast("F", functools.cache(function))
