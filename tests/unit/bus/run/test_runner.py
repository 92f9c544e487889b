"""A run from its start to its end: another may follow, and a person is told why one could not go on."""

from __future__ import annotations

import math
from pathlib import Path

from bus import scenario
from bus.run.order import Order
from bus.run.runner import own_run
from tests.helpers.live import Live
from tests.helpers.patience import PATIENCE_S


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
    runner = own_run(scenario.load(path), order, trusted=False, most_in_flight=500)
    runner.start()
    assert runner.join(PATIENCE_S)
    assert runner.state().phase == "failed"
    assert runner.state().message == ("more than 500 calls wait at once: the scenario emits faster than it can work")
