"""What the window is told of a run: a bounded queue of what waits, the next first, and why a run ended."""

from __future__ import annotations

import math
from pathlib import Path

from bus import scenario
from bus.run.runner import MOST_SHOWN, Order, Runner
from tests.helpers.patience import PATIENCE_S
from tests.unit.bus.conftest import Live

CROWD = """
engine: pyee-asyncio
events: {a: {}}
handlers: {h: {on: a, do: [{wait: "10s..20s"}]}}
script: [{emit: a, times: 1000}, {wait: 1min}]
"""


def test_the_queue_is_as_long_as_a_screen_can_show_and_the_next_comes_first(live: Live) -> None:
    session = live(CROWD)
    session.start()
    live.calls(session, 1000)
    session.pause()
    live.until(session, lambda: session.engine_state.phase == "paused" and bool(session.engine_state.queue))
    queue = session.engine_state.queue
    assert len(queue) == MOST_SHOWN
    due = [waiting.due_ns for waiting in queue if waiting.due_ns is not None]
    assert due == sorted(due)


def test_a_run_can_be_followed_by_another(live: Live) -> None:
    session = live("events: {a: {}}\nscript: [{emit: a}]")
    for _ in range(3):
        session.start(speed=float("inf"))
        assert session.wait(60)
        assert session.engine_state.phase == "finished"
        assert len(session.trace.dispatches) == 1


def test_a_scenario_that_emits_faster_than_it_works_ends_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "flood.yaml"
    path.write_text(
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{emit: a}, {emit: a}, {wait: 1s}]}}\n"
        "script: [{emit: a}]"
    )
    order = Order("pyee-asyncio", seed=1, speed=math.inf)
    runner = Runner(scenario.load(path), order, trusted=False, most_in_flight=500)
    runner.start()
    assert runner.join(PATIENCE_S)
    assert runner.state().phase == "failed"
    assert runner.state().message == ("more than 500 calls wait at once: the scenario emits faster than it can work")
