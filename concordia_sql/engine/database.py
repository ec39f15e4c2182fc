# Made from async_database.py by `make sync`: change that module, not this one.
"""Databases: pools of queriers."""

import contextlib
import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from time import monotonic
from types import ModuleType
from typing import Any, Self

import attrs

from concordia_sql.engine import deadlines, forks
from concordia_sql.engine.calls import names_of, overdue
from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.checks.quick import look
from concordia_sql.engine.connecting import connecting, of_primary, settings_of
from concordia_sql.engine.connector import Connection, Connector
from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.exchange import exchange
from concordia_sql.engine.leases import Lease, Stats
from concordia_sql.engine.library import Library
from concordia_sql.engine.observing import Observer, Watch
from concordia_sql.engine.pool import Bounds, Pool
from concordia_sql.engine.positions import Positions
from concordia_sql.engine.querier import Executor, Querier
from concordia_sql.engine.queries import Statement
from concordia_sql.engine.reader import Reader
from concordia_sql.engine.replicas import Standby, StandbyReader, Standbys
from concordia_sql.engine.settings import Acting
from concordia_sql.engine.steps import TimeIsUp


class Database(Executor):
    """A pool of connections that runs queries, for any number of threads.

    `url` is a PostgreSQL URL or connection string. What it says overrides the library's defaults, which are a
    `connect_timeout` of 10 s, TCP keepalives that find a dead peer within a minute, `TimeZone` UTC, generic plans.

    It keeps `min_size` connections and makes up to `max_size`. A call that finds none idle waits up to `timeout`
    seconds, and then raises NoConnection. If `max_waiting` callers wait already, it raises that at once. A connection
    lives for `max_lifetime` seconds. Those above `min_size` are closed after they were idle for `max_idle` seconds. The
    connection that was used last is used next. A connection is replaced if it was lost, or if its state after a call is
    not known.

    Each call ends within `deadline` seconds, as the function of that name says for a block. Without one, it waits for
    the server as long as it takes. The server ends each statement after 60 s, which raises psycopg's QueryCanceled.
    `statement_timeout` is another number of seconds, 0 for none. The URL, the role, the database and the server's
    configuration may have one too, which then replaces the default. Through a pooler that lends its connections, only
    the role can have one: the default is not set there, and the argument raises QuerierError. `name` is what the
    server, `stats` and errors call the database.

    Statements are prepared if each connection has a server process of its own, or if the pooler tracks prepared
    statements. `prepare` overrides that: True suits PgBouncer in session mode. When the database opens, it checks the
    migrations and the refusals of each library that it `requires`. Each of the `observers` is told of each call.
    `named` says whether the server's views and logs show the names of queries, as `Querier` says.

    `replicas` are the URLs of its standbys. `reader` then reads from those that have replayed what this context has
    written, and that lag at most `max_lag` seconds. A read waits up to `max_wait` seconds for a standby to replay
    enough; after that, the primary answers it. Each standby has a pool with the bounds given here. With an empty list,
    the database notes positions for the readers of other processes. If the URL names several hosts, the primary among
    them is found.

    Use it as a context manager, or call `open` and `close`. After a fork, the child has connections of its own. The
    queriers and transactions that were open belong to the parent. `Querier` says what is returned and raised.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        timeout: float = 30,
        deadline: float | None = None,
        statement_timeout: float | None = None,
        max_waiting: int | None = None,
        max_lifetime: float = 3600,
        max_idle: float = 600,
        name: str = "concordia_sql",
        converter: Converter | None = None,
        prepare: bool | None = None,
        show_values: bool = False,
        observers: Iterable[Observer] = (),
        named: bool = True,
        requires: Iterable[Library] = (),
        replicas: Iterable[str] | None = None,
        max_lag: float = 10,
        max_wait: float = 0.1,
    ) -> None:
        self._deadline = deadline
        self._observers = tuple(observers)
        self._requires = tuple(requires)
        urls = None if replicas is None else tuple(replicas)
        self._positions = None if urls is None else Positions(max_lag)
        self._connector = Connector(
            settings_of(url, name) if urls is None else of_primary(settings_of(url, name)),
            converter or make_converter(),
            prepare,
            deadline,
            show_values,
            statement_timeout,
            self._observers,
            named,
            name,
            self._positions,
        )
        self._bounds = Bounds(
            name=name,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout,
            max_waiting=max_waiting,
            max_lifetime=max_lifetime,
            max_idle=max_idle,
        )
        self._replicas = tuple(
            attrs.evolve(self._connector, settings=settings_of(each, name), positions=None) for each in urls or ()
        )
        self._max_lag, self._max_wait = max_lag, max_wait
        self._renew()
        forks.watching.add(self)

    def _renew(self) -> None:
        """Begin with no connections."""
        self._pool = Pool(self._bounds, self._connector.connect)
        self._standbys: Standbys[Connection] | None = None
        if self._positions is not None:
            standbys: list[Standby[Connection]] = [
                Standby(name, self._bounds.of_replica(name), connector.connect, self._positions)
                for name, connector in ((f"replica {number}", each) for number, each in enumerate(self._replicas, 1))
            ]
            self._standbys = Standbys(
                standbys, self._positions, self._pool, max_lag=self._max_lag, max_wait=self._max_wait
            )

    @property
    def reader(self) -> Reader:
        """What reads from standbys: `db.reader.fetch(query)`. Without `replicas`, it is the database.

        A read sees all that was written before it in this context: in this process, or in the block of `after` around
        it. The read and the check that proves this take one round trip. The read is run again on another server if the
        proof fails, if the standby is away, or if its recovery cancels the read. The last server is the primary. Two
        reads with no write between them may come from standbys that have replayed different parts of the log. The check
        of a `stream` takes a round trip of its own. A stream that has begun is not run again: its error is raised.
        """
        if self._standbys is None:
            return self
        return StandbyReader(self, self._standbys)

    def position(self) -> str | None:
        """How much of the log a standby must have replayed to show what this context has written, as a short text.

        It is for a cookie or a job: give it to `after`, in any process that has a database of the same server. None
        before the first write of the context, and without `replicas`.
        """
        return None if self._positions is None else self._positions.text()

    def after(self, position: str | None) -> AbstractContextManager[None]:
        """A context of its own, such as a request: reads of `reader` in it see what was written before a position.

        ```python
        with db.after(request.cookies.get("position")):
            ...
            response.set_cookie("position", db.position())
        ```

        They also see what is written inside the block, by the threads that are made there too. Outside of such a
        block, a read sees all writes of the process. Without `replicas`, the block changes nothing.

        Entering the block raises PositionError if the text does not come from `position`.
        """
        return contextlib.nullcontext() if self._positions is None else self._positions.after(position)

    def open(self) -> None:
        """Connect.

        Raises psycopg.OperationalError at once if the server cannot be reached, and DeadlineExceeded if it does not
        answer in time. Raises NotMigrated if a library in `requires` has migrations that are not applied, tables in no
        schema of the search path, or no function for refusals.
        """
        if self._pool.is_open:
            return
        deadline = deadlines.nearest(None, self._deadline)
        try:
            with connecting(self._connector.settings):
                self._pool.open(deadline)
            with self.querier() as querier:
                for library in self._requires:
                    found = exchange(querier._session, look(querier.connection.pgconn, library), deadline)
                    found.require()
            if self._standbys is not None:
                self._standbys.open(deadline)
        except BaseException as error:
            self._pool.close()
            if isinstance(error, TimeIsUp):
                raise overdue(f"{self._bounds.name}: open", deadline) from None
            raise
        finally:
            if self._pool.is_closed:  # so that it can be tried again
                self._renew()

    def close(self) -> None:
        """Close the connections: the idle ones now, the others when their call ends."""
        self._pool.close()
        if self._standbys is not None:
            self._standbys.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, *modules: ModuleType | str) -> list[Finding]:
        """The problems of the database, for the queries and commands that the modules name. Errors come first.

        A module's queries are those in its `__all__`, or else among its public names. `concordia_sql.check` says what
        is compared. The check uses a connection of its own, and takes some seconds for a few hundred queries.

        Raises psycopg.OperationalError when the server cannot be reached, QuerierError for a module without queries.
        """
        from concordia_sql.engine.checks.check import check_at  # noqa: PLC0415 - few programs load what it needs

        return check_at(self._connector.settings, modules, self._connector.converter)

    def __del__(self, warn: Any = warnings.warn) -> None:
        pool = getattr(self, "_pool", None)  # none if the URL was wrong
        if pool is not None and pool.is_open and not pool.is_closed:
            warn(f"the database {self._bounds.name} was not closed", ResourceWarning, source=self)
            pool.abandon()
            if self._standbys is not None:
                self._standbys.abandon()

    def forked(self) -> None:
        """Begin anew in a process that was forked: the connections belong to the parent."""
        forks.inherited.append((self._pool, self._standbys))
        for pool in (self._pool, *(self._standbys.pools() if self._standbys is not None else ())):
            pool.is_foreign = True
        if self._positions is not None:
            self._positions.known_until = -1  # this process has not asked yet
        is_open = self._pool.is_open and not self._pool.is_closed
        self._renew()
        self._pool.is_open = is_open

    def stats(self) -> Stats:
        """The figures of connections, of callers that wait for one, and of calls since the database was opened."""
        stats = self._pool.stats()
        if self._standbys is None:
            return stats
        return attrs.evolve(stats, replicas=self._standbys.stats(), fallbacks=dict(self._standbys.fallbacks))

    def ping(self, *, deadline: float = 5) -> None:
        """Run an empty SELECT, to see whether the server answers: for a health check.

        Raises what a call would: NoConnection, DeadlineExceeded, psycopg.OperationalError.
        """
        with deadlines.deadline(deadline):
            with self.querier() as querier:
                querier.ping()

    @contextlib.contextmanager
    def querier(self) -> Iterator[Querier]:
        """A querier of the pool, for several calls on one connection."""
        pool = self._pool
        lease: Lease[Connection] = Lease()
        deadline = deadlines.nearest(None, self._deadline)
        began = monotonic()
        try:
            try:
                try:
                    connection = pool.take(lease, deadline)
                except TimeIsUp:
                    raise overdue(names_of(()), deadline) from None
                connection.querier._waited = monotonic() - began
                yield connection.querier
            finally:
                pool.put(lease)
        finally:
            if lease.held:  # a signal's handler has raised an exception in between
                pool.put(lease)

    def _one(self) -> AbstractContextManager[Querier]:
        return self.querier()

    def _run(
        self,
        queries: tuple[Statement[Any], ...],
        deadline: Deadline | None,
        watch: Watch | None = None,
        acting: Acting | None = None,
    ) -> tuple[Any, ...]:
        pool = self._pool
        lease: Lease[Connection] = Lease()
        try:
            try:
                connection = pool.lend(lease) or pool.take(lease, deadline)
                if watch is not None:
                    watch.begin(connection.session)
                return connection.querier._run(queries, deadline, None, acting)
            except TimeIsUp:  # of `take`: `_run` raises DeadlineExceeded
                raise overdue(names_of(queries), deadline) from None
            finally:
                pool.put(lease)
        finally:
            if lease.held:  # a signal's handler has raised an exception in between
                pool.put(lease)
