from concordia_sql import Querier, blog
from tests.blog.expected import Blog, Connection
from tests.support.rows import NOON, insert


def test_every_comment_with_its_replies(sample: Connection) -> None:
    querier, expected = Querier(sample), Blog(sample)
    comments = expected.comments()
    for row in [*comments[::9], *(row for row in comments if row["id"] == "comment-root")]:
        assert querier.fetch(blog.GetComment(id=row["id"])) == expected.comment(row)


def test_an_unknown_or_deleted_comment_is_none(connection: Connection) -> None:
    insert_thread(connection, {"gone": None})
    connection.execute("UPDATE blog_comments SET deleted_at = now()")
    for key in ["gone", "nothing"]:
        assert Querier(connection).fetch(blog.GetComment(id=key)) is None


def insert_thread(connection: Connection, parents: dict[str, str | None]) -> str:
    """Comments by id with the one that each answers, all of one moment."""
    post: str = insert(connection, "blog_posts")["id"]
    for key in parents:
        insert(connection, "blog_comments", {"id": key, "post_id": post, "created_at": NOON})
    for key, parent in parents.items():
        connection.execute("UPDATE blog_comments SET parent_id = %s WHERE id = %s", [parent, key])
    return post


def test_the_comment_asked_for_is_the_root(connection: Connection) -> None:
    insert_thread(connection, {"a": None, "b": "a", "c": "b", "d": "b", "e": "a"})
    found = Querier(connection).fetch(blog.GetComment(id="b"))
    assert found is not None
    assert [comment.id for comment in found.walk()] == ["b", "c", "d"]
    assert found.parent_id == "a"


def test_a_cycle_and_a_self_parent_end(connection: Connection) -> None:
    insert_thread(connection, {"a": "c", "b": "a", "c": "b", "me": "me", "mine": "me"})
    querier = Querier(connection)
    for key, walked in {"a": ["a", "b", "c"], "b": ["b", "c", "a"], "me": ["me", "mine"]}.items():
        found = querier.fetch(blog.GetComment(id=key))
        assert found is not None
        assert [comment.id for comment in found.walk()] == walked


def test_replies_below_a_deleted_one_are_left_out(connection: Connection) -> None:
    insert_thread(connection, {"a": None, "b": "a", "c": "b", "d": "a"})
    connection.execute("UPDATE blog_comments SET deleted_at = now() WHERE id = 'b'")
    found = Querier(connection).fetch(blog.GetComment(id="a"))
    assert found is not None
    assert [comment.id for comment in found.walk()] == ["a", "d"]


def test_a_thread_of_10_000_levels_is_complete(connection: Connection) -> None:
    post = insert(connection, "blog_posts")["id"]
    connection.execute(
        """
        INSERT INTO blog_comments (id, post_id, parent_id, author_name, author_email, content, status, in_language)
        SELECT n::text, %s, nullif(n - 1, 0)::text, 'n', 'e', '"text"', 'approved', 'fr'
        FROM generate_series(1, 10000) n
        """,
        [post],
    )
    querier = Querier(connection)
    found = querier.fetch(blog.GetComment(id="1"))
    assert found is not None
    assert [comment.id for comment in found.walk()] == [str(number) for number in range(1, 10001)]
    assert [found] == querier.fetch(blog.GetCommentThread(post_id=post))
