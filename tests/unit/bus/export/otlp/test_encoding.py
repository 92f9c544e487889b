"""OTLP's JSON: what the specification asks for beyond protobuf's own."""

from __future__ import annotations

import json

from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from bus.export.otlp.attributes import text
from bus.export.otlp.encoding import json_line


def test_ids_are_hexadecimal_kinds_are_numbers_and_times_are_texts() -> None:
    span = Span(
        trace_id=bytes(range(16)),
        span_id=bytes(range(8)),
        parent_span_id=b"\xff" * 8,
        name="send a",
        kind=Span.SPAN_KIND_PRODUCER,
        start_time_unix_nano=1_795_000_000_000_000_001,
        links=[Span.Link(trace_id=b"\xaa" * 16, span_id=b"\xbb" * 8)],
        attributes=[text("a", "\x7f")],
    )
    line = json_line(TracesData(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])]))
    assert line.endswith("\n")
    assert line[:-1].isascii()
    assert line[:-1].isprintable()
    (found,) = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert found == {
        "traceId": "000102030405060708090a0b0c0d0e0f",
        "spanId": "0001020304050607",
        "parentSpanId": "ffffffffffffffff",
        "name": "send a",
        "kind": 4,
        "startTimeUnixNano": "1795000000000000001",
        "links": [{"traceId": "aa" * 16, "spanId": "bb" * 8}],
        "attributes": [{"key": "a", "value": {"stringValue": "\\x7f"}}],
    }
