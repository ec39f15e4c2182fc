"""Types as one writes them, and what they allow."""

import inspect
import re
import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta

from concordia_sql import Bounds


def spell(hint: Any) -> str:
    """A type as one writes it, without modules and annotations."""
    if typing.get_origin(hint) is Annotated:
        return spell(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " | ".join(map(spell, typing.get_args(hint)))
    if (arguments := typing.get_args(hint)) and typing.get_origin(hint) is not typing.Literal:
        name = typing.get_origin(hint).__name__
        return f"{name}[{', '.join('...' if each is ... else spell(each) for each in arguments)}]"
    text = inspect.formatannotation(hint)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])", "", text).replace("NoneType", "None")


def in_cell(text: str) -> str:
    """A text in a cell of a table."""
    return text.replace("|", r"\|")


def limits(hint: Any) -> str:
    """What a parameter's type allows, as `1 to 500` or `at most 255 characters`."""
    return ", ".join(dict.fromkeys(_limits(hint)))


def _limits(hint: Any) -> Iterator[str]:
    if typing.get_origin(hint) is Annotated:
        for each in hint.__metadata__:
            if isinstance(each, Meta) and each.ge is not None:
                yield f"{each.ge:,} to {each.le:,}" if each.le is not None else f"{each.ge:,} or more"
            elif isinstance(each, Bounds):
                sizes = {"characters": each.text, "items": each.items, "levels": each.levels, "values": each.nodes}
                yield from (f"at most {size:,} {name}" for name, size in sizes.items() if size is not None)
    for each in typing.get_args(hint):
        if each is not Ellipsis and typing.get_origin(hint) is not typing.Literal:
            yield from _limits(each)
