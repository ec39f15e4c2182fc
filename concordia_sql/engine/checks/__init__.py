"""Checks whether a database fits the code that will run on it. No row is read."""
