"""Queriers: a connection that runs queries and commands, and what a database has in common with it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, overload

import psycopg

from concordia_sql.engine import deadlines
from concordia_sql.engine.async_exchange import cancel, exchange
from concordia_sql.engine.async_reader import AsyncActingReader, AsyncReader
from concordia_sql.engine.batches import added, counts, in_batches
from concordia_sql.engine.blocks import begin, command, commit
from concordia_sql.engine.calls import not_by, only
from concordia_sql.engine.converter import Converter, make_converter
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import ConcordiaError
from concordia_sql.engine.observing import Kind, Observer, Watch, attempt
from concordia_sql.engine.queries import Batched, Command, Many, ReturningOne, Statement
from concordia_sql.engine.retries import ATTEMPTS, is_in_the_way, pauses
from concordia_sql.engine.session import Session
from concordia_sql.engine.settings import Acting
from concordia_sql.engine.steps import TimeIsUp
from concordia_sql.engine.streams import Stream
from concordia_sql.engine.transactions import Block, Isolation

R = TypeVar("R")
T = TypeVar("T")
# Made by `make sync`: types of 8 results
R1 = TypeVar("R1")
R2 = TypeVar("R2")
R3 = TypeVar("R3")
R4 = TypeVar("R4")
R5 = TypeVar("R5")
R6 = TypeVar("R6")
R7 = TypeVar("R7")
R8 = TypeVar("R8")
# End

_CONVERTER = make_converter()


class AsyncExecutor(AsyncReader):
    """What reads and writes: a querier, or a database with its pool of them.

    `deadline` is explained at `AsyncReader`. Calls raise DeadlineExceeded, commands also OutcomeUnknown.
    """

    async def execute(self, command: Command[R], *, deadline: float | None = None) -> R:
        """Run a command in one round trip. Outside of a transaction, it is a transaction of its own.

        The base of the command says what comes back. Raises OutcomeUnknown if the connection is lost meanwhile.
        """
        if not command.writes:
            raise not_by("execute", command)
        result: R
        (result,) = await self._call("execute", (command,), deadlines.nearest(deadline, self._deadline))
        return result

    # Made by `make sync`: execute_batch of 8 Command
    @overload
    async def execute_batch(
        self, command1: Command[R1], command2: Command[R2], /, *, deadline: float | None = None
    ) -> tuple[R1, R2]: ...
    @overload
    async def execute_batch(
        self, command1: Command[R1], command2: Command[R2], command3: Command[R3], /, *, deadline: float | None = None
    ) -> tuple[R1, R2, R3]: ...
    @overload
    async def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4]: ...
    @overload
    async def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5]: ...
    @overload
    async def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        command6: Command[R6],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5, R6]: ...
    @overload
    async def execute_batch(
        self,
        command1: Command[R1],
        command2: Command[R2],
        command3: Command[R3],
        command4: Command[R4],
        command5: Command[R5],
        command6: Command[R6],
        command7: Command[R7],
        /,
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7]: ...
    @overload
    async def execute_batch(
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
        *,
        deadline: float | None = None,
    ) -> tuple[R1, R2, R3, R4, R5, R6, R7, R8]: ...
    @overload
    async def execute_batch(self, *statements: Command[R], deadline: float | None = None) -> tuple[R, ...]: ...
    # End
    async def execute_batch(self, *commands: Command[Any], deadline: float | None = None) -> tuple[Any, ...]:
        """Run several commands in one round trip, in order, all or nothing. Returns a tuple of their results.

        Outside of a transaction, they are one transaction. Raises what `execute` raises, and names the command that
        failed. With a `ReturningOne` among them, BEGIN and COMMIT take round trips of their own, since it is known only
        after all have run whether it has found its row.
        """
        only(commands, writes=True)
        if any(isinstance(command, ReturningOne) for command in commands):
            with deadlines.within(deadline):
                async with self.transaction() as querier:
                    return await querier._call("execute_batch", commands, deadlines.nearest(None, self._deadline))
        return await self._call("execute_batch", commands, deadlines.nearest(deadline, self._deadline))

    async def dry_run(self, command: Command[R]) -> R:
        """What `execute` would return or raise now. The command is run, with all its locks, and rolled back."""
        async with self.transaction() as querier:
            result = await querier.execute(command)
            raise psycopg.Rollback
        return result

    async def batches(self, command: Batched[R]) -> AsyncIterator[R]:
        """Run a command in batches until a batch finds nothing to do. After each, gives what all have done so far.

        Each batch is a transaction of its own, run by `retry`, and writes at most `limit` rows of each table. The
        deadline of a block holds for all batches together, that of the database for each. To stop, leave the loop. What
        was done stays done, and the same call goes on from there, also after an error or a lost connection. Others may
        write in between. Raises QuerierError inside a transaction.
        """
        part, total = in_batches(command), None
        while True:
            done = await self.retry(lambda querier: querier.execute(part), isolation="read committed")
            total = done if total is None else added(total, done)
            yield total
            if not any(counts(done)):
                break

    async def retry(
        self,
        work: Callable[["AsyncQuerier"], Awaitable[R]],
        *,
        isolation: Isolation = "serializable",
        attempts: int = ATTEMPTS,
        lock_timeouts: bool = False,
    ) -> R:
        """Run `work` in a transaction, and again if another transaction made it fail. Returns what `work` returns.

        It is run again after a serialization failure, a deadlock, or an ALTER TABLE that changed what a prepared
        statement gives; with `lock_timeouts`, also after the server's lock_timeout. All of these roll the transaction
        back. `work` is run at most `attempts` times, with random pauses that grow up to a second. So it must do nothing
        outside of the database that may not be done twice. All other errors are raised at once, also OutcomeUnknown.
        Raises QuerierError inside a transaction, which a failure would have ended.

        In READ COMMITTED, nothing fails if `work` reads a row and then writes what follows from it: what others wrote
        in between is lost. Such `work` needs SERIALIZABLE or REPEATABLE READ, or locks the row as it reads it, or reads
        and writes in one statement. Commands that lock before they check need READ COMMITTED.

        Source: PostgreSQL manual, "Serialization Failure Handling".
        """
        waits, number = pauses(attempts), 0
        while True:
            number += 1
            token = attempt.set(number)
            try:
                async with self.transaction(isolation=isolation) as querier:
                    return await work(querier)
            except psycopg.Error as error:
                pause = next(waits, None) if is_in_the_way(error, lock_timeouts=lock_timeouts) else None
                if pause is None or not deadlines.allow(pause):
                    raise
            finally:
                attempt.reset(token)
            await asyncio.sleep(pause)

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> AsyncIterator["AsyncQuerier"]:
        """A querier in a transaction, which is committed at the end of the block, and rolled back by an error.

        Inside a transaction it is a savepoint, and options raise QuerierError. The default of `isolation` is the
        server's, which is mostly READ COMMITTED. A `deferrable` transaction that is serializable and read-only waits
        until it cannot fail.

        Commands that take a lock before they check a rule need READ COMMITTED, since other levels show them the rows
        from before the lock. If no isolation is given and such a command comes first, the transaction is READ
        COMMITTED. In a transaction of another level, it raises QuerierError.

        Raises OutcomeUnknown if the connection is lost during COMMIT.

        Source: PostgreSQL manual, "Transaction Isolation".
        """
        async with (
            self._one() as querier,
            querier._transacting(isolation, self._acting, read_only=read_only, deferrable=deferrable),
        ):
            yield querier

    def acting_as(self, role: str | None = None, settings: Mapping[str, str] = {}) -> "AsyncExecutor":
        """The same database or querier, but its calls run as a role, with settings that policies of row security read.

        ```python
        visitor = db.acting_as("visitor", {"app.tenant": tenant_id})
        posts = await visitor.fetch(query)
        ```

        Each call, and each transaction as a whole, runs as that role with these settings, which are sent in its own
        round trip. They end with it, also after an error and through a pooler. The role must be granted to the role of
        the connection. A setting has a name of your own with a dot in it. A policy reads it by
        `nullif(current_setting('app.tenant', TRUE), '')`, since it may be '' if it is not set.

        If the server's default isolation is not READ COMMITTED, a command that locks before it checks needs a
        transaction with `isolation="read committed"` here, since the settings come before it.

        Raises QuerierError for a name that cannot exist, and ParameterError for a value that is no text. Calls raise
        QuerierError inside a transaction, and if the server refuses the role or a setting.
        """
        return _AsyncActing(self, Acting.checked(role, settings))

    @contextlib.asynccontextmanager
    async def _rows(self, query: Many[T], acting: Acting | None) -> AsyncIterator[AsyncIterator[T]]:
        async with self._one() as querier, querier._streaming(query, acting) as rows:
            yield rows

    def _one(self) -> AbstractAsyncContextManager["AsyncQuerier"]:
        """A querier, for several calls on one connection."""
        raise NotImplementedError


class _AsyncActing(AsyncActingReader, AsyncExecutor):
    """What `acting_as` returns for a reader that also writes."""

    _target: AsyncExecutor

    def _one(self) -> AbstractAsyncContextManager["AsyncQuerier"]:
        return self._target._one()


class AsyncQuerier(AsyncExecutor):
    """Runs queries on a connection of the caller, which must be in autocommit mode. It does not close the connection.

    Its encoding must be UTF-8. Statements are prepared on their first run. `prepare=False` turns that off, as PgBouncer
    in transaction mode needs. psycopg's own preparation is switched off on the connection. If psycopg has prepared
    statements on it before, psycopg drops all prepared statements after the next rollback, so give each querier a
    connection of its own. After a list or a stream, libpq gives the first rows of a pipeline in chunks, as after
    psycopg's own streams, and psycopg raises InternalError: run `connection.execute("SELECT")` before a `pipeline` or
    an `executemany` with `returning` of your own.

    A querier serves one task at a time, and raises QuerierError for a second one. Its results hold naive datetimes
    in UTC. A call that is cancelled cancels its query on the server. psycopg's errors pass through, with a note
    that names the query. NotMigrated is raised if a table or column is missing that the library's migrations make,
    and ResultError if rows do not fit the result class.

    Errors hold no values: psycopg's errors keep their class, their SQLSTATE and the names in `diag`. They lose DETAIL,
    HINT, CONTEXT and messages that quote a value. `show_values=True` leaves them as the server sent them, with people's
    data and passwords in them: it is for debugging alone.

    Each of the `observers` is told of each call. Statements are sent with the name of their query in a comment, as in
    `SELECT /* blog.GetPost */ …`, which the server's views and logs show. `named=False` leaves it out.
    """

    def __init__(
        self,
        connection: "psycopg.AsyncConnection[Any]",
        *,
        converter: Converter = _CONVERTER,
        prepare: bool = True,
        deadline: float | None = None,
        show_values: bool = False,
        observers: Iterable[Observer] = (),
        named: bool = True,
    ) -> None:
        self.connection = connection
        self._observers = tuple(observers)
        self._waited = 0.0
        self._session = Session(connection, converter, prepare=prepare, show_values=show_values)
        self._session.named = named
        self._deadline = deadline

    async def ping(self) -> None:
        """Run an empty SELECT, to see whether the server answers."""
        await self._command(b"SELECT", deadlines.nearest(None, self._deadline))

    def _watch(self, kind: Kind, queries: Sequence[Statement[Any]]) -> Watch:
        waited, self._waited = self._waited, 0.0
        return Watch(self._observers, kind, queries, self._session, waited)

    async def _run(
        self,
        queries: tuple[Statement[Any], ...],
        deadline: Deadline | None,
        watch: Watch | None = None,  # noqa: ARG002 - it has its connection
        acting: Acting | None = None,
    ) -> tuple[Any, ...]:
        session = self._session
        session.require_usable(queries, deadline, acting)
        with session.lock, session:
            try:
                return await exchange(session, session.run(queries, acting), deadline)
            except psycopg.OperationalError as error:  # also of a connection that was lost before
                session.explain(error, queries)
            except TimeIsUp as error:
                session.overdue(error, queries, deadline)
            finally:
                if session.trail:
                    session.trail.end()

    @contextlib.asynccontextmanager
    async def _streaming(self, query: Many[T], acting: Acting | None) -> AsyncIterator[AsyncIterator[T]]:
        only((query,), writes=False, by="stream")
        with self._watch("stream", (query,)):
            async with contextlib.aclosing(self._stream(query, acting)) as rows:
                yield rows

    async def _stream(self, query: Many[T], acting: Acting | None) -> AsyncGenerator[T]:
        session, queries, count = self._session, (query,), 0
        deadline = deadlines.nearest(None, self._deadline)
        session.require_usable(queries, deadline, acting)
        stream = Stream(session, query, acting)
        with session.lock, session:
            try:
                await exchange(session, stream.learn(), deadline)
                await exchange(session, stream.open(), deadline)
                while (rows := await exchange(session, stream.next(count), deadline)) is not None:
                    count += len(rows)
                    for row in rows:
                        yield row
                    deadline = deadlines.nearest(None, self._deadline)
            except psycopg.Error as error:
                session.explain(error, queries)
            except TimeIsUp as error:
                session.overdue(error, queries, deadline)
            finally:
                if session.is_active():
                    with contextlib.suppress(psycopg.Error, ConcordiaError, TimeIsUp):
                        await cancel(session, stream.drain())

    @contextlib.asynccontextmanager
    async def _transacting(
        self, isolation: Isolation | None, acting: Acting | None, *, read_only: bool, deferrable: bool
    ) -> AsyncIterator[None]:
        session = self._session
        with self._watch("transaction", ()):
            session.require_usable((), None, acting)
            block = session.enter(isolation, read_only=read_only, deferrable=deferrable)
            try:
                await self._command(block.begin, deadlines.nearest(None, self._deadline), acting=acting)
                yield
                await self._command(block.commit, deadlines.nearest(None, self._deadline), block)
            except BaseException as error:
                await self._roll_back(block, error)
                if not (isinstance(error, psycopg.Rollback) and error.transaction is None):
                    raise
            finally:
                session.leave(block)

    async def _roll_back(self, block: Block, error: BaseException) -> None:
        """Roll back after an error, in a short time if somebody waits for it; else close the connection."""
        if self._session.is_over():
            return
        try:
            await self._command(block.rollback, block.rollback_deadline(error, self._deadline))
        except (psycopg.Error, ConcordiaError):
            self._session.finish()

    def _one(self) -> AbstractAsyncContextManager["AsyncQuerier"]:
        return contextlib.nullcontext(self)

    async def _command(
        self, text: bytes, deadline: Deadline | None, ending: Block | None = None, acting: Acting | None = None
    ) -> None:
        """Run a statement that returns no rows. If it ends a transaction, its outcome may be unknown."""
        session = self._session
        session.require_usable((), deadline)
        with session.lock, session:
            try:
                if session.trail and ending is not None and ending.writes:
                    session.trail.begin(writes=True)
                    steps = commit(session, text)
                else:
                    steps = begin(session, text, acting) if acting else command(session, text)
                tag = await exchange(session, steps, deadline)
            except psycopg.Error as error:
                session.explain_command(error, ending)
            except TimeIsUp as error:
                session.overdue(error, (), deadline, ending)
            finally:
                if session.trail:
                    session.trail.end()
        if ending is not None:
            ending.check_end(tag)
