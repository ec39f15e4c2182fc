# Made from async_querier.py by `make sync`: change that module, not this one.
"""Queriers: a connection that runs queries."""

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeVar, overload

import psycopg

from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.queries import Command, Many, Query, ReturningOne, Statement
from concordia_sql.engine.session import ATTEMPTS, IN_THE_WAY, Isolation, Session, only, pauses, stream_chunk

R = TypeVar("R")
R1 = TypeVar("R1")
R2 = TypeVar("R2")
R3 = TypeVar("R3")
R4 = TypeVar("R4")
R5 = TypeVar("R5")
R6 = TypeVar("R6")
R7 = TypeVar("R7")
R8 = TypeVar("R8")
T = TypeVar("T")

_CONVERTER = make_converter()


class Executor:
    """What runs queries: a querier, or a database with its pool of them."""

    def fetch(self, query: Query[R]) -> R:
        """Run a query in one round trip. What comes back is as its base says: `T`, `T | None`, `list[T]`."""
        (result,) = self._run(*only((query,), writes=False))
        return result  # type: ignore[no-any-return]

    def execute(self, command: Command[R]) -> R:
        """Run a command in one round trip, as a transaction of its own outside of one.

        What comes back is as its base says. Raises OutcomeUnknown when the connection is lost meanwhile.
        """
        (result,) = self._run(*only((command,), writes=True))
        return result  # type: ignore[no-any-return]

    @overload
    def fetch_batch(self, query1: Query[R1], query2: Query[R2], /) -> tuple[R1, R2]: ...
    @overload
    def fetch_batch(self, query1: Query[R1], query2: Query[R2], query3: Query[R3], /) -> tuple[R1, R2, R3]: ...
    @overload
    def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], query4: Query[R4], /
    ) -> tuple[R1, R2, R3, R4]: ...
    @overload
    def fetch_batch(
        self, query1: Query[R1], query2: Query[R2], query3: Query[R3], query4: Query[R4], query5: Query[R5], /
    ) -> tuple[R1, R2, R3, R4, R5]: ...
    @overload
    def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        query6: Query[R6],
        /,
    ) -> tuple[R1, R2, R3, R4, R5, R6]: ...
    @overload
    def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        query6: Query[R6],
        query7: Query[R7],
        /,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7]: ...
    @overload
    def fetch_batch(
        self,
        query1: Query[R1],
        query2: Query[R2],
        query3: Query[R3],
        query4: Query[R4],
        query5: Query[R5],
        query6: Query[R6],
        query7: Query[R7],
        query8: Query[R8],
        /,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7, R8]: ...
    @overload
    def fetch_batch(self, *queries: Query[R]) -> tuple[R, ...]: ...
    def fetch_batch(self, *queries: Query[Any]) -> tuple[Any, ...]:
        """Run several queries in one round trip; a tuple of their results. An error of one is the error of all."""
        return self._run(*only(queries, writes=False))

    @overload
    def execute_batch(self, command1: Command[R1], command2: Command[R2], /) -> tuple[R1, R2]: ...
    @overload
    def execute_batch(
        self, command1: Command[R1], command2: Command[R2], command3: Command[R3], /
    ) -> tuple[R1, R2, R3]: ...
    @overload
    def execute_batch(
        self, command1: Command[R1], command2: Command[R2], command3: Command[R3], command4: Command[R4], /
    ) -> tuple[R1, R2, R3, R4]: ...
    @overload
    def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        /,
    ) -> tuple[R1, R2, R3, R4, R5]: ...
    @overload
    def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        command6: Command[R6],
        /,
    ) -> tuple[R1, R2, R3, R4, R5, R6]: ...
    @overload
    def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        command6: Command[R6],
        command7: Command[R7],
        /,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7]: ...
    @overload
    def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        command6: Command[R6],
        command7: Command[R7],
        command8: Command[R8],
        /,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7, R8]: ...
    @overload
    def execute_batch(self, *commands: Command[R]) -> tuple[R, ...]: ...
    def execute_batch(self, *commands: Command[Any]) -> tuple[Any, ...]:
        """Run several commands in one round trip, in order, all or nothing; a tuple of their results.

        Outside of a transaction they are one. Raises what `execute` does: an error of one is the error of all. Where
        one is a `ReturningOne`, that it finds no row is known when all have run: BEGIN and COMMIT are then trips of
        their own.
        """
        only(commands, writes=True)
        if any(isinstance(command, ReturningOne) for command in commands):
            with self.transaction() as querier:
                return querier._run(*commands)
        return self._run(*commands)

    def dry_run(self, command: Command[R]) -> R:
        """What `execute` would return or raise now: the command is run, with all its locks, and rolled back."""
        with self.transaction() as querier:
            result = querier.execute(command)
            raise psycopg.Rollback
        return result

    def retry(
        self,
        work: Callable[["Querier"], R],
        *,
        isolation: Isolation = "serializable",
        attempts: int = ATTEMPTS,
    ) -> R:
        """What `work` returns, run in a transaction, and again when other transactions got in its way.

        That is after a serialization failure or a deadlock, which leave nothing behind, at most `attempts` times, with
        random pauses that grow up to a second. So `work` must do nothing else that may not be done twice. All other
        errors are raised at once, OutcomeUnknown among them. Raises QuerierError inside a transaction, which a failure
        would have ended.

        Source: PostgreSQL manual, "Serialization Failure Handling".
        """
        waits = pauses(attempts)
        while True:
            try:
                with self.transaction(isolation=isolation) as querier:
                    return work(querier)
            except IN_THE_WAY:
                if (pause := next(waits, None)) is None:
                    raise
            time.sleep(pause)

    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> AbstractContextManager["Querier"]:
        """A querier in a transaction: committed at the end of the block, rolled back by an error.

        Inside a transaction it is a savepoint and takes no options: QuerierError. `isolation` is what the server is
        set to, mostly READ COMMITTED, unless given. A `deferrable` transaction that is serializable and read-only waits
        until it cannot fail.

        Commands that take a lock before they check a rule need READ COMMITTED, since others would show them the rows
        from before the lock. Where no isolation is given, the first statement may be such a command: the transaction
        is then READ COMMITTED. Elsewhere they raise QuerierError.

        Raises OutcomeUnknown when the connection is lost at the end, while it is committed.

        Source: PostgreSQL manual, "Transaction Isolation".
        """
        raise NotImplementedError

    def _run(self, *statements: Statement[Any]) -> tuple[Any, ...]:
        raise NotImplementedError


class Querier(Executor):
    """Runs queries on a connection of the caller's, which must be in autocommit mode and is never closed here.

    Its encoding must be UTF-8. Statements are prepared on their first run; `prepare=False` turns that off, as PgBouncer
    in transaction mode needs. psycopg's own preparation is switched off on the connection. Where psycopg has prepared
    statements before, it drops all there are after the next rollback: give each querier a connection of its own.

    A querier serves one thread at a time, and raises QuerierError for a second one. Its results hold naive datetimes in
    UTC. A call that is interrupted cancels its query on the server. psycopg's errors pass through, with a note that
    names the query; NotMigrated is raised when a table or column is missing that the library's migrations make,
    ResultError when rows do not fit the result class.

    What is raised holds no values: psycopg's errors keep their class, SQLSTATE and the names in `diag`, and lose
    DETAIL, HINT, CONTEXT and messages that quote. `show_values=True`, for debugging alone, leaves them as the server
    sent them, with people's data and passwords in them.
    """

    def __init__(
        self,
        connection: "psycopg.Connection[Any]",
        *,
        converter: Converter = _CONVERTER,
        prepare: bool = True,
        show_values: bool = False,
    ) -> None:
        self.connection = connection
        self._session = Session(connection, converter, prepare=prepare, show_values=show_values)

    def _run(self, *statements: Statement[Any]) -> tuple[Any, ...]:
        with self._session.reserved(*statements) as session:
            try:
                return self.connection.wait(session.run(statements))
            except psycopg.OperationalError as error:  # also of a connection that was lost before
                session.explain(error, statements)

    @contextlib.contextmanager
    def stream(self, query: Many[T]) -> Iterator[Iterator[T]]:
        """Run a query whose rows come one by one, in constant memory, for results too large for a list.

        ```python
        with querier.stream(query) as rows:
            for row in rows: ...
        ```

        The querier runs nothing else until the last row. Leaving early cancels the query, which ends a transaction
        around it.
        """
        with contextlib.closing(self._stream(query)) as rows:
            yield rows

    def _stream(self, query: Many[T]) -> Generator[T]:
        session = self._session
        only((query,), writes=False, by="stream")
        composed = query.compose()
        with session.running(query):
            self.connection.wait(session.learn(composed))
            with psycopg.RawCursor(self.connection) as cursor:
                session.adapt(cursor, query)
                rows = cursor.stream(composed.encoded, session.texts(composed, query), size=stream_chunk())
                with contextlib.closing(rows):  # type: ignore[type-var]
                    for row in rows:
                        yield row

    @contextlib.contextmanager
    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Iterator["Querier"]:
        """As `Executor.transaction` says."""
        with self._session.transaction(isolation, read_only, deferrable) as transaction:
            with self.connection.transaction():
                if transaction.setting:
                    self.connection.execute(transaction.setting)
                yield self
                transaction.ended = True
