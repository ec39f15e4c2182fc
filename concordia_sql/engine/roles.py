"""One statement for several tables: each query binds its roles to shapes, and its names to other names.

`-- uses: $thread` in a header names a role. The text uses it like a table, and each query says which shape it is:
`shapes={"thread": "blog/shown_comment"}`. `-- names: subject_id` names a table, column or parameter whose name differs
in each query, or a text in quotes: `names={"subject_id": "post_id"}`.
"""

from collections.abc import Mapping

import attrs

from concordia_sql.engine.errors import StatementError
from concordia_sql.engine.lexer import Tokens
from concordia_sql.engine.naming import check_given, check_names, replaced
from concordia_sql.engine.statement import Shape, Source, find_shape


def bind(source: Source, shapes: Mapping[str, str], names: Mapping[str, str]) -> Source:
    """The statement with its roles bound to `shapes` and its names replaced by `names`.

    Raises StatementError if one is missing or unknown, if there is no such shape, and if the text of a shape uses the
    name of a role for something else: in PostgreSQL the role would hide it.
    """
    check_given(source.path, "a shape", [f"${role}" for role in source.roles], [f"${role}" for role in shapes])
    check_names(source.path, source.names, names, [token for each in (*source.before, source) for token in each.body])
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
    for shape in bound.shapes():
        _check_hidden(bound, shape)
    return bound


def _bound(source: Source, uses: Mapping[str, Shape], shapes: Mapping[str, str], names: Mapping[str, str]) -> Source:
    return attrs.evolve(
        source,
        uses=uses,
        body=replaced(source.body, names),
        before=[_bound(each, uses, shapes, names) for each in source.before],
        bound=shapes,
        renamed=names,
    )


def _check_hidden(source: Source, shape: Shape) -> None:
    """Refuse a role whose name the text of a shape may use for a table or column."""
    words: Tokens = [token for token in shape.source.body if not token.blank]
    for before, word in zip([None, *words], words, strict=False):
        own = before is not None and (before.text == "." or before.keyword == "as")
        if word.name in source.bound and not own:
            location = shape.source.location(word.line)
            raise StatementError(f"{location}: the role ${word.name} of {source.path} would hide it")
