"""A raw-SQL query layer for the Concordia database, with typed results."""
