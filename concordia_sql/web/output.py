"""Results as JSON, and the schema of that JSON."""

import datetime
import ipaddress
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import attrs
import msgspec

from concordia_sql.common import localize, texts_of
from concordia_sql.engine import Node, children_field
from concordia_sql.engine.caching import cache
from concordia_sql.engine.columns import is_result_class, plain_class


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
    """The names of fields that are left out of each object of a class, at any depth."""


_DEFAULT = JsonOptions()
_SCALARS = frozenset([str, int, float, bool, type(None), datetime.date, datetime.time])
_ADDRESSES = (
    *(ipaddress.IPv4Address, ipaddress.IPv4Interface, ipaddress.IPv4Network),
    *(ipaddress.IPv6Address, ipaddress.IPv6Interface, ipaddress.IPv6Network),
)


def to_json(result: object, options: JsonOptions = _DEFAULT) -> bytes:
    """The result of a query as JSON in UTF-8: an object, a list, a page, a tree of any depth, one value, or None.

    Times are in UTC and end in Z, days are `2026-03-15`, decimals are texts, so that nothing is rounded, and NaN and
    the infinities are null. A node of a page of a thread has `more` and `hidden_count` too. Raises TypeError for a
    value of a type that JSON has no form for, naming the type.
    """
    if options.languages is not None:
        result = localize(result, options.languages)
    return _encoder.encode(_Writer(options.leave_out).plain(result))


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
    schemas, components = msgspec.json.schema_components(
        [*hints, *classes], ref_template=ref_template, schema_hook=_unknown_schema
    )
    given = list(schemas)
    for cls, schema in zip(classes, given[len(hints) :], strict=True):
        _describe(components[schema["$ref"].rpartition("/")[2]], cls, options)
    return [_with_times(hint, dict(schema)) for hint, schema in zip(hints, given, strict=False)], components


class _Writer:
    """Makes what msgspec encodes: dicts of objects, times with their zone, trees as text that is written already."""

    def __init__(self, leave_out: frozenset[str]) -> None:
        self._leave_out = leave_out

    def plain(self, value: Any) -> Any:
        cls = type(value)
        if cls in _SCALARS:
            return value
        if cls is datetime.datetime:
            return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)
        if isinstance(value, list | tuple):
            return [item if type(item) in _SCALARS else self.plain(item) for item in value]
        if isinstance(value, dict):
            return {key: item if type(item) in _SCALARS else self.plain(item) for key, item in value.items()}
        if isinstance(value, Node):
            return msgspec.Raw(b"".join(self._tree(value)))
        return self._object(value, cls) if attrs.has(cls) else value

    def _object(self, value: Any, cls: type) -> dict[str, Any]:
        made = {}
        for name in _fields_of(cls, self._leave_out):
            item = getattr(value, name)
            made[name] = item if type(item) in _SCALARS else self.plain(item)
        return made

    def _tree(self, root: Node) -> Iterator[bytes]:
        """The text of a tree in pieces; what waits is a node, or text that comes after its children."""
        children = children_field(type(root))
        leaves_out = children in self._leave_out
        waiting: list[Node | bytes] = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, bytes):
                yield node
                continue
            own = _encoder.encode(self._object(node, type(node)))
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


@cache
def _fields_of(cls: Any, leave_out: frozenset[str]) -> Sequence[str]:
    names = [field.name for field in attrs.fields(cls)]
    if issubclass(cls, Node):
        names.remove(children_field(cls))
        names += cls.json_properties
    return [name for name in names if name not in leave_out]


def _unknown(value: object) -> str:
    if isinstance(value, _ADDRESSES):
        return str(value)
    raise TypeError(f"JSON has no form for an object of {type(value).__qualname__}")


def _unknown_schema(hint: Any) -> dict[str, Any]:
    if hint is object:
        return {"description": "Any JSON value."}
    if hint in _ADDRESSES:
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
