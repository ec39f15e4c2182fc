"""Queries are values: attrs classes whose fields are the parameters of a SQL file, their base what comes back."""

import collections.abc
import datetime
import decimal
import functools
import inspect
import math
import operator
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, ForwardRef, Generic, Protocol, TypeVar, cast, dataclass_transform

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from concordia_sql.engine.caching import cache
from concordia_sql.engine.columns import is_result_class, is_single_value, spell, type_arguments
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.engine.conditions import choices, fields_in
from concordia_sql.engine.converter import reason
from concordia_sql.engine.errors import NotFound, ParameterError, ResultError, StatementError
from concordia_sql.engine.library import Library
from concordia_sql.engine.roles import bind
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


C = TypeVar("C", bound=AttrsClass | DataclassLike)


class Statement(Generic[R_co]):
    """A query or a command that comes back as an `R_co`."""

    __slots__ = ()

    query_name: ClassVar[str]
    """The domain and the class, as in `blog.GetPost`."""
    source: ClassVar[Source]
    result_class: ClassVar[Any]
    """An attrs class, or for one column the type of its values, as `int` or `str | None`."""
    writes: ClassVar[bool]
    """Whether it is a command: `execute` runs those, `fetch` the others."""
    _fields: ClassVar[tuple[str, ...]]
    _optional: ClassVar[Mapping[str, object]]
    """The fields that change the text if not given, and what says so: UNSET where it is the default, else None."""
    _choices: ClassVar[Mapping[str, Mapping[object, str]]]
    """The fields that conditional lines compare, with the comparison that holds for each value."""
    _composed: ClassVar[dict[tuple[str, ...], Composed]]
    _made: ClassVar[Any]
    """The class as it was made by `query` or `command`: of what `into` gives, the one that it was called on."""

    def compose(self) -> Composed:
        """The text to send. Composed once for each result class and set of optional fields given.

        Raises StatementError when the result class does not fit the statement.
        """
        present = tuple([name for name, missing in self._optional.items() if getattr(self, name) is not missing])
        if self._choices:
            given = [(texts, getattr(self, name)) for name, texts in self._choices.items()]
            present += tuple([texts[value] for texts, value in given if value in texts])
        return self._composed.get(present) or self._compose(present)

    @classmethod
    def _compose(cls, present: tuple[str, ...]) -> Composed:
        composer = compose_command if cls.writes else compose
        try:
            composed = composer(cls.source, cls.result_class, frozenset(present))
        except StatementError as error:
            raise StatementError(f"{cls.query_name}: {error}{cls.source.bindings}") from None
        cls._composed[present] = composed
        return composed

    def collect(self, rows: list[Any]) -> R_co:
        """The result that these rows, already objects of the result class, make."""
        raise NotImplementedError

    def _into(self, result_class: Any) -> Any:
        if not is_result_class(result_class):
            raise StatementError(
                f"{self.query_name}: {spell(result_class)} is no attrs class; "
                "decorate a result class with @attrs.frozen"
            )
        return _rebuild(self._made, result_class, [getattr(self, name) for name in self._fields])


class Query(Statement[R_co], Generic[R_co]):
    """A query that comes back as an `R_co`, run by `fetch`. Derive from `One`, `Maybe`, `Many`, `Tree` or `Subtree`."""

    __slots__ = ()

    writes: ClassVar[bool] = False


class Command(Statement[R_co], Generic[R_co]):
    """A command that comes back as an `R_co`, run by `execute`.

    Derive from `Affected`, or from `ReturningOne`, `ReturningMaybe` or `ReturningMany` for the rows that it returns.
    """

    __slots__ = ()

    writes: ClassVar[bool] = True


class One(Query[T], Generic[T]):
    """Exactly one row, as a `T`. Running it raises NotFound when there is none."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T:
        """The row. Raises NotFound when there is none, ResultError when there is more than one."""
        return _exactly_one(self, rows)

    def into(self, result_class: type[C]) -> "One[C]":
        """The same query, whose row becomes a `result_class`: only the columns that it names are read."""
        return cast("One[C]", self._into(result_class))


class Maybe(Query["T | None"], Generic[T]):
    """One row, as a `T`, or None when there is none."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T | None:
        """The row, or None. Raises ResultError when there is more than one."""
        return _at_most_one(self, rows)

    def into(self, result_class: type[C]) -> "Maybe[C]":
        """The same query, whose row becomes a `result_class`: only the columns that it names are read."""
        return cast("Maybe[C]", self._into(result_class))


class Many(Query["list[T]"], Generic[T]):
    """Any number of rows, as a list of `T` in the statement's order."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> list[T]:
        """The rows."""
        return rows

    def into(self, result_class: type[C]) -> "Many[C]":
        """The same query, whose rows become `result_class`es: only the columns that it names are read."""
        return cast("Many[C]", self._into(result_class))


class Tree(Query["list[N]"], Generic[N]):
    """Rows of a tree, linked: the list of the roots, in the statement's order, as are all children.

    An orphan, whose parent is not among the rows, is a root; of the rows in a cycle, the first is.
    """

    __slots__ = ()

    def collect(self, rows: list[N]) -> list[N]:
        """The roots. Raises ResultError when rows share an id."""
        return _linked(self, rows)

    def into(self, result_class: type[M]) -> "Tree[M]":
        """The same query, whose rows become nodes of another class: only the columns that it names are read."""
        return cast("Tree[M]", self._into(result_class))


class Subtree(Query["N | None"], Generic[N]):
    """The node asked for, with all below it linked, or None when it is not there. The statement gives it first."""

    __slots__ = ()

    def collect(self, rows: list[N]) -> N | None:
        """The first row, with the others below it. Raises ResultError when rows share an id."""
        if not rows:
            return None
        _linked(self, rows, top=rows[0])
        return rows[0]

    def into(self, result_class: type[M]) -> "Subtree[M]":
        """The same query, whose rows become nodes of another class: only the columns that it names are read."""
        return cast("Subtree[M]", self._into(result_class))


class ReturningOne(Command[T], Generic[T]):
    """A command that returns exactly one row, as a `T`. Running it raises NotFound when there is none."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T:
        """The row. Raises NotFound when there is none, ResultError when there is more than one."""
        return _exactly_one(self, rows)

    def into(self, result_class: type[C]) -> "ReturningOne[C]":
        """The same command, whose row becomes a `result_class`."""
        return cast("ReturningOne[C]", self._into(result_class))


class ReturningMaybe(Command["T | None"], Generic[T]):
    """A command that returns one row, as a `T`, or None when there is none."""

    __slots__ = ()

    def collect(self, rows: list[T]) -> T | None:
        """The row, or None. Raises ResultError when there is more than one."""
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
    """A command that comes back as the number of rows that it wrote."""

    __slots__ = ()

    def collect(self, rows: list[int]) -> int:
        """The number."""
        return rows[0]


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
    path: str, *, library: Library, shapes: Mapping[str, str] = {}, names: Mapping[str, str] = {}
) -> Callable[[type[Q]], type[Q]]:
    """Make a class the query of a SQL file: frozen, keyword-only, hashable, its fields the file's `:name` parameters.

    `path` is `<domain>/<name>.sql`, in the folder of the library. A value that does not fit its field's type raises
    ParameterError when the query is made; a sequence becomes a tuple, and the value of a parameter that the statement
    casts to `jsonb` is sent as JSON.

    A file that several queries share names roles in its header, `-- uses: $thread`, and uses them like tables. `shapes`
    binds a shape to each, as `{"thread": "blog/shown_comment"}`; the query is of the domain of the first. What is named
    differently in each stands in `-- names: subject_id`; `names` says how, as `{"subject_id": "post_id"}`.

    Raises StatementError for a wrong file, a parameter without a field or a field without a parameter, and a result
    class that the statement cannot fill: a field, of a nested class too, without a column.
    """
    return functools.partial(_make, source=bind(load(path, library), shapes, names), writes=False)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attrs.field,))
def command(path: str, *, library: Library) -> Callable[[type[W]], type[W]]:
    """Make a class the command of a SQL file, as `query` does: a statement that writes, run by `execute`.

    The statement gives its columns by name, in RETURNING or a last SELECT. One star there, as `RETURNING blog_posts.*`,
    is written as the columns that the result class names and nothing beside it gives. A shape in it shows the rows as
    they were before. A field with the default UNSET is not given until it is set, and None is then a value.
    A sequence of objects of an attrs class is sent as one JSON array, for `jsonb_to_recordset(:rows::jsonb)`.

    Of several statements, with semicolons in between, the last one gives the columns. They run in one transaction and
    still one round trip, so that a lock comes before a check, and a check, by `refuse_command`, before a write. One
    of conditional lines alone is left out when none of them is given.
    """
    return functools.partial(_make, source=bind(load(path, library), {}, {}), writes=True)


def _make(cls: type[S], *, source: Source, writes: bool) -> type[S]:
    name = f"{source.domain}.{cls.__name__}"
    if issubclass(cls, Query if writes else Command):
        raise StatementError(f"{name}: its base is that of a {'query' if writes else 'command'}; {_BASES[writes]}")
    if source.before and not writes:
        raise StatementError(f"{source.path}: several statements; only a command has more than one")
    hints = typing.get_type_hints(cls, include_extras=True)

    def checked(_: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
        return [_checked(field, hints[field.name], _checking(name, field, hints[field.name])) for field in fields]

    made = attrs.frozen(kw_only=True, field_transformer=checked)(cls)
    made.query_name = name
    made.source = source
    made.result_class = int if issubclass(made, Affected) else _result_class(made, name)
    made._fields = tuple(field.name for field in attrs.fields(cast("Any", made)))
    try:
        made._choices = _find_choices(source, hints)
        made._optional = _match_fields(made, source)
    except StatementError as error:
        raise StatementError(f"{error}{source.bindings}") from None
    made._composed = {}
    made._made = made
    made._compose(())
    return made


def _checked(field: "attrs.Attribute[Any]", hint: Any, check: Callable[[Any], object]) -> "attrs.Attribute[Any]":
    """The field with its values checked: the default here and now, the others as queries are made."""
    default: Any = field.default
    if not (default is attrs.NOTHING or default is UNSET or isinstance(default, attrs.Factory)):  # type: ignore[arg-type]
        default = check(default)
    takes_text = field.converter is None and (hint is str or str in _alternatives(hint))

    def checked(value: Any) -> object:
        if value is default:
            return value
        if (
            takes_text and type(value) is str and value.isprintable()
        ):  # so it has no NUL and no half of a surrogate pair
            return value
        return check(value)

    return field.evolve(default=default, converter=checked)


def _alternatives(hint: Any) -> tuple[Any, ...]:
    """The types of a union."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else ()


def _checking(query_name: str, field: "attrs.Attribute[Any]", hint: Any) -> Any:
    """A converter that refuses what does not fit the field's type."""
    where, expected, given = f"{query_name}: {field.name}", _hashable(hint), cast("Any", field.converter)
    holds_rows = any(attrs.has(argument) for argument in typing.get_args(hint))

    def check(value: object) -> object:
        try:
            value = given(value) if given else value
            if holds_rows:  # made plain, as msgspec takes objects as they are, whatever is in them
                value = msgspec.to_builtins(value, builtin_types=(datetime.datetime,))
            value = msgspec.convert(value, expected, dec_hook=_instance)
            _check_text(value)
        except msgspec.ValidationError as error:
            problem = reason(error, hint)
        except ParameterError as error:
            problem = str(error)
        except ValueError:  # a converter's own, whose text may hold the value
            problem = f"Expected {inspect.formatannotation(hint)}"
        else:
            return value
        raise ParameterError(f"{where}: {problem}")  # outside, so that nothing holds on to the value

    return check


def _hashable(hint: Any) -> Any:
    """The type with a tuple for each sequence."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return operator.getitem(cast("Any", Annotated), (_hashable(arguments[0]), *hint.__metadata__))
    if alternatives := _alternatives(hint):
        return functools.reduce(operator.or_, (_hashable(each) for each in alternatives if each is not UnsetType))
    if origin in (collections.abc.Sequence, list):
        return types.GenericAlias(tuple, (_hashable(arguments[0]), ...))
    return hint


def _instance(cls: type, value: object) -> object:
    if isinstance(value, cls):
        return value
    raise TypeError(f"Expected `{cls.__name__}`, got `{type(value).__name__}`")


def _check_datetime(value: datetime.datetime) -> None:
    try:
        value.astimezone(datetime.UTC) if value.tzinfo else value
    except OverflowError:
        raise ParameterError("a datetime whose UTC is out of range") from None


def _check_json(values: Iterable[object]) -> None:
    """Refuse what JSON would change."""
    for value in values:
        if isinstance(value, _NOT_IN_JSON) or (isinstance(value, float) and not math.isfinite(value)):
            raise ParameterError("bytes, a set, a Decimal, an infinite number or NaN in JSON, which would be changed")


_NOT_IN_JSON = (bytes, set, frozenset, decimal.Decimal)


def _check_text(value: object) -> None:
    """Refuse what PostgreSQL cannot store as text."""
    if isinstance(value, str):
        if "\0" in value:
            raise ParameterError("a text with a NUL character, which PostgreSQL cannot hold")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ParameterError("a text with half of a surrogate pair, which is no character") from None
    elif isinstance(value, datetime.datetime):
        _check_datetime(value)
    elif isinstance(value, tuple | list | dict):
        if isinstance(value, dict):
            _check_json(value.values())
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _check_text(item)
    elif attrs.has(type(value)):
        for field in attrs.fields(cast("Any", type(value))):
            _check_text(getattr(value, field.name))


_BASES = {
    False: "derive it from One[…], Maybe[…], Many[…], Tree[…] or Subtree[…]",
    True: "derive it from ReturningOne[…], ReturningMaybe[…], ReturningMany[…] or Affected",
}
"""What to do, for queries and for commands."""
_GENERIC_BASES = (One, Maybe, Many, Tree, Subtree, ReturningOne, ReturningMaybe, ReturningMany)


def _result_class(cls: type[Statement[Any]], name: str) -> Any:
    """The T of the base `One[T]`, `Maybe[T]`, …"""
    arguments = type_arguments(cls)
    known = [each for base in _GENERIC_BASES for each in arguments.get(base, {}).values()]
    result_class = known[0] if known else None
    if result_class is None or isinstance(result_class, TypeVar):
        raise StatementError(f"{name}: it says nothing of its result; {_BASES[cls.writes]}")
    if isinstance(result_class, ForwardRef):
        raise StatementError(f"{name}: name the class of its result itself, not in quotes")
    if is_result_class(result_class) or (is_single_value(result_class) and not issubclass(cls, Tree | Subtree)):
        return result_class
    raise StatementError(f"{name}: {spell(result_class)} is no attrs class; decorate a result class with @attrs.frozen")


def _match_fields(cls: type[Statement[Any]], source: Source) -> Mapping[str, object]:
    """Check the fields against the parameters; returns those that change the text when they are not given."""
    fields = {field.name: field.default for field in attrs.fields(cast("Any", cls))}
    compared = cls._choices.keys()
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
            f"{source.path}: {', '.join(sorted(taken))} is every query's own; name the parameter otherwise"
        )
    if idle := fields.keys() - optional - source.parameters - compared:
        raise StatementError(f"{source.path}: no parameter for the field {', '.join(sorted(idle))} of {cls.query_name}")
    return {name: UNSET if default is UNSET else None for name, default in fields.items() if name in optional}


def _find_choices(source: Source, hints: Mapping[str, Any]) -> Mapping[str, Mapping[object, str]]:
    """The comparisons of the statement's conditional lines and of its shapes'."""
    sources = (*source.before, source, *(shape.source for shape in source.shapes()))
    return choices([(each.path, each.body) for each in sources], hints, shared=bool(source.bound))


def _rebuild(cls: type[S], result_class: Any, values: Sequence[object]) -> S:
    """What `into` gives, also when it is unpickled."""
    twin = object.__new__(_twin(cls, result_class))
    for name, value in zip(cls._fields, values, strict=True):
        object.__setattr__(twin, name, value)
    return cast("S", twin)


def _reduce(twin: Statement[Any]) -> tuple[Any, ...]:
    return _rebuild, (twin._made, twin.result_class, [getattr(twin, name) for name in twin._fields])


@cache
def _twin(cls: type[Statement[Any]], result_class: Any) -> type[Statement[Any]]:
    """The same query class with another result class, which fits the statement."""
    names = {"__slots__": (), "__module__": cls.__module__, "__qualname__": cls.__qualname__, "__reduce__": _reduce}
    twin: Any = type(cls.__name__, (cls,), {**names, "result_class": result_class, "_composed": {}})
    twin._compose(())
    return cast("type[Statement[Any]]", twin)
