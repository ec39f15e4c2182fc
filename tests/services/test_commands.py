"""What creates and changes rows one at a time: media, categories, listings, times of the week, translations."""

from datetime import datetime
from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Command, Conflict, MissingReference, NotFound, ParameterError, Querier, Refused, services
from tests.support.races import overlap, racers
from tests.support.reading import made, row_or_none, rows
from tests.support.rows import NOON, Row, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
TEXTS = {"ar": "مرحبا 👩‍🍳", "en": None, "fr": '\'; DROP TABLE "user"; --'}

MEDIUM: Row = {
    "id": "new",
    "url": "https://example.com/a.jpg",
    "content_url": "c",
    "type": "image",
    "encoding_format": "image/jpeg",
    "width": "10",
    "height": "20",
    "duration": "PT1M",
    "license": "CC",
    "copyright_holder": "نص",
    "caption": TEXTS,
    "description": "plain",
    "alt": {"fr": ""},
    "thumbnail_url": "t",
}
OTHER_MEDIUM: Row = {**dict.fromkeys(MEDIUM), "url": "u", "type": "video"}
CATEGORY: Row = {
    "id": "new",
    "slug": "new",
    "name": TEXTS,
    "description": "plain",
    "icon": "🎉",
    "featured_image_id": "m",
    "parent_id": "c",
    "sort_order": -5,
    "display_in_home": True,
    "display_in_menu": False,
    "is_active": False,
    "is_featured": True,
    "seo_title": {"fr": ""},
    "seo_description": TEXTS,
}
OTHER_CATEGORY: Row = {
    **dict.fromkeys(CATEGORY),
    "slug": "other",
    "name": "",
    "sort_order": 2**31 - 1,
    "display_in_home": False,
    "display_in_menu": True,
    "is_active": True,
    "is_featured": False,
}
LISTING: Row = {
    "id": "new",
    "slug": "new",
    "category_id": "c",
    "provider_id": "nobody",
    "organization_id": "o",
    "status": "active",
    "base_price": "50.00",
    "price_type": "hourly",
    "currency": "CHF",
    "duration_minutes": 60,
    "is_mobile": True,
    "max_participants": 3,
    "booking_advance_hours": 24,
    "cancellation_hours": 48,
    "is_active": False,
    "is_featured": True,
    "display_in_home": True,
    "allow_reviews": False,
    "in_language": "ar",
}
OTHER_LISTING: Row = {
    **dict.fromkeys(LISTING),
    "slug": "other",
    "provider_id": "p",
    "status": "draft",
    "in_language": "fr",
    "is_mobile": False,
    "is_active": True,
    "is_featured": False,
    "display_in_home": False,
    "allow_reviews": True,
}
SLOT: Row = {
    "id": "new",
    "service_id": "l",
    "day_of_week": 6,
    "start_time": "09:00",
    "end_time": "23:59",
    "is_available": False,
}
OTHER_SLOT: Row = {"day_of_week": 0, "start_time": "00:00", "end_time": "00:30", "is_available": True}
TRANSLATION: Row = {
    "id": "new",
    "service_id": "l",
    "in_language": "ar",
    "title": TEXTS,
    "description": "plain",
    "short_description": {"fr": ""},
    "seo_title": "t",
    "seo_description": {},
    "seo_keywords": "un, 🎉",
    "canonical_url": {"fr": "https://example.com"},
}
CREATES: list[tuple[Any, type, str, Row]] = [
    (services.CreateServiceMedium, services.Medium, "services_media", MEDIUM),
    (services.CreateServiceCategory, services.Category, "services_categories", CATEGORY),
    (services.CreateListing, services.Listing, "services_listings", LISTING),
    (services.CreateAvailabilitySlot, services.AvailabilitySlot, "services_availability", SLOT),
    (services.PutServiceTranslation, services.Translation, "services_translations", TRANSLATION),
]
CHANGES: list[tuple[Any, type, str, tuple[Row, Row]]] = [
    (services.ChangeServiceMedium, services.Medium, "services_media", (MEDIUM, OTHER_MEDIUM)),
    (services.ChangeServiceCategory, services.Category, "services_categories", (CATEGORY, OTHER_CATEGORY)),
    (services.ChangeListing, services.Listing, "services_listings", (LISTING, OTHER_LISTING)),
    (services.ChangeAvailabilitySlot, services.AvailabilitySlot, "services_availability", (SLOT, OTHER_SLOT)),
]


def name(value: Any) -> str | None:
    return getattr(value, "query_name", None)


@pytest.fixture(autouse=True)
def others(connection: Connection) -> None:
    """One row of each table, and a second of those with a unique key."""
    insert(connection, "blog_organizations", {"id": "o"})
    insert(connection, "services_media", {"id": "m"})
    insert(connection, "services_categories", {"id": "c", "slug": "taken"})
    insert(connection, "services_listings", {"id": "l", "slug": "taken"})
    for day in (1, 2):
        values = {"id": f"s{day}", "service_id": "l", "day_of_week": day, "start_time": "09:00", "end_time": "10:00"}
        insert(connection, "services_availability", values)
    insert(connection, "services_translations", {"id": "l-fr", "service_id": "l", "in_language": "fr"})


@pytest.mark.parametrize(("create", "row_class", "table", "given"), CREATES, ids=name)
def test_a_row_is_created_as_given(
    connection: Connection, create: Any, row_class: type, table: str, given: Row
) -> None:
    with watched(connection) as written:
        created = Querier(connection).execute(create(**given))
    (row,) = rows(connection, table, id="new")
    assert created == made(row_class, row)
    assert {name: row[name] for name in given} == given
    assert {name for name in row if name not in given} <= {"created_at", "updated_at", "deleted_at"}
    assert abs((row["created_at"] - now(connection)).total_seconds()) < 3600  # in UTC, whatever the server's zone
    assert row.get("updated_at", row["created_at"]) == row["created_at"]
    assert written.tables == {table: Changes(added=[row])}


def now(connection: Connection) -> datetime:
    found = connection.execute("SELECT timezone('UTC', clock_timestamp())").fetchone()
    assert found is not None
    return found[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("create", "row_class", "table", "given"), CREATES, ids=name)
def test_what_is_not_given_is_the_tables_default(
    connection: Connection, create: Any, row_class: type, table: str, given: Row
) -> None:
    required = [field.name for field in attrs.fields(create) if field.default is attrs.NOTHING]
    created = Querier(connection).execute(create(**{name: given[name] for name in required}))
    needed = {"service_id": "l"} if "service_id" in given else {}
    by_default = {"status": "pending_review"} if table == "services_listings" else {}
    usual = insert(connection, table, needed | by_default)
    own = {"id", "created_at", "updated_at", *required}
    assert {field: value for field, value in attrs.asdict(created).items() if field not in own} == {
        field: value for field, value in usual.items() if field not in own
    }


@pytest.mark.parametrize(("change", "row_class", "table", "values"), CHANGES, ids=name)
def test_every_field_is_changed_alone(
    connection: Connection, change: Any, row_class: type, table: str, values: tuple[Row, Row]
) -> None:
    given, other = values
    querier = Querier(connection)
    insert(connection, table, given)
    fields = [field.name for field in attrs.fields(change) if field.name != "id"]
    assert set(fields) == given.keys() - {"id", "parent_id", "service_id"}
    for field in fields:
        with watched(connection) as written:
            changed = querier.execute(change(id="new", **{field: other[field]}))
            assert querier.execute(change(id="nothing", **{field: other[field]})) is None
        row = row_or_none(connection, table, id="new")
        assert row is not None and changed == made(row_class, row)
        (only,) = written.tables[table].changed
        assert written.tables == {table: Changes(changed=[only])}
        assert ("updated_at" in only) == ("updated_at" in row)
        only.pop("updated_at", None)
        assert only == {"id": "new", field: other[field]}


@pytest.mark.parametrize(("change", "row_class", "table", "values"), CHANGES, ids=name)
def test_a_change_of_nothing_gives_the_row(
    connection: Connection, change: Any, row_class: type, table: str, values: tuple[Row, Row]
) -> None:
    insert(connection, table, values[0])
    with watched(connection) as written:
        changed = Querier(connection).execute(change(id="new"))
    assert changed == made(row_class, rows(connection, table, id="new")[0])
    assert all(row.keys() == {"id", "updated_at"} for each in written.tables.values() for row in each.changed)


@pytest.mark.parametrize(
    ("command", "error", "columns"),
    [
        (services.CreateServiceMedium(id="m", url="u", type="image"), Conflict, ("id",)),
        (services.CreateServiceCategory(slug="taken", name=""), Conflict, ("slug",)),
        (services.CreateServiceCategory(slug="s", name="", id="c"), Conflict, ("id",)),
        (services.CreateServiceCategory(slug="s", name="", parent_id="nothing"), MissingReference, ("parent_id",)),
        (
            services.CreateServiceCategory(slug="s", name="", featured_image_id="nothing"),
            MissingReference,
            ("featured_image_id",),
        ),
        (services.ChangeServiceCategory(id="other", slug="taken"), Conflict, ("slug",)),
        (
            services.ChangeServiceCategory(id="c", featured_image_id="nothing"),
            MissingReference,
            ("featured_image_id",),
        ),
        (services.MoveServiceCategory(id="c", parent_id="nothing"), MissingReference, ("parent_id",)),
        (services.ChangeListing(id="l", category_id="nothing"), MissingReference, ("category_id",)),
        (services.ChangeListing(id="l", organization_id="nothing"), MissingReference, ("organization_id",)),
        (
            services.CreateAvailabilitySlot(service_id="l", day_of_week=1, start_time="09:00", end_time="11:00"),
            Conflict,
            ("service_id", "day_of_week", "start_time"),
        ),
        (services.CreateAvailabilitySlot(**{**SLOT, "id": "s1"}), Conflict, ("id",)),
        (services.CreateAvailabilitySlot(**{**SLOT, "service_id": "nothing"}), MissingReference, ("service_id",)),
        (
            services.ChangeAvailabilitySlot(id="s1", day_of_week=2),
            Conflict,
            ("service_id", "day_of_week", "start_time"),
        ),
        (services.PutServiceTranslation(**{**TRANSLATION, "id": "l-fr"}), Conflict, ("id",)),
        (services.PutServiceTranslation(**{**TRANSLATION, "service_id": "nothing"}), MissingReference, ("service_id",)),
    ],
    ids=name,
)
def test_what_cannot_be_is_not_written(
    connection: Connection, command: Command[Any], error: type[Any], columns: tuple[str, ...]
) -> None:
    insert(connection, "services_categories", {"id": "other"})
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(command)
    assert (caught.value.columns, written.tables) == (columns, {})


@pytest.mark.parametrize("wrong", ["9:00", "24:01", "09:60", "09:00:00", "09:00\n", "\u0660\u0669:00", ""])
def test_a_time_of_day_has_one_form(wrong: str) -> None:
    with pytest.raises(ParameterError, match=r"^services.CreateAvailabilitySlot: start_time: "):
        services.CreateAvailabilitySlot(**{**SLOT, "start_time": wrong})
    with pytest.raises(ParameterError, match=r"^services.ChangeAvailabilitySlot: end_time: "):
        services.ChangeAvailabilitySlot(id="s1", end_time=wrong)


@pytest.mark.parametrize("wrong", [-1, 7])
def test_a_week_has_seven_days(wrong: int) -> None:
    with pytest.raises(ParameterError, match=r"^services.CreateAvailabilitySlot: day_of_week: "):
        services.CreateAvailabilitySlot(**{**SLOT, "day_of_week": wrong})
    with pytest.raises(ParameterError, match=r"^services.ChangeAvailabilitySlot: day_of_week: "):
        services.ChangeAvailabilitySlot(id="s1", day_of_week=wrong)


def test_a_time_of_the_week_is_deleted_once(connection: Connection) -> None:
    with watched(connection) as written:
        found = [Querier(connection).execute(services.DeleteAvailabilitySlot(id="s1")) for _ in range(2)]
    assert found == [1, 0]
    assert [row["id"] for row in written.tables["services_availability"].removed] == ["s1"]
    assert written.counts() == {"services_availability": -1}


def test_a_translation_is_put_in_place_of_the_one_there_is(connection: Connection) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        replaced = querier.execute(services.PutServiceTranslation(**{**TRANSLATION, "in_language": "fr"}))
    (change,) = written.tables["services_translations"].changed
    assert change.pop("updated_at") > NOON
    assert change == {
        "id": "l-fr",
        **{key: TRANSLATION[key] for key in TRANSLATION if key not in ("id", "service_id", "in_language")},
    }
    assert written.tables == {"services_translations": Changes(changed=[change])}
    assert (replaced.id, replaced.title) == ("l-fr", TEXTS)
    with watched(connection) as written:
        bare = services.PutServiceTranslation(service_id="l", in_language="fr", title="", description="")
        assert querier.execute(bare).seo_keywords is None
        found = [querier.execute(services.DeleteServiceTranslation(id="l-fr")) for _ in range(2)]
    assert (found, written.counts()) == ([1, 0], {"services_translations": -1})


def test_many_put_a_translation_at_once(connection: Connection, database_url: str) -> None:
    """One creates it; the others put theirs in its place."""
    with racers(database_url, 4) as them:
        for _ in range(20):
            connection.execute("DELETE FROM services_translations")
            puts = [
                services.PutServiceTranslation(service_id="l", in_language="ar", title=str(place), description="")
                for place in range(4)
            ]
            outcomes = them.race(*puts)
            (row,) = rows(connection, "services_translations")
            assert {each.id for each in outcomes} == {row["id"]}
            assert sorted(each.title for each in outcomes) == ["0", "1", "2", "3"]


def test_a_category_is_moved_but_into_no_cycle(connection: Connection) -> None:
    querier = Querier(connection)
    insert(connection, "services_categories", {"id": "d", "parent_id": "c"})
    insert(connection, "services_categories", {"id": "e"})
    with watched(connection) as written:
        for moved, parent in {"c": "d", "d": "d"}.items():
            with pytest.raises(Refused) as caught:
                querier.execute(services.MoveServiceCategory(id=moved, parent_id=parent))
            assert (caught.value.reason, caught.value.found) == ("cycle", None)
        with pytest.raises(Refused) as caught:
            querier.execute(services.CreateServiceCategory(id="self", slug="s", name="", parent_id="self"))
        assert caught.value.reason == "cycle"
        with pytest.raises(NotFound):
            querier.execute(services.MoveServiceCategory(id="nothing", parent_id=None))
    assert written.tables == {}
    with watched(connection) as written:
        moved_row = querier.execute(services.MoveServiceCategory(id="c", parent_id="e"))
        assert moved_row == made(services.Category, rows(connection, "services_categories", id="c")[0])
        assert querier.execute(services.MoveServiceCategory(id="d", parent_id=None)).parent_id is None
    changed = written.tables["services_categories"].changed
    assert [{**row, "updated_at": None} for row in changed] == [
        {"id": "c", "parent_id": "e", "updated_at": None},
        {"id": "d", "parent_id": None, "updated_at": None},
    ]


def test_of_moves_of_categories_that_cross_one_is_refused(connection: Connection, database_url: str) -> None:
    """Each would be right alone, and the second is refused, having waited for the first."""
    insert(connection, "services_categories", {"id": "d"})
    moved, refused = overlap(
        database_url,
        services.MoveServiceCategory(id="c", parent_id="d"),
        services.MoveServiceCategory(id="d", parent_id="c"),
    )
    assert (moved.parent_id, refused.reason) == ("d", "cycle")
    assert rows(connection, "services_categories", id="d")[0]["parent_id"] is None


def test_moves_of_categories_that_cross_make_no_cycle(connection: Connection, database_url: str) -> None:
    for category, parent in {"d": None, "e": "d"}.items():
        insert(connection, "services_categories", {"id": category, "parent_id": parent})
    with racers(database_url, 2) as them:
        for _ in range(20):
            connection.execute("UPDATE services_categories SET parent_id = NULL WHERE id IN ('c', 'd')")
            outcomes = them.race(
                services.MoveServiceCategory(id="c", parent_id="e"),
                services.MoveServiceCategory(id="d", parent_id="c"),
            )
            assert [type(each) for each in outcomes if isinstance(each, Exception)] == [Refused]
            assert len(rows(connection, "services_categories", parent_id=None)) == 1


@pytest.mark.parametrize("deleted", [{"deleted_at": NOON}, {"status": "deleted"}])
def test_the_slug_of_a_deleted_listing_is_taken(connection: Connection, deleted: Row) -> None:
    insert(connection, "services_listings", {"id": "gone", "slug": "old", **deleted})
    querier = Querier(connection)
    commands: list[Command[Any]] = [
        services.CreateListing(slug="old", provider_id="p"),
        services.ChangeListing(id="l", slug="old"),
    ]
    for command in commands:
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            querier.execute(command)
        assert (caught.value.columns, caught.value.deleted, written.tables) == (("slug",), True, {})
    insert(connection, "services_listings", {"id": "live", "slug": "live"})
    for command in (services.CreateListing(slug="live", provider_id="p"), services.ChangeListing(id="l", slug="live")):
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            querier.execute(command)
        assert (caught.value.columns, caught.value.deleted, written.tables) == (("slug",), False, {})
    assert querier.execute(services.ChangeListing(id="l", slug="taken")) is not None  # its own
    with watched(connection) as written:
        assert querier.execute(services.ChangeListing(id="gone", slug="old")) is None
        assert querier.execute(services.ChangeListing(id="gone", base_price="1")) is None
    assert written.tables == {}
