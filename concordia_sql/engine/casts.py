"""What the parameters of a text are cast to: `:at::date`, `(:at)::date`, `CAST(:at AS date)`."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from concordia_sql.engine.caching import cache
from concordia_sql.engine.lexer import Token, Tokens
from concordia_sql.engine.statement import Source

Casts: TypeAlias = Mapping[str, frozenset[str]]
"""The types that parameters are cast to; an empty text where there is no cast."""
JSON_TYPES = ("jsonb", "json")
JSON_ARRAYS = {"jsonb[]": "jsonb", "jsonb array": "jsonb", "json[]": "json", "json array": "json"}
"""The types of arrays of JSON, with that of their elements."""
_BEFORE_BRACKETS = re.compile(
    "and|between|by|case|distinct|else|having|ilike|like|limit|not|offset|on|or|returning|select|then|when|where"
)
"""The key words after which brackets hold an expression. After other words they may be those of a function."""
_TYPE_WORDS = re.compile("precision|varying|character|char|with|without|time|zone|year|month|day|hour|minute|second|to")
"""The words that may be in the name of a type, after the first."""
_SEVERAL_WORDS = re.compile(r"(double|character|char|national|nchar|bit|timestamp|time|interval)\b")
"""The words that begin such a name."""


def find_casts(tokens: Tokens) -> Mapping[int, str]:
    """The types that parameters are cast to, by the index of the parameter among the tokens.

    Casts of one parameter to one type give the same text, but for synonyms. JSON types are `jsonb` and `json`.
    """
    indexes = [index for index, token in enumerate(tokens) if not token.blank]
    solid = [tokens[index] for index in indexes]
    found = {indexes[at]: _cast(solid, at) for at, token in enumerate(solid) if token.kind == "parameter"}
    return {index: name for index, name in found.items() if name}


@cache
def only_casts(source: Source) -> Mapping[str, str]:
    """The parameters that a file casts to one type and no other, JSON aside. Without a cast, they are of that type."""
    casts: dict[str, set[str]] = {}
    for index, name in find_casts(source.body).items():
        if name not in JSON_TYPES:
            casts.setdefault(source.body[index].text[1:], set()).add(name)
    return {parameter: next(iter(names)) for parameter, names in casts.items() if len(names) == 1}


def all_casts(source: Source) -> Casts:
    """What the statements and shapes of a file cast each parameter to."""
    casts: dict[str, set[str]] = {}
    for each in (*source.before, source, *(shape.source for shape in source.shapes())):
        found = find_casts(each.body)
        for index, token in enumerate(each.body):
            if token.kind == "parameter":
                casts.setdefault(token.text[1:], set()).add(
                    found.get(index) or only_casts(each).get(token.text[1:], "")
                )
    return {name: frozenset(types) for name, types in casts.items()}


def _cast(solid: Tokens, at: int) -> str:
    first, last = at, at
    while _is_bracketed(solid, first, last):
        first, last = first - 1, last + 1
    following = solid[last + 1] if last + 1 < len(solid) else None
    if following is None:
        return ""
    if following.text == "::":
        return _type_at(solid, last + 2)
    opening = [token.text.lower() for token in solid[max(first - 2, 0) : first]]
    return _type_at(solid, last + 2) if following.keyword == "as" and opening == ["cast", "("] else ""


def _is_bracketed(solid: Tokens, first: int, last: int) -> bool:
    """Whether these tokens stand in brackets that are of no call."""
    if first < 1 or last + 1 >= len(solid) or solid[first - 1].text != "(" or solid[last + 1].text != ")":
        return False
    before = solid[first - 2] if first > 1 else None
    if before is None or _BEFORE_BRACKETS.fullmatch(before.keyword):
        return True
    return before.kind not in ("word", "quoted") and before.text not in (")", "]")


def _type_at(solid: Tokens, at: int) -> str:
    """The name of the type that begins here, in one spelling."""
    words = [_spelling(token) for token in solid[at : at + 1]]
    at += 1
    while at + 1 < len(solid) and solid[at].text == ".":
        words[-1] += f".{_spelling(solid[at + 1])}"
        at += 2
    while at < len(solid):
        token = solid[at]
        if token.text in ("(", "["):
            closing = ")" if token.text == "(" else "]"
            end = next((index for index in range(at, len(solid)) if solid[index].text == closing), len(solid) - 1)
            words[-1] += "".join(each.text for each in solid[at : end + 1])
            at = end + 1
        elif token.keyword == "array" or (_SEVERAL_WORDS.match(words[0]) and _TYPE_WORDS.fullmatch(token.keyword)):
            words.append(token.keyword)
            at += 1
        else:
            break
    return " ".join(words).removeprefix("pg_catalog.")


def _spelling(token: Token) -> str:
    return token.text if token.kind == "quoted" and token.name != token.name.lower() else token.name
