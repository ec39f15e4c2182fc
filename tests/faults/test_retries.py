"""What `retry` takes up, and what it does not."""

import random
import threading
from typing import Any

import psycopg
import pytest

from concordia_sql import Database, Querier
from tests.faults import TIMES
from tests.support.queries import ListThings, ResizeThing, Thing

Connection = psycopg.Connection[Any]


def test_a_table_altered_under_a_transaction(database_url: str, other: Connection) -> None:
    other.execute("INSERT INTO things VALUES ('a', 1)")
    with Database(database_url, max_size=1) as database:
        database.fetch(ListThings())
        other.execute("ALTER TABLE things ALTER size TYPE bigint")
        with pytest.raises(psycopg.errors.FeatureNotSupported), database.transaction() as querier:
            querier.fetch(ListThings())
        other.execute("ALTER TABLE things ALTER size TYPE int")
        assert database.fetch(ListThings()) == [Thing("a", 1)]
        other.execute("ALTER TABLE things ALTER size TYPE bigint")
        assert database.retry(lambda querier: querier.fetch(ListThings())) == [Thing("a", 1)]


def test_a_lock_timeout_when_asked(database_url: str, other: Connection) -> None:
    other.execute("INSERT INTO things VALUES ('a', 1)")
    attempts: list[int] = []

    def resize(querier: Querier) -> Thing:
        attempts.append(1)
        if len(attempts) == 3:
            other.execute("ROLLBACK")
        querier.connection.execute("SET LOCAL lock_timeout = 50")
        return querier.execute(ResizeThing(title="a", size=2))

    other.execute("BEGIN")
    other.execute("UPDATE things SET size = 5")
    with Database(database_url) as database:
        with pytest.raises(psycopg.errors.LockNotAvailable):
            database.retry(resize)
        assert database.retry(resize, lock_timeouts=True) == Thing("a", 2)
    assert len(attempts) == 3


def test_deadlocks_are_got_over(database_url: str, other: Connection) -> None:
    """Of 24 threads, each takes three of five rows in an order of its own."""
    other.execute("INSERT INTO things SELECT chr(97 + n), 0 FROM generate_series(0, 4) AS n")
    other.execute(f'ALTER DATABASE "{other.info.dbname}" SET deadlock_timeout = 20'.encode())
    failed: list[Exception] = []

    def work(database: Database) -> None:
        for _ in range(2 * TIMES):
            titles = random.sample("abcde", 3)

            def resize(querier: Querier, titles: list[str] = titles) -> None:
                for title in titles:
                    querier.execute(ResizeThing(title=title, size=1))

            try:
                database.retry(resize, isolation="read committed")
            except psycopg.Error as error:
                failed.append(error)

    with Database(database_url, max_size=24) as database:
        threads = [threading.Thread(target=work, args=[database]) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
