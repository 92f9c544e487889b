"""`judged(expectation, emits)`: the verdict on a trace of emits, each a time in milliseconds, a name and a payload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bus.expectations.judge import judge
from bus.expectations.verdict import Verdict
from bus.scenario.model import Scenario
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.wire import Header

MS = 1_000_000
Emit = tuple[float, str, Any]


class Told:
    """Writes emits and calls at times of our choosing. One flow: whatever is emitted with `inside`, in that call."""

    def __init__(self) -> None:
        self.now_ns = 0
        run = Header("shop.yaml", 1, "desk", 0, 0, "virtual", {"engine": "pyee"})  # which has declared its names
        self.recorder = Recorder(clock_ns=lambda: self.now_ns, header=run)
        self._trace = Trace()

    def emit(self, ms: float, event: str, payload: Any = None, *, inside: int = 0, handlers: int = 0) -> int:
        self.now_ns = round(ms * MS)
        record, dispatch = self.recorder, self.recorder.next_id()
        record.dispatch(dispatch, inside, record.event(event), record.lane("main"), handlers, payload, has_payload=True)
        return dispatch

    def call(self, dispatch: int, handler: str, ms: float, end_ms: float | None, outcome: Outcome = Outcome.OK) -> int:
        self.now_ns = round(ms * MS)
        record, call = self.recorder, self.recorder.next_id()
        record.call_started(call, dispatch, record.handler(handler), record.lane("main"))
        if end_ms is not None:
            self.now_ns = round(end_ms * MS)
            record.call_ended(call, outcome)
        return call

    def trace(self) -> Trace:
        """All that was told so far."""
        self._trace.feed(self.recorder.take())
        return self._trace


def verdicts(expectation: dict[str, Any], trace: Trace, **how: Any) -> list[Verdict]:
    """What an expectation, as a file says it, makes of a trace; its end is known unless `how` says otherwise."""
    scenario = Scenario.model_validate({"buslens": 1, "expect": [expectation]})
    return judge(scenario.expect, trace, **{"end_is_known": True, **how})


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def judged() -> Callable[..., Verdict]:
    """The one verdict on a trace of these emits, each a flow of its own."""

    def judge_emits(expectation: dict[str, Any], emits: Sequence[Emit], **how: Any) -> Verdict:
        told = Told()
        for ms, event, payload in emits:
            told.emit(ms, event, payload)
        (verdict,) = verdicts(expectation, told.trace(), **how)
        return verdict

    return judge_emits
