"""Results as JSON, and the schema of that JSON."""

import datetime
import functools
import ipaddress
import operator
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any

import attrs
import msgspec

from concordia_sql.common import text_for, texts_of
from concordia_sql.engine import Cursor, Node, children_field
from concordia_sql.engine.columns import is_result_class
from concordia_sql.engine.generics import plain_class
from concordia_sql.engine.queries import not_fields


def _languages(given: Iterable[str] | None) -> tuple[str, ...] | None:
    if isinstance(given, str):
        raise TypeError("languages is a list of languages, as in ['fr', 'en']")
    return None if given is None else tuple(given)


def _names(given: Iterable[str]) -> frozenset[str]:
    if isinstance(given, str):
        raise TypeError("leave_out is a list of the names of fields, as in ['email']")
    return frozenset(given)


@attrs.frozen(kw_only=True)
class JsonOptions:
    """How results become JSON."""

    languages: tuple[str, ...] | None = attrs.field(default=None, converter=_languages)
    """One text in place of each text by language, as `localize` chooses it. None leaves them as they are."""
    leave_out: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    """The names of fields that are left out of each object of a class, at any depth.

    A name that no result class has, as a misspelt one, is a ValueError when it is used.
    """


_DEFAULT = JsonOptions()
_SCALARS = frozenset([str, int, float, bool, type(None), datetime.date, datetime.time])
_ADDRESSES = (
    *(ipaddress.IPv4Address, ipaddress.IPv4Interface, ipaddress.IPv4Network),
    *(ipaddress.IPv6Address, ipaddress.IPv6Interface, ipaddress.IPv6Network),
)


def to_json(result: object, options: JsonOptions = _DEFAULT) -> bytes:
    """The result of a query as JSON in UTF-8: an object, a list, a page, a tree of any depth, one value, or None.

    Times are in UTC and end in Z, days are `2026-03-15`. Decimals are texts, so that nothing is rounded. NaN and the
    infinities are null. A node of a page of a thread has `more` and `hidden_count` too. Raises TypeError for a value
    whose type has no form in JSON, and names the type.
    """
    writer = _writer(options)
    plain = writer.plain(result)
    writer.refuse_unknown_names()
    return _encoder.encode(plain)


def json_schema(result_class: Any, options: JsonOptions = _DEFAULT) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `to_json` gives for a result class, a list or a page of it, or any other type.

    Every field is required, since each is always there.
    """
    (schema,), definitions = json_schemas([result_class], options, "#/$defs/{name}")
    return {**schema, "$defs": definitions} if definitions else schema


def json_schemas(
    hints: Sequence[Any], options: JsonOptions, ref_template: str
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The schemas of several types, and those of the classes in them by name; two of one name have longer ones."""
    classes = list(dict.fromkeys(_classes_in(hints)))
    if classes:
        plain = [plain_class(cls) for cls in classes]
        own = {name for cls in plain for name in (*_hints_of(cls), *getattr(cls, "json_properties", ()))}
        _check_names(options.leave_out - own)
    schemas, components = msgspec.json.schema_components(
        [*hints, *classes], ref_template=ref_template, schema_hook=_unknown_schema
    )
    given = list(schemas)
    for cls, schema in zip(classes, given[len(hints) :], strict=True):
        _describe(components[schema["$ref"].rpartition("/")[2]], cls, options)
    return [_with_times(hint, dict(schema)) for hint, schema in zip(hints, given, strict=False)], components


class _Writer(dict[type, Callable[[Any], Any]]):
    """What makes of a value of each type something that msgspec encodes as `to_json` says. One for each options."""

    def __init__(self, options: JsonOptions) -> None:
        super().__init__()
        self._options = options
        self._unknown = set(options.leave_out)
        self._found = False
        self[datetime.datetime] = _in_utc

    def __missing__(self, cls: type) -> Callable[[Any], Any]:
        made = self[cls] = self._make(cls)
        return made

    def plain(self, value: Any) -> Any:
        cls = type(value)
        return value if cls in _SCALARS else self[cls](value)

    def refuse_unknown_names(self) -> None:
        """Refuse names to leave out that neither the classes met so far have nor those of any query."""
        if self._unknown and self._found:
            _check_names(self._unknown)
            self._unknown.clear()

    def _make(self, cls: type) -> Callable[[Any], Any]:
        if issubclass(cls, datetime.datetime):
            return _in_utc
        if issubclass(cls, Cursor):
            return str
        if issubclass(cls, list | tuple):
            return self._list
        if issubclass(cls, dict):
            return self._dict
        if issubclass(cls, Node):
            fields = self._fields(cls)
            return lambda root: msgspec.Raw(b"".join(self._tree(root, fields)))
        return self._fields(cls) if attrs.has(cls) else _as_it_is

    def _list(self, values: Sequence[Any]) -> Sequence[Any]:
        if _SCALARS.issuperset(map(type, values)):
            return values
        return [value if (cls := type(value)) in _SCALARS else self[cls](value) for value in values]

    def _dict(self, values: dict[Any, Any]) -> dict[Any, Any]:
        if _SCALARS.issuperset(map(type, values.values())):
            return values
        return {key: value if (cls := type(value)) in _SCALARS else self[cls](value) for key, value in values.items()}

    def _fields(self, cls: Any) -> Callable[[Any], dict[str, Any]]:
        """What gives the fields of an object of a class."""
        leave_out, languages = self._options.leave_out, self._options.languages
        names = [field.name for field in attrs.fields(cls)]
        self._found = True
        self._unknown.difference_update(names, getattr(cls, "json_properties", ()))
        if issubclass(cls, Node):
            names.remove(children_field(cls))
            names += cls.json_properties
        names = [name for name in names if name not in leave_out]
        if not names:
            return lambda _: {}
        read = operator.attrgetter(*names) if names[1:] else lambda value: (getattr(value, names[0]),)
        texts = [] if languages is None else [each for each in texts_of(cls).items() if each[0] in names]
        wanted = languages or ()

        @functools.lru_cache(maxsize=1000)
        def changed(*types: type) -> Sequence[tuple[str, Callable[[Any], Any]]]:
            """The fields that are not left as they are, where the values have these types."""
            return [(name, self[each]) for name, each in zip(names, types, strict=True) if each not in _SCALARS]

        def fields(value: Any) -> dict[str, Any]:
            values = read(value)
            found = dict(zip(names, values, strict=True))
            for name, nothing in texts:
                found[name] = text_for(found[name], wanted, nothing)
            for name, make in changed(*map(type, found.values() if texts else values)):
                found[name] = make(found[name])
            return found

        return fields

    def _tree(self, root: Node, fields: Callable[[Any], dict[str, Any]]) -> Iterator[bytes]:
        """The text of a tree in pieces; what waits is a node, or text that comes after its children."""
        children = children_field(type(root))
        leaves_out = children in self._options.leave_out
        waiting: list[Node | bytes] = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, bytes):
                yield node
                continue
            own = _encoder.encode(fields(node) if type(node) is type(root) else self._fields(type(node))(node))
            if leaves_out:
                yield own
                continue
            below: Sequence[Node] = getattr(node, children)
            yield b'%s%s"%s":[' % (own[:-1], b"," if len(own) > 2 else b"", children.encode())
            waiting.append(b"]}")
            for index in range(len(below) - 1, -1, -1):
                waiting.append(below[index])
                if index:
                    waiting.append(b",")


def _check_names(names: Iterable[str]) -> None:
    """Raise ValueError for names that are fields of no class that a query reads."""
    if wrong := sorted(not_fields(names)):
        raise ValueError(f"leave_out: no result class has a field {', '.join(wrong)}")


@functools.lru_cache(maxsize=64)
def _writer(options: JsonOptions) -> _Writer:
    return _Writer(options)


def _in_utc(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat() + "Z"
    return value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat() + "Z"


def _as_it_is(value: Any) -> Any:
    return value


def _unknown(value: object) -> str:
    if isinstance(value, (*_ADDRESSES, Cursor)):
        return str(value)
    raise TypeError(f"JSON has no form for an object of {type(value).__qualname__}")


def _unknown_schema(hint: Any) -> dict[str, Any]:
    if hint is object:
        return {"description": "Any JSON value."}
    if hint in (*_ADDRESSES, Cursor):
        return {"type": "string"}
    raise TypeError(f"JSON has no form for an object of {hint!r}")


_encoder = msgspec.json.Encoder(enc_hook=_unknown)


def _classes_in(hints: Iterable[Any]) -> Iterator[Any]:
    """The result classes in types, at any depth."""
    waiting, seen = list(hints), set[Any]()
    while waiting:
        hint = waiting.pop()
        if is_result_class(hint):
            if hint not in seen:
                seen.add(hint)
                yield hint
                waiting += _hints_of(hint).values()
        else:
            waiting += [each for each in typing.get_args(hint) if typing.get_origin(each) or isinstance(each, type)]


def _hints_of(cls: Any) -> dict[str, Any]:
    """The types of the fields of a class, with what its type variables stand for."""
    origin = plain_class(cls)
    known: dict[Any, Any] = dict(zip(getattr(origin, "__parameters__", ()), typing.get_args(cls), strict=False))
    hints = typing.get_type_hints(origin, include_extras=True)
    return {field.name: _filled(hints[field.name], known) for field in attrs.fields(origin)}


def _filled(hint: Any, known: dict[Any, Any]) -> Any:
    if hint in known:
        return known[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(known.get(each, each) for each in parameters)] if parameters else hint


def _describe(schema: dict[str, Any], cls: Any, options: JsonOptions) -> None:
    """Change the schema of a class to what is written of it."""
    hints, properties = _hints_of(cls), schema["properties"]
    texts = texts_of(plain_class(cls)) if options.languages is not None else {}
    for name, hint in hints.items():
        each = _with_times(hint, properties[name])
        each.pop("default", None)
        if name in texts:
            each = _localized(each, is_required=texts[name] is not None)
        properties[name] = each
    for name, hint in getattr(plain_class(cls), "json_properties", {}).items():
        properties[name] = msgspec.json.schema(hint)
    for name in options.leave_out:
        properties.pop(name, None)
    schema["required"] = list(properties)


def _with_times(hint: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with `date-time` for a datetime without a zone, of which msgspec does not say it."""
    for each in _alternatives(schema) if _may_be_time(hint) else ():
        if each.get("type") == "string":
            each["format"] = "date-time"
    return schema


def _may_be_time(hint: Any) -> bool:
    if typing.get_origin(hint) is Annotated:
        return _may_be_time(hint.__origin__)
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return hint is datetime.datetime or (is_union and any(map(_may_be_time, typing.get_args(hint))))


def _localized(schema: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    """A text, or a list of key words, where there were texts by language."""
    kept = [each for each in _alternatives(schema) if each.get("type") not in ("object", "null")]
    kept += [] if is_required else [{"type": "null"}]
    return {"anyOf": kept} if len(kept) > 1 else kept[0]


def _alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of which one holds."""
    if "anyOf" not in schema:
        return [schema]
    return [inner for each in schema["anyOf"] for inner in _alternatives(each)]
