"""SQL of a user at random: shapes with relations, and statements over them that nest, join and name as they like.

Much of it is bad style, and some of it PostgreSQL refuses.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import attrs


@attrs.frozen(eq=False)
class Json:
    """A column of JSON objects with these columns: one, or a list."""

    columns: "Columns"
    is_list: bool


Kind = type[int] | type[str] | Json | None
"""What a column holds; None: any JSON."""
AMBIGUOUS = Json({}, is_list=False)
"""Of a name that several columns have."""
Columns = Mapping[str, Kind]
Source = tuple[str, Columns]
"""An alias and its columns."""

SHAPES: dict[str, tuple[str, Columns]] = {}
"""The text of each shape, and its columns."""


def _shape(name: str, text: str, columns: Columns) -> Columns:
    SHAPES[name] = (f"-- Rows.\n{text}", columns)
    return columns


PICTURE = _shape(
    "picture",
    """SELECT p.id, p.url, p.size AS "fileSize"
FROM (VALUES (1, 'one.png', 10), (2, 'two.png', 20), (3, 'two.png', 30)) AS p (id, url, size)""",
    {"id": int, "url": str, "fileSize": int},
)
PERSON = _shape(
    "person",
    """-- uses: mine/picture
SELECT
    r.id,
    r.name,
    r.bio,
    (SELECT to_json(p.*) FROM mine_picture AS p WHERE p.id = r.id) AS picture
FROM (VALUES (1, 'Ann', 'of Ghent'), (2, 'Bob', NULL), (3, 'Ann', 'third')) AS r (id, name, bio)""",
    {"id": int, "name": str, "bio": str, "picture": Json(PICTURE, is_list=False)},
)
LINKED: Columns = {"name": str, "picture": PERSON["picture"], "role": str}
POST = _shape(
    "post",
    """-- uses: mine/person, mine/picture
SELECT
    t.id,
    t.name,
    -t.rank AS rank,
    (SELECT to_json(a.*) FROM mine_person AS a WHERE a.id = t.id) AS author,
    (SELECT coalesce(json_agg(p.* ORDER BY p.id), '[]') FROM mine_picture AS p WHERE p.id <= t.id) AS pictures,
    (
        SELECT json_agg(l.* ORDER BY l.id)
        FROM (
            SELECT
                a.id, a.name, 'writes' AS role,
                (SELECT to_json(p.*) FROM mine_picture AS p WHERE p.id = a.id) AS picture
            FROM mine_person AS a
        ) AS l
    ) AS people
FROM (VALUES (1, 'first', 3), (2, 'second', 5), (3, 'third', 1)) AS t (id, name, rank)""",
    {
        "id": int,
        "name": str,
        "rank": int,
        "author": Json(PERSON, is_list=False),
        "pictures": Json(PICTURE, is_list=True),
        "people": Json({"id": int, **LINKED}, is_list=True),
    },
)
_shape(
    "card",
    """-- uses: mine/post
SELECT id, name AS slug, author, p.people AS writers, p.author ->> 'bio' AS bio
FROM mine_post AS p""",
    {"id": int, "slug": str, "author": POST["author"], "writers": POST["people"], "bio": str},
)
_shape(
    "gallery",
    """-- uses: mine/picture, mine/person
SELECT
    t.id,
    t.name,
    (
        SELECT coalesce(json_agg(l.* ORDER BY l.id), '[]')
        FROM (SELECT p.* FROM mine_picture AS p WHERE p.id >= t.id ORDER BY p."fileSize" DESC, p.id LIMIT 2) AS l
    ) AS largest,
    (SELECT to_json(l.*) FROM (SELECT a.* FROM mine_person AS a ORDER BY a.name, a.id DESC LIMIT 1) AS l) AS first,
    (SELECT count(*) FROM (SELECT p.id FROM mine_picture AS p LIMIT 2) AS c) AS total
FROM mine_person AS t
WHERE
    TRUE
    AND t.bio IS NOT NULL -- when :a
    AND to_json(t.*) ->> 'name' = 'Ann' -- when :a and :b
    AND (t.picture ->> 'fileSize')::int > :b::int -- when :b
    AND t.id IN (SELECT p.id FROM mine_picture AS p WHERE p.url <> 'one.png' OR :a::int > 1) -- when :a or :b""",
    {
        "id": int,
        "name": str,
        "largest": Json(PICTURE, is_list=True),
        "first": Json(PERSON, is_list=False),
        "total": int,
    },
)
FRAME = """-- Rows.
-- uses: $image, $who
-- names: label, owner
SELECT
    image.id,
    image.label,
    (SELECT to_json(who.*) FROM who WHERE who.id = image.id) AS owner
FROM image
WHERE
    TRUE
    AND image."fileSize" > 10
"""
"""A shape of several: `sketch` binds its shapes and names."""
_shape(
    "sketch",
    """-- shape: mine/frame
-- uses: $image = mine/picture, $who = mine/person
-- names: label = url, owner = person""",
    {"id": int, "url": str, "person": Json(PERSON, is_list=False)},
)
_shape(
    "total",
    "SELECT count(*) AS id, max(t.v) AS size FROM (VALUES (1), (2)) AS t (v)",
    {"id": int, "size": int},
)
_shape(
    "tag",
    "SELECT t.id, unnest(t.tags) AS name FROM (VALUES (1, ARRAY['a', 'b'])) AS t (id, tags)",
    {"id": int, "name": str},
)
_shape(
    "best",
    """SELECT t.name, -t.rank AS rank, t.id
FROM (VALUES (1, 'x', 3), (2, 'y', 5)) AS t (id, name, rank)
ORDER BY rank LIMIT 1""",
    {"name": str, "rank": int, "id": int},
)
_shape(
    "group",
    "SELECT t.name, count(*) AS id FROM (VALUES ('x'), ('y'), ('x')) AS t (name) GROUP BY 1",
    {"name": str, "id": int},
)


def _together(lists: Sequence[Columns]) -> Columns:
    """The columns of a list of several."""
    names = [name for columns in lists for name in columns]
    return {name: kind if names.count(name) == 1 else AMBIGUOUS for columns in lists for name, kind in columns.items()}


class Writer:
    """Writes statements at random; `columns` are those of the last."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ctes: dict[str, Columns] = {}

    def statement(self) -> tuple[str, Columns]:
        """A statement and its columns."""
        self._ctes = {}
        ctes: list[str] = []
        while self._random.random() < 0.25 and len(ctes) < 2:
            text, columns = self._select(1)
            name = self._random.choice(["w", "mine_picture", "recent"])
            if name not in self._ctes:
                self._ctes[name] = columns
                ctes.append(f"{name} AS {self._random.choice(['', 'MATERIALIZED '])}({text})")
        text, columns = self._select(2)
        opening = self._random.choice(["WITH", "WITH", "WITH RECURSIVE"])
        return (f"{opening} {', '.join(ctes)} {text}" if ctes else text), columns

    def _select(self, depth: int, around: Sequence[Source] = ()) -> tuple[str, Columns]:
        random = self._random
        sources, text, merged = self._sources(depth, around)
        if random.random() < 0.08:
            return self._grouped(sources, text)
        items = [self._item(depth, sources, around, merged) for _ in range(random.choice([1, 1, 2, 2, 3, 4]))]
        columns = _together([columns for _, columns in items])
        are_scalar = set(columns.values()) <= {int, str}
        distinct = random.choice(["DISTINCT ", "ALL "]) if are_scalar and random.random() < 0.3 else ""
        select = f"SELECT {distinct}{', '.join(item for item, _ in items)} FROM {text}{self._where(sources)}"
        if are_scalar and random.random() < 0.3:
            select = f"{select} {random.choice(['UNION ALL', 'UNION', 'EXCEPT ALL'])} ({select} LIMIT 0)"
        alias, own = random.choice(sources)
        orders = [
            "",
            "",
            *([f"{alias}.{self._scalar(own)}", self._scalar(own)] if not distinct and "LIMIT" not in select else []),
        ]
        if are_scalar:
            orders += ["1", "(1) DESC", *(["2"] if len(columns) > 1 else [])]
        if order := random.choice(orders):
            select += f" ORDER BY {order}"
        if (
            order
            and len(sources) == 1
            and own.get("id") is int
            and not distinct
            and " LIMIT 0)" not in select
            and random.random() < 0.5
        ):
            select += f", {alias}.id LIMIT 2"
        return select, columns

    def _grouped(self, sources: Sequence[Source], text: str) -> tuple[str, Columns]:
        alias, columns = self._random.choice(sources)
        name = self._scalar(columns)
        key = self._random.choice([f"{alias}.{name}", "1", f"{alias}.{name}", name, "ROLLUP (1)"])
        select = f"SELECT {alias}.{name}, count(*) AS n FROM {text} GROUP BY {key}"
        name = name.strip('"')
        return select, _together([{name: columns.get(name)}, {"n": int}])

    def _sources(self, depth: int, around: Sequence[Source]) -> tuple[list[Source], str, bool]:
        """The sources of a FROM, its text, and whether it merges columns."""
        random, merges = self._random, False
        text, source = self._source(depth, around)
        sources = [source]
        while random.random() < 0.35 and len(sources) < 3:
            lateral = [*around, *sources] if random.random() < 0.4 else None
            more, source = self._source(depth, lateral or around, is_lateral=lateral is not None)
            if source[0] in [alias for alias, _ in sources]:
                continue
            left = sources[-1][0]
            form = random.choice([", {}", " CROSS JOIN {}"])
            if source[1].get("id") is int and sources[-1][1].get("id") is int:
                form = random.choice([form, " INNER JOIN {} ON {}", " LEFT JOIN {} ON {}", " LEFT JOIN {} ON {}"])
                if len(sources) == 1 and random.random() < 0.2:
                    form, merges = random.choice([" INNER JOIN {} USING (id)", " NATURAL JOIN {}"]), True
            text += form.format(more, f"{left}.id = {source[0]}.id")
            sources.append(source)
        return sources, text, merges

    def _source(self, depth: int, around: Sequence[Source], *, is_lateral: bool = False) -> tuple[str, Source]:
        random = self._random
        alias = random.choice(["a", "b", "p", "x", "name", '"A"', "mine_person"])
        if depth and (is_lateral or random.random() < 0.3):
            text, columns = self._select(depth - 1, around)
            return f"{'LATERAL ' if is_lateral else ''}({text}) AS {alias}", (alias, columns)
        if self._ctes and random.random() < 0.5:
            name = random.choice(list(self._ctes))
            return f"{name} AS {alias}", (alias, self._ctes[name])
        name = random.choice(list(SHAPES))
        columns = SHAPES[name][1] if f"mine_{name}" not in self._ctes else self._ctes[f"mine_{name}"]
        form = random.choice(
            [f"mine_{name} AS {alias}", f"mine_{name} AS {alias}", f"mine_{name} {alias}", f"mine_{name}"]
        )
        if form == f"mine_{name}":
            alias = form
        elif random.random() < 0.05:
            columns = {f"c{index}": kind for index, kind in enumerate(columns.values())}
            form = f"mine_{name} AS {alias} ({', '.join(columns)})"
        return form, (alias, columns)

    def _item(  # noqa: PLR0911 - one for each form
        self, depth: int, sources: Sequence[Source], around: Sequence[Source], merged: bool
    ) -> tuple[str, Columns]:
        """An item of a select list, and the columns that it gives."""
        random = self._random
        alias, _ = random.choice([*sources, *sources, *around])
        columns = dict([*around, *sources])[alias]  # an alias hides the same one further out
        name = random.choice(["x", "y", "picture", "author", "name", "url"])
        column = self._name(columns).strip('"')
        kind = columns.get(column)
        chance = random.random()
        if chance < 0.25:
            return f"{alias}.*", columns
        if chance < 0.29:
            return "*", ({} if merged else _together([each for _, each in sources]))
        if chance < 0.5:
            return f"{alias}.{self._quoted(column)}", {column: kind}
        if chance < 0.57:
            return f"{alias}.{self._quoted(column)} AS {name}", {name: kind}
        if chance < 0.62 and sum(column in each for _, each in [*sources, *around]) == 1:
            return self._quoted(column), {column: kind}
        if chance < 0.82:
            return self._relation(depth, alias, columns, [*around, *sources], name)
        key = random.choice(list(columns) or ["id"])
        form = random.choice(
            [
                "to_json({alias}.*) ->> '{key}'",
                "{alias}.*::text",
                "md5({alias}::text)",
                "({alias}).{column}::text",
                "row({alias}.*)::text",
                "to_jsonb({alias}.*) ->> '{key}'",
                "(SELECT string_agg(e.key, ',' ORDER BY e.key) FROM json_each(to_json({alias}.*)) AS e)",
                "count(*) OVER (PARTITION BY {alias}.{column}::text)::text",
                "(SELECT max(e.size) FROM mine_total AS e WHERE e.size <= length({alias}.{column}::text))::text",
            ]
        )
        return f"{form.format(alias=alias, key=key, column=self._quoted(column))} AS {name}", {name: str}

    def _relation(
        self, depth: int, alias: str, columns: Columns, around: Sequence[Source], name: str
    ) -> tuple[str, Columns]:
        """An item that gives whole rows as JSON."""
        random = self._random
        if random.random() < 0.3:
            form, kind = random.choice(
                [
                    ("to_json({}.*)", Json(columns, is_list=False)),
                    ("to_json({})", Json(columns, is_list=False)),
                    ("row_to_json({}.*)", Json(columns, is_list=False)),
                    ("to_jsonb({}.*)", Json(columns, is_list=False)),
                    ("(SELECT to_json({}.*))", Json(columns, is_list=False)),
                    (
                        "json_build_object('row', to_json({}.*))",
                        Json({"row": Json(columns, is_list=False)}, is_list=False),
                    ),
                    ("json_build_array({}.*)", Json(columns, is_list=True)),
                ]
            )
            return f"{form.format(alias)} AS {name}", {name: kind}
        if depth and random.random() < 0.5:
            text, inner = self._select(depth - 1, around)
            row = random.choice(["l", "a", "p"])
            source = f"({text}) AS {row}"
        else:
            source, (row, inner) = self._source(0, around)
        form, is_list = random.choice(
            [
                ("coalesce(json_agg({}.* ORDER BY {}.id), '[]')", True),
                ("json_agg({}.* ORDER BY {}.id)", True),
                ("json_agg({}.* ORDER BY {}.*::text)", True),
                ("json_agg({} ORDER BY {}.id)", True),
                ("jsonb_agg({}.* ORDER BY {}.id)", True),
                ("coalesce(json_agg({}.* ORDER BY {}.id) FILTER (WHERE true), '[]')", True),
                ("to_json({}.*)", False),
                ("coalesce(to_json({}.*), '[]')", False),
                ("to_json({})", False),
            ]
        )
        has_id = inner.get("id") is int
        where = f" WHERE {row}.id = {alias}.id" if has_id and columns.get("id") is int and random.random() < 0.6 else ""
        limit = "" if is_list else f" ORDER BY {row}.id LIMIT 1" if has_id else " LIMIT 1"
        form = form if has_id else form.replace(" ORDER BY {}.id", " ORDER BY {}::text")
        text = f"(SELECT {form.format(row, row)} FROM {source}{where}{limit})"
        return f"{text} AS {name}", {name: Json(inner, is_list=is_list)}

    def _where(self, sources: Sequence[Source]) -> str:
        alias, columns = self._random.choice(sources)
        name = self._name(columns)
        condition = self._random.choice(
            [
                *[""] * 6,
                *([f"{alias}.id > 1", f"{alias}.id < 3"] if columns.get("id") is int else []),
                *(["id < 3"] if columns.get("id") is int and len(sources) == 1 else []),
                f"{alias}.* IS NOT NULL",
                f"{alias} IS NOT NULL",
                f"to_jsonb({alias}.*) ->> 'name' = 'Ann'",
                f"to_jsonb({alias}.*)::text ILIKE '%one%'",
                f"{alias}.{name} IS NOT NULL",
                f"EXISTS (SELECT 1 FROM mine_post AS {alias} WHERE {alias}.id = 1 AND {alias}.author IS NOT NULL)",
                f"{alias}.{name}::text IN (SELECT s.id::text FROM mine_post AS s WHERE s.rank < 0)",
            ]
        )
        return f" WHERE {condition}" if condition else ""

    def _name(self, columns: Columns) -> str:
        return self._quoted(self._random.choice([name for name in columns if columns[name] is not AMBIGUOUS] or ["id"]))

    def _scalar(self, columns: Columns) -> str:
        return self._quoted(
            self._random.choice([name for name, kind in columns.items() if kind in (int, str)] or ["id"])
        )

    def _quoted(self, name: str) -> str:
        return name if name == name.lower() else f'"{name}"'


def class_for(random: Random, columns: Columns) -> type:
    """A result class that names some of the columns, in any order, and of its JSON some too."""
    known = [name for name in columns if columns[name] is not AMBIGUOUS]
    names = random.sample(known, random.randint(1, len(known)))
    fields = {name: _field(_hint(random, columns[name]), has_default=random.random() < 0.4) for name in names}
    return attrs.make_class("Row", fields, frozen=True)


def _field(hint: Any, *, has_default: bool) -> Any:
    return attrs.field(type=hint, default=None, kw_only=True) if has_default else attrs.field(type=hint, kw_only=True)


def _hint(random: Random, kind: Kind) -> Any:
    if not isinstance(kind, Json):
        return Any if kind is None or random.random() < 0.1 else kind | None
    if set(kind.columns.values()) <= {AMBIGUOUS} or random.random() < 0.2:
        return Any
    nested: Any = class_for(random, kind.columns)
    if random.random() < 0.1:
        nested = dict[str, Any]
    return (tuple[nested, ...] if kind.is_list else nested) | None
