"""Spans on their way: none is lost without being counted, and nobody waits who does not want to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.otlp.sender import BATCH, NO_ROOM, OtlpSender, SendingReport
from tests.helpers.collector import Collector
from tests.helpers.make_trace import make_trace
from tests.helpers.otlp import exported, spans_of
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.ports import free_port


@contextmanager
def sending(url: str, **how: Any) -> Iterator[OtlpSender]:
    """A sender that is finished in the end."""
    sender = OtlpSender(OtlpEndpoint.of(url, {}), linger_s=0.01, **how)
    sender.start()
    try:
        yield sender
    finally:
        sender.finish(0.0)


def some(folder: Path, orders: int = 1) -> tuple[TracesData, int]:
    """A message, and the number of its spans."""
    data = exported(make_trace(orders, failures=0), folder)
    return data, len(spans_of(data))


def test_all_of_them_arrive_in_few_requests(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    with sending(collector.url) as sender:
        for _ in range(500):
            sender.put(lambda: data, count)
        report = sender.finish(PATIENCE_S)
    assert report == SendingReport(500 * count, {}, f"{collector.url}/v1/traces")
    assert len(collector.spans) == 500 * count
    assert len(collector.requests) <= 500 * count / BATCH * 2 + 2
    assert str(report).endswith(f" spans were sent to {collector.url}/v1/traces")


def test_a_batch_that_is_too_large_for_a_request_is_sent_in_parts(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path, 20)
    for span in spans_of(data):
        span.events.add(name="x" * 100_000)
    with sending(collector.url) as sender:
        sender.put(lambda: data, count)
        assert sender.finish(PATIENCE_S).sent == count
    assert {span.span_id for span in collector.spans} == {span.span_id for span in spans_of(data)}
    assert len(collector.requests) > 1
    assert max(collector.sizes) < 5_000_000


def test_a_busy_collector_gets_the_same_spans_again(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    collector.will_answer(503, Retry_After="0")
    collector.will_answer(429)
    with sending(collector.url) as sender:
        sender.put(lambda: data, count)
        wait_until(lambda: len(collector.requests) == 3, lambda: collector.requests)
        assert sender.finish(PATIENCE_S).sent == count
    assert len(collector.spans) == count
    assert sender.trouble == ""


def test_what_is_refused_is_counted_by_its_reason(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    collector.will_answer(400)
    collector.will_refuse(2, "too old")
    with sending(collector.url) as sender:
        for number in range(1, 4):
            sender.put(lambda: data, count)
            wait_until(lambda wanted=number: len(collector.requests) == wanted, lambda: collector.requests)
        report = sender.finish(PATIENCE_S)
    assert report.lost == {"it answers 400 Bad Request": count, "too old": 2}
    assert report.sent == 2 * count - 2
    assert str(report).startswith(f"{count + 2} of {3 * count} spans were not sent to {collector.url}")


def test_what_has_no_room_is_counted_and_nobody_waits(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    collector.gate.clear()
    with sending(collector.url, most_waiting=3 * count) as sender:
        for _ in range(10):
            sender.put(lambda: data, count)
        assert not sender.has_room(count)
        assert not sender.wait_for_room(count, 0.01)
        collector.gate.set()
        assert sender.wait_for_room(count, PATIENCE_S)
        report = sender.finish(PATIENCE_S)
    assert (report.sent, report.lost) == (3 * count, {NO_ROOM: 7 * count})


def test_without_a_collector_all_is_counted_and_the_reason_is_said(tmp_path: Path) -> None:
    data, count = some(tmp_path)
    with sending(f"http://127.0.0.1:{free_port()}") as sender:
        sender.put(lambda: data, count)
        wait_until(lambda: "nobody listens there" in sender.trouble, lambda: sender.trouble)
        report = sender.finish(0.1)
    assert (report.sent, report.lost) == (0, {"nobody listens there": count})
    assert "nobody listens there" in str(report)


def test_a_collector_that_hangs_does_not_hold_up_the_end(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    collector.gate.clear()
    with sending(collector.url) as sender:
        sender.put(lambda: data, count)
        report = sender.finish(0.1)
    assert (report.sent, sum(report.lost.values())) == (0, count)


def test_whoever_asks_for_the_end_can_give_it_up(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    collector.gate.clear()
    with sending(collector.url) as sender:
        sender.put(lambda: data, count)
        assert sender.finish(PATIENCE_S, lambda: False).sent == 0


def test_spans_that_cannot_be_made_are_counted_and_the_others_arrive(collector: Collector, tmp_path: Path) -> None:
    data, count = some(tmp_path)
    with sending(collector.url) as sender:
        sender.put(lambda: 1 / 0, BATCH)  # type: ignore[arg-type, return-value]
        sender.put(lambda: data, count)
        report = sender.finish(PATIENCE_S)
    assert report.lost == {"they could not be made (ZeroDivisionError)": BATCH}
    assert report.sent == count


def test_nothing_to_send_is_said_as_that(collector: Collector) -> None:
    with sending(collector.url) as sender:
        assert str(sender.finish(PATIENCE_S)).startswith("0 spans were sent")
    assert collector.requests == []
