"""Processes that are looked at together: one trace, in the order of time, with nothing mixed up."""

from __future__ import annotations

import numpy as np

from bus.programs.joint_capture import JointCapture
from bus.trace import Trace
from buslens.context import CAUSE_UNKNOWN
from buslens.records import NameKind
from tests.unit.bus.programs.played import Played, S, events, trace_of


def test_events_of_all_processes_stand_in_the_order_of_time() -> None:
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    web.emit("a", at=1 * S)
    worker.emit("b", at=2 * S)
    web.emit("c", at=3 * S)
    trace = trace_of(web, worker)
    assert events(trace) == [("a", 1 * S), ("b", 2 * S), ("c", 3 * S)]
    assert not trace.damage
    assert trace.ended


def test_causes_and_payloads_are_those_of_their_own_process() -> None:
    processes = [Played(f"p{number}.py", number + 1) for number in range(3)]
    for number, each in enumerate(processes):
        outer = each.emit("outer", {"of": number}, at=S + number)
        each.emit("inner", {"in": number}, at=2 * S + number, parent=outer)
    processes[2].emit("lost", at=3 * S, parent=CAUSE_UNKNOWN)
    trace = trace_of(*processes)
    rows = trace.calls.index.rows(trace.dispatches.parent_call[3:6])
    assert (rows >= 0).all()
    caused_by = [trace.dispatches.index.row(int(trace.calls.dispatch[row])) for row in rows]
    assert caused_by == [0, 1, 2]
    payloads = [trace.blobs.payload(int(blob)) for blob in trace.dispatches.payload[:6]]
    assert [each.value for each in payloads if each] == [{"of": n} for n in range(3)] + [{"in": n} for n in range(3)]
    assert trace.dispatches.cause_unknown.tolist() == [False] * 6 + [True]


def test_threads_and_buses_say_whose_they_are_and_handlers_are_the_same_code() -> None:
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    web.emit("a", at=1 * S)
    worker.emit("a", at=2 * S)
    trace = trace_of(web, worker)
    texts = {kind: [trace.names.text(each) for each in trace.names.ids(kind)] for kind in NameKind}
    assert texts[NameKind.LANE] == ["MainThread", "worker.py 2 MainThread"]
    assert texts[NameKind.BUS] == ["orders", "orders in worker.py 2"]
    assert len(texts[NameKind.HANDLER]) == 1
    assert len(set(trace.calls.handler.tolist())) == 1
    buses = [trace.names.text(trace.names.bus(int(event))) for event in trace.dispatches.event]
    assert buses == ["orders", "orders in worker.py 2"]


def test_a_process_on_another_machine_is_moved_by_the_calendar() -> None:
    ours, theirs = Played("a.py", 1, mono_ns=10 * S), Played("b.py", 2, host="there", mono_ns=500 * S)
    ours.emit("a", at=11 * S)
    theirs.emit("b", at=502 * S)
    assert events(trace_of(ours, theirs)) == [("a", 11 * S), ("b", 12 * S)]


def test_a_calendar_that_was_set_meanwhile_moves_nothing_on_one_machine() -> None:
    first, second = Played("a.py", 1), Played("b.py", 2, wall_ns=103 * S)
    first.emit("a", at=1 * S)
    second.emit("b", at=2 * S)
    assert events(trace_of(first, second)) == [("a", 1 * S), ("b", 2 * S)]


def test_what_is_not_due_waits_and_nothing_is_lost() -> None:
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    joint, trace = JointCapture(), Trace()
    of_web, of_worker = joint.process(), joint.process()
    for second in range(1, 5):
        web.emit("w", at=second * S)
    joint.take_in(of_web, web.recorder.take())
    trace.feed(joint.head() + joint.take(2 * S))
    assert events(trace) == [("w", 1 * S), ("w", 2 * S)]
    worker.emit("k", at=2 * S + 5)
    joint.take_in(of_worker, worker.recorder.take())
    trace.feed(joint.take())
    assert events(trace) == [("w", 1 * S), ("w", 2 * S), ("k", 2 * S + 5), ("w", 3 * S), ("w", 4 * S)]
    assert set(trace.calls.outcome.tolist()) == {1}


def test_captures_come_cut_anywhere() -> None:
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    for second in range(50):
        web.emit("w", {"n": second}, at=second * S)
        worker.emit("k", {"n": second}, at=second * S + 1)
    joint, trace = JointCapture(), Trace()
    parts = [(joint.process(), each.recorder.take()) for each in (web, worker)]
    begun = False
    for start in range(0, max(len(data) for _, data in parts), 97):
        for process, data in parts:
            joint.take_in(process, data[start : start + 97])
        if not begun and parts[0][0].header is not None:
            trace.feed(joint.head())
            begun = True
        if begun:
            trace.feed(joint.take())
    assert len(trace.dispatches) == 100
    numbers = [trace.blobs.payload(int(blob)).value["n"] for blob in trace.dispatches.payload]
    assert sorted(numbers) == sorted([*range(50)] * 2)
    assert np.all(trace.dispatches.index.rows(trace.calls.dispatch) >= 0)
