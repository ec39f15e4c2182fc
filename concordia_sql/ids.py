"""Ids that are made here, where the caller gives none."""

import os
import time
import uuid


def new_id() -> str:
    """A UUID of version 7: later ones sort behind earlier ones, so that new rows lie together in an index.

    Source: RFC 9562, section 5.7.
    """
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0b1111 << 76) | 0b0111 << 76  # the version
    value = value & ~(0b11 << 62) | 0b10 << 62  # the variant
    return str(uuid.UUID(int=value))
