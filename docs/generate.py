"""Makes the pages of this folder that come from the code: `make docs` writes them, a test compares them.

`queries.md` lists every query with its parameters, its result and its relations; `schema.md` draws the tables.
"""

import inspect
import re
import sys
import types
import typing
from collections import defaultdict
from pathlib import Path
from typing import Any

import attrs
import psycopg

from concordia_sql import Query, auth, blog, embedded, profile, services
from concordia_sql.columns import columns_of
from concordia_sql.migrate import migrate
from concordia_sql.statement import LIBRARY

DOCS = Path(__file__).parent
DOMAINS = (auth, profile, blog, services)


def queries_page() -> str:
    """Every query of every domain."""
    lines = [
        "# Queries",
        "",
        "Made from the code by `make docs`. A query is a value; `fetch` runs it in one round trip:",
        '`db.fetch(blog.GetPost(slug="my-post"))`. `.into(YourClass)` reads only the columns that your class names.',
    ]
    for domain in DOMAINS:
        found = [getattr(domain, name) for name in domain.__all__]
        queries = [each for each in found if inspect.isclass(each) and issubclass(each, Query)]
        lines += ["", f"## {domain.__name__.rpartition('.')[2]}"]
        for query_class in sorted(queries, key=lambda cls: cls.__name__):
            lines += ["", *_query(query_class)]
    return "\n".join(lines) + "\n"


def _query(query_class: type[Query[Any]]) -> list[str]:
    path = query_class.source.path.relative_to(LIBRARY.parent)
    lines = [f"### {query_class.query_name}", "", inspect.cleandoc(query_class.__doc__ or ""), ""]
    if fields := attrs.fields(typing.cast("Any", query_class)):
        hints = typing.get_type_hints(query_class)
        lines += ["| parameter | type | default |", "| --- | --- | --- |"]
        for field in fields:
            default = "" if field.default is attrs.NOTHING else f"`{field.default!r}`"
            kind = _spell(hints[field.name]).replace("|", r"\|")
            lines.append(f"| `{field.name}` | `{kind}` | {default} |")
        lines.append("")
    base = next(base for base in query_class.__orig_bases__ if typing.get_origin(base))  # type: ignore[attr-defined]
    lines.append(f"Comes back as `{_spell(base)}`{_relations(query_class.result_class)}. SQL: [`{path}`](../{path})")
    return lines


def _relations(result_class: type, seen: tuple[type, ...] = ()) -> str:
    """The nested classes as `: authors (avatar, organization), categories`."""
    columns = {name: column for name, column in columns_of(result_class).items() if any(column.nested)}
    if not columns or result_class in seen:
        return ""
    inner = {
        name: "".join(_relations(cls, (*seen, result_class)) for cls in column.nested if cls)
        for name, column in columns.items()
    }
    named = ", ".join(
        f"`{name}`" + (f" ({below.removeprefix(' with ')})" if below else "") for name, below in inner.items()
    )
    return f" with {named}"


def _spell(hint: Any) -> str:
    """A type as one writes it."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " | ".join(map(_spell, typing.get_args(hint)))
    text = inspect.formatannotation(hint)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])", "", text).replace("NoneType", "None")


def schema_page(connection: psycopg.Connection[Any]) -> str:
    """The tables with their keys, one diagram for each domain."""
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for table, name, kind, key in connection.execute(_COLUMNS):
        columns[table].append(f"        {kind} {name}{' ' + key if key else ''}")
    references = connection.execute(_REFERENCES).fetchall()
    lines = ["# Schema", "", "Made from the migrated database by `make docs`. Every column is in the migrations."]
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


def main() -> None:
    """Write the pages."""
    with embedded.start() as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            (DOCS / "schema.md").write_text(schema_page(connection), "utf-8")
    (DOCS / "queries.md").write_text(queries_page(), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
