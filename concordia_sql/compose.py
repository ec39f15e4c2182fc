"""A statement with its shapes in front, cut to what a result class asks for: the text that PostgreSQL runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
import msgspec

from concordia_sql.columns import columns_of, nested_classes
from concordia_sql.lexer import Token, Tokens
from concordia_sql.statement import Shape, Source


@attrs.frozen(eq=False)
class Composed:
    """A text to send: `$1` in it stands for the first of `parameters`, and so on."""

    text: str
    parameters: tuple[str, ...]
    json: frozenset[str]
    """The parameters that the text casts to jsonb: their values are sent as JSON."""
    encoded: bytes = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: self.text.encode(), takes_self=True)
    )

    def values(self, query: object) -> list[object]:
        """The values of the parameters in order."""
        values = [getattr(query, name) for name in self.parameters]
        for index, name in enumerate(self.parameters):
            if name in self.json and values[index] is not None:
                values[index] = msgspec.json.encode(values[index]).decode()
        return values


def compose(source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statement of `source`, giving the columns of `result_class`.

    `present` are the fields that are given: conditional lines of others are left out, and a shape's parameters that are
    not present are NULL.
    """
    text = _Text(present)
    shapes = _shapes(source, result_class, text)
    columns = ", ".join(f"q.{_quoted(column)}" for column in columns_of(result_class))
    statement = f"SELECT {columns}\nFROM (\n{text.add(source.body)}\n) AS q"
    return text.composed(f"WITH {shapes}\n{statement}" if shapes else statement)


def compose_command(source: Source, result_class: type, present: frozenset[str]) -> Composed:
    """The statement of `source` as it stands, its shapes merged into its own WITH: a write must be at the top."""
    text = _Text(present)
    shapes = _shapes(source, result_class, text) if attrs.has(result_class) else ""
    body = list(source.body)
    words = [token.name for token in body if not token.blank][:2]
    head = ""
    if shapes:
        head = f"WITH {shapes}\n"
        if words[0] == "with":
            head = f"WITH {'RECURSIVE ' if words[1] == 'recursive' else ''}{shapes},\n"
            start = next(
                i for i, token in enumerate(body) if token.name == ("recursive" if words[1] == "recursive" else "with")
            )
            body = body[start + 1 :]
    return text.composed(head + text.add(body).lstrip())


def _shapes(source: Source, result_class: type, text: "_Text") -> str:
    """The shapes that the statement needs, as the list of a WITH."""
    return ", ".join(
        f"{shape.name} AS NOT MATERIALIZED (\n"
        f"SELECT{','.join(text.add(shape.columns[name], shape=True) for name in shape.columns if name in kept)}\n"
        f"{text.add(shape.tail, shape=True)}\n)"
        for shape, kept in _Cut(source, result_class, text.present).kept().items()
    )


def _quoted(name: str) -> str:
    return name if name == name.lower() else f'"{name}"'


class _Text:
    """Writes tokens, and numbers the parameters as they come."""

    def __init__(self, present: frozenset[str]) -> None:
        self.present = present
        self._numbers: dict[str, int] = {}
        self._json: set[str] = set()

    def add(self, tokens: Tokens, *, shape: bool = False) -> str:
        """The text of the tokens, without comments and the lines left out."""
        pieces: list[str] = []
        for index, token in enumerate(tokens):
            if token.kind in ("comment", "block") or not _stands(token, self.present):
                continue
            if token.kind == "space" and pieces and pieces[-1].isspace():
                pieces.pop()
            if token.kind == "parameter":
                cast = [following.name for following in tokens[index + 1 : index + 3]] == ["", "jsonb"]
                pieces.append(self._parameter(token.text[1:], shape=shape, json=cast))
            else:
                pieces.append(token.text)
        return "".join(pieces).rstrip()

    def composed(self, text: str) -> Composed:
        """The whole text, with the parameters in it."""
        return Composed(text, tuple(self._numbers), frozenset(self._json))

    def _parameter(self, name: str, *, shape: bool, json: bool) -> str:
        if shape and name not in self.present:
            return "NULL"
        if json:
            self._json.add(name)
        return f"${self._numbers.setdefault(name, len(self._numbers) + 1)}"


def _stands(token: Token, present: frozenset[str]) -> bool:
    """Whether the line of a token is not left out."""
    return token.when is None or token.when in present


class _Cut:
    """Finds the columns of each used shape that somebody names, so that no other is computed."""

    def __init__(self, source: Source, result_class: type, present: frozenset[str]) -> None:
        self._source = source
        self._present = present
        self._classes = nested_classes(result_class)
        self._kept: dict[Shape, set[str]] = {}
        self._asked: set[tuple[Shape, type | None]] = set()

    def kept(self) -> dict[Shape, set[str]]:
        """The shapes that the text refers to, in the order in which they can be written, with their columns."""
        self._ask_all(self._refer(self._source.body, self._source.uses), self._classes)
        return {shape: self._kept[shape] for shape in self._source.shapes() if shape in self._kept}

    def _ask_all(self, shapes: Iterable[Shape], classes: Sequence[type] | None) -> None:
        for shape in shapes:
            for cls in (None,) if classes is None else classes:
                self._ask(shape, cls)

    def _ask(self, shape: Shape, cls: type | None) -> None:
        """Keep what a whole row of `shape` needs to become a `cls`, or, for None, JSON of any form."""
        if (shape, cls) in self._asked:
            return
        self._asked.add((shape, cls))
        wanted = None if cls is None else columns_of(cls)
        for name in shape.columns if wanted is None else shape.columns.keys() & wanted.keys():
            self._ask_all(self._keep(shape, name), None if wanted is None else wanted[name].nested)

    def _keep(self, shape: Shape, name: str) -> set[Shape]:
        """Keep a column; returns the shapes of which its text takes whole rows."""
        self._kept[shape].add(name)
        return self._refer(shape.columns[name], shape.source.uses)

    def _refer(self, tokens: Tokens, uses: Mapping[str, Shape]) -> set[Shape]:
        """Keep what a text names of the shapes in it; returns those of which it takes whole rows."""
        words = [token for token in tokens if not token.blank and _stands(token, self._present)]
        aliases = [pair for index in range(len(words)) for pair in _aliases(words[index : index + 3], uses)]
        for _, shape in aliases:
            if shape not in self._kept:
                self._kept[shape] = set()
                self._ask_all(self._refer(shape.tail, shape.source.uses), self._classes)
        whole: set[Shape] = set()
        for qualifier, name in _references(words):
            known = [shape for alias, shape in aliases if alias == qualifier]
            for shape in known or [shape for _, shape in aliases]:
                if name == "*":
                    whole.add(shape)
                elif name in shape.columns and name not in self._kept[shape]:
                    self._ask_all(self._keep(shape, name), self._classes)
        return whole


def _aliases(words: Tokens, uses: Mapping[str, Shape]) -> Iterator[tuple[str, Shape]]:
    """The names for the shape that `words` begin with, if they do: `blog_post`, and `post` in `blog_post AS post`."""
    if (shape := uses.get(words[0].name)) is not None:
        yield shape.name, shape
        for word in words[1:]:
            if word.name != "as":
                yield word.name, shape
                break


def _references(words: Tokens) -> Iterator[tuple[str, str]]:
    """The columns that a text names, with their qualifiers; `*` for all of a row.

    A name too many does no harm but where a relation has it: so names of tables and those that the text gives do not count.
    """
    for index, word in enumerate(words):
        before = words[index - 1] if index else word
        after = words[index + 1] if index + 1 < len(words) else word
        if before.text == "." and index > 1:
            yield words[index - 2].name, word.name or word.text
        elif word.name and after.text != "." and before.name not in ("as", "from", "join"):
            yield "", word.name
        elif word.text == "*" and (before.name == "select" or before.text == ","):
            yield "", "*"
