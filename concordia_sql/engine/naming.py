"""The names in a SQL file that stand for others: tokens with what is bound to them in their place.

`-- names: subject_id` in a header names a table, column or parameter whose name differs in each use of the file, or a
text in quotes. A line that ends in `-- when $author_id` stands only where that name is bound, and one that ends in
`-- when $after and :after` only there and when the field is given.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from concordia_sql.engine.conditions import bound_name, renamed
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Token, Tokens


def check_given(file: object, what: str, wanted: Sequence[str], given: Iterable[str]) -> None:
    """Raise StatementError, which names the file, if something is missing or unknown."""
    given = dict.fromkeys(given)
    if missing := [name for name in wanted if name not in given]:
        raise StatementError(f"{file}: it needs {what} for {', '.join(missing)}")
    if unknown := [name for name in given if name not in wanted]:
        raise StatementError(f"{file}: {what} for {', '.join(unknown)}, which its header does not name")


def check_names(file: object, wanted: Sequence[str], names: Mapping[str, str], body: Tokens) -> None:
    """Raise StatementError, which names the file, if a name is missing, unknown or no plain name."""
    optional = (bound_name(token.when)[0] for token in body)
    check_given(file, "a name", wanted, [*names, *filter(None, optional)])
    for old, new in names.items():
        if not new.isidentifier() or new != new.lower():
            raise StatementError(f"{file}: {old} is {new!r}, which is not a plain name")


def replaced(tokens: Tokens, names: Mapping[str, str]) -> list[Token]:
    """The tokens with `names` replaced. Those of a line for a name that is not bound are left out."""
    return [_replaced(token, names) for token in tokens if bound_name(token.when)[0] in (None, *names)]


def with_shapes(tokens: Tokens, shapes: Mapping[str, str]) -> list[Token]:
    """The tokens with roles replaced by the names of shapes. After a dot or AS, a word names something else."""
    result: list[Token] = []
    before = ""
    for token in tokens:
        is_role = token.name in shapes and before not in (".", "as")
        result.append(attrs.evolve(token, text=shapes[token.name]) if is_role else token)
        before = before if token.blank else token.text.lower()
    return result


def _replaced(token: Token, names: Mapping[str, str]) -> Token:
    text = token.text
    _, condition = bound_name(token.when)
    when = condition and renamed(condition, names)
    if token.kind == "parameter":
        text = ":" + ".".join(names.get(part, part) for part in text[1:].split("."))
    elif token.name in names:
        text = names[token.name]
    elif token.kind == "string" and text[1:-1] in names:
        text = f"'{names[text[1:-1]]}'"
    return attrs.evolve(token, text=text, when=when)
