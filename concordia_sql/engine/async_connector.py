"""Makes the connections of a database: each with its querier."""

from collections.abc import Sequence
from typing import Any

import attrs
import psycopg

from concordia_sql.engine.async_exchange import exchange
from concordia_sql.engine.async_querier import AsyncQuerier
from concordia_sql.engine.connecting import set_up, setup_deadline
from concordia_sql.engine.converter import Converter
from concordia_sql.engine.observing import Observer
from concordia_sql.engine.positions import Positions, Trail
from concordia_sql.engine.session import Session
from concordia_sql.engine.standbys import Seen
from concordia_sql.engine.steps import TimeIsUp


class AsyncConnection(psycopg.AsyncConnection[Any]):
    """A connection of a pool, with its querier."""

    querier: AsyncQuerier
    session: Session
    seen: Seen
    expires: float
    idle_since: float
    # psycopg's would warn that it was left open, which the database does. No function of Python's: a signal's handler
    # may raise its exception in one, and nobody would see it.
    __del__ = staticmethod(bool)  # type: ignore[assignment]


@attrs.frozen(eq=False)
class AsyncConnector:
    """Makes connections."""

    settings: dict[str, Any]
    converter: Converter
    prepare: bool | None
    deadline: float | None
    show_values: bool
    statement_timeout: float | None
    observers: Sequence[Observer]
    named: bool
    name: str
    positions: Positions | None = None
    """Where the positions after its writes are noted. Only those of the primary are."""

    async def connect(self) -> AsyncConnection:
        """A connection that is set up. Raises psycopg.OperationalError."""
        connection = await AsyncConnection.connect(**self.settings)
        querier = AsyncQuerier(
            connection,
            converter=self.converter,
            deadline=self.deadline,
            show_values=self.show_values,
            observers=self.observers,
            named=self.named,
        )
        querier._session.database = self.name
        querier._session.trail = None if self.positions is None else Trail(self.positions, connection.pgconn)
        try:
            can_prepare = await exchange(
                querier._session, set_up(connection, self.statement_timeout), setup_deadline(self.settings)
            )
        except TimeIsUp:
            raise psycopg.errors.ConnectionTimeout("the server did not answer when the connection was set up") from None
        querier._session.prepare = can_prepare if self.prepare is None else self.prepare
        connection.querier, connection.session = querier, querier._session
        return connection
