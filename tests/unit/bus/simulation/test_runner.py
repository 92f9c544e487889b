"""What the window is told of a run: a bounded queue of what waits, the next first, and why a run ended."""

from __future__ import annotations

from bus.simulation.runner import MOST_SHOWN
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
