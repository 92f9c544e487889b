"""Order told honestly: what overtakes is late, what merely runs inside is not; each handler by itself."""

from __future__ import annotations

from bus.trace import Trace, pairs
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome


class Story:
    """Two events, and calls of one handler for them at times of our choosing."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=lambda: self.now_ns)

    def emit(self) -> int:
        ident = self.recorder.next_id()
        self.recorder.dispatch(ident, 0, self.recorder.event("a"), 0, 1, None)
        return ident

    def start(self, dispatch: int, handler: str = "h", lane: str = "main", flags: int = 0) -> int:
        record, ident = self.recorder, self.recorder.next_id()
        record.call_started(ident, dispatch, record.handler(handler), record.lane(lane), 1, flags)
        return ident

    def end(self, call: int) -> None:
        self.now_ns += 1000
        self.recorder.call_ended(call, Outcome.OK)

    def late(self) -> list[bool]:
        trace = Trace()
        trace.feed(self.recorder.take())
        return [bool(late) for late in pairs.of(trace).out_of_order]


def overlapping(*, lane: str = "main", flags: int = 0, handler: str = "h") -> list[bool]:
    """The later event's call begins and ends while the earlier one's runs."""
    story = Story()
    first = story.start(story.emit(), flags=flags)
    second = story.start(story.emit(), handler, lane, flags)
    story.end(second)
    story.end(first)
    return story.late()


def test_a_plain_function_waits_for_what_runs_inside_it() -> None:
    assert overlapping() == [False, False]


def test_coroutines_and_other_threads_overtake() -> None:
    assert overlapping(flags=Flag.ASYNC) == [True, False]
    assert overlapping(lane="another thread") == [True, False]


def test_each_handler_has_an_order_of_its_own() -> None:
    assert overlapping(flags=Flag.ASYNC, handler="other") == [False, False]


def test_what_begins_after_a_later_event_ended_is_late() -> None:
    story = Story()
    earlier, later = story.emit(), story.emit()
    story.end(story.start(later))
    story.end(story.start(earlier))
    assert story.late() == [True, False]
