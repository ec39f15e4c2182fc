"""The page of the tables."""

from collections import defaultdict
from typing import Any

import psycopg


def schema_page(connection: psycopg.Connection[Any]) -> str:
    """The tables with their keys, one diagram for each domain."""
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for table, name, kind, key in connection.execute(_COLUMNS):
        columns[table].append(f"        {kind} {name}{' ' + key if key else ''}")
    references = connection.execute(_REFERENCES).fetchall()
    lines = [
        "# Schema",
        "",
        "*For those who write SQL on Concordia's tables. Made from the migrated database by `make docs`.*",
    ]
    for title, prefix in {"Auth and profile": "", "Blog": "blog_", "Services": "services_"}.items():
        own = [name for name in sorted(columns) if _prefix(name) == prefix]
        lines += ["", f"## {title}", "", "```mermaid", "erDiagram"]
        for table in own:
            lines += [f"    {table} {{", *columns[table], "    }"]
        lines += [
            f'    {parent} ||--o{{ {table} : "{column}{" (cascade)" if rule == "c" else ""}"'
            for table, column, parent, rule in references
            if table in own
        ]
        lines.append("```")
    return "\n".join(lines) + "\n"


def _prefix(table: str) -> str:
    return next((prefix for prefix in ("blog_", "services_") if table.startswith(prefix)), "")


_COLUMNS = """
SELECT
    c.relname,
    a.attname,
    split_part(format_type(a.atttypid, NULL), ' ', 1),
    CASE
        WHEN EXISTS (
            SELECT FROM pg_constraint k
            WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY(k.conkey)
        ) THEN 'PK'
        WHEN EXISTS (
            SELECT FROM pg_constraint k
            WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY(k.conkey)
        ) THEN 'FK'
        ELSE ''
    END
FROM pg_class c
INNER JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname !~ 'yoyo'
ORDER BY c.relname, a.attnum
"""
_REFERENCES = """
SELECT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text, k.confdeltype
FROM pg_constraint k
INNER JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
ORDER BY 1, 2
"""
