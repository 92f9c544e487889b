"""Each step of a call on its way to its workers is recorded under the workers' name, at the call."""

from __future__ import annotations

from bus.trace import Trace
from bus.workers.records import WorkRecords
from buslens.recorder import Recorder
from buslens.records import Kind


def test_the_way_of_a_call_is_told_in_order_with_who_and_why() -> None:
    recorder, trace = Recorder(), Trace()
    call = recorder.next_id()
    records = WorkRecords(recorder, "charge_card workers")
    told = [
        (Kind.WORK_SENT, "", 1),
        (Kind.WORK_STARTED, "process 7", 1),
        (Kind.WORK_FAILED, "no", 1),
        (Kind.WORK_SENT, "", 2),
    ]
    for kind, note, attempt in told:
        records.say(kind, call, note, attempt)
    trace.feed(recorder.take())
    rows = {
        name: trace.deliveries.view(name).tolist() for name in ("kind", "call", "attempt", "dispatch", "queue", "note")
    }
    assert list(zip(rows["kind"], map(trace.blobs.note, rows["note"]), rows["attempt"], strict=True)) == told
    assert set(rows["call"]) == {call}
    assert set(rows["dispatch"]) == {0}
    assert {trace.names.text(name) for name in rows["queue"]} == {"charge_card workers"}
    trace.raw.close()
