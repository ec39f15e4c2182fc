"""Keyset pagination: a list goes on after the row whose cursor is given, even if that row has been deleted since.

Each row of such a list has a `cursor`: the values by which the list is ordered. It is opaque: pass it on unchanged.
"""

from collections.abc import Callable
from types import GenericAlias, UnionType
from typing import Annotated, TypeAlias

import msgspec

from concordia_sql.engine.errors import ParameterError

Limit: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=500)]
"""How many rows a list gives at most: 1 to 500."""


def cursor(*keys: type | UnionType) -> Callable[[str | None], str | None]:
    """A converter for the field `after` of a list that is ordered by columns of these types."""
    decoder = msgspec.json.Decoder(GenericAlias(tuple, keys))

    def validate(value: str | None) -> str | None:
        if value is not None:
            try:
                values = decoder.decode(value)
            except (msgspec.DecodeError, TypeError, UnicodeEncodeError):
                values = ["\0"]
            if any("\0" in str(key) for key in values):
                raise ParameterError("not a cursor; pass the cursor of the last row as it came")
        return value

    return validate
