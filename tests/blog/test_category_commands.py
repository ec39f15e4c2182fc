"""Categories, authors, media and organizations: created, changed and moved."""

from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Command, Conflict, MissingReference, NotFound, Querier, Refused, blog
from tests.support.races import racers
from tests.support.reading import made, row_or_none
from tests.support.rows import NOON, insert
from tests.support.writes import watched

Connection = psycopg.Connection[Any]
TEXTS = {"ar": "نص 🎉", "en": None}
EVERYTHING: dict[str, tuple[Any, Any, type, dict[str, Any]]] = {
    "blog_organizations": (
        blog.CreateOrganization,
        blog.ChangeOrganization,
        blog.Organization,
        {"name": "n", "slug": "s", "alternate_name": "x", "address": {"lines": [1, None]}, "founding_date": NOON},
    ),
    "blog_media": (
        blog.CreateMedium,
        blog.ChangeMedium,
        blog.Medium,
        {"url": "u", "type": "image", "caption": TEXTS, "alt": "", "width": "10"},
    ),
    "blog_authors": (
        blog.CreateAuthor,
        blog.ChangeAuthor,
        blog.Author,
        {"slug": "s", "display_name": TEXTS, "email": "e@example.com", "avatar_id": "m", "works_for_id": "o"},
    ),
    "blog_categories": (
        blog.CreateCategory,
        blog.ChangeCategory,
        blog.Category,
        {"slug": "s", "name": "x", "seo_keywords": "un, 🎉", "featured_image_id": "m", "parent_id": "c"},
    ),
}


@pytest.fixture(autouse=True)
def others(connection: Connection) -> None:
    insert(connection, "blog_organizations", {"id": "o", "slug": "taken"})
    insert(connection, "blog_media", {"id": "m"})
    insert(connection, "blog_authors", {"id": "a", "slug": "taken"})
    insert(connection, "blog_categories", {"id": "c", "slug": "taken"})


@pytest.mark.parametrize("table", EVERYTHING)
def test_a_row_is_created_with_the_tables_own_defaults(connection: Connection, table: str) -> None:
    create, _, row_class, given = EVERYTHING[table]
    usual = insert(connection, table)
    with watched(connection) as written:
        made_row = Querier(connection).execute(create(**given))
    (row,) = written.tables[table].added
    assert made_row == made(row_class, row)
    own = {"id", "slug", "created_at", "updated_at", *given}
    required = {field.name for field in attrs.fields(create) if field.default is attrs.NOTHING}
    assert {name: row[name] for name in given} == given
    assert {name: row[name] for name in row if name not in own} == {
        name: usual[name] for name in row if name not in own
    }
    assert required <= given.keys()


@pytest.mark.parametrize("table", EVERYTHING)
def test_every_column_can_be_changed_alone(connection: Connection, table: str) -> None:
    create, change, row_class, given = EVERYTHING[table]
    querier = Querier(connection)
    created = querier.execute(create(**given))
    changed: dict[str, Any] = {
        "name": "new",
        "slug": "new",
        "url": "new",
        "display_name": TEXTS,
        "type": "video",
        "caption": None,
        "email": None,
        "address": "1 rue",
        "founding_date": None,
        "seo_keywords": None,
        "avatar_id": None,
        "featured_image_id": None,
        "is_featured": True,
        "same_as": ("x", "y"),
        "description": TEXTS,
    }
    names = [field.name for field in attrs.fields(change) if field.name in changed]
    assert len(names) >= 4
    for name in names:
        with watched(connection) as written:
            result = querier.execute(change(id=created.id, **{name: changed[name]}))
        row = row_or_none(connection, table, id=created.id)
        assert row is not None and result == made(row_class, {**row, **_tuples(row)})
        only = written.tables[table].changed[0] if name in written.tables[table].changed[0] else {name: given.get(name)}
        assert {name: only[name]} == {name: _plain(changed[name])}
    assert querier.execute(change(id="nothing", **{names[0]: changed[names[0]]})) is None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) for name, value in row.items() if isinstance(value, list)}


@pytest.mark.parametrize(
    ("command", "error", "columns"),
    [
        (blog.CreateOrganization(name="n", slug="taken"), Conflict, ("slug",)),
        (blog.CreateAuthor(slug="taken", display_name=""), Conflict, ("slug",)),
        (blog.CreateAuthor(slug="s", display_name="", avatar_id="nothing"), MissingReference, ("avatar_id",)),
        (blog.CreateAuthor(slug="s", display_name="", works_for_id="nothing"), MissingReference, ("works_for_id",)),
        (blog.ChangeAuthor(id="a", avatar_id="nothing"), MissingReference, ("avatar_id",)),
        (blog.CreateCategory(slug="taken", name=""), Conflict, ("slug",)),
        (blog.CreateCategory(slug="s", name="", parent_id="nothing"), MissingReference, ("parent_id",)),
        (blog.ChangeCategory(id="c", featured_image_id="nothing"), MissingReference, ("featured_image_id",)),
        (blog.MoveCategory(id="c", parent_id="nothing"), MissingReference, ("parent_id",)),
    ],
    ids=lambda value: getattr(value, "query_name", None),
)
def test_what_cannot_be_is_not_written(
    connection: Connection, command: Command[Any], error: type[Any], columns: tuple[str, ...]
) -> None:
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(command)
    assert (caught.value.columns, written.tables) == (columns, {})


def test_a_category_is_moved_but_into_no_cycle(connection: Connection) -> None:
    querier = Querier(connection)
    insert(connection, "blog_categories", {"id": "d", "parent_id": "c"})
    insert(connection, "blog_categories", {"id": "e"})
    for moved, parent in {"c": "d", "d": "d"}.items():
        with pytest.raises(Refused) as caught:
            querier.execute(blog.MoveCategory(id=moved, parent_id=parent))
        assert caught.value.reason == "cycle"
    with pytest.raises(Refused):
        querier.execute(blog.CreateCategory(id="self", slug="s", name="", parent_id="self"))
    with watched(connection) as written:
        assert querier.execute(blog.MoveCategory(id="c", parent_id="e")).parent_id == "e"
        assert querier.execute(blog.MoveCategory(id="d", parent_id=None)).parent_id is None
    assert {row["id"]: row["parent_id"] for row in written.tables["blog_categories"].changed} == {"c": "e", "d": None}
    with pytest.raises(NotFound):
        querier.execute(blog.MoveCategory(id="nothing", parent_id=None))


def test_moves_that_cross_make_no_cycle(connection: Connection, database_url: str) -> None:
    for name, parent in {"d": None, "e": "d"}.items():
        insert(connection, "blog_categories", {"id": name, "parent_id": parent})
    with racers(database_url, 2) as them:
        for _ in range(20):
            connection.execute("UPDATE blog_categories SET parent_id = NULL WHERE id IN ('c', 'd')")
            outcomes = them.race(
                blog.MoveCategory(id="c", parent_id="e"),
                blog.MoveCategory(id="d", parent_id="c"),
            )
            assert [type(each) for each in outcomes if isinstance(each, Exception)] == [Refused]
