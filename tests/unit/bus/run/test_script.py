"""When the script emits, with what, and what happens where it cannot."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])
def test_rates_bursts_and_times_mean_the_same_on_every_engine(engine: str, run: Any) -> None:
    trace = run(
        "events: {a: {}, b: {}, c: {}}\nscript:\n"
        "  - {emit: a, rate: 100/s, times: 3, burst: 2}\n"
        "  - {emit: b, every: 10ms, for: 25ms}\n"
        "  - {emit: c, rate: poisson 100/s, for: 1s}\n",
        engine=engine,
    )
    names = [trace.names.text(int(event)) for event in trace.dispatches.event]
    at = [int(ns) // 1_000_000 for ns in trace.dispatches.emitted_ns]
    assert at[:9] == [0, 0, 10, 10, 20, 20, 20, 30, 40]
    assert names[:9] == ["a"] * 6 + ["b"] * 3
    assert 60 < names.count("c") < 140


def test_payloads_are_drawn_from_the_schema_by_the_seed(run: Any) -> None:
    text = "events: {a: {schema: {type: integer}}}\nscript: [{emit: a, generate: true, times: 5}]"
    one, other, third = (
        [run(text, seed=seed).payload(row).value for row in range(5)] for seed in (1, 1, 2)
    )  # fmt: skip
    assert one == other != third
    assert all(type(value) is int for value in one)


def test_users_do_steps_side_by_side_each_with_a_time_to_think(run: Any) -> None:
    text = "events: {a: {}}\nscript: [{repeat: 2, users: 3, do: [{emit: a}, {wait: 10ms}]}, {mark: over}]"
    trace = run(text)
    assert [int(ns) // 1_000_000 for ns in trace.dispatches.emitted_ns] == [0, 0, 0, 10, 10, 10]
    assert trace.marks.time_ns.tolist() == [20_000_000]


def test_a_loop_ends_with_its_time(run: Any) -> None:
    text = "events: {a: {}}\nscript: [{repeat: 10000000, for: 35ms, do: [{emit: a}, {wait: 10ms}]}]"
    assert len(run(text).dispatches) == 4


@pytest.mark.parametrize("steps", ["{repeat: 10, users: 10, do: [{wait: 1s}]}", "{emit: a, at: 1s}"])
def test_a_script_does_not_do_more_at_once_than_memory_holds(
    steps: str, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bus.run.script.MOST_AT_ONCE", 50)
    session = live.begun(f"events: {{a: {{}}}}\nscript:\n  - repeat: 100\n    users: 10\n    do: [{steps}]\n")
    over(session)
    assert session.engine_state.phase == "failed"
    assert "it does more than 50 things at once" in session.engine_state.message
    assert "scenario-0.yaml:6" in session.engine_state.message


def test_users_who_are_done_make_room_for_others(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.run.script.MOST_AT_ONCE", 9)
    text = "events: {a: {}}\nscript: [{repeat: 5, do: [{repeat: 1, users: 9, do: [{emit: a}, {wait: 1ms}]}]}]"
    assert len(run(text).dispatches) == 45


def test_a_script_that_ends_by_a_time_which_never_comes_ends_with_a_sentence(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bus.run.script.MOST_TIMES", 10_000)
    session = live.begun(
        "events: {a: {}}\nscript: [{repeat: 10000000, for: 1s, do: [{repeat: 10000, do: [{wait: 0ms}]}]}]"
    )
    over(session)
    assert "the script cannot go on: it has done 10000 steps" in session.engine_state.message


def test_each_emit_of_a_step_is_one_of_those_that_are_counted(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.run.script.MOST_TIMES", 100)
    session = live.begun("events: {a: {}}\nscript: [{repeat: 100, for: 1s, do: [{emit: a, times: 7}]}]")
    over(session)
    assert "the script cannot go on: it has done 100 steps" in session.engine_state.message
    assert len(session.trace.dispatches) == 99, "the repeat, which only a time would end, is one as well"


def test_as_many_steps_as_a_file_may_have_are_done(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bus.run.script.MOST_TIMES", 100)
    assert len(run("events: {a: {}}\nscript: [{repeat: 50, do: [{emit: a}, {emit: a}]}]").dispatches) == 100
