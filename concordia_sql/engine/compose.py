"""Writes the text that is sent: the statement after its shapes in a WITH, pruned to the columns that a class needs."""

import bisect
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import msgspec

from concordia_sql.engine.casts import JSON_ARRAYS, JSON_TYPES, find_casts, only_casts
from concordia_sql.engine.columns import columns_of, is_result_class, nested_classes, spell
from concordia_sql.engine.conditions import holding
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.generics import plain_class
from concordia_sql.engine.lexer import Token, Tokens, quoted
from concordia_sql.engine.prune import Kept, is_present, pruned, whole
from concordia_sql.engine.returning import write_columns
from concordia_sql.engine.statement import Shape, Source

json_encoder = msgspec.json.Encoder(decimal_format="number")
_LOCATION = re.compile(r"\0([^\0]*)\0")
"""The mark before each line of a file in a text that is being composed; no SQL holds a NUL."""
_FIRST_WORD = re.compile(r"\s*\w+")
_NOT_IN_NAMES = re.compile(r"[^\w.]+")
_COLUMNS = ", the columns of its result"
_NAME = re.compile(r'q\.(?:"((?:[^"]|"")*)"|(\w+))')
_WITH = re.compile(rf"({_LOCATION.pattern})?WITH\b(\s+({_LOCATION.pattern})?RECURSIVE\b)?", re.IGNORECASE)


@attrs.frozen(eq=False)
class Composed:
    """A text to send. `$1` in it is the first of `parameters`, and so on.

    A parameter has one number for each type that it is cast to: otherwise the first cast would decide for all.
    """

    text: str
    parameters: tuple[str, ...]
    casts: tuple[str, ...]
    """The types that the parameters are cast to. An empty text where there is no cast."""
    before: "Sequence[Composed]" = ()
    """The statements that are run before it, in the same transaction."""
    locations: Sequence[tuple[int, str]] = attrs.field(default=(), repr=False)
    """Where in the text each line of a SQL file begins, and its `file:line`."""
    name: str = ""
    """The name of the query, which is sent in a comment after the first word: there the server's views keep it."""
    unnamed: "Composed | None" = attrs.field(default=None, repr=False)
    """The same text without the name."""
    encoded: bytes = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: self._named().encode(), takes_self=True)
    )
    json: tuple[int, ...] = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: _json_positions(self.casts), takes_self=True)
    )
    """The positions of the parameters that are cast to json, jsonb or arrays of these. They are sent as JSON."""
    _pick: Callable[[object], Sequence[Any]] = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: _picked(self.parameters), takes_self=True)
    )

    def location(self, position: int) -> str:
        """The `file:line` of what is at a position in the text, from 1 on, as the server counts; or empty."""
        after = bisect.bisect(self.locations, self._without_name(position) - 1, key=operator.itemgetter(0))
        return self.locations[after - 1][1] if after else ""

    def column(self, position: int) -> str:
        """The name of the column at a position, where that is in the list of those that the result class asks for."""
        start = self._without_name(position) - 1
        name = _NAME.match(self.text, start) if self.location(position).endswith(_COLUMNS) else None
        return name[1] or name[2] if name else ""

    def named(self, name: str) -> "Composed":
        """The same with a name, which is that of each statement."""
        before = [each.named(name) for each in self.before]
        return attrs.evolve(self, name=_NOT_IN_NAMES.sub("_", name), unnamed=self, before=before)

    def _named(self) -> str:
        head = _FIRST_WORD.match(self.text)
        if not self.name or head is None:
            return self.text
        return f"{head[0]}{self._comment()}{self.text[head.end() :]}"

    def _comment(self) -> str:
        return f" /* {self.name} */"

    def _without_name(self, position: int) -> int:
        """A position in the text, of one in what is sent."""
        head = _FIRST_WORD.match(self.text)
        is_behind = self.name and head is not None and position > head.end()
        return position - len(self._comment()) if is_behind else position

    def values(self, query: object) -> Sequence[object]:
        """The values of the parameters, in order."""
        values = self._pick(query)
        if not self.json:
            return values
        values = [*values]
        for index in self.json:
            value, cast = values[index], self.casts[index]
            if cast in JSON_TYPES:
                values[index] = _as_json(value, cast)
            elif isinstance(value, list | tuple):
                values[index] = [_as_json(each, JSON_ARRAYS[cast]) for each in value]
        return values


def _as_json(value: object, cast: str) -> object:
    is_written = cast == "json" and isinstance(value, str)  # as a cursor is
    return value if value is None or is_written else json_encoder.encode(value).decode()


def _picked(names: Sequence[str]) -> Callable[[object], Sequence[Any]]:
    """A function that picks the values of these fields, in one call."""
    if any("." in name for name in names):
        return lambda query: [_value(query, name) for name in names]
    if len(names) > 1:
        return operator.attrgetter(*names)
    return (lambda query: (getattr(query, names[0]),)) if names else lambda _: ()


def _value(query: object, parameter: str) -> Any:
    name, _, of_rows = parameter.partition(".")
    value = getattr(query, name)
    return column_of(value, of_rows) if of_rows else value


def column_of(rows: Any, name: str) -> Any:
    """What many rows have in this field, in their order: the value of `:rows.name`. NULL has none."""
    return tuple(map(operator.attrgetter(name), rows)) if isinstance(rows, tuple | list) else rows


def _json_positions(casts: Sequence[str]) -> tuple[int, ...]:
    return tuple(index for index, cast in enumerate(casts) if cast in JSON_TYPES or cast in JSON_ARRAYS)


def compose(source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statement of `source`, giving the columns of `result_class`.

    `present` are the fields that are given and the comparisons that hold, as in `sort = 'best'`. Conditional lines with
    other conditions are left out. Other parameters of a shape are NULL.

    Raises StatementError if the class cannot be filled, or asks for columns that the statement does not give.
    """
    if is_result_class(result_class):
        _check_class(source, result_class)
    present = holding(source.all_conditions, present)
    return compose_with(pruned(source, result_class, present), source, result_class, present)


def _check_class(source: Source, result_class: type) -> None:
    """Refuse a class that cannot be filled, or that has such a class nested in it."""
    try:
        _check_secrets(source, nested_classes(result_class))
    except StatementError as error:
        raise StatementError(f"{source.path}:{source.body[0].line}: {error}") from None


def _check_secrets(source: Source, classes: Iterable[Any]) -> None:
    libraries = {source.library, *(shape.source.library for shape in source.shapes())}
    secrets = frozenset[str]().union(*(library.secrets for library in libraries))
    any_key = any(secrets & shape.columns.keys() for shape in source.shapes())  # which a field of type dict would read
    for cls in classes:
        columns = columns_of(cls)
        for field in attrs.fields(plain_class(cls)):
            free = any_key and field.name in columns and None in columns[field.name].nested
            if (field.name in secrets or free) and field.repr is not False:
                raise StatementError(
                    f"{spell(cls)}.{field.name} would show a secret; a class that reads it says attrs.field(repr=False)"
                )


def compose_with(shapes: Kept, source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statement, with these columns of its shapes."""
    text = _Text(present)
    before = _write_shapes(shapes, source, text)
    names = columns_of(result_class) if is_result_class(result_class) else ()
    columns = ", ".join(f"q.{quoted(name)}" for name in names) or "q.*"
    body = text.add(source.body, source)
    statement = f"\0{source.path}:{source.body[0].line}{_COLUMNS}\0SELECT {columns}\nFROM (\n{body}\n) AS q"
    return text.composed(f"WITH {before}\n{statement}" if before else statement)


def compose_command(source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statements of `source`, giving the columns of `result_class`.

    Shapes are merged into the statement's own WITH, since a write must be at the top level. They keep all columns, as
    it is not known who reads a column that is written. A statement is not run if all of its lines are left out.

    Raises StatementError if the class cannot be filled, or asks for columns that the statement does not give.
    """
    if is_result_class(result_class):
        _check_class(source, result_class)
    before = [each for one in source.before if (each := compose_command(one, int, present)).text]
    present = holding(source.all_conditions, present)
    text = _Text(present, before)
    shapes = _write_shapes(whole(source, present), source, text)
    body = text.add(write_columns(source, result_class), source)
    if not shapes:
        return text.composed(body)
    if opening := _WITH.match(body):
        _check_shadows(source)
        location = _LOCATION.findall(opening[0])[-1]
        return text.composed(f"{opening[0]} {shapes},\0{location}\0{body[opening.end() :]}")
    return text.composed(f"WITH {shapes}\n{body}")


def _check_shadows(source: Source) -> None:
    """Refuse a WITH of a command that has a name of the shapes that are merged into it."""
    used = {shape.name for shape in source.shapes()}
    depth, before = 0, ""
    for token in (token for token in source.body if not token.blank):
        if depth == 0 and before in ("with", "recursive", ",") and token.name in used:
            raise StatementError(
                f"{source.path}:{token.line}: {token.name} in WITH is a shape too; give it another name"
            )
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            before = token.keyword or token.text
        if depth == 0 and before in ("select", "insert", "update", "delete", "merge", "values"):
            return


def _write_shapes(shapes: Kept, source: Source, text: "_Text") -> str:
    """The shapes with these columns, as the list of a WITH."""
    if len({shape.name for shape in shapes}) == len(shapes):
        return ", ".join(_write_shape(shape, shapes, text) for shape in shapes)
    return _write_nested(shapes, source, text)


def _write_nested(shapes: Kept, source: Source, text: "_Text") -> str:
    """The shapes of a text, each with a WITH of those that it uses, so that two libraries may use the same name."""
    used = [shape for shape in source.uses.values() if shape in shapes]
    return ", ".join(_write_shape(shape, shapes, text, _write_nested(shapes, shape.source, text)) for shape in used)


def _write_shape(shape: Shape, shapes: Kept, text: "_Text", inner: str = "") -> str:
    columns = (
        text.add(shape.columns[name], shape.source, shape=True) for name in shape.columns if name in shapes[shape]
    )
    before = f"WITH {inner}\n" if inner else ""
    select = f"SELECT{','.join(columns)}\n{text.add(shape.tail, shape.source, shape=True)}"
    return f"{shape.name} AS NOT MATERIALIZED (\n{before}{select}\n)"


class _Text:
    """Writes tokens as text, and numbers the parameters in the order in which they come."""

    def __init__(self, present: frozenset[str], before: Sequence[Composed] = ()) -> None:
        self.present = present
        self._before = before
        self._numbers: dict[tuple[str, str, Source | None], int] = {}

    def add(self, tokens: Tokens, source: Source, *, shape: bool = False) -> str:
        """The text of tokens of `source`, without comments and the lines that are left out, a mark before each line."""
        pieces: list[str] = []
        line = 0
        tokens = [token for token in tokens if is_present(token, self.present)]
        casts = find_casts(tokens)
        for index, token in enumerate(tokens):
            if token.kind == "comment":
                continue
            if token.kind == "space" and pieces and pieces[-1].isspace():
                pieces.pop()
            if not token.blank and token.line != line:
                line = token.line
                pieces.append(_location_mark(source, token))
            if token.kind == "parameter":
                pieces.append(self._parameter(token.text[1:], casts.get(index, ""), source, shape=shape))
            else:
                pieces.append(" " if token.kind == "block" else token.text)
        return "".join(pieces).rstrip()

    def composed(self, text: str) -> Composed:
        """The whole text, with the parameters in it, and without the marks."""
        start, *rest = _LOCATION.split(text)
        locations: list[tuple[int, str]] = []
        length = len(start)
        for location, piece in zip(rest[::2], rest[1::2], strict=True):
            locations.append((length, location))
            length += len(piece)
        whole_text = "".join([start, *rest[1::2]])
        names = tuple(name for name, _, _ in self._numbers)
        return Composed(whole_text, names, tuple(cast for _, cast, _ in self._numbers), self._before, locations)

    def _parameter(self, name: str, cast: str, source: Source, *, shape: bool) -> str:
        """The number of a parameter. One without a cast has a number of its own in each file."""
        if shape and name.partition(".")[0] not in self.present:
            return "NULL"
        cast = cast or only_casts(source).get(name, "")
        key = (name, cast, None if cast else source)
        return f"${self._numbers.setdefault(key, len(self._numbers) + 1)}"


def _location_mark(source: Source, token: Token) -> str:
    """The mark of a token's line."""
    return f"\0{source.location(token.line)}\0"
