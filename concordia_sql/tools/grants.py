"""The rights that roles need, as statements to run as an owner of the tables or a superuser."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from psycopg.sql import SQL, Composable, Identifier
from psycopg.sql import Literal as Quoted

from concordia_sql.engine.library import Library, tables_of

Kind: TypeAlias = Literal["service", "readonly", "purger", "migrator"]

KINDS: Mapping[Kind, str] = {
    "service": "runs all queries and commands",
    "readonly": "runs all queries",
    "purger": "runs the commands that purge what is deleted or expired, and nothing else",
    "migrator": "applies the migrations, and takes them back",
}

_PURGED = (
    "session",
    "verification",
    "blog_posts",
    "blog_comments",
    "blog_translations",
    "blog_post_authors",
    "blog_post_categories",
    "blog_post_media",
    "services_listings",
    "services_reviews",
    "services_translations",
    "services_media_links",
    "services_availability",
    "services_bookings",
)
"""The tables of which a purge deletes rows, which it locks first. To lock a row needs UPDATE."""


_OWNERSHIP = """\
-- Only an owner can change a table. A superuser's tables become the role's. Of other owners it becomes a member, so
-- that they lose nothing.
DO $$
DECLARE
    owned record;
BEGIN
    FOR owned IN
        SELECT pg_class.oid::regclass::text AS name, 'TABLE' AS kind, pg_roles.rolname, pg_roles.rolsuper
        FROM pg_class
        INNER JOIN pg_roles ON pg_roles.oid = pg_class.relowner
        WHERE
            pg_class.relnamespace = {schema}::regnamespace
            AND pg_class.relkind IN ('r', 'p')
            AND (pg_class.relname ~ '^_?yoyo_' OR pg_class.relname = ANY({tables}))
        UNION ALL
        SELECT pg_proc.oid::regprocedure::text, 'FUNCTION', pg_roles.rolname, pg_roles.rolsuper
        FROM pg_proc
        INNER JOIN pg_roles ON pg_roles.oid = pg_proc.proowner
        WHERE pg_proc.pronamespace = {schema}::regnamespace AND pg_proc.proname = 'refuse_command'
    LOOP
        IF owned.rolname = {role} THEN
            CONTINUE;
        ELSIF owned.rolsuper THEN
            EXECUTE format('ALTER %s %s OWNER TO %I', owned.kind, owned.name, {role});
        ELSE
            EXECUTE format('GRANT %I TO %I', owned.rolname, {role});
        END IF;
    END LOOP;
END
$$;
"""


def grants(role: str, kind: Kind, libraries: Sequence[Library], schema: str = "public") -> str:
    """A file for psql that gives a role the rights of its kind on the tables of the libraries.

    The role must exist. The file can be run again, and must be after migrations that make tables. It revokes nothing.
    A purger has rights on Concordia's tables, whatever the libraries.
    """
    to = Identifier(role)
    lines = [
        f"-- The rights of {_text(to)}, which {KINDS[kind]}. Run it again after migrations that make tables.",
        "BEGIN;",
        _text(
            SQL("GRANT {} ON SCHEMA {} TO {};").format(
                SQL("USAGE, CREATE" if kind == "migrator" else "USAGE"), Identifier(schema), to
            )
        ),
    ]
    if kind == "migrator":
        tables = sorted({table for library in libraries for table in tables_of(library)})
        ownership = SQL(_OWNERSHIP).format(
            schema=Quoted(_text(Identifier(schema))), tables=Quoted(tables), role=Quoted(role)
        )
        lines.append(_text(ownership).rstrip())
    else:
        for granted, table in _on_tables(kind, libraries):
            lines.append(_text(SQL("GRANT {} ON {} TO {};").format(granted, Identifier(schema, table), to)))
    return "\n".join([*lines, "COMMIT;", ""])


def _on_tables(kind: Kind, libraries: Sequence[Library]) -> Iterator[tuple[SQL, str]]:
    """The rights on each table."""
    if kind == "purger":
        for table in _PURGED:
            yield SQL("SELECT, UPDATE, DELETE"), table
    else:
        granted = SQL("SELECT") if kind == "readonly" else SQL("SELECT, INSERT, UPDATE, DELETE")
        for table in dict.fromkeys(table for library in libraries for table in sorted(tables_of(library))):
            yield granted, table
    yield SQL("SELECT"), "_yoyo_migration"  # for checks


def _text(text: Composable) -> str:
    return text.as_string(None)
