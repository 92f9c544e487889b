"""Lanes by what calls have in common, with titles for a person and a bound on how many there are."""

from __future__ import annotations

import numpy as np
import pytest

from bus.picture.grouping import NOWHERE, OF_ONE, OTHERS, Group
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from bus.trace.processes import DIED, JoinedProcess
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.unit.bus.programs.played import Played, S, trace_of


def told(*calls: tuple[str, str, str]) -> Trace:
    """Calls of a handler in a file for an event, each of a dispatch of its own."""
    recorder, trace = Recorder(), Trace()
    for handler, file, event in calls:
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event(event), 0, 1, None)
        recorder.call_started(call, dispatch, recorder.handler(handler, file, 3, event), 0)
        recorder.call_ended(call, Outcome.OK, None)
    trace.feed(recorder.take())
    return trace


def lanes(trace: Trace, group: Group) -> dict[str, int]:
    """How many calls the lane of each title has."""
    tracks = CallTracks(group)
    tracks.update(trace)
    return {tracks.grouping.title(trace, lane): sum(map(len, stacked)) for lane, stacked in tracks.lanes.items()}


CALLS = (("pack", "/srv/a/shop.py", "paid"), ("mail", "/srv/a/shop.py", "paid"), ("pack", "C:\\x\\y\\z.py", "sent"))


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("event", {"paid": 2, "sent": 1}),
        ("source", {"a/shop.py": 2, "y/z.py": 1}),
        ("flow", {"#1 paid": 1, "#3 paid": 1, "#5 sent": 1}),
    ],
)
def test_calls_with_something_in_common_share_a_lane(group: Group, expected: dict[str, int]) -> None:
    assert lanes(told(*CALLS), group) == expected


def test_a_handler_of_the_same_name_in_another_file_is_another_one() -> None:
    assert CallTracks("handler").grouping.registered == []
    tracks, trace = CallTracks("handler"), told(*CALLS)
    tracks.update(trace)
    assert len(tracks.lanes) == 3


def test_a_call_whose_dispatch_is_not_there_is_with_the_others() -> None:
    trace = told(*CALLS)
    trace.calls.dispatch[1] = 77
    assert lanes(trace, "flow") == {"#1 paid": 1, "all others": 1, "#5 sent": 1}
    assert CallTracks("flow").grouping.title(trace, OTHERS) == "all others"


def test_handlers_without_a_known_file_share_a_lane_that_says_so() -> None:
    assert lanes(told(("a", "", "e"), ("b", "", "e")), "source") == {"(no source known)": 2}


def of_processes(group: Group) -> list[tuple[str, str, int]]:
    """Lanes of two processes of the same program, the second of which calls one handler more."""
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    web.emit("a", at=1 * S)
    recorder = web.recorder
    recorder.handler_added(recorder.handler("on_nothing", "app.py", 9, "nothing"), recorder.event("nothing", web.bus))
    worker.emit("a", at=2 * S)
    worker.emit("b", at=3 * S)
    trace, tracks = trace_of(web, worker), CallTracks(group)
    tracks.update(trace)
    grouping = tracks.grouping
    return [
        (grouping.process_title(trace, lane), grouping.title(trace, lane), sum(map(len, tracks.lanes.get(lane, ()))))
        for lane in grouping.ordered(tracks.lanes)
    ]


WEB, WORKER = "1: web.py 1", "2: worker.py 2"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (
            "handler",
            [
                (WEB, "on_a", 1),
                (WORKER, "on_a", 1),
                (WORKER, "on_b", 1),
                ("called in no process", "on_nothing", 0),
            ],
        ),
        ("source", [(WEB, "app.py", 1), (WORKER, "app.py", 2)]),
        (
            "event",
            [(WEB, "a", 1), (WORKER, "a", 1), (WORKER, "b", 1), ("emitted in no process", "nothing", 0)],
        ),
        ("thread", [(WEB, "MainThread", 1), (WORKER, "MainThread", 2)]),
        ("flow", [("", "#1 a", 1), ("", "#2:1 a", 1), ("", "#2:3 b", 1)]),
    ],
)
def test_each_process_has_lanes_of_its_own(group: Group, expected: list[tuple[str, str, int]]) -> None:
    assert of_processes(group) == expected


def test_what_was_lost_or_skipped_is_in_the_lanes_of_its_process() -> None:
    web, worker = Played("web.py", 1), Played("worker.py", 2)
    web.emit("a", at=1 * S)
    worker.now = 2 * S
    recorder = worker.recorder
    recorder.dispatch(recorder.next_id(), 0, recorder.event("a", worker.bus), recorder.lane("MainThread"), 0, None)
    trace, tracks = trace_of(web, worker), CallTracks("event")
    tracks.update(trace)
    lost = tracks.grouping.lanes_of_dispatches(trace, np.array([1]))
    assert [tracks.grouping.process_title(trace, lane) for lane in lost.tolist()] == [WORKER]
    handlers = CallTracks("handler")
    handlers.update(trace)
    of_skipped = handlers.grouping.lanes_of_skipped(trace, trace.calls.handler[:1], np.array([1]))
    assert [handlers.grouping.process_title(trace, lane) for lane in of_skipped.tolist()] == [WORKER]
    assert handlers.grouping.lanes_of_dispatches(trace, np.array([1])).tolist() == [NOWHERE]


def test_a_process_that_the_capture_does_not_name_and_names_beyond_any_are_shown_all_the_same() -> None:
    trace, tracks = trace_of(Played("web.py", 1)), CallTracks("handler")
    trace.processes.tell(JoinedProcess(0, "web.py 1", DIED))
    tracks.update(trace)
    grouping = tracks.grouping
    assert grouping.process_title(trace, OF_ONE + 7) == "2: a process without a name"
    assert grouping.process_title(trace, 7) == f"1: web.py 1  ·  {DIED}"
    assert grouping.process_title(trace, OTHERS) == ""
