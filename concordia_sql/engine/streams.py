"""Streams: the rows of a query as they come. Each exchange with the server is a generator of steps, as in a session."""

import contextlib
from typing import Any

import psycopg
from psycopg import capabilities, generators
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from concordia_sql.engine.queries import Many
from concordia_sql.engine.rows import raise_if_failed
from concordia_sql.engine.session import Prepared, Session
from concordia_sql.engine.settings import PLAN_BEFORE, PLANS, Acting

_CHUNK = 100
"""Rows that are taken from the socket at a time, where libpq can (version 17)."""


class Stream:
    """A query whose rows are taken by `next`."""

    def __init__(self, session: Session, query: Many[Any], acting: Acting | None) -> None:
        self._session = session
        self._query = query
        self._acting = acting
        self._statement = Prepared(session.composed_of(query), b"", Transformer(session.adaptation))

    def learn(self) -> PQGen[None]:
        """Look up the types of the columns: that cannot be done while rows come."""
        session, composed = self._session, self._statement.composed
        if composed in session.learned:
            return
        session.pgconn.enter_pipeline_mode()
        if self._acting:
            session.pgconn.send_query_params(*self._acting.setting())
        session.pgconn.send_prepare(b"", composed.encoded)
        session.pgconn.send_describe_prepared(b"")
        answers = [result for results in (yield from session.synchronize()) for result in results]
        if self._acting:
            self._acting.raise_if_refused(answers.pop(0), self._query.query_name)
        for result in answers:
            raise_if_failed(result, self._query, composed)
        yield from session.learn_types(answers)
        session.learned.add(composed)

    def open(self) -> PQGen[None]:
        """Send the query; with settings in a pipeline, so that they end with it."""
        session, query, composed = self._session, self._query, self._statement.composed
        pgconn, values = session.pgconn, session.values(composed, query)
        before = [self._acting.setting()] if self._acting else []
        before += [PLANS[query._plan]] if query._plan else []
        if before:
            pgconn.enter_pipeline_mode()
        for setting in before:
            pgconn.send_query_params(*setting)
        pgconn.send_query_params(composed.encoded, values)
        if before:
            if query._plan:
                pgconn.send_query_params(*PLAN_BEFORE)
            pgconn.pipeline_sync()
        yield from generators.send(pgconn)
        for number in range(len(before)):
            result = (yield from generators.fetch_many(pgconn))[-1]
            if result.status == ExecStatus.FATAL_ERROR:
                yield from self._end()
            if self._acting and number == 0:
                self._acting.raise_if_refused(result, query.query_name)
            raise_if_failed(result)
        if capabilities.has_stream_chunked():
            pgconn.set_chunked_rows_mode(_CHUNK)
        else:
            pgconn.set_single_row_mode()

    def next(self, before: int) -> PQGen[list[Any] | None]:
        """Rows as they come, after so many others; None after the last."""
        result = yield from self._fetch()
        if result is None:
            yield from self._end()
            return None
        if result.status == ExecStatus.FATAL_ERROR:
            yield from self.drain(result)
        return self._session.rows_of(self._query, self._statement, result, before)

    def drain(self, last: PGresult | None = None) -> PQGen[None]:
        """Read the rest of the answer; raises the error that it ends with."""
        try:
            while (result := (yield from self._fetch())) is not None:
                last = result
        except psycopg.OperationalError:
            if last is None or last.status != ExecStatus.FATAL_ERROR:
                raise  # else the server has said why it ends the connection
        yield from self._end()
        if last is not None:
            raise_if_failed(last, self._query, self._statement.composed)

    def _fetch(self) -> PQGen[PGresult | None]:
        """The next result; None at the end of a statement's, and of the pipeline, which is left."""
        pgconn = self._session.pgconn
        result: PGresult | None = yield from generators.fetch(pgconn)
        if result is None or result.status != ExecStatus.PIPELINE_SYNC:
            return result
        pgconn.exit_pipeline_mode()
        return None

    def _end(self) -> PQGen[None]:
        """Leave the pipeline, if there is one, after what is in it. If the line ends here, what came before counts."""
        pgconn = self._session.pgconn
        with contextlib.suppress(psycopg.OperationalError):
            while pgconn.pipeline_status and pgconn.status == ConnStatus.OK:
                yield from self._fetch()
