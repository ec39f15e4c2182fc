"""The pages, as text. Everything that is not written here is escaped."""

import inspect
import re
import typing
from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Literal, cast

import attrs

from concordia_sql.engine import Affected, Statement
from concordia_sql.engine.columns import spell

StatementClass = type[Statement[Any]]

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1rem;
    color: #1f2937; }
a { color: #0f766e; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.15rem; margin-top: 1.6rem; }
nav { margin-bottom: 1rem; }
nav a { margin-right: 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top; }
tr { border-bottom: 1px solid #e5e7eb; }
pre { background: #f3f4f6; padding: .8rem; overflow-x: auto; font-size: 13px; max-height: 40rem; }
input, select, textarea { width: 26rem; font: inherit; padding: .15rem .3rem; }
button { font: inherit; padding: .3rem 1.2rem; }
.error { background: #fef2f2; color: #991b1b; padding: .8rem; }
.quiet { color: #6b7280; }
.plan, .plan ul { list-style: none; border-left: 2px solid #d1d5db; padding-left: 1rem; }
.plan li { margin: .3rem 0; }
.plan code { display: block; color: #6b7280; font-size: 12px; }
.plan span { color: #374151; }
.share { background: #e5e7eb; vertical-align: middle; }
.share rect { fill: #d97706; }
.scroll { overflow: auto; border: 1px solid #e5e7eb; padding: 0 .8rem; }
.diagram { font: 11px system-ui, sans-serif; background: #fff; width: 100%; height: auto; }
.diagram .box { fill: #fff; stroke: #94a3b8; }
.diagram .head { fill: #0f766e; }
.diagram .name { fill: #fff; font-weight: bold; }
.diagram .type { fill: #6b7280; text-anchor: end; }
.diagram .pk { font-weight: bold; }
.diagram .fk { fill: #b45309; }
.diagram .key { fill: none; stroke: #d97706; stroke-opacity: .55; }
.diagram .key:hover { stroke-width: 3; stroke-opacity: 1; }
"""


def page(title: str, *parts: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<link rel="stylesheet" href="/style.css"></head><body>'
        '<nav><a href="/">Queries</a><a href="/tables">Tables</a></nav>'
        f"<h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def index(statements: Mapping[str, StatementClass]) -> str:
    """All queries and commands, by domain."""
    domains: defaultdict[str, list[StatementClass]] = defaultdict(list)
    for name in sorted(statements):
        domains[name.partition(".")[0]].append(statements[name])
    parts = [
        f"<h2>{escape(domain)}{': commands' if writes else ''}</h2><table>{''.join(map(_row, chosen))}</table>"
        for domain, classes in domains.items()
        for writes in (False, True)
        if (chosen := [cls for cls in classes if cls.writes is writes])
    ]
    return page("Queries and commands", *parts)


def _row(cls: StatementClass) -> str:
    about = re.split(r"(?<=[.:;])\s", inspect.cleandoc(cls.__doc__ or ""), maxsplit=1)[0].rstrip(":;")
    return (
        f'<tr><td><a href="/{escape(cls.query_name)}">{escape(cls.__name__)}</a></td>'
        f"<td>{escape(about)}</td><td><code>{escape(result_of(cls))}</code></td></tr>"
    )


def result_of(cls: StatementClass) -> str:
    """What a query comes back as, as its class says it: `Maybe[PostDetails]`."""
    base = next(base.__name__ for base in cls.__mro__ if base.__module__ == Statement.__module__)
    return base if issubclass(cls, Affected) else f"{base}[{spell(cls.result_class)}]"


def statement(cls: StatementClass, values: Mapping[str, str], token: str, *results: str) -> str:
    """A query: what it says of itself, a form with its parameters, and what came of it."""
    said = "".join(f"<p>{escape(each)}</p>" for each in inspect.cleandoc(cls.__doc__ or "").split("\n\n"))
    path = cls.source.path.relative_to(cls.source.library.root.parent)
    about = f'<p class="quiet">{escape(result_of(cls))} · {escape(f"{path}{cls.source.bindings}")}</p>'
    return page(cls.query_name, said, about, _form(cls, values, token), *results)


def _form(cls: StatementClass, values: Mapping[str, str], token: str) -> str:
    hints = typing.get_type_hints(cls)
    rows = "".join(
        f'<tr><th><label for="{name}">{name}</label></th><td>{_input(name, hints[name], values.get(name, ""))}</td>'
        f'<td class="quiet">{escape(_about(field, hints[name]))}</td></tr>'
        for name, field in fields_of(cls).items()
    )
    verb = "Try, and roll back" if cls.writes else "Run"
    return (
        f'<h2>Parameters</h2><form method="post"><input type="hidden" name="{TOKEN}" value="{token}">'
        f"<table>{rows}</table><p><button>{verb}</button></p></form>"
    )


TOKEN = "~token"  # noqa: S105 - a name
"""The name of the form's secret: no parameter has it."""


def fields_of(cls: StatementClass) -> "dict[str, attrs.Attribute[Any]]":
    """The parameters."""
    return {field.name: field for field in attrs.fields(cast("Any", cls))}


def _about(field: "attrs.Attribute[Any]", hint: Any) -> str:
    written = re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])", "", inspect.formatannotation(hint))
    if field.default is attrs.NOTHING:
        return f"{written}, needed"
    # To attrs' stubs, Factory is a function.
    return written if isinstance(field.default, attrs.Factory) else f"{written} = {field.default!r}"  # type: ignore[arg-type]


def _input(name: str, hint: Any, value: str) -> str:
    choices = _choices(hint)
    if not choices:
        return f'<input id="{name}" name="{name}" value="{escape(value)}" autocomplete="off">'
    options = "".join(
        f"<option{' selected' if each == value else ''}>{escape(each)}</option>" for each in ("", *choices)
    )
    return f'<select id="{name}" name="{name}">{options}</select>'


def _choices(hint: Any) -> Sequence[str]:
    """The values of a Literal or a bool, if it is one, or None besides."""
    kinds = [each for each in typing.get_args(hint) or (hint,) if each is not type(None)]
    if typing.get_origin(hint) is Literal:
        return [str(each) for each in typing.get_args(hint)]
    if kinds == [bool]:
        return ["true", "false"]
    return _choices(kinds[0]) if len(kinds) == 1 and kinds[0] is not hint else ()


def code(title: str, text: str) -> str:
    """A section of code."""
    return f"<h2>{escape(title)}</h2><pre>{escape(text)}</pre>"


def picture(title: str, html: str) -> str:
    """A section with a picture that was made here."""
    return f'<h2>{escape(title)}</h2><div class="scroll">{html}</div>'


def error(text: str) -> str:
    """What went wrong."""
    return f'<p class="error">{escape(text)}</p>'
