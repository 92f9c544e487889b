"""A capture that is sent from its file, also while a program still writes it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.export.otlp import following
from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.otlp.following import send_capture
from bus.export.otlp.live import LiveSpans
from bus.export.otlp.sender import OtlpSender
from tests.helpers.collector import Collector
from tests.helpers.growing import Growing
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.patience import PATIENCE_S, wait_until


@pytest.fixture
def sender(collector: Collector) -> OtlpSender:
    """One that was started."""
    made = OtlpSender(OtlpEndpoint.of(collector.url, {}), linger_s=0.01)
    made.start()
    return made


def always() -> bool:
    return True


def spans(orders: int) -> int:
    trace = make_trace(orders)
    return len(trace.dispatches) + len(trace.calls)


def test_a_file_is_sent_whole(sender: OtlpSender, tmp_path: Path) -> None:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(300))
    trace = send_capture(path, LiveSpans(sender), always)
    assert trace.damage == ""
    assert sender.finish(PATIENCE_S).sent == spans(300)


def test_what_its_program_still_writes_follows(
    sender: OtlpSender, collector: Collector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_RECORDS", 40)
    growing = Growing(tmp_path / "shop.buslens", 60)
    growing.write_share(0.3)
    sent = threading.Thread(
        target=send_capture, args=(growing.path, LiveSpans(sender), always), kwargs={"follow": True}
    )
    sent.start()
    wait_until(lambda: len(collector.spans) > spans(60) // 10, lambda: len(collector.spans))
    growing.write_share(0.6)
    wait_until(lambda: len(collector.spans) > spans(60) // 2, lambda: len(collector.spans))
    growing.end()
    sent.join(PATIENCE_S)
    assert not sent.is_alive()
    assert sender.finish(PATIENCE_S).sent == spans(60)
    assert len({span.span_id for span in collector.spans}) == len(collector.spans) == spans(60)


def test_without_follow_it_ends_where_the_file_does(sender: OtlpSender, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", 60)
    growing.write_share(0.5)
    trace = send_capture(growing.path, LiveSpans(sender), always)
    assert sender.finish(PATIENCE_S).sent == len(trace.dispatches) + len(trace.calls)


def test_following_ends_where_the_program_was_killed(sender: OtlpSender, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", 60, pid=2**22 + 5)
    growing.write(growing.left)
    trace = send_capture(growing.path, LiveSpans(sender), always, follow=True)
    assert len(trace.dispatches)
    assert sender.finish(PATIENCE_S).sent == spans(60)


def test_a_person_can_end_it(sender: OtlpSender, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", 60)
    growing.write_share(0.5)
    asked = iter([True] * 5)
    send_capture(growing.path, LiveSpans(sender), lambda: next(asked, False), follow=True)
    assert sender.finish(PATIENCE_S).lost == {}


def test_what_is_no_capture_is_said(sender: OtlpSender, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("no")
    with pytest.raises(UserError, match="not a Buslens capture"):
        send_capture(path, LiveSpans(sender), always)
    sender.finish(0.0)
