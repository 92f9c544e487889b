"""Lost events, skipped handlers and dead letters are found lane by lane, whatever the lanes are of."""

from __future__ import annotations

from typing import Any

import pytest

from bus.picture.emits import EmitIndex
from bus.picture.grouping import OTHERS, Group
from bus.picture.lane_marks import LaneMarks, MarkIndex
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome

SOME = (
    "engine: sqlite\nevents: {a: {}}\n"
    "handlers: {h: {on: a, attempts: 2, do: [{fail: {if: event.payload % 10 == 0}}]}}\n"
    "script: [{emit: a, with: $count, every: 1ms, times: 40}]"
)


class Played:
    """A recorder with a clock that a test turns, and what is made of its records."""

    def __init__(self, group: Group = "handler", most_lanes: int = 100) -> None:
        self.now_ns = 0
        self.recorder, self.trace = Recorder(clock_ns=self._clock), Trace()
        self.tracks, self.emits, self.marks = CallTracks(group, most_lanes=most_lanes), EmitIndex(), LaneMarks()

    def emit(self, event: str, handlers: int = 0, flags: int = 0) -> int:
        ident = self.recorder.next_id()
        self.recorder.dispatch(ident, 0, self.recorder.event(event), 0, handlers, None, flags=flags)
        self.now_ns += 10
        return ident

    def failed(self, event: str, *skipped: str) -> None:
        """An event whose first handler raises, so that the others are skipped."""
        dispatch, call = self.emit(event, 1 + len(skipped)), self.recorder.next_id()
        self.recorder.call_started(call, dispatch, self.handler("first"), 0)
        self.recorder.call_ended(call, Outcome.FAILED, ValueError("no"))
        for name in skipped:
            self.recorder.skipped(dispatch, self.handler(name), call)

    def handler(self, name: str) -> int:
        return self.recorder.handler(name, "/srv/shop.py", len(name), "")

    def update(self) -> LaneMarks:
        self.trace.feed(self.recorder.take())
        self.tracks.update(self.trace)
        self.emits.update(self.trace)
        self.marks.update(self.trace, self.tracks, self.emits)
        return self.marks

    def found(self) -> dict[str, dict[str, int]]:
        """How many marks of each sort the lane of each title has."""
        lanes = self.update().lanes
        title = self.tracks.grouping.title
        return {
            title(self.trace, lane): {str(sort): len(marks) for sort, marks in sorts.items()}
            for lane, sorts in lanes.items()
        }

    def _clock(self) -> int:
        return self.now_ns


def test_skipped_handlers_are_in_their_own_lanes_and_lost_events_in_none() -> None:
    played = Played("handler")
    played.failed("paid", "mail", "audit")
    played.failed("paid", "mail")
    played.emit("unheard")
    assert played.found() == {"mail": {"skipped": 2}, "audit": {"skipped": 1}}
    assert len(played.marks.all["lost"]) == 1, "the overview has it"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("event", {"paid": {"skipped": 2}, "unheard": {"lost": 3}}),
        ("flow", {"#1 paid": {"skipped": 2}, **{f"#{ident} unheard": {"lost": 1} for ident in (3, 4, 5)}}),
    ],
)
def test_by_event_and_by_flow_both_have_a_lane(group: Group, expected: dict[str, Any]) -> None:
    played = Played(group)
    played.failed("paid", "mail", "audit")
    for _ in range(3):
        played.emit("unheard")
        played.update()
    assert played.found() == expected


def test_an_event_has_a_lane_by_event_before_its_first_call() -> None:
    played = Played("event")
    played.emit("kept", flags=Flag.DURABLE)
    played.emit("paid", handlers=1)
    played.update()
    titles = [played.tracks.grouping.title(played.trace, lane) for lane in played.tracks.grouping.registered]
    assert titles == ["kept", "paid"]


def test_what_a_brokers_consumer_skips_is_no_trouble() -> None:
    played = Played()
    dispatch = played.emit("kept", handlers=1, flags=Flag.DURABLE)
    played.recorder.skipped(dispatch, played.handler("late"), 0)
    assert played.found() == {}


def test_skipped_handlers_that_an_old_capture_does_not_name_have_no_lane_of_a_handler() -> None:
    played = Played()
    played.failed("paid")
    played.recorder.skipped(1, 0, 0)
    assert played.found() == {}
    assert len(played.marks.all["skipped"]) == 1


def test_a_lost_event_for_each_name_does_not_make_a_lane_for_each() -> None:
    played = Played("event", most_lanes=10)
    for number in range(50):
        played.emit(f"unheard-{number % 25}")
        played.update()
    assert len(played.marks.lanes) == 11
    assert played.marks.of(OTHERS, "lost") == 30
    assert sum(len(sorts["lost"]) for sorts in played.marks.lanes.values()) == 50


def test_marks_are_in_order_of_time_whatever_order_they_come_in() -> None:
    played = Played()
    for now in (50, 10, 30, 20):
        played.now_ns = now
        played.failed("paid", "mail")
        played.update()
    (sorts,) = played.marks.lanes.values()
    assert sorts["skipped"].times.tolist() == [20, 30, 40, 60]
    assert sorts["skipped"].rows.tolist() == [1, 3, 2, 0]


def test_a_dead_letter_is_in_the_lane_of_its_last_call(run: Any) -> None:
    trace, tracks, emits, marks = run(SOME), CallTracks(), EmitIndex(), LaneMarks()
    tracks.update(trace)
    emits.update(trace)
    marks.update(trace, tracks, emits)
    (sorts,) = marks.lanes.values()
    dead = sorts["dead"]
    assert trace.calls.attempt[dead.rows].tolist() == [2] * 4
    assert (dead.times >= trace.calls.ended_ns[dead.rows]).all()


def test_dead_letters_of_calls_that_no_capture_has_are_survived() -> None:
    played = Played()
    queue = played.recorder.queue("h")
    for _ in range(3):
        played.recorder.delivery(Kind.DEAD_LETTERED, 7, queue, 999, 1, played.recorder.lane("x"), "no such call")
        assert played.found() == {}
    assert played.marks.all["dead"].rows.tolist() == [-1, -1, -1]


def test_nothing_is_a_batch_as_well() -> None:
    marks, none = MarkIndex(), EmitIndex().times
    marks.add(none, none)
    assert len(marks) == 0
    assert len(Played().update()) == 0
