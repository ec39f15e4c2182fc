"""What a statement takes and gives, as the database describes it: the fields of the classes that are written for it."""

import contextlib
import itertools
import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import psycopg

from concordia_sql.engine import Cursor, Library, StatementError
from concordia_sql.engine.casts import find_casts
from concordia_sql.engine.checks.describe import Described, Describer
from concordia_sql.engine.checks.levels import Select, read_statement
from concordia_sql.engine.checks.types import takes
from concordia_sql.engine.columns import SCALARS
from concordia_sql.engine.compose import Composed, compose, compose_command, compose_with
from concordia_sql.engine.conditions import fields_in, holding
from concordia_sql.engine.lexer import Tokens
from concordia_sql.engine.prune import whole
from concordia_sql.engine.roles import bind
from concordia_sql.engine.statement import Source, load, outermost

_WRITES = ("insert", "update", "delete", "merge")
_AFTER_VALUE = ("::", ",", ")", "where", "from", "returning")
_IN_JSON: Mapping[str, type] = {"bytea": str, "interval": str, "timetz": str}
"""The types whose values are texts in JSON."""
_SCALARS: Mapping[str, Any] = {name: hint for hint, names in SCALARS.items() for name in names}


Names: TypeAlias = Mapping[str, str]


@attrs.frozen
class Row:
    """The columns of a row, or of the rows nested in one."""

    columns: "Mapping[str, Type]"


@attrs.frozen
class Type:
    """The type of a column."""

    of: "type | Row"
    """A single type, `object` for any JSON, or the row that is nested in the column."""
    many: bool
    """Whether it is an array of them."""
    nullable: bool | None
    """Whether it can be NULL. None if that is not proven."""


@attrs.frozen
class Parameter:
    """A parameter of a statement."""

    of: "type | Row"
    many: bool = False
    nullable: bool = False
    default: str = ""
    """Its default as text: None, UNSET, or 50 for a limit. Empty if a value is required."""
    literals: Sequence[str] = ()
    """The values that conditional lines compare it to."""
    keys: Sequence[type] = ()
    """For a cursor, the types of the keys by which a list is ordered."""
    is_limit: bool = False


@attrs.frozen
class Outline:
    """What a statement takes and gives."""

    source: Source
    writes: bool
    parameters: Mapping[str, Parameter]
    row: Row
    """The columns that it gives. There are none if it gives no rows."""
    names: Names
    """The names that this query replaces, with its own."""


Comparisons: TypeAlias = Mapping[str, Sequence[str]]


def outline(connection: psycopg.Connection[Any], library: Library, path: str, shapes: Names, names: Names) -> Outline:
    """What the statement `<domain>/<name>.sql` takes and gives. Its roles are bound to shapes, its names replaced.

    The statement is prepared, described and planned, and not run. The connection is in autocommit mode.

    Raises StatementError if the file is wrong or a column has no name, psycopg's error if PostgreSQL refuses it.
    """
    source = bind(load(path, library), shapes, names)
    writes = bool(source.before) or _writes(source.body)
    if not writes:
        _check_body(source)
    describer, types = Describer(connection), _Types(connection)
    choices = _comparisons(source, describer, writes=writes)
    first = frozenset(f"{name} = '{values[0]}'" for name, values in choices.items())
    composed = _whole(source, first, writes=writes)
    described = describer.describe(composed.encoded)
    select = read_statement(composed.text)
    with contextlib.suppress(psycopg.Error):  # alone, its parameters may have no type
        described = describer.describe(select.text.encode())
    row = _row(source, describer, types, described, select, nested=False)
    found = _Parameters(source, connection, types, choices)

    def compose_for(present: frozenset[str]) -> Composed:
        if writes or not row.columns:
            return _whole(source, present, writes=writes)
        asking = attrs.make_class(
            "Asking", {name: attrs.field(type=object, repr=False) for name in row.columns}, frozen=True
        )
        return compose(source, asking, present)

    parameters = found.found(describer, compose_for)
    if "cursor" in row.columns and any(each.keys for each in parameters.values()):
        row = Row({**row.columns, "cursor": attrs.evolve(row.columns["cursor"], of=Cursor)})
    return Outline(source, writes, parameters, row, names)


def _check_body(source: Source) -> None:
    words = [token for token in source.body if not token.blank]
    if words[0].keyword not in ("select", "with", "values", "table") and words[0].text != "(":
        raise StatementError(
            f"{source.path}:{words[0].line}: neither a query nor a command; there is nothing to return"
        )


def _writes(tokens: Tokens) -> bool:
    """Whether INSERT, UPDATE, DELETE or MERGE begins a statement, or a query of its WITH."""
    words = [token for token in tokens if not token.blank]
    return any(
        word.keyword in _WRITES and (before is None or before.text in ("(", ")"))
        for before, word in zip([None, *words], words, strict=False)
    )


def _whole(source: Source, present: frozenset[str], *, writes: bool) -> Composed:
    """The text that gives all columns."""
    if writes:
        return compose_command(source, object, present)
    present = holding(source.all_conditions, present)
    return compose_with(whole(source, present), source, object, present)


def _sources(source: Source) -> list[Source]:
    return [*source.before, source, *(shape.source for shape in source.shapes())]


def _comparisons(source: Source, describer: Describer, *, writes: bool) -> Comparisons:
    """The values that conditional lines compare fields to, in the order of the text.

    In a file that several queries share, those that PostgreSQL does not take are of another query.
    """
    found: dict[str, dict[str, None]] = {}
    for each in _sources(source):
        for token in each.body:
            for name, value in fields_in(token.when or ""):
                if value is not None:
                    found.setdefault(name, {})[value] = None
    values = {name: list(each) for name, each in found.items()}
    if not source.shared:
        return values
    return {
        name: [each for each in values[name] if _is_taken(source, describer, name, each, values, writes=writes)]
        for name in values
    }


def _is_taken(
    source: Source, describer: Describer, name: str, value: str, values: Comparisons, *, writes: bool
) -> bool:
    others = [f"{other} = '{each[0]}'" for other, each in values.items() if other != name]
    try:
        describer.describe(_whole(source, frozenset([f"{name} = '{value}'", *others]), writes=writes).encoded)
    except psycopg.errors.UndefinedColumn:
        return False
    return True


def _row(
    source: Source, describer: Describer, types: "_Types", described: Described, select: Select, *, nested: bool
) -> Row:
    columns: dict[str, Type] = {}
    for number, column in enumerate(described.columns, 1):
        if not column.name.isidentifier() or keyword.iskeyword(column.name) or column.name.startswith("_"):
            raise StatementError(
                f"{source.path}: column {number} has no name that a field can have; end it with AS and one"
            )
        if column.name in columns:
            raise StatementError(f"{source.path}: two columns are named {column.name}; give one another name")
        level = select.level(column.name) if column.type in ("json", "jsonb") else None
        inner: Row | None = None
        if level is not None:
            with contextlib.suppress(psycopg.Error):  # this form has no level
                inner = _row(source, describer, types, describer.describe(level.text.encode()), level, nested=True)
        if level is not None and inner is not None:
            columns[column.name] = Type(inner, level.many, column.nullable)
        else:
            of, many = types.hint(column.type, nested=nested)
            columns[column.name] = Type(of, many, column.nullable)
    return Row(columns)


class _Types:
    """The types of Python for those of PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._known: dict[str, tuple[str, bool]] = {}

    def hint(self, name: str, *, nested: bool = False) -> tuple[type, bool]:
        """The type of values, and whether they are in an array. It is `object` for JSON and str for what is a text."""
        base, many = self._base(name)
        if base in ("json", "jsonb"):
            return object, False
        known: type = _SCALARS.get(base, _IN_JSON.get(base, object if base in ("record", "void") else str))
        return (_IN_JSON.get(base, known) if nested else known), many

    def _base(self, name: str) -> tuple[str, bool]:
        """The type that a domain is over or an array is of."""
        if name not in self._known:
            bare = name.removesuffix("[]")
            row = self._connection.execute(_BASE, [bare]).fetchone()
            base, many = (row[0], row[1]) if row else (bare, False)
            self._known[name] = base, many or name.endswith("[]")
        return self._known[name]


_BASE = """
WITH RECURSIVE base AS (
    SELECT to_regtype(%s) AS type
    UNION ALL
    SELECT CASE pg_type.typtype WHEN 'd' THEN pg_type.typbasetype ELSE pg_type.typelem END
    FROM base
    INNER JOIN pg_type ON pg_type.oid = base.type
    WHERE pg_type.typtype = 'd' OR pg_type.typcategory = 'A'
)
SELECT
    (array_agg(pg_type.typname ORDER BY pg_type.typtype = 'd' OR pg_type.typcategory = 'A'))[1],
    bool_or(pg_type.typcategory = 'A')
FROM base
INNER JOIN pg_type ON pg_type.oid = base.type
HAVING count(*) > 0
"""


class _Parameters:
    """The parameters of a statement, as its text and the database describe them."""

    def __init__(
        self, source: Source, connection: psycopg.Connection[Any], types: _Types, comparisons: Comparisons
    ) -> None:
        self._source = source
        self._connection = connection
        self._types = types
        self.comparisons = comparisons
        bodies = [each.body for each in _sources(source)]
        self._assigned = dict(pair for body in bodies for pair in _assigned(body))
        self._keys = {name: keys for body in bodies for name, keys in _cursors(body).items()}
        self._limits = {name for body in bodies for name in _limits(body)}
        self._filled = {name for body in bodies for name in _filled(body)}
        conditions = [part for each in source.all_conditions for part in fields_in(each)]
        self._optional = {name for name, value in conditions if value is None}
        self._optional |= {name for shape in source.shapes() for name in shape.source.parameters - source.required}
        own = {name for each in source.conditions for name, _ in fields_in(each)}
        self._always = source.required - own  # also where lines of shapes are for it

    def found(self, describer: Describer, compose_for: Callable[[frozenset[str]], Composed]) -> Mapping[str, Parameter]:
        """The parameters by name: those that are required first."""
        seen: dict[str, list[str]] = {}
        pairs = [[f"{name} = '{value}'" for value in values] for name, values in self.comparisons.items()]
        for compared in itertools.product(*pairs):
            whole = compose_for(frozenset([*self._optional, *compared]))
            for composed in (*whole.before, whole):
                described = describer.describe(composed.encoded)
                for index, (name, type_name) in enumerate(zip(composed.parameters, described.parameters, strict=True)):
                    seen.setdefault(name, []).append("json" if index in composed.json else type_name)
        for name in self.comparisons:
            seen.setdefault(name, ["text"])
        rows: dict[str, dict[str, Type]] = {}
        for name in [name for name in seen if "." in name]:
            of, _ = self._hint(seen.pop(name))
            rows.setdefault(name.partition(".")[0], {})[name.partition(".")[2]] = Type(of, many=False, nullable=False)
        made = {name: self._parameter(name, *self._hint(type_names)) for name, type_names in seen.items()}
        made |= {name: self._parameter(name, Row(fields), many=True) for name, fields in rows.items()}
        return dict(sorted(made.items(), key=lambda item: item[1].default != ""))

    def _hint(self, type_names: Sequence[str]) -> tuple[type, bool]:
        """The type of the values that are taken as each of these types: a text, if no other is."""
        for type_name in type_names:
            of, many = self._types.hint(type_name)
            # A type that is made here is none to mypy.
            if all(takes(each, Sequence[of] if many else of) for each in type_names):  # type: ignore[valid-type]
                return of, many
        return (object, False) if "json" in type_names else (str, False)

    def _parameter(self, name: str, of: type | Row, many: bool) -> Parameter:
        if name in self.comparisons:
            return Parameter(str, literals=self.comparisons[name])
        if name in self._limits and of is int and name not in self._optional:
            return Parameter(int, default="50", is_limit=True)
        if name in self._keys:
            return Parameter(str, nullable=True, default="None", keys=self._keys[name])
        target = self._assigned.get(name)
        nullable = target is not None and self._is_nullable(target.table, target.column)
        if target is not None and target.when and name in self._optional:
            return Parameter(of, many, nullable, "UNSET")
        if name in self._optional - self._always or name in self._filled:
            return Parameter(of, many, nullable=True, default="None")
        return Parameter(of, many, nullable, "None" if nullable and target and target.inserts else "")

    def _is_nullable(self, table: str, column: str) -> bool:
        row = self._connection.execute(_NULLABLE, [table, column]).fetchone()
        return bool(row and row[0])


_NULLABLE = """
SELECT NOT pg_attribute.attnotnull
FROM pg_attribute
WHERE pg_attribute.attrelid = to_regclass(%s) AND pg_attribute.attname = %s
"""


@attrs.frozen
class _Target:
    """The column that a parameter is written to as it is."""

    table: str
    column: str
    inserts: bool
    when: bool
    """Whether that is on a conditional line."""


def _assigned(body: Tokens) -> Iterator[tuple[str, _Target]]:
    words = [token for token in body if not token.blank]
    table = ""
    for index, word in enumerate(words):
        following = words[index + 1 : index + 5]
        texts = [token.text for token in following]
        if word.keyword == "into":
            table, end = _table(words, index + 1)
            yield from _inserted(words, end, table)
        elif word.keyword == "update" and following and following[0].keyword != "set" and following[0].name:
            table, _ = _table(words, index + 1)
        elif (word.keyword == "set" or word.text == ",") and texts[1:2] == ["="] and following[0].name:
            value, after = following[2:3], following[3:4]
            is_whole = not after or after[0].text in _AFTER_VALUE or after[0].keyword in _AFTER_VALUE
            if value and value[0].kind == "parameter" and is_whole:
                yield (
                    value[0].text[1:],
                    _Target(table, following[0].name, inserts=False, when=value[0].when is not None),
                )


def _table(words: Tokens, index: int) -> tuple[str, int]:
    """The name of a table, as to_regclass takes it, and where it ends."""
    index += words[index].keyword == "only"
    if [token.text for token in words[index + 1 : index + 2]] == ["."]:
        return "".join(token.text for token in words[index : index + 3]), index + 3
    return words[index].text, index + 1


def _inserted(words: Tokens, start: int, table: str) -> Iterator[tuple[str, _Target]]:
    columns, end = _bracketed(words, start)
    if len(words) <= end or words[end].keyword not in ("values", "select"):
        return
    if words[end].keyword == "values":
        items, _ = _bracketed(words, end + 1)
    else:
        rest = words[end + 1 :]
        stop = next((at for at, token in outermost(rest) if token.keyword in ("from", "where", "on")), len(rest))
        items = _items(rest[:stop])
    for column, item in zip(columns, items, strict=False):
        if item and item[0].kind == "parameter" and (len(item) == 1 or item[1].text == "::"):
            yield item[0].text[1:], _Target(table, column[0].name, inserts=True, when=item[0].when is not None)


def _bracketed(words: Tokens, start: int) -> tuple[Sequence[Tokens], int]:
    """The items of a list in brackets, and where it ends. None if there is no bracket."""
    if start >= len(words) or words[start].text != "(":
        return [], start
    closing = next((at for at, token in outermost(words[start:]) if at and token.text == ")"), 0) + start
    return _items(words[start + 1 : closing]), closing + 1


def _items(words: Tokens) -> Sequence[Tokens]:
    commas = [at for at, token in outermost(words) if token.text == ","]
    return [words[begin + 1 : end] for begin, end in itertools.pairwise([-1, *commas, len(words)])]


def _cursors(body: Tokens) -> Mapping[str, Sequence[type]]:
    """The parameters whose JSON is read by position, with the types of what is read."""
    casts = find_casts(body)
    words = [token for token in body if not token.blank]
    cast_to = {id(body[place]): name for place, name in casts.items()}
    found: dict[str, dict[int, type]] = {}
    for index, word in enumerate(words):
        if word.kind != "parameter" or cast_to.get(id(word)) not in ("json", "jsonb"):
            continue
        after = "".join(token.text for token in words[index + 1 : index + 10])
        if match := re.match(r"::jsonb?->>(\d+)(?:\)::(\w+))?", after):
            hint = _SCALARS.get(_SYNONYMS.get(match[2] or "text", match[2] or "text"), str)
            keys = found.setdefault(word.text[1:], {})
            if keys.get(int(match[1]), str) is str:
                keys[int(match[1])] = hint
    return {
        name: [keys[at] for at in sorted(keys)] for name, keys in found.items() if sorted(keys) == [*range(len(keys))]
    }


_SYNONYMS = {"integer": "int4", "bigint": "int8", "boolean": "bool", "smallint": "int2", "double": "float8"}


def _limits(body: Tokens) -> Iterator[str]:
    words = [token for token in body if not token.blank]
    for before, word in itertools.pairwise(words):
        if before.keyword == "limit" and word.kind == "parameter":
            yield word.text[1:]


def _filled(body: Tokens) -> Iterator[str]:
    """The parameters that COALESCE replaces when they are NULL."""
    words = [token for token in body if not token.blank]
    for first, second, word in zip(words, words[1:], words[2:], strict=False):
        if first.keyword == "coalesce" and second.text == "(" and word.kind == "parameter":
            yield word.text[1:]
