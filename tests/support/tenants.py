"""A table of several tenants under row security, and the role that visits it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import psycopg
from psycopg.sql import SQL, Identifier

from concordia_sql import Affected, Many, One
from tests.support.statements import command, query, write


@contextlib.contextmanager
def visitor(connection: psycopg.Connection[Any], tenants: int) -> Iterator[str]:
    """The name of a role that sees the rows of the tenant in `app.tenant` alone; each tenant has one note."""
    name = f'Visitor "{uuid4().hex[:8]}"'
    role = Identifier(name)
    connection.execute("CREATE TABLE notes (tenant text NOT NULL, body text NOT NULL)")
    connection.execute("INSERT INTO notes SELECT n, 'of ' || n FROM generate_series(1, %s) AS n", [tenants])
    connection.execute("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
    connection.execute(
        "CREATE POLICY own ON notes USING (tenant = nullif(current_setting('app.tenant', TRUE), ''))"
        " WITH CHECK (tenant = nullif(current_setting('app.tenant', TRUE), ''))"
    )
    connection.execute(SQL("CREATE ROLE {} NOLOGIN").format(role))
    try:
        connection.execute(SQL("GRANT SELECT, INSERT ON notes TO {}").format(role))
        yield name
    finally:
        connection.execute(SQL("DROP OWNED BY {}").format(role))
        connection.execute(SQL("DROP ROLE {}").format(role))


@attrs.frozen
class Note:
    tenant: str
    body: str


@attrs.frozen
class Seen:
    """Who asks, and what is set."""

    role: str
    tenant: str
    plan: str


class Notes:
    """Queries and commands of notes, whose files are in a folder."""

    def __init__(self, root: Path) -> None:
        seen = (
            "SELECT current_user::text AS role, coalesce(current_setting('app.tenant', TRUE), '') AS tenant,"
            " current_setting('plan_cache_mode') AS plan, :number::int AS number"
        )
        path = write(root, "mine/list_notes.sql", "-- Notes.\nSELECT notes.tenant, notes.body FROM notes")

        @query(path)
        class ListNotes(Many[Note]):
            pass

        @query(path, plan="custom")
        class ListNotesAnew(Many[Note]):
            pass

        path = write(root, "mine/add_note.sql", "-- A note.\nINSERT INTO notes (tenant, body) VALUES (:tenant, 'new')")

        @command(path)
        class AddNote(Affected):
            tenant: str

        path = write(root, "mine/see.sql", f"-- One.\n{seen}")

        @query(path)
        class See(One[Seen]):
            number: int = 1

        @query(path, plan="custom")
        class SeeAnew(One[Seen]):
            number: int = 1

        @query(path, plan="generic")
        class SeeForAll(One[Seen]):
            number: int = 1

        many = write(root, "mine/see_many.sql", f"-- Many.\n{seen} FROM generate_series(1, 300)")

        @query(many, plan="custom")
        class SeeMany(Many[Seen]):
            number: int = 1

        self.ListNotes, self.ListNotesAnew, self.AddNote = ListNotes, ListNotesAnew, AddNote
        self.See, self.SeeAnew, self.SeeForAll, self.SeeMany = See, SeeAnew, SeeForAll, SeeMany
