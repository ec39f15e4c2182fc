"""What is sent: conditional lines, numbered parameters, and shapes pruned to what is asked for, same results."""

import re
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import Many, Node, One, Querier, StatementError, Tree
from concordia_sql.common import JsonObject
from concordia_sql.engine.compose import Composed, compose, compose_command
from tests.support.statements import load, query, rows_of, write

Connection = psycopg.Connection[TupleRow]


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield Querier(connection)


@attrs.frozen
class Row:
    a: int


def composed(root: Path, body: str, *present: str, result_class: type = Row) -> Composed:
    return compose(load(write(root, "mine/get.sql", f"-- A.\n{body}")), result_class, frozenset(present))


def squeezed(text: str) -> str:
    return " ".join(text.split())


# Lines and parameters


CONDITIONS = """
SELECT t.a -- always
FROM (VALUES (1)) AS t (a)
WHERE
    TRUE -- when :none_of_them
    AND t.a = :first -- when :first
    AND t.a <> :second AND 'x -- when :x' <> '' -- when :second
    /* AND :never */
    AND t.a <> :always
    AND (:third::int IS NULL OR t.a > :third) -- when :third
"""


@pytest.mark.parametrize(
    "present",
    list(chain.from_iterable(combinations(("first", "none_of_them", "second", "third"), n) for n in range(5))),
)
def test_every_combination_of_conditional_lines(tmp_path: Path, present: tuple[str, ...]) -> None:
    lines = {
        "none_of_them": "TRUE",
        "first": "AND t.a = :first",
        "second": "AND t.a <> :second AND 'x -- when :x' <> ''",
        "": "AND t.a <> :always",
        "third": "AND (:third::int IS NULL OR t.a > :third)",
    }
    kept = " ".join(line for name, line in lines.items() if name in ("", *present))
    names = [name for name in ("first", "second", "always", "third") if name in ("always", *present)]
    for number, name in enumerate(names, 1):
        kept = kept.replace(f":{name}", f"${number}")
    got = composed(tmp_path, CONDITIONS, *present)
    assert squeezed(got.text) == f"SELECT q.a FROM ( SELECT t.a FROM (VALUES (1)) AS t (a) WHERE {kept} ) AS q"
    assert got.parameters == tuple(names)
    assert got.encoded == got.text.encode()


def test_a_parameter_has_a_number_for_each_type_in_the_statement_and_its_shapes(tmp_path: Path) -> None:
    write(tmp_path, "mine/shapes/one.sql", "-- A.\nSELECT (:b::int) AS a FROM (VALUES (:c::int)) AS t (x)")
    path = write(
        tmp_path,
        "mine/get.sql",
        "-- A.\n-- uses: mine/one\nSELECT mine_one.a FROM mine_one "
        "WHERE :a::int = :b AND :d::int = :a AND (:b)::INT > 0",
    )
    got = compose(load(path), Row, frozenset({"b"}))
    assert squeezed(got.text) == (
        "WITH mine_one AS NOT MATERIALIZED ( SELECT ($1::int) AS a FROM (VALUES (NULL::int)) AS t (x) ) "
        "SELECT q.a FROM ( SELECT mine_one.a FROM mine_one WHERE $2::int = $1 AND $3::int = $2 AND ($1)::INT > 0 ) AS q"
    )
    assert got.parameters == ("b", "a", "d")


def test_comments_go_and_leave_their_words_apart(tmp_path: Path) -> None:
    got = composed(tmp_path, "SELECT/**/1/* */AS a--x\nFROM(VALUES(1))/* /* */ */AS t")
    assert got.text == "SELECT q.a\nFROM (\nSELECT 1 AS a\nFROM(VALUES(1)) AS t\n) AS q"


def test_what_is_cast_to_jsonb_is_sent_as_json(tmp_path: Path) -> None:
    body = "SELECT 1 AS a WHERE :a::jsonb = :b AND :c::json IS NULL AND ':d'::jsonb IS NULL AND :e::JSONB IS NULL"
    got = composed(tmp_path, body)
    assert (got.parameters, got.casts) == (("a", "b", "c", "e"), ("jsonb", "", "json", "jsonb"))

    @attrs.frozen
    class Values:
        a: Any
        b: Any
        c: Any
        e: Any

    values = got.values(Values(a={"é": ["x", None]}, b=("x",), c="x", e=None))
    assert values == ['{"é":["x",null]}', ("x",), "x", None]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT mine_one.languages FROM mine_one",
        "SELECT mine_one.languages FROM mine_one WHERE :languages::text [] IS NULL OR TRUE",
    ],
)
def test_a_parameter_of_a_shape_is_null_or_what_the_query_gives(
    tmp_path: Path, server: Querier, statement: str
) -> None:
    """It is, too, when the statement has the same parameter."""
    shape = "SELECT coalesce(:languages::text[], ARRAY['all']) AS languages, :mood::text AS m FROM (VALUES (1)) AS t"
    write(tmp_path, "mine/shapes/one.sql", f"-- A.\n{shape}")

    @attrs.frozen
    class Languages:
        languages: tuple[str, ...]

    @query(write(tmp_path, "mine/get.sql", f"-- A.\n-- uses: mine/one\n{statement}"))
    class Get(One[Languages]):
        languages: tuple[str, ...] | None = None

    assert server.fetch(Get()) == Languages(("all",))
    assert server.fetch(Get(languages=("fr", "en"))) == Languages(("fr", "en"))


def test_conditional_lines_of_a_shape(tmp_path: Path, server: Querier) -> None:
    write(
        tmp_path,
        "mine/shapes/number.sql",
        """-- Numbers.
SELECT
    t.a,
    (
        SELECT json_agg(u.b ORDER BY u.b)
        FROM (VALUES (1), (2), (3)) AS u (b)
        WHERE
            TRUE
            AND u.b > :above -- when :above
    ) AS others
FROM (VALUES (1), (2), (3)) AS t (a)
WHERE
    TRUE
    AND t.a < :below -- when :below""",
    )

    @attrs.frozen
    class Number:
        a: int
        others: tuple[int, ...]

    @query(write(tmp_path, "mine/list.sql", "-- A.\n-- uses: mine/number\nSELECT mine_number.* FROM mine_number"))
    class List(Many[Number]):
        above: int | None = None
        below: int | None = None

    everything = (1, 2, 3)
    assert server.fetch(List()) == [Number(a, everything) for a in everything]
    assert server.fetch(List(above=1)) == [Number(a, (2, 3)) for a in everything]
    assert server.fetch(List(below=2)) == [Number(1, everything)]
    assert server.fetch(List(above=2, below=3)) == [Number(1, (3,)), Number(2, (3,))]


# Shapes, pruned


def shapes(root: Path) -> None:
    """Two posts of two authors, each with a picture, by shapes over rows that are written down here."""
    write(
        root,
        "mine/shapes/picture.sql",
        """-- A picture.
SELECT
    p.id,
    p.url
FROM (VALUES (1, 'one.png'), (2, 'two.png')) AS p (id, url)""",
    )
    write(
        root,
        "mine/shapes/author.sql",
        """-- An author, whose columns and picture are named as a careless hand may.
-- uses: mine/picture
SELECT
    author_rows.id,
    name,
    author_rows.post_id,
    life AS bio,
    (SELECT to_json(pic.*) FROM mine_picture AS pic WHERE pic.id = author_rows.id) AS picture,
    face.url
FROM (VALUES (1, 'Ann', 10, 'of Ghent'), (2, 'Bob', 10, NULL)) AS author_rows (id, name, post_id, life)
INNER JOIN mine_picture AS face ON face.id = author_rows.id""",
    )
    write(
        root,
        "mine/shapes/post.sql",
        """-- A post with its authors.
-- uses: mine/author
SELECT
    post_rows.id,
    post_rows.s AS slug,
    post_rows.s || '!' AS "upperSlug",
    post_rows.id AS "order",
    (
        SELECT coalesce(json_agg(mine_author.* ORDER BY mine_author.id), '[]')
        FROM mine_author
        WHERE mine_author.post_id = post_rows.id
    ) AS authors,
    (
        SELECT coalesce(json_agg(linked.* ORDER BY linked.id), '[]')
        FROM (
            SELECT
                mine_author.*,
                'writes' AS role
            FROM mine_author
            WHERE mine_author.post_id = post_rows.id
        ) AS linked
    ) AS links
FROM (VALUES (10, 'first'), (20, 'second')) AS post_rows (id, s)""",
    )
    write(
        root,
        "mine/shapes/card.sql",
        """-- A post, by another name and without qualifiers.
-- uses: mine/post
SELECT
    slug,
    authors,
    p."upperSlug" AS big,
    p.authors AS writers,
    p.authors -> 0 ->> 'bio' AS life
FROM mine_post AS p""",
    )


@attrs.frozen
class Name:
    name: str


@attrs.frozen
class Picture:
    url: str


@attrs.frozen
class Author:
    name: str
    picture: Picture


@attrs.frozen
class Link:
    name: str
    role: str


@attrs.frozen
class Wrapped:
    author: Name


@attrs.frozen
class Card:
    slug: str
    authors: tuple[Name, ...]


ONE, TWO = {"id": 1, "url": "one.png"}, {"id": 2, "url": "two.png"}
ANN = {"id": 1, "name": "Ann", "post_id": 10, "bio": "of Ghent", "picture": ONE, "url": "one.png"}
BOB = {"id": 2, "name": "Bob", "post_id": 10, "bio": None, "picture": TWO, "url": "two.png"}
NAMES = (Name("Ann"), Name("Bob"))

# A statement, the fields asked for, the first of its rows, and the names that must not be in what is sent.
Form = tuple[str, dict[str, Any], list[Any], str]
FORMS: list[Form] = [
    ("SELECT mine_post.slug FROM mine_post", {"slug": str}, ["first"], "mine_author picture upperSlug"),
    ("SELECT post.slug FROM mine_post AS post", {"slug": str}, ["first"], "mine_author"),
    ("SELECT post.slug FROM mine_post post", {"slug": str}, ["first"], "mine_author"),
    ("SELECT slug FROM mine_post", {"slug": str}, ["first"], "mine_author"),
    ("SELECT slug FROM mine_post AS post", {"slug": str}, ["first"], "mine_author"),
    ("SELECT * FROM mine_post", {"slug": str}, ["first"], "mine_author"),
    ("SELECT post.* FROM mine_post AS post", {"slug": str}, ["first"], "mine_author"),
    ("SELECT mine_post.* FROM mine_post", {"slug": str, "upperSlug": str}, ["first", "first!"], "mine_author"),
    ('SELECT "upperSlug" AS "mySlug" FROM mine_post', {"mySlug": str}, ["first!"], "mine_author"),
    ('SELECT mine_post."order" FROM mine_post', {"order": int}, [10], "mine_author"),
    ("SELECT mine_post.* FROM mine_post", {"order": int}, [10], "mine_author"),
    ("SELECT 1 AS one FROM mine_post", {"one": int}, [1], "mine_author slug"),
    ("SELECT mine_post.slug AS path FROM mine_post", {"path": str}, ["first"], "mine_author"),
    ("SELECT count(*) AS n FROM mine_post", {"n": int}, [2], "mine_author slug"),
    ("SELECT mine_post.* FROM mine_post", {"authors": tuple[Name, ...]}, [NAMES], "picture.id bio upperSlug"),
    ("SELECT mine_post.* FROM mine_post", {"authors": tuple[Author, ...]},
     [(Author("Ann", Picture("one.png")), Author("Bob", Picture("two.png")))], "bio upperSlug"),
    ("SELECT mine_post.* FROM mine_post", {"links": tuple[Link, ...]},
     [(Link("Ann", "writes"), Link("Bob", "writes"))], "bio pic.id"),
    ("SELECT mine_post.* FROM mine_post", {"authors": tuple[JsonObject, ...]}, [(ANN, BOB)], "upperSlug role"),
    ("SELECT mine_post.* FROM mine_post", {"authors": tuple[dict[str, object], ...]}, [(ANN, BOB)], "role"),
    ("SELECT mine_post.* FROM mine_post", {"authors": object}, [[ANN, BOB]], "role"),
    ("SELECT mine_post.* FROM mine_post", {"authors": Any}, [[ANN, BOB]], "role"),
    ("SELECT mine_post.authors FROM mine_post", {"authors": tuple[Name, ...]}, [NAMES], "pic.id bio"),
    ("SELECT mine_post.authors AS writers FROM mine_post", {"writers": tuple[Name, ...]}, [NAMES], "pic.id bio"),
    ("SELECT authors AS writers FROM mine_post", {"writers": tuple[JsonObject, ...]}, [(ANN, BOB)], "role"),
    ("SELECT mine_post.authors -> 0 ->> 'bio' AS life FROM mine_post", {"life": str | None}, ["of Ghent"], "role"),
    ("SELECT json_array_length(authors) AS n FROM mine_post", {"n": int}, [2], "role"),
    ("SELECT slug FROM mine_post WHERE json_array_length(mine_post.authors) > 1", {"slug": str}, ["first"], "role"),
    ("SELECT slug FROM mine_post ORDER BY mine_post.authors ->> 0 NULLS FIRST", {"slug": str}, ["second"], "role"),
    ("SELECT (SELECT to_json(mine_author.*) FROM mine_author WHERE mine_author.id = 1) AS author FROM mine_post",
     {"author": Name}, [Name("Ann")], "bio pic.id"),
    ("SELECT (SELECT to_json(a.*) FROM mine_author AS a WHERE a.id = 1) AS author FROM mine_post",
     {"author": JsonObject}, [ANN], "role"),
    ("SELECT json_agg(mine_author.* ORDER BY mine_author.id) AS authors FROM mine_author",
     {"authors": tuple[Name, ...]}, [NAMES], "bio pic.id mine_post"),
    ("SELECT json_object_agg(mine_author.id, mine_author.*) AS authors FROM mine_author",
     {"authors": dict[str, Name]}, [{"1": Name("Ann"), "2": Name("Bob")}], "mine_post"),
    (("SELECT json_agg(json_build_object('author', to_json(mine_author.*)) ORDER BY mine_author.id) AS links"
      " FROM mine_author"), {"links": tuple[Wrapped, ...]},
     [(Wrapped(Name("Ann")), Wrapped(Name("Bob")))], "mine_post"),
    ("SELECT newest.* FROM (SELECT mine_post.* FROM mine_post) AS newest", {"slug": str}, ["first"], "mine_author"),
    ("SELECT newest.slug FROM (SELECT mine_post.* FROM mine_post) AS newest", {"slug": str}, ["first"], "mine_author"),
    ("SELECT newest.writers FROM (SELECT authors AS writers FROM mine_post) AS newest",
     {"writers": tuple[Name, ...]}, [NAMES], "mine_author.bio"),
    ("SELECT to_json(newest.*) AS post FROM (SELECT p.* FROM mine_post AS p) AS newest",
     {"post": Card}, [Card("first", NAMES)], "bio pic.id role"),
    ("SELECT to_json(newest.*) AS post FROM (SELECT p.slug, p.authors FROM mine_post AS p) AS newest",
     {"post": JsonObject}, [{"slug": "first", "authors": [ANN, BOB]}], ""),
    ("SELECT newest.authors FROM (SELECT p.* FROM mine_post AS p) AS newest",
     {"authors": tuple[Name, ...]}, [NAMES], "bio pic.id"),
    (("WITH newest AS (SELECT mine_post.id FROM mine_post) SELECT mine_post.* FROM newest"
      " INNER JOIN mine_post ON mine_post.id = newest.id ORDER BY newest.id"), {"slug": str}, ["first"], "mine_author"),
    ("WITH newest AS (SELECT mine_post.* FROM mine_post) SELECT newest.* FROM newest",
     {"authors": tuple[Name, ...]}, [NAMES], "bio pic.id upperSlug"),
    (("WITH RECURSIVE numbers (n) AS (SELECT 10 AS n UNION SELECT numbers.n + 10 FROM numbers WHERE numbers.n < 20)"
      " SELECT numbers.n, mine_post.slug FROM numbers INNER JOIN mine_post ON mine_post.id = numbers.n ORDER BY n"),
     {"n": int, "slug": str}, [10, "first"], "mine_author"),
    ("SELECT * FROM mine_author, mine_picture AS other WHERE other.id = mine_author.id ORDER BY 1",
     {"name": str}, ["Ann"], ""),
    ("SELECT a.name, b.name AS other FROM mine_author AS a INNER JOIN mine_author AS b ON b.id > a.id",
     {"name": str, "other": str}, ["Ann", "Bob"], "bio pic.id"),
    (("SELECT name, bio FROM mine_author AS a, (SELECT mine_post.id FROM mine_post) AS p WHERE a.post_id = p.id"
      " ORDER BY name"),
     {"name": str, "bio": str | None}, ["Ann", "of Ghent"], "slug"),
    ("SELECT DISTINCT mine_author.name FROM mine_author ORDER BY name", {"name": str}, ["Ann"], "bio"),
    ("SELECT mine_author.* FROM mine_author", {"picture": dict[str, str | int]}, [ONE], "bio"),
    ("SELECT mine_post.links, 'x' AS picture FROM mine_post", {"links": tuple[Link, ...], "picture": str},
     [(Link("Ann", "writes"), Link("Bob", "writes")), "x"], "bio pic.id"),
    ("SELECT mine_post.*, 1 AS life FROM mine_post", {"authors": tuple[Name, ...], "life": object}, [NAMES, 1],
     "bio pic.id"),
    (("WITH authors AS (SELECT 10 AS id) SELECT mine_post.slug FROM mine_post"
      " INNER JOIN authors ON authors.id = mine_post.id"), {"slug": str}, ["first"], "bio pic.id"),
    ("SELECT mine_post.slug AS authors FROM mine_post", {"authors": str}, ["first"], "mine_author"),
    ("SELECT mine_card.* FROM mine_card", {"slug": str}, ["first"], "mine_author upperSlug"),
    ("SELECT mine_card.* FROM mine_card", {"big": str}, ["first!"], "mine_author"),
    ("SELECT mine_card.* FROM mine_card", {"authors": tuple[Name, ...]}, [NAMES], "bio pic.id"),
    ("SELECT mine_card.* FROM mine_card", {"writers": tuple[Name, ...]}, [NAMES], "bio pic.id"),
    ("SELECT mine_card.* FROM mine_card", {"life": str | None}, ["of Ghent"], "role"),
    ("SELECT DISTINCT * FROM mine_picture ORDER BY url DESC", {"url": str}, ["two.png"], ""),
    ("SELECT mine_author.name FROM mine_author UNION ALL SELECT mine_post.slug FROM mine_post",
     {"name": str}, ["Ann"], "bio upperSlug"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form[0])
def test_a_pruned_shape_gives_what_a_whole_one_would(tmp_path: Path, server: Querier, form: Form) -> None:
    statement, hints, first, unasked = form
    shapes(tmp_path)
    asked = rows_of(tmp_path, statement, uses="mine/card, mine/post, mine/author, mine/picture", **hints)
    row = server.fetch(asked)[0]
    assert [getattr(row, name) for name in hints] == first
    text = asked.compose().text
    assert [name for name in unasked.split() if re.search(rf"\b{re.escape(name)}\b", text)] == []


# Columns that are not there


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("SELECT mine_post.* FROM mine_post", "name, bio"),
        ("SELECT mine_post.slug, mine_post.id AS bio FROM mine_post", "name, url"),
        ("SELECT p.*, 1 AS bio FROM mine_post AS p", "name, url"),
        ("SELECT p.*, p.bio FROM mine_author AS p, mine_post", "slug"),
        ("SELECT DISTINCT p.url FROM mine_picture p", "slug, name, bio"),
        ("WITH p AS (SELECT 1 AS name) SELECT mine_post.slug, p.name AS n FROM mine_post, p", "name, bio, url"),
        ("SELECT mine_post.slug FROM mine_post UNION SELECT name FROM mine_author", "name, bio, url"),
        ("SELECT p.* FROM (SELECT mine_post.id, 1 AS bio FROM mine_post) AS p", "slug, name, url"),
        ("SELECT mine_post.* FROM (SELECT 1 AS name) AS mine_post", "slug, bio, url"),
        ("SELECT * FROM (SELECT 1 AS url) AS p", "slug, name, bio"),
        ("SELECT p.*, mine_post.slug FROM mine_post, LATERAL (SELECT 1 AS bio) AS p", "name, url"),
        ("WITH p AS (SELECT mine_post.* FROM mine_post) SELECT p.* FROM p", "name, bio, url"),
        ("SELECT 1 AS slug", "name, bio, url"),
        ("SELECT 1 AS slug, mine_post.id AT TIME ZONE 'UTC' AS bio WHERE TRUE", "name, url"),
        ("SELECT 1 AS slug UNION ALL SELECT 2 AS name", "name, bio, url"),
    ],
)
def test_all_columns_that_a_list_does_not_give_are_named(tmp_path: Path, statement: str, missing: str) -> None:
    shapes(tmp_path)
    hints = {"slug": str, "name": str, "bio": str, "url": str}
    with pytest.raises(StatementError) as caught:
        rows_of(tmp_path, statement, uses="mine/post, mine/author, mine/picture", **hints)
    path = tmp_path / "mine" / "ask.sql"
    found = re.fullmatch(rf"mine\.Ask: {path}:3: there is no column (.*) for Row; there are (.*)", str(caught.value))
    assert found
    given = set(found[2].split(", "))
    assert found[1] == ", ".join(name for name in hints if name not in given)
    assert missing in found[1]


def test_into_refuses_a_class_that_does_not_fit(tmp_path: Path) -> None:
    shapes(tmp_path)
    asked = rows_of(tmp_path, "SELECT mine_post.slug FROM mine_post", uses="mine/post", slug=str)
    with pytest.raises(StatementError, match=r"no column name for Name; there are slug$"):
        asked.into(Name)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 one FROM mine_post",
        "SELECT p.* FROM (VALUES (1)) AS p (one)",
        "SELECT p.* FROM mine_post, LATERAL (SELECT 1) AS p (one)",
        "WITH p (one) AS (SELECT 1) SELECT p.* FROM p",
        "WITH RECURSIVE p AS (SELECT 1 AS one) SELECT p.* FROM p",
        "SELECT * FROM mine_post NATURAL JOIN (SELECT 10 AS id, 1 AS one) AS p",
        "(SELECT 1 AS one)",
        "VALUES (1)",
    ],
)
def test_a_list_that_cannot_be_read_is_left_to_postgresql(tmp_path: Path, server: Querier, statement: str) -> None:
    shapes(tmp_path)
    hints: dict[str, Any] = {"column1" if statement.startswith("VALUES") else "one": int}
    row = server.fetch(rows_of(tmp_path, statement, uses="mine/post", **hints))[0]
    assert [getattr(row, name) for name in hints] == [1]
    with pytest.raises(psycopg.errors.UndefinedColumn) as caught:
        server.fetch(rows_of(tmp_path, statement, uses="mine/post", two=int))
    place = f"{tmp_path}/mine/ask.sql:3, the columns of its result"
    assert caught.value.__notes__ == [f"at {place}", "while running mine.Ask"]


def test_a_column_may_have_any_name(tmp_path: Path, server: Querier) -> None:
    body = 'SELECT 1 AS "select", 2 AS "camelCase", 3 AS "user", 4 AS été'
    row = server.fetch(rows_of(tmp_path, body, select=int, camelCase=int, user=int, été=int))[0]
    assert attrs.astuple(row) == (1, 2, 3, 4)


@attrs.frozen(eq=False, repr=False)
class Twig(Node):
    id: str
    parent_id: str | None
    twigs: tuple["Twig", ...] = ()


def test_the_children_of_a_node_are_no_column(tmp_path: Path, server: Querier) -> None:
    @query(write(tmp_path, "mine/tree.sql", "-- A.\nSELECT '1' AS id, NULL AS parent_id UNION SELECT '2', '1'"))
    class Get(Tree[Twig]):
        pass

    assert squeezed(Get().compose().text).startswith("SELECT q.id, q.parent_id FROM (")
    assert server.fetch(Get()) == [Twig("1", None, (Twig("2", "1"),))]


# Commands


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("INSERT INTO t (a) SELECT mine_one.a FROM mine_one",
         "WITH mine_one AS {} INSERT INTO t (a) SELECT mine_one.a FROM mine_one"),
        ("/* so */ WITH x AS (DELETE FROM t WHERE id = :a RETURNING z) SELECT x.z FROM x, mine_one",
         "WITH mine_one AS {}, x AS (DELETE FROM t WHERE id = $1 RETURNING z) SELECT x.z FROM x, mine_one"),
        ("with recursive x AS (SELECT 1) DELETE FROM mine_one",
         "with recursive mine_one AS {}, x AS (SELECT 1) DELETE FROM mine_one"),
        ("DELETE FROM t WHERE a = :a RETURNING a", "DELETE FROM t WHERE a = $1 RETURNING a"),
        ("WITH x AS (SELECT 1) DELETE FROM t", "WITH x AS (SELECT 1) DELETE FROM t"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("result_class", [int])
def test_a_command_is_sent_as_it_stands_with_its_shapes(
    tmp_path: Path, body: str, sent: str, result_class: type
) -> None:
    write(tmp_path, "mine/shapes/one.sql", "-- A.\nSELECT t.a, t.b FROM t")
    source = load(write(tmp_path, "mine/do.sql", f"-- A.\n-- uses: mine/one\n{body}"))
    text = squeezed(compose_command(source, result_class, frozenset()).text)
    assert text == sent.format("NOT MATERIALIZED ( SELECT t.a, t.b FROM t )")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("WITH mine_one AS (SELECT 1 AS a)\nDELETE FROM t USING mine_one", 3),
        ("WITH x AS (SELECT 2 AS a),\nmine_one (a) AS MATERIALIZED (SELECT 1)\nDELETE FROM t USING mine_one", 4),
        ('WITH RECURSIVE\n"mine_one" AS (SELECT 1 AS a) INSERT INTO t SELECT mine_one.a FROM mine_one', 4),
    ],
)
def test_a_command_may_not_name_its_with_as_a_shape(tmp_path: Path, body: str, line: int) -> None:
    write(tmp_path, "mine/shapes/one.sql", "-- A.\nSELECT t.a, t.b FROM t")
    path = write(tmp_path, "mine/do.sql", f"-- A.\n-- uses: mine/one\n{body}")
    with pytest.raises(StatementError) as caught:
        compose_command(load(path), int, frozenset())
    assert str(caught.value) == f"{path}:{line}: mine_one in WITH is a shape too; give it another name"
