"""The page of a domain: its queries and commands, then the classes that they return."""

import inspect
import re
import typing
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from concordia_sql import CONCORDIA, Statement
from concordia_sql.engine.checks.catalogue import load_catalogue
from concordia_sql.engine.columns import nested_classes
from concordia_sql.engine.compose import compose
from concordia_sql.engine.conditions import holding
from concordia_sql.engine.generics import plain_class
from docs.generate.types import in_cell, limits, spell

SNAPSHOT = Path(__file__).parents[2] / "migrations" / "catalogue.json"
DOMAIN_NAMES = {
    "auth": "users, sessions, accounts, organizations, members, invitations and verifications",
    "profile": "the profiles of users",
    "blog": "posts, authors, organizations, categories, media and comments",
    "services": "listings, categories, organizations, times of the week, bookings, reviews and media",
}
"""The domains, with what their tables hold."""


def domain_page(domain: ModuleType) -> str:
    """Every query and command of a domain, and the result classes that they name."""
    name = domain.__name__.rpartition(".")[2]
    found = [getattr(domain, each) for each in domain.__all__]
    statements = sorted((each for each in found if _is_statement(each)), key=lambda cls: cls.__name__)
    lines = [
        f"# {name}",
        "",
        f"*For those who read and write {DOMAIN_NAMES[name]}. Made from the code by `make docs`.*",
        "",
        f"`from concordia_sql import {name}`. `db.fetch(…)` runs a query, `db.execute(…)` a command, in one round",
        "trip: see [queries](../guide/queries.md) and [commands](../guide/commands.md). Where no limit is",
        "given, a text has at most 1,000,000 characters, a sequence 10,000 items. UNSET leaves a column as it is.",
    ]
    for title, writes in (("Queries", False), ("Commands", True)):
        if chosen := [each for each in statements if each.writes is writes]:
            lines += ["", f"## {title}", "", f"| {title.lower()} | |", "| --- | --- |"]
            lines += [f"| [{each.__name__}](#{_anchor(each)}) | {in_cell(_first_sentence(each))} |" for each in chosen]
            for each in chosen:
                lines += ["", *_statement(each)]
    classes = _result_classes(statements)
    lines += ["", "## Results", "", "Each field is a column of the same name. Times are naive, in UTC."]
    for each in sorted(classes, key=lambda cls: cls.__name__):
        lines += ["", *_result(each)]
    return "\n".join(lines) + "\n"


def _is_statement(each: object) -> bool:
    return inspect.isclass(each) and issubclass(each, Statement)


def _anchor(cls: type) -> str:
    return cls.__name__.lower()


def _first_sentence(cls: type) -> str:
    return re.split(r"(?<=[.:;])\s", inspect.cleandoc(cls.__doc__ or ""), maxsplit=1)[0].rstrip(":;")


def _statement(query_class: type[Statement[Any]]) -> list[str]:
    path = query_class.source.path.relative_to(CONCORDIA.root.parent)
    lines = [f"### {query_class.__name__}", "", inspect.cleandoc(query_class.__doc__ or ""), ""]
    if fields := attrs.fields(typing.cast("Any", query_class)):
        hints = typing.get_type_hints(query_class, include_extras=True)
        lines += ["| parameter | type | default | limits |", "| --- | --- | --- | --- |"]
        for field in fields:
            hint = hints[field.name]
            lines.append(f"| `{field.name}` | `{in_cell(spell(hint))}` | {_default(field.default)} | {limits(hint)} |")
        lines.append("")
    bound = " and ".join(f"`${role}` as {_link_to_shape(name)}" for role, name in query_class.source.bound.items())
    source = f"SQL: [`{path}`](../../{path}){', with ' if bound else ''}{bound}"
    lines.append(f"Comes back as {_comes_back(query_class)}. {source}")
    if price := re.search(r"^-- cost: (.+)$", query_class.source.path.read_text("utf-8"), re.MULTILINE):
        lines += ["", f"It may cost more than what it shows: {price[1]}"]
    if query_class.writes:
        lines += ["", f"Touches {', '.join(_touched(query_class))}."]
    elif tables := _read(query_class):
        lines += ["", f"Reads {', '.join(f'`{table}`' for table in tables)}."]
    return lines


def _comes_back(query_class: type[Statement[Any]]) -> str:
    if query_class.result_class is int and query_class.writes:
        return "the number of rows"
    base = next(base for base in query_class.__orig_bases__ if typing.get_origin(base))  # type: ignore[attr-defined]
    (result,) = typing.get_args(base)
    if not attrs.has(plain_class(result)):
        return f"`{spell(base)}`"
    links = " of ".join(f"[{cls.__name__}](#{_anchor(cls)})" for cls in _classes_in(result))
    return f"`{typing.get_origin(base).__name__}` of {links}"


def _classes_in(hint: Any) -> Iterable[type]:
    """A class and those that it is given: of `Thread[Comment]` both."""
    if attrs.has(plain_class(hint)):
        yield plain_class(hint)
    for each in typing.get_args(hint):
        yield from _classes_in(each)


def _link_to_shape(name: str) -> str:
    return f"[`{name}`](../../sql/{name.replace('/', '/shapes/')}.sql)"


def _default(default: object) -> str:
    if default is attrs.NOTHING:
        return ""
    return "made" if isinstance(default, attrs.Factory) else f"`{default!r}`"  # type: ignore[arg-type]


def _result_classes(statements: Iterable[type[Statement[Any]]]) -> Sequence[type]:
    """The classes of results, with those that are nested in them, and the rows that parameters are made of."""
    found: dict[type, None] = {}
    for each in statements:
        if attrs.has(plain_class(each.result_class)):
            found |= dict.fromkeys(map(plain_class, nested_classes(each.result_class)))
        hints = typing.get_type_hints(each)
        for field in attrs.fields(typing.cast("Any", each)):
            found |= dict.fromkeys(_classes_in(hints[field.name]))
    return [*found]


def _result(cls: type) -> list[str]:
    lines = [f"### {cls.__name__}", "", inspect.cleandoc(cls.__doc__ or ""), "", "| field | type |", "| --- | --- |"]
    hints = typing.get_type_hints(cls, include_extras=True)
    hints = {field.name: hints[field.name] for field in attrs.fields(typing.cast("Any", cls))}
    return [*lines, *(f"| `{name}` | `{in_cell(spell(hint))}` |" for name, hint in hints.items())]


def _read(query_class: type[Statement[Any]]) -> Sequence[str]:
    """The tables that a query reads with all of its filters, in its own text and in its shapes."""
    source = query_class.source
    composed = compose(source, query_class.result_class, holding(source.all_conditions, frozenset(source.parameters)))
    tables = load_catalogue(SNAPSHOT.read_bytes()).keys()
    return sorted(tables & set(re.findall(r'\b(?:FROM|JOIN)\s+"?(\w+)', composed.text)))


_WRITES = {("insert", "into"): "inserts", ("delete", "from"): "deletes"}


def _touched(command_class: type[Statement[Any]]) -> list[str]:
    """What a command does to which tables, as its statements say and the cascades of what they delete."""
    found: dict[str, dict[str, None]] = {}
    for body in (*(each.body for each in command_class.source.before), command_class.source.body):
        words = [token.name for token in body if not token.blank]
        for before, verb, word, after in zip(["", *words], words, words[1:], [*words[2:], ""], strict=False):
            if (done := _WRITES.get((verb, word))) is not None:
                found.setdefault(after, {})[done] = None
            elif verb == "update" and word not in ("", "set", "of", "skip") and before not in ("for", "key", "do"):
                found.setdefault(word, {})["updates"] = None
            elif (before, verb) == ("do", "update"):
                found.setdefault(_inserted(words), {})["updates"] = None
    cascades = _cascades()
    for table in [table for table, done in found.items() if "deletes" in done]:
        for child in cascades.get(table, ()):
            found.setdefault(child, {"deletes by cascade": None})
    return [f"`{table}` ({', '.join(done)})" for table, done in found.items()]


def _inserted(words: Sequence[str]) -> str:
    """The table of the only INSERT in a statement, whose ON CONFLICT updates."""
    return words[words.index("into") + 1]


def _cascades() -> Mapping[str, Sequence[str]]:
    """The tables whose rows go with one of a table's, as the snapshot of the catalogue says."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, table in load_catalogue(SNAPSHOT.read_bytes()).items():
        for key in table.foreign_keys:
            if key.on_delete == "CASCADE":
                found[key.table].append(name)
    return found
