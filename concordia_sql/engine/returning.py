"""`RETURNING table.*` of a command, written as the columns that the result class names."""

import itertools
from collections.abc import Sequence

import attrs

from concordia_sql.engine.columns import columns_of
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Token, Tokens, name_token
from concordia_sql.engine.statement import Source, column_name, outermost, split_select

_WRITES = ("insert", "update", "delete", "merge")
_VERBS = (*_WRITES, "select", "values", "table")
_UNITES = ("union", "intersect", "except")


@attrs.frozen
class _Output:
    """A statement in three parts: the text up to its list of columns, the items of the list, and the rest."""

    head: Tokens
    items: Sequence[Tokens]
    tail: Tokens


def write_columns(source: Source, result_class: type) -> Tokens:
    """The last statement of a command, with a list of columns in place of `table.*`.

    It lists the columns that the class names, without those that another item of RETURNING gives. A SELECT at the end
    may have one such star too, over a CTE. A star inside a CTE is left to PostgreSQL.

    Raises StatementError if the statement gives no rows, or lacks a column that the class names, and if the text does
    not tell the columns of the star.
    """
    body = source.body
    if not attrs.has(result_class):
        return body
    output = _output(source, result_class)
    if output is None:
        return body
    stars = [item for item in output.items if _is_star(item)]
    if not stars:
        _check_columns(source, output.items, result_class)
        return body
    _check_star(source, output, stars)
    given = {column_name(item) for item in output.items if not _is_star(item)}
    names = [name for name in columns_of(result_class) if name not in given]
    if not names and len(output.items) == 1:
        raise _refusal(source, stars[0], f"{result_class.__qualname__} names no column")
    items = [_listed(item, names) if _is_star(item) else item for item in output.items]
    written = [item for item in items if item]
    separated = [token for item in written for token in (*item, Token("symbol", ",", item[0].line))]
    return [*output.head, *separated[:-1], Token("space", "\n", body[-1].line), *output.tail]


def _output(source: Source, result_class: type) -> _Output | None:
    """The part of the statement that gives the rows. None if the text does not tell its list."""
    body = source.body
    if body[0].keyword not in ("with", *_VERBS):
        return None
    before = verb = ""
    for index, token in outermost(body):
        if token.blank:
            continue
        if not verb and token.keyword in _VERBS and before not in ("with", "recursive", ","):
            verb = token.keyword
        elif token.keyword == "returning" and before not in (".", "as"):
            return _Output(body[: index + 1], _split(body[index + 1 :]), ())
        before = token.keyword or token.text
    if verb in _WRITES:
        raise _refusal(source, body, f"it gives no rows for {result_class.__qualname__}; end it with RETURNING")
    head, items, tail = split_select(body)
    return _Output(head, items, tail) if verb == "select" and items else None


def _split(tokens: Tokens) -> Sequence[Tokens]:
    """The items of a list."""
    commas = [index for index, token in outermost(tokens) if token.text == ","]
    starts, ends = [0, *(index + 1 for index in commas)], [*commas, len(tokens)]
    return [tokens[start:end] for start, end in zip(starts, ends, strict=True)]


def _words(tokens: Tokens) -> Tokens:
    return [token for token in tokens if not token.blank]


def _is_star(item: Tokens) -> bool:
    """Whether the item ends in a star, as `*` and `table.*` do."""
    words = _words(item)
    return bool(words) and words[-1].text == "*"


def _check_columns(source: Source, items: Sequence[Tokens], result_class: type) -> None:
    """Refuse a class that names a column that the list does not give. A list without names is left to PostgreSQL."""
    given = [column_name(item) for item in items]
    missing = [name for name in columns_of(result_class) if name not in given]
    if missing and None not in given:
        there = ", ".join(sorted(filter(None, given)))
        problem = f"there is no column {', '.join(missing)} for {result_class.__qualname__}; there are {there}"
        raise _refusal(source, items[0], problem)


def _check_star(source: Source, output: _Output, stars: Sequence[Tokens]) -> None:
    """Refuse a star whose columns the text does not tell, or that a list of columns cannot replace."""
    words = _words(stars[0])
    outside = [token for _, token in outermost(output.tail) if not token.blank]
    if len(words) != 3 or words[1].text != "." or not words[0].name:
        raise _refusal(source, stars[0], "write a star as table.*, an item of its own")
    if len(stars) > 1:
        raise _refusal(source, stars[1], "a second star; a column could be of either table")
    for item in (output.head[-1:], *output.items):
        if any(token.when for token in item):
            raise _refusal(source, item, "a conditional line beside a star")
    for item in output.items:
        if not _is_star(item) and column_name(item) is None:
            raise _refusal(source, item, "a column without a name beside a star; end it with AS and one")
    if first := next((word for word in outside if word.keyword in (*_UNITES, "group")), None):
        raise _refusal(source, [first], f"{first.text} after a star; name the columns")
    for word, after in itertools.pairwise(outside):
        if after.kind == "number" and (word.keyword == "by" or word.text == ","):
            raise _refusal(source, [after], "a column by its position after a star; name it")


def _refusal(source: Source, tokens: Tokens, problem: str) -> StatementError:
    """The error, with the line on which the tokens begin."""
    line = _words([*tokens, *source.body])[0].line
    return StatementError(f"{source.path}:{line}: {problem}")


def _listed(star: Tokens, names: Sequence[str]) -> list[Token]:
    """The item `table.*` as `table.id, table.slug`. Empty if there are no names."""
    words = _words(star)
    line = words[0].line
    between = [Token("symbol", ",", line), Token("space", "\n    ", line)]
    listed = [token for name in names for token in (*between, *words[:2], name_token(name, line))]
    return [*star[: list(star).index(words[0])], *listed[len(between) :]] if names else []
