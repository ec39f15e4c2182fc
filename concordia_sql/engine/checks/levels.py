"""The rows that a statement nests as JSON, each level as a statement of its own, which PostgreSQL can describe.

A relation is a scalar subquery over one call: `(SELECT json_agg(author.*) FROM author WHERE …) AS authors`. Its level
is `SELECT author.*` over the same rows, joined laterally to the query around it. Other forms have no level.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence

import attrs

from concordia_sql.engine.lexer import Token, Tokens, tokenize
from concordia_sql.engine.statement import column_name, outermost, split_select

_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)
_NAMED = re.compile(r'(?:\bWITH|\bRECURSIVE|,)\s*("[^"]+"|[^\s,()"]+)\s*(?:\([^)]*\)\s*)?\bAS\b', re.IGNORECASE)
"""The names that a WITH may give, and others that look like it."""
_ROWS = ("json_agg", "jsonb_agg", "to_json", "to_jsonb", "row_to_json")
_OBJECTS = ("json_build_object", "jsonb_build_object")
_GROUPING = ("group", "having", "window")
_SETS = ("union", "intersect", "except")
_ENDS = (*_GROUPING, *_SETS, "order", "limit", "offset", "fetch", "for")
_JOINING = ("join", "left", "right", "full", "inner", "outer", "cross", "natural")
_AFTER_NAMES = (*_JOINING, "on", "using", "where", "tablesample", *_ENDS)

Words = Sequence[tuple[int, Token]]
"""The tokens outside of brackets that are not blank, with their indexes: `(` is followed by its `)`."""
Around = Callable[[str], str]


@attrs.frozen(eq=False)
class Select:
    """A SELECT, and the statement around it in which its names mean what they mean."""

    tokens: Tokens
    ctes: "Mapping[str, Select | None]"
    around: Around
    """The statement that gives the rows of a SELECT written in place of this one."""
    shows_nulls: bool = True
    """Whether its rows are those of the statement, so that a column that can be NULL here can be there."""
    many: bool = False
    """Whether they are gathered in an array."""

    @property
    def text(self) -> str:
        """The statement, whose parameters are numbered anew."""
        numbers: dict[str, str] = {}
        return "".join(
            numbers.setdefault(token.text, f"${len(numbers) + 1}") if token.kind == "parameter" else token.text
            for token in tokenize(self.around(_text(self.tokens)), "", numbered=True)
        )

    def level(self, column: str) -> "Select | None":
        """The rows that are nested in a column, or None where the text does not say so plainly."""
        words = words_of(self.tokens)
        _, items, tail = split_select(self.tokens)
        if not words or words[0][1].keyword != "select" or any(word.keyword in _SETS for _, word in words):
            return None
        for item in items:
            if column_name(item) == column:
                return self._level_in(unnamed(item), tail)
        for item in items:
            for relation in self._shown(item, tail):
                if relation is not None and (found := relation.level(column)) is not None:
                    return found
        return None

    def read_from(self) -> "Sequence[Select]":
        """The SELECTs in FROM that choose the rows: with an outer join, the first one alone."""
        _, _, tail = split_select(self.tokens)
        source, _, _ = clauses(tail)
        outer = any(word.keyword in ("left", "right", "full") for _, word in words_of(source))
        relations = list(self._relations(tail).values())
        return [each for each in (relations[:1] if outer else relations) if each is not None]

    def _shown(self, item: Tokens, tail: Tokens) -> "Sequence[Select | None]":
        """The relations whose columns a star shows."""
        texts = [word.name or word.text for _, word in words_of(item)]
        relations = self._relations(tail)
        if texts == ["*"]:
            return list(relations.values())
        return [relations.get(texts[0])] if texts[1:] == [".", "*"] else []

    def _level_in(self, expression: Tokens, tail: Tokens) -> "Select | None":
        """The rows nested in an item of the select list."""
        words = [word for _, word in words_of(expression)]
        relations = self._relations(tail)
        if len(words) == 3 and words[1].text == ".":
            relation = relations.get(words[0].name)
            return relation.level(words[2].name) if relation else None
        if len(words) == 1 and words[0].name:
            found = [level for each in relations.values() if each and (level := each.level(words[0].name))]
            return found[0] if len(found) == 1 else None
        if [word.text for word in words] != ["(", ")"]:
            return self._rows(expression, tail, own=False)
        (opening, _), (closing, _) = words_of(expression)
        inner = _read(expression[opening + 1 : closing], self.ctes, self._beside(tail))
        _, items, inner_tail = split_select(inner.tokens)
        whole = words_of(inner.tokens)
        if len(items) != 1 or whole[0][1].keyword != "select" or any(word.keyword in _SETS for _, word in whole):
            return None
        return inner._rows(unnamed(items[0]), inner_tail, own=True)

    def _rows(self, expression: Tokens, tail: Tokens, *, own: bool) -> "Select | None":
        """The rows that a call gathers or shows, as a SELECT of their columns."""
        row = _row(expression, self._relations(tail))
        if row is None:
            return None
        if own and not _gathers(expression):
            return attrs.evolve(self, tokens=tokenize(f"SELECT {row} {_text(tail)}", "", numbered=True), many=False)
        source, condition, rest = clauses(tail)
        grouped = any(word.keyword in _GROUPING for _, word in words_of(rest))
        tokens = tokenize(f"SELECT {row} {_text(source)} {_text(condition)}", "", numbered=True)
        return attrs.evolve(
            self, tokens=tokens, shows_nulls=self.shows_nulls and own and not grouped, many=_gathers(expression)
        )

    def _beside(self, tail: Tokens) -> Around:
        """The query around a subquery in the select list, joined laterally to the rows that the subquery is for."""
        source, condition, _ = clauses(tail)
        joined = f"{_text(source)} CROSS JOIN LATERAL" if source else "FROM"
        return lambda select: self.around(
            f"SELECT concordia_level.* {joined} (\n{select}\n) AS concordia_level {_text(condition)}"
        )

    def _relations(self, tail: Tokens) -> "Mapping[str, Select | None]":
        """The items of FROM by alias. None for an item that is not a SELECT."""
        source, _, _ = clauses(tail)
        words = words_of(source)
        starts = [
            index for index, (_, word) in enumerate(words) if word.keyword in ("from", "join") or word.text == ","
        ]
        found: dict[str, Select | None] = {}
        for start, end in itertools.pairwise([*starts, len(words)]):
            name, relation = self._relation(source, words[: start + 1], words[start + 1 : end])
            found[name] = relation
        return found

    def _relation(self, source: Tokens, before: Words, words: Words) -> "tuple[str, Select | None]":
        """An item of FROM: its name there, and the SELECT that it is."""
        first = [word.keyword for _, word in words[:1]]
        lateral = first == ["lateral"]
        if lateral or first == ["only"]:
            words = words[1:]
        texts = [word.text for _, word in words]
        name, relation, rest = "", None, words
        if texts[:2] == ["(", ")"]:
            inner, rest = source[words[0][0] + 1 : words[1][0]], words[2:]
            if [word.keyword for _, word in words_of(inner)][:1] in (["select"], ["with"]):
                relation = _read(inner, self.ctes, self._beside(_joined(source, before)) if lateral else self.around)
        elif texts[1:2] == ["."]:
            name, rest = words[2][1].name if len(words) > 2 else "", words[3:]
        elif texts[1:3] == ["(", ")"]:
            name, rest = words[0][1].name, words[3:]
        elif words:
            name, rest = words[0][1].name, words[1:]
            relation = self.ctes.get(name)
        named = [word for _, word in rest if word.keyword != "as"]
        if named and named[0].name and named[0].keyword not in _AFTER_NAMES:
            name = named[0].name
            if [word.text for word in named[1:2]] == ["("]:  # its columns are named anew
                relation = None
        return name, relation


def _joined(source: Tokens, before: Words) -> Tokens:
    """The part of FROM that a lateral subquery is joined to."""
    end = len(before) - 1
    while end and before[end - 1][1].keyword in _JOINING:
        end -= 1
    return source[: before[end][0]]


def read_statement(text: str) -> Select:
    """A composed statement. For a query, it is the statement inside the SELECT of the columns of its class."""
    whole = _read(tokenize(text, "", numbered=True), {}, lambda select: select)
    _, items, tail = split_select(whole.tokens)
    inner = whole._relations(tail).get("q") if items and len(words_of(tail)) == 5 else None  # FROM (…) AS q
    return inner or whole


def _read(tokens: Tokens, ctes: "Mapping[str, Select | None]", around: Around) -> Select:
    """A SELECT, with the queries in its WITH."""
    words = words_of(tokens)
    if not words or words[0][1].keyword != "with":
        return Select(tokens, ctes, around)
    recursive = words[1][1].keyword == "recursive"
    index = 2 if recursive else 1
    named: list[tuple[str, int, Tokens]] = []
    while True:
        start, name = index, words[index][1].name
        renamed = words[index + 1][1].text == "("
        index += 3 if renamed else 1
        while words[index][1].text != "(":  # AS NOT MATERIALIZED
            index += 1
        body = tokens[words[index][0] + 1 : words[index + 1][0]]
        named.append(("" if renamed else name, words[start - 1][0], body))
        index += 2
        if words[index][1].text != ",":
            break
        index += 1
    begin = words[index][0]
    known = dict(ctes)
    for number, (name, end, body) in enumerate(named):
        opening = tokens[:begin] if recursive else tokens[:end] if number else []
        known[name] = _read(body, dict(known), _after(around, _text(opening)))
    return Select(tokens[begin:], known, _after(around, _text(tokens[:begin])))


def _after(around: Around, opening: str) -> Around:
    """The text around a SELECT that follows a WITH."""

    def written(select: str) -> str:
        first, second = _WITH.match(opening), _WITH.match(select)
        if first and second and not any(_is_named(name, opening) for name in _NAMED.findall(select)):
            recursive = first[1] or second[1] or ""
            return around(f"WITH {recursive}{opening[first.end() :]}, {select[second.end() :]}")
        if opening and select.lstrip()[:4].upper() == "WITH":
            select = f"SELECT concordia_level.* FROM (\n{select}\n) AS concordia_level"
        return around(f"{opening}\n{select}")

    return written


def _is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name.strip(chr(34)))}(?![\w$])", text, re.IGNORECASE) is not None


def _row(expression: Tokens, aliases: Mapping[str, object]) -> str | None:
    """The select list that gives the columns of a row in JSON, where a call makes it of a whole row or an object."""
    name, arguments = called(expression)
    if name == "coalesce":
        return _row(arguments[0], aliases)
    if name in _OBJECTS:
        return _object(arguments)
    first = arguments[0] if arguments else []
    order = [index for index, word in words_of(first) if word.keyword == "order"]
    if name not in _ROWS or (len(arguments) > 1 and not order):
        return None
    argument = first[: order[0]] if order else first
    words = [word for _, word in words_of(argument)]
    whole = len(words) == 1 and words[0].name in aliases
    if whole or [word.text for word in words[1:]] == [".", "*"]:
        return f"{words[0].text}.*"
    return _row(argument, aliases)


def _gathers(expression: Tokens) -> bool:
    """Whether a call makes one value of many rows."""
    name, arguments = called(expression)
    return _gathers(arguments[0]) if name == "coalesce" else name.endswith("_agg")


def _object(arguments: Sequence[Tokens]) -> str | None:
    """The values of an object, named by its keys."""
    items: list[str] = []
    for key, value in zip(arguments[::2], arguments[1::2], strict=False):
        text = _text(key).strip()
        if len(words_of(key)) != 1 or not text.startswith("'"):
            return None
        name = text[1:-1].replace("''", "'").replace('"', '""')
        items.append(f'{_text(value)} AS "{name}"')
    return ", ".join(items) or None


def called(expression: Tokens) -> tuple[str, Sequence[Tokens]]:
    """The name and the arguments of an expression that is one call; no name otherwise."""
    words = words_of(expression)
    if len(words) != 3 or words[1][1].text != "(":
        return "", []
    inner = expression[words[1][0] + 1 : words[2][0]]
    commas = [index for index, word in words_of(inner) if word.text == ","]
    edges = itertools.pairwise([-1, *commas, len(inner)])
    return words[0][1].name, [inner[start + 1 : end] for start, end in edges]


def clauses(tail: Tokens) -> tuple[Tokens, Tokens, Tokens]:
    """FROM, WHERE and what follows them."""
    end = next((index for index, word in words_of(tail) if word.keyword in _ENDS), len(tail))
    where = next((index for index, word in words_of(tail[:end]) if word.keyword == "where"), end)
    return tail[:where], tail[where:end], tail[end:]


def unnamed(item: Tokens) -> Tokens:
    """An item of a select list without its name."""
    words = words_of(item)
    return item[: words[-2][0]] if len(words) > 2 and words[-2][1].keyword == "as" else item


def words_of(tokens: Tokens) -> Words:
    """The tokens outside of brackets that are not blank, with their indexes."""
    return [(index, token) for index, token in outermost(tokens) if not token.blank]


def _text(tokens: Tokens) -> str:
    return "".join(token.text for token in tokens)
