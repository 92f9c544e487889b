"""OTLP in files: one protobuf message, or lines of JSON as OpenTelemetry's specification of file exporters has them.

Both hold `TracesData`. Serialised messages that follow each other are one message with the spans of all of them: so the
protobuf file is written in pieces, and can be posted to a collector as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from bus.capture.whole_file import replacing
from bus.export.exporter import write_text
from bus.export.otlp.attributes import number, text
from bus.export.otlp.encoding import json_line
from bus.export.otlp.rows import RowReader
from bus.export.otlp.spans import SpanMaker
from bus.trace.trace import Progress, Trace

_ROWS_AT_ONCE = 2_000
"""Dispatches, and calls, of a message: a collector takes bodies of some megabytes."""


def write_protobuf(trace: Trace, path: Path, progress: Progress | None = None, *, payloads: bool = False) -> None:
    """Write all spans as one `TracesData`. Raises UserError."""
    with replacing(Path(path)) as file:
        for data in messages(trace, progress, payloads=payloads):
            file.write(data.SerializeToString(deterministic=True))


def write_json_lines(trace: Trace, path: Path, progress: Progress | None = None, *, payloads: bool = False) -> None:
    """Write all spans as lines of JSON, each a `TracesData`. Raises UserError."""
    write_text(path, map(json_line, messages(trace, progress, payloads=payloads)))


def messages(trace: Trace, progress: Progress | None = None, *, payloads: bool = False) -> Iterator[TracesData]:
    """All spans of a trace, some at a time; none where there is not even a header."""
    if trace.header is None:
        return
    maker = SpanMaker(trace.header, trace.names, trace.blobs, payloads=payloads)
    reader, more, now_ns = RowReader(trace, complete=True), _losses(trace), trace.span_ns[1]
    most = max(len(trace.dispatches), len(trace.calls))
    for start in range(0, most, _ROWS_AT_ONCE):
        if progress is not None:
            progress(start / most)
        dispatches, calls = (
            np.arange(start, min(start + _ROWS_AT_ONCE, len(table))) for table in (trace.dispatches, trace.calls)
        )
        yield maker.data(reader.read(dispatches, calls), now_ns, *more)


def _losses(trace: Trace) -> list[KeyValue]:
    """What the capture lacks."""
    lost = [number("buslens.records_dropped", trace.dropped)] if trace.dropped else []
    return [*lost, text("buslens.damage", trace.damage)] if trace.damage else lost
