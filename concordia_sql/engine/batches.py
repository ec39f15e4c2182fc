"""Commands that work in batches: what is done so far, and whether anything is left."""

from typing import Any, TypeVar, cast

import attrs

from concordia_sql.engine.queries import Batched

R = TypeVar("R")


def in_batches(command: Batched[R]) -> Batched[R]:
    """The command, set to do only what its limit allows."""
    given = cast("Any", command)
    return attrs.evolve(given, in_batches=True) if hasattr(given, "in_batches") else command


def counts(done: object) -> list[int]:
    """The numbers in what a batch returned."""
    return [done] if isinstance(done, int) else [*attrs.asdict(cast("Any", done)).values()]


def added(before: R, done: R) -> R:
    """The sums of the numbers of both."""
    if isinstance(done, int):
        return cast("R", cast("int", before) + done)
    given = cast("Any", done)
    return cast(
        "R", attrs.evolve(given, **{name: getattr(before, name) + n for name, n in attrs.asdict(given).items()})
    )
