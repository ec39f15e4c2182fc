"""Two writers of whom the second begins before the first has ended: the race that a lock is there for, each time."""

import threading
from typing import Any

import psycopg

from concordia_sql import Querier, Query


def overlap(url: str, first: Query[Any], second: Query[Any]) -> tuple[Any, Any]:
    """What the two gave or raised: the first commits when the second waits for it, or has ended without."""
    ended: list[Any] = []

    def run(querier: Querier) -> None:
        try:
            ended.append(querier.execute(second))
        except Exception as error:  # noqa: BLE001 - it is an outcome
            ended.append(error)

    with (
        psycopg.connect(url, autocommit=True) as watcher,
        psycopg.connect(url, autocommit=True) as one,
        psycopg.connect(url, autocommit=True) as other,
    ):
        waits = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
        thread = threading.Thread(target=run, args=[Querier(other)])
        with Querier(one).transaction() as querier:
            outcome = querier.execute(first)
            thread.start()
            while not ended and watcher.execute(waits, [other.info.backend_pid]).fetchone() == (False,):
                pass
        thread.join()
    return outcome, ended[0]
