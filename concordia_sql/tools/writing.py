"""Writes the classes of a statement: the query or command, what it gives, and the classes nested in that."""

import inspect
import re
import sys
import textwrap
import types
from collections.abc import Iterable, Mapping, Sequence

import attrs
import psycopg

import concordia_sql
from concordia_sql.engine import Cursor, Finding, Statement, make_converter
from concordia_sql.engine.checks.describe import Describer
from concordia_sql.engine.checks.statements import Explained, check_statements
from concordia_sql.tools.outline import Outline, Parameter, Row, Type

_WIDTH = 120
_BASES = {
    False: {"count": "One", "get": "Maybe"},
    True: {"add": "ReturningOne", "create": "ReturningOne", "change": "ReturningMaybe"},
}
"""What comes back, by the verb of a file's name, for queries and for commands."""
_ANY = {False: "Many", True: "ReturningMany"}
_TYPES = ("Decimal", "Literal", "Sequence", "UUID")
_PLURALS = ((r"ies$", "y"), (r"(ss|sh|ch|x)es$", r"\1"), (r"(?<![su])s$", ""))


@attrs.frozen
class LibraryName:
    """Where the library object of a statement is: `LIBRARY` in the module `myapp`."""

    module: str
    name: str


def write_classes(outline: Outline, library: LibraryName) -> str:
    """A module of Python with the classes of a statement, formatted, at most 120 columns wide.

    The base of the query follows the verb in the name of the file; a single column is the value itself.
    """
    return _Module(outline, library).text()


def check_classes(text: str, connection: psycopg.Connection[object]) -> list[Finding]:
    """What `check` finds about the classes of a text that was written for this database."""
    module = types.ModuleType("concordia_new")
    sys.modules[module.__name__] = module  # attrs and typing look names up there
    try:
        exec(compile(text, "<new>", "exec"), vars(module))  # noqa: S102 - names and literals that were checked
        made = [
            value
            for value in vars(module).values()
            if inspect.isclass(value) and issubclass(value, Statement) and value.__module__ == module.__name__
        ]
        return list(check_statements(Describer(connection), made, make_converter(), Explained()))
    finally:
        del sys.modules[module.__name__]


class _Module:
    """A module as it is written."""

    def __init__(self, outline: Outline, library: LibraryName) -> None:
        self._outline = outline
        self._library = library
        self._imports: dict[str, set[str]] = {}
        self._classes: dict[str, tuple[Row, str]] = {}
        self._fields = {*_names(outline.parameters), *_names(outline.row.columns)}
        source = outline.source
        libraries = {source.library, *(shape.source.library for shape in source.shapes())}
        self._secrets = frozenset[str]().union(*(library.secrets for library in libraries))
        stem = source.path.stem
        self._verb, _, noun = stem.partition("_")
        self._noun = _pascal(_singular(noun or stem))
        self._query_name = _pascal(stem)

    def text(self) -> str:
        query = self._query()
        self._import("concordia_sql", "command" if self._outline.writes else "query")
        self._import(self._library.module, self._library.name)
        blocks = [*(text for _, text in self._classes.values()), query]
        header = self._import_lines(uses_attrs=any("attrs." in block for block in blocks))
        return "\n\n\n".join([header, *blocks]) + "\n"

    def _query(self) -> str:
        outline = self._outline
        base = self._base()
        fields = [f"    {name}: {self._parameter(name, each)}" for name, each in outline.parameters.items()]
        lines = [*self._decorator(), f"class {self._query_name}({base}):", *_docstring(outline.source.header)]
        return "\n".join([*lines, *(["", *fields] if fields else [])])

    def _base(self) -> str:
        writes, columns = self._outline.writes, self._outline.row.columns
        if not columns:
            return self._import("concordia_sql", "Affected")
        base = self._import("concordia_sql", _BASES[writes].get(self._verb, _ANY[writes]))
        only = next(iter(columns.values()))
        if len(columns) == 1 and not isinstance(only.of, Row):
            return f"{base}[{self._type(only, '', '')}]"
        return f"{base}[{self._class(self._outline.row, self._noun, self._query_name)}]"

    def _decorator(self) -> list[str]:
        source = self._outline.source
        arguments = [_quoted(source.path.relative_to(source.library.root).as_posix()), f"library={self._library.name}"]
        for argument, given in (("shapes", source.bound), ("names", self._outline.names)):
            if given:
                arguments.append(f"{argument}={_mapping(argument, given)}")
        kind = "command" if self._outline.writes else "query"
        line = f"@{kind}({', '.join(arguments)})"
        return [line] if len(line) <= _WIDTH else [f"@{kind}(", *(f"    {each}," for each in arguments), ")"]

    def _class(self, row: Row, name: str, owner: str) -> str:
        """The name of the class of a row. Rows of the same columns and name share one."""
        reserved = {*concordia_sql.__all__, *_TYPES, self._query_name, self._library.name}
        for candidate in _candidates(name, owner):
            if candidate in reserved:
                continue
            known = self._classes.get(candidate)
            if known is None:
                self._classes[candidate] = row, ""
                fields = [
                    f"    {column}: {self._type(each, column, candidate)}{self._hidden(column)}"
                    for column, each in row.columns.items()
                ]
                del self._classes[candidate]  # it comes after those that are nested in it
                self._classes[candidate] = row, "\n".join(["@attrs.frozen", f"class {candidate}:", *fields])
                return candidate
            if known[0] == row:
                return candidate
        raise AssertionError

    def _hidden(self, column: str) -> str:
        return " = attrs.field(repr=False)" if column in self._secrets else ""

    def _type(self, each: Type, column: str, owner: str) -> str:
        of = self._of(each.of, _singular(column) if each.many else column, owner)
        written = f"{self._named(tuple)}[{of}, ...]" if each.many else of
        return written if each.nullable is False else f"{written} | None"

    def _of(self, of: type | Row, name: str, owner: str) -> str:
        return self._class(of, _pascal(name), owner) if isinstance(of, Row) else self._named(of)

    def _parameter(self, name: str, each: Parameter) -> str:
        if each.literals:
            return f"{self._import('typing', 'Literal')}[{', '.join(map(_quoted, each.literals))}]"
        if each.is_limit:
            return f"{self._import('concordia_sql', 'Limit')} = 50"
        of = self._of(each.of, _singular(name), self._query_name)
        written = f"{self._import('collections.abc', 'Sequence')}[{of}]" if each.many else of
        written += f" | {self._import('concordia_sql', 'UnsetType')}" if each.default == "UNSET" else ""
        written += " | None" if each.nullable else ""
        if each.keys:
            keys = ", ".join(map(self._named, each.keys))
            return f"{written} = attrs.field(default=None, converter={self._import('concordia_sql', 'cursor')}({keys}))"
        if each.default == "UNSET":
            self._import("concordia_sql", "UNSET")
        return f"{written} = {each.default}" if each.default else written

    def _named(self, of: type) -> str:
        """The name of a type, another one if it is also that of a field: a field hides it."""
        if of.__name__ in self._fields:
            alias = f"{of.__name__}_type"
            self._import(of.__module__, f"{of.__name__} as {alias}")
            return alias
        module = "concordia_sql" if of is Cursor else of.__module__
        return of.__name__ if module == "builtins" else self._import(module, of.__name__)

    def _import(self, module: str, name: str) -> str:
        self._imports.setdefault(module, set()).add(name)
        return name

    def _import_lines(self, *, uses_attrs: bool) -> str:
        sections: list[list[str]] = [[], ["import attrs"] if uses_attrs else [], []]
        for module in sorted(self._imports):
            section = (
                0 if module.partition(".")[0] in sys.stdlib_module_names else 1 if module == "concordia_sql" else 2
            )
            line = f"from {module} import {', '.join(sorted(self._imports[module], key=_import_order))}"
            sections[section].append(line)
        return "\n\n".join("\n".join(section) for section in sections if section)


def _candidates(name: str, owner: str) -> Iterable[str]:
    yield from (name, f"{name}Row", f"{owner}{name}")
    yield from (f"{owner}{name}{number}" for number in range(2, 1000))


def _names(fields: Mapping[str, Type | Parameter]) -> Iterable[str]:
    for name, each in fields.items():
        yield name
        if isinstance(each.of, Row):
            yield from _names(each.of.columns)


def _mapping(argument: str, given: Mapping[str, str]) -> str:
    """A dict as an argument of a decorator, on one line if it fits there."""
    pairs = [f"{_quoted(old)}: {_quoted(new)}" for old, new in given.items()]
    line = f"{{{', '.join(pairs)}}}"
    if len(f"    {argument}={line},") <= _WIDTH:
        return line
    return "\n".join(["{", *(f"        {pair}," for pair in pairs), "    }"])


def _docstring(header: str) -> Sequence[str]:
    """The header of a SQL file as a docstring: its first sentence, and then the rest."""
    text = header.replace("\\", "\\\\").replace('"', '\\"') if re.search(r'\\|"""|"$', header) else header
    line = f'    """{text}"""'
    if len(line) <= _WIDTH:
        return [line]
    # It always matches: the text ends in a full stop.
    first, rest = re.match(r"(.*?[.!?:])(?:\s+|$)(.*)", f"{text}.", re.DOTALL).groups()  # type: ignore[union-attr]
    if len(first) > _WIDTH - 7:
        first, rest = "", text
    else:
        rest = rest.removesuffix(".")
    wrapped = [f"    {each}" for each in textwrap.wrap(rest, _WIDTH - 4)]
    return [f'    """{first}', "", *wrapped, '    """'] if first else ['    """', *wrapped, '    """']


def _import_order(name: str) -> tuple[int, str]:
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2), name


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _singular(name: str) -> str:
    """The singular of an English plural, as far as its form tells."""
    for plural, singular in _PLURALS:
        if re.search(plural, name):
            return re.sub(plural, singular, name)
    return name


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
