"""Loads the sample into an empty, migrated database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from random import Random
from typing import TypeAlias

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import scalar_row, tuple_row
from psycopg.sql import SQL, Identifier

from concordia_sql.engine import ConcordiaError
from concordia_sql.tools.sample import auth, blog, services
from concordia_sql.tools.sample.block import Row, Table

Progress: TypeAlias = Callable[[str, int, int], None]

TABLES: Mapping[str, Table] = {**auth.TABLES, **blog.TABLES, **services.TABLES}
"""Every table's rows, in the order of the foreign keys."""


class SampleError(ConcordiaError):
    """The sample cannot be loaded: into this database, or by this connection."""


def load(connection: psycopg.Connection[object], scale: int = 1, *, progress: Progress | None = None) -> dict[str, int]:
    """Write the sample into an empty, migrated database; the rows of each table are counted in load order.

    Scale 1 has 50 posts, about 2,000 comments, 40 users and 30 listings; scale n has n times as many of
    everything. A scale gives the same rows on every run, and they begin with those of any smaller scale.
    Times are UTC and as seen on 2026-01-01; what has not expired expires in 2100.

    `progress(table, rows_done, rows_total)` is called `scale` times for each table, the last time with all
    its rows sent.

    All or nothing is written, by COPY in one transaction; then the tables are vacuumed and analyzed.

    Raises SampleError when a table holds rows, when the database is not migrated, when the connection is not
    in autocommit mode or is inside a transaction, and when the scale is below 1.
    """
    if scale < 1:
        raise SampleError("the scale is an integer from 1")
    if not connection.autocommit or connection.info.transaction_status != TransactionStatus.IDLE:
        raise SampleError("the sample needs a connection in autocommit mode that is not inside a transaction")
    with _synchronous_commits(connection):
        try:
            with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
                _check_empty(cursor)
                counts = {name: _copy(cursor, name, scale, progress) for name in TABLES}
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
            raise SampleError(
                f"{error.diag.message_primary}: the database is not migrated; run: concordia-sql migrate"
            ) from error
        connection.execute(SQL("VACUUM (ANALYZE) {}").format(SQL(", ").join(map(Identifier, TABLES))))
    return counts


@contextmanager
def _synchronous_commits(connection: psycopg.Connection[object]) -> Iterator[None]:
    # VACUUM marks rows as visible to all only when their commit, and those about that time, are on the disk.
    cursor = connection.cursor(row_factory=scalar_row)
    before = cursor.execute("SELECT current_setting('synchronous_commit')").fetchone()
    cursor.execute("SET synchronous_commit = on")
    try:
        yield
    finally:
        cursor.execute("SELECT set_config('synchronous_commit', %s, FALSE)", [before])


def _check_empty(cursor: psycopg.Cursor) -> None:
    for name in TABLES:
        if cursor.execute(SQL("SELECT FROM {} LIMIT 1").format(Identifier(name))).fetchone() is not None:
            raise SampleError(f"the table {name} holds rows; the sample goes into an empty database only")


def _copy(cursor: psycopg.Cursor, name: str, scale: int, progress: Progress | None) -> int:
    first = list(_rows(name, 0))
    blocks: Iterable[Iterable[Row]] = chain([first], (_rows(name, block) for block in range(1, scale)))
    columns = SQL(", ").join(map(Identifier, first[0]))
    done, total = 0, len(first) * scale
    with cursor.copy(SQL("COPY {} ({}) FROM STDIN").format(Identifier(name), columns)) as copy:
        for block in blocks:
            for row in block:
                copy.write_row(tuple(row.values()))
                done += 1
            if progress is not None:
                progress(name, done, total)
    return done


def _rows(name: str, block: int) -> Iterable[Row]:
    # Numbers of their own for each table and block: what one table draws changes no other.
    return TABLES[name](block, Random(f"{name} {block}"))  # noqa: S311 - nothing here is secret
