"""Checks a database against the queries that will run on it."""

import asyncio
import importlib
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import psycopg

from concordia_sql.engine.checks.catalogue import load_catalogue, read_catalogue
from concordia_sql.engine.checks.describe import Describer
from concordia_sql.engine.checks.drift import compare
from concordia_sql.engine.checks.findings import Finding, in_order
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.checks.server import check_server
from concordia_sql.engine.checks.statements import Explained, check_statements
from concordia_sql.engine.connecting import connecting, settings_of
from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.errors import QuerierError
from concordia_sql.engine.library import Library, snapshot_of
from concordia_sql.engine.queries import Statement

QueryClass = type[Statement[Any]]


def check(url: str, *modules: ModuleType | str, converter: Converter | None = None) -> list[Finding]:
    """The problems of the database, for the queries and commands that the modules name. Errors come first.

    The queries of a module are those in its `__all__`, or else its public names, and those of the modules among them:
    `check(url, concordia_sql)` is for all of Concordia. The check looks at the server, the role and its search path;
    the migrations of the queries' libraries; the tables, compared with those that the migrations make; and whether
    refusals work. It prepares, describes and plans each statement as the role, with none, each and all of its optional
    fields, and compares its result class, nested classes and parameters with the types and NULLs that PostgreSQL shows.

    Nothing is written, and no row is read. Except for one call that must fail, statements are planned and not run. A
    check takes some seconds for a few hundred queries.

    Raises psycopg.OperationalError if the server cannot be reached, QuerierError if a module has no queries.
    """
    return check_at(settings_of(url), modules, converter or make_converter())


def check_at(settings: Mapping[str, Any], modules: Iterable[ModuleType | str], converter: Converter) -> list[Finding]:
    """`check`, on a connection with these parameters."""
    classes = queries_in(modules)
    with connecting(settings):
        connection = psycopg.connect(**settings)
    with connection:
        return in_order(_check(connection, classes, converter))


async def async_check_at(
    settings: Mapping[str, Any], modules: Iterable[ModuleType | str], converter: Converter
) -> list[Finding]:
    """`check_at`, in a thread."""
    return await asyncio.to_thread(check_at, settings, modules, converter)


def assert_checked(url: str, *modules: ModuleType | str, strict: bool = False) -> None:
    """For a test: raises AssertionError if `check` finds an error, or, if `strict`, finds anything."""
    found = [finding for finding in check(url, *modules) if strict or finding.level == "error"]
    assert not found, "\n".join(["the database does not fit:", *map(str, found)])


def queries_in(modules: Iterable[ModuleType | str]) -> list[QueryClass]:
    """The query classes that modules name, and the modules among their names."""
    found: dict[QueryClass, None] = {}
    for each in modules:
        module = importlib.import_module(each) if isinstance(each, str) else each
        classes = list(_queries_in(module, set()))
        if not classes:
            raise QuerierError(f"{module.__name__} names no query or command")
        found |= dict.fromkeys(classes)
    return list(found)


def _queries_in(module: ModuleType, seen: set[str]) -> Iterator[QueryClass]:
    seen.add(module.__name__)
    names = getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")])
    for name in names:
        value = getattr(module, name, None)
        if inspect.isclass(value) and issubclass(value, Statement) and hasattr(value, "source"):
            yield value
        elif inspect.ismodule(value) and value.__name__ not in seen and _is_below(value, module):
            yield from _queries_in(value, seen)


def _is_below(inner: ModuleType, outer: ModuleType) -> bool:
    return inner.__name__.startswith(f"{outer.__name__}.")


def _check(
    connection: psycopg.Connection[Any], classes: Sequence[QueryClass], converter: Converter
) -> Iterator[Finding]:
    yield from check_server(connection)
    broken: set[str] = set()
    missing = False
    for library in _libraries(classes):
        seen = connection.wait(look(connection.pgconn, library))
        found = list(seen.findings())
        yield from found
        outdated = any(finding.where == "migrations" and finding.level == "error" for finding in found)
        kept = snapshot_of(library)
        if kept and not (outdated and seen.applied):  # what is not applied yet is missing
            expected = load_catalogue(kept)
            actual = read_catalogue(connection, list(expected))
            if outdated and not actual:
                return  # an empty database: all else follows
            expected = {name: table for name, table in expected.items() if name not in seen.elsewhere}
            for name, differences in compare(expected, actual).items():
                yield from differences
                if any(finding.level == "error" for finding in differences):
                    broken.add(name)
        missing = missing or outdated or bool(seen.elsewhere) or seen.refuses is False
    explained = Explained(frozenset(broken), missing)
    yield from check_statements(Describer(connection), classes, converter, explained)


def _libraries(classes: Iterable[QueryClass]) -> list[Library]:
    """The libraries of the queries, each after those that it uses."""
    found: dict[Library, None] = {}
    for library in (query_class.source.library for query_class in classes):
        found |= dict.fromkeys([*library.uses, library])
    return list(found)
