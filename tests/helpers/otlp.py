"""Spans as whoever receives them reads them: by the official types, with attributes as a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData

from bus.export import otlp
from bus.trace import Trace


def exported(trace: Trace, folder: Path, *, payloads: bool = False) -> TracesData:
    """What a trace is written as, read back."""
    path = folder / "out.otlp"
    otlp.write(trace, path, payloads=payloads)
    return read(path.read_bytes())


def read(data: bytes) -> TracesData:
    """The message of these bytes."""
    message = TracesData()
    message.ParseFromString(data)
    return message


def spans_of(*messages: TracesData) -> list[Span]:
    """All spans, in order."""
    return [
        span
        for message in messages
        for of_resource in message.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]


def named(spans: list[Span], name: str) -> Span:
    """The one with this name."""
    (found,) = (span for span in spans if span.name == name)
    return found


def said(attributes: Any) -> dict[str, Any]:
    """What attributes say, by key; none stands there twice."""
    found = {each.key: _value(each) for each in attributes}
    assert len(found) == len(attributes)
    return found


def _value(each: KeyValue) -> Any:
    value: AnyValue = each.value
    return getattr(value, str(value.WhichOneof("value")))
