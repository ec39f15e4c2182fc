"""The types of parameters that commands of several domains take."""

from typing import Annotated, Literal, TypeAlias

import msgspec

Integer: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""What PostgreSQL's `integer` holds."""
Rating: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=5)]
"""1 to 5; 0 where none is given, as on a reply."""
MediumType: TypeAlias = Literal["image", "video", "audio"]
