"""What the library does around a statement, each part alone and without a database: `python -m benchmarks.micro`."""

import datetime
import json
import types
import typing
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pyperf  # pyright: ignore[reportMissingImports] - not in every environment

from benchmarks.queries import NewsPost, PostPage
from concordia_sql import Call, Executor, Observer, Statement, blog, make_converter
from concordia_sql.engine.columns import SCALARS, columns_of
from concordia_sql.engine.compose import compose
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.mapping import make_row_maker
from concordia_sql.engine.observing import Watch
from concordia_sql.engine.settings import Acting
from concordia_sql.engine.tree import link

_SLUG = "a-post"
_COMMENTS = 10_000
_BRANCHES = 3
_POSTS = 50
_SCALARS: Mapping[type, object] = {
    str: "Concordia",
    bool: True,
    int: 42,
    datetime.datetime: datetime.datetime(2026, 1, 1, 12, 30, 0, 123456),
}


def main() -> None:
    """Measure and print. The options are pyperf's: `-o results.json` keeps the figures for its `compare_to`."""
    runner = pyperf.Runner(processes=5, program_args=("-m", "benchmarks.micro"))
    query = blog.GetPost(slug=_SLUG).into(PostPage)
    runner.bench_func("a query made, its values checked", lambda: blog.GetPost(slug=_SLUG))
    runner.bench_func("a query given another result class", lambda: blog.GetPost(slug=_SLUG).into(PostPage))
    runner.bench_func("a statement composed", compose, query.source, PostPage, frozenset[str]())
    runner.bench_func("a statement found that was composed before", query.compose)
    runner.bench_func("a row of a post mapped", _mapping(blog.Post, 1))
    runner.bench_func("a row of a post with all relations mapped", _mapping(PostPage, 1))
    runner.bench_func(f"{_POSTS} rows of posts with all relations mapped", _mapping(NewsPost, _POSTS))
    runner.bench_func(f"{_COMMENTS:,} rows of comments mapped", _mapping(blog.CommentNode, _COMMENTS))
    for name, observers in (("nobody", ()), ("one that counts", (_Count(),))):
        runner.bench_func(f"the observers of a call told: {name}", _observed(observers))
    comments = _comments()
    runner.bench_func(f"{_COMMENTS:,} comments linked", link, comments)
    (root,) = link(comments)
    runner.bench_func(f"{_COMMENTS:,} comments walked", lambda: deque(root.walk(), maxlen=0))


class _Count:
    """An observer that counts calls."""

    def __init__(self) -> None:
        self.calls = 0

    def observe(self, call: Call) -> None:
        self.calls += call.attempt


class _Answers(Executor):
    """Answers each call at once, so that what a call takes is what is done around it."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._deadline, self._observers = None, observers

    def _run(
        self,
        queries: tuple[Statement[Any], ...],
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,
    ) -> tuple[Any, ...]:
        del deadline, watch, acting
        return (None,) * len(queries)


def _observed(observers: Sequence[Observer]) -> Any:
    """What calls something that answers at once."""
    executor, query = _Answers(observers), blog.GetPost(slug=_SLUG)
    return lambda: executor.fetch(query)


def _mapping(result_class: type[Any], number: int) -> Any:
    """What maps that many rows, as psycopg gives them: JSON as bytes, other values loaded."""
    columns = columns_of(result_class)
    kinds = {name: SCALARS[each.scalar][0] if each.scalar in SCALARS else "jsonb" for name, each in columns.items()}
    maker = make_row_maker(result_class, kinds, make_converter())
    values = [_example(column.hint) for column in columns.values()]
    is_json = [kind == "jsonb" for kind in kinds.values()]
    row = tuple(_json(value) if each else value for value, each in zip(values, is_json, strict=True))
    rows: Sequence[Sequence[Any]] = [row] * number
    return lambda: maker.many(rows) if maker.many and number > 1 else list(map(maker.one, rows))


def _example(hint: Any) -> Any:
    """A value of that type: a text is in two languages where it can be, a collection has two items, nothing is None."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        others = [each for each in arguments if each is not type(None)]
        return _example(next((each for each in others if typing.get_origin(each) is dict), others[0]))
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple:
        return [_example(arguments[0])] * 2
    if attrs.has(hint):
        return {name: _example(column.hint) for name, column in columns_of(hint).items()}
    return _SCALARS.get(hint, {"en": "A text of some length", "fr": "Un texte d'une certaine longueur"})


def _json(value: Any) -> bytes:
    return json.dumps(value, default=datetime.datetime.isoformat).encode()


def _comments() -> list[blog.CommentNode]:
    """The rows of a thread: each comment has three replies, while there are any."""
    (comment,) = _mapping(blog.CommentNode, 1)()
    return [
        attrs.evolve(comment, id=str(number), parent_id=str((number - 1) // _BRANCHES) if number else None)
        for number in range(_COMMENTS)
    ]


if __name__ == "__main__":
    main()
