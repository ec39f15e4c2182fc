"""Pruning: finds the columns of the shapes that a statement needs. The others are left out, and so not computed.

A column is left out only if the text proves that nobody reads it. A column that is named is kept. Three forms read the
whole rows of a shape, and yet are known to read only the columns that a class names:

1. The outermost `SELECT shape.*` of a query. The result class reads it.
2. A subselect or CTE that passes `shape.*`, or a single column unchanged, on to one of these three forms.
3. An item of a select list that is `to_json(shape.*)` or `json_agg(shape.*)` and nothing else; it may be inside a
   coalesce or a subselect. The class of the field with the item's name reads it, and so on for nested classes.

Any other use of a row keeps all columns. So does a text that `select` cannot parse, for every shape in it.

To follow it, begin at `pruned`: it wants the columns of the result class from the rows of the statement (`_Rows.want`).
Each column passes that on to the rows that it is made of (`_Column._pass_on`). What is left is in `_Pruning.kept`.
"""

from collections.abc import Collection, Mapping, Sequence

import attrs

from concordia_sql.engine.caching import cache
from concordia_sql.engine.columns import Column, columns_of, is_result_class, spell
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.functions import calls_only_plain_functions
from concordia_sql.engine.generics import plain_class
from concordia_sql.engine.lexer import Token, Tokens
from concordia_sql.engine.select import (
    SELECT,
    From,
    Item,
    Parts,
    Query,
    Unreadable,
    groups_by_position,
    names_in,
    orders_by_position,
    parse_item,
    parse_query,
    parts_of,
)
from concordia_sql.engine.statement import Shape, Source
from concordia_sql.engine.tree import Node, children_field

Kept = Mapping[Shape, Collection[str]]
"""Shapes with the columns that are kept of each. A shape comes after those that it uses."""
ColumnReaders = frozenset["type | None"]
"""The attrs classes that read a JSON column. None stands for an unknown reader, which may read all of it."""

ANYBODY: ColumnReaders = frozenset([None])
NOBODY: ColumnReaders = frozenset()


def whole(source: Source, present: frozenset[str]) -> Kept:
    """Every shape that the text names, with all of its columns: nothing is pruned."""
    kept: dict[Shape, Collection[str]] = {}
    for shape in reversed(source.shapes()):
        texts = [source.body, *(each.source.body for each in kept)]
        if any(token.name == shape.name for text in texts for token in sent_tokens(text, present)):
            kept[shape] = shape.columns.keys()
    return dict(reversed(kept.items()))


def pruned(source: Source, result_class: type, present: frozenset[str]) -> Kept:
    """Every shape that the text needs, with the columns that this result class needs.

    Raises StatementError if the text is known to lack a column that the class asks for.
    """
    try:
        query = parse_query(parts_of(sent_tokens(source.body, present)))
    except Unreadable:
        return whole(source, present)
    pruning = _Pruning(source, present)
    rows = pruning.rows_of(query, _Scope(source), {})
    if is_result_class(result_class):
        rows.require(result_class, f"{source.path}:{query.line}")
        for column in columns_of(result_class).values():
            rows.want(column.name, readers_of(column))
    else:
        rows.require_single(result_class, f"{source.path}:{query.line}")
        rows.want_all()
    return {shape: pruning.kept[shape] for shape in source.shapes() if shape in pruning.kept}


def readers_of(column: Column) -> ColumnReaders:
    """The readers of the JSON in a column. With several classes, the JSON itself may decide which one reads it."""
    readers = frozenset(column.nested)
    return readers if len(readers) < 2 else ANYBODY


def is_present(token: Token, present: frozenset[str]) -> bool:
    """Whether the token is sent. It is not if it is on a conditional line whose condition does not hold."""
    return token.when is None or token.when in present


def sent_tokens(tokens: Tokens, present: frozenset[str]) -> Tokens:
    """The tokens that are sent, without blanks."""
    return [token for token in tokens if not token.blank and is_present(token, present)]


@attrs.frozen(eq=False)
class _Scope:
    """Where names are looked up: the sources of a SELECT, then those of the SELECT around it.

    It holds more than PostgreSQL would see, as sources that the same name hides further out. A name that is found too
    often only keeps more columns.
    """

    source: Source
    """The file."""
    outer: "_Scope | None" = None
    sources: "list[tuple[str, _Rows | None]]" = attrs.field(factory=list)

    def all(self) -> "Sequence[tuple[str, _Rows | None]]":
        """The sources that a name may refer to, with their aliases."""
        return [*self.sources, *(self.outer.all() if self.outer else ())]

    def named(self, alias: str) -> "Sequence[_Rows | None]":
        """The source with this alias in the SELECT itself, which hides those around it; else all that it may refer to.

        Those further out need not hide each other: a subselect sees what is beside it only if it is LATERAL.
        """
        own = [rows for name, rows in self.sources if name == alias]
        return own or [rows for name, rows in self.all() if name == alias]


Ctes = Mapping[str, "_Rows | None"]


class _Rows:
    """The rows of a query or a shape."""

    def __init__(self, columns: "Sequence[_Column]", names: Collection[str] | None) -> None:
        self.columns = columns
        self.names = names
        """The names of the columns. None if some are not known."""
        self._are_whole = False

    def want(self, name: str, readers: ColumnReaders) -> bool:
        """Keep the columns of this name, for these readers. Returns whether there are any."""
        found = [column.want(name, readers) for column in self.columns]
        return any(found)

    def want_all(self) -> None:
        """Keep all columns, with all that is in them."""
        if not self._are_whole:
            self._are_whole = True
            for column in self.columns:
                column.want_all()

    def require(self, reader: type, where: str) -> None:
        """Raise StatementError if the class asks for a column that is not there."""
        names = self.names
        if names is not None and (missing := [name for name in columns_of(reader) if name not in names]):
            there = ", ".join(sorted(set(names)))
            raise StatementError(
                f"{where}: there is no column {', '.join(missing)} for {spell(reader)}; there are {there}"
            )

    def require_single(self, hint: object, where: str) -> None:
        """Refuse the type of one column's values where there are several columns."""
        if self.names is not None and len(set(self.names)) != 1:
            raise StatementError(f"{where}: there are {len(set(self.names))} columns, but {spell(hint)} takes one")


class _Column:
    """An item of a select list: a column, or the columns of a star."""

    def __init__(self, pruning: "_Pruning", item: Item, scope: _Scope, ctes: Ctes, shape: Shape | None = None) -> None:
        self._pruning, self._item, self._scope, self._ctes, self._shape = pruning, item, scope, ctes, shape
        self._readers: set[type | None] = set()
        self._is_written = False
        if shape is None:
            self._write()

    def names(self) -> Collection[str] | None:
        """The names of its columns. None if some are not known."""
        item, sources = self._item, self._sources()
        if not item.star:
            return [item.name] if item.name else None
        if None in sources or not sources or (item.alias and len(sources) > 1):
            return None
        known = [rows.names for rows in sources if rows]
        names = [name for each in known for name in each or ()]
        if not item.alias:
            names = [*dict.fromkeys(names)]  # USING makes one of two
        return None if None in known else names

    def want(self, name: str, readers: ColumnReaders) -> bool:
        """Keep the column for these readers if it has this name. Returns whether it has."""
        if self._item.star:
            found = [rows.want(name, readers) for rows in self._sources() if rows]
            return any(found)
        if self._item.name == name:
            self.read(readers)
        return self._item.name == name

    def want_all(self) -> None:
        """Keep the column, or all columns of the star, with all that is in them."""
        if not self._item.star:
            self.read(ANYBODY)
            return
        for rows in self._sources():
            if rows:
                rows.want_all()

    def read(self, readers: ColumnReaders) -> None:
        """Keep the column, and what these readers read in it."""
        if not self._is_written:
            self._write()
        if new := readers - self._readers:
            self._readers |= new
            self._pass_on(new)

    def _write(self) -> None:
        """Keep the columns that the text of the item names."""
        self._is_written = True
        item = self._item
        if self._shape:
            self._pruning.kept[self._shape].add(item.name)
        self._inner = self._pruning.rows_of(item.query, self._scope, self._ctes) if item.query else None
        self._pruning.scan(item.parts, self._scope, self._ctes)
        self._pass_on(NOBODY)

    def _pass_on(self, readers: ColumnReaders) -> None:
        """Pass the readers on to the rows or columns that the item is made of."""
        item = self._item
        if self._inner:
            self._inner.columns[0].read(readers)
        elif item.column and item.alias:
            self._pruning.want(item.alias, item.column, self._scope, readers)
        elif item.column:
            self._pruning.want_alone(item.column, self._scope, readers)
        elif item.is_json:
            sources = self._sources()
            for reader in readers:
                for rows in sources:
                    if rows:
                        self._read_rows(rows, reader, is_certain=len(sources) == 1)

    def _read_rows(self, rows: _Rows, reader: type | None, *, is_certain: bool) -> None:
        if reader is None:
            rows.want_all()
            return
        if is_certain:
            rows.require(reader, self._scope.source.location(self._item.line))
        for column in columns_of(reader).values():
            rows.want(column.name, readers_of(column))
        if issubclass(plain_class(reader), Node):  # the JSON may hold children
            rows.want(children_field(plain_class(reader)), ANYBODY)

    def _sources(self) -> "Sequence[_Rows | None]":
        """The rows that the alias of the item may refer to. Without an alias, all rows that its SELECT reads."""
        return self._scope.named(self._item.alias) if self._item.alias else [rows for _, rows in self._scope.sources]


class _Pruning:
    """Follows each column to its readers, from a statement through its shapes."""

    def __init__(self, source: Source, present: frozenset[str]) -> None:
        self.kept: dict[Shape, set[str]] = {}
        self._present = present
        self._shapes: Mapping[str, Shape] = {shape.name: shape for shape in source.shapes()}
        self._rows: dict[Shape, _Rows] = {}

    def rows_of(self, query: Query, outer: _Scope, ctes: Ctes) -> _Rows:
        """The rows of a query in a text. Columns that the query names itself are kept."""
        ctes = {**ctes, **dict.fromkeys([cte.alias for cte in query.ctes] if query.recursive else [])}
        for cte in query.ctes:
            assert cte.query
            rows = self.rows_of(cte.query, outer, ctes)
            if query.recursive or cte.renamed:
                rows.want_all()
            ctes = {**ctes, cte.alias: None if query.recursive or cte.renamed else rows}
        found: list[_Rows] = []
        scope = outer
        for select in query.selects:
            scope = _Scope(outer.source, outer)
            self._read_from(select.sources, scope, ctes)
            self.scan(select.rest, scope, ctes)
            columns = [_Column(self, item, scope, ctes) for item in select.items or ()]
            names = [column.names() for column in columns]
            known = None if select.items is None or None in names else [name for each in names for name in each or ()]
            found.append(_Rows(columns, known))
        self.scan(query.tail, scope, ctes)
        if not query.is_plain:
            for rows in found:
                rows.want_all()
        return found[0]

    def rows_of_shape(self, shape: Shape) -> _Rows:
        """The rows of a shape. Columns that its text names from FROM on are kept."""
        if shape in self._rows:
            return self._rows[shape]
        text, scope = _read(shape, self._present & _conditions(shape)), _Scope(shape.source)
        columns = [_Column(self, item, scope, {}, shape) for item in text.items]
        self._rows[shape] = rows = _Rows(columns, shape.columns.keys())
        self.kept[shape] = set()
        if text.query is None:
            self.kept[shape].update(shape.columns)
            shapes = {**self._shapes, **shape.source.uses}
            for name in text.named & shapes.keys():
                self.rows_of_shape(shapes[name]).want_all()
            return rows
        (select,) = text.query.selects
        self._read_from(select.sources, scope, {})
        self.scan([*select.rest, *text.query.tail], scope, {})
        if text.is_whole:
            rows.want_all()
        for name in text.named:
            rows.want(name, ANYBODY)
        return rows

    def _read_from(self, sources: Sequence[From], scope: _Scope, ctes: Ctes) -> None:
        for source in sources:
            rows: _Rows | None = None
            if source.query:
                left = _Scope(scope.source, scope.outer, [*scope.sources])  # what LATERAL would see
                rows = self.rows_of(source.query, left, ctes)
            elif source.name in ctes:
                rows = ctes[source.name]
            elif shape := scope.source.uses.get(source.name, self._shapes.get(source.name)):
                rows = self.rows_of_shape(shape)
            if rows and source.renamed:
                rows.want_all()
                rows = None
            scope.sources.append((source.alias, rows))

    def scan(self, parts: Parts, scope: _Scope, ctes: Ctes) -> None:
        """Keep all columns that are named in an expression."""
        for index, part in enumerate(parts):
            before, after = parts[index - 1 : index], parts[index + 1 : index + 2]
            if part.query:
                self.rows_of(part.query, scope, ctes).want_all()
            elif part.inside:
                self.scan(part.inside, scope, ctes)
            elif not part.name or (before and before[0].keyword == "as") or (after and after[0].text == "("):
                continue
            elif after and after[0].text == "." and index + 2 < len(parts):
                column = parts[index + 2]
                self.want(part.name, column.name or column.text, scope, ANYBODY)
            elif not before or before[0].text != ".":
                self.want_alone(part.name, scope, ANYBODY)

    def want(self, alias: str, column: str, scope: _Scope, readers: ColumnReaders) -> None:
        """Keep `alias.column`. If there is no such column, it may be a function that reads the whole row."""
        for name, rows in scope.all():
            if rows and name == alias and not rows.want(column, readers):
                rows.want_all()

    def want_alone(self, name: str, scope: _Scope, readers: ColumnReaders) -> None:
        """Keep what a name without an alias may refer to: a column, or the whole row of an alias."""
        for alias, rows in scope.all():
            if rows:
                rows.want(name, readers)
                if name == alias:
                    rows.want_all()


@attrs.frozen(eq=False)
class _ShapeText:
    """The text of a shape, parsed."""

    items: Sequence[Item]
    query: Query | None
    """Its SELECT, without the list. None if it cannot be parsed."""
    is_whole: bool
    """Whether its rows or their order may depend on its list, so that all columns are kept."""
    named: Collection[str]
    """The columns by which it may order or group. All names in it if it cannot be parsed."""


@cache
def _conditions(shape: Shape) -> frozenset[str]:
    return shape.source.conditions


@cache
def _read(shape: Shape, present: frozenset[str]) -> _ShapeText:
    source = shape.source
    try:
        query = parse_query([SELECT, *parts_of(sent_tokens(shape.tail, present))])
        lists = {name: parts_of(sent_tokens(tokens, present)) for name, tokens in shape.columns.items()}
        items = [attrs.evolve(parse_item(parts), name=name) for name, parts in lists.items()]
    except Unreadable:
        return _ShapeText((), None, True, {token.name for token in sent_tokens(source.body, present)})
    (select,) = query.selects
    is_whole = (
        not all(calls_only_plain_functions(parts) for parts in lists.values())
        or not (select.grouping or any(item.column for item in items))
        or groups_by_position(select.grouping)
        or orders_by_position(query.tail)
    )
    return _ShapeText(items, query, is_whole, names_in([*select.grouping, *query.tail]) & shape.columns.keys())
