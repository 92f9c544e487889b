"""An engine that is faster than its reader waits for it, and nothing is lost."""

from __future__ import annotations

import math
import threading

import pytest

from bus.behaviour.plain import PayloadTooLarge, plain
from bus.runtime.back_pressure import KEEPS_BUSY, MOST_PENDING, BackPressure
from bus.runtime.clock import Clock
from buslens.recorder import Recorder
from tests.helpers.live import Live
from tests.helpers.patience import PATIENCE_S


def test_an_engine_without_a_reader_stands_still_and_goes_on_when_there_is_one(live: Live) -> None:
    session = live(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{emit: b, times: 20000}, {wait: 1s}]}}\nscript: [{emit: a}]"
    )
    session.start(engine="pyee", speed=math.inf)
    runner = session._runner
    assert runner is not None
    assert runner.recording.back_pressure.wanted.wait(60)
    waiting = len(runner.recording.recorder.pending)
    assert waiting < 10 * MOST_PENDING
    assert len(runner.recording.recorder.pending) == waiting
    assert session.wait(60)
    assert len(session.trace.dispatches) == 20_001
    assert session.trace.dropped == 0
    assert session.engine_state.virtual_ns == 1_000_000_000


def test_nobody_waits_at_first() -> None:
    clock = Clock()
    back_pressure = BackPressure(Recorder(), clock)
    back_pressure.wait(1000)
    assert not back_pressure.wanted.is_set()


class Engine:
    """One on a thread of its own, which asks before each of the facts that it records."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.recorder = Recorder()
        self.back_pressure = BackPressure(self.recorder, self.clock)

    def record(self, facts: int) -> None:
        for _ in range(facts):
            self.back_pressure.wait()
            self.recorder.mark("x")

    def is_held(self) -> bool:
        """Whether it waits before the next one; it is released then."""
        thread = threading.Thread(target=self.record, args=(1,))
        thread.start()
        held = self.back_pressure.wanted.wait(PATIENCE_S)
        self.back_pressure.turn_ended()
        thread.join(PATIENCE_S)
        return held and not thread.is_alive()


def test_a_window_that_an_engine_keeps_busy_has_right_of_way_until_its_turn_is_over() -> None:
    engine = Engine()
    engine.record(KEEPS_BUSY + 1)
    engine.back_pressure.turn_began()
    assert engine.is_held()


def test_an_engine_that_takes_little_of_the_time_goes_on_beside_the_window() -> None:
    engine = Engine()
    engine.record(KEEPS_BUSY // 4)
    engine.back_pressure.turn_began()
    engine.record(1)


def test_a_turn_that_does_not_end_does_not_hold_the_engine_for_ever() -> None:
    engine = Engine()
    engine.record(KEEPS_BUSY + 1)
    engine.back_pressure.turn_began()
    engine.record(1)
    assert not engine.clock.stopped


def test_payloads_become_plain_copies() -> None:
    said = {"a": [1, 2.5, None, True, float("inf")], 3: (b"x",), "e": KeyError("k")}
    copied, size = plain(said)
    assert copied == {
        "a": [1, 2.5, None, True, "inf"],
        "3": ["b'x'"],
        "e": {"type": "KeyError", "message": "'k'"},
    }
    assert size > 0


@pytest.mark.parametrize("large", ["x" * 1_000_000, list(range(100_000)), {"a" * 500_000: 1}])
def test_payloads_that_are_too_large_are_refused(large: object) -> None:
    with pytest.raises(PayloadTooLarge, match="a payload of more than"):
        plain(large)


def test_payloads_that_are_too_deep_are_refused() -> None:
    deep: object = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(PayloadTooLarge, match="levels"):
        plain(deep)
