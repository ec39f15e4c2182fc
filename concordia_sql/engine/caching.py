"""functools.cache, typed so that type checkers keep the type of the function."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def cache(function: F) -> F:
    """Call the function once for each set of arguments."""
    return cast("F", functools.cache(function))
