"""The statements of one connection: prepared once, sent, read. Below psycopg's cursors, and the same for both colours.

What waits for the server is a generator for `connection.wait`, as psycopg's own are. Going below the cursors halves the
client's time for a small query; the benchmarks have the figures.
"""

import contextlib
import itertools
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

import attrs
import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGresult

from concordia_sql.adapters import Adaptation
from concordia_sql.compose import Composed
from concordia_sql.converter import Converter
from concordia_sql.errors import NotMigrated, OutcomeUnknown, QuerierError, ResultError
from concordia_sql.mapping import make_row_maker
from concordia_sql.query import Query
from concordia_sql.statement import LIBRARY

R = TypeVar("R")
AnyConnection: TypeAlias = "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]"

PREPARED_MAX = 100
"""How many statements a connection keeps prepared: the server holds up to some 300 kB for each."""

_names = itertools.count()
_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)


@attrs.define(eq=False)
class _Statement:
    """A composed text on the connection, and how its rows are read."""

    composed: Composed
    name: bytes
    rows: Any
    prepared: bool = False
    make_row: Callable[[Sequence[Any]], Any] | None = None


class Session:
    """Runs queries on a connection, for one thread or task at a time."""

    def __init__(self, connection: AnyConnection, converter: Converter, *, prepare: bool) -> None:
        if not connection.autocommit:
            raise QuerierError("a querier needs a connection in autocommit mode: psycopg.connect(…, autocommit=True)")
        connection.prepare_threshold = None  # else psycopg may send DEALLOCATE ALL, which forgets these statements too
        self.connection = connection
        self._pgconn = connection.pgconn
        self._converter = converter
        self._prepare = prepare
        self._adaptation = Adaptation(connection)
        self._parameters: Any = Transformer(self._adaptation)
        self._statements: OrderedDict[Composed, _Statement] = OrderedDict()
        self._discarded: list[bytes] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def running(self, *queries: Query[Any]) -> Iterator[None]:
        """Keep others out meanwhile, and name the queries in every error."""
        names = ", ".join(query.name for query in queries)
        if not self._lock.acquire(blocking=False):
            raise QuerierError(f"{names}: this querier runs a query already; it serves one thread or task at a time")
        try:
            yield
        except psycopg.Error as error:
            error.add_note(f"while running {names}")
            if isinstance(error, _MISSING) and all(query.source.path.is_relative_to(LIBRARY) for query in queries):
                raise NotMigrated(
                    f"{names}: {error.diag.message_primary}; the database is not migrated, or behind. Run: "
                    "yoyo apply --batch --database postgresql+psycopg://… package:concordia_sql:migrations"
                ) from error
            if error.sqlstate is None and any(query.writes for query in queries):
                raise OutcomeUnknown(f"{names}: the connection was lost; the write may be done or not") from error
            raise
        finally:
            self._lock.release()

    def send(self, queries: Sequence[Query[Any]]) -> PQGen[list[PGresult]]:
        """Run the queries in one round trip; returns a result for each. Raises psycopg's error for the first that failed."""
        calls = [(self._statement(query), self._values(query)) for query in queries]
        statement, values = calls[0]
        if len(calls) == 1 and statement.prepared:
            self._pgconn.send_query_prepared(statement.name, values)
            results: list[PGresult] = yield from generators.execute(self._pgconn)
        elif len(calls) == 1 and not self._prepare:
            self._pgconn.send_query_params(statement.composed.encoded, values)
            results = yield from generators.execute(self._pgconn)
        else:
            results = yield from self._pipeline(calls)
        for result in results:
            if result.status in _FAILED:
                raise error_from_result(result, encoding=self.connection.info.encoding)
        return results

    def read(self, queries: Sequence[Query[Any]], results: Sequence[PGresult]) -> tuple[Any, ...]:
        """What the queries come back as. Raises ResultError when the rows do not fit a result class."""
        return tuple(map(self._read, queries, results))

    def _read(self, query: Query[R], result: PGresult) -> R:
        if query.result_class is int:  # Affected
            return query.collect([result.command_tuples or 0])
        statement = self._statement(query)
        try:
            if statement.make_row is None or not statement.prepared:
                statement.make_row = self._row_maker(query, result)
                statement.rows.set_pgresult(result)
            else:
                statement.rows.set_pgresult(result, set_loaders=False)
            rows = statement.rows.load_rows(0, result.ntuples, statement.make_row)
        except ResultError as error:
            raise ResultError(f"{query.name}: {error}") from None
        finally:
            statement.rows.set_pgresult(None, set_loaders=False)
        return query.collect(rows)

    def row_factory(self, query: Query[Any]) -> Callable[[Any], Callable[[Sequence[Any]], Any]]:
        """psycopg's row factory for a cursor that runs the query."""

        def make_row_maker(
            cursor: "psycopg.RawCursor[Any] | psycopg.AsyncRawCursor[Any]",
        ) -> Callable[[Sequence[Any]], Any]:
            return self._row_maker(query, cursor.pgresult) if cursor.pgresult else tuple

        return make_row_maker

    def _row_maker(self, query: Query[Any], result: PGresult) -> Callable[[Sequence[Any]], Any]:
        types = {
            (result.fname(index) or b"").decode(): self._type_name(result.ftype(index))
            for index in range(result.nfields)
        }
        return make_row_maker(query.result_class, types, self._converter)

    def heal(self, error: psycopg.Error) -> bool:
        """Whether running it again will do: its statement was prepared for a table as it was, or is forgotten.

        Not in a transaction: the error has ended that.
        """
        if self._pgconn.transaction_status != pq.TransactionStatus.IDLE:
            return False
        if error.sqlstate == "26000":  # invalid_sql_statement_name
            self._statements.clear()
            return True
        if error.sqlstate == "0A000" and error.diag.source_function == "RevalidateCachedQuery":
            self._discarded += [statement.name for statement in self._statements.values() if statement.prepared]
            self._statements.clear()
            return True
        return False

    def _type_name(self, oid: int) -> str:
        info = self._adaptation.adapters.types.get(oid)
        return f"oid {oid}" if info is None else info.name + ("[]" if info.array_oid == oid else "")

    def _statement(self, query: Query[Any]) -> _Statement:
        composed = query.compose()
        statement = self._statements.get(composed)
        if statement is None:
            name = f"concordia_{next(_names)}".encode()
            statement = self._statements[composed] = _Statement(composed, name, Transformer(self._adaptation))
            if len(self._statements) > PREPARED_MAX:
                _, oldest = self._statements.popitem(last=False)
                self._discarded += [oldest.name] if oldest.prepared else []
        else:
            self._statements.move_to_end(composed)
        return statement

    def _values(self, query: Query[Any]) -> Sequence[Any]:
        values = query.compose().values(query)
        return self._parameters.dump_sequence(values, [PyFormat.TEXT] * len(values))  # type: ignore[no-any-return]

    def _pipeline(self, calls: Sequence[tuple[_Statement, Sequence[Any]]]) -> PQGen[list[PGresult]]:
        """Prepare what is not, and run all, without waiting in between.

        Source: PostgreSQL manual, "Pipeline Mode" of libpq.
        """
        pgconn = self._pgconn
        commands: deque[Callable[[], None]] = deque()
        prepares: dict[int, _Statement] = {}
        runs: list[int] = []
        for name in self._discarded:
            commands.append(partial(pgconn.send_query_params, b"DEALLOCATE " + name, None))
        self._discarded.clear()
        for statement, values in calls:
            if not self._prepare:
                send = partial(pgconn.send_query_params, statement.composed.encoded, values)
            else:
                if not statement.prepared and statement not in prepares.values():
                    prepares[len(commands)] = statement
                    commands.append(partial(pgconn.send_prepare, statement.name, statement.composed.encoded))
                send = partial(pgconn.send_query_prepared, statement.name, values)
            runs.append(len(commands))
            commands.append(send)
        results = yield from self._exchange(commands)
        for index, statement in prepares.items():
            statement.prepared = results[index].status == pq.ExecStatus.COMMAND_OK
        failed = [result for result in results if result.status == pq.ExecStatus.FATAL_ERROR]
        return failed or [results[index] for index in runs]

    def _exchange(self, commands: deque[Callable[[], None]]) -> PQGen[list[PGresult]]:
        """A result for each command."""
        pgconn = self._pgconn
        commands.append(pgconn.pipeline_sync)
        pgconn.enter_pipeline_mode()
        fetched = yield from generators.pipeline_communicate(pgconn, commands)
        while not fetched or fetched[-1][-1].status != pq.ExecStatus.PIPELINE_SYNC:
            fetched.append((yield from generators.fetch_many(pgconn)))
        pgconn.exit_pipeline_mode()
        return [results[-1] for results in fetched[:-1]]
