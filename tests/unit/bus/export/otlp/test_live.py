"""Spans of a trace that grows: each once, when it has ended, and the same that a file of it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.otlp.live import LiveSpans
from bus.export.otlp.sender import NO_ROOM, OtlpSender, SendingReport
from bus.trace import Trace
from buslens.records import Flag, Kind
from tests.helpers.collector import Collector
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.otlp import exported, said, spans_of
from tests.helpers.patience import PATIENCE_S
from tests.unit.bus.export.otlp.test_spans import Told

OF_A_FILE_ALONE = {"buslens.fate", "buslens.skipped"}


def plain(span: Span) -> tuple[object, ...]:
    """What a span says, without what only a complete capture knows."""
    attributes = {key: value for key, value in said(span.attributes).items() if key not in OF_A_FILE_ALONE}
    return (
        span.span_id, span.trace_id, span.parent_span_id, span.name, span.start_time_unix_nano, span.end_time_unix_nano,
        sorted(attributes.items()), list(span.links), list(span.events), span.status.code,
    )  # fmt: skip


class Sending:
    """A sender to a collector, and the live spans of one stream."""

    def __init__(self, collector: Collector, **how: int) -> None:
        self.sender = OtlpSender(OtlpEndpoint.of(collector.url, {}), linger_s=0.01, **how)
        self.sender.start()
        self.live = LiveSpans(self.sender)

    def end(self, trace: Trace) -> SendingReport:
        self.live.finish(trace)
        return self.sender.finish(PATIENCE_S)


@pytest.mark.parametrize("size", [200, 5_000, 1_000_000])
@pytest.mark.parametrize("most", [0, 30])
def test_however_it_comes_each_span_is_sent_once_and_is_that_of_a_file(
    collector: Collector, tmp_path: Path, size: int, most: int
) -> None:
    """most: records that stay in memory, as in a window."""
    data, trace = shop_bytes(40, batch=1, failures=0.2), Trace()
    sending = Sending(collector)
    for start in range(0, len(data), size):
        trace.feed(data[start : start + size])
        sending.live.look(trace)
        sending.live.look(trace)
        trace = trace.newest(most) if most else trace
    report = sending.end(trace)
    wanted = spans_of(exported(make_trace(40, failures=0.2), tmp_path))
    assert (report.sent, report.lost) == (len(wanted), {})
    assert sorted(map(plain, collector.spans)) == sorted(map(plain, wanted))


def test_what_runs_waits_for_its_end(collector: Collector) -> None:
    told = Told()
    call = told.start(told.emit())
    trace, sending = Trace(), Sending(collector)
    trace.feed(told.recorder.take())
    sending.live.look(trace)
    told.now = 5
    told.recorder.call_ended(call, 1, None)
    trace.feed(told.recorder.take())
    sending.live.look(trace)
    report = sending.end(trace)
    assert report.sent == 2
    assert [said(span.attributes)["buslens.outcome"] for span in collector.spans] == ["ok", "ok"]


def test_what_never_ends_is_sent_at_the_end_and_says_that_it_runs(collector: Collector) -> None:
    trace, sending = make_trace(1, running=1), Sending(collector)
    report = sending.end(trace)
    assert report.sent == len(trace.dispatches) + len(trace.calls)
    outcomes = [said(span.attributes)["buslens.outcome"] for span in collector.spans]
    assert outcomes.count("running") == 2


def test_a_broker_s_event_is_sent_when_the_broker_has_it_and_its_outcome_is_open(collector: Collector) -> None:
    told = Told(engine="rabbitmq")
    queue = told.recorder.queue("a")
    dispatch = told.emit(flags=Flag.DURABLE)
    trace, sending = Trace(), Sending(collector)
    trace.feed(told.recorder.take())
    sending.live.look(trace)
    told.now = 9
    told.recorder.delivery(Kind.CONFIRMED, dispatch, queue, 0, 0, told.lane, "")
    told.recorder.delivery(Kind.ENQUEUED, dispatch, queue, 0, 0, told.lane, "")
    trace.feed(told.recorder.take())
    sending.live.look(trace)
    assert sending.sender.finish(PATIENCE_S).sent == 1
    (span,) = collector.spans
    assert span.end_time_unix_nano - span.start_time_unix_nano == 9
    assert "buslens.outcome" not in said(span.attributes)


def test_without_room_spans_are_counted_and_the_rest_is_good(collector: Collector) -> None:
    collector.gate.clear()
    trace, sending = make_trace(400), Sending(collector, most_waiting=600)
    whole = len(trace.dispatches) + len(trace.calls)
    sending.live.look(trace)
    collector.gate.set()
    report = sending.end(trace)
    assert report.sent + report.lost[NO_ROOM] == whole
    assert 0 < report.sent < whole


def test_who_may_wait_loses_nothing(collector: Collector) -> None:
    trace, sending = make_trace(400), Sending(collector, most_waiting=600)
    sending.live.look(trace, lambda: True)
    assert sending.end(trace).lost == {}


def test_before_the_header_there_is_nothing_to_say(collector: Collector) -> None:
    sending = Sending(collector)
    sending.live.look(Trace())
    assert sending.end(Trace()).sent == 0
