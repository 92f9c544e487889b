"""A run in which nothing can happen any more ends by itself, leaves open what is open, and says so."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from bus.capture.sameness import Recorded
from bus.comparison import ComparisonPlan, run_once
from bus.engines import MAKERS
from bus.expectations.judge import judge
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads
from buslens.records import Decided, Outcome
from tests.helpers.live import Live
from tests.helpers.told import logged

STILL = "the run stands still: nothing can happen any more, and "
IN_MEMORY = ("pyee", "pyee-asyncio", "pyee-threads", "sqlite", "sqlite-model", "rabbitmq-model", "kafka-model")
every_engine = pytest.mark.parametrize("engine", IN_MEMORY)

FOR_EVER = "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}, {emit: b}]"
ITSELF = (
    "events: {a: {}, b: {}}\nservices: {s: {workers: 1, queue: {limit: 1}}}\n"
    "handlers: {h: {on: a, service: s, do: [{emit: b, times: 3}]}, g: {on: b, service: s}}\nscript: [{emit: a}]"
)


@every_engine
def test_a_handler_that_waits_for_ever_ends_the_run_and_stays_open(engine: str, live: Live) -> None:
    session = live.ended(FOR_EVER, engine=engine)
    assert session.engine_state.stands_still
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING]
    assert logged(session.trace)[-1].startswith(STILL)
    assert session.trace.marks.decided.tolist()[-1] == Decided.STANDS_STILL


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "sqlite-model"])
def test_so_does_one_that_blocks_the_loop_for_ever(engine: str, live: Live) -> None:
    session = live.ended(FOR_EVER.replace("{on: a,", "{on: a, block: true,"), engine=engine)
    assert session.engine_state.stands_still
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING]


@pytest.mark.parametrize("worker", ["thread", "process"])
def test_so_does_one_whose_worker_waits_for_ever(worker: str, live: Live) -> None:
    session = live.ended(FOR_EVER.replace("{on: a,", f"{{on: a, worker: {worker},"), engine="pyee")
    assert session.engine_state.stands_still
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING]


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads"])
def test_a_service_that_waits_for_itself_ends_the_run(engine: str, live: Live) -> None:
    session = live.ended(ITSELF, engine=engine)
    assert session.engine_state.stands_still
    assert set(session.trace.calls.outcome.tolist()) == {Outcome.RUNNING}


def test_a_script_that_never_goes_on_is_told(live: Live) -> None:
    session = live.ended("events: {a: {}}\nscript: [{emit: a}, {wait: forever}, {emit: a}]")
    assert logged(session.trace) == [STILL + "the script is not at its end"]


@every_engine
def test_a_run_that_comes_to_its_end_does_not_stand_still(engine: str, live: Live) -> None:
    session = live.ended(FOR_EVER.replace("forever", "60min"), engine=engine)
    assert not session.engine_state.stands_still
    assert Decided.STANDS_STILL not in session.trace.marks.decided.tolist()


def test_python_in_a_process_may_still_say_something(live: Live) -> None:
    session = live.ended(
        "events: {a: {}, b: {}}\nhandlers:\n  h: {on: a, concurrency: 1, do: [{wait: forever}]}\n"
        "  g: {on: b, do: [{python: emit('a')}]}\nscript: [{emit: a}, {emit: b}]"
    )
    assert session.engine_state.stands_still
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING, Outcome.OK, Outcome.RUNNING]


def test_expectations_see_what_stood_open_also_after_the_run_was_ended() -> None:
    text = (
        f"buslens: 1\n{FOR_EVER}\nexpect:\n  - {{open: == 0}}\n  - {{each: a, leads_to: b}}\n  - {{eventually: c}}\n"
        "  - {each: a, ends_in: [b, c]}\n  - {lost: == 1}"
    )
    document = loads(text.replace("b: {}}", "b: {}, c: {}}"))
    plan = ComparisonPlan(["pyee-asyncio"], 1, math.inf)
    trace = run_once(document, "pyee-asyncio", plan, lambda _: False, lambda _: None).trace
    assert trace.calls.outcome.tolist() == [Outcome.RUNNING]
    assert [each.met for each in judge(document.scenario.expect, trace, end_is_known=True)] == [False] * 4 + [True]


def test_stop_closes_nothing_that_stood_open(live: Live) -> None:
    session = live.ended(FOR_EVER)
    session.stop()
    live.until(session, lambda: session.engine_state.phase == "idle")
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING]


def test_a_person_may_go_on_by_hand_and_it_stands_still_again(live: Live) -> None:
    session = live.ended(FOR_EVER)
    session.emit("a")
    live.until(session, lambda: session.engine_state.phase == "finished" and len(session.trace.calls) == 2)
    still, goes_on = Decided.STANDS_STILL, Decided.GOES_ON
    assert session.trace.marks.decided.tolist() == [still, goes_on, still]
    assert session.trace.marks.stands_still


def test_what_a_breakpoint_holds_waits_for_a_person(live: Live) -> None:
    from bus.run.breakpoints import Breakpoint

    session = live("events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]")
    session.running.breakpoints.replace([Breakpoint("a", "h")])
    session.start(speed=math.inf)
    live.until(session, lambda: session.engine_state.held_count == 1)
    assert session.engine_state.phase == "running"


@pytest.mark.parametrize("text", [FOR_EVER, "events: {a: {}}\nscript: [{emit: a}, {wait: forever}]"])
def test_the_kernel_records_the_same(text: str) -> None:
    program = Program(loads(f"buslens: 1\n{text}"))
    real, ours = program.run_real(Choices()), program.run(Choices())
    assert ours.in_kernel
    assert ours.is_stuck
    assert real.is_stuck
    one, other = Recorded(real.data), Recorded(ours.data)
    assert (one.packed_names, one.facts.tobytes(), one.packed_blobs) == (
        other.packed_names, other.facts.tobytes(), other.packed_blobs,
    )  # fmt: skip


def test_a_run_and_one_of_many_record_the_same(live: Live, tmp_path: Path) -> None:
    session = live.ended(ITSELF, engine="pyee-asyncio")
    session.export("capture", tmp_path / "run.buslens")
    assert session.document is not None
    ours = Recorded(Program(session.document).run(Choices()).data)
    theirs = Recorded((tmp_path / "run.buslens").read_bytes())
    assert ours.facts.tobytes() == theirs.facts.tobytes()  # only the names of their threads differ


def test_each_engine_that_needs_no_server_is_here() -> None:
    from bus.engines import ENGINES

    embedded: list[Any] = [name for name in MAKERS if ENGINES[name].is_embedded]
    assert sorted(embedded) == sorted(IN_MEMORY)
