"""Listings with all that is their own: created whole, their media linked, their parts replaced as a whole."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import psycopg
import pytest

from concordia_sql import Command, Conflict, MissingReference, ParameterError, Querier, services
from concordia_sql.common import Replaced
from tests.support.races import racers
from tests.support.reading import made, rows
from tests.support.rows import NOON, Row, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
ARABIC = {"ar": "مرحبا 👩‍🍳", "en": None}


def translation(language: str, title: Any = "Bonjour", **others: Any) -> services.NewServiceTranslation:
    return services.NewServiceTranslation(in_language=language, title=title, description="'; --", **others)


def slot(day: int, start: str = "09:00", end: str = "12:00", **others: Any) -> services.NewAvailabilitySlot:
    return services.NewAvailabilitySlot(day_of_week=day, start_time=start, end_time=end, **others)


def place(medium: str, position: str | None = None, use: services.ListingMediumType = "cover") -> Any:
    return services.NewListingMedium(media_id=medium, type=use, position=position)


@pytest.fixture(autouse=True)
def listings(connection: Connection) -> None:
    """A listing with one of each, and another that must stay as it is."""
    for number in (1, 2, 3):
        insert(connection, "services_media", {"id": f"m{number}"})
    for listing in ("l", "other"):
        insert(connection, "services_listings", {"id": listing, "slug": listing})
        own = {"service_id": listing}
        insert(connection, "services_media_links", {**own, "media_id": "m1", "type": "cover", "position": "0"})
        insert(connection, "services_translations", {**own, "id": f"{listing}-fr", "in_language": "fr"})
        times = {"day_of_week": 1, "start_time": "09:00", "end_time": "12:00"}
        insert(connection, "services_availability", {**own, **times, "id": f"{listing}-1"})


def test_a_listing_is_created_with_all_that_is_its_own(connection: Connection) -> None:
    command = services.CreateListing(
        slug="new",
        provider_id="p",
        translations=[translation("ar", ARABIC, seo_keywords={"ar": ["كلمة"]}), translation("fr")],
        media=[place("m1"), place("m1", "2", "gallery"), place("m2", "10")],
        availability=[slot(0), slot(6, "00:00", "23:59", is_available=False)],
    )
    with watched(connection) as written:
        created = Querier(connection).execute(command)
    (row,) = written.tables["services_listings"].added
    assert created == made(services.Listing, row)
    assert written.counts() == {
        "services_listings": 1,
        "services_translations": 2,
        "services_media_links": 3,
        "services_availability": 2,
    }
    own = {"service_id": command.id}
    texts = {row["in_language"]: row for row in rows(connection, "services_translations", **own)}
    assert {row["id"] for row in texts.values()} == {each.id for each in command.translations}
    assert (texts["ar"]["title"], texts["ar"]["seo_keywords"]) == (ARABIC, {"ar": ["كلمة"]})
    assert (texts["fr"]["title"], texts["fr"]["description"], texts["fr"]["seo_title"]) == ("Bonjour", "'; --", None)
    places = {
        (row["media_id"], row["type"], row["position"]) for row in rows(connection, "services_media_links", **own)
    }
    assert places == {("m1", "cover", None), ("m1", "gallery", "2"), ("m2", "cover", "10")}
    times = {
        (row["id"], row["day_of_week"], row["start_time"], row["end_time"], row["is_available"])
        for row in rows(connection, "services_availability", **own)
    }
    first, second = command.availability
    assert times == {(first.id, 0, "09:00", "12:00", True), (second.id, 6, "00:00", "23:59", False)}
    shown = Querier(connection).fetch(services.GetListing(slug="new", with_unpublished=True))
    assert shown is not None and [each.id for each in shown.media] == ["m1", "m2", "m1"]


@pytest.mark.parametrize(
    ("given", "error", "columns", "row"),
    [
        ({"slug": "l"}, Conflict, ("slug",), None),
        ({"id": "l"}, Conflict, ("id",), None),
        ({"category_id": "nothing"}, MissingReference, ("category_id",), None),
        ({"organization_id": "nothing"}, MissingReference, ("organization_id",), None),
        ({"translations": [translation("fr"), translation("fr")]}, Conflict, ("service_id", "in_language"), None),
        ({"translations": [translation("fr"), translation("en", id="l-fr")]}, Conflict, ("id",), 1),
        ({"media": [place("m1"), place("m2"), place("m1")]}, Conflict, ("service_id", "media_id", "type"), None),
        ({"media": [place("m1"), place("secret@example.com"), place("m2")]}, MissingReference, ("media_id",), 1),
        (
            {"availability": [slot(0), slot(0, end="13:00")]},
            Conflict,
            ("service_id", "day_of_week", "start_time"),
            None,
        ),
    ],
)
def test_a_listing_is_created_whole_or_not_at_all(
    connection: Connection, given: dict[str, Any], error: type[Any], columns: Any, row: int | None
) -> None:
    whole: dict[str, Any] = {"translations": [translation("ar")], "media": [place("m1")], "availability": [slot(3)]}
    command = services.CreateListing(**{"slug": "new", "provider_id": "p", **whole, **given})
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(command)
    assert (caught.value.columns, caught.value.row, written.tables) == (columns, row, {})
    assert "secret" not in str(caught.value)


def test_a_row_that_does_not_fit_is_named() -> None:
    with pytest.raises(ParameterError, match=r"^services.CreateListing: availability: .* at \$\[1\].start_time"):
        services.CreateListing(slug="new", provider_id="p", availability=[slot(0), slot(1, start="9h")])
    with pytest.raises(ParameterError, match=r"^services.ReplaceListingAvailability: availability: .*\.day_of_week"):
        services.ReplaceListingAvailability(service_id="l", availability=[slot(7)])
    with pytest.raises(ParameterError, match="NUL"):
        services.CreateListing(slug="new", provider_id="p", translations=[translation("fr", {"fr": "a\0"})])


def test_media_are_linked_moved_and_taken(connection: Connection) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        for link in (
            services.LinkServiceMedium(service_id="l", media_id="m1", type="cover", position="9"),
            services.LinkServiceMedium(service_id="l", media_id="m1", type="gallery"),
        ):
            assert querier.execute(link) == 1
    added: Row = {"service_id": "l", "media_id": "m1", "type": "gallery", "position": None}
    moved: Row = {"service_id": "l", "media_id": "m1", "type": "cover", "position": "9"}
    assert written.tables == {"services_media_links": Changes(added=[added], changed=[moved])}
    with watched(connection) as written:
        unlink = services.UnlinkServiceMedium(service_id="l", media_id="m1", type="gallery")
        assert [querier.execute(unlink) for _ in range(2)] == [1, 0]
    assert written.tables == {"services_media_links": Changes(removed=[added])}
    for column, link in {
        "service_id": services.LinkServiceMedium(service_id="nothing", media_id="m1", type="cover"),
        "media_id": services.LinkServiceMedium(service_id="l", media_id="nothing", type="cover"),
    }.items():
        with watched(connection) as written, pytest.raises(MissingReference) as caught:
            querier.execute(link)
        assert (caught.value.columns, written.tables) == ((column,), {})


# Replaced as a whole


def test_replacing_media_leaves_what_stays_alone(connection: Connection) -> None:
    querier = Querier(connection)
    replace = partial(services.ReplaceListingMedia, service_id="l")
    media = [place("m1", "1"), place("m1", use="gallery"), place("m2")]
    with watched(connection) as written:
        assert querier.execute(replace(media=media)) == Replaced(added=2, changed=1, removed=0)
        assert querier.execute(replace(media=media)) == Replaced(0, 0, 0)
    own = {"service_id": "l"}
    (moved,) = written.tables["services_media_links"].changed
    assert moved == {**own, "media_id": "m1", "type": "cover", "position": "1"}
    assert written.counts() == {"services_media_links": 2}
    with watched(connection) as written:
        assert querier.execute(replace(media=[place("m3")])) == Replaced(added=1, changed=0, removed=3)
        assert querier.execute(replace(media=[])) == Replaced(0, 0, 1)
    assert written.counts() == {"services_media_links": -3}
    assert len(rows(connection, "services_media_links", service_id="other")) == 1


def test_replacing_translations_keeps_those_of_the_same_language(connection: Connection) -> None:
    querier = Querier(connection)
    replace = partial(services.ReplaceListingTranslations, service_id="l")
    both = [translation("fr", ARABIC), translation("zh", {"zh": ""}, short_description="s")]
    with watched(connection) as written:
        assert querier.execute(replace(translations=both)) == Replaced(added=1, changed=1, removed=0)
        assert querier.execute(replace(translations=both)) == Replaced(0, 0, 0)
    (change,) = written.tables["services_translations"].changed
    (added,) = written.tables["services_translations"].added
    assert change.pop("updated_at") > NOON
    assert change == {"id": "l-fr", "title": ARABIC, "description": "'; --"}
    assert (added["id"], added["title"], added["short_description"]) == (both[1].id, {"zh": ""}, "s")
    with watched(connection) as written:
        assert querier.execute(replace(translations=both[1:])) == Replaced(0, 0, 1)
        assert querier.execute(replace(translations=[])) == Replaced(0, 0, 1)
    assert {row["id"] for row in written.tables["services_translations"].removed} == {"l-fr", both[1].id}
    assert [row["id"] for row in rows(connection, "services_translations")] == ["other-fr"]


def test_replacing_availability_keeps_what_starts_at_the_same_time(connection: Connection) -> None:
    querier = Querier(connection)
    replace = partial(services.ReplaceListingAvailability, service_id="l")
    both = [slot(1, end="13:00", is_available=False), slot(1, "14:00", "18:00")]
    with watched(connection) as written:
        assert querier.execute(replace(availability=both)) == Replaced(added=1, changed=1, removed=0)
        assert querier.execute(replace(availability=both)) == Replaced(0, 0, 0)
    (added,) = written.tables["services_availability"].added
    assert added["id"] == both[1].id
    assert written.tables == {
        "services_availability": Changes(
            added=[added], changed=[{"id": "l-1", "end_time": "13:00", "is_available": False}]
        )
    }
    with watched(connection) as written:
        assert querier.execute(replace(availability=[slot(2), both[1]])) == Replaced(1, 0, 1)
        assert querier.execute(replace(availability=[])) == Replaced(0, 0, 2)
    assert [row["id"] for row in rows(connection, "services_availability")] == ["other-1"]


TWICE: list[tuple[Command[Any], tuple[str, ...]]] = [
    (
        services.ReplaceListingTranslations(service_id="l", translations=[translation(each), translation(each)]),
        ("service_id", "in_language"),
    )
    for each in ("fr", "en")
]
TWICE += [
    (
        services.ReplaceListingMedia(service_id="l", media=[place(each, "1"), place(each, "2")]),
        ("service_id", "media_id", "type"),
    )
    for each in ("m1", "m2")
]
TWICE += [
    (
        services.ReplaceListingAvailability(service_id="l", availability=[slot(each), slot(each, end="13:00")]),
        ("service_id", "day_of_week", "start_time"),
    )
    for each in (1, 2)
]


@pytest.mark.parametrize(("command", "columns"), TWICE)
def test_what_is_given_twice_replaces_nothing(
    connection: Connection, command: Command[Any], columns: tuple[str, ...]
) -> None:
    """Whether the listing has one of that key, or not."""
    with watched(connection) as written, pytest.raises(Conflict) as caught:
        Querier(connection).execute(command)
    assert (caught.value.columns, written.tables) == (columns, {})


def test_nothing_is_replaced_where_something_is_not_there(connection: Connection) -> None:
    querier = Querier(connection)
    for command, columns in (
        (services.ReplaceListingMedia(service_id="l", media=[place("m2"), place("nothing")]), ("media_id",)),
        (services.ReplaceListingMedia(service_id="nothing", media=[place("m2")]), ("service_id",)),
        (services.ReplaceListingTranslations(service_id="nothing", translations=[translation("fr")]), ("service_id",)),
        (services.ReplaceListingAvailability(service_id="nothing", availability=[slot(1)]), ("service_id",)),
    ):
        with watched(connection) as written, pytest.raises(MissingReference) as caught:
            querier.execute(command)
        assert (caught.value.columns, written.tables) == (columns, {})
    assert querier.execute(services.ReplaceListingMedia(service_id="nothing", media=[])) == Replaced(0, 0, 0)


def test_replacing_waits_for_another(connection: Connection, database_url: str) -> None:
    """Several at once leave what one of them gave, never a mixture."""
    media = [["m1", "m2"], ["m3"], ["m2"]]
    days = [[0, 1, 2], [3, 4], [5]]
    languages = [["en", "fr"], ["ar"], ["en", "zh"]]
    replaced: list[tuple[str, str, Sequence[list[Any]]]] = [
        ("services_media_links", "media_id", media),
        ("services_availability", "day_of_week", days),
        ("services_translations", "in_language", languages),
    ]
    with racers(database_url, 9) as them:
        for _ in range(20):
            commands: list[Command[Any]] = [
                *(services.ReplaceListingMedia(service_id="l", media=[place(m) for m in each]) for each in media),
                *(
                    services.ReplaceListingAvailability(service_id="l", availability=[slot(day) for day in each])
                    for each in days
                ),
                *(
                    services.ReplaceListingTranslations(service_id="l", translations=[translation(x) for x in each])
                    for each in languages
                ),
            ]
            outcomes = them.race(*commands)
            assert {type(each) for each in outcomes} == {Replaced}
            for table, column, given in replaced:
                assert sorted(row[column] for row in rows(connection, table, service_id="l")) in given


def test_times_of_the_week_of_other_writers_are_those_that_they_mean(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "timed"})
    for id_, day, start in [
        ("a", 1, "9:00"),
        ("b", 1, "09:00"),
        ("c", 1, "10:00:00"),
        ("d", 1, "x"),
        ("e", 2, "9:00 "),
    ]:
        row = {"id": id_, "service_id": "timed", "day_of_week": day, "start_time": start, "end_time": "12:00"}
        insert(connection, "services_availability", row)
    slots = [
        services.NewAvailabilitySlot(day_of_week=day, start_time=start, end_time="12:00", id=f"new {day} {start}")
        for day, start in [(1, "09:00"), (1, "10:00"), (2, "09:00"), (3, "09:00")]
    ]
    replaced = Querier(connection).execute(services.ReplaceListingAvailability(service_id="timed", availability=slots))
    assert replaced == Replaced(added=1, changed=2, removed=2)
    left = {(row["id"], row["start_time"]) for row in rows(connection, "services_availability", service_id="timed")}
    assert left == {("b", "09:00"), ("c", "10:00"), ("e", "09:00"), ("new 3 09:00", "09:00")}


def test_a_start_is_taken_in_whatever_form_it_is_written(connection: Connection) -> None:
    insert(connection, "services_listings", {"id": "timed"})
    for id_, day, start in [("a", 1, "9:00"), ("b", 1, "10:00"), ("c", 2, "09:00")]:
        row = {"id": id_, "service_id": "timed", "day_of_week": day, "start_time": start, "end_time": "12:00"}
        insert(connection, "services_availability", row)
    taken: dict[str, Any] = {"service_id": "timed", "day_of_week": 1, "start_time": "09:00", "end_time": "11:00"}
    for command in (
        services.CreateAvailabilitySlot(**taken),
        services.ChangeAvailabilitySlot(id="b", start_time="09:00"),
        services.ChangeAvailabilitySlot(id="c", day_of_week=1),
    ):
        with watched(connection) as written, pytest.raises(Conflict) as caught:
            Querier(connection).execute(command)
        assert (caught.value.columns, written.tables) == (("service_id", "day_of_week", "start_time"), {})
    changed = Querier(connection).execute(services.ChangeAvailabilitySlot(id="a", start_time="09:00"))
    assert changed is not None and (changed.id, changed.start_time, changed.end_time) == ("a", "09:00", "12:00")
