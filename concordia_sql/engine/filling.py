"""Fills objects of frozen classes as fast as those of other classes: attrs sets each field of them by a call."""

from collections.abc import Callable, Sequence
from typing import Any, Generic

import attrs

from concordia_sql.engine.caching import cache

_object: Any = object
_frozen: Any = attrs.make_class("Frozen", (), frozen=True)
_HOOKS = ("__attrs_pre_init__", "__attrs_post_init__", "__attrs_init_subclass__")
"""What attrs calls beside setting fields: for each object, and for each class below."""


@cache
def filler(cls: type, names: Sequence[str]) -> Callable[..., Any] | None:
    """`open_class`, or None if the `__init__` of the class may do more than set fields, or is as fast."""
    return open_class(cls, names) if _only_sets_slots(cls) else None


def open_class(cls: type, names: Sequence[str]) -> type[Any]:
    """A class below this one, whose `__init__` takes the values of these fields in order, and sets them as they are.

    Other fields have their defaults. The caller sets the `__class__` of what it makes, which is `cls`.
    """
    own = {"__slots__": (), "__module__": cls.__module__, "__qualname__": cls.__qualname__, **dict.fromkeys(_HOOKS)}
    made = type(cls.__name__, (cls,), {**own, "__setattr__": object.__setattr__, "__delattr__": object.__delattr__})
    given: dict[str, Any] = {name: attrs.field() for name in names}
    others = {field.name: attrs.field(default=field.default) for field in attrs.fields(cls) if field.name not in given}
    return attrs.define(made, these={**given, **others}, slots=False, eq=False, repr=False, match_args=False)


def _only_sets_slots(cls: Any) -> bool:
    """Whether to make an object of a class that is frozen by attrs is to set its slots, and nothing else."""
    code = getattr(cls.__dict__.get("__init__"), "__code__", None)
    return (
        type(cls) is type
        and "__slots__" in cls.__dict__
        and cls.__new__ is _object.__new__
        and cls.__setattr__ is _frozen.__setattr__
        and code is not None
        and code.co_filename.startswith("<attrs generated")
        and not any(hasattr(cls, name) for name in (*_HOOKS, "_attrs_cached_hash"))
        and not any("__init_subclass__" in base.__dict__ for base in cls.__mro__ if base not in (Generic, object))
        and all(field.init and field.validator is None and field.converter is None for field in attrs.fields(cls))
    )
