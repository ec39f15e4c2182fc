# Made from async_exchange.py by `make sync`: change that module, not this one.
"""Waits for the server until it answers, the time is up, or the caller is interrupted."""

import contextlib
import time
from time import monotonic
from typing import TypeVar, cast

import psycopg
from psycopg import capabilities, generators, waiting
from psycopg.abc import PQGen
from psycopg.pq.abc import PGcancel, PGcancelConn

from concordia_sql.engine.deadlines import Deadline
from concordia_sql.engine.errors import ConcordiaError
from concordia_sql.engine.session import Cancellation, Session
from concordia_sql.engine.steps import INTERVAL, NARROW_INTERVAL, TimeIsUp, is_over, until
from concordia_sql.engine.waits import wait
from concordia_sql.engine.wakeups import Job, apart

R = TypeVar("R")

GRACE = 0.15
"""The seconds that a cancelled query has to end. After them, its connection is closed."""
_PATIENCE = 0.01
"""The seconds before it is cancelled: most queries end by themselves sooner than they can be cancelled."""
_SHORT_INTERVAL = 0.005
_CANCEL_SECONDS = 5
"""The seconds for which it is tried to tell the server, beside the caller."""
_PAUSES = (0, 0.1, 1)
"""The seconds before it is told, each time."""


def exchange(session: Session, steps: PQGen[R], deadline: Deadline | None) -> R:
    """What the steps give, which wait for the server in between.

    When the deadline passes, or an exception ends the waiting (a cancelled thread, Ctrl-C, a handler of a signal), the
    server is told to cancel. If it says within the grace that it did, the connection is as it was before. Else it is
    closed: nobody knows what it would say next. TimeIsUp is raised for the deadline; an answer that came nonetheless
    is given.
    """
    try:
        if deadline is None:
            return wait(steps, session.line, session.pgconn.socket, INTERVAL)
        return wait(until(deadline.ends, steps), session.line, session.pgconn.socket, NARROW_INTERVAL)
    except BaseException as error:
        try:
            if isinstance(error, TimeIsUp):
                return cancel(session, steps)
            if not is_over(steps):
                with contextlib.suppress(TimeIsUp, psycopg.Error, ConcordiaError):
                    cancel(session, steps)
        finally:  # an exception may have come into the steps, or another before `cancel` began
            if session.is_active() and not isinstance(error, psycopg.Error | ConcordiaError):
                Job("cancel", _insist, session.cancellation())
                session.finish()
        raise


def cancel(session: Session, steps: PQGen[R]) -> R:
    """What the steps give, if they end soon or in spite of being cancelled; else TimeIsUp.

    If an exception ends this waiting too, the server is told beside the caller, and the connection is closed.
    """
    began = monotonic()
    is_known = False
    job: Job | None = None
    request = session.cancellation()
    try:
        try:
            result = _finish(session, steps, began + _PATIENCE)
        except TimeIsUp:
            job = Job("cancel", _cancel, request)
        except (psycopg.Error, ConcordiaError):
            is_known = True
            raise
        else:
            is_known = True
            return result
        try:
            return _finish(session, steps, began + GRACE)
        except psycopg.errors.QueryCanceled as error:
            is_known = job.join(began + GRACE - monotonic())
            raise TimeIsUp(is_done=False) from error
    finally:
        if is_known:
            session.is_settled = True
        else:  # the server might cancel what comes next
            Job("cancel", _insist, request if job is None else session.cancellation())
            session.finish()


def _finish(session: Session, steps: PQGen[R], ends: float) -> R:
    return wait(until(ends, steps), session.line, session.pgconn.socket, _SHORT_INTERVAL)


def _insist(request: Cancellation | None) -> None:
    """Tell the server to cancel what was sent on a connection that is closed, and tell it again.

    A busy server that is told before it has begun with it begins nonetheless, and does not see that nobody waits.
    """
    for pause in _PAUSES:
        time.sleep(pause)
        _cancel(request)


def _cancel(request: Cancellation | None) -> None:
    """Tell the server to cancel."""
    with contextlib.suppress(psycopg.Error, OSError):
        if request is not None and capabilities.has_cancel_safe():
            cancelling = cast("PGcancelConn", request)
            cancelling.reset()  # it may have been used
            cancelling.start()
            waiting.wait_conn(generators.cancel(cancelling), INTERVAL, _CANCEL_SECONDS)
        elif request is not None:
            apart(cast("PGcancel", request).cancel)
