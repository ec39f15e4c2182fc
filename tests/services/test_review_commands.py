"""Reviews: added, changed, moved, moderated and deleted, one at a time and by many writers at once."""

import itertools
import threading
from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import psycopg
import pytest

from concordia_sql import Command, Conflict, MissingReference, NotFound, ParameterError, Querier, Refused, services
from tests.support.plans import used_indexes
from tests.support.races import overlap, racers
from tests.support.reading import made, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
ROUNDS = 20
WRITTEN: dict[str, Any] = {
    "service_id": "l",
    "author_name": "سارة",
    "author_email": "sara@example.com",
    "author_id": "sara",
    "content": {"ar": "🌿", "en": None, "fr": "'; --"},
    "rating": 4,
    "status": "approved",
    "in_language": "ar",
}


@pytest.fixture(autouse=True)
def thread(connection: Connection) -> None:
    """Two listings; the first has a thread: a (b (c), d), e."""
    insert(connection, "services_listings", {"id": "l", "slug": "l"})
    insert(connection, "services_listings", {"id": "k"})
    for name, parent in {"a": None, "b": "a", "c": "b", "d": "a", "e": None}.items():
        values = {"id": name, "service_id": "l", "parent_id": parent, "status": "approved"}
        insert(connection, "services_reviews", {**values, "author_id": "u", "rating": 0 if parent else 5})
    insert(connection, "services_reviews", {"id": "z", "service_id": "k", "status": "approved"})


def parents(connection: Connection) -> dict[str, str | None]:
    return {row["id"]: row["parent_id"] for row in rows(connection, "services_reviews")}


def test_a_review_is_added(connection: Connection) -> None:
    command = services.AddReview(**WRITTEN, parent_id="c")
    with watched(connection) as written:
        added = Querier(connection).execute(command)
    (row,) = written.tables["services_reviews"].added
    assert (added, written.tables) == (made(services.Review, row), {"services_reviews": Changes(added=[row])})
    stamps = {"created_at": row["updated_at"], "updated_at": row["created_at"]}
    assert row == {"id": command.id, "parent_id": "c", "deleted_at": None, **stamps, **WRITTEN}


def test_a_review_awaits_moderation_unless_it_is_said(connection: Connection) -> None:
    required = {name: value for name, value in WRITTEN.items() if name not in ("status", "author_id")}
    assert Querier(connection).execute(services.AddReview(**required)).status == "pending"
    new = services.NewReview(**required, id="new")
    Querier(connection).execute(services.AddReviews(reviews=[new]))
    (row,) = rows(connection, "services_reviews", id="new")
    assert (row["status"], row["author_id"], row["parent_id"]) == ("pending", None, None)


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"parent_id": "z"}, Refused, "parent_of_another_service"),
        ({"id": "self", "parent_id": "self"}, Refused, "cycle"),
        ({"parent_id": "nothing"}, MissingReference, ("parent_id",)),
        ({"service_id": "nothing"}, MissingReference, ("service_id",)),
        ({"id": "a"}, Conflict, ("id",)),
    ],
)
def test_a_review_that_cannot_be_is_not_added(
    connection: Connection, given: dict[str, Any], error: type[Any], told: object
) -> None:
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(services.AddReview(**{**WRITTEN, **given}))
    assert (caught.value.reason if error is Refused else caught.value.columns) == told
    assert written.tables == {}
    assert "sara" not in str(caught.value)


def test_many_reviews_are_added_each_after_the_one_that_it_replies_to(connection: Connection) -> None:
    new = [services.NewReview(**WRITTEN, id=f"n{number}", parent_id=f"n{number // 3}") for number in range(1, 10_000)]
    new.insert(0, services.NewReview(**{**WRITTEN, "rating": 5}, id="n0", parent_id="a"))
    with watched(connection) as written:
        assert Querier(connection).execute(services.AddReviews(reviews=new)) == 10_000
    added = {row["id"]: row for row in written.tables["services_reviews"].added}
    assert {name: row["parent_id"] for name, row in added.items()} == {each.id: each.parent_id for each in new}
    assert {name: added["n7"][name] for name in WRITTEN} == WRITTEN
    assert added["n0"]["rating"] == 5
    assert Querier(connection).execute(services.AddReviews(reviews=[])) == 0


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"id": "a"}, Conflict, ("id",)),
        ({"id": "n0"}, Conflict, ("id",)),
        ({"service_id": "nothing"}, MissingReference, ("service_id",)),
        ({"parent_id": "nothing"}, MissingReference, ("parent_id",)),
    ],
)
def test_the_one_of_many_that_is_wrong_is_named(
    connection: Connection, given: dict[str, Any], error: type[Any], columns: tuple[str, ...]
) -> None:
    new = [services.NewReview(**{**WRITTEN, "id": f"n{number}"}) for number in range(5)]
    new[3] = services.NewReview(**{**WRITTEN, **given})
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(services.AddReviews(reviews=new))
    assert (caught.value.columns, caught.value.row, written.tables) == (columns, 3, {})


@pytest.mark.parametrize(
    ("parent", "reason"),
    [
        ("z", "parent_of_another_service"),
        ("n1", "parent_of_another_service"),
        ("n2", "parent_after"),
        ("n3", "parent_after"),
    ],
)
def test_one_of_many_whose_parent_cannot_be_is_named(connection: Connection, parent: str, reason: str) -> None:
    new = [services.NewReview(**{**WRITTEN, "id": f"n{number}"}) for number in range(4)]
    new[1] = services.NewReview(**{**WRITTEN, "id": "n1", "service_id": "k"})
    new[2] = services.NewReview(**{**WRITTEN, "id": "n2", "parent_id": parent})
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(services.AddReviews(reviews=new))
    assert (caught.value.reason, caught.value.found, written.tables) == (reason, "2", {})


def test_what_does_not_fit_is_refused_before_the_database() -> None:
    wrong = [services.NewReview(**WRITTEN), services.NewReview(**{**WRITTEN, "rating": 6})]
    with pytest.raises(ParameterError, match=r"^services.AddReviews: reviews: Expected `int` <= 5 at \$\[1\].rating$"):
        services.AddReviews(reviews=wrong)
    with pytest.raises(ParameterError, match="services.AddReviews: reviews: a text with a NUL character"):
        services.AddReviews(reviews=[services.NewReview(**{**WRITTEN, "content": {"fr": "\0"}})])
    with pytest.raises(ParameterError, match=r"^services.AddReview: rating: "):
        services.AddReview(**{**WRITTEN, "rating": -1})


@pytest.mark.parametrize(
    "given",
    [
        {"author_name": ""},
        {"author_email": "x"},
        {"content": {"ar": "🌿"}},
        {"rating": 1},
        {"in_language": "zh"},
        {"rating": 2, "content": "edited"},
    ],
)
def test_what_is_given_of_a_review_is_changed(connection: Connection, given: dict[str, Any]) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        changed = querier.execute(services.ChangeReview(id="a", **given))
    (change,) = written.tables["services_reviews"].changed
    assert written.tables == {"services_reviews": Changes(changed=[change])}
    assert change.pop("updated_at") > NOON
    assert change == {"id": "a", **given}
    assert changed == made(services.Review, rows(connection, "services_reviews", id="a")[0])
    querier.execute(services.SoftDeleteReview(id="a"))
    with watched(connection) as written:
        assert querier.execute(services.ChangeReview(id="a", **given)) is None
        assert querier.execute(services.ChangeReview(id="nothing", **given)) is None
    assert written.tables == {}


# Deletes


@pytest.mark.parametrize("replies", ["refuse", "subtree", "tombstone"])
def test_a_review_without_replies_is_deleted_in_every_mode(connection: Connection, replies: Any) -> None:
    with watched(connection) as written:
        deleted = Querier(connection).execute(services.DeleteReview(id="c", replies=replies))
        nothing = Querier(connection).execute(services.DeleteReview(id="nothing", replies=replies))
    assert (deleted, nothing) == (services.DeletedReview(1, 0, 0), services.DeletedReview(0, 0, 0))
    assert [row["id"] for row in written.tables["services_reviews"].removed] == ["c"]
    assert written.tables == {"services_reviews": Changes(removed=written.tables["services_reviews"].removed)}


def test_what_becomes_of_replies_is_for_the_caller_to_say(connection: Connection) -> None:
    querier = Querier(connection)
    connection.execute("UPDATE services_reviews SET rating = 3 WHERE id = 'b'")
    with watched(connection) as written, pytest.raises(Refused) as caught:
        querier.execute(services.DeleteReview(id="b"))
    assert (caught.value.reason, caught.value.found, written.tables) == ("has_replies", None, {})
    with watched(connection) as written:
        foreseen = querier.dry_run(services.DeleteReview(id="b", replies="tombstone"))
    assert (foreseen, written.tables) == (services.DeletedReview(0, 1, 0), {})
    with watched(connection) as written:
        assert querier.execute(services.DeleteReview(id="b", replies="tombstone")) == foreseen
    (change,) = written.tables["services_reviews"].changed
    assert written.tables == {"services_reviews": Changes(changed=[change])}
    assert change.pop("deleted_at") == change.pop("updated_at") > NOON
    assert change == {"id": "b", "author_name": "", "author_email": "", "author_id": None, "content": "", "rating": 0}
    with pytest.raises(Refused) as caught:
        querier.execute(services.RestoreReview(id="b"))
    assert caught.value.reason == "emptied"
    with watched(connection) as written:
        foreseen = querier.dry_run(services.DeleteReview(id="a", replies="subtree"))
    assert written.tables == {}
    with watched(connection) as written:
        deleted = querier.execute(services.DeleteReview(id="a", replies="subtree"))
    assert deleted == foreseen == services.DeletedReview(4, 0, 0)
    assert [row["id"] for row in written.tables["services_reviews"].removed] == ["a", "b", "c", "d"]
    assert written.counts() == {"services_reviews": -4}


def test_a_review_that_is_its_own_parent_or_in_a_cycle_can_be_deleted(connection: Connection) -> None:
    querier = Querier(connection)
    connection.execute("UPDATE services_reviews SET parent_id = 'e' WHERE id = 'e'")
    assert querier.execute(services.DeleteReview(id="e")) == services.DeletedReview(1, 0, 0)
    connection.execute("UPDATE services_reviews SET parent_id = 'c' WHERE id = 'a'")
    assert querier.execute(services.DeleteReview(id="b", replies="subtree")) == services.DeletedReview(4, 0, 0)


def test_a_review_is_deleted_softly_and_restored_as_it_was(connection: Connection) -> None:
    querier = Querier(connection)
    (before,) = rows(connection, "services_reviews", id="b")
    with watched(connection) as written:
        deleted = querier.execute(services.SoftDeleteReview(id="b"))
    (change,) = written.tables["services_reviews"].changed
    assert deleted == made(services.Review, {**before, **change})
    assert change.keys() == {"id", "deleted_at", "updated_at"}
    with watched(connection) as written:
        assert querier.execute(services.SoftDeleteReview(id="b")) is None
        assert querier.execute(services.SoftDeleteReview(id="nothing")) is None
        assert querier.execute(services.RestoreReview(id="a")) is None
        assert querier.execute(services.RestoreReview(id="nothing")) is None
    assert written.tables == {}
    restored = querier.execute(services.RestoreReview(id="b"))
    (after,) = rows(connection, "services_reviews", id="b")
    assert {**after, "updated_at": before["updated_at"]} == before
    assert restored == made(services.Review, after)


def test_reviews_are_purged_from_the_leaves_on(connection: Connection) -> None:
    querier = Querier(connection)
    for place, name in enumerate("abce"):
        moment = NOON - timedelta(days=4 - place)
        connection.execute("UPDATE services_reviews SET deleted_at = %s WHERE id = %s", [moment, name])
    purge = services.PurgeReviews(deleted_before=NOON - timedelta(hours=36))
    assert querier.execute(purge) == 1  # c; e was deleted later, and a has d, which is not
    assert [querier.execute(purge) for _ in range(2)] == [1, 0]
    assert sorted(parents(connection)) == ["a", "d", "e", "z"]
    connection.execute("UPDATE services_reviews SET deleted_at = %s WHERE id = 'd'", [NOON - timedelta(days=9)])
    assert [querier.execute(services.PurgeReviews(deleted_before=NOON, limit=1)) for _ in range(4)] == [1, 1, 1, 0]
    assert sorted(parents(connection)) == ["z"]


def test_purging_leaves_what_others_are_at_work_on(connection: Connection, database_url: str) -> None:
    connection.execute("UPDATE services_reviews SET deleted_at = %s WHERE id IN ('c', 'd', 'e')", [NOON])
    purge = services.PurgeReviews(deleted_before=NOON + timedelta(seconds=1), limit=2)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT FROM services_reviews WHERE id = 'c' FOR UPDATE")
        assert Querier(connection).execute(purge) == 2
    assert sorted(parents(connection)) == ["a", "b", "c", "z"]
    assert Querier(connection).execute(purge) == 1


def test_what_is_purged_is_found_by_its_index(connection: Connection) -> None:
    assert "services_reviews_purge_idx" in used_indexes(connection, services.PurgeReviews(deleted_before=NOON))


# Rules that races break


def test_a_review_is_moved_with_its_replies(connection: Connection) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        moved = querier.execute(services.MoveReview(id="b", parent_id="e"))
        assert querier.execute(services.MoveReview(id="d", parent_id=None)).parent_id is None
    assert moved == made(services.Review, rows(connection, "services_reviews", id="b")[0])
    changed = written.tables["services_reviews"].changed
    assert [row.keys() for row in changed] == [{"id", "parent_id", "updated_at"}] * 2
    assert {row["id"]: row["parent_id"] for row in changed} == {"b": "e", "d": None}
    with watched(connection) as written:
        for parent, reason in {"b": "cycle", "c": "cycle", "z": "parent_of_another_service"}.items():
            with pytest.raises(Refused) as caught:
                querier.execute(services.MoveReview(id="b", parent_id=parent))
            assert (caught.value.reason, caught.value.found) == (reason, None)
        with pytest.raises(NotFound):
            querier.execute(services.MoveReview(id="nothing", parent_id="a"))
        with pytest.raises(MissingReference) as missing:
            querier.execute(services.MoveReview(id="b", parent_id="nothing"))
        assert missing.value.columns == ("parent_id",)
    assert written.tables == {}


def test_of_moves_that_cross_one_is_refused(connection: Connection, database_url: str) -> None:
    """Here each would be right alone, and the second is refused, having waited for the first."""
    into_e, into_c = services.MoveReview(id="a", parent_id="e"), services.MoveReview(id="e", parent_id="c")
    for first, second in ((into_e, into_c), (into_c, into_e)):
        connection.execute("UPDATE services_reviews SET parent_id = NULL WHERE id IN ('a', 'e')")
        moved, refused = overlap(database_url, first, second)
        assert (moved.parent_id, refused.reason) == (first.parent_id, "cycle")
        assert {name: parents(connection)[name] for name in "ae"} == {"a": None, "e": None, first.id: first.parent_id}


def test_moves_that_cross_make_no_cycle(connection: Connection, database_url: str) -> None:
    with racers(database_url, 2) as them:
        for _ in range(ROUNDS):
            connection.execute("UPDATE services_reviews SET parent_id = NULL WHERE id IN ('a', 'e')")
            outcomes = them.race(
                services.MoveReview(id="a", parent_id="e"),
                services.MoveReview(id="e", parent_id="c"),
            )
            assert [type(each) for each in outcomes if isinstance(each, Exception)] == [Refused]
            assert sorted(parents(connection)[name] or "" for name in "ae") in (["", "e"], ["", "c"])


def test_moderators_change_what_they_saw(connection: Connection) -> None:
    querier = Querier(connection)
    querier.execute(services.SoftDeleteReview(id="d"))
    seen = [services.SeenReview(id=name, status="approved") for name in ("e", "d", "nothing", "a")]
    seen.append(services.SeenReview(id="b", status="pending"))
    with watched(connection) as written:
        moderated = querier.execute(services.ModerateReviews(seen=seen, status="rejected"))
    found = {row["id"]: row for row in rows(connection, "services_reviews")}
    assert moderated == [made(services.Review, found["e"]), made(services.Review, found["a"])]
    changed = written.tables["services_reviews"].changed
    assert [(row["id"], row["status"], len(row)) for row in changed] == [("a", "rejected", 3), ("e", "rejected", 3)]
    assert querier.execute(services.ModerateReviews(seen=[], status="approved")) == []


def test_of_many_moderators_one_changes_each_review(connection: Connection, database_url: str) -> None:
    """They see the same, in different orders: nobody waits for ever, and each review has one of them."""
    names = ["a", "b", "c", "d", "e"]
    with racers(database_url, 8) as them:
        for _ in range(ROUNDS):
            connection.execute("UPDATE services_reviews SET status = 'pending' WHERE service_id = 'l'")
            calls = [
                services.ModerateReviews(
                    seen=[services.SeenReview(id=name, status="pending") for name in names[place:] + names[:place]],
                    status="approved" if place % 2 else "rejected",
                )
                for place in range(8)
            ]
            outcomes = them.race(*calls)
            assert sorted(each.id for outcome in outcomes for each in outcome) == names


@pytest.mark.parametrize("replies", ["refuse", "tombstone", "subtree"])
def test_a_reply_that_races_with_a_delete_is_there_or_the_review_is_gone(
    connection: Connection, database_url: str, replies: Any
) -> None:
    """A reply that came first keeps the review from being deleted, empties it, or goes with it."""
    expected = {
        "refuse": Refused,
        "tombstone": services.DeletedReview(0, 1, 0),
        "subtree": services.DeletedReview(2, 0, 0),
    }
    late = (services.DeletedReview(1, 0, 0), MissingReference)
    early = (expected[replies], services.Review)

    def commands(number: int) -> tuple[Command[Any], Command[Any]]:
        insert(connection, "services_reviews", {"id": f"x{number}", "service_id": "l"})
        return (
            services.DeleteReview(id=f"x{number}", replies=replies),
            services.AddReview(**WRITTEN, parent_id=f"x{number}"),
        )

    def outcome(deleted: Any, added: Any) -> tuple[Any, Any]:
        return Refused if isinstance(deleted, Refused) else deleted, type(added)

    delete, add = commands(0)
    assert outcome(*overlap(database_url, delete, add)) == late
    delete, add = commands(1)
    assert outcome(*reversed(overlap(database_url, add, delete))) == early
    with racers(database_url, 2) as them:
        for number in range(2, ROUNDS):
            delete, add = commands(number)
            outcomes = them.race(delete, add)
            assert outcome(*outcomes) in (early, late)


def test_a_rating_summary_always_agrees_with_itself(connection: Connection, database_url: str) -> None:
    """While reviews come, change, are moderated and go, each reading is of one moment."""
    done = threading.Event()
    new: dict[str, Any] = {**WRITTEN, "parent_id": None}

    def write(querier: Querier) -> None:
        try:
            for number in range(60):
                name = f"r{number}"
                querier.execute(services.AddReview(**{**new, "rating": number % 5 + 1}, id=name))
                querier.execute(services.ChangeReview(id="a", rating=(number + 2) % 5 + 1))
                seen = [services.SeenReview(id="e", status="rejected" if number % 2 else "approved")]
                querier.execute(services.ModerateReviews(seen=seen, status="approved" if number % 2 else "rejected"))
                if number % 3:
                    querier.execute(services.DeleteReview(id=name))
        finally:
            done.set()

    def read(querier: Querier) -> list[services.RatingSummary]:
        found: list[services.RatingSummary] = []
        while not done.is_set():
            listing = querier.fetch(services.GetListing(slug="l"))
            assert listing is not None
            found.append(listing.rating_summary)
        return found

    with racers(database_url, 3) as them:
        written, *readings = them.race(write, read, read)
    assert written is None
    last = Querier(connection).fetch(services.GetListingById(id="l"))
    assert last is not None
    summaries = [*itertools.chain(*readings), last.rating_summary]
    for summary in summaries:
        assert summary.count == sum(summary.distribution)
        assert summary.average == average(summary.distribution)
    approved = rows(connection, "services_reviews", service_id="l", parent_id=None, status="approved")
    ratings = [row["rating"] for row in approved]
    assert last.rating_summary.distribution == tuple(ratings.count(stars) for stars in range(1, 6))
    assert len(set(summaries)) > 10


def average(distribution: Sequence[int]) -> float | None:
    """To two decimals, a half upwards."""
    total = Decimal(sum(stars * number for stars, number in enumerate(distribution, 1)))
    count = sum(distribution)
    return float((total / count).quantize(Decimal("0.01"), ROUND_HALF_UP)) if count else None
