"""The statements of one connection: prepared once, sent, read. Below psycopg's cursors; sync and async share it.

What waits for the server is a generator of steps, as psycopg's own are. Going below the cursors halves the
client's time for a small query; the benchmarks have the figures.
"""

import contextlib
import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, Self, TypeAlias, TypeVar

import attrs
import psycopg
from psycopg import capabilities, generators, pq
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGcancel, PGcancelConn, PGresult
from psycopg.waiting import WAIT_R

from concordia_sql.engine import forks
from concordia_sql.engine.adapters import LOOK_UP, Adaptation
from concordia_sql.engine.calls import names_of, overdue
from concordia_sql.engine.collector import collector_paused
from concordia_sql.engine.compose import Composed
from concordia_sql.engine.constraints import Key, KnownKeys, ask_for_keys
from concordia_sql.engine.converter import Converter
from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import ConcordiaError, OutcomeUnknown, QuerierError, ResultError
from concordia_sql.engine.failures import find_broken_key, find_cause, is_lost, raise_for_command, raise_for_queries
from concordia_sql.engine.isolation import IS_READ_COMMITTED, NOT_SET, READ_COMMITTED, not_read_committed
from concordia_sql.engine.mapping import RowMaker
from concordia_sql.engine.positions import Trail
from concordia_sql.engine.queries import Affected, Statement
from concordia_sql.engine.retries import is_outdated
from concordia_sql.engine.rows import chunk_of, load, load_singly, raise_if_failed, row_maker
from concordia_sql.engine.settings import PLAN_BEFORE, PLANS, Acting, Plan, Setting
from concordia_sql.engine.standbys import Seen
from concordia_sql.engine.steps import TimeIsUp
from concordia_sql.engine.transactions import Block, Isolation, savepoint, transaction
from concordia_sql.engine.waits import Line

R = TypeVar("R")
AnyConnection: TypeAlias = "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]"

PREPARED_MAX = 100
"""How many statements a connection keeps prepared: the server holds up to some 300 kB for each."""

_MANY_ROWS = 20
"""For as many rows the collector is paused."""

_names = itertools.count()
# Enumerations looked up once: that costs more than what is compared to them.
_IDLE, _FATAL_ERROR = int(pq.TransactionStatus.IDLE), int(pq.ExecStatus.FATAL_ERROR)
_NO_PIPELINE, _BINARY = pq.PipelineStatus.OFF, int(pq.Format.BINARY)
_TUPLES_OK, _PIPELINE_SYNC = int(pq.ExecStatus.TUPLES_OK), int(pq.ExecStatus.PIPELINE_SYNC)


@attrs.define(eq=False)
class Prepared:
    """A composed text on the connection, and how its rows are read."""

    composed: Composed
    name: bytes
    rows: Any
    prepared: bool = False
    chunk: int = 0
    """How many rows are taken at a time; 0 takes all at once."""
    row_maker: RowMaker[Any] | None = None
    """None if it is not known yet how its rows are read, or may have changed: while it is not prepared."""


Results: TypeAlias = list[PGresult]
"""What comes back for a command: mostly one result.

After rows that came in chunks, libpq gives the first answer of a pipeline in chunks too. Then the rows are in the first
results, and the last one says how the command ended.
"""
Cancellation: TypeAlias = PGcancelConn | PGcancel
Call: TypeAlias = tuple[Prepared, Sequence[Buffer | None]]
"""A statement with the values of its parameters."""


class Session:
    """Runs queries on a connection, for one thread or task at a time."""

    def __init__(self, connection: AnyConnection, converter: Converter, *, prepare: bool, show_values: bool) -> None:
        if not connection.autocommit:
            raise QuerierError("a querier needs a connection in autocommit mode: psycopg.connect(…, autocommit=True)")
        if connection.info.encoding != "utf-8":
            raise QuerierError("a querier needs a connection in UTF-8: psycopg.connect(…, client_encoding='UTF8')")
        connection.prepare_threshold = None  # else psycopg may send DEALLOCATE ALL, which forgets these statements too
        self.connection = connection
        self.pgconn = connection.pgconn
        self._converter = converter
        self.prepare = prepare
        self._show_values = show_values
        self.adaptation = Adaptation(connection)
        self.learned: weakref.WeakSet[Composed] = weakref.WeakSet()
        self._statements: OrderedDict[Composed, Prepared] = OrderedDict()
        self._discarded: list[bytes] = []
        self._keys = KnownKeys()
        self.lock = threading.Lock()
        """Held while a call runs. As a block it is safe against what signals' handlers raise, which this object is not:
        a call that one leaves unsettled is known by that."""
        self.is_settled = True
        """Whether the last call came to an end that is known: what the connection holds is as it is noted here."""
        self.calls = self.errors = self.rows = 0
        self.database = ""
        """What observers call the database."""
        self.named = True
        """Whether statements are sent with the names of their queries."""
        self.trail: Trail | None = None
        """Asks for the position after a write, if anybody wants to know."""
        self.guard: Seen | None = None
        """What must go before a read of a standby."""
        self._process = forks.process
        self.line = Line(self.pgconn.socket)
        self.poll = self.line.poll
        self._before: int = _IDLE
        self._fresh: Sequence[Prepared] = ()
        self._sent: list[Composed | None] = []
        """What a pipeline has sent, in order; None for what the queries did not ask for."""
        self._failed: Sequence[Statement[Any]] = ()
        """The query of a batch whose error is raised; none if that is not known, or it is that of a setting."""
        self._recovered = 0
        self._outdated = 0
        self._block: Block | None = None

    def require_usable(
        self, queries: Sequence[Statement[Any]], deadline: Deadline | None, acting: Acting | None = None
    ) -> None:
        """Raise an error if nothing can be run now."""
        if self._process != forks.process:
            raise QuerierError(
                f"{names_of(queries)}: the connection belongs to the process before the fork: open another"
            )
        if self.lock.locked():
            raise QuerierError(
                f"{names_of(queries)}: this querier runs a query already; it serves one thread or task at a time"
            )
        if (self.pgconn.transaction_status != _IDLE or self.pgconn.pipeline_status) and self.is_active():
            raise QuerierError(f"{names_of(queries)}: the connection is in a stream, copy or pipeline of psycopg's")
        if acting and self.pgconn.transaction_status != _IDLE:
            raise QuerierError(f"{names_of(queries)}: acting_as is for whole transactions, and this is inside of one")
        if deadline is not None and not deadline.left():
            raise overdue(names_of(queries), deadline)

    def is_alive(self) -> bool:
        """Whether the connection did not die while it was idle. No round trip: it reads what the server has said."""
        try:
            while self.poll(0):
                self.pgconn.consume_input()
        except psycopg.OperationalError:
            self.close()
            return False
        return True

    def is_whole(self) -> bool:
        """Whether the connection is known to be as it was before it was used."""
        return (
            self.pgconn.transaction_status == _IDLE
            and self.pgconn.pipeline_status == _NO_PIPELINE
            and self.is_settled
            and not self.lock.locked()
            and not self.connection.lock.locked()
        )

    def __enter__(self) -> Self:
        if not self.is_settled:
            self._statements.clear()  # nobody knows which of them are prepared; others will have other names
        self.is_settled = False
        self.calls += 1
        self._before = self.pgconn.transaction_status
        return self

    def __exit__(self, raised: type[BaseException] | None, *_: object) -> None:
        if raised is None:
            self.is_settled = True
            self._outdated = 0
            return
        self.errors += 1
        if issubclass(raised, psycopg.Error | ConcordiaError):
            self.is_settled = True
        elif self.is_active():  # left while Python ran, not while it waited: what comes next is anyone's
            self.close()

    def enter(self, isolation: Isolation | None, *, read_only: bool, deferrable: bool) -> Block:
        """The transaction, or savepoint, that is to begin. To be left in any case."""
        block = transaction(isolation, read_only=read_only, deferrable=deferrable)
        if self.pgconn.transaction_status != _IDLE:
            if block.begin != b"BEGIN":
                raise QuerierError(
                    "inside a transaction, `transaction` makes a savepoint, which has no isolation or mode of its own"
                )
            return savepoint()
        self._block = block
        return block

    def leave(self, block: Block) -> None:
        """After the end of a transaction or savepoint."""
        if self._block is block:
            self._block = None

    def is_over(self) -> bool:
        """Whether nothing is left to roll back here: no transaction, no connection, or another process's."""
        ended = self.pgconn.transaction_status in (_IDLE, pq.TransactionStatus.UNKNOWN)
        return ended or self._process != forks.process

    def cancellation(self) -> Cancellation | None:
        """What tells the server to cancel what runs, also when the connection is closed by then."""
        with contextlib.suppress(psycopg.OperationalError):  # it is closed already
            return self.pgconn.cancel_conn() if capabilities.has_cancel_safe() else self.pgconn.get_cancel()
        return None

    def finish(self) -> None:
        """Close the connection, of which nobody knows what it would say next, if it is not another process's."""
        if self._process == forks.process:
            self.close()

    def close(self) -> None:
        """Close the connection, in any thread."""
        self.line.close()
        self.pgconn.finish()

    def run(self, queries: Sequence[Statement[Any]], acting: Acting | None = None) -> PQGen[tuple[Any, ...]]:
        """Run the queries in one round trip; what they come back as. Once more where that will help.

        Raises psycopg's error for the first that failed, or one that says more, and ResultError when the rows do not
        fit a result class.
        """
        self._fresh, self._recovered = (), 0
        if self.trail:
            self._follow(self.trail, queries)
        while True:
            try:
                statement = self._known(queries[0]) if len(queries) == 1 and acting is None else None
                if statement is None:
                    return (yield from self._run_together(queries, acting))
                query, composed = queries[0], statement.composed
                if self.guard:
                    return ((yield from self._run_guarded(self.guard, query, statement)),)
                self.pgconn.send_query_prepared(statement.name, self.values(composed, query))
                if statement.chunk:
                    return ((yield from self._receive(query, statement)),)
                results = yield from generators.execute(self.pgconn)
                if results[-1].status == _FATAL_ERROR:
                    raise_if_failed(results[-1], query, composed)
                if statement.row_maker is None:
                    yield from self.learn_types(results)
                return (self._read(query, statement, results),)
            except psycopg.Error as error:
                failed, self._failed = self._failed or queries, ()
                if not self._recover(error):
                    key = yield from find_broken_key(self.pgconn, error, self._keys)
                    self.explain(error, failed, key, (yield from find_cause(self.pgconn, error, failed)))

    def _follow(self, trail: Trail, queries: Sequence[Statement[Any]]) -> None:
        """Find out where the queries leave the log, or note that others will end their transaction."""
        writes = any(query.writes for query in queries)
        if self._before == _IDLE:
            trail.begin(writes=writes)
        elif writes and self._block is None:
            trail.leave_open()

    def _known(self, query: Statement[Any]) -> Prepared | None:
        """Its statement, if that is prepared, and all there is to send."""
        composed = query.compose() if self.named else self.composed_of(query)
        statement = self._statements.get(composed)
        if statement is None or not statement.prepared or composed.before or query._plan:
            return None
        if (self.guard and not self.guard.ready) or (self.trail and self.trail.wanted):
            return None
        if query.writes and self._unknown_keys([query]):
            return None
        self._statements.move_to_end(composed)
        return statement

    def _run_guarded(self, guard: Seen, query: Statement[R], statement: Prepared) -> PQGen[R]:
        """Run a check and a query, both prepared, in a pipeline; what the query comes back as.

        The results are not taken by psycopg's `fetch_many`: to give up the interpreter's lock takes longer than that.
        """
        pgconn, values = self.pgconn, self.values(statement.composed, query)
        pgconn.enter_pipeline_mode()
        pgconn.send_query_prepared(guard.ready, None, None, _BINARY)
        pgconn.send_query_prepared(statement.name, values)
        pgconn.pipeline_sync()
        if pgconn.flush():
            yield from generators.send(pgconn)
        yield WAIT_R  # the server does not answer before it has all
        pgconn.consume_input()
        results: Results = []
        while True:
            while pgconn.is_busy():
                yield WAIT_R
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:  # after an error, or rows in chunks
                continue
            status = result.status
            if status == _PIPELINE_SYNC:
                break
            results.append(result)
            if status == _TUPLES_OK:
                pgconn.get_result()  # None: the end of the statement, which libpq does not wait for
        pgconn.exit_pipeline_mode()
        checked, results = results[0], results[-1:]
        if checked.status == _FATAL_ERROR:
            raise_if_failed(checked)
        guard.read(checked)
        if results[-1].status == _FATAL_ERROR:
            raise_if_failed(results[-1], query, statement.composed)
        if statement.row_maker is None:
            yield from self.learn_types(results)
        return self._read(query, statement, results)

    def _unknown_keys(self, queries: Sequence[Statement[Any]]) -> Sequence[str]:
        """The tables of commands in a transaction whose keys are not known: an error ends it, and none can be asked."""
        is_asked = self._before != _IDLE and any(query.writes for query in queries)
        return self._keys.unknown(queries) if is_asked else ()

    def _run_together(self, queries: Sequence[Statement[Any]], acting: Acting | None) -> PQGen[tuple[Any, ...]]:
        """Run the queries in a pipeline; what they come back as."""
        runs = [self._calls(query) for query in queries]
        locking = next((query for query in queries if query.compose().before), None)
        first: list[Setting] = [(self._isolating(locking), None)] if locking else []
        first += [acting.setting()] if acting else []
        planned: list[tuple[Plan | None, list[Call]]] = [
            (query._plan, run) for query, run in zip(queries, runs, strict=True)
        ]
        answers = yield from self._pipeline(planned, first, self._unknown_keys(queries))
        guards = 0
        if self.guard:
            self.guard.check(answers)
            guards = self.guard.sent
        asking = [(query, each.composed) for query, run in zip(queries, runs, strict=True) for each, _ in run]
        asks = {composed: query for query, composed in asking}
        owners = iter([*(asks[each.composed] for each in self._fresh), *(query for query, _ in asking)])
        for number, (results, composed) in enumerate(zip(answers, self._sent, strict=False)):
            if acting and number == guards + len(first) - 1:
                acting.raise_if_refused(results[-1], names_of(queries))
            query = next(owners) if composed else None
            try:
                raise_if_failed(results[-1], query, composed)
            except psycopg.Error as error:
                if locking and number == 0 and isinstance(error, NOT_SET):
                    raise not_read_committed(locking) from error
                self._failed = (query,) if query else ()
                raise
        own = [results for results, composed in zip(answers, self._sent, strict=True) if composed][len(self._fresh) :]
        ends = itertools.accumulate(map(len, runs))  # what a query comes back as is its last statement's result
        reads = [(query, run[-1][0], own[end - 1]) for query, run, end in zip(queries, runs, ends, strict=True)]
        new = [results for _, statement, results in reads if statement.row_maker is None]
        yield from self.learn_types(itertools.chain.from_iterable(new))
        return tuple(self._read(*each) for each in reads)

    def _recover(self, error: psycopg.Error) -> bool:
        """Make ready to send the queries once more, if that will help. Not in a transaction: the error has ended it."""
        if is_outdated(error):
            self._outdated += 1
            self.prepare = self.prepare and self._outdated == 1  # a pooler that tracks texts finds the old one again
            self._discarded += [each.name for each in self._statements.values() if each.prepared]
            self._statements.clear()
        elif error.sqlstate == "26000":  # the caller has deallocated all that was prepared before this call
            self._statements = OrderedDict((each.composed, each) for each in self._fresh if each.prepared)
            self._discarded.clear()
            if self.guard:
                self.guard.prepared = self.guard.ready = b""
        else:
            return False
        self._recovered += 1
        return self._recovered <= (2 if is_outdated(error) else 1) and self.pgconn.transaction_status == _IDLE

    def overdue(
        self,
        error: TimeIsUp,
        queries: Sequence[Statement[Any]],
        deadline: Deadline | None,
        ending: Block | None = None,
    ) -> NoReturn:
        """Raise the error of a call whose deadline has passed. What was in a transaction is rolled back."""
        exceeded = overdue(names_of(queries), deadline)
        commits = ending is not None and ending.is_outermost
        writes = self._before == _IDLE and any(query.writes for query in queries)
        if error.is_done is None and (commits or writes):
            what = "the transaction" if commits else f"{names_of(queries)}: the write"
            raise OutcomeUnknown(f"{what} may be done or not: the server did not say so in time") from exceeded
        raise exceeded from None

    def explain_command(self, error: psycopg.Error, ending: Block | None) -> NoReturn:
        """Raise the error of a statement of a transaction's own."""
        commits = ending is not None and ending.is_outermost
        raise_for_command(error, show_values=self._show_values, lost=commits and is_lost(error, self.pgconn))

    def explain(
        self,
        error: psycopg.Error | ResultError,
        queries: Sequence[Statement[Any]],
        key: Key | None = None,
        cause: str = "",
    ) -> NoReturn:
        """Raise the error with the names of its queries, or one that says more. Neither holds a value."""
        lost = self._before == _IDLE and is_lost(error, self.pgconn)  # what was in a transaction is rolled back
        raise_for_queries(error, queries, key, cause, show_values=self._show_values, lost=lost)

    def texts(self, composed: Composed, query: Statement[Any]) -> list[str | None]:
        """The values of the parameters for a cursor of psycopg's, which sends texts without a type too."""
        values = self.values(composed, query)
        return [None if value is None else bytes(value).decode() for value in values]

    def composed_of(self, query: Statement[Any]) -> Composed:
        """What is sent for it, with its name or without."""
        composed = query.compose()
        return composed if self.named or composed.unnamed is None else composed.unnamed

    def _calls(self, query: Statement[Any]) -> list[Call]:
        composed = self.composed_of(query)
        before = [self._call(each, query) for each in composed.before] if composed.before else []
        return [*before, self._call(composed, query)]

    def _isolating(self, query: Statement[Any]) -> bytes:
        """What is sent before a command that locks and then reads: READ COMMITTED, to see what others did meanwhile."""
        if self._block is None:
            return READ_COMMITTED if self._before == _IDLE else IS_READ_COMMITTED
        if self._block.isolation not in (None, "read committed"):
            raise not_read_committed(query)
        return READ_COMMITTED

    def _call(self, composed: Composed, query: Statement[Any]) -> Call:
        statement = self._statements.get(composed)
        if statement is None:
            name = f"query_{next(_names)}".encode()
            statement = self._statements[composed] = Prepared(composed, name, Transformer(self.adaptation))
        else:
            self._statements.move_to_end(composed)
        return statement, self.values(composed, query)

    def values(self, composed: Composed, query: Statement[Any]) -> Sequence[Buffer | None]:
        """The values of the parameters, as they are sent."""
        return self.adaptation.sent(composed.values(query))

    def learn_types(self, results: Iterable[PGresult]) -> PQGen[None]:
        """Look up the types in results that psycopg does not know: once on each connection, after a first run."""
        if unknown := self.adaptation.unknown(results):
            self.pgconn.send_query_params(LOOK_UP, [f"{{{','.join(map(str, unknown))}}}".encode()])
            found = yield from generators.execute(self.pgconn)
            raise_if_failed(found[-1])
            self.adaptation.learn(found[-1])

    def _receive(self, query: Statement[R], statement: Prepared) -> PQGen[R]:
        """What the query comes back as, its rows made while the server still sends others.

        Source: PostgreSQL manual, "Retrieving Query Results in Chunks" of libpq.
        """
        rows: list[Any] = []
        self.pgconn.set_chunked_rows_mode(statement.chunk)
        yield from generators.send(self.pgconn)
        result = yield from generators.fetch(self.pgconn)
        with collector_paused:
            try:
                while result is not None:
                    raise_if_failed(result, query, statement.composed)
                    rows += self.rows_of(query, statement, result, len(rows))
                    result = yield from generators.fetch(self.pgconn)
            except (psycopg.Error, ResultError):
                with contextlib.suppress(psycopg.OperationalError):  # after the server's reason to end the connection
                    yield from generators.fetch_many(self.pgconn)  # the rest of the answer
                raise
            return query.collect(rows)

    def _pipeline(
        self, runs: Sequence[tuple[Plan | None, list[Call]]], first: Sequence[Setting], unknown: Sequence[str]
    ) -> PQGen[list[Results]]:
        """Run the guard and `first`, prepare what is not, and run all, without waiting. What was sent is in `_sent`.

        The keys of the unknown tables are looked up before them.

        Source: PostgreSQL manual, "Pipeline Mode" of libpq.
        """
        calls = [call for _, run in runs for call in run]
        while len(self._statements) > max(PREPARED_MAX, len(calls)):
            _, oldest = self._statements.popitem(last=False)
            self._discarded += [oldest.name] if oldest.prepared else []
        discarded = self._discarded
        self._fresh = [*dict.fromkeys(each for each, _ in calls if self.prepare and not each.prepared)]
        self.pgconn.enter_pipeline_mode()
        ahead = len(first) + (self.guard.send(self.pgconn) if self.guard else 0)
        self._sent = [None] * (ahead + len(discarded) + bool(unknown)) + [each.composed for each in self._fresh]
        for setting in first:
            self.pgconn.send_query_params(*setting)
        for name in discarded:
            self._send_drop(name)
        if unknown:
            self.pgconn.send_query_params(*ask_for_keys(unknown))
        for statement in self._fresh:
            self.pgconn.send_prepare(statement.name, statement.composed.encoded)
        for plan, run in runs:
            self._send_calls(plan, run)
        answers = yield from self.synchronize()
        ends = [results[-1] for results in answers[ahead:]]
        done = [result.status == pq.ExecStatus.COMMAND_OK for result in ends]
        self._discarded = [name for name, gone in zip(discarded, done, strict=False) if not gone]
        for results in answers[ahead + len(discarded) :][: bool(unknown)]:
            self._keys.learn(unknown, results[0])
        for statement, prepared in zip(self._fresh, done[len(discarded) + bool(unknown) :], strict=False):
            statement.prepared = prepared
        return answers

    def _send_calls(self, plan: Plan | None, run: Sequence[Call]) -> None:
        """Send the statements of a query, planned as it says; what comes after it is planned as before."""
        if plan:
            self.pgconn.send_query_params(*PLANS[plan])
        for statement, values in run:
            if not statement.prepared:
                statement.row_maker = None
            if self.prepare:
                self.pgconn.send_query_prepared(statement.name, values)
            else:
                self.pgconn.send_query_params(statement.composed.encoded, values)
        if plan:
            self.pgconn.send_query_params(*PLAN_BEFORE)
        around: list[Composed | None] = [None] if plan else []
        self._sent += [*around, *(statement.composed for statement, _ in run), *around]

    def _send_drop(self, name: bytes) -> None:
        """Drop a prepared statement: by a message that poolers know, where libpq can (version 17)."""
        if capabilities.has_send_close_prepared():
            self.pgconn.send_close_prepared(name)
        else:
            self.pgconn.send_query_params(b"DEALLOCATE " + name, None)

    def synchronize(self) -> PQGen[list[Results]]:
        """End the pipeline; the results of each command in it, as far as the connection lasted."""
        pgconn = self.pgconn
        answers: list[Results] = []
        pgconn.pipeline_sync()
        if trail := self.trail if self.trail and self.trail.wanted else None:
            trail.send(pgconn, prepare=self.prepare)
        yield from generators.send(pgconn)
        try:
            while (results := (yield from generators.fetch_many(pgconn)))[-1].status != pq.ExecStatus.PIPELINE_SYNC:
                answers.append(results)
            if trail:
                yield from trail.receive(pgconn)
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()
        except psycopg.OperationalError:
            if not any(results[-1].status == _FATAL_ERROR for results in answers):
                raise  # else the server has said why it ends the connection
        return answers

    def _read(self, query: Statement[R], statement: Prepared, results: Results) -> R:
        if isinstance(query, Affected):
            self.rows += results[-1].command_tuples or 0
            return query.collect([results[-1].command_tuples or 0])  # type: ignore[return-value]  # its R is int
        if len(results) == 1 and results[0].ntuples < _MANY_ROWS:
            return query.collect(self.rows_of(query, statement, results[0]))
        # Several results after rows that came in chunks: see Results.
        with collector_paused:
            rows: list[Any] = []
            for result in results:
                rows += self.rows_of(query, statement, result, len(rows))
            return query.collect(rows)

    def rows_of(self, query: Statement[Any], statement: Prepared, result: PGresult, before: int = 0) -> list[Any]:
        """The rows of a result, which come after so many others."""
        self.rows += result.ntuples
        try:
            if new := statement.row_maker is None:
                statement.row_maker = row_maker(query, result, self.adaptation, self._converter)
                statement.chunk = chunk_of(query)
            rows, maker = statement.rows, statement.row_maker
            rows.set_pgresult(result, set_loaders=new)
            try:
                return load(rows, result.ntuples, maker)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - no context of what follows: its text may hold the value
                raised = error
            found = load_singly(query, rows, maker.one, result, before, strict=self._converter.strict)
            if found is not None:
                return found
            raise raised  # it is not about a row: a signal's handler raised it
        except ResultError as error:
            self.explain(error, [query])
        finally:
            statement.rows.set_pgresult(None, set_loaders=False)

    def is_active(self) -> bool:
        """Whether answers are outstanding, or a pipeline is open."""
        pgconn = self.pgconn
        active = pgconn.transaction_status == pq.TransactionStatus.ACTIVE or pgconn.pipeline_status
        return bool(active and pgconn.status == pq.ConnStatus.OK)
