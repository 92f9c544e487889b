"""What a session asks of a run is answered alike, wherever its engine is."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from bus import scenario
from bus.engine_process import EngineProcesses
from bus.run.breakpoints import Breakpoint
from bus.run.handle import MakeRun, RunHandle
from bus.run.holding import ALL, HeldOrder
from bus.run.order import Order
from bus.run.runner import own_run
from bus.runtime.gate import Step
from bus.trace import Trace
from buslens.records import Did
from tests.helpers.patience import PATIENCE_S, wait_until

EMITS = 3_000
TEXT = f"buslens: 1\nevents: {{a: {{}}}}\nhandlers: {{h: {{on: a}}}}\nscript: [{{emit: a, times: {EMITS}}}]\n"


@pytest.fixture(scope="module")
def processes() -> Iterator[EngineProcesses]:
    with EngineProcesses() as processes:
        yield processes


@pytest.fixture(params=["thread", "process"])
def make_run(request: pytest.FixtureRequest, processes: EngineProcesses) -> MakeRun:
    return own_run if request.param == "thread" else processes.make_run


@pytest.fixture
def run(make_run: MakeRun) -> Iterator[RunHandle]:
    order = Order("pyee-asyncio", 1, math.inf, paused=True)
    run = make_run(scenario.loads(TEXT), order, trusted=False)
    run.start()
    yield run
    run.stop()
    assert run.join(PATIENCE_S)


def taken(run: RunHandle, trace: Trace, most: int = 0) -> int:
    """Read until the run is finished; how many emits came at once at most."""
    largest = 0

    def is_finished() -> bool:
        nonlocal largest
        before = len(trace.dispatches)
        with run.back_pressure.reading():
            trace.feed(run.take(most))
        largest = max(largest, len(trace.dispatches) - before)
        return not run.has_more and run.state().phase == "finished"

    wait_until(is_finished, lambda: (run.state(), len(trace.dispatches)))
    trace.feed(run.take())
    return largest


def test_it_begins_where_it_is_told_and_goes_on_to_its_end(run: RunHandle) -> None:
    trace = Trace()
    assert run.state().phase == "paused"
    run.step(Step.DISPATCH)
    run.resume()
    taken(run, trace)
    assert len(trace.calls) == EMITS
    assert run.alive


def test_it_holds_what_it_is_told_to_and_does_with_it_what_it_is_told(run: RunHandle) -> None:
    trace = Trace()
    run.by_hand.set_breakpoints([Breakpoint("a", "h", hit=3)])
    run.resume()

    def is_held(count: int) -> bool:
        with run.back_pressure.reading():
            trace.feed(run.take())
        return run.state().held_count == count

    # What is held may be said before the record of it is taken.
    wait_until(lambda: is_held(1) and len(trace.dispatches) >= 3, run.state)
    (held,) = run.state().held
    assert (held.event, held.handler, held.dispatch) == ("a", "h", int(trace.dispatches.id[2]))
    run.by_hand.carry_out(HeldOrder("duplicate", held.number))
    wait_until(lambda: is_held(2), run.state)
    run.by_hand.carry_out(HeldOrder("release", ALL, edited=True, payload={"n": [1]}))
    taken(run, trace)
    assert len(trace.calls) == EMITS + 1
    assert trace.interventions.view("did").tolist() == [Did.HELD, Did.DUPLICATED, Did.HELD, Did.EDITED, Did.EDITED]
    assert run.state().hits[0].hits == EMITS


def test_its_records_come_in_parts_where_they_are_asked_for_so(run: RunHandle) -> None:
    trace = Trace()
    run.resume()
    largest = taken(run, trace, most=200)
    assert len(trace.calls) == EMITS
    assert largest < EMITS / 2


def test_it_ends_when_it_is_told_and_its_last_records_are_there(run: RunHandle) -> None:
    trace = Trace()
    run.resume()
    taken(run, trace)
    run.emit("a", None, 5, None)
    run.stop()
    assert run.join(PATIENCE_S)
    assert not run.alive
    trace.feed(run.take())
    assert not run.has_more
    assert run.state().phase == "idle"
    assert EMITS <= len(trace.dispatches) <= EMITS + 5
