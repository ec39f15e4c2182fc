"""Databases of a test's own, empty or copies of another."""

from concordia_sql.testing import new_database

__all__ = ["new_database"]
