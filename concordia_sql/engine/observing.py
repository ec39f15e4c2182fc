"""Observers, and the call that each is told of."""

import logging
import time
import weakref
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple, Protocol, Self, TypeAlias

import attrs

from concordia_sql.engine.queries import Statement
from concordia_sql.engine.session import Session

_log = logging.getLogger("concordia_sql")

Kind: TypeAlias = Literal["fetch", "execute", "fetch_batch", "execute_batch", "stream", "transaction"]
"""The method that was called. A dry run is a transaction with an `execute` in it."""

attempt: ContextVar[int] = ContextVar("concordia_attempt", default=1)
"""Which attempt of `retry` this is."""


class Call(NamedTuple):
    """A call that has ended. It holds no values."""

    kind: Kind
    names: tuple[str, ...]
    """The queries and commands, as `blog.GetPost`. Empty for a transaction."""
    database: str
    """The name of the database, as the server knows it."""
    began: float
    """When it began, in seconds since 1970, as `time.time` counts."""
    waited: float
    """Seconds until it had a connection. 0 in a transaction, or on a querier."""
    ran: float
    """Seconds for the server and for reading the rows. For a transaction or a stream, those of its whole block."""
    rows: int
    """How many rows were read, and how many were written by commands that return their number."""
    error: BaseException | None
    """The error that it raised, or the cancellation. Its text has no values, unless `show_values` is on."""
    sqlstate: str | None
    """The SQLSTATE of the error, or of its cause."""
    attempt: int
    """1, or in `retry` the number of the attempt."""
    server: str = ""
    """The server that has answered last: `primary` or `replica 1`. Empty for a database that has no `replicas`."""
    reason: str = ""
    """Why the primary has answered a read of `reader`, as in `Stats.fallbacks`. Empty otherwise."""


class Observer(Protocol):
    """Is told of each call, once, when it has ended, in the thread or task of the caller."""

    def observe(self, call: Call) -> None:
        """Note a call. An error that is raised here is logged once, and harms no call."""


class Watch:
    """Follows a call as a context, and tells the observers of it at the end."""

    __slots__ = (
        "_before",
        "_began",
        "_kind",
        "_queries",
        "_session",
        "_start",
        "_waited",
        "observers",
        "reason",
        "server",
    )

    def __init__(
        self,
        observers: Sequence[Observer],
        kind: Kind,
        queries: Sequence[Statement[Any]],
        session: Session | None,
        waited: float = 0,
    ) -> None:
        self.observers = observers
        self._kind: Kind = kind
        self._queries = queries
        self._session: Session | None = None
        self._waited, self._before = waited, 0
        self.server = self.reason = ""
        self._began, self._start = time.time() - waited, time.perf_counter() - waited
        if session is not None:
            self._session, self._before = session, session.rows

    def begin(self, session: Session, server: str = "") -> None:
        """Note that the call has a connection, to a standby of this name if it has one."""
        self._waited = time.perf_counter() - self._start
        self._session, self._before, self.server = session, session.rows, server or self.server

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        total, session, queries = time.perf_counter() - self._start, self._session, self._queries
        waited = total if session is None else self._waited
        call = Call(  # by position, which takes half the time
            self._kind,
            (queries[0].query_name,) if len(queries) == 1 else tuple([query.query_name for query in queries]),
            "" if session is None else session.database,
            self._began,
            waited,
            total - waited,
            0 if session is None else session.rows - self._before,
            error,
            None if error is None else _sqlstate(error),
            attempt.get(),
            self.server or ("primary" if session is not None and session.trail is not None else ""),
            self.reason,
        )
        for observer in self.observers:
            try:
                observer.observe(call)
            except Exception:  # noqa: BLE001 - an observer of the user's may raise anything
                _warn(observer)


def _sqlstate(error: BaseException) -> str | None:
    found = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    return found if isinstance(found, str) else None


_warned: dict[int, object] = {}
"""Those that have raised, by their ids. A later object may have the id of one that is gone, which so is forgotten."""


def _warn(observer: Observer) -> None:
    """Log what an observer raises, the first time."""
    if id(observer) not in _warned:
        try:
            _warned[id(observer)] = weakref.finalize(observer, _warned.pop, id(observer), None)
        except TypeError:  # it takes no weak references, and is kept
            _warned[id(observer)] = observer
        _log.exception("the observer %s raised an error; others of it are not logged", type(observer).__qualname__)


@attrs.frozen
class LogCalls:
    """An observer that logs calls that took `slow` seconds or more as warnings, and those that failed as errors.

    The records have the attributes `concordia_kind`, `concordia_queries`, `concordia_waited`, `concordia_ran`,
    `concordia_rows`, `concordia_sqlstate` and `concordia_attempt`, for handlers that write structured logs.
    """

    slow: float = 0.5
    logger: logging.Logger = attrs.field(factory=lambda: logging.getLogger("concordia_sql.calls"))

    def observe(self, call: Call) -> None:
        """Log it, or not."""
        is_slow = call.waited + call.ran >= self.slow
        if call.error is None and not is_slow:
            return
        fields = {
            "concordia_kind": call.kind,
            "concordia_queries": call.names,
            "concordia_waited": call.waited,
            "concordia_ran": call.ran,
            "concordia_rows": call.rows,
            "concordia_sqlstate": call.sqlstate,
            "concordia_attempt": call.attempt,
        }
        what = f"{call.kind} {', '.join(call.names)}".strip()
        how = f"failed with {type(call.error).__name__} after" if call.error is not None else "took"
        level = logging.ERROR if call.error is not None else logging.WARNING
        text = "%s %s %.3f s, and waited %.3f s for a connection"
        self.logger.log(level, text, what, how, call.ran, call.waited, extra=fields)
