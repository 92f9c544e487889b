"""What a person does to a delivery is one record, which a capture shows as a mark too."""

from __future__ import annotations

from bus.run.interventions import intervened
from bus.run.order import Order
from bus.run.recording import Recording
from bus.trace.trace import Trace
from buslens.records import Did


def test_it_has_its_delivery_its_kind_and_its_words_of_bounded_length() -> None:
    recording, trace = Recording(Order("pyee", 1, 1.0), "test"), Trace()
    recorder = recording.recorder
    handler = recorder.handler("charge", "shop.yaml", 3, "order")
    intervened(recorder, Did.REDELIVERED, handler, 11, 12, "w" * 100_000)
    trace.feed(recording.take())
    told = trace.interventions
    assert [int(told.view(each)[0]) for each in ("did", "dispatch", "call")] == [Did.REDELIVERED, 11, 12]
    assert trace.names.text(int(told.view("handler")[0])) == "charge"
    assert trace.marks.text(0) == "w" * recorder.limits.text
