"""When the script emits, with what, and what happens where it cannot."""

from __future__ import annotations

from typing import Any

from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers.live import Live, over

MS = 1_000_000


def emitted_ms(trace: Trace) -> list[float]:
    return [ns / MS for ns in trace.dispatches.emitted_ns.tolist()]


def test_steps_come_one_after_another(run: Any) -> None:
    trace = run("events: {a: {}, b: {}}\nscript: [{emit: a, every: 10ms, times: 3}, {wait: 5ms}, {emit: b}]")
    assert emitted_ms(trace) == [0, 10, 20, 25]


def test_an_emit_at_a_time_stands_beside_the_others(run: Any) -> None:
    trace = run("events: {a: {}, b: {}}\nscript: [{emit: b, at: 15ms}, {emit: a, every: 10ms, times: 3}]")
    assert emitted_ms(trace) == [0, 10, 15, 20]


def test_repeat_counts_on(run: Any) -> None:
    trace = run("events: {a: {}}\nscript: [{repeat: 2, do: [{emit: a, with: $count, times: 2}, {wait: 1ms}]}]")
    assert [trace.payload(row).value for row in range(4)] == [1, 2, 3, 4]
    assert emitted_ms(trace) == [0, 0, 1, 1]


def test_a_mark_stands_on_the_timeline(run: Any) -> None:
    trace = run("events: {a: {}}\nscript: [{wait: 2ms}, {mark: half-time}]")
    assert trace.marks.text(0) == "half-time"
    assert trace.marks.time_ns.tolist() == [2 * MS]


def test_without_a_payload_the_sample_is_emitted(run: Any) -> None:
    trace = run("events: {a: {sample: {id: 9}}, b: {}}\nscript: [{emit: a}, {emit: b}]")
    assert trace.payload(0).value == {"id": 9}
    assert trace.payload(1).text == ""


def test_an_emit_only_if(run: Any) -> None:
    trace = run("events: {a: {}}\nscript: [{emit: a, times: 10, if: count % 5 == 0, with: $count}]")
    assert [trace.payload(row).value for row in range(len(trace.dispatches))] == [5, 10]


def test_an_event_nobody_handles_is_lost(run: Any) -> None:
    trace = run("events: {ping: {}}\nscript: [{emit: ping}]")
    assert trace.dispatches.outcome.tolist() == [Outcome.LOST]


def test_emits_that_a_blocking_handler_held_up_are_made_up_for(run: Any) -> None:
    text = (
        "engine: pyee\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{once: [{wait: 25ms}]}]}}\n"
        "script: [{emit: a, every: 10ms, times: 5}]"
    )
    assert emitted_ms(run(text)) == [0, 25, 25, 30, 40]


def test_what_a_handler_raises_does_not_end_the_script(run: Any) -> None:
    text = "engine: pyee\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{fail: always}]}}\nscript: [{emit: a, times: 3}]"
    assert run(text).calls.outcome.tolist() == [Outcome.FAILED] * 3


def test_a_script_that_cannot_emit_ends_the_run_and_names_its_line(live: Live) -> None:
    session = live.begun("events:\n  a: {schema: {type: object}}\nscript:\n  - wait: 1ms\n  - emit: a\n    with: 3\n")
    over(session)
    assert session.engine_state.phase == "failed"
    assert "scenario-0.yaml:6" in session.engine_state.message
    assert "3 is not of type 'object'" in session.engine_state.message
