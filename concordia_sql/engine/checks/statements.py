"""Checks whether queries fit the database: the role can run the statements, and the classes fit their results."""

import contextlib
import itertools
import re
import typing
from collections import defaultdict
from collections.abc import Iterator, Sequence
from inspect import formatannotation
from typing import Any

import attrs
import psycopg

from concordia_sql.engine.checks.describe import Described, Describer
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.checks.levels import Select, read_statement
from concordia_sql.engine.checks.lists import check_counts, check_cursors
from concordia_sql.engine.checks.types import fits_in_json, takes
from concordia_sql.engine.columns import columns_of, is_result_class, spell
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.engine.converter import Converter
from concordia_sql.engine.errors import ResultError, StatementError
from concordia_sql.engine.mapping import make_row_maker
from concordia_sql.engine.parameters import type_of
from concordia_sql.engine.queries import Affected, Statement

_REMEDIES = {
    "42501": "Grant it to the role.",
    "42P01": "Apply the migrations that make it, or look at the search path.",
    "42703": "Apply the migrations that make it, or mend the statement.",
    "42883": "Apply the migrations that make it, or mend the statement.",
    "55P03": "Check again when the lock is gone.",
}


@attrs.frozen
class Explained:
    """Causes that have a finding already, so that statements that fail by them get no other."""

    tables: frozenset[str] = frozenset()
    """The tables that differ from those of the migrations."""
    missing: bool = False
    """Whether anything may be missing, since migrations are not applied."""

    def text(self, composed: Composed) -> bool:
        """Whether a statement names such a table."""
        return any(re.search(rf"(?<![\w$]){re.escape(table)}(?![\w$])", composed.text) for table in self.tables)

    def error(self, error: psycopg.Error, composed: Composed) -> bool:
        """Whether such a table, or something missing, is why PostgreSQL does not take a statement."""
        if error.sqlstate == "42501":
            return False
        return self.text(composed) or (self.missing and (error.sqlstate or "").startswith("42"))


def texts(query_class: type[Statement[Any]], together: int = 1) -> list[Composed]:
    """The texts of a query with none of its optional fields, with each set of up to `together`, and with all.

    There is one of each for every value that conditional lines compare a field to.
    """
    optional = tuple(query_class._optional)
    some = (itertools.combinations(optional, number) for number in range(together + 1))
    compared = list(itertools.product(*(values.values() for values in query_class._choices.values())))
    composer = compose_command if query_class.writes else compose
    return [
        composer(query_class.source, query_class.result_class, frozenset([*names, *values]))
        for names in dict.fromkeys([*itertools.chain.from_iterable(some), optional])
        for values in compared
    ]


def check_statements(
    describer: Describer, classes: Sequence[type[Statement[Any]]], converter: Converter, explained: "Explained"
) -> Iterator[Finding]:
    """The problems of the statements and classes of queries. A cause that several share is one finding."""
    failed: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for query_class in classes:
        try:
            whole = texts(query_class)
        except StatementError as error:
            yield Finding("error", query_class.query_name, str(error), "Mend the statement or the class.")
            continue
        described: dict[Composed, Described] = {}
        for composed in {each.text: each for one in whole for each in (*one.before, one)}.values():
            try:
                described[composed] = describer.describe(composed.encoded)
            except psycopg.Error as error:
                if not explained.error(error, composed):
                    cause = (error.sqlstate or "", error.diag.message_primary or "the statement cannot be described")
                    failed[cause].append(query_class.query_name)
        for composed, found in described.items():
            if not explained.text(composed):
                yield from _check_parameters(query_class, composed, found)
        sound = [each for each in whole if each in described and not explained.text(each)]
        yield from check_cursors(describer, query_class, sound)
        if whole[0] in sound and not issubclass(query_class, Affected):
            yield from _check_result(describer, query_class, whole[0], described[whole[0]], converter)
    yield from check_counts(classes)
    for (sqlstate, message), names in failed.items():
        yield Finding("error", _listed(names), message, _REMEDIES.get(sqlstate, "Mend the statement."))


def _check_parameters(query_class: type[Statement[Any]], composed: Composed, described: Described) -> Iterator[Finding]:
    hints = typing.get_type_hints(query_class, include_extras=True)
    for index, (name, type_name) in enumerate(zip(composed.parameters, described.parameters, strict=True)):
        hint = type_of(name, hints)
        if index not in composed.json and not takes(type_name, hint):
            yield Finding(
                "warning",
                f"{query_class.query_name}.{name}",
                f"is {formatannotation(hint)}, and PostgreSQL takes it as {type_name}",
                f"Give the field the type of {type_name}, or cast the parameter in the statement.",
            )


def _check_result(
    describer: Describer,
    query_class: type[Statement[Any]],
    composed: Composed,
    described: Described,
    converter: Converter,
) -> Iterator[Finding]:
    name, result_class = query_class.query_name, query_class.result_class
    try:
        make_row_maker(result_class, {column.name: column.type for column in described.columns}, converter)
    except ResultError as error:
        yield Finding("error", name, str(error), "Mend the class or the statement.")
        return
    select = read_statement(composed.text)
    with contextlib.suppress(psycopg.Error):  # alone, its parameters may have no type
        described = describer.describe(select.text.encode())
    if not is_result_class(result_class):
        takes_none = type(None) in typing.get_args(result_class) or result_class in (Any, object)
        if len(described.columns) == 1 and described.columns[0].nullable and not takes_none:
            yield Finding(
                "error",
                f"{name}: {spell(result_class)}",
                "can be NULL, and the result may not be None",
                "Let the result be None too, or have the statement fill it.",
            )
        return
    yield from _check_nulls(describer, f"{name}: {spell(result_class)}", result_class, described)
    yield from _check_levels(describer, name, result_class, select, ())


def _check_nulls(describer: Describer, where: str, cls: type, described: Described) -> Iterator[Finding]:
    fields = columns_of(cls)
    for column in described.columns:
        field = fields.get(column.name)
        if field is None:
            continue
        if column.nullable and not field.nullable:
            yield Finding(
                "error",
                f"{where}.{field.name}",
                "can be NULL, and the field may not be None",
                "Let the field be None, or have the statement leave such rows out or fill them.",
            )
        origin = column.origin
        if origin is not None and origin.column != field.name and describer.has_column(origin.table, field.name):
            yield Finding(
                "warning",
                f"{where}.{field.name}",
                f"comes from {origin.table}.{origin.column}, beside which there is {origin.table}.{field.name}",
                "Look whether two columns were mistaken for each other.",
            )


def _check_levels(
    describer: Describer, name: str, cls: type, select: Select, above: Sequence[type]
) -> Iterator[Finding]:
    """Check the classes nested in a class against the rows that become JSON for them."""
    for field in columns_of(cls).values():
        nested = field.nested[0] if len(field.nested) == 1 else None
        if nested is None or nested in above or (level := select.level(field.name)) is None:
            continue
        try:
            described = describer.describe(level.text.encode())
        except psycopg.Error:  # this form has no level
            continue
        where = f"{name}: {field.name}: {nested.__name__}"
        types = {column.name: column.type for column in described.columns}
        for inner in columns_of(nested).values():
            if inner.name not in types:
                yield Finding(
                    "error",
                    f"{where}.{inner.name}",
                    f"there is no {inner.name} in the JSON; there is {', '.join(types)}",
                    "Mend the class or the statement.",
                )
            elif not fits_in_json(types[inner.name], inner):
                yield Finding(
                    "error",
                    f"{where}.{inner.name}",
                    f"is {formatannotation(inner.hint)}, and the JSON holds a {types[inner.name]}",
                    "Give the field the type that comes, or cast the column in the statement.",
                )
        if level.shows_nulls:
            yield from _check_nulls(describer, where, nested, described)
        yield from _check_levels(describer, f"{name}: {field.name}", nested, level, (*above, cls))


def _listed(names: Sequence[str]) -> str:
    names = list(dict.fromkeys(names))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
