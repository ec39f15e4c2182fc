"""Rows to objects: a function is made for each result class and the columns of the rows. No I/O."""

import functools
import inspect
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import formatannotation
from typing import Any, Generic, TypeVar, cast

import attrs
from psycopg.abc import Transformer
from psycopg.pq import Format
from psycopg.pq.abc import PGresult

from concordia_sql.engine.adapters import TextType
from concordia_sql.engine.columns import SCALARS, Column, columns_of, is_result_class, make_column, not_in_json, spell
from concordia_sql.engine.converter import Converter
from concordia_sql.engine.errors import ResultError
from concordia_sql.engine.filling import filler
from concordia_sql.engine.generics import plain_class
from concordia_sql.engine.tree import link, node_class_in
from concordia_sql.engine.zones import make_naive

T = TypeVar("T")
Load = Callable[[Any], Any]

_JSON = ("json", "jsonb")
_JSON_ARRAYS = ("json[]", "jsonb[]")


@attrs.frozen
class RowMaker(Generic[T]):
    """Makes the objects of rows. Values are as psycopg loads them, JSON as bytes."""

    one: Callable[[Sequence[Any]], T]
    """Makes one. Raises ResultError if a NULL or JSON does not fit, or if the class refuses a value."""
    many: Callable[[Sequence[Sequence[Any]]], list[T]] | None
    """Makes those of many rows, column by column. Where it raises an error, `one` says which row that is about. None if
    it would take as long."""


def make_row_maker(result_class: type[T], types: Mapping[str, str], converter: Converter) -> RowMaker[T]:
    """What makes a `result_class` of each row. `types` are the PostgreSQL types of its columns by name.

    A result class that is not an attrs class is the type of the values of the only column.

    Raises ResultError if columns are missing or their types do not fit the fields.
    """
    if not is_result_class(result_class):
        return RowMaker(_make_value_maker(result_class, types, converter), None)
    columns = columns_of(result_class)
    if missing := [name for name in columns if name not in types]:
        raise ResultError(f"there is no column {', '.join(missing)} for {spell(result_class)}")
    cls: type[T] = plain_class(result_class)
    fill = filler(cls, tuple(columns))
    build: Callable[..., T] = fill or _builder(cls, list(columns))
    loads = [
        (index, load)
        for index, column in enumerate(columns.values())
        if (load := _load(column, types[column.name], converter)) is not None
    ]
    fast = [(index, inspect.unwrap(load)) for index, load in loads]
    needed = [index for index, column in enumerate(columns.values()) if not column.nullable]
    required = _picked(needed)

    def make_row(values: Sequence[Any]) -> T:
        if None in required(values):
            _check_nulls(columns.values(), values)
        try:
            made = build(*(_loaded(values, fast) if fast else values))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a class of the user's raises: it does so again, and is explained
            raised = error
        else:
            if fill:
                made.__class__ = cls
            return made
        _explain(cls, list(columns), _loaded(values, loads))
        raise raised  # it is not about the row: a signal's handler raised it

    make_rows = _rows_maker(build, fill and cls, fast, needed) if fast else None
    if list(types) == list(columns):
        return RowMaker(make_row, make_rows)
    picked = _picked([list(types).index(name) for name in columns])
    return RowMaker(
        lambda values: make_row(picked(values)),
        (lambda rows: make_rows(list(map(picked, rows)))) if make_rows else None,
    )


def _rows_maker(
    build: Callable[..., T], cls: type[T] | None, loads: Iterable[tuple[int, Load]], needed: Iterable[int]
) -> Callable[[Sequence[Sequence[Any]]], list[T]]:
    """A function that makes objects of many rows; the values at the indexes that are `needed` may not be NULL.

    What is built becomes an object of `cls`, if that is given.
    """

    def make_rows(rows: Sequence[Sequence[Any]]) -> list[T]:
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        if any(not all(columns[index]) and None in columns[index] for index in needed):  # `all` takes less
            raise ResultError("a column is NULL, and its field may not be None")
        for index, load in loads:
            columns[index] = [None if value is None else load(value) for value in columns[index]]
        made = list(map(build, *columns))
        if cls:
            for each in made:
                each.__class__ = cls
        return made

    return make_rows


@attrs.frozen
class RowProblem:
    """Why a row cannot be read."""

    row: int
    """Its number in the result, counted from 0."""
    id: str | None
    """The value of its column `id`, if it has one."""
    text: str


def read_one_by_one(
    result: PGresult,
    rows: Transformer,
    make_row: Callable[[Sequence[Any]], T],
    instead: Mapping[str, Callable[[str], Any]],
) -> list[T] | RowProblem | None:
    """The rows of a result that cannot be read at once, or the problem of the first that cannot be read.

    `instead` gives, by column, what is read of the text of a value that Python does not have. None if each row can be
    read as it is: then the result was not to blame.
    """
    made: list[T] = []
    as_it_is = True
    for number in range(result.ntuples):
        try:
            try:
                made.append(rows.load_row(number, make_row))
            except (MemoryError, ResultError):
                raise
            except Exception:
                values = _mended(result, rows, number, instead)
                if values is None:
                    raise
                made.append(make_row(values))
                as_it_is = False
        except ResultError as error:
            return RowProblem(number, _id_of(result, number), str(error))
    return None if as_it_is else made


def _mended(
    result: PGresult, rows: Transformer, number: int, instead: Mapping[str, Callable[[str], Any]]
) -> Sequence[Any] | None:
    """The values of a row of which psycopg cannot load some: an infinite date, a time of 24:00, a year after 9999.

    None if it can load all.
    """
    values: list[Any] = []
    as_it_is = True
    for index in range(result.nfields):
        value, name = result.get_value(number, index), (result.fname(index) or b"").decode()
        try:
            load = rows.get_loader(result.ftype(index), Format(result.fformat(index))).load
            values.append(None if value is None else load(value))
        except Exception:  # noqa: BLE001 - the one that was raised before
            if value is None or name not in instead:
                problem = f"column {name} holds what Python has no value for: it is infinite, or out of range"
                raise ResultError(problem) from None
            values.append(instead[name](bytes(value).decode()))
            as_it_is = False
    return None if as_it_is else values


def _id_of(result: PGresult, number: int) -> str | None:
    values = [result.get_value(number, index) for index in range(result.nfields) if result.fname(index) == b"id"]
    return bytes(values[0]).decode() if values and values[0] is not None else None


def _make_value_maker(hint: Any, types: Mapping[str, str], converter: Converter) -> Callable[[Sequence[Any]], Any]:
    if len(types) != 1:
        raise ResultError(f"there are {len(types)} columns, but {spell(hint)} takes one")
    ((name, type_name),) = types.items()
    column = make_column(name, hint)
    load = _load(column, type_name, converter)

    def make_value(values: Sequence[Any]) -> Any:
        if values[0] is None:
            _check_nulls([column], values)
            return None
        return load(values[0]) if load else values[0]

    return make_value


def _loaded(values: Sequence[Any], loads: Iterable[tuple[int, Load]]) -> list[Any]:
    row = list(values)
    for index, load in loads:
        if (value := row[index]) is not None:
            row[index] = load(value)
    return row


def _picked(indexes: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """A function that picks the values at these indexes, in one call."""
    return operator.itemgetter(*indexes) if len(indexes) > 1 else lambda values: [values[index] for index in indexes]


def _builder(result_class: type[T], names: Sequence[str]) -> Callable[..., T]:
    """A function that builds an object of the values of these fields. By position, it takes a third of the time."""
    fields = attrs.fields(cast("Any", result_class))[: len(names)]
    if [field.name for field in fields if not field.kw_only] == names:
        return result_class
    return lambda *values: result_class(**dict(zip(names, values, strict=True)))


def _explain(result_class: type[Any], names: Sequence[str], values: Sequence[Any]) -> None:
    """Raise ResultError naming the column that the class refuses, if it refuses one."""
    try:
        result_class(**dict(zip(names, values, strict=True)))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a class of the user's raises; its text may hold the value
        raised = type(error)
    else:
        return
    raise ResultError(f"{_refused(result_class, names, values)} raised {raised.__name__}")


def _refused(result_class: Any, names: Sequence[str], values: Sequence[Any]) -> str:
    """What refused the values: the validator of a column, or else the class."""
    made = object.__new__(result_class)
    for name, value in zip(names, values, strict=True):
        object.__setattr__(made, name, value)
    for field in attrs.fields(result_class):
        if field.validator is not None and field.name in names:
            try:
                field.validator(made, field, getattr(made, field.name))
            except Exception:  # noqa: BLE001 - the one that was raised before
                return f"column {field.name}: the validator of {spell(result_class)}"
    return spell(result_class)


def _check_nulls(columns: Iterable[Column], values: Sequence[Any]) -> None:
    for column, value in zip(columns, values, strict=True):
        if value is None and not column.nullable:
            raise ResultError(f"column {column.name} is NULL, and its field may not be None")


def _load(column: Column, type_name: str, converter: Converter) -> Load | None:
    """A function that makes the value of the field from that of the column. None if both are the same."""
    change = make_naive(column.hint)
    if type_name in _JSON or type_name in _JSON_ARRAYS:
        if problem := not_in_json(column.hint):
            raise ResultError(f"column {column.name}: {problem}")
        try:
            loads = converter.get_loads_hook(column.hint)
        except TypeError as error:  # a union that JSON cannot tell apart
            raise ResultError(f"column {column.name}: {error}") from None
        loads = _in_turn(loads, change)
        if type_name in _JSON_ARRAYS:
            loads = _in_turn(_as_json, loads)
        if node_class_in(column.hint):
            return _named(column, lambda data: tuple(link(loads(data))))
        return _named(column, loads)
    is_single = column.scalar in SCALARS
    is_text = column.scalar is str and isinstance(type_name, TextType)
    if is_single and not is_text and type_name not in SCALARS[column.scalar]:
        raise ResultError(
            f"column {column.name} is of type {type_name}, and its field is {formatannotation(column.hint)}"
        )
    if is_single and not column.is_constrained:
        return _named(column, change) if change and type_name == "timestamptz" else None
    try:
        fit = converter.get_fit_hook(column.hint)
    except TypeError as error:  # a union whose types msgspec cannot tell apart
        raise ResultError(f"column {column.name}: {error}") from None
    return _named(column, _in_turn(fit, change))


def _as_json(elements: Sequence[Any]) -> bytes:
    """An array of JSON as one JSON array, as to_json gives it: an element that is NULL is null."""
    parts = (b"null" if each is None else each if isinstance(each, bytes) else _as_json(each) for each in elements)
    return b"[" + b",".join(parts) + b"]"


def _in_turn(load: Load, change: Load | None) -> Load:
    """A function that calls one after the other."""
    if change is None:
        return load
    fast, fast_change = inspect.unwrap(load), inspect.unwrap(change)

    def changed(value: Any) -> Any:
        return change(load(value))

    return functools.update_wrapper(changed, lambda value: fast_change(fast(value)), assigned=(), updated=())


def _named(column: Column, load: Load) -> Load:
    """`load`, with the name of the column in its errors."""

    def named(value: Any) -> Any:
        try:
            return load(value)
        except ResultError as error:
            problem = str(error)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is raised; its text may hold the value
            problem = f"{spell(column.hint)} raised {type(error).__name__}"
        raise ResultError(f"column {column.name}: {problem}")

    return functools.update_wrapper(named, load, assigned=(), updated=())
