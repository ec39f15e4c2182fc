"""`make docs` runs it."""

import psycopg

from concordia_sql import CONCORDIA
from concordia_sql.engine.checks.catalogue import catalogue_text, read_catalogue
from concordia_sql.engine.migrating import migrate, rollback
from concordia_sql.tools import embedded
from concordia_sql.tools.adopt import OWN_SNAPSHOT
from docs.generate import REFERENCE, pages
from docs.generate.schema import schema_page
from docs.generate.statements import SNAPSHOT

ADDED = "0004.commands"  # the first migration of what the application does not make


def main() -> None:
    """Write the pages and the snapshots. Statements come last: what they touch is read from a snapshot."""
    with embedded.start() as url:
        migrate(url, CONCORDIA)
        with psycopg.connect(url, autocommit=True) as connection:
            (REFERENCE / "schema.md").write_text(schema_page(connection), "utf-8")
            SNAPSHOT.write_text(catalogue_text(read_catalogue(connection)), "utf-8")
            rollback(url, CONCORDIA, to=ADDED)
            SNAPSHOT.with_name(OWN_SNAPSHOT).write_text(catalogue_text(read_catalogue(connection)), "utf-8")
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8")


main()
