"""Columns are left out of shapes only where nobody reads them: a query gives what it would with whole shapes."""

import hashlib
import types
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import attrs
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from concordia_sql import Affected, Many, Querier, ReturningMany, StatementError
from tests.support.statements import command, query, rows_of, write


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield Querier(connection)


PICTURE = """-- A picture.
SELECT
    p.id,
    p.url
FROM (VALUES (1, 'one.png'), (2, 'two.png'), (3, 'two.png')) AS p (id, url)"""
PERSON = """-- A person.
SELECT
    r.id,
    r.name,
    r.bio
FROM (VALUES (1, 'Ann', 'of Ghent'), (2, 'Bob', NULL), (3, 'Ann', 'third')) AS r (id, name, bio)"""
NEST = """(
        SELECT json_agg(l.* ORDER BY l.name)
        FROM (
            SELECT a.name, (SELECT to_json(p.*) FROM mine_picture AS p WHERE p.id = a.id) AS picture
            FROM mine_person AS a
            WHERE a.id = t.id
        ) AS l
    )"""
TEAM = f"""-- A team.
-- uses: mine/person, mine/picture
SELECT
    t.id,
    {NEST} AS people
FROM (VALUES (1)) AS t (id)"""
FACES = """-- Two pictures.
-- uses: mine/picture
SELECT
    t.id,
    (SELECT to_json(p.*) FROM mine_picture AS p WHERE p.id = 1) AS front,
    (SELECT to_json(p.*) FROM mine_picture AS p WHERE p.id = 2) AS back
FROM (VALUES (1)) AS t (id)"""
SHOPS = """-- {0}s.
SELECT
    s.code,
    s.name,
    s.city
FROM (VALUES ('{0}', '{1}', 'Lyon')) AS s (code, name, city)"""
USES = "mine/person, mine/picture, mine/team, mine/faces, mine/shop, mine/stall"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    texts = {"picture": PICTURE, "person": PERSON, "team": TEAM, "faces": FACES}
    texts |= {"shop": SHOPS.format("Shop", "Bakery"), "stall": SHOPS.format("Stall", "Cheese")}
    for name, text in texts.items():
        write(tmp_path, f"mine/shapes/{name}.sql", text)
    return tmp_path


@attrs.frozen
class Url:
    url: str


@attrs.frozen
class MaybeUrl:
    url: str | None = None


@attrs.frozen
class Named:
    name: str


@attrs.frozen
class Someone:
    name: str
    picture: Url


@attrs.frozen
class Anyone:
    name: str
    picture: MaybeUrl | None = None


def values_of(server: Querier, root: Path, text: str, **hints: Any) -> list[Any]:
    """The rows of a query: for each the values of its fields, or of the only one its value."""
    rows = [attrs.astuple(row, recurse=False) for row in server.fetch(rows_of(root, text, uses=USES, **hints))]
    return [row[0] for row in rows] if len(hints) == 1 else rows


Json = dict[str, Any]
ONE, TWO = {"id": 1, "url": "one.png"}, {"id": 2, "url": "two.png"}
MD5 = hashlib.md5(b'(1,Ann,"of Ghent")', usedforsecurity=False).hexdigest()

# A statement, the fields that are asked for, and the values in its rows.
Form = tuple[str, dict[str, Any], list[Any]]
WHOLE_ROWS: list[Form] = [
    # a whole row in an expression
    ("SELECT to_json(a.*) ->> 'bio' AS life FROM mine_person AS a ORDER BY a.id", {"life": str | None},
     ["of Ghent", None, "third"]),
    ("SELECT a.name FROM mine_person AS a WHERE to_jsonb(a.*) ->> 'bio' = 'third'", {"name": str}, ["Ann"]),
    ("SELECT a.name FROM mine_person AS a WHERE to_jsonb(a.*)::text ILIKE '%ghent%'", {"name": str}, ["Ann"]),
    ("SELECT count(*) AS n FROM mine_person AS a WHERE to_jsonb(a.*) @> '{\"bio\": \"third\"}'", {"n": int}, [1]),
    ("SELECT a.name FROM mine_person AS a WHERE a.* IS NOT NULL ORDER BY a.id", {"name": str}, ["Ann", "Ann"]),
    ("SELECT count(DISTINCT p.*) AS n FROM mine_picture AS p", {"n": int}, [3]),
    ("SELECT jsonb_agg(DISTINCT p.*) AS pics FROM mine_picture AS p", {"pics": tuple[Url, ...]},
     [(Url("one.png"), Url("two.png"), Url("two.png"))]),
    (("SELECT e.key, e.value FROM mine_person AS a CROSS JOIN LATERAL jsonb_each_text(to_jsonb(a.*)) AS e"
      " WHERE a.id = 1 ORDER BY 1"), {"key": str, "value": str},
     [("bio", "of Ghent"), ("id", "1"), ("name", "Ann")]),
    ("SELECT md5(a.*::text) AS etag FROM mine_person AS a WHERE a.id = 1", {"etag": str}, [MD5]),
    ("SELECT json_agg(a.*)::text AS j FROM mine_picture AS a WHERE a.id = 1", {"j": str},
     ['[{"id":1,"url":"one.png"}]']),
    ("SELECT row(p.*)::text AS r FROM mine_picture AS p WHERE p.id = 1", {"r": str}, ["(1,one.png)"]),
    ("SELECT p.url FROM mine_picture AS p, mine_picture AS q WHERE p.* = q.* AND q.id = 2",
     {"url": str}, ["two.png"]),
    ("SELECT to_json(p.*) AS pic FROM mine_picture AS p WHERE p.id = 1 GROUP BY p.*", {"pic": Json}, [ONE]),
    ("SELECT json_agg(p.* ORDER BY p.*) AS pics FROM mine_picture AS p WHERE p.id < 3", {"pics": tuple[MaybeUrl, ...]},
     [(MaybeUrl("one.png"), MaybeUrl("two.png"))]),
    # by its alias
    ("SELECT to_json(p) AS pic FROM mine_picture AS p WHERE p.id = 1", {"pic": MaybeUrl}, [MaybeUrl("one.png")]),
    ("SELECT to_json(p) AS pic FROM mine_picture AS p WHERE p.id = 1", {"pic": Json}, [ONE]),
    ("SELECT json_agg(p ORDER BY p.id) AS pics FROM mine_picture AS p WHERE p.id < 3", {"pics": tuple[MaybeUrl, ...]},
     [(MaybeUrl("one.png"), MaybeUrl("two.png"))]),
    ("SELECT p.name FROM mine_person AS p WHERE p IS NOT NULL", {"name": str}, ["Ann", "Ann"]),
    ("SELECT count(*) AS n FROM mine_picture AS p GROUP BY p", {"n": int}, [1, 1, 1]),
    ("SELECT count(*) AS n FROM (SELECT DISTINCT p FROM mine_picture AS p) AS d", {"n": int}, [3]),
    ("SELECT (p).url FROM mine_picture AS p WHERE (p).id = 1", {"url": str}, ["one.png"]),
    ("SELECT (q.p).url AS url FROM (SELECT p FROM mine_picture AS p) AS q WHERE (q.p).id = 1", {"url": str},
     ["one.png"]),
    ("SELECT mine_picture::text AS t FROM mine_picture WHERE id = 1", {"t": str}, ["(1,one.png)"]),
    ("SELECT p.row_to_json AS pic FROM mine_picture AS p WHERE id(p) = 1", {"pic": Json}, [ONE]),
    # nested by the statement or a shape
    (f"SELECT t.id, {NEST} AS people FROM (VALUES (1)) AS t (id)", {"people": tuple[Someone, ...]},
     [(Someone("Ann", Url("one.png")),)]),
    (f"SELECT t.id, {NEST} AS people FROM (VALUES (1)) AS t (id)", {"people": tuple[Anyone, ...]},
     [(Anyone("Ann", MaybeUrl("one.png")),)]),
    ("SELECT mine_team.* FROM mine_team", {"people": tuple[Anyone, ...]}, [(Anyone("Ann", MaybeUrl("one.png")),)]),
    (("SELECT jsonb_set(to_jsonb(a.*), '{picture}', to_jsonb(p.*)) AS a FROM mine_person AS a"
      " INNER JOIN mine_picture AS p ON p.id = a.id WHERE a.id = 1"), {"a": Anyone},
     [Anyone("Ann", MaybeUrl("one.png"))]),
    ("SELECT to_json(f.*) AS faces FROM mine_faces AS f", {"faces": dict[str, Any]},
     [{"id": 1, "front": ONE, "back": TWO}]),
    ("SELECT json_build_object('front', f.front, 'back', f.back) AS faces FROM mine_faces AS f",
     {"faces": dict[str, Url]}, [{"front": Url("one.png"), "back": Url("two.png")}]),
    ("SELECT json_build_object('x', to_json(a.*)) -> 'x' ->> 'bio' AS life FROM mine_person AS a WHERE a.id = 1",
     {"life": str}, ["of Ghent"]),
    # rows and places that depend on the list
    ("SELECT DISTINCT p.* FROM mine_picture AS p", {"url": str}, ["one.png", "two.png", "two.png"]),
    ("SELECT p.* FROM mine_picture AS p UNION SELECT p.* FROM mine_picture AS p", {"url": str},
     ["one.png", "two.png", "two.png"]),
    ("SELECT p.* FROM mine_picture AS p EXCEPT SELECT 3, 'two.png'", {"url": str}, ["one.png", "two.png"]),
    ("SELECT a.name, p.url FROM mine_person AS a NATURAL JOIN mine_picture AS p", {"name": str, "url": str},
     [("Ann", "one.png"), ("Ann", "two.png"), ("Bob", "two.png")]),
    ("SELECT a.* FROM mine_shop AS a UNION ALL SELECT b.* FROM mine_stall AS b WHERE b.city = 'Lyon'", {"name": str},
     ["Bakery", "Cheese"]),
    ("SELECT p.* FROM mine_person AS p ORDER BY 1 DESC LIMIT 1", {"name": str, "bio": str | None}, [("Ann", "third")]),
    ("SELECT p.* FROM mine_person AS p ORDER BY (1) DESC LIMIT 1", {"name": str, "bio": str | None},
     [("Ann", "third")]),
    ("SELECT p.* FROM mine_picture AS p UNION ALL SELECT 0, 'none.png'", {"url": str},
     ["none.png", "one.png", "two.png", "two.png"]),
    ("WITH w (k, link) AS (SELECT p.* FROM mine_picture AS p) SELECT w.link FROM w ORDER BY w.k", {"link": str},
     ["one.png", "two.png", "two.png"]),
    ("SELECT w.b AS link FROM mine_picture AS w (a, b) WHERE w.a = 1", {"link": str}, ["one.png"]),
    ("SELECT w.* FROM (SELECT p.* FROM mine_picture AS p) AS w (a, link)", {"link": str},
     ["one.png", "two.png", "two.png"]),
    ("SELECT x.* FROM (SELECT * FROM mine_picture GROUP BY 1, 2) AS x", {"url": str},
     ["one.png", "two.png", "two.png"]),
    ("SELECT a.url FROM (SELECT p.* FROM mine_picture AS p EXCEPT SELECT 1, 'one.png') AS a", {"url": str},
     ["two.png", "two.png"]),
    # names in several scopes
    ("TABLE mine_picture", {"url": str}, ["one.png", "two.png", "two.png"]),
    (("SELECT a.id FROM (SELECT p.* FROM mine_picture AS p) AS a WHERE a.url <> 'one.png'"
      " AND EXISTS (SELECT 1 FROM mine_person AS a WHERE a.id = 1)"), {"id": int}, [2, 3]),
    (("SELECT mine_person.id FROM (SELECT p.* FROM mine_picture AS p) AS mine_person, mine_person AS z"
      " WHERE mine_person.url = 'one.png' AND z.id = 1"), {"id": int}, [1]),
    (("SELECT b.* FROM mine_faces AS x INNER JOIN (SELECT x.*, to_json(x) AS front FROM mine_person AS x) AS b"
      " ON x.id = b.id"), {"front": Named}, [Named("Ann")]),
    (("SELECT f.url FROM mine_picture AS x CROSS JOIN LATERAL (SELECT b.url FROM mine_person AS x"
      " CROSS JOIN (SELECT x.*) AS b WHERE x.id = 3) AS f WHERE x.id = 1"), {"url": str}, ["one.png"]),
    ("WITH mine_picture AS (SELECT p.* FROM mine_picture AS p WHERE p.id = 1) SELECT mine_picture.* FROM mine_picture",
     {"url": str}, ["one.png"]),
    (("WITH mine_picture AS (SELECT 7 AS id, 'x' AS url) SELECT p.* FROM mine_picture AS p"), {"url": str}, ["x"]),
    ("SELECT \"A\".* FROM mine_picture AS \"A\", mine_person AS a WHERE a.id = \"A\".id AND a.bio = 'third'",
     {"url": str}, ["two.png"]),
    (("SELECT 'all' AS slug, 'All' AS label UNION ALL SELECT t.slug, t.label AS title"
      " FROM (VALUES ('a', 'A')) AS t (slug, label)"),
     {"slug": str, "label": str}, [("a", "A"), ("all", "All")]),
    ("SELECT JSON_OBJECT('a':a.id) AS j FROM mine_person AS a WHERE a.id = 1", {"j": dict[str, int]}, [{"a": 1}]),
    ("SELECT t.at AT TIME ZONE t.tz FROM (VALUES (now(), 'UTC')) AS t (at, tz) WHERE t.tz = ''", {"timezone": datetime},
     []),
    ("SELECT t.v::pg_catalog.int4 FROM (VALUES (1)) AS t (v)", {"v": int}, [1]),
    ("SELECT * FROM mine_picture FULL JOIN mine_person USING (id) WHERE bio = 'third'", {"id": int, "url": str},
     [(3, "two.png")]),
    ("SELECT id, url FROM mine_picture INNER JOIN mine_person USING (id) WHERE bio = 'third'", {"url": str},
     ["two.png"]),
]  # fmt: skip


@pytest.mark.parametrize("form", WHOLE_ROWS, ids=lambda form: form[0])
def test_a_row_is_whole_where_the_text_may_read_all_of_it(server: Querier, root: Path, form: Form) -> None:
    text, hints, expected = form
    if "JSON_OBJECT" in text and server.connection.info.server_version < 160000:
        with pytest.raises(psycopg.errors.SyntaxError):  # it is of PostgreSQL 16
            values_of(server, root, text, **hints)
        return
    found = values_of(server, root, text, **hints)
    assert (found if "ORDER BY" in text else sorted(found, key=repr)) == expected


# Shapes whose rows depend on their list


@pytest.mark.parametrize(
    "form",
    [
        ("SELECT count(*) AS n FROM (VALUES (1), (2)) AS t (v)",
         "SELECT p.id FROM mine_picture AS p CROSS JOIN mine_odd AS x ORDER BY p.id", "id", [1, 2, 3]),
        ("SELECT coalesce(max(t.v), 0) AS n, 1 AS one FROM (VALUES (1), (2)) AS t (v)",
         "SELECT x.one FROM mine_odd AS x", "one", [1]),
        ("SELECT (SELECT max(t.v)) AS n, 1 AS one FROM (VALUES (1), (2)) AS t (v)",
         "SELECT x.one FROM mine_odd AS x", "one", [1]),
        ("SELECT 1 AS one, 2 AS two FROM (VALUES (1), (2)) AS t (v) HAVING count(*) > 1",
         "SELECT x.one FROM mine_odd AS x", "one", [1]),
        ("SELECT t.id, unnest(t.tags) AS tag FROM (VALUES (1, ARRAY['a', 'b'])) AS t (id, tags)",
         "SELECT mine_odd.id FROM mine_odd", "id", [1, 1]),
        ("SELECT t.id, (generate_series(1, t.id)) + 1 AS n FROM (VALUES (3)) AS t (id)",
         "SELECT mine_odd.* FROM mine_odd", "id", [3, 3, 3]),
        ("SELECT t.id, pg_catalog.generate_series(1, t.id) AS n FROM (VALUES (3)) AS t (id)",
         "SELECT mine_odd.* FROM mine_odd", "id", [3, 3, 3]),
        ("SELECT t.views, t.slug FROM (VALUES (1, 'z'), (9, 'm')) AS t (views, slug) ORDER BY 1 DESC LIMIT 1",
         "SELECT mine_odd.slug FROM mine_odd", "slug", ["m"]),
        ("SELECT t.id, -t.rank AS rank FROM (VALUES (1, 10), (3, 30)) AS t (id, rank) ORDER BY rank LIMIT 1",
         "SELECT mine_odd.id FROM mine_odd", "id", [3]),
        ("SELECT t.v % 2 AS parity, count(*) AS n FROM (VALUES (1), (2), (3)) AS t (v) GROUP BY parity",
         "SELECT mine_odd.n FROM mine_odd ORDER BY 1", "n", [1, 2]),
        ("SELECT t.v % 2 AS parity, count(*) AS n FROM (VALUES (1), (2), (3)) AS t (v) GROUP BY ROLLUP (1)",
         "SELECT mine_odd.n FROM mine_odd ORDER BY 1", "n", [1, 2, 3]),
        ("SELECT t.id, sum(t.id) OVER w AS total FROM (VALUES (1), (2)) AS t (id) WINDOW w AS (ORDER BY t.id)",
         "SELECT mine_odd.total FROM mine_odd ORDER BY 1", "total", [1, 3]),
        ("SELECT t.id, p.url FROM (VALUES (1, 'no')) AS t (id, other) NATURAL JOIN mine_picture AS p",
         "SELECT mine_odd.url FROM mine_odd", "url", ["one.png"]),
    ],
    ids=lambda form: form[0],
)  # fmt: skip
def test_a_shape_is_whole_where_its_rows_may_depend_on_its_list(
    server: Querier, root: Path, form: tuple[str, str, str, list[Any]]
) -> None:
    shape, text, field, expected = form
    write(root, "mine/shapes/odd.sql", f"-- Odd.\n-- uses: mine/picture\n{shape}")
    asked = rows_of(root, text, uses="mine/odd, mine/picture", **{field: Any})
    assert [getattr(row, field) for row in server.fetch(asked)] == expected


# Commands


@pytest.mark.parametrize(
    "form",
    [
        ("INSERT INTO log (doc) SELECT to_jsonb(p.*) FROM mine_picture AS p WHERE p.id = 1", Affected, "log", [(ONE,)]),
        (("INSERT INTO log (doc) SELECT p.j FROM"
          " (SELECT (SELECT to_json(x.*) FROM mine_picture AS x WHERE x.id = 1) AS j) AS p"), Affected, "log",
         [(ONE,)]),
        (("INSERT INTO log (doc) SELECT to_jsonb(p.*) FROM mine_picture AS p WHERE p.id = 1;\n"
          "UPDATE pictures SET id = 1"), Affected, "log", [(ONE,)]),
        ("INSERT INTO pictures SELECT p.* FROM mine_picture AS p", Affected, "pictures",
         [(1, "one.png"), (2, "two.png"), (3, "two.png")]),
        (("INSERT INTO shops SELECT s.* FROM mine_shop AS s WHERE s.city = 'Lyon' RETURNING name"), ReturningMany,
         "shops", [("Shop", "Bakery", "Lyon")]),
        (("WITH s AS (SELECT s.* FROM mine_shop AS s), made AS (INSERT INTO shops SELECT s.* FROM s RETURNING name)"
          " SELECT made.name FROM made"), ReturningMany, "shops", [("Shop", "Bakery", "Lyon")]),
    ],
)  # fmt: skip
def test_a_command_stores_whole_rows(
    connection: psycopg.Connection[Any], root: Path, form: tuple[str, Any, str, list[Any]]
) -> None:
    text, base, table, expected = form
    connection.execute("CREATE TABLE log (doc jsonb)")
    connection.execute("CREATE TABLE pictures (id int DEFAULT -1, url text DEFAULT 'default')")
    connection.execute("CREATE TABLE shops (code text, name text, city text)")
    path = write(root, "mine/do.sql", f"-- A.\n-- uses: {USES}\n{text}")
    row = attrs.make_class("Row", {"name": attrs.field(type=str)})
    asked = types.new_class("Do", (base if base is Affected else base[row],))
    Querier(connection).execute(command(path)(cast("type[Any]", asked))())
    assert connection.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall() == expected


# Nested classes


@attrs.frozen
class Misspelt:
    ulr: str | None = None


@attrs.frozen
class WithMisspelt:
    name: str
    picture: Misspelt | None = None


@pytest.mark.parametrize(
    ("text", "hint", "problem"),
    [
        ("SELECT (SELECT to_json(p.*) FROM mine_picture AS p WHERE p.id = 1) AS x", Misspelt,
         "ask.sql:3: there is no column ulr for Misspelt; there are id, url"),
        ("SELECT\n1 AS one,\n(SELECT coalesce(json_agg(p.*), '[]') FROM mine_picture AS p) AS x", tuple[Misspelt, ...],
         "ask.sql:5: there is no column ulr for Misspelt; there are id, url"),
        ("SELECT f.front AS x FROM mine_faces AS f", Misspelt | None,
         "shapes/faces.sql:5: there is no column ulr for Misspelt; there are id, url"),
        ("WITH f AS (SELECT mine_faces.* FROM mine_faces) SELECT f.back AS x FROM f", Misspelt,
         "shapes/faces.sql:6: there is no column ulr for Misspelt; there are id, url"),
        (f"SELECT {NEST} AS x FROM (VALUES (1)) AS t (id)", tuple[WithMisspelt, ...],
         "ask.sql:6: there is no column ulr for Misspelt; there are id, url"),
        ("SELECT mine_team.people AS x FROM mine_team", tuple[WithMisspelt, ...],
         "shapes/team.sql:8: there is no column ulr for Misspelt; there are id, url"),
    ],
)  # fmt: skip
def test_a_nested_class_that_does_not_fit_is_refused_where_the_query_is_made(
    root: Path, text: str, hint: Any, problem: str
) -> None:
    with pytest.raises(StatementError) as caught:
        rows_of(root, text, uses=USES, x=hint)
    assert str(caught.value) == f"mine.Ask: {root}/mine/{problem}"


def test_so_is_a_class_that_a_query_is_turned_into(root: Path) -> None:
    asked = rows_of(root, "SELECT mine_team.* FROM mine_team", uses=USES, people=tuple[Someone, ...])
    wrong = attrs.make_class("Wrong", {"people": attrs.field(type=tuple[WithMisspelt, ...])})
    with pytest.raises(StatementError, match=r"team\.sql:8: there is no column ulr for Misspelt; there are id, url$"):
        asked.into(wrong)


def test_a_class_that_cannot_be_filled_is_refused_with_file_and_line(root: Path) -> None:
    @attrs.frozen
    class Converted:
        url: str = attrs.field(converter=str)

    @attrs.frozen
    class Outer:
        picture: Converted

    path = write(
        root,
        "mine/get.sql",
        "-- A.\n-- uses: mine/picture\nSELECT\n    p.url,\n    '{}'::json AS picture\nFROM mine_picture AS p",
    )
    for row in (Converted, Outer):
        asked = types.new_class("Get", (Many[row],))  # type: ignore[valid-type]
        with pytest.raises(StatementError) as caught:
            query(path)(cast("type[Any]", asked))
        assert (
            str(caught.value)
            == f"mine.Get: {path}:3: {Converted.__qualname__}.url has a converter; a result class is filled as it is"
        )
