"""Observers are told of each call once, sync and async, with what OpenTelemetry and a log make of it."""

import asyncio
import contextvars
import logging
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import psycopg
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from concordia_sql import (
    AsyncDatabase,
    AsyncQuerier,
    Call,
    Conflict,
    Database,
    DeadlineExceeded,
    LogCalls,
    NoConnection,
    Querier,
    blog,
)
from concordia_sql.engine.observing import Watch
from concordia_sql.telemetry import Telemetry
from tests.support.statements import rows_of


@attrs.frozen
class Seen:
    """An observer that keeps what it is told."""

    calls: list[Call] = attrs.field(factory=list)

    def observe(self, call: Call) -> None:
        self.calls.append(call)

    def told(self) -> list[tuple[Any, ...]]:
        return [(call.kind, call.names, call.rows, type(call.error).__name__) for call in self.calls]


class Broken:
    def observe(self, call: Call) -> None:
        raise RuntimeError


class BrokenInSlots:
    """One that takes no weak references."""

    __slots__ = ()

    def observe(self, call: Call) -> None:
        raise RuntimeError


NEWS = blog.CreateCategory(slug="news", name="News")
EXPECTED = [
    ("execute", ("blog.CreateCategory",), 1, "NoneType"),
    ("fetch", ("blog.ListCategories",), 1, "NoneType"),
    ("fetch_batch", ("blog.ListCategories", "blog.CountCategories"), 2, "NoneType"),
    ("execute", ("blog.CreateCategory",), 0, "Conflict"),
    ("execute", ("blog.CreateCategory",), 1, "NoneType"),
    ("transaction", (), 1, "NoneType"),
    ("stream", ("blog.ListCategories",), 2, "NoneType"),
    ("execute", ("blog.CreateCategory",), 1, "NoneType"),
    ("transaction", (), 1, "NoneType"),
]


def test_each_call_once(database_url: str) -> None:
    seen = Seen()
    with Database(database_url, name="shop", observers=[Broken(), seen]) as db:
        began = time.time()
        db.execute(NEWS)
        db.fetch(blog.ListCategories())
        db.fetch_batch(blog.ListCategories(), blog.CountCategories())
        with pytest.raises(Conflict):
            db.execute(NEWS)
        with db.transaction() as transaction:
            transaction.execute(blog.CreateCategory(slug="more", name="More"))
        with db.stream(blog.ListCategories()) as rows:
            assert len(list(rows)) == 2
        db.dry_run(blog.CreateCategory(slug="none", name="None"))
    assert seen.told() == EXPECTED
    assert {call.database for call in seen.calls} == {"shop"}
    assert all(began - 1 <= call.began <= time.time() and call.waited >= 0 < call.ran for call in seen.calls)
    assert [call.sqlstate for call in seen.calls if call.error] == ["23505"]


async def test_each_call_once_async(database_url: str) -> None:
    seen = Seen()
    async with AsyncDatabase(database_url, observers=[Broken(), seen]) as db:
        await db.execute(NEWS)
        await db.fetch(blog.ListCategories())
        await db.fetch_batch(blog.ListCategories(), blog.CountCategories())
        with pytest.raises(Conflict):
            await db.execute(NEWS)
        async with db.transaction() as transaction:
            await transaction.execute(blog.CreateCategory(slug="more", name="More"))
        async with db.stream(blog.ListCategories()) as rows:
            assert len([row async for row in rows]) == 2
        await db.dry_run(blog.CreateCategory(slug="none", name="None"))
    assert seen.told() == EXPECTED


def test_an_observer_that_raises_is_logged_once(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with Database(database_url, observers=[Broken()]) as db:
        for _ in range(3):
            db.fetch(blog.ListCategories())
    assert [record.getMessage() for record in caplog.records] == [
        "the observer Broken raised an error; others of it are not logged"
    ]


class Counting(logging.Handler):
    """It keeps no record: those hold what has raised, by its traceback."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


@pytest.mark.parametrize("kind", [Broken, BrokenInSlots])
def test_each_observer_that_raises_is_logged(
    monkeypatch: pytest.MonkeyPatch, kind: type[Broken | BrokenInSlots]
) -> None:
    """One may be made where another was that is gone, and so have its id."""
    counting, logger = Counting(), logging.getLogger("concordia_sql")
    monkeypatch.setattr(logger, "handlers", [counting])
    monkeypatch.setattr(logger, "propagate", False)
    for _ in range(20):
        observers = [kind()]
        for _ in range(2):
            with Watch(observers, "fetch", [], None):
                pass
        del observers
    assert counting.count == 20


def test_a_querier_has_observers_too(connection: psycopg.Connection[Any]) -> None:
    seen = Seen()
    querier = Querier(connection, observers=[seen])
    querier.fetch(blog.ListCategories())
    with querier.transaction(), querier.transaction():
        pass
    assert [(call.kind, call.waited) for call in seen.calls] == [("fetch", 0), ("transaction", 0), ("transaction", 0)]


async def test_an_async_querier_has_observers_too(async_connection: psycopg.AsyncConnection[Any]) -> None:
    seen = Seen()
    await AsyncQuerier(async_connection, observers=[seen]).fetch(blog.ListCategories())
    assert seen.told() == [("fetch", ("blog.ListCategories",), 0, "NoneType")]


def test_attempts_are_counted(database_url: str) -> None:
    seen, attempts = Seen(), iter(range(2))

    def work(querier: Querier) -> None:
        querier.fetch(blog.ListCategories())
        if next(attempts) == 0:
            raise psycopg.errors.SerializationFailure

    with Database(database_url, observers=[seen]) as db:
        db.retry(work)
        db.fetch(blog.ListCategories())
    assert [(call.kind, call.attempt, call.error is None) for call in seen.calls] == [
        ("fetch", 1, True),
        ("transaction", 1, False),
        ("fetch", 2, True),
        ("transaction", 2, True),
        ("fetch", 1, True),
    ]


def test_the_wait_for_a_connection(database_url: str) -> None:
    seen = Seen()
    with (
        Database(database_url, max_size=1, timeout=0.2, observers=[seen]) as db,
        db.querier(),
        pytest.raises(NoConnection),
    ):
        db.fetch(blog.ListCategories())
    (call,) = seen.calls
    assert (call.waited >= 0.2, call.ran, call.rows) == (True, 0, 0)


@pytest.fixture
def exported() -> Iterator[tuple[Telemetry, InMemorySpanExporter, InMemoryMetricReader, TracerProvider]]:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    traces, meters = TracerProvider(), MeterProvider([reader])
    traces.add_span_processor(SimpleSpanProcessor(exporter))
    yield Telemetry(tracer_provider=traces, meter_provider=meters), exporter, reader, traces
    traces.shutdown()
    meters.shutdown()


def test_spans_and_metrics(database_url: str, exported: Any) -> None:
    telemetry, exporter, reader, traces = exported
    with Database(database_url, name="shop", observers=[telemetry], max_size=7) as db:
        telemetry.watch(db)
        telemetry.observe(Call("fetch", (), "shop", 0, 1, 0, 0, NoConnection(), None, 1))
        exporter.clear()
        with traces.get_tracer("test").start_as_current_span("request") as request:
            db.execute(NEWS)
            with pytest.raises(Conflict):
                db.execute(NEWS)
            db.fetch_batch(blog.ListCategories(), blog.CountCategories())
        metrics = {
            metric.name: metric.data.data_points
            for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
        }
    *spans, outer = exporter.get_finished_spans()
    assert [span.name for span in spans] == [
        "blog.CreateCategory",
        "blog.CreateCategory",
        "blog.ListCategories blog.CountCategories",
    ]
    first, failed, batch = spans
    assert {span.parent.span_id for span in spans} == {request.get_span_context().span_id}
    assert {span.kind for span in spans} == {SpanKind.CLIENT}
    assert all(outer.start_time <= span.start_time <= span.end_time <= outer.end_time for span in spans)
    assert attributes(first) == {
        "db.system.name": "postgresql",
        "db.operation.name": "execute",
        "db.query.summary": "blog.CreateCategory",
        "db.response.returned_rows": 1,
    }
    assert attributes(failed) == attributes(first) | {
        "db.response.status_code": "23505",
        "error.type": "23505",
        "db.response.returned_rows": 0,
    }
    assert attributes(batch)["db.operation.batch.size"] == 2
    assert sum(point.count for point in metrics["db.client.operation.duration"]) == 4
    states = {point.attributes["db.client.connection.state"]: point for point in metrics["db.client.connection.count"]}
    assert {state: point.value for state, point in states.items()} == {"idle": 1, "used": 0}
    shop = {"db.client.connection.pool.name": "shop"}
    assert states["idle"].attributes.items() >= shop.items()
    figures = {name: [(point.value, dict(point.attributes)) for point in metrics[name]] for name in FIGURES}
    assert figures == {name: [(value, shop)] for name, value in FIGURES.items()}
    assert [(point.count, dict(point.attributes)) for point in metrics["db.client.connection.wait_time"]] == [(3, shop)]


FIGURES = {
    "db.client.connection.max": 7,
    "db.client.connection.idle.min": 1,
    "db.client.connection.idle.max": 7,
    "db.client.connection.pending_requests": 0,
    "db.client.connection.timeouts": 1,
}


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return {name: value for name, value in (span.attributes or {}).items() if not name.startswith("concordia.")}


async def test_one_span_for_what_is_cancelled_or_too_late(database_url: str, exported: Any, tmp_path: Any) -> None:
    telemetry, exporter, _, traces = exported
    sleep = rows_of(tmp_path, "SELECT pg_sleep(60)::text AS slept", slept=str)
    async with AsyncDatabase(database_url, observers=[telemetry]) as db:
        with traces.get_tracer("test").start_as_current_span("request") as request:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await db.fetch(sleep)
            with pytest.raises(DeadlineExceeded):
                await db.fetch(sleep, deadline=0.2)
    cancelled, late, _ = exporter.get_finished_spans()
    assert [span.attributes["error.type"] for span in (cancelled, late)] == ["CancelledError", "DeadlineExceeded"]
    assert {span.parent.span_id for span in (cancelled, late)} == {request.get_span_context().span_id}


def test_one_span_for_what_is_too_late_in_each_thread(database_url: str, exported: Any, tmp_path: Any) -> None:
    """Below the span of its own thread, where the context is carried over, as frameworks do."""
    telemetry, exporter, _, traces = exported
    sleep = rows_of(tmp_path, "SELECT pg_sleep(60)::text AS slept", slept=str)
    tracer = traces.get_tracer("test")

    def late(name: str) -> None:
        with tracer.start_as_current_span(name), pytest.raises(DeadlineExceeded):
            db.fetch(sleep, deadline=0.2)

    with (
        Database(database_url, observers=[telemetry]) as db,
        ThreadPoolExecutor(4) as threads,
        tracer.start_as_current_span("request") as request,
    ):
        carried = [contextvars.copy_context() for _ in range(4)]
        list(threads.map(lambda context: context.run(late, "work"), carried))
    spans = exporter.get_finished_spans()
    calls = [span for span in spans if span.name == "mine.Ask"]
    works = {span.context.span_id: span for span in spans if span.name == "work"}
    assert len(calls) == len(works) == 4
    assert {span.parent.span_id for span in calls} == works.keys()
    assert {span.parent.span_id for span in works.values()} == {request.get_span_context().span_id}
    assert {span.attributes["error.type"] for span in calls} == {"DeadlineExceeded"}


def test_a_log_of_slow_and_failed_calls(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with Database(database_url, observers=[LogCalls(slow=60)]) as db:
        db.execute(NEWS)
        with pytest.raises(Conflict):
            db.execute(NEWS)
    with Database(database_url, observers=[LogCalls(slow=0)]) as db:
        db.fetch(blog.ListCategories())
    failed, slow = caplog.records
    assert failed.levelno == logging.ERROR
    assert re.match(r"execute blog\.CreateCategory failed with Conflict after \d+\.\d{3} s, ", failed.getMessage())
    assert vars(failed)["concordia_sqlstate"] == "23505"
    assert slow.levelno == logging.WARNING
    assert re.match(r"fetch blog\.ListCategories took \d+\.\d{3} s, ", slow.getMessage())
    assert (vars(slow)["concordia_queries"], vars(slow)["concordia_rows"]) == (("blog.ListCategories",), 1)
