"""The lines that keep `drizzle-kit push` from dropping what the migrations add to the application's tables."""

import re
from collections.abc import Iterator, Mapping, Sequence

from concordia_sql.engine.checks.catalogue import Index, Table
from concordia_sql.tools.adopt import added, catalogues

_TYPES = {"timestamp without time zone": "timestamp", "text": "text", "jsonb": "jsonb", "integer": "integer"}


def drizzle_lines(without: Sequence[str] = ()) -> Iterator[str]:
    """The lines for `drizzle.config.ts` and for the schema, with comments that say where they go.

    `without` names the columns whose foreign keys are left out, as `blog_comments.post_id`.
    """
    yield "// drizzle.config.ts"
    yield 'tablesFilter: ["!_yoyo_*", "!yoyo_*"],'
    own, whole = catalogues()
    for name, table in added(own, whole).items():
        lines = list(_table(name, table, [*whole[name].columns], without))
        if lines or table.columns:
            yield ""
            yield f"// {name}"
        for column, known in table.columns.items():
            yield f'{_camel(column)}: {_TYPES[known.type]}("{column}"),'
        if lines:
            yield "// in its last argument: (table) => ["
            yield from lines


def dropped() -> str:
    """What a push would drop, counted."""
    tables: Mapping[str, Table] = added(*catalogues())
    columns = [f"{name}.{column}" for name, table in tables.items() for column in table.columns]
    keys = sum(index.unique is not None for table in tables.values() for index in table.indexes)
    indexes = sum(index.unique is None for table in tables.values() for index in table.indexes)
    references = sum(len(table.foreign_keys) for table in tables.values())
    return (
        f"the columns {', '.join(columns)} with what they hold, {keys} keys, {references} foreign keys, "
        f"{indexes} indexes and the record of migrations"
    )


def _table(name: str, table: Table, columns: Sequence[str], without: Sequence[str]) -> Iterator[str]:
    for index in table.indexes:
        yield f"  {_index(index, columns)},"
    for key in table.foreign_keys:
        if f"{name}.{key.columns[0]}" in without:
            continue
        rule = f'.onDelete("{key.on_delete.lower()}")' if key.on_delete != "NO ACTION" else ""
        (column,), (referenced,) = key.columns, key.referenced
        yield (
            f'  foreignKey({{ name: "{name}_{column}_fkey", columns: [table.{_camel(column)}], '
            f"foreignColumns: [{_camel(key.table)}.{_camel(referenced)}] }}){rule},"
        )


def _index(index: Index, known: Sequence[str]) -> str:
    if index.unique:
        # In the order of the table, in which a push reads the columns of a key back.
        columns = ", ".join(f"table.{_camel(column)}" for column in sorted(index.unique, key=known.index))
        if index.name.endswith("_pkey"):
            return f'primaryKey({{ name: "{index.name}", columns: [{columns}] }})'
        return f'unique("{index.name}").on({columns})'
    method, parts, condition = index.parts()
    items = _items(parts)
    where = f".where(sql`{_escaped(condition)}`)" if condition else ""
    call = f"on({items})" if method == "btree" else f'using("{method}", {items})'
    return f'index("{index.name}").{call}{where}'


def _items(parts: Sequence[str]) -> str:
    """The columns and expressions of an index. With an expression, all are its text: a push reads them back so."""
    columns = [re.fullmatch(r"(\w+)( DESC)?", part) for part in parts]
    if all(columns):
        return ", ".join(
            f"table.{_camel(column[1])}{'.desc().nullsFirst()' if column[2] else ''}" for column in columns if column
        )
    return ", ".join(f"sql`{_escaped(part)}`" for part in parts)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
