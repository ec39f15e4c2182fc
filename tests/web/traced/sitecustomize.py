"""Python imports this as it starts: spans are written to a file, one a line, whatever serves the application."""

import json
import os
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor


def line(span: ReadableSpan) -> str:
    """What the tests ask of a span."""
    parent = format(span.parent.span_id, "016x") if span.parent else None
    found = {"name": span.name, "parent": parent}
    context = span.context
    if context is not None:
        found |= {"trace": format(context.trace_id, "032x"), "span": format(context.span_id, "016x")}
    return json.dumps(found) + "\n"


provider = TracerProvider()
file = Path(os.environ["SPANS"]).open("a", encoding="utf-8")  # noqa: SIM115 - as long as the process
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=file, formatter=line)))
trace.set_tracer_provider(provider)
