"""Numbers of rows: what queries that count give, and commands that replace."""

import attrs


@attrs.frozen
class Count:
    """A number of rows."""

    count: int


@attrs.frozen
class Replaced:
    """How many rows a command added, changed and removed, so that those given are the only ones. Others stay as is."""

    added: int
    changed: int
    removed: int
