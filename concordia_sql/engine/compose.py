"""A statement with its shapes in front, cut to what a result class asks for: the text that PostgreSQL runs."""

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs
import msgspec

from concordia_sql.engine.columns import columns_of, nested_classes
from concordia_sql.engine.conditions import holding
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Token, Tokens, quoted
from concordia_sql.engine.returning import write_columns
from concordia_sql.engine.statement import Shape, Source, column_name, outermost, split_select

_SOURCES = ("from", "join", "with", "recursive")  # what follows is no column
_WITH = re.compile(r"WITH\b(\s+RECURSIVE\b)?", re.IGNORECASE)


@attrs.frozen(eq=False)
class Composed:
    """A text to send: `$1` in it stands for the first of `parameters`, and so on."""

    text: str
    parameters: tuple[str, ...]
    json: frozenset[str]
    """The parameters that the text casts to jsonb: their values are sent as JSON."""
    before: "Sequence[Composed]" = ()
    """What is run before it, in one transaction with it."""
    encoded: bytes = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: self.text.encode(), takes_self=True)
    )

    def values(self, query: object) -> list[object]:
        """The values of the parameters in order."""
        values = [getattr(query, name) for name in self.parameters]
        if self.json:
            for index, name in enumerate(self.parameters):
                if name in self.json and values[index] is not None:
                    values[index] = msgspec.json.encode(values[index]).decode()
        return values


def compose(source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statement of `source`, giving the columns of `result_class`.

    `present` are the fields that are given, and the comparisons that hold, as `sort = 'best'`: conditional lines of
    others are left out, and a shape's parameters that are not present are NULL.

    Raises StatementError when the class cannot be filled, or asks for columns that the statement does not give.
    """
    _check_columns(source, result_class)
    text = _Text(holding(source.all_conditions, present))
    shapes = _shapes(source, result_class, text)
    columns = ", ".join(f"q.{quoted(column)}" for column in columns_of(result_class))
    statement = f"SELECT {columns}\nFROM (\n{text.add(source.body)}\n) AS q"
    return text.composed(f"WITH {shapes}\n{statement}" if shapes else statement)


def compose_command(source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statements of `source`, giving the columns of `result_class`.

    Shapes are merged into their own WITH: a write must be at the top. A statement whose every line is left out is none.

    Raises StatementError when the class cannot be filled, or asks for columns that the statement does not give.
    """
    before = [each for one in source.before if (each := compose_command(one, int, present)).text]
    text = _Text(holding(source.all_conditions, present), before)
    shapes = _shapes(source, result_class, text)
    body = text.add(write_columns(source, result_class))
    if not shapes:
        return text.composed(body)
    if opening := _WITH.match(body):
        return text.composed(f"{opening[0]} {shapes},{body[opening.end() :]}")
    return text.composed(f"WITH {shapes}\n{body}")


def _check_columns(source: Source, result_class: type) -> None:
    """Refuse a class that asks for what the select list does not give; a list that cannot be read is PostgreSQL's."""
    given: set[str] = set()
    _, items, tail = split_select(source.body)
    shapes = dict(_aliases([token for _, token in outermost(tail) if not token.blank], source.uses))
    for item in items:
        words = [token for token in item if not token.blank]
        if (name := column_name(item)) is not None:
            given.add(name)
        elif [word.text for word in words[1:]] == [".", "*"] and words[0].name in shapes:
            given.update(shapes[words[0].name].columns)
        else:
            return
    if items and (missing := [name for name in columns_of(result_class) if name not in given]):
        raise StatementError(
            f"{source.path}: there is no column {', '.join(missing)} for {result_class.__qualname__}; "
            f"there are {', '.join(sorted(given))}"
        )


def _shapes(source: Source, result_class: type, text: "_Text") -> str:
    """The shapes that the statement needs, as the list of a WITH."""
    return ", ".join(
        f"{shape.name} AS NOT MATERIALIZED (\n"
        f"SELECT{','.join(text.add(shape.columns[name], shape=True) for name in shape.columns if name in kept)}\n"
        f"{text.add(shape.tail, shape=True)}\n)"
        for shape, kept in _Cut(source, result_class, text.present).kept().items()
    )


class _Text:
    """Writes tokens, and numbers the parameters as they come."""

    def __init__(self, present: frozenset[str], before: Sequence[Composed] = ()) -> None:
        self.present = present
        self._before = before
        self._numbers: dict[str, int] = {}
        self._json: set[str] = set()

    def add(self, tokens: Tokens, *, shape: bool = False) -> str:
        """The text of the tokens, without comments and the lines left out."""
        pieces: list[str] = []
        for index, token in enumerate(tokens):
            if token.kind == "comment" or not _stands(token, self.present):
                continue
            if token.kind == "space" and pieces and pieces[-1].isspace():
                pieces.pop()
            if token.kind == "parameter":
                cast = [following.text.lower() for following in tokens[index + 1 : index + 3]] == ["::", "jsonb"]
                pieces.append(self._parameter(token.text[1:], shape=shape, json=cast))
            else:
                pieces.append(" " if token.kind == "block" else token.text)
        return "".join(pieces).rstrip()

    def composed(self, text: str) -> Composed:
        """The whole text, with the parameters in it."""
        return Composed(text, tuple(self._numbers), frozenset(self._json), self._before)

    def _parameter(self, name: str, *, shape: bool, json: bool) -> str:
        if shape and name not in self.present:
            return "NULL"
        if json:
            self._json.add(name)
        return f"${self._numbers.setdefault(name, len(self._numbers) + 1)}"


def _stands(token: Token, present: frozenset[str]) -> bool:
    """Whether the line of a token is not left out."""
    return token.when is None or token.when in present


Readers = Sequence["type | None"]
"""The classes that JSON becomes, and None for JSON that is taken in any form."""
Aliases = Sequence[tuple[str, Shape]]


class _Cut:
    """Finds the columns of each used shape that somebody names, so that no other is computed.

    A row that becomes JSON is cut to the classes that read it. What a text does itself with JSON cannot be known: that
    is left whole.
    """

    def __init__(self, source: Source, result_class: type, present: frozenset[str]) -> None:
        self._source = source
        self._present = present
        self._wanted = columns_of(result_class) if attrs.has(result_class) else {}
        self._classes: Readers = nested_classes(result_class) if self._wanted else ()
        columns = [column for cls in self._classes if cls for column in columns_of(cls).values()]
        self._all: Readers = (*self._classes, *{None for column in columns if None in column.nested})
        self._kept: dict[Shape, set[str]] = {}
        self._seen: set[tuple[Shape, str, Readers]] = set()

    def kept(self) -> dict[Shape, set[str]]:
        """The shapes that the text refers to, in the order in which they can be written, with their columns."""
        uses = self._source.uses
        head, items, tail = split_select(self._source.body)
        around = [*head, *tail]
        self._refer(around, uses, (), self._all, self._classes)
        for item in items:
            column = self._wanted.get(column_name(item) or "")
            readers = self._all if column is None else column.nested
            self._refer(item, uses, _aliases(self._words(around), uses), readers, self._classes)
        return {shape: self._kept[shape] for shape in self._source.shapes() if shape in self._kept}

    def _ask(self, shape: Shape, readers: Readers) -> None:
        """Keep what the readers of whole rows need."""
        for reader in readers:
            wanted = None if reader is None else columns_of(reader)
            for name in shape.columns:
                if wanted is None or name in wanted:
                    self._keep(shape, name, (None,) if wanted is None else wanted[name].nested)

    def _keep(self, shape: Shape, name: str, readers: Readers) -> None:
        """Keep a column, and what the readers of the JSON in it need."""
        key = (shape, name, tuple(readers))
        if key not in self._seen:
            self._seen.add(key)
            self._kept[shape].add(name)
            uses = shape.source.uses
            self._refer(shape.columns[name], uses, _aliases(self._words(shape.tail), uses), readers, readers)

    def _refer(
        self, tokens: Tokens, uses: Mapping[str, Shape], around: Aliases, readers: Readers, row_readers: Readers
    ) -> None:
        """Keep what a text names of the shapes in it and around it, given the readers of its JSON and of its rows."""
        words = self._words(tokens)
        aliases = [*_aliases(words, uses), *around]
        for _, shape in aliases:
            if shape not in self._kept:
                self._kept[shape] = set()
                self._refer(shape.tail, shape.source.uses, (), self._all, ())
        if any("object" in word.name for word in words):  # as in json_build_object: rows in classes in between
            readers = self._all
        for qualifier, name, alone in _references(words):
            known = [shape for alias, shape in aliases if alias == qualifier] or [shape for _, shape in aliases]
            for shape in dict.fromkeys(known):
                if name == "*":
                    self._ask(shape, row_readers if alone else readers)
                elif name in shape.columns:
                    self._keep(shape, name, readers if alone else (None,))

    def _words(self, tokens: Tokens) -> Tokens:
        return [token for token in tokens if not token.blank and _stands(token, self._present)]


def _aliases(words: Tokens, uses: Mapping[str, Shape]) -> Aliases:
    """The names for shapes in a text: `blog_post`, and `post` in `blog_post AS post`."""
    found: list[tuple[str, Shape]] = []
    for index, word in enumerate(words):
        shape = uses.get(word.name)
        if shape is not None and (index == 0 or words[index - 1].text.lower() not in ("as", ")")):
            following = [after.name for after in words[index + 1 : index + 3] if after.keyword != "as"]
            found += [(alias, shape) for alias in (shape.name, *following[:1]) if alias]
    return found


def _references(words: Tokens) -> Iterator[tuple[str, str, bool]]:
    """The columns that a text names, with their qualifiers, `*` for all; and whether it gives them away as they are.

    A name too many does no harm but for the `AS name` of the text's own: it would keep another relation of that name.
    """
    texts = ["", "", "", *(word.keyword or word.text for word in words), ""]
    for index, (word, after) in enumerate(zip(words, texts[4:], strict=True)):
        qualified = texts[index + 2] == "."
        before = texts[index] if qualified else texts[index + 2]
        qualifier = words[index - 2].name if qualified else ""
        alone = before in _SOURCES or (before in ("", "select", ",") and after in ("", ",", "from", "as"))
        if word.text == "*":
            if qualified or after in ("", ",", "from"):
                yield qualifier, "*", alone
        elif word.name and after != "." and (qualified or before != "as"):
            yield qualifier, word.name, alone
