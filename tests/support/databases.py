"""Databases of a test's own, without migrations."""

from concordia_sql.testing import new_database

__all__ = ["new_database"]
