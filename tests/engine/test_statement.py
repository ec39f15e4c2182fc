"""SQL files are read with their header, conditional lines and shapes, and refused with file and line if wrong."""

from pathlib import Path

import pytest

from concordia_sql import CONCORDIA, Library, StatementError
from concordia_sql.engine import statement
from concordia_sql.engine.lexer import Tokens
from concordia_sql.engine.library import tables_of
from concordia_sql.engine.statement import find_shape
from tests.support.statements import load, write

FORM = "a conditional line ends as in -- when :status, or -- when :sort = 'best'"
SHAPES = CONCORDIA.root
SHAPE = "-- A shape.\nSELECT t.id, t.name AS title FROM t"


def text(tokens: Tokens) -> str:
    return " ".join(token.text for token in tokens if not token.blank)


def problem(path: Path) -> str:
    """What reading the file is refused with; `~` stands for the folder of the domain's."""
    with pytest.raises(StatementError) as caught:
        load(path)
    return str(caught.value).replace(str(path.parent.parent), "~")


def test_a_statement_and_its_header(tmp_path: Path) -> None:
    write(tmp_path, "mine/shapes/one.sql", SHAPE)
    write(tmp_path, "mine/shapes/two.sql", SHAPE)
    path = write(
        tmp_path,
        "mine/get.sql",
        """
--   One thing, by its slug.
-- uses: mine/one
--Served by the primary key.
--uses:mine/two
/* not of the header */
SELECT 1 AS a -- :no
WHERE :slug = ':no' AND :slug = :b
""",
    )
    source = load(path)
    assert source.path == path
    assert source.header == "One thing, by its slug. Served by the primary key."
    assert list(source.uses) == ["mine_one", "mine_two"]
    assert text(source.body) == "SELECT 1 AS a WHERE :slug = ':no' AND :slug = :b"
    assert source.parameters == {"slug", "b"}
    assert source.conditions == frozenset()


def test_a_path_is_one_in_the_librarys_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "mine/get.sql", "-- A.\nSELECT 1")
    monkeypatch.chdir(tmp_path.parent)
    library = Library(Path(tmp_path.name))
    monkeypatch.chdir("/")
    assert statement.load("mine/get.sql", library).path == path
    with pytest.raises(StatementError) as caught:
        statement.load("mine/put.sql", library)
    assert str(caught.value) == f"{tmp_path / 'mine/put.sql'}: there is no such file"


def test_conditional_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "mine/get.sql",
        """-- A. -- when :header
SELECT 1 AS a
WHERE
    a = 1 -- when :first
    AND b = 2 AND 'x' = $$y$$ /* z */ --when  :second_2
    AND c = 3 -- whenever the third
    AND d = 4 -- when the post is gone
    AND e = '-- when :string'
    AND g = 6 -- when :sort='a and b'
    AND h = 7 -- when  :first  and :sort = '' and :second_2
    AND :f = 5""",
    )
    source = load(path)
    lines: dict[str | None, list[str]] = {}
    for token in source.body:
        if not token.blank:
            lines.setdefault(token.when, []).append(token.text)
    assert {when: " ".join(words) for when, words in lines.items()} == {
        None: "SELECT 1 AS a WHERE AND c = 3 AND d = 4 AND e = '-- when :string' AND :f = 5",
        "first": "a = 1",
        "second_2": "AND b = 2 AND 'x' = $$y$$",
        "sort = 'a and b'": "AND g = 6",
        "first and sort = '' and second_2": "AND h = 7",
    }
    assert source.conditions == lines.keys() - {None}
    assert source.parameters == {"f"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "1: there is no statement in it"),
        ("-- A header alone.\n\n  -- and more\n", "1: there is no statement in it"),
        ("SELECT 1", "1: there is no header; begin with a comment that says what comes back"),
        ("\n\n-- uses: mine/shape\nSELECT 1", "1: there is no header; begin with a comment that says what comes back"),
        ("-- A.\nSELECT 1;", "2: an empty statement; semicolons separate statements"),
        ("-- A.\nSELECT 1;\n-- then\n;\nSELECT 2", "5: an empty statement; semicolons separate statements"),
        ("-- A.\nSELECT\n'a", "3: unterminated string"),
        ("-- A.\nSELECT 'a\nb' -- when :a\n", "2: this goes on beyond its conditional line"),
        ("-- A.\nSELECT 1\nAND 'a -- when :a\nb' -- when :a\n", "3: this goes on beyond its conditional line"),
        ("-- A.\nSELECT $$a\nb$$ -- when :a\n", "2: this goes on beyond its conditional line"),
        ('-- A.\nSELECT "a\nb" -- when :a\n', "2: this goes on beyond its conditional line"),
        ("-- A.\nSELECT 1 /* a\nb */ + 1 -- when :a\n", "2: this goes on beyond its conditional line"),
        ("-- A.\nSELECT 1\nAND a -- when status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- When :status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when: status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when :a, :b\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when :a = best\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when :a = 'it''s'\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when :a AND :b\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when :a and :b or :c\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when :a or\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- when not :status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- only when :status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- filter; when :status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- whenever :status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- wehn :status\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- wehn :rows.id\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a -- if :status \n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\nAND a /* when :status */\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1\n/* when\n:status */ AND a\n", f"3: {FORM}"),
        ("-- A.\nSELECT 1)\nAND a", "2: ) closes nothing"),
        ("-- A.\nSELECT 1 AS b) AS x, (SELECT 2 AS a", "2: ) closes nothing"),
        ("-- A.\nSELECT (1\nAND a", "2: nothing closes ("),
        ("-- A.\nSELECT a[1\n)", "3: ) closes nothing"),
        ("-- A.\nSELECT 1 AND (\na OR -- when :a\nb) -- when :b",
         "4: brackets that open and close on different conditions"),
        ("-- A.\n-- Uses: mine/shape\nSELECT 1", "2: shapes are named in the header, as in -- uses: blog/author"),
        ("-- A.\n-- use: mine/shape\nSELECT 1", "2: shapes are named in the header, as in -- uses: blog/author"),
        ("-- A.\n-- uses mine/shape\nSELECT 1", "2: shapes are named in the header, as in -- uses: blog/author"),
        ("-- A thing; uses: mine/shape\nSELECT 1", "1: shapes are named in the header, as in -- uses: blog/author"),
        ("-- A.\n/* uses: mine/shape */\nSELECT 1", "2: shapes are named in the header, as in -- uses: blog/author"),
        ("-- A.\nSELECT 1\n-- uses: mine/shape", "3: shapes are named in the header, as in -- uses: blog/author"),
        ("-- A.\nSELECT 1\n -- when :status\nAND a", "3: a conditional line with nothing on it"),
        ("-- A.\n-- uses: mine/nothing\nSELECT 1",
         ("2: uses mine/nothing: there is no such shape: no file ~/mine/shapes/nothing.sql or "
          f"{SHAPES}/mine/shapes/nothing.sql")),
        ("-- A.\n-- uses: nothing\nSELECT 1",
         f"2: uses nothing: there is no such shape: no file ~/nothing/shapes/.sql or {SHAPES}/nothing/shapes/.sql"),
        ("-- A.\n-- uses: mine/shape,\nSELECT 1",
         f"2: uses : there is no such shape: no file ~/shapes/.sql or {SHAPES}/shapes/.sql"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, body: str, expected: str) -> None:
    write(tmp_path, "mine/shapes/shape.sql", SHAPE)
    assert problem(write(tmp_path, "mine/get.sql", body)) == f"~/mine/get.sql:{expected}"


def test_no_file_and_no_text(tmp_path: Path) -> None:
    assert problem(tmp_path / "mine" / "get.sql") == "~/mine/get.sql: there is no such file"
    path = write(tmp_path, "mine/get.sql", "")
    path.write_bytes("-- A.\n-- B.\nSELECT 'é'".encode("latin-1"))
    assert problem(path) == "~/mine/get.sql:3: the text is not UTF-8"


SHAPE_TEXT = """-- A thing.
/* whole */
SELECT
    id,
    things.slug, -- its name, in addresses
    things."userName",
    coalesce(things.a, ',', 'from') AS a,
    (SELECT json_agg(o.*) FROM others AS o WHERE o.id = ANY(ARRAY[1, 2])) AS others,
    things.a IS DISTINCT FROM things.b AS changed,
    things."from" AS "select",
    things.from,
    CASE WHEN a THEN b END AS /* so */ last
FROM things
WHERE
    TRUE
    AND things.c = :d -- when :d"""


def test_a_shape_and_its_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "mine/shapes/thing.sql", SHAPE_TEXT)
    shape = find_shape("mine/thing", Library(tmp_path))
    assert find_shape("mine/thing", Library(tmp_path)) is shape
    assert (shape.name, shape.source.path) == ("mine_thing", path)
    assert {name: text(column) for name, column in shape.columns.items()} == {
        "id": "id",
        "slug": "things . slug",
        "userName": 'things . "userName"',
        "a": "coalesce ( things . a , ',' , 'from' ) AS a",
        "others": "( SELECT json_agg ( o . * ) FROM others AS o WHERE o . id = ANY ( ARRAY [ 1 , 2 ] ) ) AS others",
        "changed": "things . a IS DISTINCT FROM things . b AS changed",
        "select": 'things . "from" AS "select"',
        "from": "things . from",
        "last": "CASE WHEN a THEN b END AS last",
    }
    assert text(shape.tail) == "FROM things WHERE TRUE AND things . c = :d"
    assert shape.source.conditions == {"d"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("SELECT", "2: a shape is one plain SELECT … FROM …"),
        ("SELECT 1 AS a", "2: a shape is one plain SELECT … FROM …"),
        ("VALUES (1)", "2: a shape is one plain SELECT … FROM …"),
        ("WITH a AS (SELECT 1 AS b)\nSELECT b FROM a", "2: a shape is one plain SELECT … FROM …"),
        ("(SELECT b FROM a)", "2: a shape is one plain SELECT … FROM …"),
        ("SELECT DISTINCT a.b FROM a", "2: a shape is one plain SELECT … FROM …"),
        ("SELECT DISTINCT ON (a.b) a.b FROM a", "2: a shape is one plain SELECT … FROM …"),
        ("SELECT ALL a.b FROM a", "2: a shape is one plain SELECT … FROM …"),
        ("SELECT a.b FROM a;\nSELECT c.b FROM c", "3: several statements in a shape; it is one plain SELECT"),
        ("SELECT a.b\nFROM a\nUNION\nSELECT c.b FROM c", "4: UNION in a shape; it is one plain SELECT"),
        ("SELECT a.b FROM a\nexcept all SELECT c.b FROM c", "3: except in a shape; it is one plain SELECT"),
        ("SELECT a.b FROM a INTERSECT SELECT c.b FROM c", "2: INTERSECT in a shape; it is one plain SELECT"),
        ("SELECT\na.b,\ncount(*)\nFROM a", "4: a column without a name; end it with AS and one"),
        ("SELECT\ncount(*) total\nFROM a", "3: a column without a name; end it with AS and one"),
        ("SELECT a.b::text FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT 'b' FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT a.* FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT * FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT a.b, FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT a.b WHERE a.b = (SELECT c.d FROM c)", "2: a shape is one plain SELECT … FROM …"),
        ("SELECT a.b * a.c FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT a.b::pg_catalog.int4 FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT a.b AT TIME ZONE a.c FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT (a).b FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT a.b COLLATE pg_catalog.c FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT true FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT\na.b,\na.c -- when :c\nFROM a", "4: a conditional line in the list of a shape; it is always whole"),
        (
            "SELECT\na.b + ( -- when :c\na.c -- when :c\n) -- when :c\nAS b FROM a",
            "3: a conditional line in the list of a shape; it is always whole",
        ),
        ("SELECT\na.b\n, -- when :c\na.c FROM a", "4: a conditional line in the list of a shape; it is always whole"),
        ("SELECT\na.b\nFROM a -- when :c", "4: a conditional line in the list of a shape; it is always whole"),
        ("SELECT FROM a", "2: a column without a name; end it with AS and one"),
        ("SELECT\na.b,\nc.b\nFROM a, c", "4: a second column named b"),
        ('SELECT\na.b,\n1 AS "b"\nFROM a, c', "4: a second column named b"),
    ],
)
def test_a_shape_is_one_plain_select_of_named_columns(tmp_path: Path, body: str, expected: str) -> None:
    write(tmp_path, "mine/shapes/shape.sql", f"-- A shape.\n{body}")
    path = write(tmp_path, "mine/get.sql", "-- A.\n-- uses: mine/shape\nSELECT 1")
    assert problem(path) == f"~/mine/get.sql:2: uses mine/shape: ~/mine/shapes/shape.sql:{expected}"


def test_union_inside_brackets_is_no_union_of_the_shape(tmp_path: Path) -> None:
    write(tmp_path, "mine/shapes/shape.sql", '-- A.\nSELECT t.a FROM (SELECT 1 AS a UNION SELECT 2) AS t, "union"')
    assert list(find_shape("mine/shape", Library(tmp_path)).columns) == ["a"]


@pytest.mark.parametrize(
    "created",
    [
        "CREATE TABLE mine_things (",
        "SELECT 1;\n  create unlogged table if not exists mine_things (",
        'CREATE TABLE shop."mine_things" (',
    ],
)
def test_a_shape_named_like_a_table_would_hide_it(tmp_path: Path, created: str) -> None:
    library = Library(tmp_path, migrations=tmp_path / "migrations")
    shape = write(tmp_path, "mine/shapes/things.sql", SHAPE)
    write(tmp_path, "mine/get.sql", "-- A.\n-- uses: mine/things\nSELECT 1")
    write(tmp_path, "migrations/0001.sql", f"{created}\n    id text\n);")
    with pytest.raises(StatementError) as caught:
        statement.load("mine/get.sql", library)
    assert str(caught.value) == (
        f"{tmp_path}/mine/get.sql:2: uses mine/things: {shape}:1: "
        "a shape with the name of the table mine_things would hide it"
    )
    statement.load("mine/get.sql", Library(tmp_path))


def test_migrations_of_a_package_are_read_as_yoyo_finds_them() -> None:
    assert tables_of(CONCORDIA) >= {"user", "blog_posts", "services_media"}
    assert tables_of(Library(CONCORDIA.root, migrations=["package:concordia_sql:nowhere", "nowhere"])) == frozenset()


def test_shapes_of_the_library_serve_statements_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path, "mine/get.sql", "-- A.\n-- uses: auth/user\nSELECT auth_user.id FROM auth_user")
    assert load(path).uses["auth_user"] is find_shape("auth/user", CONCORDIA)


def test_shapes_in_a_cycle_are_refused_and_say_where(tmp_path: Path) -> None:
    for name, uses in {"one": "two", "two": "three", "three": "two"}.items():
        write(tmp_path, f"mine/shapes/{name}.sql", f"-- A shape.\n\n-- uses: mine/{uses}\nSELECT t.a FROM t")
    path = write(tmp_path, "mine/get.sql", "-- A.\n-- uses: mine/one\nSELECT 1")
    assert problem(path) == (
        "~/mine/get.sql:2: uses mine/one: ~/mine/shapes/one.sql:3: uses mine/two: ~/mine/shapes/two.sql:3: "
        "uses mine/three: ~/mine/shapes/three.sql:3: uses mine/two: shapes in a cycle: two → three → two"
    )
    write(tmp_path, "mine/shapes/three.sql", SHAPE)
    assert list(load(path).uses) == ["mine_one"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    source = load(write(tmp_path, "mine/get.sql", "\ufeff-- A.\nSELECT 1"))
    assert (source.header, text(source.body)) == ("A.", "SELECT 1")


def test_two_shapes_of_one_name_are_refused(tmp_path: Path) -> None:
    one = write(tmp_path, "a/shapes/b_c.sql", SHAPE)
    other = write(tmp_path, "a_b/shapes/c.sql", SHAPE)
    write(tmp_path, "mine/shapes/user.sql", "-- A.\n-- uses: a_b/c\nSELECT t.a FROM t")
    for uses in ("a/b_c, a_b/c", "a/b_c\n-- uses: mine/user"):
        path = write(tmp_path, "mine/get.sql", f"-- A.\n-- uses: {uses}\nSELECT 1")
        with pytest.raises(StatementError) as caught:
            load(path)
        line = 2 + uses.count("\n")
        assert str(caught.value) == f"{path}:{line}: two shapes of the name a_b_c: {one} and {other}"


def test_every_shape_comes_after_those_that_it_uses(tmp_path: Path) -> None:
    used = {"a": "", "b": "mine/a", "c": "mine/b, mine/a", "d": "mine/c, mine/a", "e": "mine/b, mine/d"}
    for name, uses in used.items():
        header = f"-- uses: {uses}\n" if uses else ""
        write(tmp_path, f"mine/shapes/{name}.sql", f"-- A shape.\n{header}SELECT t.a FROM t")
    shapes = find_shape("mine/e", Library(tmp_path)).source.shapes()
    assert [shape.name for shape in shapes] == ["mine_a", "mine_b", "mine_c", "mine_d"]


def test_a_star_over_a_shape_stands_for_its_columns(tmp_path: Path) -> None:
    """So a shape adds to another without a list of columns kept by hand."""
    write(tmp_path, "mine/shapes/picture.sql", '-- A.\nSELECT\n    pictures.id,\n    pictures."Url"\nFROM pictures')
    text = "-- B.\n-- uses: mine/picture\nSELECT\n    mine_picture.*,\n    1 AS one\nFROM mine_picture"
    write(tmp_path, "mine/shapes/counted.sql", text)
    path = write(tmp_path, "mine/list.sql", "-- C.\n-- uses: mine/counted\nSELECT mine_counted.* FROM mine_counted")
    (shape,) = load(path).uses.values()
    written = {name: "".join(token.text for token in item).strip() for name, item in shape.columns.items()}
    assert written == {"id": "mine_picture.id", "Url": 'mine_picture."Url"', "one": "1 AS one"}


def test_a_star_over_what_is_no_shape_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "mine/shapes/all.sql", "-- A.\nSELECT pictures.* FROM pictures")
    path = write(tmp_path, "mine/list.sql", "-- C.\n-- uses: mine/all\nSELECT mine_all.* FROM mine_all")
    with pytest.raises(StatementError, match="a column without a name"):
        load(path)


def test_a_column_beside_a_star_has_another_name(tmp_path: Path) -> None:
    write(tmp_path, "mine/shapes/picture.sql", "-- A.\nSELECT pictures.id FROM pictures")
    text = "-- B.\n-- uses: mine/picture\nSELECT mine_picture.*, 1 AS id FROM mine_picture"
    write(tmp_path, "mine/shapes/counted.sql", text)
    path = write(tmp_path, "mine/list.sql", "-- C.\n-- uses: mine/counted\nSELECT mine_counted.* FROM mine_counted")
    with pytest.raises(StatementError, match="a second column named id"):
        load(path)
