"""The values of parameters: checked as a query is made, so that what is sent is what was given."""

import collections.abc
import datetime
import enum
import functools
import inspect
import operator
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, cast

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from concordia_sql.engine.bounds import (
    PLAIN,
    Bounds,
    alternatives,
    bounds_check,
    check_json,
    check_levels,
    evolved,
    field_names,
    inside,
    is_many,
    is_storable,
    length_of_texts,
)
from concordia_sql.engine.bulk import ROWS_LEVELS, Rows, rows_of
from concordia_sql.engine.casts import JSON_ARRAYS, JSON_TYPES, Casts
from concordia_sql.engine.collector import collector_paused
from concordia_sql.engine.columns import make_column
from concordia_sql.engine.compose import column_of, json_encoder
from concordia_sql.engine.conversions import conversion, keeps_rows
from concordia_sql.engine.converter import reason
from concordia_sql.engine.errors import ParameterError, StatementError
from concordia_sql.engine.generics import hints_of, plain_class
from concordia_sql.engine.library import Library

_SCALAR = PLAIN - {datetime.datetime}
_NUMBERS = _SCALAR - {str}
_TIMETZ = ("timetz", "time with time zone")
_UNBOUNDED = (*JSON_TYPES, "numeric", "decimal", "real", "float", "double precision", "text", "varchar")
"""The types, or how they begin, that take an int of any size."""


def checked_field(
    query_name: str,
    field: "attrs.Attribute[Any]",
    hint: Any,
    casts_of: Callable[[str], Casts],
    library: Library,
) -> "attrs.Attribute[Any]":
    """The field with a converter that checks its values. The default is checked at once, or of a proven library later.

    `casts_of` gives what the statement casts the parameters of a field to: itself by an empty name, `:rows.id` by `id`.
    """
    longest = cast("int", library.bounds.text)
    takes_text = field.converter is None and (hint is str or str in alternatives(hint))
    check: Callable[[Any], object] | None = None
    given: Any = field.default
    is_value = not (given is attrs.NOTHING or given is UNSET or isinstance(given, attrs.Factory))  # type: ignore[arg-type]  # to attrs' stubs a function
    default = object() if is_value else given  # until it is checked, no value is it

    def prepared() -> Callable[[Any], object]:
        nonlocal check, default
        made: Callable[[Any], object] = _checking(query_name, field, hint, casts_of(field.name), library.bounds)
        check = made
        default = made(given) if is_value else given
        return made

    def checked(value: Any) -> object:
        if value is default:
            return value
        if (
            takes_text
            and type(value) is str
            and len(value) <= longest
            and ("\0" not in value if value.isascii() else value.isprintable())  # `is_storable`, without its call
        ):
            return value
        return (check or prepared())(value)

    if not library.proven:
        prepared()
    checked.__annotations__["value"] = hint  # what the signature of the class says
    return field.evolve(default=given if library.proven else default, converter=checked)


def hash_of(value: object) -> int:
    """A hash of a value, also of one that holds dicts and lists. It is the same for equal values."""
    try:
        return hash(value)
    except TypeError:
        pass
    if isinstance(value, dict):
        return hash(frozenset((key, hash_of(item)) for key, item in value.items()))
    return hash(tuple(map(hash_of, inside(value))))


def type_of(parameter: str, hints: Mapping[str, Any]) -> Any:
    """The type of a parameter: that of its field; of `rows.id`, a sequence of what the objects in `rows` have there.

    Raises StatementError if `rows` holds no objects of one class, or they have no such field.
    """
    name, _, of_rows = parameter.partition(".")
    if not of_rows:
        return hints[name]
    row = _row(make_column(name, _hashable(hints[name])).scalar)
    if row is None:
        raise StatementError(
            f":{parameter} is for a sequence of objects of one attrs class; "
            f"the field of a composite type is (:{name}::type).{of_rows}"
        )
    if of_rows not in field_names(plain_class(row)):
        raise StatementError(f":{parameter}: {plain_class(row).__name__} has no field {of_rows}")
    hint = hints_of(row).get(of_rows)
    return types.GenericAlias(collections.abc.Sequence, (hint,))


def _checking(query_name: str, field: "attrs.Attribute[Any]", hint: Any, casts: Casts, bounds: Bounds) -> Any:
    """A converter that refuses values that do not fit the type of the field, or would be changed on their way."""
    where = f"{query_name}: {field.name}"
    try:
        fit, send = _fitting(hint, cast("Any", field.converter), bounds), _sending(hint, casts, field.name)
    except RecursionError:
        raise StatementError(f"{where}: its type holds itself, so its size has no bound") from None

    def check(value: object) -> object:
        try:
            if not is_many(value):
                return send(*fit(value))
            with collector_paused:
                return send(*fit(value))
        except msgspec.ValidationError as error:
            problem = reason(error, hint)
        except ParameterError as error:
            problem = str(error)
        except ValueError:  # raised by a field's converter; its text may hold the value
            problem = f"Expected {inspect.formatannotation(hint)}"
        # Outside of except: its context would hold the value.
        raise ParameterError(f"{where}: {problem}", parameter=field.name, problem=problem)

    return check


def _fitting(hint: Any, given: Callable[[Any], Any] | None, bounds: Bounds) -> Callable[[Any], tuple[Any, Rows | None]]:
    """What makes a value of the type of the field, within its bounds; `given` is the field's own converter.

    Of many rows it also gives what their columns show.
    """
    fit, check_bounds = _fit(_hashable(hint)), bounds_check(hint, bounds)
    holds_rows, row_class, levels = _holds_rows(hint), _row_class(_hashable(hint)), cast("int", bounds.levels)

    def fitting(value: Any) -> tuple[Any, Rows | None]:
        if given:
            check_json(bounds, value)  # before it is read
            value = given(value)
        rows = rows_of(row_class, value) if row_class and is_many(value) and levels >= ROWS_LEVELS else None
        if type(value) not in PLAIN and not rows:
            check_levels(value, levels)
        made = rows.fitting(_instance) if rows else None
        if made is None and holds_rows:  # made plain, since msgspec does not look into objects of the right class
            value = rows.plain() if rows else _plain(value)
        value, rows = made or (fit(value), None)
        if rows is None and row_class and is_many(value):
            rows = rows_of(row_class, value)
        if check_bounds and not (rows and check_bounds.allows_rows(rows.columns)):
            check_bounds(value)
        return value, rows

    return fitting


def _fit(expected: Any) -> Callable[[object], Any]:
    """msgspec's `convert` to this type: it keeps what it knows of a struct, and works out other types in each call."""
    given: Any = msgspec.defstruct("Given", [("value", expected)], array_like=True)
    numbered = frozenset(_numbered(expected))

    def fit(value: object) -> Any:
        try:
            return msgspec.convert((value,), given, dec_hook=_instance).value
        except msgspec.ValidationError:  # again, for a path that begins at the value
            return msgspec.convert(_as_numbers(value, numbered), expected, dec_hook=_instance)

    return fit


def _numbered(hint: Any) -> Iterator[type]:
    """The enumerations in a type whose values are numbers, which msgspec finds by these, and not by their members."""
    cls = plain_class(hint)
    if isinstance(cls, type) and issubclass(cls, enum.Enum) and not issubclass(cls, int | str):
        yield cls
    is_row = isinstance(cls, type) and attrs.has(cls)
    for inner in (*typing.get_args(hint), *(hints_of(hint).values() if is_row else ())):
        yield from _numbered(inner)


def _as_numbers(value: Any, numbered: frozenset[type]) -> Any:
    """The value with numbers in place of the members of these enumerations. Rows are dicts already."""
    if not numbered:
        return value
    if isinstance(value, dict):
        return {key: _as_numbers(item, numbered) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_numbers(item, numbered) for item in value]
    return value.value if type(value) in numbered else value


def _sending(hint: Any, casts: Casts, name: str) -> Callable[[Any, Rows | None], Any]:
    """What makes of a value that fits what is sent for it."""
    expected, convert = _hashable(hint), conversion(hint)
    of_rows = {field: kinds for field, kinds in casts.items() if field}
    own = casts.get("", frozenset())
    bounded = _is_bounded(own)
    kinds = frozenset(JSON_ARRAYS.get(each, each) for each in own)
    is_json, is_known = not kinds.isdisjoint(JSON_TYPES), _known_as_sent(expected, kinds, of_rows=bool(of_rows))

    def sending(fitting: Any, rows: Rows | None) -> Any:
        value = fitting
        if convert and not (rows and keeps_rows(convert, rows.columns)):
            value = convert(fitting)
        if value is fitting and is_known(value, rows):
            return value
        for field, of_column in of_rows.items():
            parameter = f"{name}.{field}"
            value = _with_column(value, parameter, of_column, type_of(parameter, {name: hint}))
        value = _checked_value(value, bounded=bounded)
        return _for_casts(value, expected, kinds, name) if is_json or type(value) not in PLAIN else value

    return sending


def _with_column(rows: Any, parameter: str, casts: frozenset[str], hint: Any) -> Any:
    """The rows, with the values of `:rows.name` as these types take them."""
    name = parameter.partition(".")[2]
    column = column_of(rows, name)
    kinds = frozenset(JSON_ARRAYS.get(each, each) for each in casts)
    sent = _for_casts(_checked_value(column, bounded=_is_bounded(casts)), _hashable(hint), kinds, parameter)
    if column is rows or all(map(operator.is_, column, sent)):
        return rows
    return tuple([evolved(row, {name: value}) for row, value in zip(rows, sent, strict=True)])


def _is_bounded(casts: Iterable[str]) -> bool:
    """Whether one of these types takes no int of any size."""
    return any(not each.startswith(_UNBOUNDED) for each in casts)


def _known_as_sent(expected: Any, kinds: frozenset[str], *, of_rows: bool) -> Callable[[Any, Rows | None], bool]:
    """What says of a value that msgspec has made whether it is known, without more, to be sent as it is."""
    if kinds.isdisjoint(JSON_TYPES) and not of_rows:
        return _are_texts
    if not kinds.issubset(JSON_TYPES):
        return lambda *_: False
    row_class = _row_class(expected)
    return functools.partial(_are_exact, row_class) if row_class else _is_flat


def _are_texts(values: Any, _: object = None) -> bool:
    """Whether these are texts alone, of which it is at once seen that PostgreSQL can store them."""
    return type(values) is tuple and {str}.issuperset(map(type, values)) and is_storable("".join(values))


def _for_casts(value: Any, expected: Any, kinds: frozenset[str], name: str) -> Any:
    """The value as these types take it, JSON types for arrays of them. Refuses what a type other than JSON changes."""
    if not kinds or not kinds.issubset(JSON_TYPES):
        _check_for_types(value, kinds)
    if "jsonb" in kinds or ("json" in kinds and not isinstance(value, str)):
        value = _as_json(value, expected)
    if not kinds.issubset(JSON_TYPES) and _holds_object(value):
        raise ParameterError(f"an object, which only JSON holds; cast the parameter, as in :{name}::jsonb")
    return value


def _holds_object(value: Any) -> bool:
    """Whether a value is a dict or an object of an attrs class, or a list with such a one."""
    if isinstance(value, list | tuple):
        return any(map(_holds_object, value))
    return isinstance(value, dict) or attrs.has(type(value))


def _holds_rows(hint: Any) -> bool:
    return any(attrs.has(argument) or _holds_rows(argument) for argument in typing.get_args(hint))


def _row(expected: Any) -> Any:
    """The attrs class, or a generic one with its types, of the rows that a sequence holds.

    None if JSON does not have all of its fields by their names.
    """
    arguments = typing.get_args(expected)
    row = arguments[0] if typing.get_origin(expected) is tuple and arguments[1:] == (...,) else None
    names = field_names(plain_class(row)) if isinstance(plain_class(row), type) else ()
    return row if names and not any(name.startswith("_") for name in names) else None


def _row_class(expected: Any) -> type | None:
    """The same, but of no generic class."""
    row = _row(expected)
    return row if isinstance(row, type) and row is plain_class(row) else None


def _are_exact(row_class: type, rows: Iterable[Any], columns: Rows | None) -> bool:
    """Whether each is a row of this class whose values are known to be read back from JSON as they are.

    The rows are those that msgspec has made of such values, so that it makes the same of their JSON. Raises
    ParameterError for a text that PostgreSQL cannot store.
    """
    if columns and columns.are_exact():
        for text in columns.odd_texts():
            _check_text(text)
        return True
    for row in rows:
        if type(row) is not row_class:
            return False
        for value in inside(row):
            if not (type(value) is str and is_storable(value)) and not _is_exact(value):
                return False
    return True


def _is_flat(value: Any, _: object = None) -> bool:
    """The same of an object of single values. In others there may be lists and objects that are the caller's."""
    if length_of_texts(value) is not None:
        for text in (*value, *value.values()):
            if text and not is_storable(text):
                _check_text(text)
        return True
    return (
        type(value) is dict and not any(isinstance(each, list | dict) for each in value.values()) and _is_exact(value)
    )


def _is_exact(value: Any) -> bool:
    if type(value) is str:
        if not is_storable(value):
            _check_text(value)
        return True
    if type(value) is dict:
        return all(type(key) is str and _is_exact(key) for key in value) and all(map(_is_exact, value.values()))
    if type(value) is list:
        return all(map(_is_exact, value))
    return value is None or type(value) is bool or (type(value) is int and -(2**63) <= value < 2**63)


def _hashable(hint: Any) -> Any:
    """The type, with tuples in place of sequences."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return operator.getitem(cast("Any", Annotated), (_hashable(arguments[0]), *hint.__metadata__))
    if among := alternatives(hint):
        return functools.reduce(operator.or_, (_hashable(each) for each in among if each is not UnsetType))
    if origin in (collections.abc.Sequence, list):
        return types.GenericAlias(tuple, (_hashable(arguments[0]), ...))
    return hint


def _instance(cls: type, value: object) -> object:
    if isinstance(value, cls):
        return value
    raise TypeError(f"Expected `{cls.__name__}`, got `{type(value).__name__}`")


def _plain(value: Any) -> Any:
    """The value with dicts in place of the objects of attrs classes."""
    if isinstance(value, dict):
        return {key: item if type(item) in PLAIN else _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [item if type(item) in PLAIN else _plain(item) for item in value]
    if not attrs.has(type(value)):
        return value
    given = [(name, getattr(value, name)) for name in field_names(type(value))]
    return {name: item if type(item) in PLAIN else _plain(item) for name, item in given if item is not UNSET}


def _checked_value(value: Any, *, bounded: bool) -> Any:
    """A value as it is sent. Refuses what PostgreSQL cannot store, and `bounded` an int that is past bigint."""
    if isinstance(value, str):
        _check_text(value)
        return value if isinstance(value, enum.Enum) else str.__str__(value)  # a subclass may spell itself otherwise
    if isinstance(value, int) and bounded and not -(2**63) <= value < 2**63:
        raise ParameterError("an int that bigint cannot hold; for a larger one, cast the parameter to numeric")
    if isinstance(value, datetime.datetime):
        _check_datetime(value)
    elif isinstance(value, tuple):
        return tuple([_checked_value(item, bounded=bounded) for item in value])
    elif type(value) not in PLAIN:
        for inner in inside(value):
            if type(inner) not in _NUMBERS and not (type(inner) is str and is_storable(inner)):
                _checked_value(inner, bounded=False)
    return value


def _check_for_types(value: Any, kinds: frozenset[str]) -> None:
    """Refuse what a type other than JSON would change: the time zone of a time, and lists in an array.

    Source: PostgreSQL manual, "Arrays" and "Date/Time Types".
    """
    if isinstance(value, datetime.time):
        if value.tzinfo is not None and not (kinds and all(kind.startswith(_TIMETZ) for kind in kinds)):
            raise ParameterError("a time with a time zone, which only a parameter that is cast to timetz keeps")
    elif isinstance(value, tuple | list):
        lengths = {len(item) if isinstance(item, tuple | list) else None for item in value}
        if len(lengths) > 1 or lengths == {0}:
            raise ParameterError("lists of more than one length, or empty ones, which an array cannot hold")
        for item in value:
            _check_for_types(item, kinds)


def _check_text(value: str) -> None:
    if "\0" in value:
        raise ParameterError("a text with a NUL character, which PostgreSQL cannot hold")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ParameterError("a text with half of a surrogate pair, which is not a character") from None


def _check_datetime(value: datetime.datetime) -> None:
    try:
        value.astimezone(datetime.UTC) if value.tzinfo else value
    except OverflowError:
        raise ParameterError("a datetime whose UTC is out of range") from None


def _as_json(value: Any, expected: Any) -> Any:
    """The value as it is read back from JSON. Refuses what is not the same then."""
    value = _in_utc(value)
    try:
        read = msgspec.json.decode(json_encoder.encode(value), type=expected, dec_hook=_instance)
        changed = _difference(value, read)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        changed = value
        read = UNSET
    if read is UNSET or changed is not _SAME:
        raise ParameterError(f"a {type(changed).__name__} that would be changed in JSON, or cannot be in it")
    return read


_SAME = object()


def _difference(given: Any, read: Any) -> Any:
    """The first value that is another when it is read, or `_SAME`. Lists and tuples are the same in JSON."""
    pairs = [(given, read)]
    while pairs:
        value, other = pairs.pop()
        if isinstance(value, list | tuple):
            if not isinstance(other, list | tuple) or len(value) != len(other):
                return value
            pairs += _unequal(value, other)
        elif isinstance(value, dict):
            if not isinstance(other, dict) or value.keys() != other.keys():
                return value
            pairs += _unequal(value.values(), [other[key] for key in value])
        elif field_names(type(value)) and type(other) is type(value):
            pairs += _unequal(inside(value), inside(other))
        else:
            plain = value.value if isinstance(value, enum.Enum) and not isinstance(other, enum.Enum) else value
            if type(plain) is not type(other) or plain != other:
                return value
    return _SAME


def _unequal(values: Iterable[Any], others: Iterable[Any]) -> list[tuple[Any, Any]]:
    """The pairs that are not at once seen to be the same."""
    return [
        (value, other)
        for value, other in zip(values, others, strict=True)
        if type(value) not in PLAIN or type(other) is not type(value) or value != other
    ]


def _in_utc(value: Any) -> Any:
    """The value with the datetimes in it in UTC: from JSON, PostgreSQL reads a timestamp without its offset."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC) if value.tzinfo not in (None, datetime.UTC) else value
    if isinstance(value, list | tuple):
        changed = [item if type(item) in _SCALAR else _in_utc(item) for item in value]
        return value if all(map(operator.is_, changed, value)) else tuple(changed)
    if isinstance(value, dict):
        by_key = {key: item if type(item) in _SCALAR else _in_utc(item) for key, item in value.items()}
        return value if all(map(operator.is_, by_key.values(), value.values())) else by_key
    given = [(name, getattr(value, name)) for name in field_names(type(value))]
    times = [(name, item, _in_utc(item)) for name, item in given if type(item) not in _SCALAR]
    aware = {name: item for name, before, item in times if item is not before}
    return evolved(value, aware) if aware else value
