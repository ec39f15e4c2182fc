"""Queries are values: attrs classes whose fields are the parameters of a SQL file. Their base says what comes back."""

import contextlib
import functools
import itertools
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, ForwardRef, Generic, Literal, Protocol, TypeVar, cast, dataclass_transform

import attrs
from msgspec import UNSET

from concordia_sql.engine.bounds import inside_of
from concordia_sql.engine.caching import cache
from concordia_sql.engine.casts import JSON_ARRAYS, JSON_TYPES, Casts, all_casts
from concordia_sql.engine.columns import (
    field_names,
    is_result_class,
    is_single_value,
    make_column,
    nested_classes,
    spell,
)
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.engine.conditions import choices, fields_in
from concordia_sql.engine.errors import NotFound, ResultError, StatementError
from concordia_sql.engine.filling import open_class
from concordia_sql.engine.generics import type_arguments
from concordia_sql.engine.lazy import load_others
from concordia_sql.engine.library import Library
from concordia_sql.engine.parameters import checked_field, hash_of, type_of
from concordia_sql.engine.roles import bind
from concordia_sql.engine.settings import PLANS, Plan
from concordia_sql.engine.statement import Source, load
from concordia_sql.engine.tree import Node, link

R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")
N = TypeVar("N", bound=Node)
M = TypeVar("M", bound=Node)
Q = TypeVar("Q", bound="Query[Any]")
S = TypeVar("S", bound="Statement[Any]")
W = TypeVar("W", bound="Command[Any]")


class AttrsClass(Protocol):
    """What an attrs class has, as mypy knows it."""

    __attrs_attrs__: ClassVar[Any]


class DataclassLike(Protocol):
    """What an attrs class has, as pyright knows it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


_MOST_TEXTS = 200
"""The texts that are kept for a query or command and one result class, the latest ones."""

C = TypeVar("C", bound=AttrsClass | DataclassLike)


class _Known(Generic[T]):
    """What is known of a query or command once its file is read. The first look at it reads the file."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, statement: object, cls: Any) -> T:
        cls._made._read()  # which sets the attributes of the class that was made
        return cast("T", getattr(cls, self._name))


@attrs.frozen(eq=False)
class _File:
    """The file of a query or command, which is read once: at once or, of a proven library, at its first use."""

    path: str
    library: Library
    shapes: Mapping[str, str]
    names: Mapping[str, str]
    of_domain: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.library.proven:
            _ = self.source

    @functools.cached_property
    def source(self) -> Source:
        return bind(load(self.path, self.library), self.shapes, self.names)

    @functools.cached_property
    def casts(self) -> Casts:
        return all_casts(self.source)

    def casts_of(self, field: str) -> Casts:
        """What the parameters of a field are cast to: itself by an empty name, `:rows.id` by `id`."""
        parts = {name.partition("."): casts for name, casts in self.casts.items()}
        return {of_rows: casts for (name, _, of_rows), casts in parts.items() if name == field}

    @property
    def domain(self) -> str:
        """The domain given, or that of the shape bound to the first role, or else the name of its folder."""
        if self.of_domain:
            return self.of_domain
        first = next(iter(self.shapes.values()), None)
        return first.partition("/")[0] if first else (self.library.root / self.path).parent.name


class Statement(Generic[R_co]):
    """A query or a command whose result is an `R_co`."""

    __slots__ = ()

    query_name: ClassVar[str]
    """The domain and the class, as in `blog.GetPost`."""
    source = _Known[Source]()
    result_class: ClassVar[Any]
    """An attrs class, or for one column the type of its values, as `int` or `str | None`."""
    writes: ClassVar[bool]
    """Whether it is a command. `execute` runs commands, `fetch` runs queries."""
    _fields: ClassVar[tuple[str, ...]]
    _optional = _Known[Mapping[str, object]]()
    """The fields that change the text if not given, each with that value: UNSET if it is the default, or None."""
    _choices = _Known[Mapping[str, Mapping[object, str]]]()
    """The fields that conditional lines compare to values. Each maps the values to the comparison that then holds."""
    _plan: ClassVar[Plan | None] = None
    """How the server plans it; None is the connection's way."""
    _composed: ClassVar[dict[tuple[str, ...], Composed]]
    _made: ClassVar[Any]
    """The class that `query` or `command` made. That of a result of `into` is the class it was called on."""
    _file: ClassVar[_File]
    _hints: ClassVar[Mapping[str, Any]]
    """The types of the fields."""
    _values: ClassVar[Callable[[object], Collection[Any]]]
    """A function that gives the values of the fields."""
    _fill: ClassVar[Callable[..., Any]]
    """Of a class that `into` made, the one that fills its objects with values that were checked."""

    def compose(self) -> Composed:
        """The text to send, for this result class and the optional fields that are given. The last 200 texts are kept.

        Raises StatementError if the result class does not fit the statement.
        """
        present: tuple[str, ...] = ()
        if self._optional:
            present = tuple([name for name, missing in self._optional.items() if getattr(self, name) is not missing])
        if self._choices:
            given = [(texts, getattr(self, name)) for name, texts in self._choices.items()]
            present += tuple([texts[value] for texts, value in given if value in texts])
        return self._composed.get(present) or self._compose(present)

    @classmethod
    def _read(cls) -> None:
        """Read the file, and compare it with the fields."""
        source = cls._file.source
        if source.before and not cls.writes:
            raise StatementError(f"{source.path}: several statements; only a command has more than one")
        try:
            compared = _find_choices(source, cls._hints)
            optional = _match_fields(cls, source, compared)
            _check_columns(cls, source)
        except StatementError as error:
            raise StatementError(f"{error}{source.bindings}") from None
        for name, value in {"source": source, "_choices": compared, "_optional": optional}.items():
            setattr(cls, name, value)

    @classmethod
    def _compose(cls, present: tuple[str, ...]) -> Composed:
        composer = compose_command if cls.writes else compose
        try:
            composed = composer(cls.source, cls.result_class, frozenset(present)).named(cls.query_name)
        except StatementError as error:
            raise StatementError(f"{cls.query_name}: {error}{cls.source.bindings}") from None
        while len(cls._composed) >= _MOST_TEXTS:  # whoever may choose the fields to change can ask for 2^n texts
            with contextlib.suppress(KeyError, RuntimeError, StopIteration):  # another thread does the same
                del cls._composed[next(iter(cls._composed))]
        cls._composed[present] = composed
        return composed

    def collect(self, rows: list[Any]) -> R_co:
        """The result of the query. `rows` are objects of the result class."""
        raise NotImplementedError

    def _into(self, result_class: Any) -> Any:
        try:
            made = _with_result_class(self._made, result_class)
        except TypeError:  # it has no hash
            if is_result_class(result_class):
                raise
            raise _no_class(self.query_name, result_class) from None
        statement = made._fill(*made._values(self))
        statement.__class__ = made
        return statement


class Query(Statement[R_co], Generic[R_co]):
    """A query whose result is an `R_co`, run by `fetch`. Derive from `One`, `Maybe`, `Many`, `Tree` or `Subtree`."""

    __slots__ = ()

    writes: ClassVar[bool] = False


class Command(Statement[R_co], Generic[R_co]):
    """A command whose result is an `R_co`, run by `execute`.

    Derive from `Affected`, or from `ReturningOne`, `ReturningMaybe` or `ReturningMany` for the rows that it returns.
    """

    __slots__ = ()

    writes: ClassVar[bool] = True


class One(Query[T], Generic[T]):
    """Exactly one row, as a `T`. Running the query raises NotFound if there is no row."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T:
        """The row. Raises NotFound if there is none, ResultError if there is more than one."""
        return rows[0] if len(rows) == 1 else _exactly_one(self, rows)

    def into(self, result_class: type[C]) -> "One[C]":
        """The same query, with its row as a `result_class`. Only the columns that the class names are read."""
        return cast("One[C]", self._into(result_class))


class Maybe(Query["T | None"], Generic[T]):
    """One row, as a `T`, or None if there is no row."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T | None:
        """The row, or None. Raises ResultError if there is more than one."""
        return rows[0] if len(rows) == 1 else _at_most_one(self, rows)

    def into(self, result_class: type[C]) -> "Maybe[C]":
        """The same query, with its row as a `result_class`. Only the columns that the class names are read."""
        return cast("Maybe[C]", self._into(result_class))


class Many(Query["list[T]"], Generic[T]):
    """Any number of rows, as a list of `T` in the order of the statement."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> list[T]:
        """The rows."""
        return rows

    def into(self, result_class: type[C]) -> "Many[C]":
        """The same query, with its rows as `result_class`es. Only the columns that the class names are read."""
        return cast("Many[C]", self._into(result_class))


class Tree(Query["list[N]"], Generic[N]):
    """Rows of a tree, as the list of its roots. Roots and children are in the order of the statement.

    A row whose parent is not among the rows is a root. So is the first row of a cycle.
    """

    __slots__ = ()

    def collect(self, rows: list[N]) -> list[N]:
        """The roots. Raises ResultError if two rows have the same id."""
        return _linked(self, rows)

    def into(self, result_class: type[M]) -> "Tree[M]":
        """The same query, with nodes of another class. Only the columns that the class names are read."""
        return cast("Tree[M]", self._into(result_class))


class Subtree(Query["N | None"], Generic[N]):
    """A node with all nodes below it, or None if there is no such node. The statement gives the node first."""

    __slots__ = ()

    def collect(self, rows: list[N]) -> N | None:
        """The first row, with the others below it. Raises ResultError if two rows have the same id."""
        if not rows:
            return None
        _linked(self, rows, top=rows[0])
        return rows[0]

    def into(self, result_class: type[M]) -> "Subtree[M]":
        """The same query, with nodes of another class. Only the columns that the class names are read."""
        return cast("Subtree[M]", self._into(result_class))


class ReturningOne(Command[T], Generic[T]):
    """A command that returns exactly one row, as a `T`. Running it raises NotFound when there is none."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T:
        """The row. Raises NotFound if there is none, ResultError if there is more than one."""
        return _exactly_one(self, rows)

    def into(self, result_class: type[C]) -> "ReturningOne[C]":
        """The same command, whose row becomes a `result_class`."""
        return cast("ReturningOne[C]", self._into(result_class))


class ReturningMaybe(Command["T | None"], Generic[T]):
    """A command that returns one row, as a `T`, or None when there is none."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T | None:
        """The row, or None. Raises ResultError if there is more than one."""
        return _at_most_one(self, rows)

    def into(self, result_class: type[C]) -> "ReturningMaybe[C]":
        """The same command, whose row becomes a `result_class`."""
        return cast("ReturningMaybe[C]", self._into(result_class))


class ReturningMany(Command["list[T]"], Generic[T]):
    """A command that returns any number of rows, as a list of `T`."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> list[T]:
        """The rows."""
        return rows

    def into(self, result_class: type[C]) -> "ReturningMany[C]":
        """The same command, whose rows become `result_class`es."""
        return cast("ReturningMany[C]", self._into(result_class))


class Affected(Command[int]):
    """A command whose result is the number of rows that it wrote."""

    __slots__ = ()

    def collect(self, rows: list[int]) -> int:
        """The number."""
        return rows[0]


class Batched(Command[R_co], Generic[R_co]):
    """A command that `batches` runs again until nothing is left to do, as a second base: `Affected, Batched[int]`.

    It has a field `limit`, and writes at most so many rows of each table. Its result is their number, or an object
    whose fields are all such numbers. With a field `in_batches` too, it does all or nothing unless that is set.
    """

    __slots__ = ()


def not_fields(names: Iterable[str]) -> set[str]:
    """Those of the names that no result class of a query has, nor a class nested in one.

    Of a proven library, classes may not have been looked at yet, or not even be imported.
    """
    unknown = set(names) - field_names
    for _ in itertools.chain([None], load_others()) if unknown else ():
        for result_class in filter(is_result_class, _result_classes(Statement)):
            with contextlib.suppress(StatementError):  # its own query says so
                nested_classes(result_class)
        unknown -= field_names
        if not unknown:
            break
    return unknown


def _result_classes(base: type[Statement[Any]]) -> Iterator[Any]:
    for cls in base.__subclasses__():
        yield getattr(cls, "result_class", None)
        yield from _result_classes(cls)


def _exactly_one(statement: Statement[Any], rows: list[T]) -> T:
    if len(rows) == 0:
        raise NotFound(f"{statement.query_name} found no row")
    return cast("T", _at_most_one(statement, rows))


def _at_most_one(statement: Statement[Any], rows: list[T]) -> T | None:
    if len(rows) > 1:
        raise ResultError(f"{statement.query_name}: {len(rows)} rows, and at most one was expected")
    return rows[0] if rows else None


def _linked(query: Query[Any], rows: list[N], top: N | None = None) -> list[N]:
    try:
        return link(rows, top)
    except ResultError as error:
        raise ResultError(f"{query.query_name}: {error}") from None


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def query(
    path: str,
    *,
    library: Library,
    shapes: Mapping[str, str] = {},
    names: Mapping[str, str] = {},
    plan: Plan | None = None,
) -> Callable[[type[Q]], type[Q]]:
    """Make a class the query of a SQL file. It is frozen and hashable; its fields are the file's `:name` parameters.

    `path` is `<domain>/<name>.sql`, in the folder of the library. The fields are given by name. A value that does not
    fit the type of its field raises ParameterError when the query is made. A sequence becomes a tuple.

    The value of a parameter is sent as JSON where the statement casts it to `jsonb` or `json`. Only a text that is cast
    to `json` is taken to be JSON already. ParameterError is raised for a value that JSON would change, for more than
    100 levels of lists and objects, and for an int that bigint does not hold, unless the parameter is cast to
    `numeric`. The query holds the value as it is read back: tuples in plain JSON become lists.

    `:rows.id` is one field of all objects of an attrs class in the sequence `rows`. It is sent as an array, of JSON
    where it is cast to `jsonb` or `json`.

    A file that several queries share names roles in its header, as in `-- uses: $thread`, and uses them like tables.
    `shapes` binds a shape to each role: `{"thread": "blog/shown_comment"}`. The query belongs to the domain of the
    first shape. Names that differ in each query are listed in the header, as in `-- names: subject_id`, and `names`
    says what they are in this query: `{"subject_id": "post_id"}`.

    On the connections of a database, the server makes one plan of a query for all values, a generic plan. If a rare
    value needs another plan than a common one, `plan="custom"` makes the server plan each call for its own values. Then
    a rare value is found by its index, and each call costs its planning. On the connection of a querier, or through a
    pooler, the server chooses: there `plan="generic"` makes it take the generic plan. Both hold for this query alone,
    and are sent in its round trip.

    Raises StatementError if the file is wrong, if a parameter has no field or a field no parameter, or if the statement
    gives no column for a field of the result class or of a class nested in it. If the library is `proven`, the file is
    read at the first use of the query, and the error is raised there.
    """
    return functools.partial(_make, file=_File(path, library, shapes, names), writes=False, plan=plan)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def command(
    path: str,
    *,
    library: Library,
    shapes: Mapping[str, str] = {},
    names: Mapping[str, str] = {},
    domain: str | None = None,
    plan: Plan | None = None,
) -> Callable[[type[W]], type[W]]:
    """Make a class the command of a SQL file, as `query` does. A command writes, and is run by `execute`.

    The statement names its columns in RETURNING or in a SELECT at the end. There may be one star, as in `RETURNING
    blog_posts.*`: it is sent as the columns that the result class names and no other item gives. A shape shows the rows
    as they were before the command. A field with the default UNSET counts as not given until it is set. None is then a
    value. A sequence of objects of an attrs class is sent as one JSON array, for `jsonb_to_recordset(:rows::jsonb)`.

    A file may have several statements, separated by semicolons; the last one gives the columns. They run in one
    transaction and one round trip, so that a lock can come before a check by `refuse_command`, and the check before the
    write. A statement that has only conditional lines is left out if none of their conditions holds.

    A file that several commands share has roles and names, as `query` explains: `names={"nodes": "blog_comments"}` says
    which table the command writes. Such a command belongs to `domain`.
    """
    return functools.partial(_make, file=_File(path, library, shapes, names, domain), writes=True, plan=plan)


def _make(cls: type[S], *, file: _File, writes: bool, plan: Plan | None = None) -> type[S]:
    name, library = f"{file.domain}.{cls.__name__}", file.library
    if plan is not None and plan not in PLANS:
        raise StatementError(f"{name}: plan is {' or '.join(map(repr, PLANS))}")
    if issubclass(cls, Query if writes else Command):
        raise StatementError(f"{name}: its base is that of a {'query' if writes else 'command'}; {_BASES[writes]}")
    hints = typing.get_type_hints(cls, include_extras=True)

    def checked(_: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
        return [checked_field(name, field, hints[field.name], file.casts_of, library) for field in fields]

    if "__hash__" not in cls.__dict__:
        cls.__hash__ = _hash  # type: ignore[method-assign, assignment]  # to mypy, a method of one class
    made = attrs.frozen(kw_only=True, field_transformer=checked)(cls)
    made.query_name = name
    made._plan = plan
    made.result_class = int if issubclass(made, Affected) else _result_class(made, name)
    made._fields = tuple(field.name for field in attrs.fields(cast("Any", made)))
    made._values = staticmethod(inside_of(made))
    made._composed = {}
    made._made = made
    made._file = file
    made._hints = hints
    if not library.proven:
        made._read()
        made._compose(())
    return made


def _hash(statement: Statement[Any]) -> int:
    """The hash of a query: its values may hold dicts and lists."""
    fields = attrs.fields(cast("Any", type(statement)))
    return hash((type(statement), *[hash_of(getattr(statement, field.name)) for field in fields if field.eq]))


_BASES = {
    False: "derive it from One[…], Maybe[…], Many[…], Tree[…] or Subtree[…]",
    True: "derive it from ReturningOne[…], ReturningMaybe[…], ReturningMany[…] or Affected",
}
"""What to do, for queries and for commands."""
_GENERIC_BASES = (One, Maybe, Many, Tree, Subtree, ReturningOne, ReturningMaybe, ReturningMany)


def _no_class(name: str, hint: object) -> StatementError:
    return StatementError(f"{name}: {spell(hint)} is no attrs class; decorate a result class with @attrs.frozen")


def _result_class(cls: type[Statement[Any]], name: str) -> Any:
    """The T of the base `One[T]`, `Maybe[T]`, …"""
    arguments = type_arguments(cls)
    known = [each for base in _GENERIC_BASES for each in arguments.get(base, {}).values()]
    result_class = known[0] if known else None
    if result_class is None or isinstance(result_class, TypeVar):
        raise StatementError(f"{name}: its base does not say what comes back; {_BASES[cls.writes]}")
    if isinstance(result_class, ForwardRef):
        raise StatementError(f"{name}: name the class of its result itself, not in quotes")
    if is_result_class(result_class) or (is_single_value(result_class) and not issubclass(cls, Tree | Subtree)):
        return result_class
    raise _no_class(name, result_class)


def _match_fields(cls: type[Statement[Any]], source: Source, compared: Collection[str]) -> Mapping[str, object]:
    """Check the fields against the parameters. Returns the fields that change the text if they are not given."""
    fields = {field.name: field.default for field in attrs.fields(cast("Any", cls))}
    conditions = {part for each in source.all_conditions for part in fields_in(each)}
    optional = {name for name, value in conditions if value is None}
    optional |= {name for shape in source.shapes() for name in shape.source.parameters}
    own = {name for each in source.conditions for name, _ in fields_in(each)}
    if missing := (source.parameters | own).difference(fields):
        raise StatementError(
            f"{source.path}: {cls.query_name} has no field for the parameter {', '.join(sorted(missing))}"
        )
    if taken := fields.keys() & {*Statement.__annotations__, *dir(Statement), "into"}:
        raise StatementError(
            f"{source.path}: {', '.join(sorted(taken))} is a name that every query has; give the parameter another"
        )
    if unused := fields.keys() - optional - source.parameters - {*compared}:
        raise StatementError(
            f"{source.path}: no parameter for the field {', '.join(sorted(unused))} of {cls.query_name}"
        )
    return {name: UNSET if default is UNSET else None for name, default in fields.items() if name in optional}


def _check_columns(cls: type[Statement[Any]], source: Source) -> None:
    """Check what `:rows.id` stands for: one field of all rows."""
    for parameter, casts in cls._file.casts.items():
        name, dot, _ = parameter.partition(".")
        if not dot or name not in cls._hints:  # a query has no field for it where a shape alone names it
            continue
        try:
            (hint,) = typing.get_args(type_of(parameter, cls._hints))
        except StatementError as error:
            raise StatementError(f"{source.path}: {cls.query_name}: {error}") from None
        scalar = make_column(parameter, hint).scalar
        single = scalar not in (Any, object) and typing.get_origin(scalar) in (None, Literal)
        if not (single and is_single_value(scalar)) and not casts.issubset((*JSON_TYPES, *JSON_ARRAYS)):
            what = f":{parameter} has other than single values; cast it to jsonb"
            raise StatementError(f"{source.path}: {cls.query_name}: {what}")


def _find_choices(source: Source, hints: Mapping[str, Any]) -> Mapping[str, Mapping[object, str]]:
    """The comparisons in the conditional lines of the statement and its shapes."""
    sources = (*source.before, source, *(shape.source for shape in source.shapes()))
    return choices([(each.path, each.body) for each in sources], hints, shared=source.shared)


def _rebuild(cls: type[S], result_class: Any, values: Sequence[object]) -> S:
    """The query or command with another result class, for pickle."""
    made = _with_result_class(cls, result_class)
    statement = made._fill(*values)
    statement.__class__ = made
    return cast("S", statement)


def _reduce(statement: Statement[Any]) -> tuple[Any, ...]:
    return _rebuild, (statement._made, statement.result_class, [*statement._made._values(statement)])


@cache
def _with_result_class(cls: type[Statement[Any]], result_class: Any) -> type[Statement[Any]]:
    """A subclass of the query with another result class. Raises StatementError if that does not fit the statement."""
    if not is_result_class(result_class):
        raise _no_class(cls.query_name, result_class)
    names = {"__slots__": (), "__module__": cls.__module__, "__qualname__": cls.__qualname__, "__reduce__": _reduce}
    made: Any = type(cls.__name__, (cls,), {**names, "result_class": result_class, "_composed": {}})
    made._compose(())
    made._fill = open_class(made, made._fields)
    return cast("type[Statement[Any]]", made)
