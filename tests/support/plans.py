"""Which indexes serve a statement."""

from concordia_sql.testing import scans_of as used_indexes

__all__ = ["used_indexes"]
