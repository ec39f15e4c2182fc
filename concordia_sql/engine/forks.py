"""Tells databases that the process was forked: the sockets that they have opened belong to the parent."""

import os
import weakref
from typing import Protocol

process = 0
"""How many forks lie between the first process and this one."""


class Forked(Protocol):
    """The databases that are told."""

    def forked(self) -> None:
        """Tell them, in the child."""


inherited: list[object] = []
"""What belongs to earlier processes. It stays as it is, since closing it would end their connections."""

watching: "weakref.WeakSet[Forked]" = weakref.WeakSet()


def _in_child() -> None:
    global process  # noqa: PLW0603 - that of the process
    process += 1
    for each in list(watching):
        each.forked()


if hasattr(os, "register_at_fork"):  # else there is no fork
    os.register_at_fork(after_in_child=_in_child)
