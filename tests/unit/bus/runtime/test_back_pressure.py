"""An engine that is faster than its reader waits for it, and nothing is lost."""

from __future__ import annotations

import math

import pytest

from bus.behaviour.plain import PayloadTooLarge, plain
from bus.runtime.back_pressure import MOST_PENDING, BackPressure
from bus.runtime.clock import Clock
from buslens.recorder import Recorder
from tests.helpers.live import Live


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
