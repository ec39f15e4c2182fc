"""What the queries that count give."""

import attrs


@attrs.frozen
class Count:
    """A number of rows."""

    count: int
