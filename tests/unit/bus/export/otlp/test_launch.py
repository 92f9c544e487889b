"""All processes of a watched launch, each as a service of its own."""

from __future__ import annotations

import os
import threading
from functools import partial
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.otlp.launch import send_launch
from bus.export.otlp.live import LiveSpans
from bus.export.otlp.sender import OtlpSender
from buslens import wire
from buslens.launching.session import PROCESS, RUNNING, start_ticks
from tests.helpers.collector import Collector
from tests.helpers.growing import Growing
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.otlp import said
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


def process(folder: Path, capture: Path, number: int, state: str) -> None:
    """A process of a launch, as it tells of itself: the one that started this one."""
    fields = {"parent": "", "title": "shop", "ticks": start_ticks(os.getppid()), "capture": capture}
    lines = [f"1 {state}".ljust(39), *(f"{name}={value}" for name, value in fields.items())]
    (folder / f"{os.getppid()}-{number}{PROCESS}").write_text("\n".join(lines) + "\n")


def test_all_processes_of_a_launch_are_sent_and_those_that_join(
    sender: OtlpSender, collector: Collector, tmp_path: Path
) -> None:
    folder = tmp_path / "launch"
    folder.mkdir()
    first, second = Growing(folder / "a.buslens", 20), Growing(folder / "b.buslens", 30, process="worker")
    first.write_share(0.5)
    process(folder, first.path, 1, RUNNING)
    took: list[object] = []
    sent = threading.Thread(
        target=lambda: took.append(send_launch(folder, partial(LiveSpans, sender), always, follow=True))
    )
    sent.start()
    wait_until(lambda: bool(collector.spans), lambda: collector.spans)
    process(folder, second.path, 2, RUNNING)  # its capture has nothing yet
    first.end()
    wait_until(lambda: len(collector.spans) == spans(20), lambda: len(collector.spans))
    second.end()
    wait_until(lambda: len(collector.spans) == spans(20) + spans(30), lambda: len(collector.spans))
    process(folder, first.path, 1, "ended")
    process(folder, second.path, 2, "ended")
    sent.join(PATIENCE_S)
    assert len(took) == 1
    sender.finish(PATIENCE_S)
    names = {said(resource.attributes)["service.name"] for resource in collector.resources}
    assert len(names) == 2
    assert "worker" in names
    assert len({span.span_id for span in collector.spans}) == len(collector.spans)


def test_of_a_launch_what_cannot_be_read_is_said_and_the_rest_is_sent(sender: OtlpSender, tmp_path: Path) -> None:
    (tmp_path / "a.buslens").write_bytes(shop_bytes(20) + wire.END_MARK)
    (tmp_path / "b.buslens").write_text("no")
    for number, name in enumerate(("a.buslens", "b.buslens")):
        process(tmp_path, tmp_path / name, number, "ended")
    sent, unread = send_launch(tmp_path, partial(LiveSpans, sender), always, follow=True)
    assert [each.path.name for each in sent] == ["a.buslens"]
    assert ["b.buslens" in str(error) for error in unread] == [True]
    assert sender.finish(PATIENCE_S).sent == spans(20)


def test_a_folder_of_something_else_is_no_launch(sender: OtlpSender, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no process"):
        send_launch(tmp_path, partial(LiveSpans, sender), always, follow=True)
    sender.finish(0.0)
