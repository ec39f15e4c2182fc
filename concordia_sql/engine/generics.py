"""Generic classes: the types of their fields, where type variables stand for types."""

import inspect
import typing
from collections.abc import Mapping
from typing import Any, TypeVar


def plain_class(cls: Any) -> Any:
    """The class itself, without the types of a generic one."""
    return typing.get_origin(cls) or cls


def hints_of(cls: Any) -> Mapping[str, Any]:
    """The types of the fields, those of generic bases with what their variables stand for, as far as they are known."""
    arguments = type_arguments(cls)
    hints: dict[str, Any] = {}
    for base in reversed(plain_class(cls).__mro__):
        own = inspect.get_annotations(base)
        known = typing.get_type_hints(base, include_extras=True) if own else {}
        hints |= {name: substituted(known[name], arguments.get(base, {})) for name in own}
    return hints


def type_arguments(cls: Any) -> Mapping[type, Mapping[Any, Any]]:
    """Of a class, and each of its bases, the types that its type variables stand for."""
    found: dict[type, Mapping[Any, Any]] = {}
    waiting: list[tuple[Any, Mapping[Any, Any]]] = [(cls, {})]
    while waiting:
        alias, around = waiting.pop()
        origin = plain_class(alias)
        arguments = [substituted(argument, around) for argument in typing.get_args(alias)]
        own = dict(zip(getattr(origin, "__parameters__", ()), arguments, strict=False))
        if origin not in found or own:
            found[origin] = own
        waiting += [(base, own) for base in origin.__dict__.get("__orig_bases__", origin.__bases__)]
    return found


def substituted(hint: Any, arguments: Mapping[Any, Any]) -> Any:
    """A type with its type variables replaced, as far as they are known."""
    if isinstance(hint, TypeVar):
        return arguments.get(hint, hint)
    if parameters := parameters_of(hint):
        return hint[tuple(arguments.get(parameter, parameter) for parameter in parameters)]
    return hint


def parameters_of(hint: Any) -> Any:
    """The type variables in a generic type."""
    return getattr(hint, "__parameters__", ()) if typing.get_origin(hint) else ()
