# Made from async_database.py by `make sync`: change that module, not this one.
"""Databases: pools of queriers."""

import contextlib
from collections.abc import Iterable, Iterator
from time import monotonic
from types import ModuleType
from typing import Any, Self, TypeVar

import psycopg
import psycopg_pool

from concordia_sql.engine.checks.check import check_at
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.connecting import (
    BUSY,
    SETUP,
    Poll,
    connecting,
    is_alive,
    is_direct,
    make_poll,
    settings_of,
    setup_parameters,
)
from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.idle import IdleConnections
from concordia_sql.engine.library import Library
from concordia_sql.engine.querier import Executor, Querier
from concordia_sql.engine.queries import Many, Statement
from concordia_sql.engine.session import Isolation

T = TypeVar("T")


class _Connection(psycopg.Connection[Any]):
    """A connection of a pool, with its querier."""

    querier: Querier
    poll: Poll
    borrowed_at: float


class Database(Executor):
    """A pool of connections that runs queries, for any number of threads.

    `url` is a PostgreSQL URL or connection string; what it says overrides the library's defaults: a `connect_timeout`
    of 10 s, TCP keepalives that find a dead peer within a minute, `TimeZone` UTC, generic plans. The pool keeps
    `min_size` connections and makes up to `max_size`; a call waits `timeout` seconds for one, and then raises
    psycopg_pool.PoolTimeout. The connection used last is used next; one that died meanwhile is replaced first.
    `prepare=False` turns prepared statements off, as happens by itself behind PgBouncer. For each library that it
    `requires`, it looks at the migrations and refusals as it opens, in one round trip.

    Use it as a context manager, or call `open` and `close`. What it returns and raises is as `Querier` says.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        timeout: float = 30,
        converter: Converter | None = None,
        prepare: bool = True,
        show_values: bool = False,
        requires: Iterable[Library] = (),
    ) -> None:
        self._requires = tuple(requires)
        self._settings = settings_of(url)
        self._converter = converter or make_converter()
        self._prepare = prepare
        self._show_values = show_values
        self._idle: IdleConnections[_Connection] = IdleConnections()
        self._pool = psycopg_pool.ConnectionPool(
            kwargs=self._settings,
            connection_class=_Connection,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            configure=self._configure,
            open=False,
            name="concordia_sql",
        )

    def open(self) -> None:
        """Connect.

        Raises psycopg.OperationalError at once when the server cannot be reached, and NotMigrated when a library that
        is required finds its migrations not applied, its tables in no schema of the search path, or no refusals.
        """
        with connecting():
            with psycopg.Connection.connect(**self._settings) as connection:
                for library in self._requires:
                    (connection.wait(look(connection.pgconn, library))).require()
            self._pool.open(wait=True)

    def close(self) -> None:
        """Close the connections: the idle ones now, the others when their call ends."""
        self._pool.close()
        self._return_idle()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, *modules: ModuleType | str) -> list[Finding]:
        """What is the matter with the database, for the queries and commands that the modules name; errors come first.

        A module's queries are those in its `__all__`, or else among its public names. What is looked at, and how, is as
        `concordia_sql.check` says. It takes a connection of its own, and some seconds for a few hundred queries.

        Raises psycopg.OperationalError when the server cannot be reached, QuerierError for a module without queries.
        """
        return check_at(self._settings, modules, self._converter)

    @contextlib.contextmanager
    def querier(self) -> Iterator[Querier]:
        """A querier of the pool's, for several calls on one connection."""
        connection = self._take()
        try:
            yield connection.querier
        finally:
            self._put(connection)

    @contextlib.contextmanager
    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Iterator[Querier]:
        """As `Executor.transaction` says."""
        with (
            self.querier() as querier,
            querier.transaction(isolation=isolation, read_only=read_only, deferrable=deferrable),
        ):
            yield querier

    @contextlib.contextmanager
    def stream(self, query: Many[T]) -> Iterator[Iterator[T]]:
        """`Querier.stream` on a connection of its own: the database runs other queries meanwhile."""
        with self.querier() as querier, querier.stream(query) as rows:
            yield rows

    def _run(self, *statements: Statement[Any]) -> tuple[Any, ...]:
        connection = self._take()
        try:
            return connection.querier._run(*statements)
        finally:
            self._put(connection)

    def _take(self) -> _Connection:
        while True:
            connection = self._idle.take() or self._borrow()
            if is_alive(connection.pgconn, connection.poll):
                return connection
            self._pool.putconn(connection)

    def _borrow(self) -> _Connection:
        with self._idle.waiting():
            if (connection := self._idle.take()) is not None:
                return connection
            try:
                connection = self._pool.getconn()
            except psycopg_pool.PoolTimeout as error:
                error.add_note(BUSY)
                raise
        connection.borrowed_at = monotonic()
        return connection

    def _put(self, connection: _Connection) -> None:
        if (returned := self._idle.put(connection)) is not None:
            self._pool.putconn(returned)
        if self._pool.closed:
            self._return_idle()

    def _return_idle(self) -> None:
        while (connection := self._idle.take()) is not None:
            self._pool.putconn(connection)

    def _configure(self, connection: _Connection) -> None:
        cursor = connection.execute(SETUP, setup_parameters(connection.info))
        prepare = self._prepare and is_direct(cursor.fetchone())
        connection.querier = Querier(
            connection, converter=self._converter, prepare=prepare, show_values=self._show_values
        )
        connection.poll = make_poll(connection.pgconn)
