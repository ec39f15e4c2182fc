"""Makes what comes from the code: the pages of this folder, and what a check holds a database against.

`make docs` writes it, a test compares it.

`queries.md` lists every query with its parameters, its result and its relations, and every command with the rows that
it touches; `schema.md` draws the tables. `migrations/catalogue.json` keeps them as the catalogue describes them,
`migrations/catalogue.own.json` those that the application makes itself.
"""

import inspect
import re
import sys
import types
import typing
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import psycopg

from concordia_sql import CONCORDIA, Statement, auth, blog, profile, services
from concordia_sql.engine.checks.catalogue import catalogue_text, load_catalogue, read_catalogue
from concordia_sql.engine.columns import columns_of
from concordia_sql.engine.migrating import migrate, rollback
from concordia_sql.tools import embedded
from concordia_sql.tools.adopt import OWN_SNAPSHOT

DOCS = Path(__file__).parent
SNAPSHOT = DOCS.parent / "migrations" / "catalogue.json"
ADDED = "0004.commands"  # the first migration of what the application does not make
DOMAINS = (auth, profile, blog, services)


def queries_page() -> str:
    """Every query and command of every domain."""
    lines = [
        "# Queries and commands",
        "",
        "Made from the code by `make docs`. A query is a value; `fetch` runs it in one round trip:",
        '`db.fetch(blog.GetPost(slug="my-post"))`. `.into(YourClass)` reads only the columns that your class names.',
        "",
        "A command writes; `execute` runs it in one round trip, all or nothing:",
        "`db.execute(blog.SoftDeletePost(id=post.id))`. `dry_run` says what it would do.",
        "A field that is UNSET is left as it is; None is a value.",
    ]
    for domain in DOMAINS:
        found = [getattr(domain, name) for name in domain.__all__]
        queries = [each for each in found if inspect.isclass(each) and issubclass(each, Statement)]
        name = domain.__name__.rpartition(".")[2]
        for title, writes in ((name, False), (f"{name}: commands", True)):
            lines += ["", f"## {title}"]
            for query_class in sorted(
                (each for each in queries if each.writes is writes), key=lambda cls: cls.__name__
            ):
                lines += ["", *_query(query_class)]
    return "\n".join(lines) + "\n"


def _query(query_class: type[Statement[Any]]) -> list[str]:
    path = query_class.source.path.relative_to(CONCORDIA.root.parent)
    lines = [f"### {query_class.query_name}", "", inspect.cleandoc(query_class.__doc__ or ""), ""]
    if fields := attrs.fields(typing.cast("Any", query_class)):
        hints = typing.get_type_hints(query_class)
        lines += ["| parameter | type | default |", "| --- | --- | --- |"]
        for field in fields:
            default = _default(field.default)
            kind = _spell(hints[field.name]).replace("|", r"\|")
            lines.append(f"| `{field.name}` | `{kind}` | {default} |")
        lines.append("")
    base = next(base for base in query_class.__orig_bases__ if typing.get_origin(base))  # type: ignore[attr-defined]
    result = "the number of rows" if query_class.result_class is int else f"`{_spell(base)}`"
    relations = "" if query_class.result_class is int else _relations(query_class.result_class)
    bound = " and ".join(f"`${role}` as {_link_to_shape(name)}" for role, name in query_class.source.bound.items())
    lines.append(f"Comes back as {result}{relations}. SQL: [`{path}`](../{path}){', with ' if bound else ''}{bound}")
    if price := re.search(r"^-- cost: (.+)$", query_class.source.path.read_text("utf-8"), re.MULTILINE):
        lines += ["", f"It may cost more than what it shows: {price[1]}"]
    if query_class.writes:
        lines += ["", f"Touches {', '.join(_touched(query_class))}."]
    return lines


def _link_to_shape(name: str) -> str:
    return f"[`{name}`](../sql/{name.replace('/', '/shapes/')}.sql)"


def _default(default: object) -> str:
    if default is attrs.NOTHING:
        return ""
    return "made" if isinstance(default, attrs.Factory) else f"`{default!r}`"  # type: ignore[arg-type]


_WRITES = {("insert", "into"): "inserts", ("delete", "from"): "deletes"}


def _touched(command_class: type[Statement[Any]]) -> list[str]:
    """What a command does to which tables, as its statements say and the cascades of what they delete."""
    found: dict[str, dict[str, None]] = {}
    for body in (*(each.body for each in command_class.source.before), command_class.source.body):
        words = [token.name for token in body if not token.blank]
        for before, verb, word, after in zip(["", *words], words, words[1:], [*words[2:], ""], strict=False):
            if (done := _WRITES.get((verb, word))) is not None:
                found.setdefault(after, {})[done] = None
            elif verb == "update" and word not in ("", "set", "of", "skip") and before not in ("for", "key", "do"):
                found.setdefault(word, {})["updates"] = None
            elif (before, verb) == ("do", "update"):
                found.setdefault(_inserted(words), {})["updates"] = None
    for table in [table for table, done in found.items() if "deletes" in done]:
        for child in _CASCADES.get(table, ()):
            found.setdefault(child, {"deletes by cascade": None})
    return [f"`{table}` ({', '.join(done)})" for table, done in found.items()]


def _inserted(words: Sequence[str]) -> str:
    """The table of the only INSERT in a statement, whose ON CONFLICT updates."""
    return words[words.index("into") + 1]


def _cascades() -> Mapping[str, Sequence[str]]:
    """The tables whose rows go with one of a table's, as the snapshot of the catalogue says."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, table in load_catalogue(SNAPSHOT.read_bytes()).items():
        for key in table.foreign_keys:
            if key.on_delete == "CASCADE":
                found[key.table].append(name)
    return found


_CASCADES = _cascades()


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
        migrate(url, CONCORDIA)
        with psycopg.connect(url, autocommit=True) as connection:
            (DOCS / "schema.md").write_text(schema_page(connection), "utf-8")
            SNAPSHOT.write_text(catalogue_text(read_catalogue(connection)), "utf-8")
            rollback(url, CONCORDIA, to=ADDED)
            SNAPSHOT.with_name(OWN_SNAPSHOT).write_text(catalogue_text(read_catalogue(connection)), "utf-8")
    (DOCS / "queries.md").write_text(queries_page(), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
