"""Tells what was opened before a fork that it is now in another process: its sockets belong to the parent."""

import os
import weakref
from typing import Protocol

process = 0
"""How often this process and those before it were forked."""


class Forked(Protocol):
    """What is told."""

    def forked(self) -> None:
        """Start anew, in the child."""


inherited: list[object] = []
"""What is of the processes before: it stays as it is, since closing it would end connections of theirs."""

watching: "weakref.WeakSet[Forked]" = weakref.WeakSet()


def _in_child() -> None:
    global process  # noqa: PLW0603 - that of the process
    process += 1
    for each in list(watching):
        each.forked()


if hasattr(os, "register_at_fork"):  # else there is no fork
    os.register_at_fork(after_in_child=_in_child)
