"""Emits and calls that a test plays by hand, at times that it says; and such stories made up by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


class Played:
    """Emits and calls at the times that a test says."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=self._clock)
        self.handler = self.recorder.handler("pack", "x.py", 1, "e")

    def _clock(self) -> int:
        return self.now_ns

    def emit(self, at: int) -> int:
        self.now_ns, ident = at, self.recorder.next_id()
        self.recorder.dispatch(ident, 0, self.recorder.event("e"), 0, 1, None)
        return ident

    def call(self, dispatch: int, at: int, until: int | None) -> int:
        self.now_ns, ident = at, self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.handler, 0)
        if until is not None:
            self.now_ns = until
            self.recorder.call_ended(ident, Outcome.OK, None)
        return ident

    def trace(self) -> Trace:
        trace = Trace()
        trace.feed(self.recorder.take())
        return trace


stories = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 5, 400, 90_000]), st.sampled_from([None, 0, 3, 50, 600])),
    min_size=1,
    max_size=40,
)
"""Time since the last emit, and how long its call lasts; None: nobody is called."""


def played(story: list[tuple[int, int | None]]) -> Trace:
    bus, at = Played(), 1_000
    for gap, lasts in story:
        at += gap
        dispatch = bus.emit(at)
        if lasts is not None:
            bus.call(dispatch, at + (lasts > 10), at + lasts)
    return bus.trace()
