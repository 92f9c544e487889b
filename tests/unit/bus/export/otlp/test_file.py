"""What a person gets who writes a capture as OTLP: one message, or lines, of the same spans."""

from __future__ import annotations

import json
from pathlib import Path

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from bus.export import otlp
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.wire import Header
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.otlp import exported, said, spans_of


def test_every_dispatch_and_call_is_a_span(tmp_path: Path) -> None:
    trace = make_trace(600)
    data = exported(trace, tmp_path)
    assert len(data.resource_spans) > 1, "a capture of this size is written in pieces"
    spans = spans_of(data)
    assert len(spans) == len(trace.dispatches) + len(trace.calls)
    assert len({span.span_id for span in spans}) == len(spans)
    assert len({span.trace_id for span in spans}) == 600


def test_a_collector_reads_the_file_as_a_request(tmp_path: Path) -> None:
    trace = make_trace(3)
    data = exported(trace, tmp_path)
    request = ExportTraceServiceRequest()
    request.ParseFromString((tmp_path / "out.otlp").read_bytes())
    assert list(request.resource_spans) == list(data.resource_spans)


def test_the_lines_of_json_hold_the_same_spans(tmp_path: Path) -> None:
    trace = make_trace(600, failures=0.3)
    wanted = exported(trace, tmp_path)
    otlp.write_json(trace, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(wanted.resource_spans)
    found = TracesData()
    for line in lines:
        # Protobuf's own reader knows ids in base64 alone: everything else is compared.
        found.MergeFrom(ParseDict(json.loads(line), TracesData()))
    for span, other in zip(spans_of(found), spans_of(wanted), strict=True):
        for each in (span, other, *span.links, *other.links):
            each.ClearField("trace_id")
            each.ClearField("span_id")
        span.ClearField("parent_span_id")
        other.ClearField("parent_span_id")
        assert span == other


def test_two_exports_are_the_same_bytes(tmp_path: Path) -> None:
    exported(make_trace(20), tmp_path)
    first = (tmp_path / "out.otlp").read_bytes()
    exported(make_trace(20), tmp_path)
    assert (tmp_path / "out.otlp").read_bytes() == first


def test_payloads_are_written_where_they_are_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    trace = make_trace(3)
    assert b"sku" not in exported(trace, tmp_path).SerializeToString()
    carried = [
        said(span.attributes).get("buslens.payload") for span in spans_of(exported(trace, tmp_path, payloads=True))
    ]
    assert json.loads(carried[0] or "") == trace.payload(0).value
    otlp.write_json(trace, tmp_path / "out.jsonl", payloads=True)
    assert "sku" in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


def test_what_the_capture_lacks_is_said_of_its_process(tmp_path: Path) -> None:
    cut = Trace()
    cut.feed(shop_bytes(50, batch=5)[:-100])
    cut.finish()
    (resource,) = (each.resource for each in exported(cut, tmp_path).resource_spans)
    assert "damaged at byte" in said(resource.attributes)["buslens.damage"]


def test_a_capture_without_anything_is_an_empty_file(tmp_path: Path) -> None:
    for trace in (Trace(), _nothing_but_a_header()):
        otlp.write(trace, tmp_path / "out")
        otlp.write_json(trace, tmp_path / "lines")
        assert (tmp_path / "out").read_bytes() == (tmp_path / "lines").read_bytes() == b""


def _nothing_but_a_header() -> Trace:
    trace = Trace()
    trace.feed(Recorder(clock_ns=int, header=Header.here()).take())
    return trace
