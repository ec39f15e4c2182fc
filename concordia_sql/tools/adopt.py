"""Adopts a database that Concordia's application made: what stands in the way, and which migrations it has already.

Its tables are those of the first migrations, which are marked as applied. The others are then applied by `migrate`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import psycopg
from psycopg.sql import SQL, Composed, Identifier

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import ConcordiaError
from concordia_sql.engine.checks.catalogue import LEFT_OUT, Catalogue, ForeignKey, Table, load_catalogue, read_catalogue
from concordia_sql.engine.checks.drift import compare
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.connecting import connecting, settings_of
from concordia_sql.engine.library import file_of, snapshot_of
from concordia_sql.engine.migrating import mark

Connection: TypeAlias = psycopg.Connection[Any]

OWN = ("0001.auth", "0002.blog", "0003.services")
"""The migrations that make the tables as the application makes them."""
OWN_SNAPSHOT = "catalogue.own.json"
"""The file that describes these tables."""


_ENTRY = 2690
"""Bytes of values in an entry of a B-tree: PostgreSQL's limit is 2704, with the entry's own 8 and what aligns them."""


class AdoptionError(ConcordiaError):
    """A foreign key to leave out is not one that would be added."""


@attrs.frozen
class Obstacle:
    """Rows that a key or foreign key does not allow."""

    table: str
    rule: str
    """The columns that must be unique, or the reference that must be there."""
    rows: int
    query: str
    """A statement that lists the rows."""
    column: str = ""
    """The column of a foreign key, which may be left out."""

    @property
    def remedy(self) -> str:
        """What takes it away."""
        return f"Mend them, or: --without-foreign-key {self.table}.{self.column}" if self.column else "Mend them."

    def __str__(self) -> str:
        count = f"{self.rows} row{'s' if self.rows != 1 else ''}"
        return f"{self.table}: {count} against: {self.rule}. {self.remedy}\n    {self.query}"


@attrs.frozen
class Adoption:
    """What is known about a database that is to be adopted."""

    marked: Sequence[str]
    """The migrations that are applied or will be marked as such. Empty if something is in the way."""
    misfits: Sequence[Finding]
    """Why the tables are not Concordia's."""
    obstacles: Sequence[Obstacle]
    """The rows in the way of the migrations that follow."""
    required: Sequence[Finding]
    """The columns that another writer requires and no command fills. They are in the way of some commands only."""


def catalogues() -> tuple[Catalogue, Catalogue]:
    """The tables as the application makes them, and as all migrations make them."""
    own, whole = file_of(CONCORDIA, OWN_SNAPSHOT), snapshot_of(CONCORDIA)
    assert own is not None
    assert whole is not None
    return load_catalogue(own), load_catalogue(whole)


def inspect_database(url: str, without: Sequence[str] = ()) -> Adoption:
    """Look whether a database can be adopted. Nothing is written, and no value of a row is read.

    `without` names columns as `blog_comments.post_id`, whose foreign keys are not added. Each table is read once for
    each rule. Raises AdoptionError if a name is not that of a foreign key that would be added.
    """
    own, whole = catalogues()
    _check_names(own, whole, without)
    with connecting(settings := settings_of(url, "concordia_sql adopt")):
        connection = psycopg.connect(**settings)
    with connection:
        actual = read_catalogue(connection, list(whole))
        misfits = list(_misfits(own, whole, actual))
        required = list(_required(whole, actual))
        obstacles = [] if misfits else list(_obstacles(connection, whole, actual, without))
    return Adoption(() if misfits or obstacles else OWN, misfits, obstacles, required)


def adopt(url: str, without: Sequence[str] = ()) -> Adoption:
    """Mark the migrations of the tables that are there as applied, unless something is in the way.

    Tables and rows stay as they are. The columns of foreign keys that are left out get a comment that says so.
    """
    found = inspect_database(url, without)
    if found.marked:
        with psycopg.connect(**settings_of(url, "concordia_sql adopt")) as connection:
            for name in without:
                _leave_out(connection, *name.split("."))
        mark(url, CONCORDIA, names=found.marked)
    return found


def _leave_out(connection: Connection, table: str, column: str) -> None:
    """Add the comment to those that the column has."""
    of_column = "FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s"
    ((comment,),) = connection.execute(
        f"SELECT coalesce(col_description(attrelid, attnum), '') {of_column}".encode(), [table, column]
    ).fetchall()
    if LEFT_OUT not in str(comment):
        text = f"{comment}\n{LEFT_OUT}".strip()
        connection.execute(SQL("COMMENT ON COLUMN {} IS {}").format(Identifier(table, column), text))


def _check_names(own: Catalogue, whole: Catalogue, without: Sequence[str]) -> None:
    known = [f"{name}.{key.columns[0]}" for name in whole for key in added_references(own[name], whole[name])]
    if unknown := [name for name in without if name not in known]:
        raise AdoptionError(f"no foreign key is added to {', '.join(unknown)}; they are added to {', '.join(known)}")


def added_references(own: Table, whole: Table) -> list[ForeignKey]:
    """The foreign keys of a table that the application does not make."""
    return [key for key in whole.foreign_keys if key not in own.foreign_keys]


def _misfits(own: Catalogue, whole: Catalogue, actual: Catalogue) -> Iterator[Finding]:
    """The errors of the tables that are there, in which what is added later may be there or not."""
    expected = {
        name: attrs.evolve(
            table,
            columns={
                column: known
                for column, known in whole[name].columns.items()
                if column in table.columns or (name in actual and column in actual[name].columns)
            },
            foreign_keys=tuple(
                key
                for key in whole[name].foreign_keys
                if key in table.foreign_keys or (name in actual and _has_reference(actual[name], key))
            ),
        )
        for name, table in own.items()
    }
    known = {
        name: attrs.evolve(
            table, columns={column: each for column, each in table.columns.items() if column in whole[name].columns}
        )
        for name, table in actual.items()
    }
    for findings in compare(expected, known).values():
        yield from (finding for finding in findings if finding.level == "error")
    for name, table in actual.items():
        added = {index.name: index.definition for index in whole[name].indexes}
        for index in table.indexes:
            if index.valid and added.get(index.name, index.definition) != index.definition:
                yield Finding(
                    "error",
                    f"{name}: {index.name}",
                    f"the index is another: {index.definition}",
                    f'ALTER INDEX "{index.name}" RENAME TO …;',
                )


def _has_reference(table: Table, key: ForeignKey) -> bool:
    return any((each.columns, each.table) == (key.columns, key.table) for each in table.foreign_keys)


def _required(whole: Catalogue, actual: Catalogue) -> Iterator[Finding]:
    """The findings of columns that another writer requires."""
    for name, findings in compare(whole, actual).items():
        for finding in findings:
            table, _, column = finding.where.partition(".")
            if finding.level == "error" and name in actual and column and column not in whole[table].columns:
                yield finding


def _obstacles(
    connection: Connection, whole: Catalogue, actual: Catalogue, without: Sequence[str]
) -> Iterator[Obstacle]:
    for name, table in whole.items():
        unique = actual[name].keys()
        for index in table.indexes:
            if index.unique and frozenset(index.unique) not in unique:
                columns = SQL(", ").join(map(Identifier, index.unique))
                rows = SQL(
                    "FROM {table} WHERE ({columns}) IN "
                    "(SELECT {columns} FROM {table} GROUP BY {columns} HAVING count(*) > 1)"
                ).format(table=Identifier(name), columns=columns)
                rule = f"{', '.join(index.unique)} must be unique"
                order = SQL(" ORDER BY {}").format(columns)
                yield from _counted(connection, Obstacle(name, rule, 0, _listing(connection, rows, order)), rows)
        if (found := _too_long(name, table, actual[name])) is not None:
            rule = f"an entry of an index holds at most {_ENTRY} bytes: {', '.join(found[0])}"
            yield from _counted(connection, Obstacle(name, rule, 0, _listing(connection, found[1], SQL(""))), found[1])
        for key in table.foreign_keys:
            if not _has_reference(actual[name], key) and f"{name}.{key.columns[0]}" not in without:
                rows = SQL(
                    "FROM {table} WHERE {column} IS NOT NULL AND NOT EXISTS "
                    "(SELECT FROM {parent} AS parent WHERE parent.{key} = {column})"
                ).format(
                    table=Identifier(name),
                    column=Identifier(name, key.columns[0]),
                    parent=Identifier(key.table),
                    key=Identifier(key.referenced[0]),
                )
                rule = f"{key.columns[0]} must refer to a row of {key.table}"
                query = _listing(connection, rows, SQL(""))
                yield from _counted(connection, Obstacle(name, rule, 0, query, key.columns[0]), rows)


def _too_long(name: str, table: Table, actual: Table) -> tuple[Sequence[str], Composed] | None:
    """The columns of indexes that are added, and the rows that have too long values in them.

    The size is of the values as they are stored: PostgreSQL compresses them for an index as for the table.
    """
    there = {index.name for index in actual.indexes}
    columns: dict[str, None] = {}
    conditions: dict[str, None] = {}
    for index in table.indexes:
        method, items, condition = index.parts()
        named = [column for column in table.columns if re.search(rf"\b{column}\b", f"{items} {condition}")]
        if method == "btree" and index.name not in there and {*named} <= actual.columns.keys():
            sizes = " + ".join(f"coalesce(pg_column_size({item.removesuffix(' DESC')}), 0) + 4" for item in items)
            conditions[f"({sizes} > {_ENTRY}{f' AND {condition}' if condition else ''})"] = None
            columns |= dict.fromkeys(
                column
                for column in named
                if table.columns[column].type == "text" and any(re.search(rf"\b{column}\b", item) for item in items)
            )
    if not columns:
        return None
    any_of_them = SQL(" OR ".join(conditions))  # pyright: ignore[reportArgumentType] - of the snapshot
    return [*columns], SQL("FROM {} WHERE {}").format(Identifier(name), any_of_them)


def _counted(connection: Connection, obstacle: Obstacle, rows: Composed) -> Iterator[Obstacle]:
    """The obstacle with the number of its rows, if there are any."""
    ((count,),) = connection.execute(SQL("SELECT count(*) {}").format(rows)).fetchall()
    if count:
        yield attrs.evolve(obstacle, rows=count)


def _listing(connection: Connection, rows: Composed, order: SQL | Composed) -> str:
    """A statement that lists the rows, without quotes where none are needed."""
    query = SQL("SELECT * {}{};").format(rows, order).as_string(connection)
    return re.sub(r'"([a-z_]+)"', lambda name: name[0] if name[1] == "user" else name[1], query)


def added(own: Mapping[str, Table], whole: Mapping[str, Table]) -> dict[str, Table]:
    """What the migrations that follow add to each table."""
    return {
        name: attrs.evolve(
            table,
            columns={column: each for column, each in table.columns.items() if column not in own[name].columns},
            foreign_keys=tuple(added_references(own[name], table)),
            indexes=tuple(
                index for index in table.indexes if index.name not in {each.name for each in own[name].indexes}
            ),
        )
        for name, table in whole.items()
    }
