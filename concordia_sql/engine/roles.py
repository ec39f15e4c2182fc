"""One statement for several tables: each query binds its roles to shapes, and its names to other names.

`-- uses: $thread` in a header names a role. The text uses it like a table, and each query says which shape it is:
`shapes={"thread": "blog/shown_comment"}`. `-- names: subject_id` names a table, column or parameter whose name differs
in each query, or a text in quotes: `names={"subject_id": "post_id"}`. A line that ends in `-- when $author_id` stands
only in the queries that bind this name.
"""

from collections.abc import Mapping, Sequence

import attrs

from concordia_sql.engine.conditions import renamed
from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Token, Tokens
from concordia_sql.engine.statement import Shape, Source, find_shape


def bind(source: Source, shapes: Mapping[str, str], names: Mapping[str, str]) -> Source:
    """The statement with its roles bound to `shapes` and its names replaced by `names`.

    Raises StatementError if one is missing or unknown, if there is no such shape, and if the text of a shape uses the
    name of a role for something else: in PostgreSQL the role would hide it.
    """
    _check_given(source, "a shape", [f"${role}" for role in source.roles], [f"${role}" for role in shapes])
    lines = {name for each in (*source.before, source) for token in each.body if (name := _name_of_line(token))}
    _check_given(source, "a name", source.names, [*names, *lines])
    if not source.roles and not source.names:
        return source
    uses = dict(source.uses)
    for role, name in shapes.items():
        if role in uses:
            raise StatementError(f"{source.path}: ${role} is also the name of a shape that it uses")
        try:
            uses[role] = attrs.evolve(find_shape(name, source.library), name=role)
        except StatementError as error:
            raise StatementError(f"{source.path}: ${role} is {name}: {error}") from None
    bound = _bound(source, uses, shapes, names)
    _check_names(bound, names)
    for shape in bound.shapes():
        _check_hidden(bound, shape)
    return bound


def _check_given(source: Source, what: str, wanted: Sequence[str], given: Sequence[str]) -> None:
    if missing := [name for name in wanted if name not in given]:
        raise StatementError(f"{source.path}: it needs {what} for {', '.join(missing)}")
    if unknown := [name for name in given if name not in wanted]:
        raise StatementError(f"{source.path}: {what} for {', '.join(unknown)}, which its header does not name")


def _bound(source: Source, uses: Mapping[str, Shape], shapes: Mapping[str, str], names: Mapping[str, str]) -> Source:
    return attrs.evolve(
        source,
        uses=uses,
        body=[_renamed(token, names) for token in source.body if _name_of_line(token) in (None, *names)],
        before=[_bound(each, uses, shapes, names) for each in source.before],
        bound=shapes,
        renamed=names,
    )


def _name_of_line(token: Token) -> str | None:
    """The name that a query must bind to have the token's line. None if every query has it."""
    return token.when[1:] if token.when and token.when.startswith("$") else None


def _renamed(token: Token, names: Mapping[str, str]) -> Token:
    text = token.text
    when = None if _name_of_line(token) else token.when and renamed(token.when, names)
    if token.kind == "parameter":
        text = f":{names.get(text[1:], text[1:])}"
    elif token.name in names:
        text = names[token.name]
    elif token.kind == "string" and text[1:-1] in names:
        text = f"'{names[text[1:-1]]}'"
    return attrs.evolve(token, text=text, when=when)


def _check_names(source: Source, names: Mapping[str, str]) -> None:
    for old, new in names.items():
        if not new.isidentifier() or new != new.lower():
            raise StatementError(f"{source.path}: {old} is {new!r}, which is not a plain name")


def _check_hidden(source: Source, shape: Shape) -> None:
    """Refuse a role whose name the text of a shape may use for a table or column."""
    words: Tokens = [token for token in shape.source.body if not token.blank]
    for before, word in zip([None, *words], words, strict=False):
        own = before is not None and (before.text == "." or before.keyword == "as")
        if word.name in source.bound and not own:
            raise StatementError(
                f"{shape.source.path}:{word.line}: the role ${word.name} of {source.path} would hide it"
            )
