"""The server's views and logs tell the statements apart by the names of their queries."""

import logging
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from concordia_sql import Database, Querier, Statement, auth, blog, profile, services
from tests.support.activity import names_in_statistics
from tests.support.statements import rows_of

EVERY: list[type[Statement[Any]]] = [
    value
    for module in (auth, blog, profile, services)
    for value in (getattr(module, name) for name in module.__all__)
    if isinstance(value, type) and issubclass(value, Statement) and hasattr(value, "source")
]


def test_each_statement_has_the_name_of_its_query_first() -> None:
    """Where pg_stat_activity, which cuts texts off after 1,024 bytes, still shows it."""
    assert len(EVERY) > 100
    for cls in EVERY:
        composed = cls._compose(())
        for each in (*composed.before, composed):
            sent = each.encoded.decode()
            assert re.match(rf"\w+ /\* {re.escape(cls.query_name)} \*/\s", sent), sent[:100]
            assert sent.replace(f" /* {cls.query_name} */", "", 1) == each.text


def test_the_names_are_in_the_servers_statistics(database_url: str) -> None:
    assert names_in_statistics(database_url) == ["blog.CreateCategory", "blog.ListCategories"]


def test_the_names_are_in_the_log_of_plans(connection: psycopg.Connection[Any]) -> None:
    """As auto_explain writes it, here to the client."""
    said: list[str] = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    connection.execute("LOAD 'auto_explain'")
    for setting in ("log_min_duration = 0", "log_level = notice"):
        connection.execute(f"SET auto_explain.{setting}".encode())
    querier = Querier(connection)
    for _ in range(2):
        querier.fetch(blog.ListCategories())
    assert len(said) == 2
    assert all(
        "Query Text: SELECT /* blog.ListCategories */" in text or "/* blog.ListCategories */" in text for text in said
    )


@pytest.mark.parametrize("prepare", [True, False])
def test_they_can_be_switched_off(database_url: str, *, prepare: bool) -> None:
    with Database(database_url, named=False, prepare=prepare) as db, db.querier() as querier:
        querier.execute(blog.CreateCategory(slug="news", name="News"))
        with querier.stream(blog.ListCategories()) as rows:
            list(rows)
        querier.fetch(blog.ListCategories())
        found = querier.connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert bool(found) == prepare
    assert not any("/*" in text for (text,) in found)


def test_a_query_is_prepared_once_whatever_its_values(connection: psycopg.Connection[Any]) -> None:
    querier = Querier(connection)
    for slug in ("a", "b", "c"):
        querier.fetch(blog.GetPost(slug=slug))
    ((count,),) = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchall()
    assert count == 1


def test_a_name_cannot_end_its_comment() -> None:
    sent = blog.GetPost._compose(()).named("*/ DROP TABLE post; /* é").encoded.decode()
    assert sent.startswith("WITH /* _DROP_TABLE_post_é */ ")
    assert sent.count("*/") == 1


def test_an_error_at_commit_says_so(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    querier = Querier(connection)
    with pytest.raises(psycopg.errors.UniqueViolation, match="^a transaction: duplicate key value .*late_id_key"):  # noqa: SIM117
        with querier.transaction():
            connection.execute("INSERT INTO late VALUES (1), (1)")


def test_an_error_of_the_server_names_the_query(
    connection: psycopg.Connection[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In its text too, which is what many loggers keep."""
    query = rows_of(tmp_path, "SELECT 1 / 0 AS number", number=int)
    with pytest.raises(psycopg.errors.DivisionByZero) as raised:
        Querier(connection).fetch(query)
    logging.getLogger("service").error("failed: %s", raised.value)
    assert caplog.messages == ["failed: mine.Ask: division by zero (22012)"]
