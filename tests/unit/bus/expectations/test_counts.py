"""A run is judged by what its scenario expects."""

from __future__ import annotations

import pytest

from bus.expectations.judge import judge
from bus.scenario.model import Scenario
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome

MS = 1_000_000


class Story:
    """Writes records at times of our choosing."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=self.clock)
        self.call_of: dict[int, int] = {}

    def clock(self) -> int:
        return self.now_ns

    def emit(self, event: str, handlers: int = 1) -> int:
        dispatch = self.recorder.next_id()
        recorder = self.recorder
        recorder.dispatch(dispatch, 0, recorder.event(event), recorder.lane("main"), handlers, None)
        return dispatch

    def call(self, dispatch: int, handler: str, ms: int, outcome: Outcome | None = Outcome.OK) -> None:
        call = self.recorder.next_id()
        recorder = self.recorder
        recorder.call_started(call, dispatch, recorder.handler(handler), recorder.lane("main"))
        self.now_ns += ms * MS
        if outcome is not None:
            recorder.call_ended(call, outcome)

    def trace(self) -> Trace:
        trace = Trace()
        trace.feed(self.recorder.take())
        return trace


@pytest.fixture
def trace() -> Trace:
    story = Story()
    for ms, outcome in ((10, Outcome.OK), (30, Outcome.OK), (20, Outcome.FAILED)):
        story.call(story.emit("order.placed"), "charge_card", ms, outcome)
    story.emit("order.forgotten", handlers=0)
    return story.trace()


@pytest.mark.parametrize(
    ("expectation", "found", "met"),
    [
        ({"event": "order.placed", "emitted": 3}, "3", True),
        ({"event": "order.placed", "emitted": ">= 4"}, "3", False),
        ({"event": "order.*", "emitted": 4}, "4", True),
        ({"event": "order.forgotten", "lost": 0}, "1", False),
        ({"lost": "<= 1"}, "2", False),  # nobody heard the one, and the other failed for good
        ({"handler": "charge_card", "failed": 0}, "1", False),
        ({"handler": "charge_card", "ok": 2}, "2", True),
        ({"event": "order.forgotten", "calls": 0}, "0", True),
        ({"event": "nothing", "emitted": 0}, "0; no event nothing was seen", True),
        ({"handler": "charge_card", "latency": "30ms"}, "30.000ms", True),
        ({"handler": "charge_card", "latency": "20ms"}, "30.000ms", False),
        ({"event": "order.placed", "latency": "1s"}, "30.000ms", True),
        ({"event": "nothing", "latency": "1s"}, "-; nothing was measured; no event nothing was seen", False),
    ],
)
def test_a_bound_is_compared_with_what_happened(
    trace: Trace, expectation: dict[str, object], found: str, met: bool
) -> None:
    scenario = Scenario.model_validate({"buslens": 1, "expect": [expectation]})
    (verdict,) = judge(scenario.expect, trace, end_is_known=True)
    assert (verdict.found, verdict.met) == (found, met)


def test_a_call_that_never_ends_is_not_fast() -> None:
    story = Story()
    story.call(story.emit("order.placed"), "stuck", 1, None)
    expectation = {"handler": "stuck", "latency": "10min"}
    (verdict,) = judge(
        Scenario.model_validate({"buslens": 1, "expect": [expectation]}).expect, story.trace(), end_is_known=True
    )
    assert not verdict.met


def test_one_expectation_may_have_several_bounds(trace: Trace) -> None:
    expectation = {"event": "order.placed", "emitted": 3, "failed": 0}
    judged = judge(Scenario.model_validate({"buslens": 1, "expect": [expectation]}).expect, trace, end_is_known=True)
    assert [one.about for one in judged] == ["order.placed: emitted", "order.placed: failed"]
    assert [one.met for one in judged] == [True, False]


def test_an_empty_run_meets_what_expects_nothing() -> None:
    scenario = Scenario.model_validate({"buslens": 1, "expect": [{"event": "a", "emitted": 0, "failed": 0}]})
    assert all(verdict.met for verdict in judge(scenario.expect, Trace(), end_is_known=True))
