"""OpenTelemetry: an observer that makes spans and metrics, by the stable conventions for databases.

Source: OpenTelemetry semantic conventions, "Database client spans" and "Database client metrics".
"""

from collections.abc import Callable, Iterable, Sequence

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.util.types import AttributeValue

from concordia_sql.engine import AsyncDatabase, Call, Database, NoConnection, Stats

_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)


class Telemetry:
    """An observer: `Database(url, observers=[Telemetry()])`.

    Each call is a span, a child of the caller's, and is counted in `db.client.operation.duration`, in seconds, with the
    wait for a connection. Both have the names of the queries in `db.query.summary`, and no values. `watch` adds the
    metrics of a pool. The providers are the global ones unless given.
    """

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer("concordia_sql", tracer_provider=tracer_provider)
        self._meter = metrics.get_meter("concordia_sql", meter_provider=meter_provider)
        self._durations = self._meter.create_histogram(
            "db.client.operation.duration",
            "s",
            "Duration of database client operations.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._waits = self._meter.create_histogram(
            "db.client.connection.wait_time",
            "s",
            "The time it took to obtain an open connection from the pool.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._timeouts = self._meter.create_counter(
            "db.client.connection.timeouts", "{timeout}", "Calls that found no connection in time."
        )

    def observe(self, call: Call) -> None:
        """Make the span of a call, with the times that it had."""
        summary = " ".join(call.names) or call.kind
        attributes: dict[str, AttributeValue] = {
            "db.system.name": "postgresql",
            "db.operation.name": call.kind,
            "db.query.summary": summary,
        }
        if len(call.names) > 1:
            attributes["db.operation.batch.size"] = len(call.names)
        if call.sqlstate is not None:
            attributes["db.response.status_code"] = call.sqlstate
        if call.error is not None:
            attributes["error.type"] = call.sqlstate or type(call.error).__qualname__
        self._durations.record(call.waited + call.ran, attributes)
        pool = {"db.client.connection.pool.name": call.database}
        if isinstance(call.error, NoConnection):
            self._timeouts.add(1, pool)
        elif call.waited:
            self._waits.record(call.waited, pool)
        server: dict[str, AttributeValue] = {"concordia.server": call.server} if call.server else {}
        if call.reason:
            server["concordia.reason"] = call.reason
        began = round(call.began * 1e9)
        span = self._tracer.start_span(
            summary,
            kind=SpanKind.CLIENT,
            attributes={
                **attributes,
                "db.response.returned_rows": call.rows,
                "concordia.waited": call.waited,
                "concordia.attempt": call.attempt,
                **server,
            },
            start_time=began,
        )
        if call.error is not None:
            span.set_status(Status(StatusCode.ERROR, type(call.error).__qualname__))
        span.end(began + round((call.waited + call.ran) * 1e9))

    def watch(self, database: Database | AsyncDatabase) -> None:
        """Measure the pool of a database: `db.client.connection.count`, `.max`, `.idle.max` and others."""

        def count(_: CallbackOptions) -> Iterable[Observation]:
            stats = database.stats()
            name = {"db.client.connection.pool.name": stats.name}
            yield Observation(stats.idle, {**name, "db.client.connection.state": "idle"})
            yield Observation(stats.in_use, {**name, "db.client.connection.state": "used"})

        def figure(read: Callable[[Stats], int]) -> Callable[[CallbackOptions], Iterable[Observation]]:
            def observe(_: CallbackOptions) -> Iterable[Observation]:
                stats = database.stats()
                yield Observation(read(stats), {"db.client.connection.pool.name": stats.name})

            return observe

        create = self._meter.create_observable_up_down_counter
        create("db.client.connection.count", [count], "{connection}", "Connections by state.")
        for name, unit, text, read in _FIGURES:
            create(f"db.client.connection.{name}", [figure(read)], unit, text)


_FIGURES: Sequence[tuple[str, str, str, Callable[[Stats], int]]] = (
    ("max", "{connection}", "Connections that there may be.", lambda stats: stats.max_size),
    ("idle.max", "{connection}", "Connections that may be idle.", lambda stats: stats.max_size),
    ("idle.min", "{connection}", "Connections that are kept.", lambda stats: stats.min_size),
    ("pending_requests", "{request}", "Callers that wait for a connection.", lambda stats: stats.waiting),
)
