"""What sample handlers do, step by step, and what a failure looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bus.behaviour.pauses import Delay
from bus.behaviour.steps import STEPS
from bus.scenario.steps import VERBS
from buslens.records import Flag, Outcome
from tests.helpers.live import Live
from tests.helpers.told import logged, payloads

MS = 1_000_000


def handler(*steps: str, rest: str = "script: [{emit: a, with: {n: 5}}]", events: str = "{a: {}, b: {}}") -> str:
    return f"engine: pyee\nevents: {events}\nhandlers:\n  h:\n    on: a\n    do: [{', '.join(steps)}]\n{rest}"


def test_every_verb_of_a_scenario_does_something() -> None:
    unfolded = {VERBS["once"], VERBS["step"]}  # into their own steps
    assert set(VERBS.values()) - set(STEPS) == unfolded


def test_log_writes_a_line_with_values(run: Any) -> None:
    trace = run(handler("{log: 'n is ${event.payload.n} of ${event.name}, call ${count}'}"))
    assert logged(trace) == ["n is 5 of a, call 1"]
    assert trace.marks.call.tolist() == trace.calls.id.tolist()


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_wait_takes_its_time_to_the_nanosecond(engine: str, run: Any) -> None:
    trace = run(handler("{wait: 20ms}", "{wait: 3ns}"), engine=engine)
    assert (trace.calls.ended_ns - trace.calls.started_ns).tolist() == [20 * MS + 3]


def test_a_blocking_wait_holds_up_the_whole_loop(run: Any) -> None:
    text = (
        "events: {a: {}}\nhandlers:\n"
        "  blocker: {on: a, do: [{wait: 100ms, block: true}]}\n  behind: {on: a, do: [{wait: 1ms}]}\n"
        "script: [{emit: a}]"
    )
    trace = run(text, engine="pyee-asyncio")
    assert trace.calls.started_ns.tolist() == [0, 100 * MS]
    assert Delay(5, True).always_blocks


def test_a_handler_that_blocks_is_a_plain_function_on_asyncio(run: Any) -> None:
    text = "events: {a: {}}\nhandlers:\n  h: {on: a, block: true, do: []}\n  g: {on: a}\nscript: [{emit: a}]"
    trace = run(text, engine="pyee-asyncio")
    flags = {
        trace.names.text(int(name)): int(flag)
        for name, flag in zip(trace.calls.handler, trace.calls.flags, strict=False)
    }
    assert flags["h"] & Flag.ASYNC == 0
    assert flags["g"] & Flag.ASYNC


def test_fail_always_every_nth_and_by_chance(run: Any) -> None:
    rest = "script: [{emit: a, times: 200}]"
    for options, expected in (("always", 200), ("{every: 4}", 50), ("{if: 'count <= 3'}", 3)):
        trace = run(handler(f"{{fail: {options}}}", rest=rest))
        assert int((trace.calls.outcome == Outcome.FAILED).sum()) == expected
    trace = run(handler("{fail: {probability: 0.25}}", rest=rest))
    assert 25 <= int((trace.calls.outcome == Outcome.FAILED).sum()) <= 75


def test_an_emit_by_chance(run: Any) -> None:
    for chance, least, most in ((0, 0, 0), (0.25, 25, 75), (1, 200, 200)):
        trace = run(handler(f"{{emit: b, probability: {chance}, times: 2}}", rest="script: [{emit: a, times: 200}]"))
        emitted = len(trace.dispatches) - 200
        assert emitted % 2 == 0
        assert least <= emitted // 2 <= most


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_a_failure_names_its_line_in_the_scenario_and_none_of_ours(engine: str, live: Live) -> None:
    session = live.ended(
        "events: {a: {}}\nhandlers:\n  charge_card:\n    on: a\n    do:\n      - log: before\n"
        "      - fail: {error: CardDeclined, message: 'no money for ${event.payload.id}'}\n"
        "script: [{emit: a, with: {id: 7}}]",
        engine=engine,
    )
    error = session.trace.error(0)
    assert error is not None
    assert (error.type, error.message) == ("CardDeclined", "no money for 7")
    assert 'scenario-0.yaml", line 4, in charge_card' in error.traceback
    assert 'scenario-0.yaml", line 8, in charge_card\n    - fail:' in error.traceback
    assert ".py" not in error.traceback


def test_a_nested_failure_shows_the_way_through_both_handlers(live: Live) -> None:
    session = live.ended(
        "events: {a: {}, b: {}}\nhandlers:\n  outer:\n    on: a\n    do:\n      - emit: b\n"
        "  inner:\n    on: b\n    do:\n      - fail: always\nscript: [{emit: a}]",
        engine="pyee",
    )
    assert session.trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.FAILED]
    error = session.trace.error(0)
    assert error is not None
    lines = [line.split(", line ")[1] for line in error.traceback.splitlines() if ", line " in line]
    assert lines == ["4, in outer", "7, in outer", "8, in inner", "11, in inner"]
    assert Path(error.traceback.split('"')[1]).name == "scenario-0.yaml"


def test_emit_maps_the_payload(run: Any) -> None:
    trace = run(handler("{emit: b, with: {twice: $event.payload.n * 2, text: 'n=${event.payload.n}', same: $$n}}"))
    assert payloads(trace)[1] == {"twice": 10, "text": "n=5", "same": "$n"}
    assert trace.dispatches.parent_call.tolist() == [0, int(trace.calls.id[0])]


def test_emit_only_if_and_several_times(run: Any) -> None:
    trace = run(handler("{emit: b, if: event.payload.n > 5}", "{emit: b, if: event.payload.n == 5, times: 3}"))
    assert len(trace.dispatches) == 4


def test_transform_changes_what_later_steps_see_and_nothing_else(run: Any) -> None:
    text = handler("{transform: {m: $event.payload.n + 1}}", "{emit: b, with: $event.payload}")
    trace = run(text.replace("script:", "  g: {on: a, do: [{log: '${event.payload}'}]}\nscript:"))
    assert payloads(trace) == [{"n": 5}, {"m": 6}]
    assert logged(trace) == ['{"n": 5}']


def test_count_is_shared_by_all_handlers(run: Any) -> None:
    text = handler("{count: seen}", rest="script: [{emit: a, times: 3}]")
    trace = run(text.replace("script:", "  g: {on: a, do: [{count: seen}, {log: '${counters.seen}'}]}\nscript:"))
    assert logged(trace) == ["2", "4", "6"]


def test_once_steps_are_done_in_the_first_call_only(run: Any) -> None:
    text = handler("{once: [{log: first}]}", "{log: each}", rest="script: [{emit: a, times: 3}]")
    assert logged(run(text)) == ["first", "each", "each", "each"]


def test_a_once_handler_is_called_once(run: Any) -> None:
    trace = run("events: {a: {}}\nhandlers: {h: {on: a, once: true}}\nscript: [{emit: a, times: 3}]")
    assert trace.dispatches.outcome.tolist() == [Outcome.OK, Outcome.LOST, Outcome.LOST]


def test_a_payload_that_breaks_the_schema_fails_the_call_that_emits_it(run: Any) -> None:
    events = "{a: {}, b: {schema: {type: object, required: [id]}}}"
    trace = run(handler("{emit: b, with: {}}", events=events))
    assert trace.calls.outcome.tolist() == [Outcome.FAILED]
    error = trace.error(0)
    assert error.type == "PayloadRefused"
    assert error.message == "b was not emitted: $: 'id' is a required property"
    assert len(trace.dispatches) == 1


def test_an_expression_that_cannot_be_evaluated_fails_the_call(run: Any) -> None:
    trace = run(handler("{log: $event.payload.nothing}"))
    error = trace.error(0)
    assert error.type == "ExpressionError"
    assert "nothing" in error.message


def test_a_payload_that_grows_without_end_is_refused(run: Any) -> None:
    text = handler("{emit: a, with: {x: $event.payload, y: $event.payload}}")
    trace = run(text, engine="pyee-asyncio")
    assert [trace.error(row).type for row in range(len(trace.calls)) if trace.error(row)] == ["PayloadTooLarge"]


def test_an_error_handler_hears_what_failed(run: Any) -> None:
    text = (
        "events: {a: {}}\nhandlers:\n  h: {on: a, do: [{fail: {error: Declined, message: no}}]}\n"
        "  e: {on: error, do: [{log: '${event.payload.type}: ${event.payload.message}'}]}\nscript: [{emit: a}]"
    )
    for engine in ("pyee-asyncio", "pyee-threads"):
        assert logged(run(text, engine=engine)) == ["Declined: no"]


def test_a_handler_of_new_listener_hears_who_listens_from_now_on(run: Any) -> None:
    text = (
        "events: {a: {}}\nhandlers:\n"
        "  watch: {on: new_listener, do: [{log: '${event.payload.handler} hears ${event.payload.event}'}]}\n"
        "  h: {on: a, do: [{count: a}]}\nscript: [{emit: a}]"
    )
    for engine in ("pyee", "pyee-asyncio", "pyee-threads"):
        trace = run(text, engine=engine)
        assert logged(trace) == ["h hears a"]
        assert len(trace.calls) == 2
