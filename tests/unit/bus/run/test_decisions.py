"""What a scenario decides about a call is a record, and a mark of that call."""

from __future__ import annotations

from bus.run.decisions import DecisionRecords
from bus.trace import Trace
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Decided


def test_what_was_decided_when_and_about_which_call() -> None:
    recorder = Recorder(clock_ns=lambda: 7)
    records = DecisionRecords(recorder)
    CALL.set(12)
    records.say(Decided.REFUSED, "full queue", service="pay")
    records.say(Decided.DROPPED, "dropped", call=9)
    CALL.set(None)
    trace = Trace()
    trace.feed(recorder.take())
    marks = trace.marks
    assert marks.decided.tolist() == [Decided.REFUSED, Decided.DROPPED]
    assert marks.call.tolist() == [12, 9]
    assert [marks.text(row) for row in (0, 1)] == ["full queue", "dropped"]
    assert marks.flagged().tolist() == [0, 1]
