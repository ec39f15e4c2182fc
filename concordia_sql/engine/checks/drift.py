"""The differences between the tables that the migrations make and those of the database."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from concordia_sql.engine.checks.catalogue import Catalogue, CatalogueColumn, ForeignKey, Table
from concordia_sql.engine.checks.findings import Finding, Level

_FILLED = ("identity", "generated")
_READ_ONLY_KINDS = ("view", "materialized view", "foreign table", "temporary table")


def compare(expected: Catalogue, actual: Catalogue) -> Mapping[str, Sequence[Finding]]:
    """How the tables differ, by meaning: for each table what is the matter with it."""
    return {
        name: list(_compare_table(name, table, actual[name]))
        if name in actual
        else [Finding("error", name, "the table is missing", "Restore it, or make it as the migration does.")]
        for name, table in expected.items()
    }


def _changed(expected: Table, actual: Table) -> set[str]:
    """The columns that are missing or differ."""

    def essence(column: CatalogueColumn | None) -> object:
        return column and (column.type, column.not_null, column.default if column.default in _FILLED else "")

    return {name for name, column in expected.columns.items() if essence(column) != essence(actual.columns.get(name))}


def _compare_table(name: str, expected: Table, actual: Table) -> Iterator[Finding]:
    if actual.kind in _READ_ONLY_KINDS:
        yield Finding(
            "error",
            name,
            f"is a {actual.kind}, and a table is needed",
            "Drop or rename it, so that the table is found.",
        )
        return
    if actual.kind != expected.kind:
        yield Finding(
            "warning",
            name,
            f"is an {actual.kind}, which a crash of the server empties",
            f"ALTER TABLE {_quoted(name)} SET LOGGED;",
        )
    yield from _compare_columns(name, expected.columns, actual.columns)
    yield from _compare_keys(name, expected, actual)
    there = [key for key in expected.foreign_keys if {*key.columns} <= actual.columns.keys()]
    yield from _compare_foreign_keys(name, there, actual)
    yield from _compare_indexes(name, expected, actual)
    yield from _compare_rules(name, expected, actual)


def _compare_columns(
    table: str, expected: Mapping[str, CatalogueColumn], actual: Mapping[str, CatalogueColumn]
) -> Iterator[Finding]:
    for name, column in expected.items():
        where = f"{table}.{name}"
        if name not in actual:
            renamed = [other for other in actual if other not in expected and actual[other].type == column.type]
            hint = f"; is it {renamed[0]} now?" if len(renamed) == 1 else ""
            yield Finding(
                "error",
                where,
                f"the column is missing{hint}",
                f"ALTER TABLE {_quoted(table)} ADD COLUMN {_spelt(name, column)};",
            )
        else:
            yield from _compare_column(table, name, column, actual[name])
    for name, column in actual.items():
        if name not in expected and column.not_null and column.default is None:
            yield Finding(
                "error",
                f"{table}.{name}",
                "is NOT NULL without a default, and no command fills it: none can add a row",
                f"ALTER TABLE {_quoted(table)} ALTER COLUMN {_quoted(name)} SET DEFAULT …; or DROP NOT NULL;",
            )


def _compare_column(table: str, name: str, expected: CatalogueColumn, actual: CatalogueColumn) -> Iterator[Finding]:
    where, alter = f"{table}.{name}", f"ALTER TABLE {_quoted(table)} ALTER COLUMN {_quoted(name)}"
    if actual.type != expected.type:
        yield Finding(
            "error",
            where,
            f"is of type {actual.type}, not {expected.type}",
            f"{alter} TYPE {expected.type} USING {_quoted(name)}::{expected.type};",
        )
    elif actual.collation != expected.collation or actual.deterministic != expected.deterministic:
        yield Finding(
            "warning" if actual.deterministic else "error",
            where,
            f"has the collation {actual.collation}"
            + ("" if actual.deterministic else ", by which different texts are equal")
            + ": order and cursors differ, and indexes may not serve",
            f'{alter} TYPE {expected.type} COLLATE "{expected.collation}";',
        )
    if expected.not_null and not actual.not_null:
        yield Finding("error", where, "may be NULL, and must not", f"{alter} SET NOT NULL;")
    if actual.not_null and not expected.not_null:
        yield Finding("error", where, "is NOT NULL, and commands write NULL to it", f"{alter} DROP NOT NULL;")
    if actual.default != expected.default:
        yield from _compare_default(where, alter, expected, actual)


def _compare_default(where: str, alter: str, expected: CatalogueColumn, actual: CatalogueColumn) -> Iterator[Finding]:
    if actual.default in _FILLED:
        yield Finding(
            "error",
            where,
            f"is {actual.default}, and commands write it",
            f"{alter} DROP {'IDENTITY' if actual.default == 'identity' else 'EXPRESSION'};",
        )
    elif expected.default is None:
        yield Finding(
            "warning", where, f"has the default {actual.default}, and none is expected", f"{alter} DROP DEFAULT;"
        )
    else:
        # Without its default, a column that is NOT NULL refuses the rows that leave it out.
        level: Level = "error" if actual.default is None and expected.not_null else "warning"
        has = "no default" if actual.default is None else f"the default {actual.default}"
        yield Finding(level, where, f"has {has}, not {expected.default}", f"{alter} SET DEFAULT {expected.default};")


def _compare_keys(table: str, expected: Table, actual: Table) -> Iterator[Finding]:
    for key in sorted(expected.keys() - actual.keys(), key=sorted):
        ordered = next(index.unique for index in expected.indexes if index.unique and frozenset(index.unique) == key)
        columns = ", ".join(ordered)
        if key <= actual.columns.keys():  # else the missing column is the cause
            broken = [each.name for each in actual.indexes if each.unique and frozenset(each.unique) == key]
            drop = f"DROP INDEX CONCURRENTLY {_quoted(broken[0])}; " if broken else ""
            yield Finding(
                "error",
                f"{table} ({columns})",
                "the unique key is an index that is not valid"
                if broken
                else "there is no unique key, or a deferred one",
                f"{drop}CREATE UNIQUE INDEX CONCURRENTLY ON {_quoted(table)} ({_quoted(*ordered)});",
            )
    wanted = expected.keys()
    for key in sorted(actual.keys() - wanted, key=sorted):
        if not any(known <= key for known in wanted):
            columns = ", ".join(sorted(key))
            yield Finding(
                "warning",
                f"{table} ({columns})",
                "has a unique key that the code does not know: commands may raise Conflict for it",
                "Drop it, unless the application wants it.",
            )


def _compare_foreign_keys(table: str, expected: Iterable[ForeignKey], actual: Table) -> Iterator[Finding]:
    known = {(each.columns, each.table, each.referenced): each for each in expected}
    found = {(each.columns, each.table, each.referenced): each for each in actual.foreign_keys}
    for key, wanted in known.items():
        where = f"{table} ({', '.join(wanted.columns)})"
        rule = "" if wanted.on_delete == "NO ACTION" else f" ON DELETE {wanted.on_delete}"
        add = (
            f"ALTER TABLE {_quoted(table)} ADD FOREIGN KEY ({_quoted(*wanted.columns)}) "
            f"REFERENCES {_quoted(wanted.table)} ({_quoted(*wanted.referenced)}){rule}"
        )
        there = found.get(key)
        if there is None and wanted.columns[0] in actual.left_out:
            yield Finding(
                "warning",
                where,
                f"the foreign key to {wanted.table} is left out by choice: rows may refer to what is not there",
                f"Once none does: COMMENT ON COLUMN {_quoted(table)}.{_quoted(wanted.columns[0])} IS NULL; {add};",
            )
        elif there is None:
            yield Finding(
                "error",
                where,
                f"there is no foreign key to {wanted.table}: rows may refer to what is not there",
                f"{add} NOT VALID; then VALIDATE CONSTRAINT.",
            )
        elif not there.enforced:
            yield Finding(
                "error",
                where,
                f"the foreign key to {wanted.table} is not enforced",
                f"ALTER TABLE {_quoted(table)} ENABLE TRIGGER ALL; or ALTER CONSTRAINT … ENFORCED;",
            )
        elif there.on_delete != wanted.on_delete:
            yield Finding(
                "error",
                where,
                f"ON DELETE is {there.on_delete}, not {wanted.on_delete}",
                f"Drop the constraint, then: {add};",
            )
        elif not there.validated:
            yield Finding(
                "warning",
                where,
                f"the foreign key to {wanted.table} is NOT VALID: older rows may refer to what is not there",
                f"ALTER TABLE {_quoted(table)} VALIDATE CONSTRAINT …;",
            )
        elif there.deferrable != wanted.deferrable:
            yield Finding(
                "warning",
                where,
                f"the foreign key to {wanted.table} is deferrable: a missing row may be noticed at COMMIT only",
                f"ALTER TABLE {_quoted(table)} ALTER CONSTRAINT … NOT DEFERRABLE;",
            )
    for key, extra in found.items():
        if key not in known:
            yield Finding(
                "warning",
                f"{table} ({', '.join(extra.columns)})",
                f"has a foreign key to {extra.table} that the code does not know: writes and deletes may fail for it",
                "Drop it, unless the application wants it.",
            )


def _compare_indexes(table: str, expected: Table, actual: Table) -> Iterator[Finding]:
    valid = [index.definition for index in actual.indexes if index.valid]
    names = {index.name: index for index in actual.indexes}
    changed = _changed(expected, actual)
    for index in expected.indexes:
        if index.unique or _serves(index.definition, valid) or changed & {*re.findall(r"\w+", index.definition)}:
            continue
        there = names.get(index.name)
        if there is None:
            what, drop = "the index is missing", ""
        elif not there.valid:
            what, drop = "the index is not valid, so that it serves no query", "DROP INDEX CONCURRENTLY"
        else:
            what, drop = f"the index is another: {there.definition}", "DROP INDEX CONCURRENTLY"
        create = f"CREATE INDEX CONCURRENTLY {_quoted(index.name)} ON {_quoted(table)} USING {index.definition};"
        yield Finding(
            "warning",
            f"{table}: {index.name}",
            f"{what}: queries are slow",
            f"{drop} {_quoted(index.name)}; {create}" if drop else create,
        )
    known = {each.name for each in expected.indexes}
    for index in actual.indexes:
        if not index.valid and index.name not in known and index.unique is None:
            yield Finding(
                "warning",
                f"{table}: {index.name}",
                "the index is not valid: it slows writes and serves no query",
                f"DROP INDEX CONCURRENTLY {_quoted(index.name)};",
            )


def _serves(definition: str, valid: Iterable[str]) -> bool:
    """Whether there is this index, or one that goes on with more columns."""
    whole = definition.endswith(")") and ") " not in definition
    return any(each == definition or (whole and each.startswith(definition[:-1] + ", ")) for each in valid)


def _compare_rules(table: str, expected: Table, actual: Table) -> Iterator[Finding]:
    for check in actual.checks:
        if check not in expected.checks:
            yield Finding(
                "warning", table, f"has a constraint that commands may break: {check}", "Drop it, or keep to it."
            )
    for trigger in actual.triggers:
        if trigger not in expected.triggers:
            yield Finding(
                "warning",
                table,
                f"has {trigger}, which may change what commands write",
                "Drop it, unless it is wanted.",
            )
    if actual.row_security.active:
        some = actual.row_security.policies
        yield Finding(
            "warning" if some else "error",
            table,
            f"row security hides rows from the role{'' if some else ': it has no policy, so all of them'}",
            f"Grant the role BYPASSRLS, or: ALTER TABLE {_quoted(table)} DISABLE ROW LEVEL SECURITY;",
        )


def _spelt(name: str, column: CatalogueColumn) -> str:
    default = "" if column.default is None else f" DEFAULT {column.default}"
    return f"{_quoted(name)} {column.type}{' NOT NULL' if column.not_null else ''}{default}"


def _quoted(*names: str) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)
