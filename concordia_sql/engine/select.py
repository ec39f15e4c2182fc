"""Parses a SELECT, as far as pruning needs it: its list, its FROM, and the queries nested in it.

This is not a full grammar. It knows the forms in which statements and shapes are written, and raises `Unreadable` for
any other. All columns are then kept.
"""

from collections.abc import Iterator, Sequence

import attrs

from concordia_sql.engine.lexer import Token

_QUERY = ("select", "with", "values", "table")  # the first word of a query
_CLAUSES = ("from", "where", "group", "having", "window")
_SET_OPERATIONS = ("union", "intersect", "except")
_ENDS = ("order", "limit", "offset", "fetch", "for")  # what follows the SELECTs of a query
_JOINS = ("cross", "inner", "left", "right", "full", "outer")  # before JOIN
_UNKNOWN = ("select", "natural", "tablesample", "only", "into")  # inside a SELECT, these make it unreadable
_CONSTANTS = ("true", "false", "null", "default")  # these words are not columns
_OPERATORS = ("on", "and", "or", "not", *"=<>+-*/%^|&~!@#?")


class Unreadable(Exception):
    """The text has a form that this module does not know. PostgreSQL may know it."""


@attrs.frozen(eq=False)
class Part:
    """A token, or brackets with their contents."""

    text: str
    """The text of the token. That of brackets is the opening one."""
    name: str
    """The name of the token."""
    keyword: str
    """The key word that it may be. Empty after `.` and AS, where a word can only be a name."""
    line: int
    inside: "Parts" = ()
    query: "Query | None" = None
    """The query in the brackets."""


Parts = Sequence[Part]


@attrs.frozen(eq=False)
class From:
    """An item of a FROM. It has the name of a relation, or a query, or neither if it is something else."""

    alias: str
    name: str = ""
    query: "Query | None" = None
    renamed: bool = False
    """Whether its columns get other names, as in `AS post (a, b)`."""


@attrs.frozen(eq=False)
class Item:
    """An item of a select list."""

    line: int
    parts: Parts
    """The parts in which columns may be named, without the item's own name and the whole rows of `is_json`."""
    name: str = ""
    """The name of the column, if the item has one."""
    star: bool = False
    """Whether the item is `*` or `alias.*`."""
    alias: str = ""
    column: str = ""
    """The column, if the item is `column` or `alias.column` and nothing else."""
    is_json: bool = False
    """Whether the item is the whole rows of the alias as JSON, as in `json_agg(alias.*)`, and nothing else."""
    query: "Query | None" = None
    """The query, if the item is a query in brackets whose only column is such JSON."""


@attrs.frozen(eq=False)
class Select:
    """One SELECT of a query, or a VALUES or TABLE in its place."""

    items: Sequence[Item] | None
    """The items of the list. None if they are not known."""
    sources: Sequence[From] = ()
    rest: Parts = ()
    """All other parts in which columns may be named."""
    grouping: Parts = ()
    """The GROUP BY, which is also in `rest`."""
    distinct: bool = False


@attrs.frozen(eq=False)
class Query:
    """A whole query: its WITH, its SELECTs, and the clauses after them."""

    ctes: Sequence[From]
    recursive: bool
    selects: Sequence[Select]
    tail: Parts
    """ORDER BY, LIMIT and the other clauses after the SELECTs."""
    line: int

    @property
    def is_plain(self) -> bool:
        """Whether it is one SELECT whose rows stay the same if it has fewer columns."""
        (select, *others) = self.selects
        return not (
            others or select.items is None or select.distinct or select.grouping or orders_by_position(self.tail)
        )


SELECT = Part("SELECT", "select", "select", 0)
_END = Part("", "", "", 0)


def parts_of(tokens: Sequence[Token]) -> Parts:
    """The tokens as parts, with the queries in brackets parsed."""
    open_brackets: list[tuple[Token, list[Part]]] = []
    parts: list[Part] = []
    for token in tokens:
        if token.blank:
            continue
        if token.text in ("(", "["):
            open_brackets.append((token, parts))
            parts = []
        elif token.text in (")", "]"):
            opening, outside = open_brackets.pop()
            query = parse_query(parts) if parts and parts[0].keyword in _QUERY else None
            outside.append(Part(opening.text, "", "", opening.line, parts, query))
            parts = outside
        else:
            parts.append(Part(token.text, token.name, _keyword(token, parts), token.line))
    return parts


def _keyword(token: Token, before: Parts) -> str:
    if before and (before[-1].text == "." or before[-1].keyword == "as"):
        return ""
    compares = len(before) > 1 and before[-1].keyword == "distinct" and before[-2].keyword in ("is", "not")
    return "" if compares else token.keyword  # the FROM of IS DISTINCT FROM


class _Cursor:
    """A position in a list of parts, which moves on as they are taken."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._index = 0

    @property
    def next(self) -> Part:
        """The next part. After the last one, a part without text."""
        return self._parts[self._index] if self._index < len(self._parts) else _END

    @property
    def after(self) -> Part:
        """The part after the next one."""
        return self._parts[self._index + 1] if self._index + 1 < len(self._parts) else _END

    def take(self) -> Part:
        """Return the next part, and move past it."""
        part = self.next
        self._index += 1
        return part

    def skip(self, *words: str) -> bool:
        """Move past the next part if it is one of these key words or symbols. Returns whether it is."""
        found = (self.next.keyword or self.next.text) in words
        self._index += found
        return found

    def take_until(self, *keywords: str) -> Parts:
        """Take all parts up to the first of these key words, or to the end."""
        begin, end = self._index, len(self._parts)
        self._index = next((i for i in range(begin, end) if self._parts[i].keyword in keywords), max(begin, end))
        return self._parts[begin : self._index]


def parse_query(parts: Parts) -> Query:
    """The structure of a query."""
    cursor = _Cursor(parts)
    ctes: list[From] = []
    recursive = False
    if cursor.skip("with"):
        recursive = cursor.skip("recursive")
        ctes.append(_parse_cte(cursor))
        while cursor.skip(","):
            ctes.append(_parse_cte(cursor))
    line = cursor.next.line
    selects = [_parse_select(cursor.take_until(*_SET_OPERATIONS, *_ENDS))]
    while cursor.skip(*_SET_OPERATIONS):
        cursor.skip("all", "distinct")
        selects.append(_parse_select(cursor.take_until(*_SET_OPERATIONS, *_ENDS)))
    tail = cursor.take_until()
    if any(part.keyword in ("select", *_CLAUSES, *_SET_OPERATIONS) for part in tail):
        raise Unreadable
    return Query(ctes, recursive, selects, tail, line)


def _parse_cte(cursor: _Cursor) -> From:
    name, is_renamed = cursor.take().name, False
    if cursor.next.text == "(":
        is_renamed = bool(cursor.take())
    if not name or not cursor.skip("as"):
        raise Unreadable
    while cursor.next.name in ("not", "materialized"):
        cursor.take()
    brackets = cursor.take()
    if brackets.text != "(":
        raise Unreadable
    return From(name, query=brackets.query or parse_query(brackets.inside), renamed=is_renamed)


def _parse_select(parts: Parts) -> Select:
    """The structure of one SELECT, VALUES or TABLE, or of a query in brackets."""
    form = _form(parts[:3])
    cursor = _Cursor(parts)
    if cursor.skip("table") and form == "name name":
        return Select([Item(parts[0].line, (), star=True)], [From(parts[1].name, parts[1].name)], distinct=True)
    if form == "(" or cursor.skip("values"):
        return Select(None, rest=parts)
    if not cursor.skip("select") or any(part.keyword in _UNKNOWN for part in parts[1:]):
        raise Unreadable
    rest: list[Part] = []
    if (is_distinct := cursor.skip("distinct")) and cursor.skip("on"):
        rest.append(cursor.take())
    elif not is_distinct:
        cursor.skip("all")
    items = [parse_item(item) for item in _split(cursor.take_until(*_CLAUSES))]
    sources: list[From] = []
    if cursor.skip("from"):
        _parse_from(_Cursor(cursor.take_until(*_CLAUSES)), sources, rest)
    if cursor.skip("where"):
        rest += cursor.take_until(*_CLAUSES)
    grouping = cursor.take_until(*_CLAUSES) if cursor.skip("group") else ()
    while cursor.skip("having", "window"):
        rest += cursor.take_until(*_CLAUSES)
    if cursor.next is not _END:
        raise Unreadable
    return Select(items, sources, [*rest, *grouping], grouping, is_distinct)


def _parse_from(cursor: _Cursor, sources: list[From], rest: list[Part]) -> None:
    """Add the items of a FROM to the sources, and its other parts to the rest."""
    while True:
        cursor.skip("lateral")
        part = cursor.take()
        if part.text == "(" and not _holds_query(part):
            _parse_from(_Cursor(part.inside), sources, rest)
            if cursor.next.name and not _ends_source(cursor.next):
                raise Unreadable  # an alias for the whole join
        else:
            sources.append(_parse_source(part, cursor, rest))
        if not cursor.skip(","):
            rest += _parse_condition(cursor)
            if cursor.next is _END:
                return
            if cursor.skip(","):
                continue
            while cursor.skip(*_JOINS):
                pass
            if not cursor.skip("join"):
                raise Unreadable


def _parse_source(part: Part, cursor: _Cursor, rest: list[Part]) -> From:
    """The item of a FROM that begins with this part."""
    alias = name = part.name
    if part.text == "(":
        rest += [] if part.query else [part]
    elif not name:
        raise Unreadable
    while cursor.skip("."):  # a name with a schema is never a shape
        alias, name = cursor.take().name, ""
    if alias and cursor.next.text == "(":
        rest.append(cursor.take())  # the arguments of a function
        name = ""
        if cursor.skip("with") and not cursor.skip("ordinality"):
            raise Unreadable
    if cursor.skip("as") or not _ends_source(cursor.next):
        alias = cursor.take().name if cursor.next.name else alias
    is_renamed = cursor.next.text == "(" and bool(cursor.take())
    return From(alias, name, part.query, is_renamed)


def _parse_condition(cursor: _Cursor) -> Parts:
    """The ON or USING of a join."""
    if cursor.skip("using"):
        return [cursor.take()]
    condition: list[Part] = []
    if cursor.next.keyword == "on":
        while not _ends_condition(cursor):
            condition.append(cursor.take())
        if (condition[-1].keyword or condition[-1].text) in _OPERATORS:
            raise Unreadable  # then JOIN, LEFT and so on may be the name of a function
    return condition


def _ends_condition(cursor: _Cursor) -> bool:
    """Whether the condition of a join ends here. It does not at `left(name, 1)`, which is a function."""
    part = cursor.next
    return (
        part is _END
        or part.text == ","
        or part.keyword == "join"
        or (part.keyword in _JOINS and cursor.after.text != "(")
    )


def _ends_source(part: Part) -> bool:
    """Whether the part is not an alias without AS."""
    return not part.name or part.keyword in ("on", "using", "join", *_JOINS)


def _holds_query(brackets: Part) -> bool:
    """Whether brackets hold a query, which may begin with more brackets: `((SELECT 1) UNION (SELECT 2))`."""
    while not brackets.query and brackets.inside and brackets.inside[0].text == "(":
        brackets = brackets.inside[0]
    return brackets.query is not None


def parse_item(parts: Parts) -> Item:
    """The structure of an item of a select list."""
    is_named = len(parts) > 2 and parts[-2].keyword == "as" and bool(parts[-1].name)
    body = parts[:-2] if is_named else parts
    name = parts[-1].name if is_named else ""
    form, line = _form(body), parts[0].line if parts else 0
    if form == "*":
        return Item(line, (), star=True)
    if form == "name . *":
        return Item(line, (), star=True, alias=body[0].name)
    if form == "name" and (is_named or body[0].keyword not in _CONSTANTS):
        return Item(line, (), name or body[0].name, column=body[0].name)
    if form == "name . name":
        return Item(line, (), name or body[2].name, alias=body[0].name, column=body[2].name)
    if form == "(" and (query := body[0].query) and query.is_plain:
        items = query.selects[0].items or ()
        if len(items) == 1 and items[0].is_json:
            return Item(line, (), name, query=query)
    alias, order = _whole_rows(body)
    return Item(line, order if alias else body, name, alias=alias, is_json=bool(alias))


def _whole_rows(parts: Parts) -> tuple[str, Parts]:
    """The alias in `to_json(alias.*)` or `json_agg(alias.* ORDER BY …)` and its ORDER BY; also inside a coalesce."""
    if _form(parts) != "name (":
        return "", ()
    function, inside = parts[0].name, parts[1].inside
    if function == "coalesce" and _form(inside) == "name ( , '[]'":
        return _whole_rows(inside[:2])
    if function in ("to_json", "json_agg") and _form(inside[:3]) == "name . *":
        order = inside[3:]
        if not order or (function == "json_agg" and order[0].keyword == "order"):
            return inside[0].name, order
    return "", ()


def _form(parts: Parts) -> str:
    """The parts as a text, with `name` for each name."""
    return " ".join("name" if part.name else part.text for part in parts)


def orders_by_position(tail: Parts) -> bool:
    """Whether the clauses after a SELECT order by the position of a column, as in `ORDER BY 1`."""
    cursor = _Cursor(tail)
    cursor.take_until("order")
    keys = cursor.take_until("limit", "offset", "fetch", "for")[2:]
    return any(_begins_with_number(key) for key in _split(keys))


def groups_by_position(grouping: Parts) -> bool:
    """Whether a GROUP BY may group by the position of a column, or by all columns."""
    return any(
        part.text[0] in "0123456789" or part.keyword in ("all", "distinct") or groups_by_position(part.inside)
        for part in grouping
    )


def names_in(parts: Parts) -> set[str]:
    """All names in an expression."""
    return {part.name for part in parts}.union(*(names_in(part.inside) for part in parts))


def _begins_with_number(parts: Parts) -> bool:
    while parts and parts[0].inside:
        parts = parts[0].inside
    return bool(parts) and parts[0].text[0] in "0123456789.+-"


def _split(parts: Parts) -> Iterator[Parts]:
    """The parts between commas. Yields nothing if there are no parts."""
    begin = 0
    for index, part in enumerate(parts):
        if part.text == ",":
            yield parts[begin:index]
            begin = index + 1
    if parts:
        yield parts[begin:]
