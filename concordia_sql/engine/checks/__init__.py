"""Checks of a database: whether it fits the code that will run on it, found without reading a row."""
