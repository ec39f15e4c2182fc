"""The command line, as `python -m concordia_sql`."""

from concordia_sql.tools.cli import run

run()
