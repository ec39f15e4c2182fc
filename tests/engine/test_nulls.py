"""What a check says of NULL, over random tables, rows and statements: rows never contradict it."""

import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql.engine.checks.describe import Describer
from concordia_sql.engine.checks.levels import read_statement

Connection = psycopg.Connection[TupleRow]

SCHEMA = f"nulls_{uuid4().hex[:12]}"
RESET = f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}"
JOINS = ("INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT JOIN", "INNER JOIN")


class World:
    """Random tables with rows of which some have no partner, and statements over them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.columns: dict[str, list[str]] = {}
        self.nullable: set[str] = set()
        self.referenced: dict[str, str] = {}

    def tables(self) -> Iterator[str]:
        """The statements that make the tables."""
        for table in ("t0", "t1", "t2"):
            others = list(self.columns)
            self.columns[table] = ["id", "a", "b"]
            lines = ["id int PRIMARY KEY"]
            for column in ("a", "b"):
                required = self.random.random() < 0.5
                if not required:
                    self.nullable.add(f"{table}.{column}")
                lines.append(f"{column} int {'NOT NULL' if required else ''}")
            if others and self.random.random() < 0.6:
                required = self.random.random() < 0.5
                self.referenced[table] = self.random.choice(others)
                lines.append(f"ref int {'NOT NULL' if required else ''} REFERENCES {self.referenced[table]}")
                self.columns[table].append("ref")
                if not required:
                    self.nullable.add(f"{table}.ref")
            yield f"CREATE TABLE {table} ({', '.join(lines)})"
            if self.random.random() < 0.3:
                yield f"CREATE INDEX ON {table} (a) WHERE b IS NOT NULL"

    def rows(self) -> Iterator[str]:
        """The statements that fill them."""
        yield "TRUNCATE t0, t1, t2"
        keys: dict[str, range] = {}
        for table, columns in self.columns.items():
            first = self.random.randint(0, 4)
            keys[table] = range(first, first + self.random.randint(1, 7))
            for key in keys[table]:
                values = [str(key)]
                for column in columns[1:]:
                    # A reference is to any row that is there: another table may have none of its id.
                    known = keys[self.referenced[table]] if column == "ref" else range(10)
                    value = str(self.random.choice(known))
                    if f"{table}.{column}" in self.nullable and self.random.random() < 0.5:
                        value = "NULL"
                    values.append(value)
                yield f"INSERT INTO {table} VALUES ({', '.join(values)})"

    def statement(self, depth: int = 0) -> str:
        """A SELECT whose columns are c0, c1, …"""
        form = self.random.random()
        if depth < 2 and form < 0.15:
            inner = self.statement(depth + 1)
            limit = self.random.choice(["", " LIMIT 100", " WHERE s.c0 IS NOT NULL", " ORDER BY s.c0"])
            return f"SELECT s.c0, s.c1, 1 AS c2 FROM ({inner}) AS s{limit}"
        if depth < 2 and form < 0.3:
            how = self.random.choice(["", "MATERIALIZED ", "NOT MATERIALIZED "])
            inner, source, names = self.statement(depth + 1), *self.source()
            item = self.expression(names)
            join = self.random.choice(JOINS)
            return (
                f"WITH w AS {how}({inner}) SELECT w.c0, w.c1, {item} AS c2 FROM {source} {join} w "
                f"ON w.c0 = {self.random.choice(names)}"
            )
        if form < 0.4:
            return f"{self.plain(depth)} {self.random.choice(['UNION', 'UNION ALL', 'EXCEPT'])} {self.plain(depth)}"
        return self.plain(depth)

    def plain(self, depth: int) -> str:
        source, names = self.source()
        if self.random.random() < 0.15:
            calls = [f"{self.random.choice(['max', 'sum', 'count', 'min'])}({name})" for name in names[:3]]
            group = self.random.choice(["", f" GROUP BY {names[0]}", f" GROUP BY ROLLUP ({names[0]})"])
            first = names[0] if group else calls[0]
            return f"SELECT {first} AS c0, {calls[1]} AS c1, {calls[2]} AS c2 FROM {source}{group}"
        items = [self.expression(names, depth) for _ in range(3)]
        listed = ", ".join(f"{item} AS c{number}" for number, item in enumerate(items))
        where = f" WHERE {self.condition(names)}" if self.random.random() < 0.5 else ""
        return f"SELECT {listed} FROM {source}{where}"

    def source(self) -> tuple[str, list[str]]:
        """A FROM, and the columns in it."""
        tables = [self.random.choice(list(self.columns)) for _ in range(self.random.randint(1, 3))]
        source = ""
        names: list[str] = []
        for number, table in enumerate(tables):
            alias = f"x{number}"
            own = [f"{alias}.{column}" for column in self.columns[table]]
            if number:
                on = f"{self.random.choice(own)} = {self.random.choice(names)}"
                source += f" {self.random.choice(JOINS)} {table} AS {alias} ON {on}"
            else:
                source = f"{table} AS {alias}"
            names += own
        return source, names

    def expression(self, names: list[str], depth: int = 0) -> str:
        name = self.random.choice(names)
        table = self.random.choice(list(self.columns))
        outer = self.random.choice(names)
        choices = [
            *([name] * 6),
            f"coalesce({name}, 0)",
            f"coalesce({name}, {outer})",
            f"nullif({name}, 0)",
            f"(SELECT y.a FROM {table} AS y WHERE y.id = {outer})",
            f"(SELECT max(y.a) FROM {table} AS y WHERE y.b = {outer})",
            f"(SELECT count(*) FROM {table} AS y WHERE y.b = {outer})::int",
            f"CASE WHEN {name} > 2 THEN {outer} END",
            f"CASE WHEN {name} > 2 THEN 1 ELSE 2 END",
            "NULL::int",
            "7",
        ]
        return self.random.choice(choices)

    def condition(self, names: list[str]) -> str:
        name, other = self.random.choice(names), self.random.choice(names)
        table = self.random.choice(list(self.columns))
        return self.random.choice(
            [
                f"{name} IS NOT NULL",
                f"{name} = {other}",
                f"{name} > 1",
                f"{name} IS NULL",
                f"coalesce({name}, {other}) = 1",
                f"{name} IS NOT DISTINCT FROM {other}",
                f"EXISTS (SELECT FROM {table} AS z WHERE z.id = {name})",
                f"{name} IN (SELECT z.a FROM {table} AS z)",
                f"{name} NOT IN (SELECT z.id FROM {table} AS z)",
                "FALSE",
            ]
        )


@pytest.fixture(scope="module")
def bare(server_url: str) -> Iterator[Connection]:
    with psycopg.connect(server_url, autocommit=True, options=f"-c search_path={SCHEMA}") as connection:
        yield connection
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())


@pytest.mark.parametrize("seed", range(25))
def test_rows_never_contradict_what_is_said_of_null(bare: Connection, seed: int) -> None:
    bare.execute(RESET.encode())
    world = World(seed)
    for statement in world.tables():
        bare.execute(statement.encode())
    describer = Describer(bare)
    statements = [world.statement() for _ in range(12)]
    said = {each: [column.nullable for column in describer.describe(each.encode()).columns] for each in statements}
    seen: dict[tuple[str, int], bool] = {}
    counts = dict.fromkeys(statements, 0)
    for _ in range(6):
        for statement in world.rows():
            bare.execute(statement.encode())
        for text, nullable in said.items():
            found = bare.execute(text.encode()).fetchall()
            counts[text] += len(found)
            for number, can in enumerate(nullable):
                some = any(row[number] is None for row in found)
                seen[text, number] = seen.get((text, number), False) or some
                assert not (can is False and some), f"c{number} is NULL: {text}"
    for (text, number), some in seen.items():
        if said[text][number] and counts[text] >= 20:
            assert some, f"c{number} is never NULL: {text}"


NESTED = """
SELECT
    x0.id,
    (SELECT to_json(x1.*) FROM t1 AS x1 WHERE x1.id = x0.b) AS one,
    (
        SELECT coalesce(json_agg(y.* ORDER BY y.id), '[]')
        FROM (SELECT x1.*, x2.a AS other FROM t1 AS x1 LEFT JOIN t2 AS x2 ON x2.id = x1.b) AS y
        WHERE y.a = x0.a
    ) AS many,
    (SELECT json_build_object('a', x1.a, 'n', count(*)) FROM t1 AS x1 GROUP BY x1.a ORDER BY x1.a LIMIT 1) AS object
FROM t0 AS x0
"""


@pytest.mark.parametrize("seed", range(15))
def test_nested_rows_never_contradict_it_either(bare: Connection, seed: int) -> None:
    bare.execute(RESET.encode())
    world = World(seed)
    for statement in world.tables():
        bare.execute(statement.encode())
    describer = Describer(bare)
    levels = {name: read_statement(NESTED).level(name) for name in ("one", "many", "object")}
    said = {
        name: {column.name: column.nullable for column in describer.describe(level.text.encode()).columns}
        for name, level in levels.items()
        if level is not None
    }
    assert said.keys() == levels.keys()
    assert said["many"]["id"] is False
    for _ in range(3):
        for statement in world.rows():
            bare.execute(statement.encode())
        for _, one, many, made in bare.execute(NESTED):
            nested: dict[str, list[dict[str, Any]]] = {"one": [one] if one else [], "many": many, "object": [made]}
            for name, rows in nested.items():
                for row in filter(None, rows):
                    wrong = [key for key, value in row.items() if value is None and said[name][key] is False]
                    assert not wrong, (name, wrong)


def test_a_table_that_the_plan_does_not_read_can_be_missed(bare: Connection) -> None:
    """The plan names its column without an alias, as if it were of the only table that it reads."""
    bare.execute(RESET.encode())
    bare.execute("CREATE TABLE t0 (id int PRIMARY KEY, b int NOT NULL)")
    bare.execute("INSERT INTO t0 VALUES (1, 1)")
    text = "SELECT x0.id, x1.b FROM t0 AS x0 LEFT JOIN t0 AS x1 ON NULL::int = x1.id"
    described = Describer(bare).describe(text.encode())
    assert bare.execute(text.encode()).fetchall() == [(1, None)]
    assert [column.nullable for column in described.columns] == [False, None]
