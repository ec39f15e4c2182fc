"""Mistakes in a user's statements and classes: found as the class is made, or by a check, and not by a first call."""

import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import pytest

from concordia_sql import Library, Many, StatementError, check, query
from tests.support.statements import write


def row(name: str, /, **fields: Any) -> type:
    made = {field: attrs.field(type=hint) for field, hint in fields.items()}
    return attrs.make_class(name, made, frozen=True)


SLUG = row("Slug", slug=str)
NAMED = row("Named", name=str)
ONE = row("One", one=row("Inner", id=str, bio=str | None))
MANY = row("Many", many=tuple[row("Item", id=str, rating=int | None), ...])  # type: ignore[misc]
PAIR = row("Pair", id=str, total=int)


class Mistake(NamedTuple):
    """A statement, its class and its parameters, and what is said of them."""

    text: str
    result: type
    said: str
    parameters: Mapping[str, Any] = types.MappingProxyType({})


def one(columns: str, rest: str = "FROM profile WHERE profile.user_id = blog_posts.id") -> str:
    return f"SELECT (SELECT {columns} {rest}) AS one FROM blog_posts ORDER BY blog_posts.id"


def many(item: str, source: str = "blog_comments") -> str:
    inner = f"SELECT coalesce(json_agg({item} ORDER BY x.id), '[]') FROM {source} AS x WHERE x.post_id = blog_posts.id"
    return f"SELECT ({inner}) AS many FROM blog_posts ORDER BY blog_posts.id"


MISTAKES = {
    # names
    "table": Mistake("SELECT post.slug FROM post", SLUG, 'relation "post" does not exist'),
    "column": Mistake("SELECT blog_posts.slg AS slug FROM blog_posts", SLUG, "column blog_posts.slg does not exist"),
    "alias": Mistake("SELECT b.slug FROM blog_posts", SLUG, "missing FROM-clause entry for table"),
    "function": Mistake("SELECT slugify(slug) AS slug FROM blog_posts", SLUG, "function slugify(text) does not exist"),
    "schema": Mistake("SELECT app.t.slug FROM app.t", SLUG, 'relation "app.t" does not exist'),
    "unknown type": Mistake("SELECT slug::slug AS slug FROM blog_posts", SLUG, 'type "slug" does not exist'),
    "ambiguous": Mistake("SELECT id AS slug FROM blog_posts, profile", SLUG, "is ambiguous"),
    "two columns": Mistake("SELECT id AS slug, slug FROM blog_posts", SLUG, "slug"),
    "operator": Mistake("SELECT slug FROM blog_posts WHERE created_at = slug", SLUG, "operator does not exist"),
    "collation": Mistake('SELECT slug FROM blog_posts ORDER BY slug COLLATE "fr_XX"', SLUG, "collation"),
    # syntax and grouping
    "syntax": Mistake("SELECT slug FROM blog_posts WHERE", SLUG, "syntax error"),
    "group": Mistake("SELECT slug, count(*) AS total FROM blog_posts", row("G", slug=str, total=int), "GROUP BY"),
    "aggregate": Mistake("SELECT slug FROM blog_posts WHERE count(*) > 1", SLUG, "aggregate"),
    "order": Mistake("SELECT DISTINCT slug FROM blog_posts ORDER BY id", SLUG, "SELECT DISTINCT"),
    "union": Mistake("SELECT slug FROM blog_posts UNION SELECT rating FROM blog_comments", SLUG, "UNION types"),
    "many for one": Mistake("SELECT (SELECT id, slug FROM blog_posts) AS slug FROM profile", SLUG, "only one column"),
    "literal": Mistake("SELECT slug FROM blog_posts WHERE created_at > 'soon'", SLUG, "invalid input syntax"),
    "boolean": Mistake("SELECT slug FROM blog_posts WHERE slug", SLUG, "must be type boolean"),
    # result classes
    "missing": Mistake("SELECT id FROM blog_posts", SLUG, "slug"),
    "int for text": Mistake("SELECT slug FROM blog_posts", row("R", slug=int), "slug is of type text"),
    "text for int": Mistake("SELECT id, rating FROM services_reviews", row("R", id=str, rating=str), "of type int4"),
    "date for timestamp": Mistake("SELECT created_at FROM profile", row("R", created_at=date), "of type timestamp"),
    "timestamp for date": Mistake("SELECT now()::date AS at FROM profile", row("R", at=datetime), "of type date"),
    "int for numeric": Mistake("SELECT avg(rating) AS total FROM services_reviews", row("R", total=int), "numeric"),
    "float for numeric": Mistake("SELECT sum(1.5) AS total FROM profile", row("R", total=float), "numeric"),
    "uuid for text": Mistake("SELECT id FROM profile", row("R", id=UUID), "id is of type text"),
    "bool for text": Mistake("SELECT status FROM blog_posts", row("R", status=bool), "status is of type text"),
    "bytes for text": Mistake("SELECT slug FROM blog_posts", row("R", slug=bytes), "slug is of type text"),
    "decimal for int": Mistake("SELECT rating FROM services_reviews", row("R", rating=Decimal), "of type int4"),
    # NULL
    "nullable": Mistake("SELECT bio AS name FROM profile ORDER BY id", NAMED, "can be NULL"),
    "left join": Mistake(
        "SELECT blog_posts.id AS id, services_media.url AS name FROM blog_posts "
        "LEFT JOIN services_media ON services_media.id = blog_posts.identifier ORDER BY blog_posts.id",
        *(row("R", id=str, name=str), "can be NULL"),
    ),
    "right join": Mistake(
        "SELECT profile.id AS name FROM profile RIGHT JOIN blog_posts ON blog_posts.id = profile.website",
        NAMED,
        "can be NULL",
    ),
    "full join": Mistake(
        "SELECT profile.id AS name FROM profile FULL JOIN blog_posts ON blog_posts.id = profile.website",
        NAMED,
        "can be NULL",
    ),
    "max": Mistake("SELECT max(bio) AS name FROM profile", NAMED, "can be NULL"),
    "sum": Mistake("SELECT sum(rating) AS total FROM services_reviews", row("R", total=int), "can be NULL"),
    "array": Mistake("SELECT json_agg(x.*) AS many FROM blog_comments AS x", MANY, "can be NULL"),
    "no row": Mistake(one("profile.id").replace(" AS one", " AS name"), NAMED, "can be NULL"),
    "single value": Mistake("SELECT max(rating) FROM services_reviews", int, "int: can be NULL"),
    "null itself": Mistake("SELECT NULL::text AS name FROM profile", NAMED, "can be NULL"),
    "no row for one": Mistake(one("to_json(profile.*)"), ONE, "One.one: can be NULL"),
    "list without coalesce": Mistake(
        many("x.*").replace("coalesce(", "").replace(", '[]')", ""), MANY, "Many.many: can be NULL"
    ),
    # inside JSON
    "nested name": Mistake(one("json_build_object('id', id, 'bioo', bio)"), ONE, "there is no bio in the JSON"),
    "nested null": Mistake(many("x.*"), row("R", many=tuple[row("I", parent_id=str), ...]), "I.parent_id: can be NULL"),  # type: ignore[misc]
    "nested type": Mistake(many("x.*"), row("R", many=tuple[row("I", id=int), ...]), "the JSON holds a text"),  # type: ignore[misc]
    "nested date": Mistake(many("x.*"), row("R", many=tuple[row("I", created_at=date), ...]), "holds a timestamp"),  # type: ignore[misc]
    "nested bool": Mistake(many("x.*"), row("R", many=tuple[row("I", rating=bool | None), ...]), "holds a int4"),  # type: ignore[misc]
    "nested missing": Mistake(many("x.*"), row("R", many=tuple[row("I", title=str), ...]), "there is no title"),  # type: ignore[misc]
    "nested left join": Mistake(
        "SELECT (SELECT coalesce(json_agg(y.* ORDER BY y.id), '[]') FROM (SELECT x.id, m.url FROM blog_comments AS x "
        "LEFT JOIN services_media AS m ON m.id = x.author_name WHERE x.post_id = blog_posts.id) AS y) AS many "
        "FROM blog_posts ORDER BY blog_posts.id",
        *(row("R", many=tuple[row("I", id=str, url=str), ...]), "I.url: can be NULL"),  # type: ignore[misc]
    ),
    "nested in nested": Mistake(
        "SELECT (SELECT json_build_object('id', profile.id, 'u', (SELECT to_json(m.*) FROM services_media AS m "
        "WHERE m.id = profile.website)) FROM profile WHERE profile.user_id = blog_posts.id) AS one FROM blog_posts",
        *(row("R", one=row("I", id=str, u=row("M", id=int) | None) | None), "the JSON holds a text"),
    ),
    # parameters
    "int for a text": Mistake("SELECT slug FROM blog_posts WHERE slug = :s", SLUG, "takes it as text", {"s": int}),
    "text for an int": Mistake("SELECT id AS slug FROM services_reviews WHERE rating = :n", SLUG, "int4", {"n": str}),
    "text for a bool": Mistake("SELECT slug FROM blog_posts WHERE is_featured = :b", SLUG, "as bool", {"b": str}),
    "one for many": Mistake("SELECT slug FROM blog_posts WHERE id = any(:ids)", SLUG, "text[]", {"ids": str}),
    "list for one": Mistake("SELECT slug FROM blog_posts WHERE id = :ids", SLUG, "as text", {"ids": tuple[str, ...]}),
    "ints of rows": Mistake(
        *("SELECT slug FROM blog_posts WHERE id = any(:rows.n)", SLUG, "takes it as text[]"),
        {"rows": tuple[row("N", n=int), ...]},  # type: ignore[misc]
    ),
    "bool for a time": Mistake("SELECT slug FROM blog_posts WHERE created_at > :t", SLUG, "timestamp", {"t": bool}),
    "float for an int": Mistake("SELECT slug FROM blog_posts LIMIT :n", SLUG, "as int8", {"n": float}),
    "no type": Mistake("SELECT slug FROM blog_posts WHERE :x IS NULL", SLUG, "could not determine", {"x": str | None}),
    "no field": Mistake("SELECT slug FROM blog_posts WHERE id = :id", SLUG, "has no field for the parameter id"),
    "no parameter": Mistake("SELECT slug FROM blog_posts", SLUG, "no parameter for the field x", {"x": str}),
    # mistaken for another
    "swapped": Mistake("SELECT slug AS id, id AS slug FROM blog_posts", row("R", id=str, slug=str), "comes from"),
    "other column": Mistake(
        "SELECT created_at AS updated_at FROM profile", row("R", updated_at=datetime), "comes from"
    ),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, sample_url: str) -> Mapping[str, list[str]]:
    """What is said of each mistake, as its class is made or by one check of all."""
    root = tmp_path_factory.mktemp("mistakes")
    module, found = types.ModuleType("mistakes"), {name: list[str]() for name in MISTAKES}
    names: dict[str, str] = {}
    for number, (name, mistake) in enumerate(MISTAKES.items()):
        write(root, f"own/ask_{number}.sql", f"-- Rows.\n{mistake.text}")
        asked = types.new_class(f"Ask{number}", (Many[mistake.result],))  # type: ignore[name-defined]
        asked.__annotations__ = dict(mistake.parameters)
        try:
            made: Any = query(f"own/ask_{number}.sql", library=Library(root))(asked)
            setattr(module, f"Ask{number}", made)
            names[made.query_name] = name
        except StatementError as error:
            found[name].append(str(error))
    for finding in check(sample_url, module):
        for each in finding.where.split(", "):
            of_query = each.split(":")[0]  # a query, or a parameter of one
            query_name = ".".join(of_query.split(".")[:2])
            if query_name in names:
                found[names[query_name]].append(str(finding))
    return found


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found(name: str, said: Mapping[str, list[str]]) -> None:
    assert any(MISTAKES[name].said in each for each in said[name]), said[name]
