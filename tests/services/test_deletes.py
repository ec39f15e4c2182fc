"""Deletes of the marketplace: what goes, what is detached, and what no fault leaves half done."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from concordia_sql import Command, Conflict, MissingReference, Querier, Refused, services
from tests.support.deletes import Rule, check
from tests.support.generated import fill
from tests.support.plans import used_indexes
from tests.support.races import blocked, overlap, racers
from tests.support.reading import made, rows
from tests.support.rows import NOON, Row, insert
from tests.support.writes import watched

Connection = psycopg.Connection[Any]

OWN = [
    *("services_translations", "services_media_links", "services_reviews", "services_availability"),
    "services_bookings",
]


def parent_without_cycle(row: Row, child: Row) -> str | None:
    return None if row["parent_id"] in (row["id"], child["id"]) else row["parent_id"]


RULES = [
    Rule(
        lambda key: services.DeleteServiceCategory(id=key),
        "services_categories",
        detaches=[("services_listings", "category_id"), ("services_categories", "parent_id")],
        heir=lambda row, child: parent_without_cycle(row, child) if "sort_order" in child else None,
    ),
    Rule(
        lambda key: services.DeleteServiceMedium(id=key),
        "services_media",
        removes=[("services_media_links", "media_id")],
        detaches=[("services_categories", "featured_image_id")],
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.table)
@pytest.mark.parametrize("seed", range(2))
def test_a_delete_does_what_its_rule_says(connection: Connection, rule: Rule, seed: int) -> None:
    check(connection, rule, seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_listing_goes_with_all_that_is_its_own(connection: Connection, seed: int) -> None:
    """At random, reviews reply to those of other listings too: they are detached."""
    querier = Querier(connection)
    fill(connection, Random(seed))
    assert querier.execute(services.DeleteListing(id="nothing")) == services.DeletedListing(*[0] * 7)
    for listing in rows(connection, "services_listings"):
        own = {row["id"] for row in rows(connection, "services_reviews", service_id=listing["id"])}
        strays = [
            row["id"]
            for row in rows(connection, "services_reviews")
            if row["parent_id"] in own and row["service_id"] != listing["id"]
        ]
        before = {table: len(rows(connection, table, service_id=listing["id"])) for table in OWN}
        with watched(connection) as tried:
            foreseen = querier.dry_run(services.DeleteListing(id=listing["id"]))
        assert tried.tables == {}
        with watched(connection) as written:
            counted = querier.execute(services.DeleteListing(id=listing["id"]))
        expected = services.DeletedListing(services_listings=1, **before, services_reviews_detached=len(strays))
        assert counted == foreseen == expected
        gone = {**before, "services_listings": 1}
        assert written.counts() == {table: -number for table, number in gone.items() if number}
        removed = [row for each in written.tables.values() for row in each.removed]
        assert {row.get("service_id", row.get("id")) for row in removed} == {listing["id"]}
        changed = [row for each in written.tables.values() for row in each.changed]
        assert [(row["id"], row["parent_id"], len(row)) for row in changed] == [
            (each, None, 3) for each in sorted(strays)
        ]
    assert [rows(connection, table) for table in OWN] == [[]] * len(OWN)


@pytest.fixture
def listing(connection: Connection) -> str:
    """A listing with a review and its reply, a booking and a translation."""
    insert(connection, "services_listings", {"id": "l", "slug": "l", "status": "suspended"})
    for table in ("services_translations", "services_bookings", "services_availability"):
        insert(connection, table, {"service_id": "l"})
    insert(connection, "services_reviews", {"id": "r", "service_id": "l"})
    insert(connection, "services_reviews", {"id": "s", "service_id": "l", "parent_id": "r"})
    return "l"


def test_a_delete_that_is_cancelled_leaves_everything(connection: Connection, database_url: str, listing: str) -> None:
    errors: list[BaseException] = []
    with watched(connection) as written, connection.transaction():
        connection.execute("SELECT FROM services_reviews WHERE id = 's' FOR UPDATE")
        thread, pid = blocked(database_url, connection, errors, services.DeleteListing(id="l"))
        connection.execute("SELECT pg_cancel_backend(%s)", [pid])
        thread.join()
    assert [type(error) for error in errors] == [psycopg.errors.QueryCanceled]
    assert written.tables == {}


@pytest.mark.parametrize("rival", ["review", "reply", "slot", "medium", "translation"])
def test_what_is_added_while_its_listing_is_deleted_goes_too_or_is_not_added(
    connection: Connection, database_url: str, rival: str
) -> None:
    """Each round, one comes first: what was added goes and is counted, or finds no listing."""
    insert(connection, "services_media", {"id": "m"})
    review: dict[str, Any] = {"author_name": "", "author_email": "e", "content": "", "rating": 1, "in_language": "fr"}
    table = {"review": "reviews", "reply": "reviews", "slot": "availability", "medium": "media_links"}.get(
        rival, "translations"
    )
    there_before = table == "reviews"

    def commands(number: int) -> tuple[Command[Any], Command[Any]]:
        own: dict[str, Any] = {"service_id": f"l{number}"}
        insert(connection, "services_listings", {"id": own["service_id"]})
        parent = insert(connection, "services_reviews", own)["id"]
        adds: dict[str, Command[Any]] = {
            "review": services.AddReview(**own, **review),
            "reply": services.AddReview(**own, **review, parent_id=parent),
            "slot": services.CreateAvailabilitySlot(**own, day_of_week=0, start_time="09:00", end_time="10:00"),
            "medium": services.LinkServiceMedium(**own, media_id="m", type="cover"),
            "translation": services.PutServiceTranslation(**own, in_language="fr", title="", description=""),
        }
        return services.DeleteListing(id=own["service_id"]), adds[rival]

    def check_outcome(deleted: Any, added: Any) -> bool:
        was_added = not isinstance(added, Exception)
        assert was_added or isinstance(added, MissingReference)
        assert getattr(deleted, f"services_{table}") == there_before + was_added
        return was_added

    delete, add = commands(0)
    assert not check_outcome(*overlap(database_url, delete, add))
    delete, add = commands(1)
    assert check_outcome(*reversed(overlap(database_url, add, delete)))
    with racers(database_url, 2) as them:
        for number in range(2, 15):
            delete, add = commands(number)
            check_outcome(*them.race(delete, add))
    assert rows(connection, f"services_{table}") == rows(connection, "services_listings") == []


def test_a_listing_that_takes_a_category_while_it_is_deleted_has_none(
    connection: Connection, database_url: str
) -> None:
    insert(connection, "services_listings", {"id": "l"})
    for place in (0, 1):
        insert(connection, "services_categories", {"id": f"c{place}"})
    delete, take = services.DeleteServiceCategory(id="c0"), services.ChangeListing(id="l", category_id="c0")
    deleted, refused = overlap(database_url, delete, take)
    assert (deleted, type(refused)) == (services.DeletedCategory(1, 0, 0), MissingReference)
    delete, take = services.DeleteServiceCategory(id="c1"), services.ChangeListing(id="l", category_id="c1")
    changed, deleted = overlap(database_url, take, delete)
    assert (changed.category_id, deleted) == ("c1", services.DeletedCategory(1, 1, 0))
    assert rows(connection, "services_listings")[0]["category_id"] is None


@pytest.mark.parametrize("takes", ["link", "image"])
def test_what_takes_a_medium_while_it_is_deleted_has_none(
    connection: Connection, database_url: str, takes: str
) -> None:
    insert(connection, "services_listings", {"id": "l"})
    insert(connection, "services_categories", {"id": "c"})

    def commands(medium: str) -> tuple[Command[Any], Command[Any]]:
        insert(connection, "services_media", {"id": medium})
        link = services.LinkServiceMedium(service_id="l", media_id=medium, type="cover")
        image = services.ChangeServiceCategory(id="c", featured_image_id=medium)
        return services.DeleteServiceMedium(id=medium), link if takes == "link" else image

    delete, take = commands("first")
    deleted, refused = overlap(database_url, delete, take)
    assert (deleted, type(refused)) == (services.DeletedMedium(1, 0, 0), MissingReference)
    delete, take = commands("second")
    _, deleted = overlap(database_url, take, delete)
    assert deleted == services.DeletedMedium(1, int(takes == "link"), int(takes == "image"))
    assert rows(connection, "services_media_links") == []
    assert rows(connection, "services_categories")[0]["featured_image_id"] is None


def test_a_listing_is_deleted_softly_and_restored_as_it_was(connection: Connection, listing: str) -> None:
    querier = Querier(connection)
    (before,) = rows(connection, "services_listings")
    with watched(connection) as written:
        deleted = querier.execute(services.SoftDeleteListing(id="l"))
    (change,) = written.tables["services_listings"].changed
    assert deleted == made(services.Listing, {**before, **change})
    assert (set(change), list(written.tables)) == ({"id", "deleted_at", "updated_at"}, ["services_listings"])
    assert querier.fetch(services.GetListing(slug="l", with_unpublished=True)) is None
    with watched(connection) as written:
        assert querier.execute(services.SoftDeleteListing(id="l")) is None
        assert querier.execute(services.SoftDeleteListing(id="nothing")) is None
        assert querier.execute(services.ChangeListing(id="l", status="active")) is None
    assert written.tables == {}
    restored = querier.execute(services.RestoreListing(id="l"))
    (after,) = rows(connection, "services_listings")
    assert restored == made(services.Listing, after)
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    assert querier.fetch(services.GetListing(slug="l", with_unpublished=True)) is not None
    assert querier.execute(services.RestoreListing(id="l")) is None
    assert querier.execute(services.RestoreListing(id="nothing")) is None


@pytest.mark.parametrize("deleted_at", [None, NOON])
def test_what_another_writer_deleted_has_no_status_to_go_back_to(
    connection: Connection, deleted_at: datetime | None
) -> None:
    insert(connection, "services_listings", {"id": "l", "status": "deleted", "deleted_at": deleted_at})
    with watched(connection) as written:
        assert Querier(connection).execute(services.SoftDeleteListing(id="l")) is None
        with pytest.raises(Refused) as caught:
            Querier(connection).execute(services.RestoreListing(id="l"))
    assert (caught.value.reason, caught.value.found, written.tables) == ("no_former_status", None, {})


def test_listings_are_purged_in_batches(connection: Connection, database_url: str) -> None:
    """The longest ago first; those that are not deleted, deleted since, or in use by others stay."""
    for number in range(4):
        values = {"id": f"old-{number}", "deleted_at": NOON - timedelta(days=4 - number)}
        insert(connection, "services_listings", values)
        for table in ("services_reviews", "services_bookings", "services_translations", "services_availability"):
            insert(connection, table, {"service_id": f"old-{number}"})
    insert(
        connection, "services_listings", {"id": "others", "status": "deleted", "updated_at": NOON - timedelta(days=9)}
    )
    insert(connection, "services_listings", {"id": "new", "deleted_at": NOON})
    insert(connection, "services_listings", {"id": "live"})
    (parent,) = rows(connection, "services_reviews", service_id="old-1")
    insert(connection, "services_reviews", {"id": "stray", "service_id": "live", "parent_id": parent["id"]})
    querier = Querier(connection)
    purge = services.PurgeListings(deleted_before=NOON, limit=2)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT FROM services_listings WHERE id = 'old-0' FOR UPDATE")
        with watched(connection) as written:
            first = querier.execute(purge)
    counts = {"services_listings": 2, **dict.fromkeys(OWN, 1), "services_media_links": 0}
    assert first == services.DeletedListing(**counts, services_reviews_detached=1)
    assert written.counts() == {table: -number for table, number in counts.items() if number}
    assert [row["parent_id"] for row in rows(connection, "services_reviews", id="stray")] == [None]
    assert {row["id"] for row in rows(connection, "services_listings")} == {"old-0", "old-2", "old-3", "new", "live"}
    assert [querier.execute(purge).services_listings for _ in range(4)] == [0, 2, 1, 0]
    assert {row["id"] for row in rows(connection, "services_listings")} == {"new", "live"}
    assert rows(connection, "services_bookings") == []


def test_purges_at_once_share_the_work(connection: Connection, database_url: str) -> None:
    with racers(database_url, 3) as them:
        for _ in range(10):
            for number in range(6):
                insert(connection, "services_listings", {"id": f"{number}", "deleted_at": NOON})
                insert(connection, "services_reviews", {"service_id": f"{number}"})
            purge = services.PurgeListings(deleted_before=datetime(2100, 1, 1), limit=3)
            outcomes = them.race(*[purge] * 3)
            purged = sum(each.services_listings for each in outcomes)
            assert len(rows(connection, "services_listings")) == 6 - purged
            assert len(rows(connection, "services_reviews")) <= 6 - purged
            connection.execute("TRUNCATE services_listings CASCADE")


def test_what_is_purged_is_found_by_its_index(connection: Connection) -> None:
    found = used_indexes(connection, services.PurgeListings(deleted_before=NOON))
    assert "services_listings_purge_idx" in found


def test_a_slug_is_free_when_its_listing_is_purged(connection: Connection, listing: str) -> None:
    querier = Querier(connection)
    querier.execute(services.SoftDeleteListing(id="l"))
    again = services.CreateListing(slug="l", provider_id="p")
    with pytest.raises(Conflict) as caught:
        querier.execute(again)
    assert caught.value.deleted
    assert querier.execute(services.PurgeListings(deleted_before=datetime(2100, 1, 1))).services_listings == 1
    assert querier.execute(again).slug == "l"
