"""What a paused run is about to do: a bounded list, the next first."""

from __future__ import annotations

from bus.run.waiting_list import MOST_SHOWN
from tests.helpers.live import Live

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
