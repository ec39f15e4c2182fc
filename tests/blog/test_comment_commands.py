"""Comments: added, changed, moved, moderated and deleted, one at a time and by many writers at once."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from concordia_sql import Conflict, MissingReference, NotFound, ParameterError, Querier, Refused, blog
from tests.support.races import racers
from tests.support.reading import made, rows
from tests.support.rows import NOON, insert
from tests.support.writes import Changes, watched

Connection = psycopg.Connection[Any]
ROUNDS = 20
WRITTEN: dict[str, Any] = {
    "post_id": "p",
    "author_name": "سارة",
    "author_email": "sara@example.com",
    "content": {"ar": "🌿", "en": None},
    "status": "pending",
    "in_language": "ar",
}


@pytest.fixture(autouse=True)
def thread(connection: Connection) -> None:
    """Two posts; the first has a thread: a (b (c), d), e."""
    insert(connection, "blog_posts", {"id": "p"})
    insert(connection, "blog_posts", {"id": "q"})
    for name, parent in {"a": None, "b": "a", "c": "b", "d": "a", "e": None}.items():
        insert(connection, "blog_comments", {"id": name, "post_id": "p", "parent_id": parent, "status": "approved"})
    insert(connection, "blog_comments", {"id": "z", "post_id": "q", "status": "approved"})


def parents(connection: Connection) -> dict[str, str | None]:
    return {row["id"]: row["parent_id"] for row in rows(connection, "blog_comments")}


def test_a_comment_is_added(connection: Connection) -> None:
    command = blog.AddComment(**WRITTEN, parent_id="c")
    with watched(connection) as written:
        added = Querier(connection).execute(command)
    (row,) = written.tables["blog_comments"].added
    assert added == made(blog.Comment, row)
    assert {**row, "created_at": None, "updated_at": None} == {
        "id": command.id,
        "parent_id": "c",
        "rating": 0,
        "deleted_at": None,
        "created_at": None,
        "updated_at": None,
        **WRITTEN,
    }


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"parent_id": "z"}, Refused),
        ({"id": "self", "parent_id": "self"}, Refused),
        ({"parent_id": "nothing"}, MissingReference),
        ({"post_id": "nothing"}, MissingReference),
        ({"id": "a"}, Conflict),
    ],
)
def test_a_comment_that_cannot_be_is_not_added(
    connection: Connection, given: dict[str, Any], error: type[Exception]
) -> None:
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(blog.AddComment(**{**WRITTEN, **given}))
    assert written.tables == {}
    assert "sara" not in str(caught.value)
    if isinstance(caught.value, Refused):
        assert caught.value.reason == ("parent_of_another_post" if given["parent_id"] == "z" else "cycle")


def test_many_comments_are_added_each_after_the_one_that_it_answers(connection: Connection) -> None:
    new = [blog.NewComment(**WRITTEN, id=f"n{number}", parent_id=f"n{number // 3}") for number in range(1, 10_000)]
    new.insert(0, blog.NewComment(**{**WRITTEN, "rating": 5}, id="n0", parent_id="a"))
    with watched(connection) as written:
        assert Querier(connection).execute(blog.AddComments(comments=new)) == 10_000
    added = written.tables["blog_comments"].added
    assert {row["id"]: row["parent_id"] for row in added} == {each.id: each.parent_id for each in new}
    assert (added[0]["rating"], added[0]["content"], added[0]["status"]) == (5, WRITTEN["content"], "pending")
    assert Querier(connection).execute(blog.AddComments(comments=[])) == 0


@pytest.mark.parametrize(
    ("given", "error", "columns"),
    [
        ({"id": "a"}, Conflict, ("id",)),
        ({"id": "n0"}, Conflict, ("id",)),
        ({"post_id": "nothing"}, MissingReference, ("post_id",)),
        ({"parent_id": "nothing"}, MissingReference, ("parent_id",)),
    ],
)
def test_the_one_of_many_that_is_wrong_is_named(
    connection: Connection, given: dict[str, Any], error: type[Any], columns: tuple[str, ...]
) -> None:
    new = [blog.NewComment(**{**WRITTEN, "id": f"n{number}"}) for number in range(5)]
    new[3] = blog.NewComment(**{**WRITTEN, **given})
    with watched(connection) as written, pytest.raises(error) as caught:
        Querier(connection).execute(blog.AddComments(comments=new))
    assert (caught.value.columns, caught.value.row, written.tables) == (columns, 3, {})


@pytest.mark.parametrize(
    ("parent", "reason"),
    [
        ("z", "parent_of_another_post"),
        ("n1", "parent_of_another_post"),
        ("n2", "parent_after"),
        ("n3", "parent_after"),
    ],
)
def test_one_of_many_whose_parent_cannot_be_is_named(connection: Connection, parent: str, reason: str) -> None:
    new = [blog.NewComment(**{**WRITTEN, "id": f"n{number}"}) for number in range(4)]
    new[1] = blog.NewComment(**{**WRITTEN, "id": "n1", "post_id": "q"})
    new[2] = blog.NewComment(**{**WRITTEN, "id": "n2", "parent_id": parent})
    with watched(connection) as written, pytest.raises(Refused) as caught:
        Querier(connection).execute(blog.AddComments(comments=new))
    assert (caught.value.reason, caught.value.found, written.tables) == (reason, "2", {})


def test_what_does_not_fit_is_refused_before_the_database() -> None:
    wrong: list[Any] = [blog.NewComment(**WRITTEN), blog.NewComment(**{**WRITTEN, "rating": 6})]
    with pytest.raises(ParameterError, match=r"^blog.AddComments: comments: Expected `int` <= 5 at \$\[1\].rating$"):
        blog.AddComments(comments=wrong)
    with pytest.raises(ParameterError, match="blog.AddComments: comments: a text with a NUL character"):
        blog.AddComments(comments=[blog.NewComment(**{**WRITTEN, "content": {"fr": "\0"}})])


def test_what_is_given_of_a_comment_is_changed(connection: Connection) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        changed = querier.execute(blog.ChangeComment(id="a", content="edited", rating=None))
    (change,) = written.tables["blog_comments"].changed
    assert change.pop("updated_at") > NOON
    assert change == {"id": "a", "content": "edited", "rating": None}
    assert changed is not None and changed.content == "edited"
    querier.execute(blog.SoftDeleteComment(id="a"))
    assert querier.execute(blog.ChangeComment(id="a", content="again")) is None
    assert querier.execute(blog.ChangeComment(id="nothing", content="again")) is None


# Deletes


@pytest.mark.parametrize("replies", ["refuse", "subtree", "tombstone"])
def test_a_comment_without_replies_is_deleted_in_every_mode(connection: Connection, replies: Any) -> None:
    with watched(connection) as written:
        deleted = Querier(connection).execute(blog.DeleteComment(id="c", replies=replies))
        nothing = Querier(connection).execute(blog.DeleteComment(id="nothing", replies=replies))
    assert (deleted, nothing) == (blog.DeletedComment(1, 0, 0), blog.DeletedComment(0, 0, 0))
    assert [row["id"] for row in written.tables["blog_comments"].removed] == ["c"]
    assert written.tables["blog_comments"].changed == []


def test_what_becomes_of_replies_is_for_the_caller_to_say(connection: Connection) -> None:
    querier = Querier(connection)
    with watched(connection) as written, pytest.raises(Refused) as caught:
        querier.execute(blog.DeleteComment(id="b"))
    assert (caught.value.reason, written.tables) == ("has_replies", {})
    with watched(connection) as written:
        assert querier.execute(blog.DeleteComment(id="b", replies="tombstone")) == blog.DeletedComment(0, 1, 0)
    (change,) = written.tables["blog_comments"].changed
    assert {**change, "deleted_at": None, "updated_at": None} == {
        "id": "b",
        "author_name": "",
        "author_email": "",
        "content": "",
        "deleted_at": None,
        "updated_at": None,
    }
    assert written.tables == {"blog_comments": Changes(changed=[change])}
    with pytest.raises(Refused) as caught:
        querier.execute(blog.RestoreComment(id="b"))
    assert caught.value.reason == "emptied"
    with watched(connection) as written:
        foreseen = querier.dry_run(blog.DeleteComment(id="a", replies="subtree"))
    assert written.tables == {}
    with watched(connection) as written:
        assert (
            querier.execute(blog.DeleteComment(id="a", replies="subtree")) == foreseen == blog.DeletedComment(4, 0, 0)
        )
    assert [row["id"] for row in written.tables["blog_comments"].removed] == ["a", "b", "c", "d"]


def test_a_comment_that_is_its_own_parent_or_in_a_cycle_can_be_deleted(connection: Connection) -> None:
    querier = Querier(connection)
    connection.execute("UPDATE blog_comments SET parent_id = 'e' WHERE id = 'e'")
    assert querier.execute(blog.DeleteComment(id="e")) == blog.DeletedComment(1, 0, 0)
    connection.execute("UPDATE blog_comments SET parent_id = 'c' WHERE id = 'a'")
    assert querier.execute(blog.DeleteComment(id="b", replies="subtree")) == blog.DeletedComment(4, 0, 0)


def test_a_comment_is_deleted_softly_restored_and_purged(connection: Connection) -> None:
    querier = Querier(connection)
    (before,) = rows(connection, "blog_comments", id="b")
    deleted = querier.execute(blog.SoftDeleteComment(id="b"))
    assert deleted is not None and deleted.deleted_at is not None
    assert querier.execute(blog.SoftDeleteComment(id="b")) is None
    restored = querier.execute(blog.RestoreComment(id="b"))
    (after,) = rows(connection, "blog_comments", id="b")
    assert {**after, "updated_at": before["updated_at"]} == before
    assert restored == made(blog.Comment, after)
    assert querier.execute(blog.RestoreComment(id="b")) is None


def test_comments_are_purged_from_the_leaves_on(connection: Connection) -> None:
    querier = Querier(connection)
    for place, name in enumerate("abce"):
        moment = NOON - timedelta(days=4 - place)
        connection.execute("UPDATE blog_comments SET deleted_at = %s WHERE id = %s", [moment, name])
    purge = blog.PurgeComments(deleted_before=NOON - timedelta(hours=36))
    assert querier.execute(purge) == 1  # c; e was deleted later, and a has d, which is not
    assert [querier.execute(purge) for _ in range(2)] == [1, 0]
    assert sorted(parents(connection)) == ["a", "d", "e", "z"]
    connection.execute("UPDATE blog_comments SET deleted_at = %s WHERE id = 'd'", [NOON - timedelta(days=9)])
    assert [querier.execute(blog.PurgeComments(deleted_before=NOON, limit=1)) for _ in range(4)] == [1, 1, 1, 0]
    assert sorted(parents(connection)) == ["z"]


# Rules that races break


def test_a_comment_is_moved_with_its_replies(connection: Connection) -> None:
    querier = Querier(connection)
    with watched(connection) as written:
        assert querier.execute(blog.MoveComment(id="b", parent_id="e")).parent_id == "e"
        assert querier.execute(blog.MoveComment(id="d", parent_id=None)).parent_id is None
    changed = {row["id"]: row["parent_id"] for row in written.tables["blog_comments"].changed}
    assert changed == {"b": "e", "d": None}
    for parent, reason in {"b": "cycle", "c": "cycle", "z": "parent_of_another_post"}.items():
        with pytest.raises(Refused) as caught:
            querier.execute(blog.MoveComment(id="b", parent_id=parent))
        assert caught.value.reason == reason
    with pytest.raises(NotFound):
        querier.execute(blog.MoveComment(id="nothing", parent_id="a"))
    with pytest.raises(MissingReference):
        querier.execute(blog.MoveComment(id="b", parent_id="nothing"))
    assert parents(connection)["b"] == "e"


def test_moves_that_cross_make_no_cycle(connection: Connection, database_url: str) -> None:
    with racers(database_url, 2) as them:
        for _ in range(ROUNDS):
            connection.execute("UPDATE blog_comments SET parent_id = NULL WHERE id IN ('a', 'e')")
            outcomes = them.race(
                blog.MoveComment(id="a", parent_id="e"),
                blog.MoveComment(id="e", parent_id="c"),
            )
            assert [type(each) for each in outcomes if isinstance(each, Exception)] == [Refused]
            assert sorted(parents(connection)[name] or "" for name in "ae") in (["", "e"], ["", "c"])


def test_moderators_change_what_they_saw(connection: Connection) -> None:
    querier = Querier(connection)
    querier.execute(blog.SoftDeleteComment(id="d"))
    seen = [blog.SeenComment(id=name, status="approved") for name in ("e", "d", "nothing", "a")]
    seen.append(blog.SeenComment(id="b", status="pending"))
    with watched(connection) as written:
        moderated = querier.execute(blog.ModerateComments(seen=seen, status="rejected"))
    assert [(each.id, each.status) for each in moderated] == [("e", "rejected"), ("a", "rejected")]
    assert [row["id"] for row in written.tables["blog_comments"].changed] == ["a", "e"]
    assert querier.execute(blog.ModerateComments(seen=[], status="approved")) == []


def test_of_many_moderators_one_changes_each_comment(connection: Connection, database_url: str) -> None:
    """They see the same, in different orders: nobody waits for ever, and each comment has one of them."""
    names = ["a", "b", "c", "d", "e"]
    with racers(database_url, 8) as them:
        for _ in range(ROUNDS):
            connection.execute("UPDATE blog_comments SET status = 'pending' WHERE post_id = 'p'")
            calls = [
                blog.ModerateComments(
                    seen=[blog.SeenComment(id=name, status="pending") for name in names[place:] + names[:place]],
                    status="approved" if place % 2 else "rejected",
                )
                for place in range(8)
            ]
            outcomes = them.race(*calls)
            assert sorted(each.id for outcome in outcomes for each in outcome) == names


def test_a_reply_that_races_with_a_delete_is_there_or_the_comment_is_gone(
    connection: Connection, database_url: str
) -> None:
    with racers(database_url, 2) as them:
        for number in range(ROUNDS):
            insert(connection, "blog_comments", {"id": f"x{number}", "post_id": "p"})
            deleted, added = them.race(
                blog.DeleteComment(id=f"x{number}"),
                blog.AddComment(**WRITTEN, parent_id=f"x{number}"),
            )
            outcome = (type(deleted), type(added))
            assert outcome in ((blog.DeletedComment, MissingReference), (Refused, blog.Comment))
