"""The page of what Python code imports: each public name with its parameters and docstring."""

import ast
import importlib
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import concordia_sql
from docs.generate.types import in_cell

GROUPS: Mapping[str, Sequence[str]] = {
    "Databases and queriers": [
        "Database",
        "Querier",
        "Executor",
        "Reader",
        "AsyncDatabase",
        "AsyncQuerier",
        "AsyncExecutor",
        "AsyncReader",
    ],
    "Around a call": ["deadline", "Isolation", "Stats", "ReplicaStats", "Observer", "Call", "LogCalls"],
    "Queries": ["query", "Query", "One", "Maybe", "Many", "Tree", "Subtree", "Statement", "Limit", "Plan", "Node"],
    "Pages": ["paged", "Page", "Cursor", "cursor"],
    "Commands": [
        "command",
        "Command",
        "ReturningOne",
        "ReturningMaybe",
        "ReturningMany",
        "Affected",
        "Batched",
        "BatchLimit",
        "UNSET",
        "UnsetType",
    ],
    "Libraries": ["Library", "CONCORDIA"],
    "Values": [
        "Bounds",
        "Convert",
        "Otherwise",
        "Converter",
        "make_converter",
        "Localized",
        "best_text",
        "localize",
        "JsonObject",
        "Keywords",
        "Links",
        "new_id",
    ],
    "JSON": ["to_json", "from_json", "json_schema", "JsonOptions"],
    "Checks": ["check", "assert_checked", "Finding"],
    "Errors": [
        "ConcordiaError",
        "ParameterError",
        "NotFound",
        "ResultError",
        "NotMigrated",
        "QuerierError",
        "Conflict",
        "MissingReference",
        "Refused",
        "OutcomeUnknown",
        "DeadlineExceeded",
        "NoConnection",
        "PositionError",
        "DatabaseURLError",
        "StatementError",
        "EmbeddedServerError",
    ],
}
"""The public names, in the order of the page."""
MODULES: Mapping[str, Sequence[str]] = {
    "concordia_sql.auth": ["session_token", "hashed"],
    "concordia_sql.telemetry": ["Telemetry"],
    "concordia_sql.testing": ["assert_plan"],
    "concordia_sql.web.fastapi": ["install", "arguments", "body"],
    "concordia_sql.web.flask": ["install", "answer", "arguments", "body"],
    "concordia_sql.web.litestar": ["ResultPlugin", "arguments", "body"],
}
"""What is imported from modules of its own: functions of a domain, and what needs an extra."""
_PACKAGE = Path(concordia_sql.__file__).parent
_MSGSPEC = {
    "UNSET": "The value of a field of a command that is not given: the column stays as it is. It is msgspec's.",
    "UnsetType": "The type of UNSET.",
}
_SAME = {"AsyncDatabase": "Database", "AsyncQuerier": "Querier", "AsyncExecutor": "Executor"}


def interface_page() -> str:
    """Every public name of `concordia_sql`, and of modules that have some of their own."""
    named = {name for names in GROUPS.values() for name in names}
    assert named == set(concordia_sql.__all__), named ^ set(concordia_sql.__all__)
    lines = [
        "# Python",
        "",
        "*For those who write the Python of a service. Made from the code by `make docs`.*",
        "",
        "All names of the first sections are imported from `concordia_sql`: `from concordia_sql import Database`.",
        "Concordia's own queries, commands and result classes are on the pages of their domains: [auth](auth.md),",
        "[profile](profile.md), [blog](blog.md) and [services](services.md).",
    ]
    for title, names in GROUPS.items():
        lines += ["", f"## {title}"]
        for name in names:
            lines += ["", *_entry(name, getattr(concordia_sql, name))]
    for module, names in MODULES.items():
        lines += ["", f"## {module}"]
        for name in names:
            lines += ["", *_entry(name, getattr(importlib.import_module(module), name))]
    return "\n".join(lines) + "\n"


def _entry(name: str, value: Any) -> list[str]:
    lines = [f"### {name}", ""]
    if name in _MSGSPEC:
        return [*lines, _MSGSPEC[name]]
    if name in _SAME:
        same = _SAME[name]
        return [*lines, f"As [{same}](#{same.lower()}), for asyncio: calls are awaited, blocks begin by `async with`."]
    if inspect.isclass(value) and issubclass(value, concordia_sql.ConcordiaError):
        page = f"../guide/errors.md{'' if value is concordia_sql.ConcordiaError else f'#{name.lower()}'}"
        return [*lines, *_class(name, value), "", f"What to do about it: [errors]({page})."]
    if inspect.isclass(value):
        return [*lines, *_class(name, value)]
    if inspect.isroutine(value):
        return [*lines, *_function(name, value)]
    return [*lines, *_constant(name)]


def _class(name: str, cls: type) -> list[str]:
    tree = _definition(cls)
    lines = []
    if (init := _method(tree, "__init__")) is not None:
        lines += ["```py", f"{name}{_arguments(init)}", "```", ""]
    lines.append(_docstring(cls))
    fields = [each for part in (tree, init) if part is not None for each in _fields(part) if each[0][0] != "_"]
    if fields:
        lines += ["", "| field | type | |", "| --- | --- | --- |"]
        lines += [f"| `{field}` | {f'`{in_cell(kind)}`' if kind else ''} | {said} |" for field, kind, said in fields]
    for method in tree.body:
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_") and not _is_overload(method):
            text = f"{method.name}{_arguments(method)}"
            said = _code(ast.get_docstring(method) or "")
            lines += ["", f"#### {name}.{method.name}", "", "```py", text, "```", "", said]
    if issubclass(cls, concordia_sql.Executor) and cls is not concordia_sql.Executor:
        lines += ["", f"A {name} has the methods of [Executor](#executor) too."]
    return lines


def _function(name: str, function: Any) -> list[str]:
    definition = _definition(function)
    return ["```py", f"{name}{_arguments(definition)}", "```", "", _docstring(function)]


def _constant(name: str) -> list[str]:
    """The docstring that stands below an alias or a constant, wherever it is defined."""
    for path in sorted(_PACKAGE.glob("**/*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        for each, after in itertools.pairwise(body):
            if isinstance(each, ast.AnnAssign | ast.Assign):
                target = each.target if isinstance(each, ast.AnnAssign) else each.targets[0]
                if isinstance(target, ast.Name) and target.id == name and (said := _text(after)):
                    return [said]
    raise LookupError(f"{name} has no docstring")


def _definition(value: Any) -> Any:
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(value)))).body[0]


def _method(tree: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def _is_overload(method: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).endswith("overload") for each in method.decorator_list)


def _arguments(definition: Any) -> str:
    """The parameters and the result, as the source has them."""
    arguments = definition.args
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        arguments.args = arguments.args[1:]
    result = f" -> {ast.unparse(definition.returns)}" if definition.returns and definition.name != "__init__" else ""
    parts = [*_split(ast.unparse(arguments))]
    text = f"({', '.join(parts)}){result}"
    if len(text) > 100:
        text = "(\n" + "".join(f"    {part},\n" for part in parts) + f"){result}"
    return _unquoted(text)


def _unquoted(text: str) -> str:
    """Without the quotes around the names of classes that are defined later."""
    return re.sub(r"'([A-Za-z.]*[A-Z]\w+(?:\[\w+\])?)'", r"\1", text)


def _split(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            yield _spaced(text[start:at].strip())
            start = at + 1
    if text:
        yield _spaced(text[start:].strip())


def _spaced(parameter: str) -> str:
    return parameter.replace("=", " = ", 1) if ": " in parameter else parameter


def _fields(definition: ast.ClassDef | ast.FunctionDef) -> Iterator[tuple[str, str, str]]:
    """Attributes with the docstrings below them."""
    for each, after in itertools.pairwise(definition.body):
        if (said := _text(after)) is None:
            continue
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, ast.unparse(each.annotation), said
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute):
            yield each.targets[0].attr, "", said


def _text(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return inspect.cleandoc(node.value.value)
    return None


def _docstring(value: Any) -> str:
    return _code(inspect.cleandoc(value.__doc__ or ""))


def _code(docstring: str) -> str:
    """Examples in docstrings are no tests of the pages: they have no database."""
    return docstring.replace("```python", "```py")
