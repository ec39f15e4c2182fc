"""Checks lists: a cursor must hold what the rows are ordered by, and a count must have the filters of its list."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, cast

import attrs
import psycopg

from concordia_sql.engine.checks.describe import Describer
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.checks.levels import Select, called, clauses, read_statement, unnamed, words_of
from concordia_sql.engine.compose import Composed, compose
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Token, Tokens, tokenize
from concordia_sql.engine.queries import Query, Statement
from concordia_sql.engine.statement import column_name, split_select

AFTER = "after"
"""The parameter that has the cursor of the row after which a list goes on."""
_CURSOR = "cursor"
_BOUNDS = (AFTER, "limit", "at_most")
"""The parameters that say how many rows are read, and not which."""
_EXAMPLES: Mapping[str, object] = {
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), "x"),
    **dict.fromkeys(("int2", "int4", "int8", "oid"), 1),
    **dict.fromkeys(("float4", "float8", "numeric"), 1.5),
    "bool": True,
    "date": "2000-01-01",
    "time": "10:00:00",
    "timestamp": "2000-01-01T00:00:00",
    "timestamptz": "2000-01-01T00:00:00+00:00",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
"""A value of each type, as JSON holds it."""
_ARRAYS = ("json_build_array", "jsonb_build_array")
_ENDS = ("limit", "offset", "fetch", "for")
_PARAMETER = re.compile(r":\w+(?:\.\w+)?")

QueryClass = type[Statement[Any]]


@attrs.frozen
class _Key:
    """A part of an ORDER BY."""

    text: str
    descending: bool


def check_cursors(describer: Describer, query_class: QueryClass, texts: Iterable[Composed]) -> Iterator[Finding]:
    """The problems of the cursor of a list that has the parameter `after`, in its texts."""
    field = {each.name: each for each in attrs.fields(cast("Any", query_class))}.get(AFTER)
    if query_class.writes or field is None:
        return
    where = f"{query_class.query_name}.{AFTER}"
    cursors = [
        each for composed in texts if (each := _cursor(read_statement(composed.text), composed.parameters)) is not None
    ]
    compared = {each.keys for each in cursors if each.is_compared}
    seen: set[tuple[object, ...]] = set()  # another filter changes nothing
    for each in cursors:  # that of a first page, whose keys may be NULL, before those that are compared
        if (shown := (each.keys, each.order, each.against)) not in seen:
            seen.add(shown)
            yield from _check_cursor(describer, where, field, attrs.evolve(each, is_compared=each.keys in compared))


@attrs.frozen
class _Cursor:
    """The cursor of a text: what it holds, the order of the rows, and how they are compared with it."""

    keys: tuple[str, ...]
    order: tuple[_Key, ...]
    against: str
    """How a comparison goes against the order. Empty if none does."""
    is_compared: bool
    """Whether a comparison of all keys is found."""
    select: Select
    """The keys alone, of the same rows."""


def _cursor(select: Select, parameters: Sequence[str]) -> _Cursor | None:
    """The cursor that the text shows. None if it is of another form."""
    _, items, tail = split_select(select.tokens)
    keys = _array(next((unnamed(item) for item in items if column_name(item) == _CURSOR), []))
    if not keys:
        return None
    columns = {name: _plain(unnamed(item)) for item in items if (name := column_name(item))}
    texts, order = tuple(map(_plain, keys)), tuple(_order(tail, columns))
    listed = ", ".join(f"{_text(key)} AS key_{number}" for number, key in enumerate(keys))
    tokens = tokenize(f"SELECT {listed} {_text(tail)}", "", numbered=True)
    compared = list(_comparisons(select, texts, order, parameters))
    against = next(filter(None, compared), "")
    return _Cursor(texts, order, against, bool(compared), attrs.evolve(select, tokens=tokens))


def _check_cursor(
    describer: Describer, where: str, field: "attrs.Attribute[Any]", cursor: _Cursor
) -> Iterator[Finding]:
    if tuple(key.text for key in cursor.order) != cursor.keys:
        order = ", ".join(key.text for key in cursor.order) or "nothing"
        yield Finding(
            "warning",
            where,
            f"the cursor holds {', '.join(cursor.keys)}, and the rows are in the order of {order}: "
            "pages may miss or repeat rows",
            "Let the cursor hold what ORDER BY names, in the same order.",
        )
    elif cursor.against:
        yield Finding("error", where, cursor.against, "Compare by < if all keys are DESC, by > if none is.")
    yield from _check_keys(describer, where, field, cursor)


def _check_keys(describer: Describer, where: str, field: "attrs.Attribute[Any]", cursor: _Cursor) -> Iterator[Finding]:
    """Whether the field takes the cursors that rows have, and whether all rows are compared with one."""
    try:
        columns = describer.describe(cursor.select.text.encode()).columns
    except psycopg.Error:  # not of this form
        return
    values = [_EXAMPLES.get(column.type) for column in columns]
    if None in values:
        return
    takes: Any = field.converter
    types = ", ".join(column.type for column in columns)
    if not _is_taken(takes, values):
        yield Finding(
            "error",
            where,
            f"refuses the cursors of the rows, which hold {types}",
            "Give cursor(…) the types of the keys.",
        )
        return
    for number, column in enumerate(columns):
        if column.nullable:
            is_taken = _is_taken(takes, [*values[:number], None, *values[number + 1 :]])
            row = f"a row whose key {number + 1} is NULL"
            what = f"no page after a cursor has {row}" if is_taken else f"refuses the cursor of {row}"
            if cursor.is_compared or not is_taken:
                yield Finding("error", where, what, "Order by what cannot be NULL, as coalesce(…).")


def _is_taken(takes: Any, values: Sequence[object]) -> bool:
    try:
        takes(json.dumps(values))
    except Exception:  # noqa: BLE001 - whatever a user's converter raises
        return False
    return True


def _comparisons(
    select: Select, keys: Sequence[str], order: Sequence[_Key], parameters: Sequence[str]
) -> Iterator[str]:
    """Each comparison of all keys with the cursor, in the statement and in what it reads from: how it goes against the
    order, or nothing.
    """
    _, _, tail = split_select(select.tokens)
    _, condition, _ = clauses(tail)
    for conjunct in _conjuncts(condition):
        operator = _operator(conjunct, keys, parameters)
        if operator:
            directions = ", ".join("DESC" if key.descending else "ASC" for key in order)
            is_wrong = any(key.descending != (operator == "<") for key in order)
            yield f"rows after a cursor are those {operator} it, and the order is {directions}" if is_wrong else ""
    for relation in select.read_from():
        _, items, _ = split_select(relation.tokens)
        columns = {column_name(item): _plain(unnamed(item)) for item in items}
        yield from _comparisons(relation, [columns.get(key, key) for key in keys], order, parameters)


def _operator(condition: Tokens, keys: Sequence[str], parameters: Sequence[str]) -> str:
    """How the condition compares all keys with the cursor. Empty if it does not, or not it alone."""
    words = words_of(condition)
    if any(word.keyword == "or" for _, word in words):  # by which rows come that the comparison leaves out
        return ""
    for index, operator in words:
        if operator.text in ("<", ">"):
            compared = condition[:index]
            before = words_of(compared)
            if [word.text for _, word in before] == ["(", ")"]:
                compared = condition[before[0][0] + 1 : before[1][0]]
            against = {_spelt(token, parameters) for token in condition[index:]}
            if [_plain(each) for each in _split(compared)] == list(keys) and f":{AFTER}" in against:
                return operator.text
    return ""


def check_counts(classes: Iterable[QueryClass]) -> Iterator[Finding]:
    """The filters in which a query `CountThings` differs from `ListThings`, as far as their texts say it."""
    known = {each.query_name: each for each in classes if issubclass(each, Query)}
    for name, count in known.items():
        domain, _, title = name.partition(".")
        of = known.get(f"{domain}.List{title.removeprefix('Count')}") if title.startswith("Count") else None
        if of is not None:
            try:
                yield from _compare(of, count)
            except StatementError:  # which has a finding of its own
                continue


def _compare(listing: QueryClass, count: QueryClass) -> Iterator[Finding]:
    names, own = ({*each._optional} - {*_BOUNDS} for each in (listing, count))
    base, counted = _conditions(listing, ()), _conditions(count, ())
    filters = {name: _conditions(listing, [name]) - base for name in names}
    for name in sorted(name for name in names - own if filters[name]):
        yield _differs(count, f"has no filter {name}, which {listing.query_name} has")
    for name in sorted(own - names):
        yield _differs(count, f"has the filter {name}, which {listing.query_name} has not")
    wrong = [(base, counted)] + [(filters[name], _conditions(count, [name]) - counted) for name in sorted(names & own)]
    for expected, actual in wrong:
        for text in sorted(expected - actual):
            yield _differs(count, f"has not the condition {text} of {listing.query_name}")
        for text in sorted(actual - expected):
            yield _differs(count, f"has the condition {text}, which {listing.query_name} has not")


def _differs(count: QueryClass, what: str) -> Finding:
    return Finding("warning", count.query_name, what, "Count what the list shows: share the filters in a shape.")


def _conditions(query_class: QueryClass, names: Iterable[str]) -> frozenset[str]:
    """The conditions that choose the rows, in the statement and in what it reads from, with these fields given."""
    compared = [next(iter(values.values())) for values in query_class._choices.values()]
    composed = compose(query_class.source, query_class.result_class, frozenset([*names, *compared]))
    found = list(_of_select(read_statement(composed.text), composed.parameters))
    plain = {text for text, used in found if used is None}
    known = {f":{name}" for name in {*query_class._optional, *_BOUNDS}.difference(names)}
    known.update(word for text in plain for word in _PARAMETER.findall(text))  # and compared beside the subquery too
    subqueries = {" ".join([text, *sorted(used - known)]) for text, used in found if used is not None}
    return frozenset(plain | subqueries)


def _of_select(select: Select, parameters: Sequence[str]) -> "Iterator[tuple[str, AbstractSet[str] | None]]":
    """Each condition, and the parameters of one with a subquery."""
    _, _, tail = split_select(select.tokens)
    _, condition, _ = clauses(tail)
    for each in _conjuncts(condition):
        text = _plain(each, parameters)
        if text == "a subquery":
            yield text, _used(each, parameters, select.ctes)
        elif text.lower() != "true" and f":{AFTER}" not in text:
            yield text, None
    for relation in select.read_from():
        yield from _of_select(relation, parameters)


def _used(tokens: Tokens, parameters: Sequence[str], ctes: Mapping[str, Select | None]) -> set[str]:
    """The parameters of a subquery, and of the queries of a WITH that it reads."""
    used = {_spelt(token, parameters) for token in tokens if token.kind == "parameter"}
    seen: set[Select] = set()
    waiting = [ctes[name] for name in {token.name for token in tokens} & ctes.keys()]
    while waiting:
        read = waiting.pop()
        if read is not None and read not in seen:
            seen.add(read)
            used |= {_spelt(token, parameters) for token in read.tokens if token.kind == "parameter"}
            waiting += [read.ctes[name] for name in {token.name for token in read.tokens} & read.ctes.keys()]
    return used


def _conjuncts(condition: Tokens) -> list[Tokens]:
    """The parts of a WHERE that AND joins; as one part if a BETWEEN has an AND too, or OR joins them."""
    words = words_of(condition)
    if not words:
        return []
    inner = [index for index, word in words if word.keyword == "and"]
    if any(word.keyword in ("between", "case", "or") for _, word in words):
        inner = []
    edges = itertools.pairwise([words[0][0], *inner, len(condition)])
    return [condition[start + 1 : end] for start, end in edges]


def _array(tokens: Tokens) -> Sequence[Tokens]:
    """The items of `json_build_array(…)::text`."""
    words = words_of(tokens)
    if [word.text for _, word in words[3:4]] == ["::"]:
        tokens = tokens[: words[3][0]]
    name, arguments = called(tokens)
    return arguments if name in _ARRAYS else []


def _order(tail: Tokens, columns: Mapping[str, str]) -> Sequence[_Key]:
    """The keys of an ORDER BY. A name of a column is what the column is made of."""
    words = words_of(tail)
    start = next((n for n, (_, word) in enumerate(words) if word.keyword == "order"), None)
    if start is None:
        return []
    begin = words[start + 1][0] + 1
    end = next((index for index, word in words[start:] if word.keyword in _ENDS), len(tail))
    found: list[_Key] = []
    for item in _split(tail[begin:end]):
        kept = words_of(item)
        while kept and kept[-1][1].keyword in ("asc", "desc", "nulls", "first", "last"):
            kept = kept[:-1]
        said = {word.keyword for _, word in words_of(item)[len(kept) :]}
        text = _plain(item[: kept[-1][0] + 1]) if kept else ""
        found.append(_Key(columns.get(text, text), "desc" in said))
    return found


def _split(tokens: Tokens) -> list[Tokens]:
    """The parts between commas."""
    commas = [index for index, word in words_of(tokens) if word.text == ","]
    return [tokens[start + 1 : end] for start, end in itertools.pairwise([-1, *commas, len(tokens)])]


def _text(tokens: Tokens) -> str:
    return "".join(token.text for token in tokens)


def _plain(tokens: Tokens, parameters: Sequence[str] = ()) -> str:
    """The text without white space, and without the tables of columns: queries call them as they like."""
    words = [token for token in tokens if not token.blank]
    if any(word.keyword == "select" for word in words):  # in which other names have a meaning
        return "a subquery"
    kept: list[str] = []
    for number, word in enumerate(words):
        following = [each.text for each in words[number + 1 : number + 2]]
        if (word.name and following == ["."]) or (word.text == "." and number and words[number - 1].name):
            continue
        kept.append(_spelt(word, parameters))
    return " ".join(kept).replace("( ", "(").replace(" )", ")").replace(" (", "(").replace(" ,", ",")


def _spelt(word: Token, parameters: Sequence[str]) -> str:
    if word.kind == "parameter" and parameters:
        return f":{parameters[int(word.text[1:]) - 1]}"
    return word.name or word.text
